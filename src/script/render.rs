//! Diagnostics as plain text, for terminals and logs.

use std::fmt::Write as _;

use crate::text::{LineIndex, Span};

use super::diagnostic::Diagnostic;

/// How many columns of a source line are shown at most: a line of a hostile text may have a million.
const COLUMNS_MAX: usize = 160;

/// All diagnostics of a text, one after the other, each as
///
/// ```text
/// hello.warren:3:7: error[unknown-option]: `queue` has no option `durabel`
///   3 | queue tasks durabel
///     |             ^^^^^^^
///   help: did you mean `durable`?
/// ```
pub fn render(diagnostics: &[Diagnostic], file: &str, text: &str) -> String {
    let lines = LineIndex::new(text);
    let mut out = String::new();
    for diagnostic in diagnostics {
        let at = lines.line_column(text, diagnostic.primary.span.start);
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "{file}:{}:{}: {}[{}]: {}",
            at.line,
            at.column,
            diagnostic.severity.name(),
            diagnostic.code.name(),
            plain(&diagnostic.message)
        );
        excerpt(&mut out, &lines, text, diagnostic.primary.span);
        for label in &diagnostic.secondary {
            let at = lines.line_column(text, label.span.start);
            let _ = writeln!(out, "  line {}: {}", at.line, plain(&label.text));
        }
        if let Some(help) = &diagnostic.help {
            let _ = writeln!(out, "  help: {}", plain(help));
        }
    }
    out
}

/// Without characters that a terminal would obey: a script can hold any.
fn plain(text: &str) -> String {
    text.chars().map(|c| if is_obeyed(c) { '\u{fffd}' } else { c }).collect()
}

/// Control characters, and those that turn the direction of writing.
fn is_obeyed(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The line with the place marked; of a place over several lines the first.
fn excerpt(out: &mut String, lines: &LineIndex, text: &str, span: Span) {
    let at = lines.line_column(text, span.start);
    let line = lines.line(text, at.line);
    let column = at.column as usize - 1;
    let first = column.saturating_sub(COLUMNS_MAX / 2);
    let shown: String =
        line.chars().skip(first).take(COLUMNS_MAX).map(|c| if is_obeyed(c) { ' ' } else { c }).collect();
    let width = span.of(text).lines().next().unwrap_or("").chars().count().max(1);
    let carets = width.min(shown.chars().count().saturating_sub(column - first).max(1));
    let number = at.line.to_string();
    let _ = writeln!(out, "  {number} | {shown}");
    let _ = writeln!(
        out,
        "  {} | {}{}",
        " ".repeat(number.len()),
        " ".repeat(column - first),
        "^".repeat(carets)
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::parse;

    #[test]
    fn a_terminal_obeys_nothing() {
        let text = "consume \"\u{1b}[31m\u{202e}x\"\nclient c { print a\u{7}b }";
        let rendered = render(&crate::script::analyse(text).diagnostics, "x.warren", text);
        assert!(rendered.chars().all(|c| c == '\n' || !is_obeyed(c)), "{rendered:?}");
    }

    #[test]
    fn an_error_shows_its_place_and_what_to_type() {
        let text = "queue a\nqueue tasks durabel\n";
        let rendered = render(&parse(text).diagnostics, "x.warren", text);
        assert_eq!(
            rendered,
            "x.warren:2:13: error[unknown-option]: `queue` has no option `durabel`\n  2 | queue tasks durabel\n    |             ^^^^^^^\n  help: did you mean `durable`?\n"
        );
    }
}
