//! A broker with two clients and a clock, for scenarios.

use std::sync::Arc;

use warren::amqp::{
    Choices, ConnectionId, FieldTable, FieldValue, Method, Open, Properties, SimDuration, SimTime, Template,
    name,
};
use warren::broker::{Broker, BrokerConfig, Command, Effect, Operator, Side, Version};

struct First;

impl Choices for First {
    fn choose(&mut self, _: u32) -> u32 {
        0
    }
}

/// A broker, its clock, and what it did since last asked.
pub struct Bench {
    pub broker: Broker,
    pub now: SimTime,
    pub effects: Vec<Effect>,
    pub texts: Vec<String>,
}

pub const ONE: ConnectionId = ConnectionId(1);
pub const TWO: ConnectionId = ConnectionId(2);

impl Bench {
    /// With two connections that have channel 1 open.
    pub fn new(version: Version) -> Self {
        let broker = Broker::new(BrokerConfig::simulation(version, 1));
        let mut bench = Self { broker, now: SimTime::ZERO, effects: Vec::new(), texts: Vec::new() };
        bench.connect(ONE);
        bench.connect(TWO);
        bench
    }

    pub fn connect(&mut self, connection: ConnectionId) {
        let open = Open::new(name("guest"), name("/"));
        self.apply(Command::Connect { connection, open: Arc::new(open) });
        self.method(connection, Method::ChannelOpen);
    }

    pub fn apply(&mut self, command: Command) {
        let from = self.effects.len();
        self.broker.apply(self.now, &command, &mut First, &mut self.effects);
        self.broker.check_invariants();
        for effect in &self.effects[from..] {
            if let Effect::Excepted { side, .. } = effect
                && let Some(Side::Exception(exception)) = self.broker.side(*side)
            {
                self.texts.push(exception.text.to_string());
            }
        }
    }

    pub fn method(&mut self, connection: ConnectionId, method: Method) {
        self.apply(Command::Method { connection, channel: 1, method });
    }

    pub fn operator(&mut self, operator: Operator) {
        self.apply(Command::Operator(operator));
    }

    pub fn wait(&mut self, time: SimDuration) {
        let until = self.now + time;
        while let Some(due) = self.broker.next_deadline().filter(|due| *due <= until) {
            self.now = self.now.max(due);
            self.apply(Command::Deadline);
        }
        self.now = until;
    }

    /// A durable queue `q` with these arguments.
    pub fn declare(&mut self, arguments: &[(&str, FieldValue)]) {
        let mut table = FieldTable::default();
        arguments.iter().for_each(|(key, value)| table.set(key, value.clone()));
        self.method(
            ONE,
            Method::QueueDeclare {
                queue: name("q"),
                passive: false,
                durable: true,
                exclusive: false,
                auto_delete: false,
                arguments: table,
            },
        );
    }

    /// Publishes persistently to `q`.
    pub fn publish(&mut self, connection: ConnectionId) {
        self.publish_with(connection, None);
    }

    pub fn publish_with(&mut self, connection: ConnectionId, headers: Option<FieldTable>) {
        let template = Template {
            exchange: name(""),
            routing_key: name("q"),
            mandatory: false,
            immediate: false,
            properties: Properties { delivery_mode: Some(2), headers, ..Properties::default() },
        };
        self.method(
            connection,
            Method::BasicPublish { template: Arc::new(template), body: Arc::from(&b"m"[..]) },
        );
    }

    /// Messages ready and unacked.
    pub fn counts(&self) -> (u32, u32) {
        let queue = self.broker.view().queue_named("/", "q").expect("the queue is there");
        self.broker.view().queue_counts(queue).expect("it has counts")
    }

    pub fn count(&self, which: impl Fn(&Effect) -> bool) -> usize {
        self.effects.iter().filter(|effect| which(effect)).count()
    }

    pub fn deliveries(&self) -> usize {
        self.count(|effect| matches!(effect, Effect::Delivered { .. }))
    }

    pub fn confirms(&self) -> usize {
        self.count(|effect| matches!(effect, Effect::Confirmed { ack: true, .. }))
    }
}
