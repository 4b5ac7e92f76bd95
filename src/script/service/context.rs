//! What stands before a place: the statement it is in, the brackets and blocks around it, the variables there.
//!
//! One pass over the tokens before the place, as the colours are made: a half-typed statement has no tree.

use crate::script::statement::{Statement, ValueKind};
use crate::script::token::{Token, TokenKind as T};

use super::Document;

/// Who carries out the statements at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    Top,
    Deed,
    Client,
}

/// What a variable holds, as far as its fields are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    Message,
    Error,
    Queue,
    Anything,
}

/// What a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FrameKind {
    Block,
    Paren,
    Bracket,
    Table,
    Text,
    Hole,
}

/// A block, a bracket or a text that is open.
#[derive(Clone, Debug)]
pub(super) struct Frame<'t> {
    pub kind: FrameKind,
    /// The statement whose block it is, or the word before the bracket.
    pub head: &'t str,
    /// What stands in it since the last statement began; what is in further brackets stands as their opening token.
    pub words: Vec<Token>,
    /// The statement that has begun in it.
    pub statement: Option<&'static Statement>,
    /// Behind `at 5s` the operator's statement begins.
    pub is_deed: bool,
    /// How many variables there were before it.
    variables: usize,
}

/// What is known about a place.
#[derive(Debug)]
pub(super) struct Context<'t> {
    pub text: &'t str,
    /// From the outside in; the first is the text as a whole.
    pub frames: Vec<Frame<'t>>,
    /// Variables in scope, innermost last.
    pub variables: Vec<(&'t str, Holds)>,
    /// Those that the statement makes, for its block or for what follows.
    pending: Vec<(&'t str, Holds)>,
    /// The statement above, whose options may go on here.
    pub above: Option<(&'static Statement, Vec<Token>)>,
}

impl<'t> Context<'t> {
    /// The context of what begins at `from`.
    pub fn of(document: &Document<'t>, from: u32) -> Self {
        let mut context = Self {
            text: document.text,
            frames: vec![Frame::new(FrameKind::Block, "", 0)],
            variables: Vec::new(),
            pending: Vec::new(),
            above: None,
        };
        for symbol in document.symbols.iter().filter(|symbol| symbol.is_world) {
            let holds = if symbol.kind == super::Kind::Alias { Holds::Queue } else { Holds::Anything };
            // The world's names live as long as the document's text: their places are in it.
            let place = symbol.occurrences.first().map(|occurrence| occurrence.span);
            let name = place.map_or("", |place| place.of(document.text));
            context.variables.push((name, holds));
        }
        let until =
            document.tokens.partition_point(|token| token.span.end <= from && token.span.start < from);
        let before = document.tokens.get(..until).unwrap_or(&[]);
        for (at, &token) in before.iter().enumerate() {
            context.token(token, document.tokens.get(at + 1..).unwrap_or(&[]), from);
        }
        context
    }

    /// The innermost frame.
    pub fn inner(&self) -> &Frame<'t> {
        // There is always the first.
        self.frames.last().unwrap_or_else(|| unreachable!("the outermost frame is never taken away"))
    }

    fn inner_mut(&mut self) -> &mut Frame<'t> {
        self.frames.last_mut().unwrap_or_else(|| unreachable!("the outermost frame is never taken away"))
    }

    /// The innermost block, with the statement that the place belongs to.
    pub fn block(&self) -> &Frame<'t> {
        let block = self.frames.iter().rev().find(|frame| frame.kind == FrameKind::Block);
        block.unwrap_or_else(|| self.inner())
    }

    pub fn level(&self) -> Level {
        let blocks = || self.frames.iter().filter(|frame| frame.kind == FrameKind::Block).skip(1);
        if blocks().any(|frame| matches!(frame.head, "publisher" | "consumer" | "client")) {
            Level::Client
        } else if blocks().next().is_some() || self.block().is_deed || self.is_behind_at() {
            Level::Deed
        } else {
            Level::Top
        }
    }

    /// Behind `at 5s`, where the operator's statement begins.
    fn is_behind_at(&self) -> bool {
        let block = self.block();
        block.words.len() == 2 && block.statement.is_some_and(|statement| statement.word == "at")
    }

    /// What the variable holds, if there is one of that name.
    pub fn variable(&self, name: &str) -> Option<Holds> {
        self.variables.iter().rev().find(|(known, _)| *known == name).map(|(_, holds)| *holds)
    }

    fn token(&mut self, token: Token, next: &[Token], from: u32) {
        match token.kind {
            T::Newline => self.newline(next, from),
            kind if kind.is_trivia() => {}
            T::Semicolon if self.inner().kind == FrameKind::Block => self.end_statement(),
            T::BraceOpen => self.brace(token, next),
            T::ParenOpen => self.open(FrameKind::Paren, token),
            T::BracketOpen => self.open(FrameKind::Bracket, token),
            T::TextOpen => self.open(FrameKind::Text, token),
            T::HoleOpen => self.open(FrameKind::Hole, token),
            T::BraceClose | T::ParenClose | T::BracketClose | T::TextClose | T::HoleClose => {
                self.close(token.kind)
            }
            T::TextPiece | T::TextEscape => {}
            _ => self.word(token),
        }
    }

    fn word(&mut self, token: Token) {
        let text = self.text;
        let word = token.span.of(text);
        let frame = self.inner_mut();
        // `at 5s crash worker`
        if frame.kind == FrameKind::Block
            && frame.statement.is_some_and(|statement| statement.word == "at")
            && frame.words.len() == 2
        {
            frame.words.clear();
            (frame.statement, frame.is_deed) = (None, true);
        }
        if frame.kind == FrameKind::Block && frame.words.is_empty() {
            frame.statement = Statement::find(word).filter(|_| token.kind == T::Word);
        }
        let before = frame.words.last().map_or("", |token| token.span.of(text));
        let statement = frame.statement.map_or("", |statement| statement.word);
        frame.words.push(token);
        if token.kind != T::Word || frame.kind != FrameKind::Block {
            return;
        }
        let holds = match (before, statement) {
            ("as", "consume" | "get") => Holds::Message,
            ("as", "queue") => Holds::Queue,
            ("as", "on") => self.given().unwrap_or(Holds::Anything),
            ("catch", "try") => Holds::Error,
            ("as", _) | ("let", "let") | ("for", "for") => Holds::Anything,
            _ => return,
        };
        self.pending.push((word, holds));
    }

    /// What the block of the statement gets without a name for it.
    fn given(&self) -> Option<Holds> {
        let frame = self.inner();
        match frame.statement?.word {
            "consume" | "get" => Some(Holds::Message),
            "on" => match frame.words.get(1)?.span.of(self.text) {
                "return" | "ack" | "nack" => Some(Holds::Message),
                _ => Some(Holds::Error),
            },
            _ => None,
        }
    }

    fn newline(&mut self, next: &[Token], from: u32) {
        // A line end leaves texts and the expressions in them.
        while matches!(self.inner().kind, FrameKind::Text | FrameKind::Hole)
            || self.frames.iter().any(|frame| frame.kind == FrameKind::Text)
        {
            self.frames.pop();
        }
        self.leave_brackets(next);
        let frame = self.inner();
        if frame.kind != FrameKind::Block || frame.words.is_empty() {
            return;
        }
        let following = next.iter().find(|token| !token.kind.is_trivia() && token.kind != T::Newline);
        let following = following.filter(|token| token.span.start < from && token.span.end <= from);
        let continues = following.is_some_and(|token| match token.kind {
            T::BraceOpen => true,
            T::Word => {
                let word = token.span.of(self.text);
                matches!(word, "else" | "catch")
                    || frame.statement.is_some_and(|statement| statement.option(word).is_some())
                        && Statement::find(word).is_none()
            }
            _ => false,
        });
        if !continues {
            self.above = frame
                .statement
                .map(|statement| (statement, frame.words.clone()))
                .filter(|_| following.is_none());
            self.end_statement();
        }
    }

    /// A bracket that is not closed yet does not swallow the statements below it.
    fn leave_brackets(&mut self, next: &[Token]) {
        if self.inner().kind == FrameKind::Block {
            return;
        }
        let mut shown = next.iter().filter(|token| !token.kind.is_trivia() && token.kind != T::Newline);
        let begins = shown.next().is_some_and(|token| {
            token.kind == T::Word && Statement::find(token.span.of(self.text)).is_some()
        });
        let goes_on = shown
            .next()
            .is_some_and(|token| matches!(token.kind, T::Colon | T::Comma | T::ParenClose | T::BracketClose));
        while begins && !goes_on && self.inner().kind != FrameKind::Block {
            self.frames.pop();
        }
    }

    fn end_statement(&mut self) {
        self.variables.append(&mut self.pending);
        let frame = self.inner_mut();
        frame.words.clear();
        (frame.statement, frame.is_deed) = (None, false);
    }

    fn brace(&mut self, token: Token, next: &[Token]) {
        let kind = if self.opens_table(next) { FrameKind::Table } else { FrameKind::Block };
        let given = if kind == FrameKind::Block { self.given() } else { None };
        self.open(kind, token);
        if kind == FrameKind::Block {
            match given {
                Some(Holds::Message) => self.variables.push(("message", Holds::Message)),
                Some(Holds::Error) => self.variables.push(("error", Holds::Error)),
                _ => {}
            }
            self.variables.append(&mut self.pending);
        }
    }

    fn opens_table(&self, next: &[Token]) -> bool {
        let frame = self.inner();
        let mut shown =
            next.iter().map(|token| token.kind).filter(|kind| !kind.is_trivia() && *kind != T::Newline);
        let entry = match shown.next() {
            Some(T::Word | T::PlainText) => shown.next() == Some(T::Colon),
            Some(T::TextOpen) => shown.nth(1) == Some(T::TextClose) && shown.next() == Some(T::Colon),
            _ => false,
        };
        let before = frame.words.last();
        let operator = before.is_some_and(|before| {
            matches!(
                before.kind,
                T::Assign | T::Equal | T::NotEqual | T::Plus | T::Minus | T::Comma | T::Colon
            )
        });
        let option = before.filter(|before| before.kind == T::Word).and_then(|before| {
            let word = before.span.of(self.text);
            frame.statement.and_then(|statement| statement.option(word))
        });
        let takes_table =
            option.is_some_and(|option| matches!(option.value, ValueKind::Table | ValueKind::Match));
        entry || operator || takes_table || frame.kind != FrameKind::Block
    }

    fn open(&mut self, kind: FrameKind, token: Token) {
        let text = self.text;
        let frame = self.inner_mut();
        let head = match kind {
            FrameKind::Block => frame.statement.map_or("", |statement| statement.word),
            _ => frame.words.last().filter(|word| word.kind == T::Word).map_or("", |word| word.span.of(text)),
        };
        frame.words.push(token);
        let variables = self.variables.len();
        self.frames.push(Frame::new(kind, head, variables));
    }

    fn close(&mut self, kind: T) {
        let wanted = |frame: &Frame<'_>| match kind {
            T::BraceClose => matches!(frame.kind, FrameKind::Block | FrameKind::Table),
            T::ParenClose => frame.kind == FrameKind::Paren,
            T::BracketClose => frame.kind == FrameKind::Bracket,
            T::TextClose => frame.kind == FrameKind::Text,
            _ => frame.kind == FrameKind::Hole,
        };
        let Some(at) = self.frames.iter().rposition(wanted).filter(|at| *at > 0) else { return };
        // A parenthesis does not close what stands around its block.
        if kind != T::BraceClose && self.frames.iter().skip(at).any(|frame| frame.kind == FrameKind::Block) {
            return;
        }
        if let Some(frame) = self.frames.get(at) {
            let first = frame.variables.min(self.variables.len());
            self.variables.truncate(first);
        }
        self.frames.truncate(at);
        self.pending.clear();
    }
}

impl<'t> Frame<'t> {
    fn new(kind: FrameKind, head: &'t str, variables: usize) -> Self {
        Self { kind, head, words: Vec::new(), statement: None, is_deed: false, variables }
    }
}
