//! Tree to program: flat instructions, postfix expressions, names resolved, defaults filled in.
//!
//! Last stage of the chain; only for a tree without errors. Invariant: it cannot fail. What the checks have let through
//! has a meaning, and what they have not is never carried out.

mod builder;
mod client;
mod control;
mod expression;
mod message;
mod operator;
mod program;
mod scope;
mod settings;
mod statement;
mod topology;
mod wait;

pub use program::lower;
