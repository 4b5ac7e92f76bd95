//! The language: text in, a program and diagnostics out. Parsing never fails.
//!
//! Invariant: never sees the broker, never runs anything.

pub mod program;
