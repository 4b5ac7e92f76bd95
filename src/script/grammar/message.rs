//! Messages: published, consumed, got, settled.

use super::block::Level;
use super::cursor::{Parser, Read};
use crate::script::ast::{Comparison, ExprKind, Ident, Settle, StmtKind};
use crate::script::diagnostic::{Code, Diagnostic};
use crate::script::statement::Statement;
use crate::script::token::TokenKind as T;

impl Parser<'_> {
    /// `publish "hello" to default key "tasks" persistent`
    pub fn publish(&mut self, spec: &'static Statement) -> Read<StmtKind> {
        if self.at_word("to") {
            return Err(self.expected_help("the body", "write `publish \"hello\" to default key \"tasks\"`"));
        }
        let body = self.expression()?;
        if let ExprKind::Compare { how: Comparison::In, right, .. } = &body.kind
            && !self.at_word("to")
        {
            let name = right.span.of(self.text);
            let help = format!("write `to default key \"{name}\"` for a queue, `to {name}` for an exchange");
            let diagnostic = Diagnostic::error(
                Code::Expected,
                body.span,
                "a message is published `to` an exchange, not `in` something",
            );
            return Err(self.report(diagnostic.help(help)));
        }
        let exchange = self.exchange_behind_to(spec)?;
        let options = self.options(spec, None)?;
        Ok(StmtKind::Publish { body, exchange, options })
    }

    /// `ack`, `nack m multiple requeue`
    pub fn settle(&mut self, spec: &'static Statement) -> Read<StmtKind> {
        let how = match spec.word {
            "ack" => Settle::Ack,
            "nack" => Settle::Nack,
            _ => Settle::Reject,
        };
        if self.at_keyword_argument() {
            self.requeue_habit(spec);
        }
        let flag = matches!(self.word(), "multiple" | "requeue");
        let message = if self.at_end() || flag || self.settles_nothing() { None } else { Some(self.sum()?) };
        let options = self.options(spec, None)?;
        Ok(StmtKind::Settle { how, message, options })
    }

    /// Another statement on the same line: no message of that name.
    fn settles_nothing(&self) -> bool {
        Statement::find(self.word()).is_some() || self.at(T::BraceOpen)
    }

    /// `nack requeue=True`: here the word alone says it, and its absence means false, as on the wire.
    fn requeue_habit(&mut self, spec: &Statement) {
        while self.at_keyword_argument() {
            self.keyword_argument(spec);
        }
    }

    /// `consume tasks as m no_ack { … }`
    pub fn consume(&mut self, spec: &'static Statement, level: Level) -> Read<StmtKind> {
        let queue = self.named_queue(spec)?;
        let mut alias: Option<Ident> = None;
        let options = self.options(spec, Some(&mut alias))?;
        let handler = if self.at_block() { Some(self.block(level.inside())?) } else { None };
        Ok(StmtKind::Consume { queue, alias, options, handler })
    }

    /// `get tasks as m { … } else { … }`
    pub fn get(&mut self, spec: &'static Statement, level: Level) -> Read<StmtKind> {
        let queue = self.named_queue(spec)?;
        let mut alias: Option<Ident> = None;
        let options = self.options(spec, Some(&mut alias))?;
        let body = if self.at_block() { Some(self.block(level.inside())?) } else { None };
        let otherwise = match &body {
            Some(_) => self.otherwise(level.inside())?,
            None => None,
        };
        Ok(StmtKind::Get { queue, alias, options, body, otherwise })
    }

    /// A queue's name, also behind `from` or `queue` as other languages have it.
    fn named_queue(&mut self, spec: &'static Statement) -> Read<crate::script::ast::Name> {
        if let Some(name) = self.name_argument() {
            return Ok(name);
        }
        if matches!(self.word(), "from" | "queue")
            && matches!(self.peek_at(1).kind, T::Word | T::TextOpen)
            && !self.next_is_option(spec)
        {
            let span = self.bump().span;
            let message = format!("the queue's name follows `{}`", spec.word);
            let help = format!("write `{} {}`", spec.word, self.peek().span.of(self.text));
            self.say(Diagnostic::error(Code::Expected, span, message).help(help).replace(""));
        }
        self.name("a queue's name")
    }

    fn next_is_option(&self, spec: &Statement) -> bool {
        let word = self.word_at(1);
        word == "as" || spec.option(word).is_some()
    }

    /// `prefetch 1 global`
    pub fn prefetch(&mut self, spec: &'static Statement) -> Read<StmtKind> {
        if self.at_end() {
            return Err(self.expected_help("a number", "write `prefetch 1`"));
        }
        if self.at_keyword_argument() {
            self.keyword_argument(spec);
            return Err(super::cursor::Reported);
        }
        let count = self.sum()?;
        let options = self.options(spec, None)?;
        Ok(StmtKind::Prefetch { count, options })
    }

    /// `cancel`, `cancel "tag"`
    pub fn cancel(&mut self) -> Read<StmtKind> {
        let tag =
            if self.at_end() || Statement::find(self.word()).is_some() { None } else { Some(self.sum()?) };
        Ok(StmtKind::Cancel { tag })
    }
}
