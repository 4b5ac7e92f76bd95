//! Statements one after the other, and blocks of them.

use super::cursor::{Parser, Read};
use crate::script::ast::{Block, Stmt};
use crate::script::diagnostic::{Code, Diagnostic};
use crate::script::statement::Statement;
use crate::script::token::TokenKind as T;
use crate::text::{Span, TextEdit};

/// Whose statements these are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    /// The script's own.
    Top,
    /// The operator's, in `at`, `when` and their loops.
    Deed,
    /// The operator's, in a loop or condition of the top level.
    TopBlock,
    /// A client's.
    Client,
    /// Of something that could not be read: any may stand there.
    Any,
}

impl Level {
    /// The level of the blocks of a statement that stands on this level.
    pub fn inside(self) -> Self {
        match self {
            Self::Top => Self::TopBlock,
            other => other,
        }
    }

    /// Whether the statement may stand here.
    pub fn allows(self, statement: &Statement) -> bool {
        match self {
            Self::Top => statement.stands.top,
            Self::TopBlock | Self::Deed => statement.stands.deed,
            Self::Client => statement.stands.client,
            Self::Any => true,
        }
    }
}

impl Parser<'_> {
    /// Statements up to the closing brace (not read) or the end.
    pub fn statements(&mut self, level: Level) -> Vec<Stmt> {
        let of_if = std::mem::take(&mut self.ends_at_else);
        let mut statements = Vec::new();
        loop {
            while matches!(self.peek().kind, T::Newline | T::Semicolon) {
                self.bump();
            }
            match self.peek().kind {
                T::End => break,
                T::BraceClose if level != Level::Top => break,
                T::BraceClose => self.extra_brace(),
                _ if level != Level::Top && self.at_top_of_script() => break,
                _ if of_if && self.at_word("else") => break,
                _ => {
                    let before = self.position();
                    statements.push(self.statement_or_broken(level));
                    // Whatever happens, go on: a token that nobody wants is skipped.
                    if self.position() == before {
                        self.bump();
                    }
                }
            }
        }
        statements
    }

    fn extra_brace(&mut self) {
        let brace = self.bump().span;
        let message = "this `}` closes nothing";
        self.say(Diagnostic::error(Code::ExtraBrace, brace, message).help("take it away").replace(""));
    }

    /// A statement that can only stand at the top, at the very beginning of a line: the block around it was never closed.
    pub fn at_top_of_script(&self) -> bool {
        let token = self.peek();
        let begins_line =
            token.span.start == 0 || self.text.as_bytes().get(token.span.start as usize - 1) == Some(&b'\n');
        begins_line
            && matches!(
                self.word(),
                "publisher" | "consumer" | "client" | "expect" | "always" | "never" | "eventually" | "when"
            )
            && self.peek_at(1).kind != T::Assign
    }

    /// A block. The newlines before its brace are skipped, if it is there.
    pub fn block(&mut self, level: Level) -> Read<Block> {
        if !self.at_block() {
            self.no_block()?;
        }
        self.skip_newlines();
        let of_if = std::mem::take(&mut self.ends_at_else);
        self.deeper(|parser| {
            let open = parser.bump().span;
            parser.ends_at_else = of_if;
            let statements = parser.ungrouped(|parser| parser.statements(level));
            let span = match parser.eat(T::BraceClose) {
                Some(close) => {
                    parser.compare_indents(open, close);
                    open.to(close)
                }
                None if of_if && parser.at_word("else") => parser.closed_by_else(open),
                None => parser.unclosed(open),
            };
            Ok(Block { span, statements })
        })
    }

    /// A brace that closes further left than its block began most likely belongs to a block further out: if one of
    /// those is left open, it is this one that was never closed.
    fn compare_indents(&mut self, open: Span, close: Span) {
        if let (Some(inner), Some(outer)) =
            (indent(self.text, open.start, false), indent(self.text, close.start, true))
            && outer < inner
        {
            self.suspect.get_or_insert(open);
        }
    }

    /// Something else stands where a block should. It may still come on this line: then only the header is broken.
    #[cold]
    fn no_block(&mut self) -> Read<()> {
        if self.at(T::Colon) {
            return Err(self.indented_block());
        }
        let reported = self.expected_help("`{`", "a block stands in braces: `{ … }`");
        if self.at(T::ParenOpen) {
            self.skip_brackets();
            return Err(reported);
        }
        while !self.at_end() && !self.at(T::BraceOpen) {
            self.bump();
        }
        if self.at(T::BraceOpen) { Ok(()) } else { Err(reported) }
    }

    /// `if a { … else { … }`: the brace before the `else` is missing.
    #[cold]
    fn closed_by_else(&mut self, open: Span) -> Span {
        let word = self.peek().span;
        self.say(
            Diagnostic::error(Code::UnclosedBrace, open, "this `{` is never closed")
                .also(word, "its `}` is missing before this `else`")
                .help("write `}` before the `else`")
                .edit(TextEdit::insert(word.start, "} ")),
        );
        open.to(self.previous())
    }

    /// `if a:` and lines further right: how Python has it. What belongs to it is skipped.
    fn indented_block(&mut self) -> super::cursor::Reported {
        let colon = self.peek().span;
        let reported = self.report(
            Diagnostic::error(Code::Expected, colon, "a block stands in braces, not behind `:`")
                .help("write `{` here and `}` where the block ends"),
        );
        self.skip_indented(colon.start);
        reported
    }

    #[cold]
    fn unclosed(&mut self, open: Span) -> Span {
        let found = self.here();
        self.quiet_here();
        let end = self.previous();
        // Its brace stands in a text that is not closed, or one brace is missing for all of them.
        if self.swallowed > 0 {
            self.swallowed -= 1;
            self.unsaid.get_or_insert((open, found));
            return open.to(end);
        }
        if self.unclosed_at.replace(self.position()) == Some(self.position()) {
            return open.to(end);
        }
        let guilty = self.suspect.take().filter(|suspect| suspect.start > open.start).unwrap_or(open);
        self.say_unclosed(guilty, found);
        open.to(end)
    }

    fn say_unclosed(&mut self, open: Span, found: Span) {
        self.say(
            Diagnostic::error(Code::UnclosedBrace, open, "this `{` is never closed")
                .also(found, "its `}` is missing before here")
                .help("write `}` where the block ends"),
        );
    }

    /// At the end of the text: a block that was not closed is wrong, whatever else was expected to say so.
    pub fn say_unsaid(&mut self) {
        if !self.has_errors()
            && let Some((open, found)) = self.unsaid
        {
            self.say_unclosed(open, found);
        }
    }

    /// Whether a block begins here, or after newlines.
    pub fn at_block(&self) -> bool {
        self.after_newlines().kind == T::BraceOpen
    }

    /// The token here or behind newlines.
    pub fn after_newlines(&self) -> crate::script::token::Token {
        let mut ahead = 0;
        while self.peek_at(ahead).kind == T::Newline {
            ahead += 1;
        }
        self.peek_at(ahead)
    }

    /// Goes over `word` here or behind newlines, as `else` and `catch` may stand on a line of their own.
    pub fn eat_word_after_newlines(&mut self, word: &str) -> bool {
        let token = self.after_newlines();
        let found = token.kind == T::Word && token.span.of(self.text) == word;
        if found {
            self.skip_newlines();
            self.bump();
        }
        found
    }

    /// `else { … }`, if it is there.
    pub fn otherwise(&mut self, level: Level) -> Read<Option<Block>> {
        if self.eat_word_after_newlines("else") { self.block(level).map(Some) } else { Ok(None) }
    }
}

/// How far in the line of the byte `at` begins; nothing where the line is long, or (`first`) where something stands
/// before it.
pub(super) fn indent(text: &str, at: u32, first: bool) -> Option<usize> {
    const REACH: usize = 200;
    let at = at as usize;
    let from = (at.saturating_sub(REACH)..=at).find(|&from| text.is_char_boundary(from))?;
    let before = text.get(from..at)?;
    let line = match before.rfind('\n') {
        Some(end) => before.get(end + 1..)?,
        None if from == 0 => before,
        None => return None,
    };
    let blank = line.len() - line.trim_start().len();
    (!first || blank == line.len()).then_some(blank)
}
