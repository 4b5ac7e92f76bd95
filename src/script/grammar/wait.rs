//! Waiting, and what happens meanwhile: `wait`, `on`, `every`, `reconnect`, and the channel it all goes over.

use super::block::Level;
use super::cursor::{Parser, Read};
use crate::script::ast::{Event, Expr, ExprKind, Options, StmtKind, Wait};
use crate::script::diagnostic::{Code, Diagnostic};
use crate::script::statement::{Statement, nearest};
use crate::script::token::TokenKind as T;
use crate::text::Spanned;

impl Parser<'_> {
    /// `wait 1s`, `wait forever`, `wait until answer != null timeout 5s else { … }`, `wait for confirms`
    pub fn wait(&mut self, spec: &'static Statement, level: Level) -> Read<StmtKind> {
        if self.at_end() {
            return Err(
                self.expected_help("what to wait for", "write `wait 1s`, `wait forever` or `wait until …`")
            );
        }
        let what = if self.eat_word("forever").is_some() {
            Wait::Forever
        } else if self.eat_word("until").is_some() {
            Wait::Until(self.expression()?)
        } else if self.eat_word("for").is_some() {
            self.confirms()?
        } else {
            Wait::Time(self.duration()?)
        };
        let takes_else = matches!(what, Wait::Until(_) | Wait::Confirms);
        let options = if takes_else { self.options(spec, None)? } else { Options::default() };
        let otherwise = if takes_else { self.otherwise(level.inside())? } else { None };
        Ok(StmtKind::Wait { what, options, otherwise })
    }

    fn confirms(&mut self) -> Read<Wait> {
        if self.eat_word("confirms").is_some() {
            return Ok(Wait::Confirms);
        }
        if matches!(self.peek().kind, T::Duration | T::Number) {
            let written = self.peek().span.of(self.text);
            return Err(self.expected_help("`confirms`", format!("to let time pass write `wait {written}`")));
        }
        if matches!(self.word(), "confirm" | "confirmation" | "confirmations" | "acks") {
            return Err(self.expected_help("`confirms`", "write `wait for confirms`"));
        }
        Err(self
            .expected_help("`confirms`", "a condition stands behind `until`: `wait until answer != null`"))
    }

    /// An expression that gives a duration; a bare number has no unit.
    pub fn duration(&mut self) -> Read<Expr> {
        let value = self.expression()?;
        if let ExprKind::Int(_) | ExprKind::Float(_) = value.kind {
            let written = value.span.of(self.text);
            let offer = format!("{written}s");
            self.say(
                Diagnostic::error(
                    Code::MissingUnit,
                    value.span,
                    format!("{written} what? a duration has a unit"),
                )
                .help(format!("write `{offer}`; the units are us, ms, s, m, h, d"))
                .replace(offer),
            );
        }
        Ok(value)
    }

    /// `on return as m { … }`
    pub fn on(&mut self, level: Level) -> Read<StmtKind> {
        let span = self.here();
        let word = self.word();
        let Some(&(_, value)) = Event::ALL.iter().find(|(event, _)| *event == word) else {
            return Err(self.no_event(word));
        };
        self.bump();
        let variable = match self.eat_word("as") {
            Some(_) => Some(self.variable()?),
            None => None,
        };
        let handler = self.block(level.inside())?;
        Ok(StmtKind::On { event: Spanned { value, span }, variable, handler })
    }

    fn no_event(&mut self, word: &str) -> super::cursor::Reported {
        let help = match word {
            "message" | "delivery" | "receive" => {
                "messages come to the block of `consume`: `consume tasks { … }`".to_owned()
            }
            "error" | "exception" => "write `on close { … }`, or `try { … } catch error { … }`".to_owned(),
            "confirm" => "write `on ack { … }` or `on nack { … }`".to_owned(),
            _ => match nearest(word, Event::ALL.iter().map(|(event, _)| *event)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "write `on return { … }`".to_owned(),
            },
        };
        self.expected_help("`return`, `ack`, `nack`, `cancel`, `close`, `blocked` or `unblocked`", help)
    }

    /// `every 1s { … }`
    pub fn every(&mut self, level: Level) -> Read<StmtKind> {
        let period = self.duration()?;
        Ok(StmtKind::Every { period, body: self.block(level.inside())? })
    }

    /// `reconnect retry 1s timeout 1m else { … }`
    pub fn reconnect(&mut self, spec: &'static Statement, level: Level) -> Read<StmtKind> {
        let options = self.options(spec, None)?;
        Ok(StmtKind::Reconnect { options, otherwise: self.otherwise(level.inside())? })
    }

    /// `channel out { … }`
    pub fn channel(&mut self, level: Level) -> Read<StmtKind> {
        if self.at(T::BraceOpen) {
            return Err(self.expected_help("the channel's name", "write `channel out { … }`"));
        }
        let name = self.name("the channel's name")?;
        let Some(text) = name.literal() else {
            let diagnostic = Diagnostic::error(Code::BadHole, name.span, "a channel's name is written out")
                .help("write `channel out { … }`");
            return Err(self.report(diagnostic));
        };
        let ident = crate::script::ast::Ident { text: text.into(), span: name.span };
        if !self.at_block() {
            return Err(self.expected_help(
                "`{`",
                format!("what goes over the channel stands in its block: `channel {} {{ … }}`", ident.text),
            ));
        }
        Ok(StmtKind::Channel { name: ident, body: self.block(level.inside())? })
    }
}
