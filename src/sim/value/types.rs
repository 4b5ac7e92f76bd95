//! A value.

use std::sync::Arc;

use crate::amqp::{DeliveryTag, FieldValue, Name, SimDuration, SimTime, name};
use crate::script::program::{Const, QuestionId};
use crate::sim::port::{Content, Refused};

use super::convert::value_of_field;
use super::list::{List, Table};

/// A value: small, and cheap to copy.
#[derive(Clone, Debug)]
pub enum Value {
    /// Nothing.
    Null,
    /// `true`, `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A decimal.
    Float(f64),
    /// A duration.
    Duration(SimDuration),
    /// Text.
    Text(Name),
    /// A field value of a type that text and numbers do not give.
    Field(Arc<FieldValue>),
    /// A list.
    List(Arc<List>),
    /// A table.
    Table(Arc<Table>),
    /// `a..b`, both ends included.
    Range(Arc<(Value, Value)>),
    /// A message that was delivered, got or returned, or one that a question is about.
    Message(Arc<MessageValue>),
    /// `error`.
    Error(Arc<Refused>),
    /// What `queue … as` gives; as text it is the queue's name.
    Queue(Arc<QueueAlias>),
    /// Computed from what is not there.
    Unknown,
    /// The answer to a question, asked when it is known whether a number or a list is wanted.
    Answer(QuestionId),
    /// Hidden: what is left of a list in `for`.
    ListCursor(Arc<List>, u32),
    /// Hidden: what is left of a range in `for`, both ends included.
    RangeCursor(i64, i64),
    /// Hidden: when the first round of `repeat … every` began, and how many there were.
    Rounds(SimTime, u32),
}

/// A message in the hands of a client: it, and what belongs to this handing over of it.
#[derive(Clone, Debug, PartialEq)]
pub struct MessageValue {
    /// Exchange, key, properties, body.
    pub content: Content,
    /// Delivery tag, 0 where there is none.
    pub tag: DeliveryTag,
    /// Handed out before.
    pub redelivered: bool,
    /// Consumer tag, of a delivery.
    pub consumer_tag: Option<Name>,
    /// How many were left in the queue, of a get.
    pub message_count: Option<u32>,
    /// Why it came back: code and text of a return. Boxed, as it is rare, and messages are moved about.
    pub returned: Option<Box<(u16, Name)>>,
    /// The port's number of the message.
    pub message: u32,
    /// The port's number of the consumer.
    pub consumer: u32,
    /// The port's number of the delivery.
    pub delivered: u32,
}

/// What a queue declared `as` knows.
#[derive(Clone, Debug, PartialEq)]
pub struct QueueAlias {
    /// The queue's name.
    pub name: Name,
    /// From declare-ok.
    pub message_count: u32,
    /// From declare-ok.
    pub consumer_count: u32,
}

/// Why an expression has no value. Small, as it stands beside every value that is computed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScriptError {
    /// What is wrong, as a sentence without its point.
    Wrong(Box<str>),
    /// The work inside this step is used up, which no script can catch.
    OutOfFuel,
}

impl ScriptError {
    /// An error that says so.
    #[cold]
    pub fn new(text: impl Into<Box<str>>) -> Self {
        Self::Wrong(text.into())
    }

    /// What is wrong.
    pub fn text(&self) -> &str {
        match self {
            Self::Wrong(text) => text,
            Self::OutOfFuel => "too much work without a wait",
        }
    }
}

impl Value {
    /// Text.
    pub fn text(text: &str) -> Self {
        Self::Text(name(text))
    }

    /// A constant's value.
    pub fn of(constant: &Const) -> Self {
        match constant {
            Const::Null => Self::Null,
            Const::Bool(is) => Self::Bool(*is),
            Const::Int(number) => Self::Int(*number),
            Const::Float(number) => Self::Float(*number),
            Const::Duration(duration) => Self::Duration(*duration),
            Const::Text(text) => Self::Text(text.clone()),
            Const::Field(field) => Self::Field(Arc::new(field.clone())),
        }
    }

    /// What errors call its type.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "true or false",
            Self::Int(_) => "a whole number",
            Self::Float(_) => "a decimal",
            Self::Duration(_) => "a duration",
            Self::Text(_) => "text",
            Self::Field(_) => "a field value",
            Self::List(_) | Self::ListCursor(..) => "a list",
            Self::Table(_) => "a table",
            Self::Range(_) | Self::RangeCursor(..) => "a range",
            Self::Message(_) => "a message",
            Self::Error(_) => "an error",
            Self::Queue(_) => "a queue",
            Self::Unknown => "unknown",
            Self::Answer(_) => "an answer",
            Self::Rounds(..) => "a round",
        }
    }

    /// Logical bytes, for budgets: what it would take written out, shared parts counted wherever they stand.
    #[inline(always)]
    pub fn bytes(&self) -> u64 {
        match self {
            Self::Text(text) => 16 + text.len() as u64,
            Self::List(list) => list.bytes(),
            Self::Table(table) => table.bytes(),
            Self::Message(message) => 64 + message.content.body.len() as u64,
            _ => 16,
        }
    }

    /// How deep lists and tables stand in one another.
    pub(super) fn depth(&self) -> u8 {
        match self {
            Self::List(list) => list.depth(),
            Self::Table(table) => table.depth(),
            Self::Range(ends) => ends.0.depth().max(ends.1.depth()) + 1,
            _ => 0,
        }
    }

    /// A field by name. Of null: null, so that a path through what is not there is safe.
    pub fn field(&self, field: &str) -> Self {
        match self {
            Self::Table(table) => table.get(field).cloned().unwrap_or(Self::Null),
            Self::Message(message) => message.field(field),
            Self::Error(error) => match field {
                "code" => Self::Int(i64::from(error.code)),
                "text" => Self::Text(error.text.clone()),
                "class" => Self::Int(i64::from(error.class_id)),
                "method" => Self::Int(i64::from(error.method_id)),
                _ => Self::Null,
            },
            Self::Queue(alias) => match field {
                "name" => Self::Text(alias.name.clone()),
                "message_count" => Self::Int(i64::from(alias.message_count)),
                "consumer_count" => Self::Int(i64::from(alias.consumer_count)),
                _ => Self::Null,
            },
            Self::Text(text) if field == "text" => Self::Text(text.clone()),
            Self::Unknown => Self::Unknown,
            _ => Self::Null,
        }
    }
}

impl MessageValue {
    /// A message of which nothing more is known.
    pub fn of(content: Content) -> Self {
        Self {
            content,
            tag: 0,
            redelivered: false,
            consumer_tag: None,
            message_count: None,
            returned: None,
            message: u32::MAX,
            consumer: u32::MAX,
            delivered: u32::MAX,
        }
    }

    /// The body as text; bytes that are none are replaced.
    pub fn body_text(&self) -> Name {
        Name::from(&*String::from_utf8_lossy(&self.content.body))
    }

    fn field(&self, field: &str) -> Value {
        let template = &self.content.template;
        let properties = &template.properties;
        let text = |text: &Option<Name>| text.clone().map_or(Value::Null, Value::Text);
        let number = |number: Option<i64>| number.map_or(Value::Null, Value::Int);
        match field {
            "body" => Value::Text(self.body_text()),
            "key" | "routing_key" => Value::Text(template.routing_key.clone()),
            "exchange" => Value::Text(template.exchange.clone()),
            "redelivered" => Value::Bool(self.redelivered),
            "delivery_tag" => Value::Int(self.tag as i64),
            "consumer_tag" => text(&self.consumer_tag),
            "message_count" => number(self.message_count.map(i64::from)),
            "code" => number(self.returned.as_ref().map(|why| i64::from(why.0))),
            "text" => self.returned.as_ref().map_or(Value::Null, |why| Value::Text(why.1.clone())),
            "headers" => match &properties.headers {
                Some(table) => value_of_field(&FieldValue::Table(table.clone())),
                None => Value::Null,
            },
            "content_type" => text(&properties.content_type),
            "content_encoding" => text(&properties.content_encoding),
            "delivery_mode" => number(properties.delivery_mode.map(i64::from)),
            "persistent" => Value::Bool(properties.delivery_mode == Some(2)),
            "priority" => number(properties.priority.map(i64::from)),
            "correlation_id" => text(&properties.correlation_id),
            "reply_to" => text(&properties.reply_to),
            "expiration" => text(&properties.expiration),
            "message_id" => text(&properties.message_id),
            "timestamp" => number(properties.timestamp.and_then(|at| i64::try_from(at).ok())),
            "type" => text(&properties.kind),
            "user_id" => text(&properties.user_id),
            "app_id" => text(&properties.app_id),
            "cluster_id" => text(&properties.cluster_id),
            _ => Value::Null,
        }
    }
}
