//! The parser: tokens to a tree, by recursive descent, one file per construct.
//!
//! Second stage of the chain. Verbs: `at`, `eat`, `expect`; a function called `x` reads an `x` or reports what it
//! found instead. Invariant: it never fails, reads each token a bounded number of times, and never goes deeper
//! than [`DEPTH_MAX`]. What only errors need is kept out of the frames of nesting by `#[cold]`. A statement that cannot be read becomes `Broken`, with its blocks read all the same.

mod atom;
mod block;
mod client;
mod control;
mod cursor;
mod expression;
mod habit;
mod message;
mod name;
mod number;
mod operator;
mod option;
mod parse;
mod recovery;
mod settings;
mod statement;
mod text;
mod topology;
mod wait;

pub use habit::way;
pub use name::RESERVED;
pub use parse::{DEPTH_MAX, DIAGNOSTICS_MAX, PARTS_MAX, Parsed, parse};
pub use settings::VERSIONS;
