//! Budgets: what stops a run, at the same step on every machine.

use crate::sim::run::{Limit, Outcome};

use super::state::Simulation;

/// Dispatches for each step that may be made: most make a record, those of a handler without statements do not.
const DISPATCHES_PER_STEP: u64 = 4;
/// Logical bytes of a record.
const RECORD_BYTES: u64 = 23;
/// Logical bytes of a copy.
const COPY_BYTES: u64 = 32;

impl Simulation {
    /// Logical bytes of the run so far, by a formula that is the same everywhere.
    pub fn memory(&self) -> u64 {
        u64::from(self.count.records) * RECORD_BYTES
            + self.count.copies * COPY_BYTES
            + self.count.bytes
            + self.count.client_bytes
            + self.history.bytes
    }

    pub(super) fn check_budgets(&self) -> Result<(), Outcome> {
        let limits = &self.limits;
        let limit = if let Some(outcome) = self.outcome {
            return Err(outcome);
        } else if self.count.records >= limits.records {
            Limit::Records
        } else if self.count.steps >= limits.steps
            || self.count.dispatches >= u64::from(limits.steps) * DISPATCHES_PER_STEP
        {
            Limit::Steps
        } else if self.count.at_instant >= limits.instant_steps {
            Limit::InstantSteps
        } else if self.memory() >= limits.memory {
            Limit::Memory
        } else {
            return Ok(());
        };
        Err(Outcome::LimitReached(limit))
    }
}
