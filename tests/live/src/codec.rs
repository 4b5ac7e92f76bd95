//! Warren's methods and values as frames of AMQP 0-9-1, and back.

use amq_protocol::frame::{AMQPContentHeader, AMQPFrame, GenError, WriteContext, gen_frame};
use amq_protocol::protocol::{AMQPClass, basic, channel, confirm, connection, exchange, queue, tx};
use amq_protocol::types::{AMQPValue, ByteArray, DecimalValue, FieldArray, ShortString};
use std::sync::Arc;
use warren::amqp::{FieldTable, FieldValue, Method, Properties, name};

type WireTable = amq_protocol::types::FieldTable;

/// The frames of a method: one, but for a publish.
pub fn frames(number: u16, method: &Method) -> Vec<AMQPFrame> {
    if let Method::BasicPublish { template, body } = method {
        let class = AMQPClass::Basic(basic::AMQPMethod::Publish(basic::Publish {
            exchange: short(&template.exchange),
            routing_key: short(&template.routing_key),
            mandatory: template.mandatory,
            immediate: template.immediate,
        }));
        let header = AMQPContentHeader {
            class_id: 60,
            body_size: body.len() as u64,
            properties: properties_out(&template.properties),
        };
        let mut frames = vec![AMQPFrame::Method(number, class), AMQPFrame::Header(number, header)];
        if !body.is_empty() {
            frames.push(AMQPFrame::Body(number, body.to_vec()));
        }
        return frames;
    }
    vec![AMQPFrame::Method(number, class(method))]
}

/// A frame as bytes.
pub fn bytes(frame: &AMQPFrame) -> Result<Vec<u8>, GenError> {
    Ok(gen_frame(frame)(WriteContext::from(Vec::new()))?.into_inner().0)
}

fn class(method: &Method) -> AMQPClass {
    match method {
        Method::ConnectionClose => AMQPClass::Connection(connection::AMQPMethod::Close(connection::Close {
            reply_code: 200,
            reply_text: "bye".into(),
            class_id: 0,
            method_id: 0,
        })),
        Method::ChannelOpen => AMQPClass::Channel(channel::AMQPMethod::Open(channel::Open {})),
        Method::ChannelFlow { active } => {
            AMQPClass::Channel(channel::AMQPMethod::Flow(channel::Flow { active: *active }))
        }
        Method::ChannelClose => AMQPClass::Channel(channel::AMQPMethod::Close(channel::Close {
            reply_code: 200,
            reply_text: "bye".into(),
            class_id: 0,
            method_id: 0,
        })),
        Method::ChannelCloseOk => AMQPClass::Channel(channel::AMQPMethod::CloseOk(channel::CloseOk {})),
        Method::ConfirmSelect => {
            AMQPClass::Confirm(confirm::AMQPMethod::Select(confirm::Select { nowait: false }))
        }
        Method::TxSelect => AMQPClass::Tx(tx::AMQPMethod::Select(tx::Select {})),
        Method::TxCommit => AMQPClass::Tx(tx::AMQPMethod::Commit(tx::Commit {})),
        Method::TxRollback => AMQPClass::Tx(tx::AMQPMethod::Rollback(tx::Rollback {})),
        Method::ExchangeDeclare { .. }
        | Method::ExchangeDelete { .. }
        | Method::ExchangeBind { .. }
        | Method::ExchangeUnbind { .. } => AMQPClass::Exchange(exchange_method(method)),
        Method::QueueDeclare { .. }
        | Method::QueueBind { .. }
        | Method::QueueUnbind { .. }
        | Method::QueuePurge { .. }
        | Method::QueueDelete { .. } => AMQPClass::Queue(queue_method(method)),
        _ => AMQPClass::Basic(basic_method(method)),
    }
}

fn exchange_method(method: &Method) -> exchange::AMQPMethod {
    match method {
        Method::ExchangeDeclare { exchange, kind, passive, durable, auto_delete, internal, arguments } => {
            exchange::AMQPMethod::Declare(exchange::Declare {
                exchange: short(exchange),
                kind: short(kind),
                passive: *passive,
                durable: *durable,
                auto_delete: *auto_delete,
                internal: *internal,
                nowait: false,
                arguments: table_out(arguments),
            })
        }
        Method::ExchangeDelete { exchange, if_unused } => exchange::AMQPMethod::Delete(exchange::Delete {
            exchange: short(exchange),
            if_unused: *if_unused,
            nowait: false,
        }),
        Method::ExchangeBind { destination, source, routing_key, arguments } => {
            exchange::AMQPMethod::Bind(exchange::Bind {
                destination: short(destination),
                source: short(source),
                routing_key: short(routing_key),
                nowait: false,
                arguments: table_out(arguments),
            })
        }
        Method::ExchangeUnbind { destination, source, routing_key, arguments } => {
            exchange::AMQPMethod::Unbind(exchange::Unbind {
                destination: short(destination),
                source: short(source),
                routing_key: short(routing_key),
                nowait: false,
                arguments: table_out(arguments),
            })
        }
        other => unreachable!("{} is no method of exchanges", other.name()),
    }
}

fn queue_method(method: &Method) -> queue::AMQPMethod {
    match method {
        Method::QueueDeclare { queue, passive, durable, exclusive, auto_delete, arguments } => {
            queue::AMQPMethod::Declare(queue::Declare {
                queue: short(queue),
                passive: *passive,
                durable: *durable,
                exclusive: *exclusive,
                auto_delete: *auto_delete,
                nowait: false,
                arguments: table_out(arguments),
            })
        }
        Method::QueueBind { queue, exchange, routing_key, arguments } => {
            queue::AMQPMethod::Bind(queue::Bind {
                queue: short(queue),
                exchange: short(exchange),
                routing_key: short(routing_key),
                nowait: false,
                arguments: table_out(arguments),
            })
        }
        Method::QueueUnbind { queue, exchange, routing_key, arguments } => {
            queue::AMQPMethod::Unbind(queue::Unbind {
                queue: short(queue),
                exchange: short(exchange),
                routing_key: short(routing_key),
                arguments: table_out(arguments),
            })
        }
        Method::QueuePurge { queue } => {
            queue::AMQPMethod::Purge(queue::Purge { queue: short(queue), nowait: false })
        }
        Method::QueueDelete { queue, if_unused, if_empty } => queue::AMQPMethod::Delete(queue::Delete {
            queue: short(queue),
            if_unused: *if_unused,
            if_empty: *if_empty,
            nowait: false,
        }),
        other => unreachable!("{} is no method of queues", other.name()),
    }
}

fn basic_method(method: &Method) -> basic::AMQPMethod {
    match method {
        Method::BasicQos { prefetch_count, global, .. } => {
            basic::AMQPMethod::Qos(basic::Qos { prefetch_count: *prefetch_count, global: *global })
        }
        Method::BasicConsume { queue, consumer_tag, no_local, no_ack, exclusive, arguments } => {
            basic::AMQPMethod::Consume(basic::Consume {
                queue: short(queue),
                consumer_tag: short(consumer_tag),
                no_local: *no_local,
                no_ack: *no_ack,
                exclusive: *exclusive,
                nowait: false,
                arguments: table_out(arguments),
            })
        }
        Method::BasicCancel { consumer_tag } => {
            basic::AMQPMethod::Cancel(basic::Cancel { consumer_tag: short(consumer_tag), nowait: false })
        }
        Method::BasicGet { queue, no_ack } => {
            basic::AMQPMethod::Get(basic::Get { queue: short(queue), no_ack: *no_ack })
        }
        Method::BasicAck { delivery_tag, multiple } => {
            basic::AMQPMethod::Ack(basic::Ack { delivery_tag: *delivery_tag, multiple: *multiple })
        }
        Method::BasicNack { delivery_tag, multiple, requeue } => basic::AMQPMethod::Nack(basic::Nack {
            delivery_tag: *delivery_tag,
            multiple: *multiple,
            requeue: *requeue,
        }),
        Method::BasicReject { delivery_tag, requeue } => {
            basic::AMQPMethod::Reject(basic::Reject { delivery_tag: *delivery_tag, requeue: *requeue })
        }
        Method::BasicRecover { requeue } => basic::AMQPMethod::Recover(basic::Recover { requeue: *requeue }),
        other => unreachable!("{} is not sent by these sequences", other.name()),
    }
}

fn short(text: &str) -> ShortString {
    ShortString::try_new(text).expect("names of a sequence are short")
}

/// A table on its way out.
pub fn table_out(table: &FieldTable) -> WireTable {
    let mut wire = WireTable::default();
    for (key, value) in &table.0 {
        wire.insert(short(key), value_out(value));
    }
    wire
}

fn value_out(value: &FieldValue) -> AMQPValue {
    match value {
        FieldValue::Bool(value) => AMQPValue::Boolean(*value),
        FieldValue::Byte(value) => AMQPValue::ShortShortInt(*value),
        FieldValue::Short(value) => AMQPValue::ShortInt(*value),
        FieldValue::Int(value) => AMQPValue::LongInt(*value),
        FieldValue::Long(value) => AMQPValue::LongLongInt(*value),
        FieldValue::Float(value) => AMQPValue::Float(*value),
        FieldValue::Double(value) => AMQPValue::Double(*value),
        FieldValue::Decimal(scale, value) => {
            AMQPValue::DecimalValue(DecimalValue { scale: *scale, value: *value as u32 })
        }
        FieldValue::Text(text) => AMQPValue::LongString(text.as_bytes().into()),
        FieldValue::Bytes(bytes) => AMQPValue::ByteArray(ByteArray::from(bytes.to_vec())),
        FieldValue::Timestamp(time) => AMQPValue::Timestamp(*time),
        FieldValue::Array(values) => {
            AMQPValue::FieldArray(FieldArray::from(values.iter().map(value_out).collect::<Vec<_>>()))
        }
        FieldValue::Table(table) => AMQPValue::FieldTable(table_out(table)),
        FieldValue::Void => AMQPValue::Void,
    }
}

fn table_in(table: &WireTable) -> FieldTable {
    FieldTable(table.into_iter().map(|(key, value)| (name(key.as_str()), value_in(value))).collect())
}

fn value_in(value: &AMQPValue) -> FieldValue {
    match value {
        AMQPValue::Boolean(value) => FieldValue::Bool(*value),
        AMQPValue::ShortShortInt(value) => FieldValue::Byte(*value),
        AMQPValue::ShortShortUInt(value) => FieldValue::Short(i16::from(*value)),
        AMQPValue::ShortInt(value) => FieldValue::Short(*value),
        AMQPValue::ShortUInt(value) => FieldValue::Int(i32::from(*value)),
        AMQPValue::LongInt(value) => FieldValue::Int(*value),
        AMQPValue::LongUInt(value) => FieldValue::Long(i64::from(*value)),
        AMQPValue::LongLongInt(value) => FieldValue::Long(*value),
        AMQPValue::Float(value) => FieldValue::Float(*value),
        AMQPValue::Double(value) => FieldValue::Double(*value),
        AMQPValue::DecimalValue(value) => FieldValue::Decimal(value.scale, value.value as i32),
        AMQPValue::ShortString(text) => FieldValue::text(text.as_str()),
        AMQPValue::LongString(text) => FieldValue::text(&String::from_utf8_lossy(text.as_bytes())),
        AMQPValue::FieldArray(values) => FieldValue::Array(values.as_slice().iter().map(value_in).collect()),
        AMQPValue::Timestamp(time) => FieldValue::Timestamp(*time),
        AMQPValue::FieldTable(table) => FieldValue::Table(table_in(table)),
        AMQPValue::ByteArray(bytes) => FieldValue::Bytes(Arc::from(bytes.as_slice())),
        AMQPValue::Void => FieldValue::Void,
    }
}

fn properties_out(properties: &Properties) -> basic::AMQPProperties {
    let mut out = basic::AMQPProperties::default();
    macro_rules! texts {
        ($($field:ident => $with:ident),*) => {
            $(if let Some(value) = &properties.$field { out = out.$with(short(value)); })*
        };
    }
    texts!(
        content_type => with_content_type, content_encoding => with_content_encoding,
        correlation_id => with_correlation_id, reply_to => with_reply_to, expiration => with_expiration,
        message_id => with_message_id, kind => with_type, user_id => with_user_id, app_id => with_app_id,
        cluster_id => with_cluster_id
    );
    if let Some(headers) = &properties.headers {
        out = out.with_headers(table_out(headers));
    }
    if let Some(mode) = properties.delivery_mode {
        out = out.with_delivery_mode(mode);
    }
    if let Some(priority) = properties.priority {
        out = out.with_priority(priority);
    }
    if let Some(timestamp) = properties.timestamp {
        out = out.with_timestamp(timestamp);
    }
    out
}

/// The properties of a message that came in.
pub fn properties_in(wire: &basic::AMQPProperties) -> Properties {
    let text = |value: &Option<ShortString>| value.as_ref().map(|text| name(text.as_str()));
    Properties {
        content_type: text(wire.content_type()),
        content_encoding: text(wire.content_encoding()),
        headers: wire.headers().as_ref().map(table_in),
        delivery_mode: *wire.delivery_mode(),
        priority: *wire.priority(),
        correlation_id: text(wire.correlation_id()),
        reply_to: text(wire.reply_to()),
        expiration: text(wire.expiration()),
        message_id: text(wire.message_id()),
        timestamp: *wire.timestamp(),
        kind: text(wire.kind()),
        user_id: text(wire.user_id()),
        app_id: text(wire.app_id()),
        cluster_id: text(wire.cluster_id()),
    }
}
