//! What has been answered, and to which question: the panels draw from here.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::engine::protocol::{Answer, What};
use crate::inspect::view::{
    CheckRow, ClientRow, FindingRow, Journey, Mark, Output, QueueRow, Routing, Tile, Topology,
};

use super::questions::{Asked, Slot};

/// Marks of a part of time.
#[derive(Clone, Debug, PartialEq)]
pub struct MarksView {
    /// From.
    pub from: u64,
    /// To, not included.
    pub to: u64,
    /// None: too many, the tiles must do.
    pub marks: Option<Vec<Mark>>,
}

/// An answer of the routing panel with its question.
#[derive(Clone, Debug, PartialEq)]
pub struct RoutingView {
    /// Exchange asked about.
    pub exchange: String,
    /// Key asked about.
    pub key: String,
    /// The answer.
    pub answer: Routing,
}

/// The answers. They stay until better ones come: nothing goes blank while one types.
#[derive(Debug, Default)]
#[allow(missing_docs, reason = "each holds the answer of its name")]
pub struct Views {
    pub output: Option<Rc<Output>>,
    pub queues: Option<Rc<Vec<QueueRow>>>,
    pub clients: Option<Rc<Vec<ClientRow>>>,
    pub topology: Option<Rc<Topology>>,
    pub routing: Option<Rc<RoutingView>>,
    pub checks: Option<Rc<Vec<CheckRow>>>,
    pub findings: Option<Rc<Vec<FindingRow>>>,
    pub journey: Option<Rc<Option<Box<Journey>>>>,
    pub marks: Option<Rc<MarksView>>,
    /// By level and index.
    pub tiles: Rc<BTreeMap<(u8, u32), Rc<Tile>>>,
    answered: BTreeMap<Slot, Asked>,
}

impl Views {
    /// Whether that question is the one whose answer is here.
    pub fn has(&self, slot: Slot, question: &Asked) -> bool {
        self.answered.get(&slot) == Some(question)
    }

    /// The question whose answer is here.
    pub fn of(&self, slot: Slot) -> Option<&Asked> {
        self.answered.get(&slot)
    }

    /// Takes an answer.
    pub fn put(&mut self, slot: Slot, question: Asked, answer: Answer) {
        match answer {
            Answer::Output(output) => keep(&mut self.output, output),
            Answer::Queues(queues) => keep(&mut self.queues, queues),
            Answer::Clients(clients) => keep(&mut self.clients, clients),
            Answer::Topology(topology) => keep(&mut self.topology, topology),
            Answer::Checks(checks) => keep(&mut self.checks, checks),
            Answer::Findings(findings) => keep(&mut self.findings, findings),
            Answer::Journey(journey) => keep(&mut self.journey, journey),
            Answer::Routing(answer) => {
                if let What::Routing { exchange, key, .. } = &question.what {
                    keep(
                        &mut self.routing,
                        RoutingView { exchange: exchange.clone(), key: key.clone(), answer },
                    );
                }
            }
            Answer::Marks(marks) => {
                if let What::Marks { from, to, .. } = question.what {
                    keep(&mut self.marks, MarksView { from, to, marks });
                }
            }
            Answer::Tile(tile) => {
                Rc::make_mut(&mut self.tiles).insert((tile.level, tile.index), Rc::new(tile));
            }
            Answer::Moment(_) | Answer::Text(_) | Answer::Gone => {}
        }
        self.answered.insert(slot, question);
    }

    /// Another run is on the screen: what belongs to a lane's number or a place in time must go, the rest stays until it
    /// is answered anew.
    pub fn another_run(&mut self) {
        self.tiles = Rc::default();
        self.marks = None;
        self.answered.clear();
    }

    /// Tiles are many and small; those that have not been looked at for long give way.
    pub fn drop_tiles_but(&mut self, wanted: &[(u8, u32)]) {
        const TILES_MAX: usize = 512;
        if self.tiles.len() > TILES_MAX {
            Rc::make_mut(&mut self.tiles).retain(|key, _| wanted.contains(key));
            self.answered.retain(|slot, _| match slot {
                Slot::Tile(level, index) => wanted.contains(&(*level, *index)),
                _ => true,
            });
        }
    }
}

/// Equal views keep their place in memory, so that a panel that is told the same draws nothing.
fn keep<T: PartialEq>(place: &mut Option<Rc<T>>, view: T) {
    if place.as_deref() != Some(&view) {
        *place = Some(Rc::new(view));
    }
}
