//! The broker by itself, nothing recorded: that the cost of a message does not grow.

use std::sync::Arc;

use warren::amqp::{
    ChannelNumber, ConnectionId, FieldTable, Method, Open, Properties, SimTime, Template, name,
};
use warren::broker::{Broker, BrokerConfig, Command, Discard, Version};
use warren::sim::{Purpose, Stream};

use super::host::{best, row};

/// A broker with one channel.
pub struct Node {
    pub broker: Broker,
    choices: Stream,
}

pub const CONNECTION: ConnectionId = ConnectionId(1);
pub const CHANNEL: ChannelNumber = 1;

impl Node {
    pub fn new() -> Self {
        let broker = Broker::new(BrokerConfig::simulation(Version::default(), 1));
        let mut node = Self { broker, choices: Stream::new(1, Purpose::Broker, 0) };
        let open = Open::new(name("guest"), name("/"));
        node.apply(Command::Connect { connection: CONNECTION, open: Arc::new(open) });
        node.method(Method::ChannelOpen);
        node
    }

    fn apply(&mut self, command: Command) {
        self.broker.apply(SimTime::ZERO, &command, &mut self.choices, &mut Discard);
    }

    pub fn method(&mut self, method: Method) {
        self.apply(Command::Method { connection: CONNECTION, channel: CHANNEL, method });
    }

    pub fn declare(&mut self, queue: &str) {
        self.method(Method::QueueDeclare {
            queue: name(queue),
            passive: false,
            durable: true,
            exclusive: false,
            auto_delete: false,
            arguments: FieldTable::default(),
        });
    }

    fn get(&mut self, queue: &str) {
        self.method(Method::BasicGet { queue: name(queue), no_ack: false });
    }
}

/// A publish of twelve bytes.
pub fn publish(exchange: &str, key: &str) -> Method {
    let template = Template {
        exchange: name(exchange),
        routing_key: name(key),
        mandatory: false,
        immediate: false,
        properties: Properties::default(),
    };
    Method::BasicPublish { template: Arc::new(template), body: Arc::from(&b"0123456789ab"[..]) }
}

pub fn rows(scale: u32, full: bool) {
    for ready in [1_000, 1_000_000 / scale] {
        row("by-queue-length", ready, "publish_get_ack_ns", steady(1, ready, 0, full));
    }
    for queues in [10, 10_000 / scale.min(100)] {
        row("by-number-of-queues", queues, "publish_get_ack_ns", steady(queues, 10, 0, full));
    }
    for unacked in [10, 1_000_000 / scale] {
        row("by-unacked", unacked, "publish_get_ack_ns", steady(1, 10, unacked, full));
    }
}

/// One more publish, one get and its ack, with that much standing around.
fn steady(queues: u32, ready: u32, unacked: u32, full: bool) -> f64 {
    let mut node = Node::new();
    (0..queues).for_each(|number| node.declare(&format!("q{number}")));
    let publish = publish("", "q0");
    (0..ready + unacked).for_each(|_| node.method(publish.clone()));
    (0..unacked).for_each(|_| node.get("q0"));
    let mut tag = u64::from(unacked);
    let times = 10_000;
    let nanos = best(full, || {
        for _ in 0..times {
            node.method(publish.clone());
            node.get("q0");
            tag += 1;
            node.method(Method::BasicAck { delivery_tag: tag, multiple: false });
        }
    });
    nanos / f64::from(times)
}
