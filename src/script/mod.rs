//! The language: text in, a program and diagnostics out. Parsing never fails.
//!
//! The chain: `lexer` (tokens), `grammar` (tree), `check` (what the tree can say about itself), `lower` (program).
//! [`analyse`] runs all of it; `highlight` needs only the lexer. `statement` is the one table that all read.
//!
//! Invariant: never sees the broker, never runs anything.

mod analysis;
pub mod ast;
pub mod check;
pub mod diagnostic;
mod format;
pub mod grammar;
pub mod highlight;
pub mod lexer;
pub mod lower;
pub mod program;
pub mod question;
pub mod render;
pub mod service;
pub mod statement;
pub mod token;

pub use analysis::{Analysis, analyse};
#[cfg(not(target_arch = "wasm32"))]
pub use diagnostic::explanation;
pub use diagnostic::{Code, Diagnostic, Fix, Label, Severity};
pub use format::{WIDTH, format};
pub use grammar::{DEPTH_MAX, Parsed, parse};
pub use lower::lower;
pub use render::{Palette, render, render_in};
