//! The end of a run.

use crate::sim::record::Sink;
use crate::sim::run::Outcome;

use super::state::Simulation;

impl Simulation {
    /// Ends the run here. What is decided now belongs to the last moment.
    pub fn conclude(&mut self, outcome: Outcome, sink: &mut impl Sink) {
        self.going_on = None;
        self.outcome = Some(outcome);
        self.close_checks(outcome, sink);
    }
}
