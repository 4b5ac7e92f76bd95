//! What a script is expected to be told, written into the script itself: below the line, in comments.
//!
//! ```text
//! queue tasks durabel
//! #           ^^^^^^^ error[unknown-option]: `queue` has no option `durabel`
//! # help: did you mean `durable`?
//! ```
//!
//! Carets that begin right behind the `#` include its column. `UPDATE=1 cargo test --test script` rewrites them, to be
//! read before they are committed: reviewing errors is reviewing writing.

use warren::script::Diagnostic;
use warren::text::{LineIndex, Span};

/// The script without its annotations.
pub fn strip(text: &str) -> String {
    text.split_inclusive('\n').filter(|line| !is_annotation(line)).collect()
}

fn is_annotation(line: &str) -> bool {
    line.strip_prefix('#').is_some_and(|rest| {
        rest.starts_with(" help: ") || rest.starts_with(" also line ") || rest.trim_start().starts_with('^')
    })
}

/// The script with what it is told.
pub fn annotate(text: &str, diagnostics: &[Diagnostic]) -> String {
    let lines = LineIndex::new(text);
    let mut out = String::new();
    for row in 1..=lines.line_count() {
        let line = lines.line(text, row);
        out.push_str(line);
        if row < lines.line_count() {
            out.push('\n');
        }
        for diagnostic in diagnostics {
            let at = lines.line_column(text, diagnostic.primary.span.start);
            if at.line == row {
                if !out.ends_with('\n') {
                    out.push('\n');
                }
                out.push_str(&carets(text, diagnostic, at.column as usize - 1));
                for label in &diagnostic.secondary {
                    let place = lines.line_column(text, label.span.start);
                    out.push_str(&format!("# also line {}: {}\n", place.line, label.text));
                }
                if let Some(help) = &diagnostic.help {
                    out.push_str(&format!("# help: {help}\n"));
                }
            }
        }
    }
    out
}

fn carets(text: &str, diagnostic: &Diagnostic, column: usize) -> String {
    let width = first_line(text, diagnostic.primary.span).chars().count().max(1);
    let marks = match column {
        0 => format!("#{}", "^".repeat(width.saturating_sub(1).max(1))),
        _ => format!("#{}{}", " ".repeat(column - 1), "^".repeat(width)),
    };
    format!("{marks} {}[{}]: {}\n", diagnostic.severity.name(), diagnostic.code.name(), diagnostic.message)
}

fn first_line(text: &str, span: Span) -> &str {
    span.of(text).lines().next().unwrap_or("")
}
