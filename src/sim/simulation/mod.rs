//! The simulation: broker, clients, network and schedule as one value.
//!
//! Invariant: it can be cloned at any step, and the clone does what the original does. No closure, no reference
//! count that is not shared data, no clock.

mod answers;
mod budget;
mod channel_effects;
mod checking;
mod dispatch;
mod effects;
mod end;
mod facts;
mod fingerprint;
mod line_effects;
mod operate;
mod outputs;
mod setup;
mod spare;
mod state;
mod table;

pub use state::{Simulation, Stepped};
