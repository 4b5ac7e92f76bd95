//! What is told of a text and of a run: problems, the changes that mend them, findings.

use serde::{Deserialize, Serialize};

use super::Step;
use crate::text::Span;

/// A problem of the text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Stable code.
    pub code: String,
    /// Error, else warning or note.
    pub severity: Severity,
    /// One line.
    pub message: String,
    /// What to do, that can be typed.
    pub help: Option<String>,
    /// Where, in bytes.
    pub span: Span,
    /// The same in UTF-16 units, for the editor.
    pub utf16: (u32, u32),
    /// Line and column, from 1.
    pub line_column: (u32, u32),
    /// A change that mends it, where there is one.
    pub fix: Option<Fix>,
}

/// A change to the text, offered by its title.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fix {
    /// What it does, as an order: "write `durable`".
    pub title: String,
    /// What to put where: spans in UTF-16 units, in the order of the text, none overlapping another.
    pub edits: Vec<(u32, u32, String)>,
}

/// How bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[allow(missing_docs, reason = "they say it")]
pub enum Severity {
    Error,
    Warning,
    Note,
}

/// A finding of a run: something went otherwise than it was likely meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingRow {
    /// Stable code.
    pub code: String,
    /// Warning or note.
    pub severity: Severity,
    /// One line, script text in backticks.
    pub message: String,
    /// What to do.
    pub help: String,
    /// The first moment that shows it: step and virtual time in microseconds.
    pub moment: (Step, u64),
    /// How often it happened.
    pub count: u32,
    /// Where it was written, if one statement made it happen.
    pub span: Option<Span>,
}
