//! What a run is carried out under unless its script says otherwise, as the first version of links froze it.

use crate::engine::protocol::{Limits, RunSpec};

/// Seed, broker, latency and budgets.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Seed.
    pub seed: u64,
    /// Broker's version.
    pub broker: String,
    /// One-way latency, microseconds.
    pub latency: u64,
    /// Budgets.
    pub limits: Limits,
}

impl Settings {
    /// The defaults of links `w1`. They never change: another default is another version of links, so that each old
    /// link goes on showing what it showed.
    pub fn w1() -> Self {
        Self {
            seed: 1,
            broker: "4.3".to_owned(),
            latency: 1_000,
            // A day of virtual time; a million steps take a second or two; memory that a phone's tab can hold.
            limits: Limits { time: 86_400_000_000, steps: 1_000_000, memory: 256 << 20 },
        }
    }

    /// The run of this text under these settings.
    pub fn spec(&self, source: &str) -> RunSpec {
        RunSpec {
            source: source.to_owned(),
            seed: self.seed,
            broker: self.broker.clone(),
            latency: self.latency,
            limits: self.limits,
            interventions: Vec::new(),
        }
    }
}
