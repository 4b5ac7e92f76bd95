//! Expressions: postfix code evaluated in one go. The client machine, the checks and `when` call it; all see the run
//! through [`Facts`].
//!
//! What is computed from something that is not there is unknown, and stays so: but `false and unknown` is false,
//! `true or unknown` is true.

mod evaluate;
mod functions;
mod operators;
mod questions;

pub use evaluate::{Eval, Fuel};
pub use questions::{Facts, Seen, SubjectKey};
