//! Field values and properties as a person reads them.

use crate::amqp::{FieldTable, FieldValue, Properties};

use super::names::{body_text, quoted_text};

/// Characters of a value at most: headers can be as long as bodies.
const VALUE_MAX: usize = 400;
/// Nesting shown; below stands an ellipsis.
const DEPTH_MAX: u32 = 8;

/// `{ a: 1, b: "x" }`, as the language writes it; nothing for an empty table.
pub fn table_words(table: &FieldTable) -> String {
    if table.is_empty() { String::new() } else { cut(table_text(table, 0)) }
}

/// A value as the language writes it.
pub fn value_words(value: &FieldValue) -> String {
    cut(value_text(value, 0))
}

/// The properties that are set, in AMQP's order and with AMQP's names.
pub fn property_words(properties: &Properties) -> Vec<(String, String)> {
    let mut rows: Vec<(String, String)> = Vec::new();
    let mut row =
        |name: &str, value: Option<String>| rows.extend(value.map(|value| (name.to_owned(), cut(value))));
    let text = |value: &Option<crate::amqp::Name>| value.as_ref().map(ToString::to_string);
    row("content_type", text(&properties.content_type));
    row("content_encoding", text(&properties.content_encoding));
    row("delivery_mode", properties.delivery_mode.map(mode_words));
    row("priority", properties.priority.map(|priority| priority.to_string()));
    row("correlation_id", text(&properties.correlation_id));
    row("reply_to", text(&properties.reply_to));
    row("expiration", properties.expiration.as_ref().map(|digits| format!("{digits} ms")));
    row("message_id", text(&properties.message_id));
    row("timestamp", properties.timestamp.map(|seconds| seconds.to_string()));
    row("type", text(&properties.kind));
    row("user_id", text(&properties.user_id));
    row("app_id", text(&properties.app_id));
    row("cluster_id", text(&properties.cluster_id));
    for (name, value) in properties.headers.iter().flat_map(|table| &table.0) {
        row(&format!("headers.{name}"), Some(value_text(value, 0)));
    }
    rows
}

fn mode_words(mode: u8) -> String {
    match mode {
        2 => "2 (persistent)".to_owned(),
        1 => "1 (transient)".to_owned(),
        other => other.to_string(),
    }
}

fn table_text(table: &FieldTable, depth: u32) -> String {
    if depth >= DEPTH_MAX {
        return "…".to_owned();
    }
    let pairs: Vec<String> = table
        .0
        .iter()
        .map(|(name, value)| format!("{}: {}", name_text(name), value_text(value, depth + 1)))
        .collect();
    format!("{{ {} }}", pairs.join(", "))
}

fn name_text(name: &str) -> String {
    let is_word = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    if is_word { name.to_owned() } else { quoted_text(name) }
}

fn value_text(value: &FieldValue, depth: u32) -> String {
    match value {
        FieldValue::Bool(value) => value.to_string(),
        FieldValue::Byte(number) => number.to_string(),
        FieldValue::Short(number) => number.to_string(),
        FieldValue::Int(number) => number.to_string(),
        FieldValue::Long(number) => number.to_string(),
        FieldValue::Float(number) => number.to_string(),
        FieldValue::Double(number) => number.to_string(),
        FieldValue::Decimal(digits, value) => format!("decimal({value}, {digits})"),
        FieldValue::Text(text) => quoted_text(&body_text(text.as_bytes(), VALUE_MAX)),
        FieldValue::Bytes(bytes) => format!("bytes({})", quoted_text(&body_text(bytes, VALUE_MAX))),
        FieldValue::Timestamp(seconds) => format!("timestamp({seconds})"),
        FieldValue::Array(_) if depth >= DEPTH_MAX => "…".to_owned(),
        FieldValue::Array(values) => {
            let items: Vec<String> = values.iter().map(|value| value_text(value, depth + 1)).collect();
            format!("[{}]", items.join(", "))
        }
        FieldValue::Table(table) => table_text(table, depth),
        FieldValue::Void => "null".to_owned(),
    }
}

fn cut(text: String) -> String {
    body_text(text.as_bytes(), VALUE_MAX)
}

#[cfg(test)]
mod tests {
    use super::{property_words, table_words};
    use crate::amqp::{FieldTable, FieldValue, Properties, name};

    #[test]
    fn tables_read_as_the_language_writes_them() {
        let mut table = FieldTable::default();
        table.set("x-match", FieldValue::text("all"));
        table.set("n", FieldValue::integer(1));
        assert_eq!(table_words(&table), r#"{ "x-match": "all", n: 1 }"#);
        assert_eq!(table_words(&FieldTable::default()), "");
    }

    #[test]
    fn only_set_properties_are_rows() {
        let properties =
            Properties { delivery_mode: Some(2), reply_to: Some(name("answers")), ..Properties::default() };
        let rows = property_words(&properties);
        assert_eq!(
            rows,
            [("delivery_mode".into(), "2 (persistent)".into()), ("reply_to".into(), "answers".to_owned())]
        );
    }
}
