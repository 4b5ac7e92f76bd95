//! Values as Erlang prints them: RabbitMQ's texts quote what they were given.

use crate::amqp::FieldValue;

/// A value in quotes of the text's own: texts as they are, all else as terms.
pub(super) fn shown(value: &FieldValue, utf8: bool) -> String {
    match value {
        FieldValue::Text(text) => text.to_string(),
        FieldValue::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        other => term(other, utf8),
    }
}

/// A value as a term: `<<"text">>`, `1.0e10`, `[{longstr,<<"x">>}]`.
pub(super) fn term(value: &FieldValue, utf8: bool) -> String {
    match value {
        FieldValue::Text(text) => binary(text, utf8),
        FieldValue::Bytes(bytes) => octets(bytes, utf8),
        FieldValue::Bool(value) => value.to_string(),
        FieldValue::Float(value) => float(f64::from(*value)),
        FieldValue::Double(value) => float(*value),
        FieldValue::Timestamp(time) => time.to_string(),
        FieldValue::Void => "undefined".to_owned(),
        FieldValue::Decimal(scale, value) => format!("{{{scale},{value}}}"),
        FieldValue::Array(values) => {
            list(values.iter().map(|value| format!("{{{},{}}}", value.type_name(), term(value, utf8))))
        }
        FieldValue::Table(table) => list(table.0.iter().map(|(key, value)| {
            format!("{{{},{},{}}}", binary(key, utf8), value.type_name(), term(value, utf8))
        })),
        FieldValue::Byte(_) | FieldValue::Short(_) | FieldValue::Int(_) | FieldValue::Long(_) => {
            value.as_integer().unwrap_or_default().to_string()
        }
    }
}

fn list(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(","))
}

/// A binary of that text: `<<"a\"b">>`, `<<>>`. Where UTF-8 is understood it has a mark, `<<"日"/utf8>>`; else a text of
/// more than Latin-1's letters is a row of bytes.
pub(super) fn binary(text: &str, utf8: bool) -> String {
    if text.is_empty() {
        return "<<>>".to_owned();
    }
    let printable = match utf8 {
        true => text.chars().all(|letter| is_printable(letter.into()) || letter > '\u{ff}'),
        false => text.bytes().all(|byte| is_printable(byte.into())),
    };
    match (printable, utf8 && !text.is_ascii()) {
        (false, _) => format!("<<{}>>", numbers(text.bytes().map(u32::from))),
        (true, true) => format!("<<\"{}\"/utf8>>", escaped(text)),
        (true, false) => format!("<<\"{}\">>", escaped(text)),
    }
}

/// A binary that may be no text.
fn octets(bytes: &[u8], utf8: bool) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => binary(text, utf8),
        Err(_) => format!("<<{}>>", numbers(bytes.iter().map(|byte| u32::from(*byte)))),
    }
}

/// A list of characters: `"abc"` if all are in Latin-1, else `[26085]`. Before Unicode was understood they are the bytes.
pub(super) fn characters(text: &str, in_unicode: bool) -> String {
    let codes: Vec<u32> = if in_unicode {
        text.chars().map(u32::from).collect()
    } else {
        text.bytes().map(u32::from).collect()
    };
    if codes.iter().all(|code| is_printable(*code)) {
        return format!("\"{}\"", escaped(text));
    }
    format!("[{}]", numbers(codes))
}

/// The same for a text that was taken apart into bytes, which are shown as letters where Unicode is understood.
pub(super) fn bytes_as_characters(text: &str, in_unicode: bool) -> String {
    if in_unicode && text.bytes().all(|byte| is_printable(byte.into())) {
        let letters: String = text.bytes().map(char::from).collect();
        return characters(&letters, true);
    }
    characters(text, false)
}

/// A pair, on two lines if it does not fit where it begins (in characters from the start of the text).
pub(super) fn pair(tag: &str, value: &str, begins_at: usize) -> String {
    let width = tag.chars().count() + value.chars().count() + 3;
    if begins_at + width < 79 {
        return format!("{{{tag},{value}}}");
    }
    format!("{{{tag},\n{}{value}}}", " ".repeat(begins_at + 1))
}

fn is_printable(code: u32) -> bool {
    matches!(code, 8..=13 | 27 | 32..=126 | 160..=255)
}

fn numbers(codes: impl IntoIterator<Item = u32>) -> String {
    let texts: Vec<String> = codes.into_iter().map(|code| code.to_string()).collect();
    texts.join(",")
}

/// The escapes within quotes.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        let escape = match letter {
            '"' => "\\\"",
            '\\' => "\\\\",
            '\u{8}' => "\\b",
            '\t' => "\\t",
            '\n' => "\\n",
            '\u{b}' => "\\v",
            '\u{c}' => "\\f",
            '\r' => "\\r",
            '\u{1b}' => "\\e",
            other => {
                out.push(other);
                continue;
            }
        };
        out.push_str(escape);
    }
    out
}

/// The shortest digits that mean the number, with a point; with an exponent where that is shorter.
fn float(value: f64) -> String {
    let plain = format!("{value:?}");
    if plain.contains('e') {
        return with_point(&plain);
    }
    let exponent = with_point(&format!("{value:e}"));
    if exponent.len() < plain.len() { exponent } else { plain }
}

/// `1e10` as `1.0e10`.
fn with_point(text: &str) -> String {
    match text.split_once('e') {
        Some((digits, exponent)) if !digits.contains('.') => format!("{digits}.0e{exponent}"),
        _ => text.to_owned(),
    }
}
