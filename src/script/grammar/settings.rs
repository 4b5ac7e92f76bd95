//! Settings of the run: seed, length, version of the broker.

use super::cursor::{Parser, Read};
use crate::script::ast::{ExprKind, StmtKind};
use crate::script::diagnostic::{Code, Diagnostic};
use crate::script::statement::{Statement, ValueKind, nearest};
use crate::script::token::TokenKind as T;
use crate::text::Spanned;

/// The versions that the broker can be.
pub const VERSIONS: &[&str] = &["3.10", "3.13", "4.0", "4.1", "4.2", "4.3"];

impl Parser<'_> {
    /// `seed 7`
    pub fn seed(&mut self) -> Read<StmtKind> {
        let value = self.fixed(ValueKind::FixedNumber)?;
        let seed = if let ExprKind::Int(seed) = value.kind { seed } else { 0 };
        Ok(StmtKind::Seed(u64::try_from(seed).unwrap_or(0)))
    }

    /// `run for 20s`
    pub fn run_for(&mut self) -> Read<StmtKind> {
        if self.eat_word("for").is_none() {
            return Err(self.expected_help("`for`", "write `run for 20s`"));
        }
        self.fixed_duration().map(StmtKind::RunFor)
    }

    /// `broker 3.10 consumer_timeout 10s`; the version may be left out.
    pub fn version(&mut self, spec: &'static Statement) -> Read<StmtKind> {
        let start = self.peek();
        let mut span = crate::text::Span::at(start.span.start);
        while matches!(self.peek().kind, T::Number | T::Dot) && self.peek().span.start == span.end {
            span.end = self.bump().span.end;
        }
        let written = span.of(self.text);
        if written.is_empty() && (self.at_end() || spec.option(self.word()).is_none()) {
            let help = format!("write `broker 4.3`; the versions are {}", VERSIONS.join(", "));
            return Err(self.expected_help("a version", help));
        }
        // Of 3.10.8 only 3.10 says which broker it is.
        let short = written.splitn(3, '.').take(2).collect::<Vec<_>>().join(".");
        if !written.is_empty() && !VERSIONS.contains(&short.as_str()) {
            let near = nearest(&short, VERSIONS.iter().copied()).unwrap_or("4.3");
            let message = format!("there is no version `{written}` here");
            self.say(
                Diagnostic::error(Code::WrongKind, span, message)
                    .help(format!("the versions are {}", VERSIONS.join(", ")))
                    .replace(near),
            );
        }
        let options = self.options(spec, None)?;
        Ok(StmtKind::Version { version: Spanned { value: short.into(), span }, options })
    }
}
