//! Field tables and properties, to and from JSON.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::amqp::{FieldTable, FieldValue, Name, Properties, name};

/// A table; anything but an object is the empty one.
pub(super) fn table_from(value: &Value) -> FieldTable {
    let pairs = value.as_object().into_iter().flatten();
    FieldTable(pairs.map(|(key, value)| (name(key), value_from(value))).collect())
}

fn value_from(value: &Value) -> FieldValue {
    match value {
        Value::Null => FieldValue::Void,
        Value::Bool(value) => FieldValue::Bool(*value),
        Value::String(text) => FieldValue::text(text),
        Value::Array(values) => FieldValue::Array(values.iter().map(value_from).collect()),
        Value::Number(number) => match number.as_i64() {
            Some(number) => FieldValue::integer(number),
            None => FieldValue::Double(number.as_f64().unwrap_or_default()),
        },
        Value::Object(object) => {
            typed(object).unwrap_or_else(|| FieldValue::Table(table_from(&Value::Object(object.clone()))))
        }
    }
}

/// `{"$short": 1}` and the like.
fn typed(object: &Map<String, Value>) -> Option<FieldValue> {
    let (key, value) = object.iter().next().filter(|_| object.len() == 1)?;
    let number = value.as_i64().unwrap_or_default();
    let float = value.as_f64().unwrap_or_default();
    Some(match key.as_str() {
        "$byte" => FieldValue::Byte(number as i8),
        "$short" => FieldValue::Short(number as i16),
        "$int" => FieldValue::Int(number as i32),
        "$long" => FieldValue::Long(number),
        "$float" => FieldValue::Float(float as f32),
        "$double" => FieldValue::Double(float),
        "$timestamp" => FieldValue::Timestamp(value.as_u64().unwrap_or_default()),
        "$decimal" => FieldValue::Decimal(
            value[0].as_u64().unwrap_or_default() as u8,
            value[1].as_i64().unwrap_or_default() as i32,
        ),
        "$bytes" => {
            let text = value.as_str().unwrap_or_default();
            let bytes = data_encoding::HEXLOWER_PERMISSIVE.decode(text.as_bytes()).unwrap_or_default();
            FieldValue::Bytes(Arc::from(bytes))
        }
        _ => return None,
    })
}

/// A table as the recorder writes it: integers of every width are plain numbers.
pub(super) fn table_to(table: &FieldTable) -> Value {
    Value::Object(table.0.iter().map(|(key, value)| (key.to_string(), value_to(value))).collect())
}

/// A binding's arguments as the recorder's state shows them, by Erlang's word for a void value.
pub(super) fn arguments_to(arguments: &FieldTable) -> Value {
    let shown = |value: &FieldValue| match value {
        FieldValue::Void => json!("undefined"),
        value => value_to(value),
    };
    Value::Object(arguments.0.iter().map(|(key, value)| (key.to_string(), shown(value))).collect())
}

fn value_to(value: &FieldValue) -> Value {
    match value {
        FieldValue::Bool(value) => json!(value),
        FieldValue::Byte(value) => json!(value),
        FieldValue::Short(value) => json!(value),
        FieldValue::Int(value) => json!(value),
        FieldValue::Long(value) => json!(value),
        FieldValue::Float(value) => json!(f64::from(*value)),
        FieldValue::Double(value) => json!(value),
        FieldValue::Decimal(scale, value) => json!({"$decimal": [scale, value]}),
        FieldValue::Text(text) => json!(&**text),
        FieldValue::Bytes(bytes) => json!({"$bytes": data_encoding::HEXLOWER.encode(bytes)}),
        FieldValue::Timestamp(time) => json!({"$timestamp": time}),
        FieldValue::Array(values) => Value::Array(values.iter().map(value_to).collect()),
        FieldValue::Table(table) => table_to(table),
        FieldValue::Void => Value::Null,
    }
}

/// Properties of a step.
pub(super) fn properties_from(value: &Value) -> Properties {
    let text = |key: &str| value[key].as_str().map(name);
    let byte = |key: &str| value[key].as_u64().and_then(|number| u8::try_from(number).ok());
    Properties {
        content_type: text("content_type"),
        content_encoding: text("content_encoding"),
        headers: value["headers"].is_object().then(|| table_from(&value["headers"])),
        delivery_mode: byte("delivery_mode"),
        priority: byte("priority"),
        correlation_id: text("correlation_id"),
        reply_to: text("reply_to"),
        expiration: text("expiration"),
        message_id: text("message_id"),
        timestamp: value["timestamp"].as_u64(),
        kind: text("type"),
        user_id: text("user_id"),
        app_id: text("app_id"),
        cluster_id: text("cluster_id"),
    }
}

/// Properties of a delivery; `None` if none is set.
pub fn properties_to(properties: &Properties) -> Option<Value> {
    let mut object = Map::new();
    let mut text = |key: &str, value: &Option<Name>| {
        if let Some(value) = value {
            object.insert(key.to_owned(), json!(&**value));
        }
    };
    text("content_type", &properties.content_type);
    text("content_encoding", &properties.content_encoding);
    text("correlation_id", &properties.correlation_id);
    text("reply_to", &properties.reply_to);
    text("expiration", &properties.expiration);
    text("message_id", &properties.message_id);
    text("type", &properties.kind);
    text("user_id", &properties.user_id);
    text("app_id", &properties.app_id);
    text("cluster_id", &properties.cluster_id);
    if let Some(headers) = &properties.headers {
        object.insert("headers".to_owned(), table_to(headers));
    }
    for (key, value) in [
        ("delivery_mode", properties.delivery_mode.map(u64::from)),
        ("priority", properties.priority.map(u64::from)),
        ("timestamp", properties.timestamp),
    ] {
        if let Some(value) = value {
            object.insert(key.to_owned(), json!(value));
        }
    }
    (!object.is_empty()).then_some(Value::Object(object))
}
