//! Texts: pieces, escapes and the expressions in them.

use super::PARTS_MAX;
use super::cursor::{Parser, Read};
use crate::script::ast::Piece;
use crate::script::diagnostic::{Code, Diagnostic};
use crate::script::token::TokenKind as T;
use crate::text::{Span, TextEdit};

impl Parser<'_> {
    /// A text and its place.
    pub fn text_literal(&mut self) -> Read<(Vec<Piece>, Span)> {
        match self.peek().kind {
            T::PlainText => {
                let span = self.bump().span;
                let written = span.of(self.text);
                let mut characters = written.chars();
                characters.next();
                characters.next_back();
                Ok((vec![Piece::Text(characters.as_str().into())], span))
            }
            T::OpenPlainText => {
                let span = self.bump().span;
                let body = span.of(self.text).get(1..).unwrap_or("");
                self.unterminated(span, '\'');
                Ok((vec![Piece::Text(body.trim_end().into())], span))
            }
            T::TextOpen => self.deeper(Self::interpolated),
            _ => Err(self.expected("a text")),
        }
    }

    fn interpolated(&mut self) -> Read<(Vec<Piece>, Span)> {
        let open = self.bump().span;
        let (mut pieces, mut buffer, mut too_many) = (Vec::new(), String::new(), false);
        loop {
            let token = self.peek();
            match token.kind {
                T::TextPiece => {
                    self.bump();
                    buffer.push_str(token.span.of(self.text));
                }
                T::TextEscape => {
                    self.bump();
                    match unescape(token.span.of(self.text)) {
                        Some(character) => buffer.push(character),
                        None => self.unknown_escape(token.span),
                    }
                }
                T::HoleOpen => {
                    if !buffer.is_empty() {
                        pieces.push(Piece::Text(std::mem::take(&mut buffer).into()));
                    }
                    self.bump();
                    pieces.extend(self.hole(token.span).map(Piece::Hole));
                    // Two more at most before the next look: a piece of text and a hole.
                    if pieces.len() > PARTS_MAX && !std::mem::replace(&mut too_many, true) {
                        self.check_parts(PARTS_MAX + 1, "this text");
                    }
                }
                T::TextClose => {
                    self.bump();
                    if !buffer.is_empty() {
                        pieces.push(Piece::Text(buffer.into()));
                    }
                    return Ok((pieces, open.to(token.span)));
                }
                _ => {
                    if !buffer.is_empty() {
                        pieces.push(Piece::Text(buffer.into()));
                    }
                    let span = self.on_its_line(open.to(self.previous()));
                    self.unterminated(span, '"');
                    return Ok((pieces, span));
                }
            }
        }
    }

    /// The expression behind `{` in a text, up to its `}`.
    fn hole(&mut self, open: Span) -> Option<crate::script::ast::Expr> {
        let value = match self.peek().kind {
            T::HoleClose => Err(()),
            _ => self.expression().map_err(|_| ()),
        };
        if let Ok(value) = value {
            if self.eat(T::HoleClose).is_some() {
                return Some(value);
            }
            let found = self.found();
            let message = format!("expected `}}` behind the expression in the text, found {found}");
            let help = "a brace that is meant as a brace is written `\\{`, or the whole text in '…'";
            self.report(Diagnostic::error(Code::BadHole, open, message).help(help));
        } else if self.at(T::HoleClose) {
            let message = "there is no expression between the braces";
            let help = "a brace that is meant as a brace is written `\\{`, or the whole text in '…'";
            self.report(Diagnostic::error(Code::BadHole, open, message).help(help));
        }
        self.skip_hole();
        None
    }

    /// Skips to behind the brace that closes the hole, or to where the text ends.
    fn skip_hole(&mut self) {
        let mut open = 1u32;
        loop {
            match self.peek().kind {
                T::HoleOpen => open += 1,
                T::HoleClose => open -= 1,
                T::Newline | T::End => return,
                _ => {}
            }
            self.bump();
            if open == 0 {
                self.quiet_here();
                return;
            }
        }
    }

    /// The span as far as its first line goes: in brackets, newlines are read with the token before them.
    fn on_its_line(&self, span: Span) -> Span {
        let line = span.of(self.text).lines().next().unwrap_or("");
        Span::new(span.start, span.start + line.len() as u32)
    }

    fn unterminated(&mut self, span: Span, quote: char) {
        let written = span.of(self.text);
        let mut diagnostic =
            Diagnostic::error(Code::UnterminatedText, span, "this text is not closed on its line");
        let foreign = written.get(1..).and_then(|rest| rest.find(['“', '”', '’', '‘', '＂']));
        diagnostic = match foreign {
            Some(_) => {
                diagnostic.help(format!("it ends with another quote than it began with: write `{quote}`"))
            }
            None => diagnostic
                .help(format!("write `{quote}` where it ends"))
                .edit(TextEdit::insert(span.end, quote)),
        };
        self.report(diagnostic);
        self.quiet_here();
    }

    fn unknown_escape(&mut self, span: Span) {
        let written = span.of(self.text);
        if written == "{" {
            let message = "`{` begins an expression in a text";
            let help = "a brace that is meant as a brace is written `\\{`, or the whole text in '…'";
            self.say(Diagnostic::error(Code::BadHole, span, message).help(help).replace("\\{"));
            return;
        }
        let message = format!("there is no escape `{written}`");
        self.say(
            Diagnostic::error(Code::UnknownEscape, span, message)
                .help(r#"the escapes are \" \\ \n \t \r \{ and \u{…}; in '…' everything stands as it is"#)
                .replace(format!("\\{written}")),
        );
    }
}

/// The character that an escape stands for.
fn unescape(escape: &str) -> Option<char> {
    match escape {
        "\\\"" => Some('"'),
        "\\\\" => Some('\\'),
        "\\n" => Some('\n'),
        "\\t" => Some('\t'),
        "\\r" => Some('\r'),
        "\\{" => Some('{'),
        "\\}" => Some('}'),
        _ => {
            let digits = escape.strip_prefix("\\u{")?.strip_suffix('}')?;
            char::from_u32(u32::from_str_radix(digits, 16).ok()?)
        }
    }
}
