//! The run on the screen and the one that comes.
//!
//! The last good run stays on the screen until the next one has something to show, and as long as the script is broken.

use std::rc::Rc;

use crate::engine::protocol::{RunId, RunSpec, ToWorker};
use crate::inspect::view::{Severity, Summary};

use super::playback::Seek;
use super::request::Request;
use super::state::State;

/// The run on the screen.
#[derive(Clone, Debug)]
pub struct Shown {
    /// Its number.
    pub run: RunId,
    /// What it was made from: places in the script are places in this text.
    pub spec: Rc<RunSpec>,
    /// How far it is.
    pub summary: Rc<Summary>,
    /// Whether the worker still has it.
    pub is_held: bool,
}

/// Both runs.
#[derive(Debug, Default)]
pub struct Runs {
    last: RunId,
    /// On the screen.
    pub shown: Option<Shown>,
    /// Asked for, nothing heard of it yet.
    pub coming: Option<(RunId, Rc<RunSpec>)>,
    /// Why the present text was not run, where that is no problem of the text.
    pub refused: Option<String>,
}

impl Runs {
    /// The specification that the worker is at work on.
    pub fn at_work(&self) -> Option<&Rc<RunSpec>> {
        let shown = self.shown.as_ref().filter(|shown| shown.is_held && !shown.summary.done);
        self.coming.as_ref().map(|(_, spec)| spec).or(shown.map(|shown| &shown.spec))
    }

    /// Whether a run goes on.
    pub fn is_running(&self) -> bool {
        self.at_work().is_some()
    }
}

/// The problems of the text are known: it is run if it can be.
pub(super) fn checked(state: &mut State, out: &mut Vec<Request>) {
    if state.problems.iter().any(|problem| problem.severity == Severity::Error) {
        cancel_coming(state, out);
    } else {
        begin(state, Rc::new(state.settings.spec(&state.text)), out);
    }
}

/// Begins a run, unless it is on the screen already or has ended a worker before.
pub(super) fn begin(state: &mut State, spec: Rc<RunSpec>, out: &mut Vec<Request>) {
    state.runs.refused = None;
    if state.runs.coming.as_ref().is_some_and(|(_, coming)| *coming == spec) {
        return;
    }
    cancel_coming(state, out);
    let is_shown = state.runs.shown.as_ref().is_some_and(|shown| shown.is_held && shown.spec == spec);
    if is_shown || state.culprit.as_ref() == Some(&*spec) {
        return;
    }
    if let Some(shown) = state.runs.shown.as_ref().filter(|shown| shown.is_held && !shown.summary.done) {
        out.push(Request::Post(ToWorker::Stop { run: shown.run }));
    }
    state.runs.last += 1;
    let run = state.runs.last;
    out.push(Request::Post(ToWorker::Run { run, spec: (*spec).clone() }));
    state.runs.coming = Some((run, spec));
}

fn cancel_coming(state: &mut State, out: &mut Vec<Request>) {
    if let Some((run, _)) = state.runs.coming.take() {
        out.push(Request::Post(ToWorker::Stop { run }));
        out.push(Request::Post(ToWorker::Drop { run }));
    }
}

/// A run goes on, or is done. The first word of a new run puts it on the screen, at the place in time of the old one.
pub(super) fn progress(state: &mut State, run: RunId, summary: Summary, out: &mut Vec<Request>) {
    let summary = Rc::new(summary);
    if let Some((_, spec)) = state.runs.coming.take_if(|(coming, _)| *coming == run) {
        let shown = Shown { run, spec, summary, is_held: true };
        if let Some(old) = state.runs.shown.replace(shown).filter(|old| old.is_held) {
            out.push(Request::Post(ToWorker::Drop { run: old.run }));
        }
        state.views.another_run();
        if state.seek.is_none() && !state.at_end {
            let moment = &state.cursor.moment;
            state.seek = Some(Seek::Time { time: moment.time, ordinal: moment.ordinal });
        }
    } else if let Some(shown) = state.runs.shown.as_mut().filter(|shown| shown.run == run && shown.is_held) {
        shown.summary = summary;
    } else {
        return;
    }
    if let Some(shown) = &state.runs.shown {
        state.playback.suit(shown.summary.time);
    }
    if state.at_end {
        state.seek = Some(Seek::End);
    }
}

/// A run cannot begin.
pub(super) fn refused(state: &mut State, run: RunId, why: String) {
    if state.runs.coming.take_if(|(coming, _)| *coming == run).is_some() {
        state.runs.refused = Some(why);
    }
}

/// The worker no longer has the run on the screen: it is carried out again.
pub(super) fn lost(state: &mut State, out: &mut Vec<Request>) {
    let Some(shown) = state.runs.shown.as_mut().filter(|shown| shown.is_held) else { return };
    shown.is_held = false;
    let spec = shown.spec.clone();
    if state.runs.coming.is_none() {
        begin(state, spec, out);
    }
}

/// The person has had enough of the run.
pub(super) fn stop(state: &State, out: &mut Vec<Request>) {
    let coming = state.runs.coming.as_ref().map(|(run, _)| *run);
    let shown = state.runs.shown.as_ref().filter(|shown| shown.is_held && !shown.summary.done);
    for run in coming.into_iter().chain(shown.map(|shown| shown.run)) {
        out.push(Request::Post(ToWorker::Stop { run }));
    }
}
