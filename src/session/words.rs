//! Numbers and times as the screen says them. Never localised: the same run reads the same everywhere.

use crate::text::Span;

/// A virtual time: `0 s`, `1.204 s`, `500.250 ms`… as `1m 04.000 s` from a minute on.
pub fn clock(micros: u64) -> String {
    let (seconds, fraction) = (micros / 1_000_000, micros % 1_000_000);
    let fraction = if fraction.is_multiple_of(1_000) {
        format!("{:03}", fraction / 1_000)
    } else {
        format!("{:03}\u{2009}{:03}", fraction / 1_000, fraction % 1_000)
    };
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    let rest = seconds % 60;
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{rest}.{fraction} s"),
        (0, 0, _) => format!("{minutes}m {rest:02}.{fraction} s"),
        (0, _, _) => format!("{hours}h {minutes:02}m {rest:02}.{fraction} s"),
        _ => format!("{days}d {hours:02}h {minutes:02}m {rest:02}.{fraction} s"),
    }
}

/// A number with its thousands apart.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() * 4 / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Bytes of a text in UTF-16 units, as the editor counts; clamped to the text.
pub fn span_in_utf16(text: &str, span: Span) -> (u32, u32) {
    let units = |byte: u32| {
        let mut end = (byte as usize).min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let units = text[..end].encode_utf16().count();
        u32::try_from(units).unwrap_or(u32::MAX)
    };
    (units(span.start), units(span.end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        assert_eq!(clock(0), "0.000 s");
        assert_eq!(clock(1_204_000), "1.204 s");
        assert_eq!(clock(500_250), "0.500\u{2009}250 s");
        assert_eq!(clock(64_000_000), "1m 04.000 s");
        assert_eq!(clock(90_061_000_000), "1d 01h 01m 01.000 s");
    }

    #[test]
    fn numbers() {
        assert_eq!(count(7), "7");
        assert_eq!(count(1_000), "1,000");
        assert_eq!(count(1_234_567), "1,234,567");
    }

    #[test]
    fn units_of_the_editor() {
        assert_eq!(span_in_utf16("a🐇b", Span::new(1, 5)), (1, 3));
        assert_eq!(span_in_utf16("ab", Span::new(1, 99)), (1, 2));
    }
}
