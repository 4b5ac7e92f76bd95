//! Colours: which part of a text is what, from the lexer and the words before.
//!
//! The page's main thread links this and the lexer, nothing else of the language. One pass, no recursion.

use crate::text::Span;

use super::lexer::lex;
use super::question::{Ask, Function};
use super::statement::{OptionSpec, Statement, ValueKind};
use super::token::{Token, TokenKind as T};

/// What a part of a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
    /// `# the work`
    Comment,
    /// The word of a statement, and its small words: `to`, `as`, `else`.
    Statement,
    /// The word of an option.
    Option,
    /// A name in a name place: `tasks` of `queue tasks`.
    Name,
    /// A variable.
    Variable,
    /// A field: `body` of `message.body`.
    Field,
    /// `"…"`
    Text,
    /// `\n`
    Escape,
    /// The braces of an expression in a text.
    Hole,
    /// A number, duration or size.
    Number,
    /// `true`, `false`, `null`
    Constant,
    /// A function or a question.
    Function,
    /// `and`, `==`, `+`
    Operator,
    /// `{`, `,`
    Punctuation,
    /// What means nothing.
    Unknown,
}

impl Tag {
    /// The class in the page's style sheet.
    pub fn css(self) -> &'static str {
        match self {
            Self::Comment => "code__comment",
            Self::Statement => "code__statement",
            Self::Option => "code__option",
            Self::Name => "code__name",
            Self::Variable => "code__variable",
            Self::Field => "code__field",
            Self::Text => "code__text",
            Self::Escape => "code__escape",
            Self::Hole => "code__hole",
            Self::Number => "code__number",
            Self::Constant => "code__constant",
            Self::Function => "code__function",
            Self::Operator => "code__operator",
            Self::Punctuation => "code__punctuation",
            Self::Unknown => "code__unknown",
        }
    }
}

/// The coloured parts of `text`, in order, without overlap. Blanks have no colour.
pub fn highlight(text: &str) -> Vec<(Span, Tag)> {
    let tokens = lex(text);
    let mut painter =
        Painter { text, statement: None, expects: Expects::Statement, tables: Vec::new(), previous: None };
    let mut parts = Vec::with_capacity(tokens.len() / 2);
    for (at, &token) in tokens.iter().enumerate().filter(|(_, token)| token.kind != T::Blank) {
        if token.kind == T::End {
            break;
        }
        let next = tokens.get(at + 1..).unwrap_or(&[]);
        if let Some(tag) = painter.paint(token, next) {
            parts.push((token.span, tag));
        }
        if !token.kind.is_trivia() {
            painter.previous = Some(token.kind);
        }
    }
    parts
}

/// What a word at this place would be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expects {
    Statement,
    Name,
    Variable,
    /// The value of an option.
    Value,
    /// An option or the rest of the statement.
    Rest,
}

struct Painter<'t> {
    text: &'t str,
    statement: Option<&'static Statement>,
    expects: Expects,
    /// For each open brace, whether it opened a table.
    tables: Vec<bool>,
    previous: Option<T>,
}

impl Painter<'_> {
    fn paint(&mut self, token: Token, next: &[Token]) -> Option<Tag> {
        match token.kind {
            T::Comment | T::SlashComment => Some(Tag::Comment),
            T::Word => Some(self.word(token, next)),
            T::Newline => {
                self.newline(next);
                None
            }
            T::Semicolon => {
                self.expects = Expects::Statement;
                Some(Tag::Punctuation)
            }
            T::BraceOpen => {
                let table = opens_table(next)
                    || matches!(self.previous, Some(T::Assign | T::Colon | T::ParenOpen | T::Comma));
                self.tables.push(table);
                if !table {
                    self.expects = Expects::Statement;
                }
                Some(Tag::Punctuation)
            }
            T::BraceClose => {
                let table = self.tables.pop().unwrap_or(false);
                self.expects = if table { Expects::Rest } else { Expects::Statement };
                Some(Tag::Punctuation)
            }
            kind => {
                let tag = plain(kind);
                // `at 1s crash slow`: another statement follows.
                let at =
                    kind == T::Duration && self.statement.is_some_and(|statement| statement.word == "at");
                if at {
                    self.expects = Expects::Statement;
                } else if self.expects != Expects::Statement || kind != T::Dot {
                    self.expects = Expects::Rest;
                }
                Some(tag)
            }
        }
    }

    /// A line's end is a statement's, unless the next line begins with one of its options.
    fn newline(&mut self, next: &[Token]) {
        // One look ahead for a run of newlines, so that the pass stays linear.
        if self.tables.last() == Some(&true) || self.previous == Some(T::Newline) {
            return;
        }
        let word = next.iter().find(|token| !token.kind.is_trivia() && token.kind != T::Newline);
        let word = word.filter(|token| token.kind == T::Word).map_or("", |token| token.span.of(self.text));
        let continues = self.statement.is_some_and(|statement| statement.option(word).is_some());
        self.expects = if continues { Expects::Rest } else { Expects::Statement };
    }

    fn word(&mut self, token: Token, next: &[Token]) -> Tag {
        let word = token.span.of(self.text);
        let follows = next.iter().find(|token| token.kind != T::Blank).map_or(T::End, |token| token.kind);
        if self.previous == Some(T::Dot) {
            return Tag::Field;
        }
        match std::mem::replace(&mut self.expects, Expects::Rest) {
            Expects::Statement => self.first_word(word, follows),
            Expects::Name if matches!(word, "exchange" | "queue" | "broker") && follows == T::Word => {
                self.expects = Expects::Name;
                Tag::Statement
            }
            Expects::Name => Tag::Name,
            Expects::Variable => Tag::Variable,
            Expects::Value => self.value(word, next),
            Expects::Rest => self.rest(word, next, follows),
        }
    }

    fn first_word(&mut self, word: &str, follows: T) -> Tag {
        if matches!(word, "else" | "catch") {
            self.expects = if word == "catch" { Expects::Variable } else { Expects::Statement };
            return Tag::Statement;
        }
        let statement = Statement::find(word).filter(|_| !matches!(follows, T::Assign | T::Dot));
        self.statement = statement;
        let Some(statement) = statement else { return Tag::Variable };
        self.expects = match statement.word {
            "queue" | "exchange" | "bind" | "unbind" | "delete" | "purge" | "consume" | "get"
            | "publisher" | "consumer" | "client" | "channel" | "crash" | "stop" | "start" | "restart"
            | "kill" => Expects::Name,
            "let" | "for" => Expects::Variable,
            "network" if follows == T::Word => Expects::Rest,
            word if word == statement.field => Expects::Name,
            _ => Expects::Rest,
        };
        Tag::Statement
    }

    /// A word that is neither first nor the value of an option.
    fn rest(&mut self, word: &str, next: &[Token], follows: T) -> Tag {
        if self.tables.last() == Some(&true) && follows == T::Colon {
            return Tag::Field;
        }
        if let Some(option) = self.statement.and_then(|statement| statement.option(word)) {
            self.expects = expected_by(option);
            return Tag::Option;
        }
        match word {
            "to" => self.expects = Expects::Name,
            "as" => self.expects = Expects::Variable,
            "else" | "if" | "catch" => {
                self.expects = if word == "if" { Expects::Rest } else { Expects::Statement }
            }
            "forever" | "until" | "for" | "confirms" | "connection" | "every" | "at" | "within" | "up"
            | "down" | "memory" | "disk" | "on" | "off" => {}
            "return" | "ack" | "nack" | "cancel" | "close" | "blocked" | "unblocked"
                if self.statement.is_some_and(|statement| statement.word == "on") => {}
            _ => return self.value(word, next),
        }
        Tag::Statement
    }

    fn value(&self, word: &str, next: &[Token]) -> Tag {
        match word {
            "true" | "false" | "null" | "default" => Tag::Constant,
            "and" | "or" | "not" | "in" | "any" | "order" | "where" => Tag::Operator,
            _ if next.first().is_some_and(|token| token.kind == T::ParenOpen)
                && (Function::find(word).is_some() || Ask::find(word).is_some()) =>
            {
                Tag::Function
            }
            _ => Tag::Variable,
        }
    }
}

fn expected_by(option: &OptionSpec) -> Expects {
    match option.value {
        ValueKind::Flag => Expects::Rest,
        kind if kind.is_name() => Expects::Name,
        ValueKind::Moment => Expects::Rest,
        _ => Expects::Value,
    }
}

/// `{ word: …` and `{ "text": …`, as the parser tells a table from a block.
fn opens_table(next: &[Token]) -> bool {
    let mut shown =
        next.iter().map(|token| token.kind).filter(|kind| !kind.is_trivia() && *kind != T::Newline);
    match shown.next() {
        Some(T::Word | T::PlainText) => shown.next() == Some(T::Colon),
        Some(T::TextOpen) => shown.nth(1) == Some(T::TextClose) && shown.next() == Some(T::Colon),
        _ => false,
    }
}

/// The colour of all that is no word.
fn plain(kind: T) -> Tag {
    match kind {
        T::Number | T::Duration | T::Size => Tag::Number,
        T::TextOpen | T::TextPiece | T::TextClose | T::PlainText | T::OpenPlainText => Tag::Text,
        T::TextEscape => Tag::Escape,
        T::HoleOpen | T::HoleClose => Tag::Hole,
        T::ParenOpen
        | T::ParenClose
        | T::BracketOpen
        | T::BracketClose
        | T::Comma
        | T::Colon
        | T::Semicolon
        | T::Dot => Tag::Punctuation,
        T::BadNumber | T::Unknown => Tag::Unknown,
        _ => Tag::Operator,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(&str, Tag)]) {
        let found: Vec<_> = highlight(text).into_iter().map(|(span, tag)| (span.of(text), tag)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn statement_option_and_name_are_told_apart() {
        check(
            "queue durable durable\n  type quorum # x",
            &[
                ("queue", Tag::Statement),
                ("durable", Tag::Name),
                ("durable", Tag::Option),
                ("type", Tag::Option),
                ("quorum", Tag::Name),
                ("# x", Tag::Comment),
            ],
        );
        check(
            "publish body to logs key key",
            &[
                ("publish", Tag::Statement),
                ("body", Tag::Variable),
                ("to", Tag::Statement),
                ("logs", Tag::Name),
                ("key", Tag::Option),
                ("key", Tag::Variable),
            ],
        );
        check(
            "at 1s crash slow",
            &[("at", Tag::Statement), ("1s", Tag::Number), ("crash", Tag::Statement), ("slow", Tag::Name)],
        );
        check(
            "expect ready(tasks) == 0",
            &[
                ("expect", Tag::Statement),
                ("ready", Tag::Function),
                ("(", Tag::Punctuation),
                ("tasks", Tag::Variable),
                (")", Tag::Punctuation),
                ("==", Tag::Operator),
                ("0", Tag::Number),
            ],
        );
    }
}
