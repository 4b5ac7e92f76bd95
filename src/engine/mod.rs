//! The worker's half without a browser: texts by edit, runs by id, questions in, views out.
//!
//! Invariant: knows no clock and no browser. The worker, the command line and the tests are its thin callers.

mod ask;
mod cursor;
mod help;
mod machine;
mod problems;
mod shown;
mod tell;

pub mod codec;
pub mod protocol;

pub use machine::{Engine, Progress};
