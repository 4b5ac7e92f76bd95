//! The firehose: with `trace_on`, a copy of each publish and each delivery goes to `amq.rabbitmq.trace`.
//!
//! RabbitMQ: rabbit_trace. The copy's key is `publish.` and the exchange, or `deliver.` and the queue; its headers
//! tell the rest; its body is the message's.

use std::sync::Arc;

use crate::amqp::{Choices, ConnectionId, FieldTable, FieldValue, Name, Properties, Template, name};

use super::config::NODE;
use super::effect::{ChannelId, Effect, MessageId, QueueId};
use super::exchange::ExchangeKind;
use super::machine::Broker;
use super::message::{Content, Message};
use super::queue::Entry;
use super::routing::Route;
use super::vhost::VhostId;

/// Where the copies go.
const TRACE: &str = "amq.rabbitmq.trace";

/// A copy on its way to the trace exchange of its vhost.
#[derive(Clone, Debug)]
pub(super) struct Traced {
    vhost: VhostId,
    template: Template,
    body: Arc<[u8]>,
}

impl Broker {
    /// Tracing of a vhost begins or ends, for channels that are open, too.
    pub(super) fn trace(&mut self, vhost: &Name, on: bool) -> Result<(), String> {
        let id = self.expect_vhost(vhost)?;
        self.vhost_mut(id).is_traced = on;
        self.is_tracing = self.vhosts.iter().any(|vhost| vhost.is_alive && vhost.is_traced);
        Ok(())
    }

    /// A publish that was taken. RabbitMQ: in a transaction at once, not at its commit.
    #[inline(never)]
    pub(super) fn trace_publish(
        &mut self,
        channel: ChannelId,
        content: &Content,
        body: &Arc<[u8]>,
        route: &Route,
    ) {
        let mut queues = self.routed_names(content, route);
        if self.profile.traces_as_routed {
            queues.reverse();
        }
        let routed = FieldValue::Array(queues.into_iter().map(FieldValue::Text).collect());
        let key = name(&format!("publish.{}", content.template.exchange));
        self.copy(channel, content, body, key, &content.template.properties, |headers| {
            headers.set("routed_queues", routed);
        });
    }

    /// RabbitMQ: the default exchange leads to whatever the keys name, be it there or not.
    fn routed_names(&self, content: &Content, route: &Route) -> Vec<Name> {
        if let Some(address) = &route.reply_to {
            return if self.profile.traces_as_routed { vec![address.clone()] } else { Vec::new() };
        }
        if content.template.exchange.is_empty() {
            let keys = std::iter::once(&content.template.routing_key).chain(&content.more_keys);
            let mut keys: Vec<Name> = keys.cloned().collect();
            keys.sort();
            keys.dedup();
            return keys;
        }
        route.queues.iter().map(|queue| self.queue(*queue).spec.name.clone()).collect()
    }

    /// A copy was handed out, with the properties that the client got.
    #[inline(never)]
    pub(super) fn trace_handed_out(
        &mut self,
        channel: ChannelId,
        queue: QueueId,
        entry: &Entry,
        by_get: bool,
    ) {
        let Some(message) = self.messages.get(entry.message).cloned() else { return };
        let (count, acquired) = (entry.count, entry.acquired);
        let properties = self.view().delivered_properties(&message, Some(queue), by_get, count, acquired);
        let queue = self.queue(queue).spec.name.clone();
        self.trace_delivery(channel, &queue, &message, &properties, entry.redelivered);
    }

    /// A direct reply was handed over.
    pub(super) fn trace_reply(&mut self, channel: ChannelId, address: &Name, message: MessageId) {
        let Some(message) = self.messages.get(message).cloned().filter(|_| self.is_tracing) else { return };
        self.trace_delivery(channel, address, &message, message.properties(), false);
    }

    fn trace_delivery(
        &mut self,
        channel: ChannelId,
        queue: &Name,
        message: &Message,
        properties: &Properties,
        redelivered: bool,
    ) {
        let key = name(&format!("deliver.{queue}"));
        self.copy(channel, &message.content, &message.body, key, properties, |headers| {
            headers.set("redelivered", FieldValue::Int(i32::from(redelivered)));
        });
    }

    fn copy(
        &mut self,
        channel: ChannelId,
        content: &Content,
        body: &Arc<[u8]>,
        key: Name,
        properties: &Properties,
        add: impl FnOnce(&mut FieldTable),
    ) {
        let (connection, number) = (self.channel(channel).connection, self.channel(channel).number);
        let vhost = self.vhost_of(connection);
        // What the firehose itself sent is not traced.
        if !self.vhost(vhost).is_traced || *content.template.exchange == *TRACE {
            return;
        }
        let keys = std::iter::once(&content.template.routing_key).chain(&content.more_keys);
        let mut headers = FieldTable::default();
        let text = |value: &str| FieldValue::text(value);
        headers.set("exchange_name", text(&content.template.exchange));
        headers.set("routing_keys", FieldValue::Array(keys.cloned().map(FieldValue::Text).collect()));
        headers.set("properties", FieldValue::Table(properties_table(properties)));
        headers.set("node", text(NODE));
        headers.set("vhost", text(&self.vhost(vhost).name));
        headers.set("connection", text(&connection_name(connection)));
        headers.set("channel", FieldValue::Int(i32::from(number)));
        headers.set("user", text(&self.user_of(connection)));
        add(&mut headers);
        let properties = Properties { headers: Some(headers), ..Properties::default() };
        let (exchange, body) = (name(TRACE), Arc::clone(body));
        let template =
            Template { exchange, routing_key: key, mandatory: false, immediate: false, properties };
        self.traced.push_back(Traced { vhost, template, body });
    }

    /// The copies reach their queues. RabbitMQ: without anybody who could hear of a refusal.
    pub(super) fn send_traced(&mut self, choices: &mut dyn Choices) {
        while let Some(Traced { vhost, template, body }) = self.traced.pop_front() {
            let Some(exchange) = self.vhost(vhost).exchanges.get(TRACE).copied() else { continue };
            debug_assert_eq!(self.exchanges[exchange.index()].kind, ExchangeKind::Topic);
            let content = Content {
                property_bytes: self.profile.property_bytes(&template.properties),
                template: Arc::new(template),
                more_keys: Vec::new(),
                cc_count: 0,
                persistent: false,
                priority: None,
                ttl: None,
                has_died: false,
                delivery_count: 0,
            };
            let route = self.route(exchange, &content, choices);
            if route.queues.is_empty() {
                continue;
            }
            let message = self.messages.push(Message { content: Arc::new(content), body });
            self.put(Effect::Traced { message });
            for binding in &route.bindings {
                self.put(Effect::Routed { message, binding: *binding });
            }
            for queue in &route.queues {
                self.enqueue_own(*queue, message);
            }
        }
    }
}

/// RabbitMQ: the addresses of both ends. Here the port tells the connections apart.
fn connection_name(connection: ConnectionId) -> String {
    format!("127.0.0.1:{} -> 127.0.0.1:5672", 50_000 + u64::from(connection.0))
}

/// RabbitMQ: what is set, the last field first.
fn properties_table(properties: &Properties) -> FieldTable {
    let mut table = FieldTable::default();
    let text = |value: &Option<Name>| value.clone().map(FieldValue::Text);
    let number = |value: Option<i64>| value.map(FieldValue::integer);
    let fields = [
        ("cluster_id", text(&properties.cluster_id)),
        ("app_id", text(&properties.app_id)),
        ("user_id", text(&properties.user_id)),
        ("type", text(&properties.kind)),
        ("timestamp", number(properties.timestamp.and_then(|value| i64::try_from(value).ok()))),
        ("message_id", text(&properties.message_id)),
        ("expiration", text(&properties.expiration)),
        ("reply_to", text(&properties.reply_to)),
        ("correlation_id", text(&properties.correlation_id)),
        ("priority", number(properties.priority.map(i64::from))),
        ("delivery_mode", number(properties.delivery_mode.map(i64::from))),
        ("headers", properties.headers.clone().map(FieldValue::Table)),
        ("content_encoding", text(&properties.content_encoding)),
        ("content_type", text(&properties.content_type)),
    ];
    for (field, value) in fields {
        if let Some(value) = value {
            table.set(field, value);
        }
    }
    table
}
