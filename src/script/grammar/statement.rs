//! One statement: which one it is, and that it ends where it should.

use super::block::Level;
use super::cursor::{Parser, Read};
use crate::script::ast::{Plain, Stmt, StmtKind};
use crate::script::diagnostic::{Code, Diagnostic};
use crate::script::statement::Statement;
use crate::script::token::TokenKind as T;
use crate::text::{Span, TextEdit};

impl Parser<'_> {
    /// A statement; if it cannot be read, what could be read of it.
    pub fn statement_or_broken(&mut self, level: Level) -> Stmt {
        let word = self.peek().span;
        let mut kind = match self.statement(level) {
            Ok(kind) => kind,
            Err(_) => StmtKind::Broken(self.recover()),
        };
        // Where a block was never closed, what follows is another statement.
        if !self.at_end() && self.unclosed_at != Some(self.position()) {
            self.not_ended(&kind);
            // The statement itself was read: it counts, or what it declares would be missed everywhere.
            let blocks = self.recover();
            if !blocks.is_empty() && matches!(kind, StmtKind::Broken(_)) {
                kind = StmtKind::Broken(blocks);
            }
        }
        let span = word.to(self.previous());
        let head = match kind.blocks().first() {
            Some(block) => {
                let before = Span::new(span.start, block.span.start.max(word.end));
                Span::new(span.start, span.start + before.of(self.text).trim_end().len() as u32)
            }
            None => span,
        };
        Stmt { span, word, head, kind }
    }

    /// Something follows the statement on its line.
    #[cold]
    fn not_ended(&mut self, kind: &StmtKind) {
        let word = self.word();
        let span = self.here();
        let takes_key = matches!(kind, StmtKind::Publish { .. } | StmtKind::Bind { .. });
        if takes_key && matches!(self.peek().kind, T::TextOpen | T::PlainText) {
            let diagnostic = Diagnostic::error(Code::Expected, span, "expected the word `key` before a key")
                .help(format!("write `key {}`", self.rest_of_text()))
                .edit(TextEdit::insert(span.start, "key "));
            self.report(diagnostic);
            return;
        }
        if self.at(T::BraceOpen) && self.at_table() {
            self.expected_help(
                "the end of the statement",
                "options stand behind the name, without braces: `queue tasks durable message_ttl 30s`",
            );
            return;
        }
        if self.at(T::Operator) && self.peek_at(1).kind == T::BraceOpen {
            let message = format!("`{}` means nothing here", span.of(self.text));
            let diagnostic = Diagnostic::error(Code::ForeignOperator, span, message)
                .help("take it away: the block follows the statement")
                .replace("");
            self.report(diagnostic);
            return;
        }
        if Statement::find(word).is_some() {
            let message = format!("`{word}` begins another statement");
            let diagnostic = Diagnostic::error(Code::Expected, span, message)
                .help("put it on a line of its own, or write `;` before it")
                .edit(TextEdit::insert(span.start, "; "));
            self.report(diagnostic);
        } else if self.at(T::Operator) || self.at(T::Assign) {
            self.foreign_operator();
        } else {
            self.expected("the end of the statement");
        }
    }

    /// The text that begins here, as far as its line goes.
    fn rest_of_text(&self) -> String {
        let rest = self.text.get(self.peek().span.start as usize..).unwrap_or("");
        let quote = rest.chars().next().unwrap_or('"');
        let end = rest
            .char_indices()
            .skip(1)
            .find(|(_, c)| *c == quote || *c == '\n')
            .map_or(rest.len(), |(at, _)| at);
        format!("\"{}\"", rest.get(1..end).unwrap_or("tasks"))
    }

    /// `ack()`: a statement takes no parentheses. Said, and read over.
    #[cold]
    fn empty_call(&mut self) {
        let (open, close) = (self.peek(), self.peek_at(1));
        if open.kind != T::ParenOpen || close.kind != T::ParenClose || open.span.start != self.previous().end
        {
            return;
        }
        let word = self.previous().of(self.text);
        self.say(
            Diagnostic::error(
                Code::KeywordArgument,
                open.span.to(close.span),
                "statements are written without parentheses",
            )
            .help(format!("write `{word}`"))
            .replace(""),
        );
        self.bump();
        self.bump();
    }

    fn statement(&mut self, level: Level) -> Read<StmtKind> {
        if !self.at(T::Word) {
            return Err(self.no_statement());
        }
        if self.at_library_call() {
            return Err(self.library_call());
        }
        if self.at_library_object() {
            return Err(self.library_object());
        }
        let word = self.word();
        let next = self.peek_at(1);
        let adjacent = next.span.start == self.peek().span.end;
        let spec = Statement::find(word);
        let assigns = match next.kind {
            T::Assign => true,
            T::Dot => adjacent,
            T::BracketOpen => spec.is_none(),
            _ => false,
        };
        if assigns && (spec.is_none() || !self.is_library_argument()) {
            return self.assign();
        }
        let Some(spec) = spec else {
            return Err(self.unknown_statement(level));
        };
        // What stands in the block of a misplaced statement is no mistake of its own.
        let inside = if level.allows(spec) { level } else { Level::Any };
        if !level.allows(spec) {
            self.misplaced(spec, level);
        }
        self.bump();
        self.empty_call();
        self.rest_of(spec, inside)
    }

    /// What follows the statement's word.
    fn rest_of(&mut self, spec: &'static Statement, level: Level) -> Read<StmtKind> {
        match spec.word {
            "queue" => self.queue(spec),
            "exchange" => self.exchange(spec),
            "bind" | "unbind" => self.bind(spec),
            "delete" => self.delete(spec),
            "purge" => self.purge(spec),
            "publish" => self.publish(spec),
            "consume" => self.consume(spec, level),
            "get" => self.get(spec, level),
            "ack" | "nack" | "reject" => self.settle(spec),
            "prefetch" => self.prefetch(spec),
            "confirm" => Ok(StmtKind::Plain(Plain::Confirm)),
            "tx" => Ok(StmtKind::Plain(Plain::Tx)),
            "commit" => Ok(StmtKind::Plain(Plain::Commit)),
            "rollback" => Ok(StmtKind::Plain(Plain::Rollback)),
            "recover" => Ok(StmtKind::Plain(Plain::Recover)),
            "cancel" => self.cancel(),
            "channel" => self.channel(level),
            "close" => Ok(StmtKind::Close { connection: self.eat_word("connection").is_some() }),
            "reconnect" => self.reconnect(spec, level),
            "wait" => self.wait(spec, level),
            "on" => self.on(level),
            "every" => self.every(level),
            "print" => self.expression().map(StmtKind::Print),
            "let" => self.let_(),
            "for" => self.for_(level),
            "if" => self.if_(level),
            "repeat" => self.repeat(level),
            "while" => self.while_(level),
            "try" => self.try_(level),
            "publisher" | "consumer" | "client" => self.client(spec),
            "at" => self.at_time(),
            "when" => self.when(),
            "expect" | "always" | "never" | "eventually" => self.check(spec),
            "seed" => self.seed(),
            "run" => self.run_for(),
            "broker" => self.version(spec),
            "limits" => self.options(spec, None).map(|options| StmtKind::Limits { options }),
            "network" => self.network(spec),
            "crash" => self.crash(level),
            "stop" => self.client_ref().map(|client| StmtKind::Stop { client }),
            "start" => self.client_ref().map(|client| StmtKind::Start { client }),
            "restart" | "kill" => self.broker_fault(spec),
            "alarm" => self.alarm(),
            _ => self.admin(spec),
        }
    }

    fn no_statement(&mut self) -> super::cursor::Reported {
        match self.peek().kind {
            T::Unknown => {
                // Its own error is said already.
                self.quiet_here();
                super::cursor::Reported
            }
            T::BraceOpen if self.at_table() => {
                self.expected_help("a statement", "a script is no JSON: a queue is declared with `queue tasks durable`")
            }
            T::Minus if self.peek_at(1).kind == T::Minus => {
                let span = self.peek().span.to(self.peek_at(1).span);
                let diagnostic =
                    Diagnostic::error(Code::ForeignOperator, span, "a comment begins with `#`, not `--`").replace("#");
                self.report(diagnostic.help("write `#`"))
            }
            T::BraceOpen => self.expected_help("a statement", "a block belongs to a statement: `consumer worker { … }`"),
            T::TextOpen | T::PlainText | T::Number => {
                self.expected_help("a statement", "a statement begins with a word: `print \"hello\"`, `publish \"hello\" to default key \"tasks\"`")
            }
            _ => self.expected_help("a statement", "a statement begins with a word: `queue tasks`"),
        }
    }

    fn misplaced(&mut self, spec: &'static Statement, level: Level) {
        let span = self.here();
        let word = spec.word;
        let (message, help) = match (level, spec.stands) {
            (Level::Client, stands) if stands.top && stands.deed => (
                format!("`{word}` is the operator's, not a client's"),
                "put it outside the client".to_owned(),
            ),
            (Level::Client | Level::TopBlock | Level::Deed, stands) if stands.top => (
                format!("`{word}` stands at the top level, in no block"),
                "put it outside all braces; is a `}` missing before it?".to_owned(),
            ),
            _ => (
                format!("`{word}` is done by a client, not by the operator"),
                format!("put it into one: `client app {{ {} }}`", example(spec)),
            ),
        };
        self.say(Diagnostic::error(Code::MisplacedStatement, span, message).help(help));
    }
}

/// The shortest way to write a statement in a block.
fn example(spec: &Statement) -> &'static str {
    match spec.word {
        "print" => "print \"hello\"",
        "consume" => "consume tasks { ack }",
        "wait" => "wait 1s",
        "repeat" => "repeat 3 { … }",
        "prefetch" => "prefetch 1",
        word => word,
    }
}
