//! The whole chain for one text.

use std::sync::Arc;

use super::check::{check, foresee};
use super::diagnostic::{Diagnostic, Severity};
use super::grammar::{DIAGNOSTICS_MAX, Parsed, parse};
use super::lower::lower;
use super::program::Program;

/// What is known about a text.
#[derive(Clone, Debug, Default)]
pub struct Analysis {
    /// The program, where no error keeps the script from running.
    pub program: Option<Arc<Program>>,
    /// What is wrong with it, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
}

impl Analysis {
    /// Whether something keeps the script from running.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

/// Reads a text and says all there is to say about it.
pub fn analyse(text: &str) -> Analysis {
    let Parsed { tree, mut diagnostics } = parse(text);
    diagnostics.extend(check(&tree, text));
    // What an error causes is not said beside it.
    if !diagnostics.iter().any(Diagnostic::is_error) {
        diagnostics.extend(foresee(&tree, text));
    }
    let has_errors = diagnostics.iter().any(Diagnostic::is_error);
    diagnostics.retain(|said| !(has_errors && said.severity == Severity::Note));
    if diagnostics.len() > DIAGNOSTICS_MAX {
        diagnostics.sort_by_key(|diagnostic| diagnostic.severity);
        diagnostics.truncate(DIAGNOSTICS_MAX);
    }
    diagnostics.sort_by_key(|diagnostic| diagnostic.primary.span);
    let program =
        if diagnostics.iter().any(Diagnostic::is_error) { None } else { Some(Arc::new(lower(&tree))) };
    Analysis { program, diagnostics }
}
