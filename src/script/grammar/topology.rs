//! Exchanges, queues and bindings.

use super::cursor::{Parser, Read};
use crate::script::ast::{Ident, Name, NameKind, StmtKind};
use crate::script::diagnostic::{Code, Diagnostic};
use crate::script::statement::{EXCHANGE_TYPES, Statement, ValueKind, nearest};
use crate::script::token::TokenKind as T;

impl Parser<'_> {
    /// `queue tasks durable as q`
    pub fn queue(&mut self, spec: &'static Statement) -> Read<StmtKind> {
        let name = self.declared_name(spec, "a queue's name")?;
        let mut alias = None;
        let options = self.options(spec, Some(&mut alias))?;
        Ok(StmtKind::Queue { name, options, alias })
    }

    /// `exchange logs fanout durable`
    pub fn exchange(&mut self, spec: &'static Statement) -> Read<StmtKind> {
        let mut name = self.declared_name(spec, "an exchange's name")?;
        if matches!(&name.kind, NameKind::Word(word) if &**word == "default") {
            name.kind = NameKind::Default;
        }
        let kind = match self.peek().kind {
            T::Word if spec.option(self.word()).is_none() && self.at_exchange_type() => {
                Some(self.exchange_type()?)
            }
            T::TextOpen | T::PlainText => Some(self.name("an exchange's type")?),
            _ => None,
        };
        let options = self.options(spec, None)?;
        Ok(StmtKind::Exchange { name, kind, options })
    }

    /// A word that is a type, or is none of anything else.
    fn at_exchange_type(&self) -> bool {
        let word = self.word();
        EXCHANGE_TYPES.contains(&word)
            || word.starts_with("x_")
            || Statement::find(word).is_none()
                && self.peek_at(1).kind != T::Assign
                && nearest(word, EXCHANGE_TYPES.iter().copied()).is_some()
    }

    fn exchange_type(&mut self) -> Read<Name> {
        let name = self.name("an exchange's type")?;
        if let NameKind::Word(word) = &name.kind
            && !EXCHANGE_TYPES.contains(&&**word)
            && let Some(near) = nearest(word, EXCHANGE_TYPES.iter().copied())
        {
            let message = format!("no exchange has the type `{word}`");
            self.say(
                Diagnostic::error(Code::WrongKind, name.span, message)
                    .help(format!("did you mean `{near}`?"))
                    .replace(near),
            );
        }
        Ok(name)
    }

    /// The word after `queue` or `exchange` is always the name, even if it is an option's word.
    fn declared_name(&mut self, spec: &'static Statement, what: &str) -> Read<Name> {
        if let Some(name) = self.name_argument() {
            return Ok(name);
        }
        if self.at_keyword_argument() {
            self.keyword_argument(spec);
        }
        if self.at_swapped_name(spec) {
            return self.swapped_name(spec, what);
        }
        self.name(what)
    }

    /// `queue durable tasks`: an option without a value, then a word that is none.
    fn at_swapped_name(&self, spec: &Statement) -> bool {
        let has = |word: &str| {
            spec.option(word).is_some_and(|option| option.value == ValueKind::Flag)
                || spec.word == "exchange" && EXCHANGE_TYPES.contains(&word)
        };
        let next = self.peek_at(1);
        let is_name = match next.kind {
            T::Word => {
                let word = self.word_at(1);
                !has(word) && spec.option(word).is_none() && word != "as" && Statement::find(word).is_none()
            }
            T::TextOpen | T::PlainText => true,
            _ => false,
        };
        has(self.word()) && is_name && (next.kind == T::Word || spec.word == "queue")
    }

    fn swapped_name(&mut self, spec: &Statement, what: &str) -> Read<Name> {
        let option = self.bump().span;
        let name = self.name(what)?;
        let (first, second) = (option.of(self.text), name.span.of(self.text));
        let way = format!("{second} {first}");
        self.say(
            Diagnostic::error(
                Code::OptionAsName,
                option.to(name.span),
                "the name comes first, then the options",
            )
            .help(format!("write `{} {way}`", spec.word))
            .replace(way.clone()),
        );
        Ok(name)
    }

    /// `bind pdfs to docs key "…"`, `unbind exchange archive to orders`
    pub fn bind(&mut self, spec: &'static Statement) -> Read<StmtKind> {
        let exchange = self.at_word("exchange")
            && !matches!(self.word_at(1), "to")
            && self.eat_word("exchange").is_some();
        let queue =
            !exchange && self.at_word("queue") && self.word_at(1) != "to" && !self.word_at(1).is_empty();
        if queue {
            self.bump();
        }
        let what = if exchange { "an exchange's name" } else { "a queue's name" };
        let destination = match self.name_argument() {
            Some(name) => name,
            None => self.name(what)?,
        };
        let source = self.exchange_behind_to(spec)?;
        let options = self.options(spec, None)?;
        Ok(StmtKind::Bind { unbind: spec.word == "unbind", exchange, destination, source, options })
    }

    /// `to logs`
    pub fn exchange_behind_to(&mut self, spec: &Statement) -> Read<Name> {
        if self.eat_word("to").is_none() {
            let help = match spec.word {
                "publish" => {
                    "say where it goes: `to default key \"tasks\"` for a queue, `to logs` for an exchange"
                }
                _ => "say which exchange: `bind tasks to logs key \"info\"`",
            };
            return Err(self.text_ended_early().unwrap_or_else(|| self.expected_help("`to`", help)));
        }
        if self.at_word("queue") && self.peek_at(1).kind == T::Word {
            let span = self.peek().span;
            let name = self.word_at(1);
            let message = "`to` is followed by an exchange";
            let help = format!("for the queue `{name}` write `to default key \"{name}\"`");
            let diagnostic = Diagnostic::error(Code::Expected, span.to(self.peek_at(1).span), message)
                .help(help)
                .replace(format!("default key \"{name}\""));
            return Err(self.report(diagnostic));
        }
        if self.at_word("exchange") && self.peek_at(1).kind == T::Word {
            self.bump();
        }
        self.exchange_name()
    }

    /// `"hello to default key "tasks"`: the quote that was meant to open a text has closed one.
    fn text_ended_early(&mut self) -> Option<super::cursor::Reported> {
        let word = self.peek().span;
        let close = self.previous();
        let touches = self.at(T::Word) && close.end == word.start && matches!(close.of(self.text), "\"");
        if !touches {
            return None;
        }
        let message = format!("a text ends right before `{}`", word.of(self.text));
        let diagnostic = Diagnostic::error(Code::UnterminatedText, close, message)
            .help("is a `\"` missing before it on this line? each text has two");
        Some(self.report(diagnostic))
    }

    /// `delete queue tasks if_empty`
    pub fn delete(&mut self, spec: &'static Statement) -> Read<StmtKind> {
        let exchange = if self.eat_word("exchange").is_some() {
            true
        } else if self.eat_word("queue").is_some() {
            false
        } else {
            return Err(self.expected_help("`queue` or `exchange`", "write `delete queue tasks`"));
        };
        let name = if exchange { self.exchange_name()? } else { self.name("a queue's name")? };
        let options = self.options(spec, None)?;
        if exchange && let Some(option) = options.find("if_empty") {
            let message = "`if_empty` is for queues: an exchange holds nothing";
            self.say(
                Diagnostic::error(Code::UnknownOption, option.word, message).help("take it away").replace(""),
            );
        }
        Ok(StmtKind::Delete { exchange, name, options })
    }

    /// `purge tasks as p`
    pub fn purge(&mut self, spec: &'static Statement) -> Read<StmtKind> {
        let queue = self.name("a queue's name")?;
        let mut alias: Option<Ident> = None;
        let options = self.options(spec, Some(&mut alias))?;
        Ok(StmtKind::Purge { queue, options, alias })
    }
}
