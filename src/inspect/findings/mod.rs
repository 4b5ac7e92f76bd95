//! Findings of a run: what went otherwise than it was likely meant, each with the first moment that shows it.
//!
//! The same idea as a diagnostic, after the fact. Gathered from the records as they come, in one pass; the words are made
//! when they are asked for.

mod gather;
mod held;
mod watch;
mod words;

pub use gather::{Findings, findings};
