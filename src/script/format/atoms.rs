//! The tokens as the formatter sees them: no blanks, line ends counted, a text with all in it as one.

use std::borrow::Cow;

use crate::script::lexer::lex;
use crate::script::token::{Token, TokenKind as T};
use crate::text::Span;

/// A token, or a whole text.
pub(super) struct Atom<'t> {
    pub kind: T,
    pub text: Cow<'t, str>,
    pub span: Span,
    /// How many line ends stand before it.
    pub lines_before: usize,
    /// Whether nothing stands between it and the one before.
    pub adjacent: bool,
    /// Of a comment, in which column it stands, from 0.
    pub column: usize,
}

/// The atoms of a text that has no errors, line ends left out.
pub(super) fn atoms(text: &str) -> Vec<Atom<'_>> {
    let tokens = lex(text);
    let mut atoms: Vec<Atom<'_>> = Vec::with_capacity(tokens.len() / 2);
    let (mut lines_before, mut line_start, mut at) = (0, 0, 0);
    while let Some(&token) = tokens.get(at) {
        match token.kind {
            T::End => break,
            T::Blank => at += 1,
            T::Newline => {
                (lines_before, line_start) = (lines_before + 1, token.span.end);
                at += 1;
            }
            _ => {
                let length =
                    if token.kind == T::TextOpen { text_length(tokens.get(at..).unwrap_or(&[])) } else { 1 };
                let last = tokens.get(at + length - 1).copied().unwrap_or(token);
                let span = token.span.to(last.span);
                let kind = if token.kind == T::TextOpen { T::PlainText } else { token.kind };
                let column = Span::new(line_start, span.start).of(text).chars().count();
                let adjacent = atoms.last().is_some_and(|before| before.span.end == span.start);
                atoms.push(Atom {
                    kind,
                    text: written(kind, span.of(text)),
                    span,
                    lines_before,
                    adjacent,
                    column,
                });
                lines_before = 0;
                at += length;
            }
        }
    }
    atoms
}

/// How many tokens the text has that begins here.
fn text_length(tokens: &[Token]) -> usize {
    let mut open = 0;
    for (at, token) in tokens.iter().enumerate() {
        match token.kind {
            T::TextOpen => open += 1,
            T::TextClose => open -= 1,
            _ => {}
        }
        if open == 0 {
            return at + 1;
        }
    }
    tokens.len().max(1)
}

/// Quotes are `"` unless the text holds a quote, a brace or a backslash.
fn written(kind: T, text: &str) -> Cow<'_, str> {
    let body = text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
    match body {
        Some(body) if kind == T::PlainText && !body.contains(['{', '}', '"', '\\']) => {
            format!("\"{body}\"").into()
        }
        _ => text.trim_end().into(),
    }
}
