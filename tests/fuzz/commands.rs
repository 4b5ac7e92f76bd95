//! Bytes taken as commands of clients and operators: mostly of few names, so that they meet, else of any. Shared by
//! the fuzzer and by the tests.

use std::sync::Arc;

use warren::amqp::{
    Choices, ConnectionId, FieldTable, FieldValue, Method, Name, Open, Properties, SimDuration, SimTime,
    Template, name,
};
use warren::broker::{
    Alarm, Broker, BrokerConfig, Command, Effect, Operator, Policy, PolicyScope, Stop, Stray, Version,
};

/// Commands of one log.
const COMMANDS: u32 = 120;
/// How deep a table may be nested.
const DEPTH: u32 = 100;
/// Timers that fire at one instant or in one wait.
const FIRED: u32 = 5_000;

const NAMES: &[&str] = &["q", "r", "s", "x", "", "amq.topic", "amq.fanout", "dead", "/", "guest"];
const KEYS: &[&str] = &["q", "r", "a", "a.b", "#", "*.b", "a.#.b", "", "amq.rabbitmq.reply-to"];
const KINDS: &[&str] = &[
    "direct",
    "fanout",
    "topic",
    "headers",
    "x-random",
    "x-local-random",
    "x-consistent-hash",
    "x-modulus-hash",
    "x-recent-history",
    "x-delayed-message",
    "nonsense",
];
const ARGUMENTS: &[&str] = &[
    "x-max-length",
    "x-max-length-bytes",
    "x-message-ttl",
    "x-expires",
    "x-max-priority",
    "x-delivery-limit",
    "x-queue-type",
    "x-dead-letter-exchange",
    "x-dead-letter-routing-key",
    "x-dead-letter-strategy",
    "x-overflow",
    "x-single-active-consumer",
    "x-queue-mode",
    "x-queue-version",
    "x-priority",
    "x-match",
    "x-stream-offset",
    "x-max-age",
    "x-consumer-timeout",
    "alternate-exchange",
    "x-delayed-type",
    "x-delay",
    "x-recent-history-length",
    "hash-header",
    "CC",
    "BCC",
    "x-death",
    "h",
];
const WORDS: &[&str] = &[
    "quorum",
    "classic",
    "stream",
    "",
    "x",
    "q",
    "dead",
    "reject-publish",
    "drop-head",
    "reject-publish-dlx",
    "all",
    "any-with-x",
    "at-least-once",
    "first",
    "1D",
    "lazy",
    "0",
    "10",
    "-1",
    "topic",
];

/// The bytes that are left. After the end every answer is 0.
struct Source<'a>(&'a [u8]);

impl Source<'_> {
    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    fn below(&mut self, count: usize) -> usize {
        usize::from(self.byte()) % count
    }

    fn flag(&mut self) -> bool {
        self.byte() & 1 == 1
    }

    fn number(&mut self) -> i64 {
        match self.byte() % 6 {
            0 => 0,
            1 => i64::from(self.byte() % 5),
            2 => i64::from(self.byte()) * 50,
            3 => -1 - i64::from(self.byte()),
            4 => i64::MAX - i64::from(self.byte()),
            _ => (0..8).fold(0, |number, _| number << 8 | i64::from(self.byte())),
        }
    }

    /// One of a few, seldom any text.
    fn text(&mut self, few: &[&str]) -> Name {
        let choice = self.byte();
        if choice < 240 {
            return name(few[usize::from(choice) % few.len()]);
        }
        let length = usize::from(self.byte()) + if choice > 252 { 200 } else { 0 };
        let taken = self.0.len().min(length);
        let (text, rest) = self.0.split_at(taken);
        self.0 = rest;
        name(&String::from_utf8_lossy(text))
    }

    fn value(&mut self, depth: u32) -> FieldValue {
        match self.byte() % 20 {
            0 => FieldValue::Bool(self.flag()),
            1 => FieldValue::Byte(self.byte() as i8),
            2 => FieldValue::Short(self.number() as i16),
            3 => FieldValue::Double(f64::from_bits(self.number() as u64)),
            4 => FieldValue::Float(f32::from_bits(self.number() as u32)),
            5 => FieldValue::Decimal(self.byte(), self.number() as i32),
            6 => FieldValue::Bytes(Arc::from(&self.0[..self.0.len().min(4)])),
            7 => FieldValue::Timestamp(self.number() as u64),
            8 => FieldValue::Void,
            9 if depth > 0 => FieldValue::Array((0..self.below(4)).map(|_| self.value(depth - 1)).collect()),
            10 if depth > 0 => FieldValue::Table(self.table(depth - 1)),
            11 if depth > 0 => {
                let bottom = self.value(0);
                (0..depth).fold(bottom, |inner, level| match level % 2 {
                    0 => FieldValue::Array(vec![inner]),
                    _ => FieldValue::Table(FieldTable(vec![(name("h"), inner)])),
                })
            }
            12..=15 => FieldValue::Text(self.text(WORDS)),
            16 => {
                FieldValue::Array(vec![FieldValue::Text(self.text(KEYS)), FieldValue::Text(self.text(KEYS))])
            }
            _ => FieldValue::integer(self.number()),
        }
    }

    fn table(&mut self, depth: u32) -> FieldTable {
        FieldTable((0..self.below(5)).map(|_| (self.text(ARGUMENTS), self.value(depth))).collect())
    }

    fn arguments(&mut self) -> FieldTable {
        if self.byte() < 128 { FieldTable::default() } else { self.table(DEPTH) }
    }

    fn properties(&mut self) -> Properties {
        let which = self.byte();
        let mut text = |bit: u8, few: &[&str]| (which & bit != 0).then(|| self.text(few));
        let (expiration, reply_to, user_id) = (text(1, WORDS), text(2, KEYS), text(4, &["guest", "alex"]));
        let message_id = text(8, NAMES);
        Properties {
            expiration,
            reply_to,
            user_id,
            message_id,
            headers: (which & 16 != 0).then(|| self.table(DEPTH)),
            delivery_mode: (which & 32 != 0).then(|| self.byte() % 4),
            priority: (which & 64 != 0).then(|| self.byte()),
            timestamp: (which & 128 != 0).then(|| self.number() as u64),
            ..Properties::default()
        }
    }

    fn method(&mut self) -> Method {
        match self.byte() % 64 {
            0 => Method::ConnectionClose,
            1 => Method::ChannelClose,
            2 => Method::ChannelCloseOk,
            3 => Method::ChannelFlow { active: self.flag() },
            4 => Method::ConnectionUpdateSecret { secret: self.text(NAMES) },
            5..=8 => Method::ExchangeDeclare {
                exchange: self.text(NAMES),
                kind: self.text(KINDS),
                passive: self.byte() < 20,
                durable: self.flag(),
                auto_delete: self.byte() < 60,
                internal: self.byte() < 20,
                arguments: self.arguments(),
            },
            9 => Method::ExchangeDelete { exchange: self.text(NAMES), if_unused: self.flag() },
            10 | 11 => Method::ExchangeBind {
                destination: self.text(NAMES),
                source: self.text(NAMES),
                routing_key: self.text(KEYS),
                arguments: self.arguments(),
            },
            12 => Method::ExchangeUnbind {
                destination: self.text(NAMES),
                source: self.text(NAMES),
                routing_key: self.text(KEYS),
                arguments: self.arguments(),
            },
            13..=18 => Method::QueueDeclare {
                queue: self.text(NAMES),
                passive: self.byte() < 20,
                durable: self.flag(),
                exclusive: self.byte() < 40,
                auto_delete: self.byte() < 40,
                arguments: self.arguments(),
            },
            19..=21 => Method::QueueBind {
                queue: self.text(NAMES),
                exchange: self.text(NAMES),
                routing_key: self.text(KEYS),
                arguments: self.arguments(),
            },
            22 => Method::QueueUnbind {
                queue: self.text(NAMES),
                exchange: self.text(NAMES),
                routing_key: self.text(KEYS),
                arguments: self.arguments(),
            },
            23 => Method::QueuePurge { queue: self.text(NAMES) },
            24 => {
                Method::QueueDelete { queue: self.text(NAMES), if_unused: self.flag(), if_empty: self.flag() }
            }
            25 | 26 => Method::BasicQos {
                prefetch_size: u32::from(self.byte() < 10),
                prefetch_count: u16::from(self.byte() % 8),
                global: self.flag(),
            },
            27..=32 => Method::BasicConsume {
                queue: self.text(NAMES),
                consumer_tag: self.text(NAMES),
                no_local: self.flag(),
                no_ack: self.byte() < 60,
                exclusive: self.byte() < 20,
                arguments: self.arguments(),
            },
            33 => Method::BasicCancel { consumer_tag: self.text(NAMES) },
            34..=48 => Method::BasicPublish {
                template: Arc::new(Template {
                    exchange: self.text(NAMES),
                    routing_key: self.text(KEYS),
                    mandatory: self.flag(),
                    immediate: self.byte() < 5,
                    properties: self.properties(),
                }),
                body: Arc::from(&self.0[..self.0.len().min(usize::from(self.0.len() as u8))]),
            },
            49..=51 => Method::BasicGet { queue: self.text(NAMES), no_ack: self.flag() },
            52..=54 => Method::BasicAck { delivery_tag: self.number().unsigned_abs(), multiple: self.flag() },
            55 | 56 => {
                Method::BasicReject { delivery_tag: self.number().unsigned_abs(), requeue: self.flag() }
            }
            57 | 58 => Method::BasicNack {
                delivery_tag: self.number().unsigned_abs(),
                multiple: self.flag(),
                requeue: self.flag(),
            },
            59 => Method::BasicRecover { requeue: self.byte() < 240 },
            60 => Method::ConfirmSelect,
            61 => Method::TxSelect,
            62 => Method::TxCommit,
            _ => Method::TxRollback,
        }
    }

    fn operator(&mut self) -> Operator {
        let (user, vhost) = (self.text(&["guest", "alex"]), self.text(&["/", "v"]));
        let pattern = |source: &mut Self| source.text(&[".*", "^q", "", "(", "a{1000}{1000}", "(a*)*b"]);
        match self.byte() % 24 {
            0 => Operator::AddUser { user, password: vhost, tags: vec![self.text(&["impersonator", "x"])] },
            1 => Operator::DeleteUser { user },
            2 => Operator::ChangePassword { user, password: vhost },
            3 => Operator::SetUserTags { user, tags: vec![self.text(&["administrator", "impersonator"])] },
            4 => Operator::AddVhost { vhost },
            5 => Operator::DeleteVhost { vhost },
            6 | 7 => {
                let (configure, write, read) = (pattern(self), pattern(self), pattern(self));
                Operator::SetPermissions { user, vhost, configure, write, read }
            }
            8 => Operator::ClearPermissions { user, vhost },
            9 => {
                let (exchange, write, read) = (self.text(NAMES), pattern(self), pattern(self));
                Operator::SetTopicPermissions { user, vhost, exchange, write, read }
            }
            10 => Operator::ClearTopicPermissions { user, vhost, exchange: None },
            11..=13 => Operator::SetPolicy(Policy {
                vhost,
                name: self.text(NAMES),
                pattern: pattern(self),
                apply_to: match self.byte() % 6 {
                    0 => PolicyScope::All,
                    1 => PolicyScope::Queues,
                    2 => PolicyScope::Exchanges,
                    3 => PolicyScope::ClassicQueues,
                    4 => PolicyScope::QuorumQueues,
                    _ => PolicyScope::Streams,
                },
                priority: self.number(),
                definition: FieldTable(
                    (0..self.below(4))
                        .map(|_| {
                            let key = self.text(ARGUMENTS);
                            (name(key.strip_prefix("x-").unwrap_or(&key)), self.value(DEPTH))
                        })
                        .collect(),
                ),
                operator: self.flag(),
            }),
            14 => Operator::ClearPolicy { vhost, name: self.text(NAMES), operator: self.flag() },
            15 => Operator::CloseConnection {
                connection: ConnectionId(u32::from(self.byte() % 6)),
                reason: self.text(WORDS),
            },
            16 => Operator::CloseAllConnections {
                vhost: self.flag().then_some(vhost),
                reason: self.text(WORDS),
            },
            17 => Operator::Trace { vhost, on: self.flag() },
            18 => Operator::Alarm {
                alarm: if self.flag() { Alarm::Memory } else { Alarm::Disk },
                on: self.flag(),
            },
            19 => {
                let limits =
                    FieldTable(vec![(self.text(&["max-connections", "max-queues", "x"]), self.value(2))]);
                Operator::SetVhostLimits { vhost, limits }
            }
            20 => Operator::ClearVhostLimits { vhost },
            21 => {
                let limits =
                    FieldTable(vec![(self.text(&["max-connections", "max-channels"]), self.value(2))]);
                Operator::SetUserLimits { user, limits }
            }
            22 => Operator::ClearUserLimits { user, limit: None },
            _ if self.flag() => Operator::Start,
            _ => Operator::Stop(match self.byte() % 3 {
                0 => Stop::Clean,
                1 => Stop::App,
                _ => Stop::Kill,
            }),
        }
    }
}

/// Chance is a byte, too.
struct Chance(u32);

impl Choices for Chance {
    fn choose(&mut self, count: u32) -> u32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 8) % count
    }
}

/// A broker, its clock, and the connections as they were numbered last.
struct Node {
    broker: Broker,
    now: SimTime,
    connections: [u32; 3],
    next: u32,
    chance: Chance,
}

impl Node {
    fn apply(&mut self, command: Command) {
        let mut effects: Vec<Effect> = Vec::new();
        self.broker.apply(self.now, &command, &mut self.chance, &mut effects);
        self.broker.check_invariants();
    }

    fn connect(&mut self, client: usize, user: Name, vhost: Name) {
        self.connections[client] = self.next;
        self.next += 1;
        let connection = ConnectionId(self.connections[client]);
        let open = Open { channel_max: Some(4), ..Open::new(user, vhost) };
        self.apply(Command::Connect { connection, open: Arc::new(open) });
        for channel in 1..3 {
            self.apply(Command::Method { connection, channel, method: Method::ChannelOpen });
        }
    }

    fn wait(&mut self, time: SimDuration) {
        let until = self.now + time;
        for _ in 0..FIRED {
            let Some(due) = self.broker.next_deadline().filter(|due| *due <= until) else {
                self.now = until;
                return;
            };
            self.now = self.now.max(due);
            self.apply(Command::Deadline);
        }
        panic!("time stands still at {}", self.now);
    }
}

/// Panics if the broker breaks, contradicts itself, or does not come to an end.
pub fn carry_out(bytes: &[u8]) {
    let mut source = Source(bytes);
    let version = Version::ALL[source.below(Version::ALL.len())];
    let config = if source.flag() {
        BrokerConfig::conformance(version)
    } else {
        BrokerConfig::simulation(version, u64::from(source.byte()))
    };
    let mut node = Node {
        broker: Broker::new(config),
        now: SimTime::ZERO,
        connections: [0; 3],
        next: 0,
        chance: Chance(u32::from(source.byte())),
    };
    (0..3).for_each(|client| node.connect(client, name("guest"), name("/")));
    for _ in 0..COMMANDS {
        if source.0.is_empty() {
            break;
        }
        let client = source.below(3);
        let connection = ConnectionId(node.connections[client]);
        match source.byte() {
            0..=199 => {
                let channel = match source.byte() {
                    0..=119 => 1,
                    120..=230 => 2,
                    other => u16::from(other % 6),
                };
                node.apply(Command::Method { connection, channel, method: source.method() });
            }
            200..=215 => {
                let millis = source.number().unsigned_abs() % 4_000_000;
                node.wait(SimDuration::millis(millis));
            }
            216..=235 => node.apply(Command::Operator(source.operator())),
            236..=245 => {
                let (user, vhost) = (source.text(&["guest", "guest", "alex"]), source.text(&["/", "/", "v"]));
                node.connect(client, user, vhost);
            }
            246..=249 => node.apply(Command::Lost { connection }),
            250 => {
                let stray = if source.flag() { Stray::NoMethod } else { Stray::NoHeader };
                node.apply(Command::StrayFrame { connection, channel: 1, stray });
            }
            _ => node.apply(Command::Method { connection, channel: 1, method: Method::ChannelOpen }),
        }
    }
    node.wait(SimDuration::secs(1));
    // What was asked of it can be shown, however it is nested.
    for queue in node.broker.view().queues() {
        assert!(format!("{queue:?}").len() < 10_000_000, "{}", queue.name);
    }
}
