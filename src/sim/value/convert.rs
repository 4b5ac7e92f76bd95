//! Values to field values and back: headers and arguments.

use std::sync::Arc;

use crate::amqp::{FieldTable, FieldValue, name};

use super::list::{List, Table};
use super::text::text_of;
use super::types::{ScriptError, Value};

/// What a value goes over the wire as. Whole numbers as client libraries send them, durations as whole milliseconds,
/// text as long string.
pub(in crate::sim) fn field_of(value: &Value) -> Result<FieldValue, ScriptError> {
    Ok(match value {
        Value::Null => FieldValue::Void,
        Value::Bool(is) => FieldValue::Bool(*is),
        Value::Int(number) => FieldValue::integer(*number),
        Value::Float(number) => FieldValue::Double(*number),
        Value::Duration(duration) => FieldValue::integer(duration.as_millis().try_into().unwrap_or(i64::MAX)),
        Value::Field(field) => FieldValue::clone(field),
        Value::List(list) => {
            FieldValue::Array(list.items().iter().map(field_of).collect::<Result<Vec<_>, _>>()?)
        }
        Value::Table(table) => FieldValue::Table(FieldTable(
            table
                .entries()
                .iter()
                .map(|(name, value)| Ok((name.clone(), field_of(value)?)))
                .collect::<Result<Vec<_>, ScriptError>>()?,
        )),
        Value::Text(_) | Value::Queue(_) | Value::Message(_) | Value::Error(_) | Value::Range(_) => {
            FieldValue::Text(name(&text_of(value)))
        }
        Value::Unknown
        | Value::Answer(_)
        | Value::ListCursor(..)
        | Value::RangeCursor(..)
        | Value::Rounds(..) => {
            return Err(ScriptError::new(format!("{} cannot be sent", value.type_name())));
        }
    })
}

/// What came over the wire as a value. Types that text and numbers do not give are kept, so that headers sent on
/// are the headers that came.
pub(in crate::sim) fn value_of_field(field: &FieldValue) -> Value {
    match field {
        FieldValue::Void => Value::Null,
        FieldValue::Bool(is) => Value::Bool(*is),
        FieldValue::Int(number) => Value::Int(i64::from(*number)),
        FieldValue::Long(number) if i32::try_from(*number).is_err() => Value::Int(*number),
        FieldValue::Double(number) => Value::Float(*number),
        FieldValue::Text(text) => Value::Text(text.clone()),
        FieldValue::Array(items) => {
            List::new(items.iter().map(value_of_field).collect()).map_or(Value::Unknown, Value::List)
        }
        FieldValue::Table(table) => {
            let entries = table.0.iter().map(|(name, field)| (name.clone(), value_of_field(field))).collect();
            Table::new(entries).map_or(Value::Unknown, Value::Table)
        }
        FieldValue::Long(_)
        | FieldValue::Byte(_)
        | FieldValue::Short(_)
        | FieldValue::Float(_)
        | FieldValue::Decimal(..)
        | FieldValue::Bytes(_)
        | FieldValue::Timestamp(_) => Value::Field(Arc::new(field.clone())),
    }
}
