//! Numbers, durations and sizes, read exactly.

use super::cursor::Parser;
use crate::script::ast::{Expr, ExprKind};
use crate::script::diagnostic::{Code, Diagnostic};
use crate::script::lexer::meant;
use crate::script::statement::nearest;
use crate::script::token::{Token, TokenKind as T};

/// Units of time in microseconds.
const TIME: &[(&str, u64)] = &[
    ("us", 1),
    ("ms", 1_000),
    ("s", 1_000_000),
    ("m", 60_000_000),
    ("h", 3_600_000_000),
    ("d", 86_400_000_000),
];

/// Units of size in bytes.
const SIZE: &[(&str, u64)] = &[
    ("B", 1),
    ("kB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
];

/// Units that people write, and ours.
const UNITS: &[(&str, &str)] = &[
    ("sec", "s"),
    ("secs", "s"),
    ("second", "s"),
    ("seconds", "s"),
    ("msec", "ms"),
    ("millis", "ms"),
    ("min", "m"),
    ("mins", "m"),
    ("minutes", "m"),
    ("minute", "m"),
    ("hour", "h"),
    ("hours", "h"),
    ("hr", "h"),
    ("day", "d"),
    ("days", "d"),
    ("µs", "us"),
    ("μs", "us"),
    ("b", "B"),
    ("KB", "kB"),
    ("kb", "kB"),
    ("K", "kB"),
    ("k", "kB"),
    ("mb", "MB"),
    ("M", "MB"),
    ("G", "GB"),
    ("gb", "GB"),
];

impl Parser<'_> {
    /// The number here.
    pub fn number(&mut self) -> Expr {
        if self.at(T::Number)
            && let Some(number) = self.split_number()
        {
            return number;
        }
        let token = self.bump();
        let written: String = token.span.of(self.text).chars().map(meant).collect();
        let digits = written.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(written.len());
        let (number, unit) = written.split_at(digits);
        let kind = match token.kind {
            T::Number if number.contains('.') => number.parse().map(ExprKind::Float).ok(),
            T::Number => number.parse().map(ExprKind::Int).ok(),
            T::Duration => scaled(number, unit, TIME).map(ExprKind::Duration),
            T::Size => scaled(number, unit, SIZE).map(ExprKind::Size),
            _ => {
                self.unknown_unit(token, number, unit);
                return Expr { span: token.span, kind: ExprKind::Broken };
            }
        };
        let kind = kind.unwrap_or_else(|| {
            self.too_big(token);
            ExprKind::Broken
        });
        Expr { span: token.span, kind }
    }

    /// `30 s`, `1,5s`, `10,000`: one number in pieces. Said once, and read over.
    #[cold]
    fn split_number(&mut self) -> Option<Expr> {
        let (first, second, third) = (self.peek().span, self.peek_at(1), self.peek_at(2));
        let number = first.of(self.text);
        let is_unit = |word: &str| {
            TIME.iter().chain(SIZE).any(|(unit, _)| *unit == word)
                || UNITS.iter().any(|(unit, _)| *unit == word)
        };
        let digits = matches!(third.kind, T::Number | T::Duration | T::Size | T::BadNumber);
        let (count, code, message, offer) =
            if second.kind == T::Word && third.kind != T::Colon && is_unit(second.span.of(self.text)) {
                let unit = second.span.of(self.text);
                let unit = UNITS.iter().find(|(theirs, _)| *theirs == unit).map_or(unit, |(_, ours)| ours);
                (2, Code::UnknownUnit, "a number and its unit are one word", format!("{number}{unit}"))
            } else if second.kind == T::Comma
                && digits
                && self.is_ungrouped()
                && second.span.start == first.end
                && third.span.start == second.span.end
            {
                let rest = third.span.of(self.text);
                if rest.len() == 3 && third.kind == T::Number {
                    (3, Code::WrongKind, "a number is written without separators", format!("{number}{rest}"))
                } else {
                    (3, Code::WrongKind, "decimals stand behind a point", format!("{number}.{rest}"))
                }
            } else {
                return None;
            };
        let mut span = first;
        for _ in 0..count {
            span = span.to(self.bump().span);
        }
        self.say(Diagnostic::error(code, span, message).help(format!("write `{offer}`")).replace(offer));
        Some(Expr { span, kind: ExprKind::Broken })
    }

    fn unknown_unit(&mut self, token: Token, number: &str, unit: &str) {
        let message = format!("`{unit}` is no unit");
        let ours = UNITS.iter().find(|(theirs, _)| *theirs == unit).map(|(_, ours)| *ours);
        let all = || TIME.iter().chain(SIZE).map(|(unit, _)| *unit);
        let help = match ours.or_else(|| nearest(unit, all()).filter(|_| unit.len() > 1)) {
            Some(ours) => format!("write `{number}{ours}`"),
            None => "the units are us, ms, s, m, h, d for time and B, kB, MB, GB, KiB, MiB, GiB for size; a name that begins with a digit needs quotes".to_owned(),
        };
        let mut diagnostic = Diagnostic::error(Code::UnknownUnit, token.span, message).help(help);
        if let Some(ours) = ours {
            diagnostic = diagnostic.replace(format!("{number}{ours}"));
        }
        self.say(diagnostic);
    }

    fn too_big(&mut self, token: Token) {
        let (message, help) = match token.kind {
            T::Duration => (
                "this duration is no whole number of microseconds, or too long",
                "write `1us` or more, `200000d` or less",
            ),
            _ => ("this number is too big", "whole numbers go up to 9223372036854775807"),
        };
        self.say(Diagnostic::error(Code::NumberTooBig, token.span, message).help(help));
    }
}

/// `number` times the unit, exactly; nothing if it has no whole value or none that fits.
fn scaled(number: &str, unit: &str, units: &[(&str, u64)]) -> Option<u64> {
    let scale = units.iter().find(|(name, _)| *name == unit)?.1;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let fraction = fraction.trim_end_matches('0');
    let whole = whole.parse::<u64>().ok()?.checked_mul(scale)?;
    if fraction.is_empty() {
        return Some(whole);
    }
    let parts = u64::try_from(10u128.checked_pow(u32::try_from(fraction.len()).ok()?)?).ok()?;
    let product = u128::from(fraction.parse::<u64>().ok()?) * u128::from(scale);
    let rest = product % u128::from(parts) == 0;
    let value = u64::try_from(product / u128::from(parts)).ok().filter(|_| rest)?;
    whole.checked_add(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_exact() {
        assert_eq!(scaled("1.5", "s", TIME), Some(1_500_000));
        assert_eq!(scaled("0.1", "us", TIME), None);
        assert_eq!(scaled("2.000000000000000000000000", "d", TIME), Some(172_800_000_000));
        assert_eq!(scaled("99999999999999", "d", TIME), None);
        assert_eq!(scaled("64", "KiB", SIZE), Some(65_536));
    }
}
