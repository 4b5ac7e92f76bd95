//! Cases recorded from a real broker, replayed on ours: steps become commands, effects become outcomes, and both
//! are compared as `tests/conformance/FORMAT.md` says.
//!
//! Invariant: knows nothing of scripts and simulation; decides nothing about AMQP.

mod case;
mod client;
mod compare;
mod outcome;
mod replay;
mod report;
mod state;
mod steps;
mod values;

pub use case::Case;
pub use client::Symbols;
pub use compare::{Difference, same, same_state};
pub use replay::{Replay, WITHOUT_REPLY, replay, replay_as};
pub use report::{CaseReport, Report, replay_folder};
pub use steps::{method, template};
pub use values::properties_to;
