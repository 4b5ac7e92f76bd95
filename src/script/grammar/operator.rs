//! What the operator does: at a time, when something holds, by `rabbitmqctl`'s commands, and faults.

use super::block::Level;
use super::cursor::{Parser, Read};
use crate::script::ast::{Block, Check, ExprKind, StmtKind};
use crate::script::diagnostic::{Code, Diagnostic};
use crate::script::statement::{Statement, ValueKind};
use crate::script::token::TokenKind as T;
use crate::text::Spanned;

impl Parser<'_> {
    /// `at 5s crash worker`, `at 5s { … }`
    pub fn at_time(&mut self) -> Read<StmtKind> {
        if self.at(T::Word) {
            let word = self.word();
            return Err(self.expected_help("a time", format!("write the time first: `at 5s {word} …`")));
        }
        let time = self.fixed_duration()?;
        let deeds = self.deeds()?;
        Ok(StmtKind::At { time, deeds })
    }

    /// A block of deeds, or one deed on the line.
    fn deeds(&mut self) -> Read<Block> {
        if self.at_block() {
            return self.block(Level::Deed);
        }
        if self.at_end() {
            return Err(self.expected_help("what to do", "write `at 5s crash worker`, or a block `{ … }`"));
        }
        self.deeper(|parser| {
            let deed = parser.statement_or_broken(Level::Deed);
            Ok(Block { span: deed.span, statements: vec![deed] })
        })
    }

    /// `when received(worker) == 3 { crash worker }`
    pub fn when(&mut self) -> Read<StmtKind> {
        let condition = self.condition()?;
        Ok(StmtKind::When { condition, deeds: self.block(Level::Deed)? })
    }

    /// A duration as written.
    pub fn fixed_duration(&mut self) -> Read<Spanned<u64>> {
        let value = self.fixed(ValueKind::FixedDuration)?;
        let micros = if let ExprKind::Duration(micros) = value.kind { micros } else { 0 };
        Ok(Spanned { value: micros, span: value.span })
    }

    /// `expect ready(tasks) == 0 at 5s`
    pub fn check(&mut self, spec: &'static Statement) -> Read<StmtKind> {
        let kind = match spec.word {
            "expect" => Check::Expect,
            "always" => Check::Always,
            "never" => Check::Never,
            _ => Check::Eventually,
        };
        let condition = self.expression()?;
        if self.at_word("at") && kind != Check::Expect || self.at_word("within") && kind != Check::Eventually
        {
            let word = self.word();
            let message = format!("`{}` has no `{word}`", spec.word);
            let help = match (word, kind) {
                ("at", _) => "a check at a time is `expect … at 5s`",
                _ => "a check that may take its time is `eventually … within 5s`",
            };
            let diagnostic = Diagnostic::error(Code::UnknownOption, self.here(), message).help(help);
            return Err(self.report(diagnostic));
        }
        // `at` and `within` are the last thing on the line: nothing continues a check.
        let options =
            if self.at(T::Word) { self.options(spec, None)? } else { crate::script::ast::Options::default() };
        Ok(StmtKind::Check { kind, condition, options })
    }

    /// `add_user alex password "secret"`, `set_policy limits pattern "^tmp" { max_length: 10 }`
    pub fn admin(&mut self, spec: &'static Statement) -> Read<StmtKind> {
        let takes_name = spec.form.contains(' ');
        let what = match spec.word {
            "add_vhost" | "delete_vhost" | "set_vhost_limits" | "clear_vhost_limits" => "a vhost's name",
            "set_policy" | "clear_policy" | "set_operator_policy" | "clear_operator_policy" => {
                "a policy's name"
            }
            "close_connection" => "a client's name",
            _ => "a user's name",
        };
        let name = if takes_name { Some(self.name(what)?) } else { None };
        let options = self.options(spec, None)?;
        let takes_table = spec.form.ends_with('}');
        let table = if takes_table && self.at(T::BraceOpen) { Some(self.sum()?) } else { None };
        if takes_table && table.is_none() {
            let help = match spec.word {
                "set_policy" | "set_operator_policy" => format!(
                    "write `{} NAME pattern \"^tasks$\" apply_to queues {{ message_ttl: 60s }}`",
                    spec.word
                ),
                _ => "what it sets stands in braces: `{ max_length: 10 }`".to_owned(),
            };
            return Err(self.expected_help("a table", help));
        }
        Ok(StmtKind::Admin { command: spec.word, name, options, table })
    }

    /// `restart broker taking 3s`, `kill broker`
    pub fn broker_fault(&mut self, spec: &'static Statement) -> Read<StmtKind> {
        if self.eat_word("broker").is_none() {
            let help = match spec.word {
                "kill" => "a client is ended with `crash worker`, the broker with `kill broker`".to_owned(),
                _ => "a client is started again with `start worker`, the broker with `restart broker`"
                    .to_owned(),
            };
            return Err(self.expected_help("`broker`", help));
        }
        let options = self.options(spec, None)?;
        Ok(StmtKind::Broker { kill: spec.word == "kill", options })
    }

    /// `network latency 5ms`, `network worker down`, `network worker latency 500ms`
    pub fn network(&mut self, spec: &'static Statement) -> Read<StmtKind> {
        let client = match self.peek().kind {
            T::Word if spec.option(self.word()).is_some() => None,
            T::Word | T::TextOpen | T::PlainText => Some(self.client_ref()?),
            _ => {
                return Err(self.expected_help(
                    "`latency` or a client's name",
                    "write `network latency 5ms`, or `network worker down`",
                ));
            }
        };
        let up = if self.eat_word("up").is_some() {
            Some(true)
        } else if self.eat_word("down").is_some() {
            Some(false)
        } else {
            None
        };
        let options = self.options(spec, None)?;
        if up.is_none() && options.0.is_empty() {
            return Err(
                self.expected_help("`up`, `down`, `latency` or `jitter`", "write `network worker down`")
            );
        }
        Ok(StmtKind::Network { client, up, options })
    }

    /// `alarm memory on`
    pub fn alarm(&mut self) -> Read<StmtKind> {
        let disk = if self.eat_word("disk").is_some() {
            true
        } else if self.eat_word("memory").is_some() {
            false
        } else {
            return Err(self.expected_help("`memory` or `disk`", "write `alarm memory on`"));
        };
        let on = if self.eat_word("on").is_some() {
            true
        } else if self.eat_word("off").is_some() {
            false
        } else {
            return Err(self.expected_help("`on` or `off`", "write `alarm memory on`"));
        };
        Ok(StmtKind::Alarm { disk, on })
    }
}
