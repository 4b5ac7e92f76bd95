//! Questions under way. Each panel has one at most: a newer one waits for its answer, and replaces the one that waits.

use std::collections::BTreeMap;

use crate::engine::protocol::{Question, RunId, ToWorker, What};
use crate::inspect::view::Step;

use super::request::Request;

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the panels' names")]
pub enum Slot {
    Moment,
    Output,
    Queues,
    Clients,
    Topology,
    Routing,
    Checks,
    Findings,
    Journey,
    Marks,
    /// Level and index.
    Tile(u8, u32),
}

impl Slot {
    /// Whether its answer belongs to the moment on the screen. The others belong to the whole run, as far as it is.
    pub fn is_of_moment(self) -> bool {
        matches!(self, Slot::Output | Slot::Queues | Slot::Clients | Slot::Topology | Slot::Routing)
    }
}

/// What was asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// About which run.
    pub run: RunId,
    /// About which moment.
    pub step: Step,
    /// What.
    pub what: What,
}

/// The questions under way and those that wait.
#[derive(Debug, Default)]
pub struct Questions {
    last_id: u32,
    asked: BTreeMap<Slot, (u32, Asked)>,
    waiting: BTreeMap<Slot, Asked>,
}

impl Questions {
    /// Asks, or waits for the answer under way, or does nothing where just that has been asked.
    pub fn ask(&mut self, slot: Slot, question: Asked, out: &mut Vec<Request>) {
        match self.asked.get(&slot) {
            None => out.push(self.send(slot, question)),
            Some((_, same)) if *same == question => drop(self.waiting.remove(&slot)),
            Some(_) => drop(self.waiting.insert(slot, question)),
        }
    }

    fn send(&mut self, slot: Slot, question: Asked) -> Request {
        self.last_id = self.last_id.wrapping_add(1);
        let Asked { run, step, what } = question.clone();
        self.asked.insert(slot, (self.last_id, question));
        Request::Post(ToWorker::Ask(Question { id: self.last_id, run, step, what }))
    }

    /// The answer with that id has come: whose it is and what was asked, or nothing if it is stale because something
    /// newer is being asked. This is the one place where answers are dropped for their age; `refresh` sees to it that
    /// what is asked is what is shown.
    pub fn take(&mut self, id: u32, out: &mut Vec<Request>) -> Option<(Slot, Asked)> {
        let slot = *self.asked.iter().find(|(_, (asked, _))| *asked == id)?.0;
        let (_, question) = self.asked.remove(&slot)?;
        let Some(newer) = self.waiting.remove(&slot) else { return Some((slot, question)) };
        // The same thing asked of a run that has meanwhile gone on: better an answer a moment old than none.
        let is_still_good = newer.run == question.run && newer.what == question.what && !slot.is_of_moment();
        out.push(self.send(slot, newer));
        is_still_good.then_some((slot, question))
    }

    /// Whether an answer for the moment on the screen, or a moment itself, is still awaited.
    pub fn is_settled(&self) -> bool {
        !self.asked.keys().any(|slot| slot.is_of_moment() || *slot == Slot::Moment)
    }

    /// How many questions of that kind are under way.
    pub fn count(&self, of: impl Fn(Slot) -> bool) -> usize {
        self.asked.keys().filter(|slot| of(**slot)).count()
    }

    /// Whether that one is under way.
    pub fn is_asked(&self, slot: Slot) -> bool {
        self.asked.contains_key(&slot)
    }

    /// The worker is gone, and with it all answers.
    pub fn forget(&mut self) {
        self.asked.clear();
        self.waiting.clear();
    }
}
