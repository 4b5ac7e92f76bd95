//! Random command logs: whatever clients and operators do, the broker's state never contradicts itself, every copy
//! is in exactly one place, and the same log gives the same effects.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;

use warren::amqp::{
    Capabilities, Choices, ConnectionId, FieldTable, FieldValue, Method, Open, Properties, SimDuration,
    SimTime, Template, name,
};
use warren::broker::{Broker, BrokerConfig, Command, Effect, MessageId, Operator, QueueId, Stop, Version};

/// Always the last.
struct Last;

impl Choices for Last {
    fn choose(&mut self, count: u32) -> u32 {
        count - 1
    }
}

const QUEUES: [&str; 4] = ["q", "r", "dead", "q"];
const EXCHANGES: [&str; 4] = ["x", "", "amq.topic", ""];
const KEYS: [&str; 5] = ["q", "q", "r", "a.b", "#"];
const TAGS: [&str; 3] = ["one", "two", "three"];

fn queue() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&QUEUES[..])
}

fn arguments() -> impl Strategy<Value = FieldTable> {
    let number = |key: &'static str, most: i64| (0..most).prop_map(move |n| (key, FieldValue::integer(n)));
    let text = |key: &'static str, text: &'static str| Just((key, FieldValue::text(text)));
    let one = prop_oneof![
        number("x-max-length", 4),
        number("x-message-ttl", 3000),
        number("x-max-priority", 4),
        number("x-expires", 5000),
        number("x-delivery-limit", 3),
        text("x-queue-type", "quorum"),
        text("x-queue-type", "classic"),
        text("x-dead-letter-exchange", ""),
        text("x-dead-letter-exchange", "x"),
        text("x-dead-letter-routing-key", "dead"),
        text("x-overflow", "reject-publish"),
        text("x-overflow", "reject-publish-dlx"),
        Just(("x-single-active-consumer", FieldValue::Bool(true))),
    ];
    prop::collection::vec(one, 0..3).prop_map(|pairs| {
        let mut table = FieldTable::default();
        pairs.into_iter().for_each(|(key, value)| table.set(key, value));
        table
    })
}

fn properties() -> impl Strategy<Value = Properties> {
    let expiration = prop::option::weighted(0.2, prop::sample::select(&["0", "10", "2000"][..]));
    (prop::option::of(1u8..3), prop::option::of(0u8..10), expiration).prop_map(
        |(mode, priority, expiration)| Properties {
            delivery_mode: mode,
            priority,
            expiration: expiration.map(name),
            ..Properties::default()
        },
    )
}

fn declare() -> impl Strategy<Value = Method> {
    let flags =
        (prop::bool::weighted(0.1), any::<bool>(), prop::bool::weighted(0.2), prop::bool::weighted(0.2));
    (queue(), flags, arguments()).prop_map(
        |(queue, (passive, durable, exclusive, auto_delete), arguments)| Method::QueueDeclare {
            queue: name(queue),
            passive,
            durable,
            exclusive,
            auto_delete,
            arguments,
        },
    )
}

fn topology() -> impl Strategy<Value = Method> {
    let exchange = || prop::sample::select(&EXCHANGES[..]);
    let key = || prop::sample::select(&KEYS[..]);
    let kind = prop::sample::select(&["direct", "fanout", "topic", "headers"][..]);
    prop_oneof![
        6 => declare(),
        1 => (exchange(), kind, any::<bool>(), any::<bool>()).prop_map(|(exchange, kind, durable, auto_delete)| {
            Method::ExchangeDeclare {
                exchange: name(exchange), kind: name(kind), passive: false, durable, auto_delete, internal: false,
                arguments: FieldTable::default(),
            }
        }),
        1 => (exchange(), any::<bool>())
            .prop_map(|(exchange, if_unused)| Method::ExchangeDelete { exchange: name(exchange), if_unused }),
        2 => (queue(), exchange(), key()).prop_map(|(queue, exchange, key)| Method::QueueBind {
            queue: name(queue), exchange: name(exchange), routing_key: name(key), arguments: FieldTable::default(),
        }),
        1 => (queue(), exchange(), key()).prop_map(|(queue, exchange, key)| Method::QueueUnbind {
            queue: name(queue), exchange: name(exchange), routing_key: name(key), arguments: FieldTable::default(),
        }),
        1 => (exchange(), exchange(), key()).prop_map(|(destination, source, key)| Method::ExchangeBind {
            destination: name(destination), source: name(source), routing_key: name(key),
            arguments: FieldTable::default(),
        }),
        1 => (queue(), any::<bool>(), any::<bool>()).prop_map(|(queue, if_unused, if_empty)| {
            Method::QueueDelete { queue: name(queue), if_unused, if_empty }
        }),
        1 => queue().prop_map(|queue| Method::QueuePurge { queue: name(queue) }),
    ]
}

fn publish() -> impl Strategy<Value = Method> {
    let exchange = prop::sample::select(&EXCHANGES[..]);
    let key = prop::sample::select(&KEYS[..]);
    (exchange, key, any::<bool>(), properties()).prop_map(|(exchange, key, mandatory, properties)| {
        let template = Template {
            exchange: name(exchange),
            routing_key: name(key),
            mandatory,
            immediate: false,
            properties,
        };
        Method::BasicPublish { template: Arc::new(template), body: Arc::from(&b"body"[..]) }
    })
}

fn consuming() -> impl Strategy<Value = Method> {
    let tag = || prop::sample::select(&TAGS[..]);
    let multiple = prop::bool::weighted(0.3);
    prop_oneof![
        6 => (queue(), tag(), prop::bool::weighted(0.2), prop::bool::weighted(0.05)).prop_map(|(queue, tag, no_ack, exclusive)| {
            Method::BasicConsume {
                queue: name(queue), consumer_tag: name(tag), no_local: false, no_ack, exclusive,
                arguments: FieldTable::default(),
            }
        }),
        1 => tag().prop_map(|tag| Method::BasicCancel { consumer_tag: name(tag) }),
        2 => (queue(), any::<bool>()).prop_map(|(queue, no_ack)| Method::BasicGet { queue: name(queue), no_ack }),
        1 => (4u64..6, multiple).prop_map(|(delivery_tag, multiple)| Method::BasicAck { delivery_tag, multiple }),
        1 => Just(Method::BasicRecover { requeue: true }),
        1 => (0u16..4, prop::bool::weighted(0.3))
            .prop_map(|(prefetch_count, global)| Method::BasicQos { prefetch_size: 0, prefetch_count, global }),
    ]
}

fn method() -> impl Strategy<Value = Method> {
    prop_oneof![
        3 => topology(),
        40 => publish(),
        20 => consuming(),
        1 => Just(Method::ConfirmSelect),
        1 => prop::sample::select(vec![Method::TxSelect, Method::TxCommit, Method::TxRollback]),
        1 => Just(Method::ChannelClose),
    ]
}

/// A step of a log: a command of one of three connections, or time that passes.
#[derive(Clone, Debug)]
enum Step {
    Method(u32, u16, Method),
    Settle(u32, u16, usize, (bool, bool, bool)),
    Reconnect(u32),
    Lost(u32),
    Operator(Operator),
    Wait(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let node = prop::sample::select(vec![
        Operator::Stop(Stop::Clean),
        Operator::Stop(Stop::Kill),
        Operator::Start,
        Operator::Start,
        Operator::PurgeQueue { vhost: name("/"), queue: name("q") },
    ]);
    prop_oneof![
        40 => (0u32..3, 1u16..3, method()).prop_map(|(connection, number, method)| {
            Step::Method(connection, number, method)
        }),
        40 => (0u32..3, 1u16..3, 0usize..3, (any::<bool>(), any::<bool>(), any::<bool>()))
            .prop_map(|(client, channel, nth, how)| Step::Settle(client, channel, nth, how)),
        1 => (0u32..3).prop_map(Step::Reconnect),
        1 => (0u32..3).prop_map(Step::Lost),
        1 => node.prop_map(Step::Operator),
        5 => prop::sample::select(&[1u64, 1, 20, 20, 20, 700, 700, 700, 4000, 40 * 60 * 1000][..]).prop_map(Step::Wait),
    ]
}

/// Where a copy is, by the effects alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Copy {
    Ready,
    Unacked,
}

/// Follows every copy through the effects.
#[derive(Default)]
struct Ledger {
    copies: BTreeMap<(MessageId, QueueId), Copy>,
    tags: BTreeMap<u32, u32>,
}

impl Ledger {
    fn follow(&mut self, broker: &Broker, effect: Effect) {
        match effect {
            Effect::Enqueued { message, queue } => {
                let before = self.copies.insert((message, queue), Copy::Ready);
                assert_eq!(before, None, "a message is enqueued once in a queue");
            }
            Effect::Delivered { channel, consumer, message, tag, .. } => {
                if let Some(queue) = broker.view().consumer_queue(consumer) {
                    self.hand_out(message, queue);
                }
                self.rises(channel.0, tag);
            }
            Effect::Got { channel, queue, message, tag, .. } => {
                self.hand_out(message, queue);
                self.rises(channel.0, tag);
            }
            Effect::Requeued { queue, message, .. } => {
                let before = self.copies.insert((message, queue), Copy::Ready);
                assert_eq!(before, Some(Copy::Unacked), "only what was handed out is requeued");
            }
            Effect::Settled { queue, message, acked, .. } => {
                assert_eq!(self.copies.get(&(message, queue)), Some(&Copy::Unacked), "settled: {effect:?}");
                if acked {
                    self.copies.remove(&(message, queue));
                }
            }
            Effect::Dropped { message, queue, .. } => {
                self.copies.remove(&(message, queue));
            }
            Effect::DeadLettered { queue, from, .. } => {
                self.copies.remove(&(from, queue));
            }
            _ => {}
        }
    }

    fn hand_out(&mut self, message: MessageId, queue: QueueId) {
        let before = self.copies.insert((message, queue), Copy::Unacked);
        assert_eq!(before, Some(Copy::Ready), "only what is ready is handed out");
    }

    fn rises(&mut self, channel: u32, tag: u32) {
        let last = self.tags.insert(channel, tag).unwrap_or_default();
        assert_eq!(tag, last + 1, "delivery tags count from 1");
    }

    fn agrees_with(&self, broker: &Broker) {
        for queue in broker.view().queues() {
            let count =
                |copy| self.copies.iter().filter(|((_, id), now)| *id == queue.id && **now == copy).count();
            assert_eq!(count(Copy::Ready), queue.ready as usize, "ready of {}", queue.name);
            assert_eq!(count(Copy::Unacked), queue.unacked as usize, "unacked of {}", queue.name);
        }
    }
}

/// A broker under test, its clock and its connections.
struct Run {
    broker: Broker,
    now: SimTime,
    connections: [ConnectionId; 3],
    next: u32,
    ledger: Ledger,
    effects: Vec<Effect>,
}

impl Run {
    fn new(config: BrokerConfig) -> Self {
        let mut run = Self {
            broker: Broker::new(config),
            now: SimTime::ZERO,
            connections: [ConnectionId(0); 3],
            next: 0,
            ledger: Ledger::default(),
            effects: Vec::new(),
        };
        for client in 0..3 {
            run.reconnect(client);
        }
        run
    }

    fn apply(&mut self, command: Command) {
        let from = self.effects.len();
        self.broker.apply(self.now, command, &mut Last, &mut self.effects);
        self.broker.check_invariants();
        for effect in &self.effects[from..] {
            self.ledger.follow(&self.broker, *effect);
        }
        self.ledger.agrees_with(&self.broker);
        // Clients come back at once, so that a log is more than the first mistake.
        let came: Vec<Effect> = self.effects[from..].to_vec();
        for effect in came {
            match effect {
                Effect::Node { up: true } => (0..3).for_each(|client| self.reconnect(client)),
                Effect::Excepted { connection, number, .. } if number > 0 => {
                    let (connection, channel) = (ConnectionId(connection), number);
                    self.apply(Command::Method { connection, channel, method: Method::ChannelCloseOk });
                    self.apply(Command::Method { connection, channel, method: Method::ChannelOpen });
                }
                Effect::ConnectionGone { connection } if self.broker.view().is_up() => {
                    if let Some(client) = self.connections.iter().position(|id| id.0 == connection) {
                        self.reconnect(client);
                    }
                }
                _ => {}
            }
        }
    }

    /// Settles the nth delivery that a channel holds.
    fn settle(&mut self, client: u32, channel: u16, nth: usize, how: (bool, bool, bool)) {
        let (ack, requeue, multiple) = how;
        let connection = self.connections[client as usize];
        let Some(view) = self.broker.view().connection(connection) else { return };
        let channels = view.channels.iter().filter_map(|id| self.broker.view().channel(*id));
        let Some(id) = channels.filter(|view| view.number == channel).map(|view| view.id).next() else {
            return;
        };
        let Some(copy) = self.broker.view().unacked_of_channel(id).nth(nth) else { return };
        let delivery_tag = u64::from(copy.tag);
        let method = if ack {
            Method::BasicAck { delivery_tag, multiple }
        } else if multiple {
            Method::BasicNack { delivery_tag, multiple, requeue }
        } else {
            Method::BasicReject { delivery_tag, requeue }
        };
        self.apply(Command::Method { connection, channel, method });
    }

    fn reconnect(&mut self, client: usize) {
        let connection = ConnectionId(self.next);
        self.next += 1;
        self.connections[client] = connection;
        let open = Open {
            user: name("guest"),
            password: None,
            vhost: name("/"),
            capabilities: Capabilities::default(),
            channel_max: None,
            frame_max: None,
            of_operator: false,
        };
        self.apply(Command::Connect { connection, open: Arc::new(open) });
        for channel in 1..3 {
            self.apply(Command::Method { connection, channel, method: Method::ChannelOpen });
        }
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Method(client, channel, method) => {
                let (connection, channel) = (self.connections[*client as usize], *channel);
                self.apply(Command::Method { connection, channel, method: method.clone() });
            }
            Step::Settle(client, channel, nth, how) => self.settle(*client, *channel, *nth, *how),
            Step::Reconnect(client) => self.reconnect(*client as usize),
            Step::Lost(client) => {
                let connection = self.connections[*client as usize];
                self.apply(Command::Lost { connection });
            }
            Step::Operator(operator) => self.apply(Command::Operator(operator.clone())),
            Step::Wait(ms) => self.wait(SimDuration::millis(*ms)),
        }
    }

    fn wait(&mut self, time: SimDuration) {
        let until = self.now + time;
        let mut within = 0;
        while let Some(due) = self.broker.next_deadline().filter(|due| *due <= until) {
            within = if due > self.now { 0 } else { within + 1 };
            assert!(within < 1000, "an instant ends");
            self.now = self.now.max(due);
            self.apply(Command::Deadline);
        }
        self.now = until;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_state_never_contradicts_itself(
        version in prop::sample::select(&Version::ALL[..]),
        slow in any::<bool>(),
        kind in prop::sample::select(&["fanout", "x-recent-history", "x-modulus-hash", "x-random"][..]),
        mut steps in prop::collection::vec(declare(), 6),
        more in prop::collection::vec(step(), 1..120),
    ) {
        let exchange = Method::ExchangeDeclare {
            exchange: name("x"), kind: name(kind), passive: false, durable: true, auto_delete: false,
            internal: false, arguments: FieldTable::default(),
        };
        steps.insert(0, exchange);
        for source in ["x", "amq.topic"] {
            steps.push(Method::QueueBind {
                queue: name("q"), exchange: name(source), routing_key: name("#"), arguments: FieldTable::default(),
            });
        }
        let mut steps: Vec<Step> = steps.into_iter().map(|method| Step::Method(0, 1, method)).collect();
        steps.extend(more);
        let config =
            if slow { BrokerConfig::simulation(version, 7) } else { BrokerConfig::conformance(version) };
        let mut run = Run::new(config.clone());
        let mut fork = None;
        for (at, step) in steps.iter().enumerate() {
            if at == steps.len() / 2 {
                fork = Some(run.broker.clone());
            }
            run.step(step);
        }
        // The same log again, and the clone's own future, which the run must not have touched.
        let mut again = Run::new(config);
        for (at, step) in steps.iter().enumerate() {
            if at == steps.len() / 2 && let Some(fork) = fork.take() {
                again.broker = fork;
            }
            again.step(step);
        }
        prop_assert_eq!(run.effects, again.effects);
    }
}
