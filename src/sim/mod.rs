//! Virtual time: clients carry out a script against the broker, and everything that happens is recorded.
//!
//! A run is a list of steps: one command applied to the broker, or one client resumed until it waits. A moment is
//! the state after a step. `Simulation` is the state, one value that can be cloned; `Recording` is what happened,
//! with checkpoints from which any moment is reached again.
//!
//! Invariant: no wall clock, no order of a hash map, no randomness but `random`'s. Same script, same seed: the same
//! recording, byte for byte.

mod checks;
mod client;
mod eval;
mod history;
mod log;
mod network;
mod port;
mod random;
pub mod record;
mod run;
mod schedule;
mod simulation;
mod value;

pub use checks::{CheckResult, CheckState};
pub use client::{Client, Life};
pub use network::LATENCY;
pub use port::{Content, FromBroker, Refused, ToBroker};
pub use random::{Purpose, Stream};
pub use record::{Record, RecordKind, Recording};
pub use run::{Intervention, Limit, Limits, Outcome, Progress, Run, RunSpec, judge};
pub use schedule::{Class, Schedule, Scheduled};
pub use simulation::{Simulation, Stepped};
pub use value::{List, MessageValue, QueueAlias, ScriptError, Table, Value};
