//! Diagnostics as the editor and the list of problems show them.

use crate::inspect::view::{Fix, Problem, Severity};
use crate::script::{self, Diagnostic};
use crate::text::LineIndex;

/// The problems of a text, in its order.
pub fn problems(text: &str, diagnostics: &[Diagnostic]) -> Vec<Problem> {
    let lines = LineIndex::new(text);
    diagnostics.iter().map(|diagnostic| problem(text, &lines, diagnostic)).collect()
}

fn problem(text: &str, lines: &LineIndex, diagnostic: &Diagnostic) -> Problem {
    let span = diagnostic.primary.span;
    let place = lines.line_column(text, span.start);
    let units = |offset| lines.utf16(text, offset);
    Problem {
        code: diagnostic.code.name().to_owned(),
        severity: match diagnostic.severity {
            script::Severity::Error => Severity::Error,
            script::Severity::Warning => Severity::Warning,
            script::Severity::Note => Severity::Note,
        },
        message: diagnostic.message.clone(),
        help: diagnostic.help.clone(),
        span,
        utf16: (units(span.start), units(span.end)),
        line_column: (place.line, place.column),
        fix: diagnostic.fix.as_ref().map(|fix| Fix {
            title: fix.title.clone(),
            edits: fix
                .edits
                .iter()
                .map(|edit| (units(edit.span.start), units(edit.span.end), edit.text.clone()))
                .collect(),
        }),
    }
}
