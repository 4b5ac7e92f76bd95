//! Edits of whole statements, of which fixes are made.

use crate::script::ast::{Block, Opt, OptValue, Stmt};
use crate::text::{Span, TextEdit};

/// Puts an option behind a statement, or before its block.
pub(super) fn add_option(statement: &Stmt, option: &str) -> TextEdit {
    TextEdit::insert(statement.head.end, format!(" {option}"))
}

/// Takes an option away, with its value and the blank before it.
pub(super) fn drop_option(text: &str, option: &Opt) -> TextEdit {
    let value = match &option.value {
        OptValue::None => option.word,
        OptValue::Name(name) => name.span,
        OptValue::Expr(expr) => expr.span,
        OptValue::Match(_, table) => table.span,
    };
    let before = text.get(..option.word.start as usize).unwrap_or("");
    let start = before.trim_end_matches([' ', '\t']).len() as u32;
    TextEdit::replace(Span::new(start, option.word.to(value).end), "")
}

/// Takes a statement away: its whole line where it stands alone there, else with the `;` that parts it.
pub(super) fn drop_statement(text: &str, statement: Span) -> TextEdit {
    let before = text.get(..statement.start as usize).unwrap_or("");
    let after = text.get(statement.end as usize..).unwrap_or("");
    let indent = before.len() - before.trim_end_matches([' ', '\t']).len();
    let blank = after.len() - after.trim_start_matches([' ', '\t']).len();
    let rest = after.get(blank..).unwrap_or("");
    let begins_line = before.trim_end_matches([' ', '\t']).ends_with('\n') || before.trim().is_empty();
    let (start, end) = match rest.chars().next() {
        Some('\n') if begins_line => (statement.start - indent as u32, statement.end + blank as u32 + 1),
        Some(';') => {
            let next = rest.get(1..).unwrap_or("");
            let gap = next.len() - next.trim_start_matches([' ', '\t']).len();
            (statement.start, statement.end + (blank + 1 + gap) as u32)
        }
        _ => {
            let joined = before.trim_end_matches([' ', '\t']).strip_suffix(';');
            (joined.map_or(statement.start, |cut| cut.len() as u32), statement.end)
        }
    };
    TextEdit::replace(Span::new(start, end), "")
}

/// Puts a statement on a line before another one.
pub(super) fn insert_before(text: &str, statement: &Stmt, line: &str) -> TextEdit {
    let start = statement.span.start;
    let before = text.get(..start as usize).unwrap_or("");
    let row = before.rsplit('\n').next().unwrap_or("");
    if row.trim().is_empty() {
        TextEdit::insert(start, format!("{line}\n{row}"))
    } else {
        TextEdit::insert(start, format!("{line}; "))
    }
}

/// Puts statements behind another one: on lines of their own where it stands alone on its line.
pub(super) fn insert_after(text: &str, statement: Span, lines: &[String]) -> TextEdit {
    let before = text.get(..statement.start as usize).unwrap_or("");
    let row = before.rsplit('\n').next().unwrap_or("");
    let joint = if row.trim().is_empty() { format!("\n{row}") } else { "; ".to_owned() };
    let written: String = lines.iter().map(|line| format!("{joint}{line}")).collect();
    TextEdit::insert(statement.end, written)
}

/// Puts a statement at the end of a block.
pub(super) fn insert_last(text: &str, block: &Block, line: &str) -> TextEdit {
    match block.statements.last() {
        Some(last) => insert_after(text, last.span, &[line.to_owned()]),
        None => TextEdit::insert(block.span.start + 1, format!(" {line} ")),
    }
}

/// Puts a statement at the beginning of a block.
pub(super) fn insert_first(text: &str, block: &Block, line: &str) -> TextEdit {
    match block.statements.first() {
        Some(first) => insert_before(text, first, line),
        None => TextEdit::insert(block.span.start + 1, format!(" {line} ")),
    }
}

/// A name as it can be typed in a name place.
pub(super) fn shown(name: &str) -> String {
    let plain = name.chars().next().is_some_and(|first| first.is_alphabetic() || first == '_')
        && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    if plain { name.to_owned() } else { quoted(name) }
}

/// A text as it can be typed.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' | '{' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
