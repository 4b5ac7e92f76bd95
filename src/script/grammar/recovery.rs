//! How reading goes on after an error: to the end of the statement, through its blocks.

use super::block::{Level, indent};
use super::cursor::Parser;
use crate::script::ast::Block;
use crate::script::diagnostic::{Code, Diagnostic};
use crate::script::lexer::meant;
use crate::script::token::{Token, TokenKind as T};
use crate::text::TextEdit;

/// How far ahead a closing bracket is looked for. A constant, so that recovery is linear in the text.
const LOOKAHEAD_MAX: usize = 256;

impl Parser<'_> {
    /// Skips to the end of the statement. Its blocks are read, so that what is wrong in them is said too.
    pub fn recover(&mut self) -> Vec<Block> {
        let mut blocks = Vec::new();
        self.quiet_here();
        loop {
            match self.peek().kind {
                T::End | T::Newline | T::Semicolon | T::BraceClose => break,
                // The block before here was never closed, and what follows is no part of its statement.
                _ if self.at_top_of_script() => break,
                T::BraceOpen if self.is_too_deep() || self.at_table() => self.skip_braces(),
                T::BraceOpen => blocks.extend(self.block(Level::Any)),
                T::ParenOpen | T::BracketOpen => self.skip_brackets(),
                _ => {
                    self.bump();
                }
            }
        }
        self.quiet_here();
        blocks
    }

    /// Whether the brace here opens a table, not a block: `{ word: …`, `{ "text": …`.
    pub fn at_table(&self) -> bool {
        let mut ahead = 1;
        while self.peek_at(ahead).kind == T::Newline && ahead < LOOKAHEAD_MAX {
            ahead += 1;
        }
        match self.peek_at(ahead).kind {
            T::Word | T::PlainText => self.peek_at(ahead + 1).kind == T::Colon,
            T::TextOpen => self.peek_at(ahead + 3).kind == T::Colon,
            _ => false,
        }
    }

    /// Skips from an opening brace behind its closing one.
    fn skip_braces(&mut self) {
        let mut open = 0u32;
        loop {
            match self.peek().kind {
                T::BraceOpen => open += 1,
                T::BraceClose => open -= 1,
                T::End => return,
                _ => {}
            }
            self.bump();
            if open == 0 {
                return;
            }
        }
    }

    /// Skips to the end of the line and over all lines that stand further right than the line of `at`, or go on with it.
    pub fn skip_indented(&mut self, at: u32) {
        let Some(own) = indent(self.text, at, false) else { return };
        loop {
            while !matches!(self.peek().kind, T::Newline | T::End) {
                self.bump();
            }
            let next = self.after_newlines();
            let further = indent(self.text, next.span.start, true).is_some_and(|next| next > own);
            let goes_on =
                matches!(next.span.of(self.text), "else" | "elif" | "except" | "catch" | "finally" | "-");
            self.quiet_here();
            if next.kind == T::End || !(further || goes_on) {
                return;
            }
            self.skip_newlines();
        }
    }

    /// Skips a bracket with what is in it, if its closing one is near; else only the bracket.
    pub fn skip_brackets(&mut self) {
        let mut open = 0u32;
        for ahead in 0..LOOKAHEAD_MAX {
            match self.peek_at(ahead).kind {
                T::ParenOpen | T::BracketOpen => open += 1,
                T::ParenClose | T::BracketClose => open -= 1,
                T::End => break,
                _ => {}
            }
            if open == 0 {
                for _ in 0..=ahead {
                    self.bump();
                }
                return;
            }
        }
        self.bump();
    }

    /// Skips the rest of a bracket or table in which something could not be read, behind its closing token, if that is
    /// near: what belongs to it is no statement of its own.
    pub fn skip_group(&mut self) {
        let mut open = 1u32;
        for ahead in 0..LOOKAHEAD_MAX {
            match self.peek_at(ahead).kind {
                T::ParenOpen | T::BracketOpen | T::BraceOpen => open += 1,
                T::ParenClose | T::BracketClose | T::BraceClose => open -= 1,
                T::End => return,
                _ => {}
            }
            if open == 0 {
                for _ in 0..ahead {
                    self.bump();
                }
                // The group ends with its closing token: the newline behind it counts again.
                self.ungrouped(Self::bump);
                self.quiet_here();
                return;
            }
        }
    }

    /// Reports each character that only looks like the language's own, each unknown one, and comments with `//`.
    pub fn characters(&mut self, tokens: &[Token]) {
        let mut open_texts: Vec<Option<Token>> = Vec::new();
        for &token in tokens {
            match token.kind {
                T::TextOpen => open_texts.push(token.foreign.then_some(token)),
                T::TextClose => match open_texts.pop() {
                    Some(Some(open)) => self.foreign_text(open, Some(token)),
                    _ if token.foreign => self.foreign(token),
                    _ => {}
                },
                T::Newline | T::End => {
                    self.swallowed +=
                        open_texts.first().map_or(0, |_| self.swallowed_before(token.span.start));
                    for open in std::mem::take(&mut open_texts).into_iter().flatten() {
                        self.foreign_text(open, None);
                    }
                }
                T::Unknown => self.unknown(token),
                T::SlashComment => self.slash_comment(token),
                _ if token.foreign => self.foreign(token),
                _ => {}
            }
        }
    }

    /// How many braces more are closed than opened behind the last quote of the line that ends at `end`.
    fn swallowed_before(&self, end: u32) -> usize {
        let line = self.text.get(..end as usize).and_then(|before| before.rsplit('\n').next()).unwrap_or("");
        let swallowed = line.rsplit('"').next().unwrap_or("");
        swallowed.matches('}').count().saturating_sub(swallowed.matches('{').count())
    }

    /// A text in quotes of an input method: one error for both quotes, one fix.
    fn foreign_text(&mut self, open: Token, close: Option<Token>) {
        let written = open.span.of(self.text);
        let message = match written {
            "`" => "a text stands between `\"`, not between backticks".to_owned(),
            _ => format!("write `\"` instead of `{written}`"),
        };
        let mut diagnostic = Diagnostic::error(Code::ForeignCharacter, open.span, message);
        diagnostic = match close {
            Some(close) => {
                let body = crate::text::Span::new(open.span.end, close.span.start).of(self.text);
                diagnostic.edit(TextEdit::replace(open.span.to(close.span), format!("\"{body}\"")))
            }
            None => diagnostic.replace("\""),
        };
        self.say(diagnostic);
    }

    fn foreign(&mut self, token: Token) {
        let written = token.span.of(self.text);
        let (first, ascii): (String, String) = match token.kind {
            T::Comment => (written.chars().take(1).collect(), "#".to_owned()),
            _ => (written.to_owned(), written.chars().map(meant).collect()),
        };
        let span = crate::text::Span::new(token.span.start, token.span.start + first.len() as u32);
        let message = format!("write `{ascii}` instead of `{first}`");
        self.say(Diagnostic::error(Code::ForeignCharacter, span, message).replace(ascii));
    }

    fn unknown(&mut self, token: Token) {
        let written = token.span.of(self.text);
        let shown: String = written.chars().flat_map(char::escape_debug).collect();
        let message = format!("`{shown}` means nothing here");
        self.say(
            Diagnostic::error(Code::UnknownCharacter, token.span, message)
                .help("a name or a text with such a character stands in quotes: `\"…\"`"),
        );
    }

    fn slash_comment(&mut self, token: Token) {
        // Two characters, that may be wide ones: `／／`.
        let slashes: usize = token.span.of(self.text).chars().take(2).map(char::len_utf8).sum();
        let span = crate::text::Span::new(token.span.start, token.span.start + slashes as u32);
        let message = format!("a comment begins with `#`, not `{}`", span.of(self.text));
        self.say(Diagnostic::error(Code::ForeignOperator, span, message).replace("#"));
    }
}
