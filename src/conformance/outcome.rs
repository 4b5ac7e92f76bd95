//! Effects, as a client of the recorded broker would have seen them.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::amqp::Scope;
use crate::broker::{Broker, ChannelId, Effect, Exception, MessageId, QueueId, Reply, Side};

use super::client::{Labels, Symbols};
use super::values::properties_to;

/// What came in during a step.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// By label, in order.
    pub events: BTreeMap<String, Vec<Value>>,
    /// The content of a reply on a channel.
    pub reply: Option<Value>,
    /// A get whose message is still to come.
    get: Option<Value>,
    /// What rabbitmqctl printed when it refused.
    pub refused: Option<String>,
    /// Channels the broker closed; the client answers each with close-ok.
    pub closed: Vec<(u32, u16)>,
    /// Connections that ended, and whether a close was sent.
    told: Vec<u32>,
}

impl Seen {
    pub fn put(&mut self, broker: &Broker, labels: &mut Labels, symbols: &mut Symbols, effect: Effect) {
        match effect {
            Effect::Replied { side, .. } => {
                if let Some(Side::Reply(reply)) = broker.side(side) {
                    self.reply(reply);
                }
            }
            Effect::Opened { .. } | Effect::ChannelOpened { .. } => {
                self.reply.get_or_insert(json!({}));
            }
            Effect::Excepted { connection, number, side } => {
                if let Some(Side::Exception(exception)) = broker.side(side) {
                    self.exception(labels, connection, number, exception);
                }
            }
            Effect::ConnectionGone { connection } => {
                if !self.told.contains(&connection)
                    && let Some(label) = labels.connection_label(connection).map(str::to_owned)
                {
                    self.event(label, json!({"type": "connection.lost"}));
                }
            }
            Effect::Delivered { channel, consumer, message, tag, count, acquired, redelivered } => {
                let view = broker.view();
                let queue = view.consumer_queue(consumer);
                let mut event = content(broker, symbols, message, queue, false, (count, acquired));
                event.insert("type".to_owned(), json!("deliver"));
                event.insert("consumer_tag".to_owned(), json!(view.consumer_tag(consumer).map(|tag| &**tag)));
                event.insert("delivery_tag".to_owned(), json!(tag));
                event.insert("redelivered".to_owned(), json!(redelivered));
                self.channel_event(broker, labels, channel, Value::Object(event));
            }
            Effect::Got { queue, message, tag, count, acquired, redelivered, .. } => {
                let mut got = content(broker, symbols, message, Some(queue), true, (count, acquired));
                got.insert("message".to_owned(), json!(true));
                got.insert("delivery_tag".to_owned(), json!(tag));
                got.insert("redelivered".to_owned(), json!(redelivered));
                if let Some(count) = self.get.take() {
                    got.insert("message_count".to_owned(), count);
                }
                self.reply = Some(Value::Object(got));
            }
            Effect::Returned { channel, message, code } => {
                let mut event = content(broker, symbols, message, None, false, (0, 0));
                event.insert("type".to_owned(), json!("return"));
                event.insert("code".to_owned(), json!(code));
                let text = if code == 312 { "NO_ROUTE" } else { "NO_CONSUMERS" };
                event.insert("text".to_owned(), json!(text));
                self.channel_event(broker, labels, channel, Value::Object(event));
            }
            Effect::Confirmed { channel, seq, multiple, ack } => {
                self.confirmed(broker, labels, channel, seq, multiple, ack);
            }
            Effect::ConsumerGone { consumer, told: true } => {
                let view = broker.view();
                let Some(consumer) = view.consumer(consumer) else { return };
                let event = json!({"type": "cancel", "consumer_tag": &*consumer.tag});
                self.channel_event(broker, labels, consumer.channel, event);
            }
            Effect::OperatorRefused { side } => {
                if let Some(Side::OperatorRefused(text)) = broker.side(side) {
                    self.refused = Some(text.to_string());
                }
            }
            Effect::Blocked { connection, side } => {
                let Some(label) = labels.connection_label(connection).map(str::to_owned) else { return };
                self.event(
                    label,
                    match broker.side(side) {
                        Some(Side::Blocked(reason)) => {
                            json!({"type": "connection.blocked", "reason": &**reason})
                        }
                        _ => json!({"type": "connection.unblocked"}),
                    },
                );
            }
            _ => {}
        }
    }

    fn reply(&mut self, reply: &Reply) {
        let value = match reply {
            Reply::Done => json!({}),
            Reply::ChannelFlow { active } => json!({"active": active}),
            Reply::QueueDeclared { queue, message_count, consumer_count } => {
                json!({"queue": &**queue, "message_count": message_count, "consumer_count": consumer_count})
            }
            Reply::QueueDeleted { message_count } | Reply::QueuePurged { message_count } => {
                json!({"message_count": message_count})
            }
            Reply::Consuming { consumer_tag } | Reply::Cancelled { consumer_tag } => {
                json!({"consumer_tag": &**consumer_tag})
            }
            Reply::GetEmpty => json!({"message": false}),
            Reply::GetOk { message_count } => {
                self.get = Some(json!(message_count));
                return;
            }
        };
        self.reply = Some(value);
    }

    fn exception(&mut self, labels: &Labels, connection: u32, number: u16, exception: &Exception) {
        let (label, kind) = match exception.scope {
            Scope::Connection => {
                self.told.push(connection);
                (labels.connection_label(connection), "connection.close")
            }
            // A login that is refused closes the connection with a code of channels.
            Scope::Channel if number == 0 => {
                self.told.push(connection);
                (labels.connection_label(connection), "connection.close")
            }
            Scope::Channel => {
                self.closed.push((connection, number));
                (labels.channel_label(connection, number), "channel.close")
            }
        };
        let Some(label) = label.map(str::to_owned) else { return };
        let event = json!({
            "type": kind,
            "code": exception.code.number(),
            "text": &*exception.text,
            "class_id": exception.class_id,
            "method_id": exception.method_id,
        });
        self.event(label, event);
    }

    /// A confirm of several is written out.
    fn confirmed(
        &mut self,
        broker: &Broker,
        labels: &mut Labels,
        channel: ChannelId,
        seq: u32,
        multiple: bool,
        ack: bool,
    ) {
        let Some(label) = self.listening(broker, labels, channel) else { return };
        let kind = if ack { "confirm.ack" } else { "confirm.nack" };
        let open = &mut labels.outstanding.entry(label.clone()).or_default().open;
        let (answered, rest): (Vec<u32>, Vec<u32>) =
            open.iter().partition(|tag| **tag == seq || (multiple && **tag <= seq));
        *open = rest;
        if answered.is_empty() {
            self.event(label.clone(), json!({"type": "confirm.unexpected", "tag": seq}));
        }
        for tag in answered {
            self.event(label.clone(), json!({"type": kind, "tag": tag}));
        }
    }

    fn channel_event(&mut self, broker: &Broker, labels: &Labels, channel: ChannelId, event: Value) {
        if let Some(label) = self.listening(broker, labels, channel) {
            self.event(label, event);
        }
    }

    /// The label of a channel, unless its connection has ended: then nobody reads what is sent to it.
    fn listening(&self, broker: &Broker, labels: &Labels, channel: ChannelId) -> Option<String> {
        let (connection, number) = broker.view().channel_place(channel)?;
        if self.told.contains(&connection.0) {
            return None;
        }
        labels.connection_label(connection.0)?;
        labels.channel_label(connection.0, number).map(str::to_owned)
    }

    fn event(&mut self, label: String, event: Value) {
        self.events.entry(label).or_default().push(event);
    }
}

/// Exchange, key, body and properties of a message as it is handed to a client.
fn content(
    broker: &Broker,
    symbols: &mut Symbols,
    message: MessageId,
    queue: Option<QueueId>,
    by_get: bool,
    (count, acquired): (u16, u16),
) -> Map<String, Value> {
    let mut object = Map::new();
    let view = broker.view();
    let Some(message) = view.message(message) else { return object };
    let properties = view.delivered_properties(message, queue, by_get, count, acquired);
    if let Some(address) = &properties.reply_to {
        symbols.see_reply_to(address);
    }
    object.insert("exchange".to_owned(), json!(&**message.exchange()));
    object.insert("routing_key".to_owned(), json!(&**message.routing_key()));
    object.insert("body".to_owned(), json!(String::from_utf8_lossy(&message.body)));
    if let Some(properties) = properties_to(&properties) {
        object.insert("properties".to_owned(), properties);
    }
    object
}
