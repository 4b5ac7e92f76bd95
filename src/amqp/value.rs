//! Field values and tables: headers and `x-` arguments.

use std::sync::Arc;

use super::Name;

/// One value of a field table, with the type it has on the wire.
/// Spec: AMQP 0-9-1 field-table, with RabbitMQ's errata (type letters in brackets).
#[derive(Clone, Debug, PartialEq)]
pub enum FieldValue {
    /// Boolean (`t`).
    Bool(bool),
    /// Signed 8 bits (`b`).
    Byte(i8),
    /// Signed 16 bits (`s`).
    Short(i16),
    /// Signed 32 bits (`I`); error texts call it `signedint`.
    Int(i32),
    /// Signed 64 bits (`l`); error texts call it `long`.
    Long(i64),
    /// 32-bit float (`f`).
    Float(f32),
    /// 64-bit float (`d`).
    Double(f64),
    /// Decimal (`D`): digits after the point, value without the point.
    Decimal(u8, i32),
    /// Long string (`S`); error texts call it `longstr`.
    Text(Name),
    /// Byte array (`x`).
    Bytes(Arc<[u8]>),
    /// Seconds since the epoch (`T`).
    Timestamp(u64),
    /// Array (`A`).
    Array(Vec<FieldValue>),
    /// Table (`F`).
    Table(FieldTable),
    /// No value (`V`).
    Void,
}

/// A field table, in the order in which it was written. A name stands in it once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FieldTable(pub Vec<(Name, FieldValue)>);

impl FieldValue {
    /// The name RabbitMQ's error texts give to the type.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Bool(_) => "bool",
            Self::Byte(_) => "byte",
            Self::Short(_) => "short",
            Self::Int(_) => "signedint",
            Self::Long(_) => "long",
            Self::Float(_) => "float",
            Self::Double(_) => "double",
            Self::Decimal(..) => "decimal",
            Self::Text(_) => "longstr",
            Self::Bytes(_) => "binary",
            Self::Timestamp(_) => "timestamp",
            Self::Array(_) => "array",
            Self::Table(_) => "table",
            Self::Void => "void",
        }
    }

    /// Bytes of its type and itself on the wire. Spec: AMQP 0-9-1, 4.2.5, with RabbitMQ's types.
    fn encoded_bytes(&self) -> usize {
        1 + match self {
            Self::Void => 0,
            Self::Bool(_) | Self::Byte(_) => 1,
            Self::Short(_) => 2,
            Self::Int(_) | Self::Float(_) => 4,
            Self::Decimal(..) => 5,
            Self::Long(_) | Self::Double(_) | Self::Timestamp(_) => 8,
            Self::Text(text) => 4 + text.len(),
            Self::Bytes(bytes) => 4 + bytes.len(),
            Self::Array(values) => 4 + values.iter().map(Self::encoded_bytes).sum::<usize>(),
            Self::Table(table) => table.encoded_bytes(),
        }
    }

    /// The value of any of the integer types.
    pub fn as_integer(&self) -> Option<i64> {
        match self {
            Self::Byte(n) => Some(i64::from(*n)),
            Self::Short(n) => Some(i64::from(*n)),
            Self::Int(n) => Some(i64::from(*n)),
            Self::Long(n) => Some(*n),
            _ => None,
        }
    }

    /// A long string of that text.
    pub fn text(text: &str) -> Self {
        Self::Text(super::name(text))
    }

    /// An integer as the client libraries send it: 32 bits if it fits, else 64.
    pub fn integer(value: i64) -> Self {
        i32::try_from(value).map_or(Self::Long(value), Self::Int)
    }
}

impl FieldTable {
    /// The value of that name.
    pub fn get(&self, key: &str) -> Option<&FieldValue> {
        self.0.iter().find(|(name, _)| &**name == key).map(|(_, value)| value)
    }

    /// Sets a value in place, or adds it at the end.
    pub fn set(&mut self, key: &str, value: FieldValue) {
        match self.0.iter_mut().find(|(name, _)| &**name == key) {
            Some((_, old)) => *old = value,
            None => self.0.push((super::name(key), value)),
        }
    }

    /// Takes a value out.
    pub fn remove(&mut self, key: &str) -> Option<FieldValue> {
        let at = self.0.iter().position(|(name, _)| &**name == key)?;
        Some(self.0.remove(at).1)
    }

    /// Bytes on the wire, its length included.
    pub fn encoded_bytes(&self) -> usize {
        4 + self.0.iter().map(|(name, value)| 1 + name.len() + value.encoded_bytes()).sum::<usize>()
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
