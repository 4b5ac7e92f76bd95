//! Clients, and references to them.

use crate::amqp::SimDuration;

use super::block::Level;
use super::cursor::{Parser, Read};
use crate::script::ast::{ClientRef, ExprKind, Ident, OptValue, Options, Piece, Role, StmtKind};
use crate::script::diagnostic::{Code, Diagnostic};
use crate::script::statement::Statement;
use crate::script::token::TokenKind as T;

/// How many copies of one client there may be.
pub const TIMES_MAX: i64 = 1000;

/// In microseconds.
const SECOND: u64 = SimDuration::secs(1).0;

impl Parser<'_> {
    /// `consumer worker times 2 starts at 1s { … }`
    pub fn client(&mut self, spec: &'static Statement) -> Read<StmtKind> {
        let role = match spec.word {
            "publisher" => Role::Publisher,
            "consumer" => Role::Consumer,
            _ => Role::Client,
        };
        let name = if self.at(T::BraceOpen) {
            self.expected_help("the client's name", format!("write `{} app {{ … }}`", spec.word));
            Ident { text: "".into(), span: self.here() }
        } else {
            let name = self.name("the client's name")?;
            self.written_out(&name);
            Ident { text: name.literal().unwrap_or("").into(), span: name.span }
        };
        let mut options = self.options(spec, None)?;
        self.check_password(&mut options);
        if let Some(times) = options.expr("times")
            && let ExprKind::Int(count) = times.kind
            && !(1..=TIMES_MAX).contains(&count)
        {
            let message = format!("{count} copies: from 1 to {TIMES_MAX} can run");
            self.say(Diagnostic::error(Code::WrongKind, times.span, message).help("write `times 2`"));
        }
        self.check_heartbeat(&options);
        let body = self.block(Level::Client)?;
        Ok(StmtKind::Client { role, name, options, body })
    }

    /// Spec: connection.tune-ok has it as a short number of seconds.
    fn check_heartbeat(&mut self, options: &Options) {
        if let Some(interval) = options.expr("heartbeat")
            && let ExprKind::Duration(micros) = interval.kind
            && (micros % SECOND != 0 || micros > u64::from(u16::MAX) * SECOND)
        {
            let message = "heartbeats are negotiated in whole seconds, 65535 at most";
            let help = "write `heartbeat 10s`; `heartbeat 0s` is none";
            self.say(Diagnostic::error(Code::WrongKind, interval.span, message).help(help));
        }
    }

    /// It is known before the run, like the user's name.
    fn check_password(&mut self, options: &mut Options) {
        let Some(option) = options.0.iter_mut().find(|option| option.spec.word == "password") else { return };
        let OptValue::Expr(password) = &option.value else { return };
        if matches!(&password.kind, ExprKind::Text(pieces) if matches!(pieces.as_slice(), [] | [Piece::Text(_)]))
        {
            return;
        }
        let written = password.span.of(self.text);
        let message = "the password of a client is a text as it stands";
        let diagnostic = Diagnostic::error(Code::WrongKind, password.span, message);
        let quoted = if matches!(password.kind, ExprKind::Variable(_)) { written } else { "secret" };
        self.say(diagnostic.help(format!("write `password \"{quoted}\"`")).replace(format!("\"{quoted}\"")));
        option.value = OptValue::None;
    }

    /// `worker`, `worker[2]`
    pub fn client_ref(&mut self) -> Read<ClientRef> {
        if self.at_end() {
            return Err(self.expected_help("a client's name", "say which: `crash worker`, `crash worker[2]`"));
        }
        let word = self.peek();
        let name = if word.kind == T::Word && self.peek_at(1).kind == T::BracketOpen {
            self.ident("a client's name")?
        } else {
            let name = self.name("a client's name")?;
            self.written_out(&name);
            Ident { text: name.literal().unwrap_or("").into(), span: name.span }
        };
        Ok(ClientRef { name, copy: self.copy()? })
    }

    /// `crash` of a client itself, `crash worker` of the operator.
    pub fn crash(&mut self, level: Level) -> Read<StmtKind> {
        if self.at_end() && level != Level::Top && level != Level::Deed && level != Level::TopBlock {
            return Ok(StmtKind::Crash { client: None });
        }
        let span = self.here();
        let client = self.client_ref()?;
        if level == Level::Client {
            let message = "a client can only crash itself";
            self.say(
                Diagnostic::error(Code::MisplacedStatement, span, message)
                    .help(format!("write `crash`, or outside the client `at 5s crash {}`", client.name.text)),
            );
        }
        Ok(StmtKind::Crash { client: Some(client) })
    }
}
