//! Diagnostics as plain text, for terminals and logs.

use std::fmt::Write as _;

use crate::text::{LineIndex, Span};

use super::diagnostic::{Diagnostic, Severity};

/// How many columns of a source line are shown at most: a line of a hostile text may have a million.
const COLUMNS_MAX: usize = 160;

/// What is put around the parts of a diagnostic: nothing, or the escapes of a terminal that knows colours.
#[derive(Clone, Copy, Debug)]
pub struct Palette {
    error: &'static str,
    warning: &'static str,
    note: &'static str,
    place: &'static str,
    help: &'static str,
    reset: &'static str,
}

impl Palette {
    /// Nothing.
    pub const PLAIN: Self = Self { error: "", warning: "", note: "", place: "", help: "", reset: "" };
    /// The eight colours that every terminal has, so that its own theme decides how they look.
    pub const TERMINAL: Self = Self {
        error: "\x1b[1;31m",
        warning: "\x1b[1;33m",
        note: "\x1b[1;36m",
        place: "\x1b[1m",
        help: "\x1b[32m",
        reset: "\x1b[0m",
    };

    fn of(&self, severity: Severity) -> &'static str {
        match severity {
            Severity::Error => self.error,
            Severity::Warning => self.warning,
            Severity::Note => self.note,
        }
    }
}

/// All diagnostics of a text, one after the other, each as
///
/// ```text
/// hello.warren:3:7: error[unknown-option]: `queue` has no option `durabel`
///   3 | queue tasks durabel
///     |             ^^^^^^^
///   help: did you mean `durable`?
/// ```
pub fn render(diagnostics: &[Diagnostic], file: &str, text: &str) -> String {
    render_in(Palette::PLAIN, diagnostics, file, text)
}

/// The same in colours.
pub fn render_in(palette: Palette, diagnostics: &[Diagnostic], file: &str, text: &str) -> String {
    let lines = LineIndex::new(text);
    let Palette { place, help, reset, .. } = palette;
    let mut out = String::new();
    for diagnostic in diagnostics {
        let at = lines.line_column(text, diagnostic.primary.span.start);
        let colour = palette.of(diagnostic.severity);
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "{place}{}:{}:{}:{reset} {colour}{}[{}]{reset}: {}",
            plain(file),
            at.line,
            at.column,
            diagnostic.severity.name(),
            diagnostic.code.name(),
            plain(&diagnostic.message)
        );
        excerpt(&mut out, (colour, reset), &lines, text, diagnostic.primary.span);
        for label in &diagnostic.secondary {
            let at = lines.line_column(text, label.span.start);
            let _ = writeln!(out, "  line {}: {}", at.line, plain(&label.text));
        }
        if let Some(offer) = &diagnostic.help {
            let _ = writeln!(out, "  {help}help{reset}: {}", plain(offer));
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
fn excerpt(out: &mut String, (colour, reset): (&str, &str), lines: &LineIndex, text: &str, span: Span) {
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
        "  {} | {}{colour}{}{reset}",
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
    fn colours_only_surround() {
        let text = "queue tasks durabel\nqueue a\n";
        let diagnostics = parse(text).diagnostics;
        let coloured = render_in(Palette::TERMINAL, &diagnostics, "x.warren", text);
        assert!(coloured.contains("\x1b[1;31merror[unknown-option]\x1b[0m"), "{coloured:?}");
        let mut stripped = String::new();
        for (number, part) in coloured.split('\x1b').enumerate() {
            stripped += if number == 0 { part } else { part.split_once('m').expect("an escape ends").1 };
        }
        assert_eq!(stripped, render(&diagnostics, "x.warren", text));
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
