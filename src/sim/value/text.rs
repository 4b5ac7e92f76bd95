//! Values as text: what `print` and interpolation show, and JSON.

use std::fmt::Write;

use crate::amqp::FieldValue;

use super::types::Value;

/// As `print` shows it.
pub(in crate::sim) fn text_of(value: &Value) -> String {
    match value {
        Value::Text(text) => text.to_string(),
        _ => {
            let mut out = String::new();
            write_value(&mut out, value, false);
            out
        }
    }
}

/// As JSON, without spaces.
pub(in crate::sim) fn json(value: &Value) -> String {
    let mut out = String::new();
    write_json(&mut out, value);
    out
}

/// Doubles shortest, whole ones without a point.
fn write_float(out: &mut String, number: f64) {
    let text = format!("{number:?}");
    out.push_str(text.strip_suffix(".0").unwrap_or(&text));
}

/// `nested`: inside a list or table, where text stands in quotes.
fn write_value(out: &mut String, value: &Value, nested: bool) {
    // Writing to a String cannot fail.
    let _ = match value {
        Value::Null => write!(out, "null"),
        Value::Bool(is) => write!(out, "{is}"),
        Value::Int(number) => write!(out, "{number}"),
        Value::Float(number) => {
            write_float(out, *number);
            Ok(())
        }
        Value::Duration(duration) => write!(out, "{duration}"),
        Value::Text(text) if nested => {
            write_json_text(out, text);
            Ok(())
        }
        Value::Text(text) => out.write_str(text),
        Value::Field(field) => {
            write_field(out, field);
            Ok(())
        }
        Value::List(list) => {
            write_all(out, ['[', ']'], list.items(), |out, item| write_value(out, item, true));
            Ok(())
        }
        Value::Table(table) => {
            write_all(out, ['{', '}'], table.entries(), |out, (name, value)| {
                out.push_str(name);
                out.push_str(": ");
                write_value(out, value, true);
            });
            Ok(())
        }
        Value::Range(ends) => {
            write_value(out, &ends.0, true);
            out.push_str("..");
            write_value(out, &ends.1, true);
            Ok(())
        }
        Value::Message(message) => out.write_str(&message.body_text()),
        Value::Error(error) if error.code == 0 => out.write_str(&error.text),
        Value::Error(error) => write!(out, "{} {}", error.code, error.text),
        Value::Queue(alias) => out.write_str(&alias.name),
        Value::Unknown => write!(out, "unknown"),
        Value::Answer(_) | Value::ListCursor(..) | Value::RangeCursor(..) | Value::Rounds(..) => Ok(()),
    };
}

fn write_all<T>(out: &mut String, ends: [char; 2], items: &[T], mut write: impl FnMut(&mut String, &T)) {
    out.push(ends[0]);
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push_str(", ");
        }
        write(out, item);
    }
    out.push(ends[1]);
}

fn write_field(out: &mut String, field: &FieldValue) {
    let _ = match field {
        FieldValue::Byte(number) => write!(out, "{number}"),
        FieldValue::Short(number) => write!(out, "{number}"),
        FieldValue::Int(number) => write!(out, "{number}"),
        FieldValue::Long(number) => write!(out, "{number}"),
        FieldValue::Float(number) => {
            write_float(out, f64::from(*number));
            Ok(())
        }
        FieldValue::Double(number) => {
            write_float(out, *number);
            Ok(())
        }
        FieldValue::Decimal(places, number) => write_decimal(out, *places, *number),
        FieldValue::Bytes(bytes) => out.write_str(&String::from_utf8_lossy(bytes)),
        FieldValue::Timestamp(at) => write!(out, "{at}"),
        FieldValue::Bool(is) => write!(out, "{is}"),
        FieldValue::Text(text) => out.write_str(text),
        FieldValue::Array(_) | FieldValue::Table(_) | FieldValue::Void => Ok(()),
    };
}

/// `decimal(150, 2)` is 1.50.
fn write_decimal(out: &mut String, places: u8, number: i32) -> std::fmt::Result {
    let places = usize::from(places);
    let digits = format!("{:0>width$}", number.unsigned_abs(), width = places + 1);
    let (whole, rest) = digits.split_at(digits.len() - places);
    let sign = if number < 0 { "-" } else { "" };
    if places == 0 { write!(out, "{sign}{whole}") } else { write!(out, "{sign}{whole}.{rest}") }
}

fn write_json(out: &mut String, value: &Value) {
    match value {
        Value::Null | Value::Unknown => out.push_str("null"),
        Value::Bool(_) | Value::Int(_) => write_value(out, value, true),
        Value::Float(number) if number.is_finite() => write_float(out, *number),
        Value::Float(_) => out.push_str("null"),
        Value::List(list) => {
            out.push('[');
            for (at, item) in list.items().iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_json(out, item);
            }
            out.push(']');
        }
        Value::Table(table) => {
            out.push('{');
            for (at, (name, value)) in table.entries().iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_json_text(out, name);
                out.push(':');
                write_json(out, value);
            }
            out.push('}');
        }
        Value::Field(field) if field.as_integer().is_some() => write_field(out, field),
        _ => write_json_text(out, &text_of(value)),
    }
}

fn write_json_text(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c < ' ' => {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
}
