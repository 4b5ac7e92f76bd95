//! Draws a sequence of operations. Each is drawn knowing what came of those before it on Warren's broker, so that most
//! are about things that are there; every sequence has its own mixture.

use serde_json::{Map, Value, json};
use warren::broker::{BrokerConfig, Version};
use warren::conformance::Replay;

use crate::arguments::{self, QUEUES};
use crate::random::Random;
use crate::real::LAST;
use crate::streams::Streams;
use crate::times::STEPS_BEFORE;
use crate::world::{Channel, World};

/// Operations of a sequence, between its opening and the closing questions.
pub const OPERATIONS: u32 = 30;
/// Gets of the closing look into a queue, at most.
const LOOK_MAX: u32 = 12;

/// What is done, and how often by itself.
pub const KINDS: [(Kind, u32); 29] = [
    (Kind::QueueDeclare, 12),
    (Kind::QueuePassive, 2),
    (Kind::QueueBind, 8),
    (Kind::QueueUnbind, 2),
    (Kind::QueueDelete, 2),
    (Kind::QueuePurge, 2),
    (Kind::ExchangeDeclare, 6),
    (Kind::ExchangePassive, 1),
    (Kind::ExchangeBind, 3),
    (Kind::ExchangeUnbind, 1),
    (Kind::ExchangeDelete, 2),
    (Kind::Publish, 30),
    (Kind::Get, 7),
    (Kind::Consume, 11),
    (Kind::Cancel, 3),
    (Kind::Ack, 10),
    (Kind::Nack, 7),
    (Kind::Reject, 5),
    (Kind::Recover, 2),
    (Kind::Qos, 4),
    (Kind::ConfirmSelect, 2),
    (Kind::TxSelect, 1),
    (Kind::TxEnd, 1),
    (Kind::ChannelClose, 2),
    (Kind::ConnectionEnd, 1),
    (Kind::Policy, 2),
    (Kind::ClearPolicy, 1),
    (Kind::ReplyTo, 1),
    (Kind::Permit, 0),
];

/// A kind of operation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    QueueDeclare,
    QueuePassive,
    QueueBind,
    QueueUnbind,
    QueueDelete,
    QueuePurge,
    ExchangeDeclare,
    ExchangePassive,
    ExchangeBind,
    ExchangeUnbind,
    ExchangeDelete,
    Publish,
    Get,
    Consume,
    Cancel,
    Ack,
    Nack,
    Reject,
    Recover,
    Qos,
    ConfirmSelect,
    TxSelect,
    TxEnd,
    ChannelClose,
    ConnectionEnd,
    Policy,
    ClearPolicy,
    ReplyTo,
    Permit,
}

/// The steps of a seed.
pub fn sequence(seed: u64, version: Version) -> Vec<Value> {
    let mut drawing = Drawing::new(seed, version);
    drawing.open();
    for _ in 0..OPERATIONS {
        let step = drawing.operation();
        drawing.take(step);
        drawing.rest(STEPS_BEFORE);
    }
    drawing.look();
    drawing.steps
}

/// The steps of a seed that end with a restart of the node, and a look at what has survived. `None`: it would sleep.
pub fn sequence_with_restart(seed: u64, version: Version) -> Option<Vec<Value>> {
    let mut drawing = Drawing::new(seed, version);
    drawing.restarts = true;
    drawing.open();
    for _ in 0..OPERATIONS {
        let step = drawing.operation();
        drawing.take(step);
    }
    drawing.take(json!({"op": "broker.inspect"}));
    drawing.take(json!({"op": "broker.restart"}));
    drawing.take(json!({"op": "broker.inspect"}));
    drawing.look_into_queues();
    (!drawing.timed).then_some(drawing.steps)
}

/// A sequence that is being drawn.
pub struct Drawing {
    pub(super) random: Random,
    pub(super) replay: Replay,
    pub(super) world: World,
    pub(super) steps: Vec<Value>,
    weights: Vec<u32>,
    /// How many of a hundred declares are about quorum queues.
    pub(super) quorum_percent: u64,
    /// What the sequence has to do with streams.
    pub(super) streams: Streams,
    /// Queues that are streams.
    pub(super) streaming: Vec<String>,
    /// The node will restart: more is durable.
    restarts: bool,
    /// Messages and queues live for a short time, and there is sleeping.
    pub(super) timed: bool,
    /// Steps since something is about to happen by itself.
    pub(super) restless: u32,
    /// What is permitted changes.
    permits: bool,
    /// How a queue was declared first: most declares repeat it.
    pub(super) declared: Vec<(String, Map<String, Value>)>,
    /// Names of queues and exchanges that are there.
    pub(super) queues: Vec<String>,
    pub(super) exchanges: Vec<String>,
    /// Exchanges of type x-consistent-hash.
    pub(super) hashing: Vec<String>,
    pub(super) bodies: u32,
    /// Something may be dead-lettered.
    pub(super) dead_letters: bool,
    pub(super) symbols: u32,
}

impl Drawing {
    fn new(seed: u64, version: Version) -> Self {
        let mut random = Random::new(seed);
        // What a sequence does much of, and what it does not do at all, is drawn first.
        let weights = KINDS.iter().map(|(_, weight)| weight * [0, 1, 2, 2, 4][random.below(5)]).collect();
        let quorum_percent = [0, 0, 0, 0, 60][random.below(5)];
        let streams = Streams::new(&mut random, version);
        // What expires at once comes to a stream at once.
        let timed = streams.percent == 0 && random.below(12) == 0;
        Self {
            random,
            replay: Replay::new(BrokerConfig::conformance(version)),
            world: World::default(),
            steps: Vec::new(),
            weights,
            quorum_percent,
            streams,
            streaming: Vec::new(),
            restarts: false,
            timed,
            restless: 0,
            permits: false,
            declared: Vec::new(),
            queues: Vec::new(),
            exchanges: Vec::new(),
            hashing: Vec::new(),
            bodies: 0,
            dead_letters: false,
            symbols: 0,
        }
    }

    pub(super) fn take(&mut self, mut step: Value) {
        if self.restarts {
            self.make_durable(&mut step);
        }
        let outcome = self.replay.step(&step);
        self.world.observe(&step, &outcome);
        self.dead_letters |= step.to_string().contains("dead-letter-exchange");
        self.note_type(&step, &outcome);
        self.steps.push(step);
        self.note_state();
    }

    /// Two of three messages are persistent, and what has another name than the last of each is durable.
    fn make_durable(&mut self, step: &mut Value) {
        let name = |key: &str| step[key].as_str().is_some_and(|name| !name.ends_with('3'));
        match step["op"].as_str() {
            Some("queue.declare") if name("queue") => step["durable"] = json!(true),
            Some("exchange.declare") if name("exchange") => step["durable"] = json!(true),
            Some("basic.publish") if self.random.percent(66) => {
                if step["properties"].is_null() {
                    step["properties"] = json!({});
                }
                step["properties"]["delivery_mode"] = json!(2);
            }
            _ => {}
        }
    }

    /// Takes note of what is there.
    pub(super) fn note_state(&mut self) {
        let state = self.replay.state();
        let names = |key: &str| {
            let list = state[key].as_array().into_iter().flatten();
            list.filter_map(|item| item["name"].as_str().map(str::to_owned)).collect()
        };
        (self.queues, self.exchanges) = (names("queues"), names("exchanges"));
        let exchanges = state["exchanges"].as_array().into_iter().flatten();
        let hashing = exchanges.filter(|item| item["type"] == "x-consistent-hash");
        self.hashing = hashing.filter_map(|item| item["name"].as_str().map(str::to_owned)).collect();
    }

    /// A queue that was declared is of the type that the declare says.
    fn note_type(&mut self, step: &Value, outcome: &Value) {
        let Some(queue) = step["queue"].as_str().filter(|_| outcome["ok"].is_object()) else { return };
        if step["op"] == "queue.declare" && step["passive"] != true {
            self.streaming.retain(|known| known != queue);
            if step["arguments"]["x-queue-type"] == "stream" {
                self.streaming.push(queue.to_owned());
            }
        }
    }

    /// Mostly one that is there.
    pub(super) fn queue(&mut self) -> String {
        if self.queues.is_empty() || self.random.percent(10) {
            return self.random.pick(&QUEUES).to_owned();
        }
        if !self.streaming.is_empty() && self.random.percent(50) {
            return self.random.pick(&self.streaming);
        }
        self.random.pick(&self.queues)
    }

    /// Mostly one that is there.
    pub(super) fn exchange(&mut self) -> String {
        if self.exchanges.is_empty() || self.random.percent(25) {
            return arguments::exchange(&mut self.random, self.exchanges.is_empty()).to_owned();
        }
        self.random.pick(&self.exchanges)
    }

    /// One or two connections with one or two channels each. Seldom not all is permitted, from the beginning or from later
    /// on.
    fn open(&mut self) {
        self.permits = self.random.percent(10);
        if self.permits && self.random.percent(50) {
            let step = self.permit();
            self.take(step);
        }
        self.take(json!({"op": "connect", "conn": "c1"}));
        self.take(json!({"op": "channel.open", "conn": "c1", "ch": "a"}));
        if self.random.percent(50) {
            self.take(json!({"op": "channel.open", "conn": "c1", "ch": "b"}));
        }
        if self.random.percent(50) {
            self.take(json!({"op": "connect", "conn": "c2"}));
            self.take(json!({"op": "channel.open", "conn": "c2", "ch": "d"}));
        }
    }

    fn operation(&mut self) -> Value {
        let open = self.world.open_channels();
        let closed: Vec<usize> =
            (0..self.world.channels.len()).filter(|at| !self.world.channels[*at].open).collect();
        if open.is_empty() || (!closed.is_empty() && self.random.percent(40)) {
            return self.reopen(&closed);
        }
        // Rarely, a channel is used that is not there any more.
        let at = if !closed.is_empty() && self.random.percent(2) && self.is_connected(closed[0]) {
            closed[0]
        } else {
            self.pick_channel(&open)
        };
        let mut weights = self.weights.clone();
        for (index, (kind, weight)) in KINDS.iter().enumerate() {
            match kind {
                Kind::QueueDeclare if self.queues.len() < 2 => weights[index] += weight * 8,
                Kind::ExchangeDeclare if self.exchanges.is_empty() => weights[index] += weight * 2,
                Kind::QueueBind if self.steps.len() < 12 => weights[index] += weight,
                _ => {}
            }
        }
        for (index, (kind, _)) in KINDS.iter().enumerate() {
            let channel = &self.world.channels[at];
            match kind {
                Kind::TxEnd => weights[index] = if channel.transactional { 25 } else { weights[index] / 4 },
                Kind::Ack | Kind::Nack | Kind::Reject | Kind::Recover if channel.unacked.is_empty() => {
                    weights[index] /= 16;
                }
                Kind::Cancel if channel.consumers.is_empty() => weights[index] /= 8,
                // What a transaction publishes comes at once.
                Kind::Permit if self.permits => weights[index] = 6,
                Kind::TxSelect if !self.streams.several => weights[index] = 0,
                _ => {}
            }
        }
        self.read_streams(at, &mut weights);
        let kind = KINDS[self.random.weighted(&weights)].0;
        let kind = self.instead(kind, at);
        self.step(kind, at)
    }

    /// Any of them; where streams are, rather one that consumes.
    fn pick_channel(&mut self, open: &[usize]) -> usize {
        let consuming: Vec<usize> =
            open.iter().copied().filter(|at| !self.world.channels[*at].consumers.is_empty()).collect();
        let prefers = !self.streaming.is_empty() && !consuming.is_empty() && self.random.percent(60);
        self.random.pick(if prefers { &consuming } else { open })
    }

    fn is_connected(&self, channel: usize) -> bool {
        let of = &self.world.channels[channel].connection;
        self.world.connections.iter().any(|connection| connection.label == *of && connection.open)
    }

    /// A closed channel again, or its connection first.
    fn reopen(&mut self, closed: &[usize]) -> Value {
        if closed.is_empty() {
            return json!({"op": "connect", "conn": "c1"});
        }
        let at = self.random.pick(closed);
        let channel = self.world.channels[at].clone();
        if self.is_connected(at) {
            json!({"op": "channel.open", "conn": channel.connection, "ch": channel.label})
        } else {
            // Its channels are opened again by name.
            let step = json!({"op": "connect", "conn": channel.connection});
            self.take(step);
            json!({"op": "channel.open", "conn": channel.connection, "ch": channel.label})
        }
    }

    fn step(&mut self, kind: Kind, at: usize) -> Value {
        let channel = self.world.channels[at].label.clone();
        let mut step = match kind {
            Kind::QueueDeclare
            | Kind::QueuePassive
            | Kind::QueueBind
            | Kind::QueueUnbind
            | Kind::QueueDelete
            | Kind::QueuePurge => self.queue_step(kind),
            Kind::ExchangeDeclare
            | Kind::ExchangePassive
            | Kind::ExchangeBind
            | Kind::ExchangeUnbind
            | Kind::ExchangeDelete => self.exchange_step(kind),
            Kind::Publish => self.publish(),
            Kind::Get | Kind::Consume | Kind::Cancel | Kind::Qos | Kind::ReplyTo => {
                self.consume_step(kind, at)
            }
            Kind::Ack | Kind::Nack | Kind::Reject | Kind::Recover => self.settle_step(kind, at),
            Kind::ConfirmSelect => json!({"op": "confirm.select"}),
            Kind::TxSelect => json!({"op": "tx.select"}),
            Kind::TxEnd => {
                json!({"op": if self.random.percent(65) { "tx.commit" } else { "tx.rollback" }})
            }
            Kind::ChannelClose => json!({"op": "channel.close"}),
            Kind::ConnectionEnd => {
                return self.connection_end(at);
            }
            Kind::Policy => return self.policy(),
            Kind::Permit => return self.permit(),
            Kind::ClearPolicy => {
                let operator = self.random.percent(30);
                return json!({"op": "broker.clear_policy", "name": self.random.pick(&["p0", "p1"]), "operator": operator});
            }
        };
        step["ch"] = json!(channel);
        step
    }

    /// Other permissions. A channel remembers what it was allowed until it had nothing to do for a second: all are closed
    /// before.
    fn permit(&mut self) -> Value {
        for channel in self.world.open_channels() {
            let label = self.world.channels[channel].label.clone();
            self.take(json!({"op": "channel.close", "ch": label}));
        }
        let [configure, write, read] =
            if self.random.percent(40) { [".*"; 3] } else { arguments::permissions(&mut self.random) };
        permissions(configure, write, read)
    }

    /// The closing questions: the state, and after all clients have gone what stands in each queue.
    fn look(&mut self) {
        self.rest(0);
        self.take(json!({"op": "broker.inspect"}));
        let open: Vec<String> = self
            .world
            .connections
            .iter()
            .filter(|connection| connection.open)
            .map(|connection| connection.label.clone())
            .collect();
        for label in open {
            // Which channel of a connection ends first is a race: each by itself.
            for channel in self.world.open_channels() {
                let Channel { connection, label: name, consumers, .. } = self.world.channels[channel].clone();
                if connection == label && !consumers.is_empty() {
                    self.take(json!({"op": "channel.close", "ch": name}));
                }
            }
            self.take(json!({"op": "connection.close", "conn": label}));
            self.rest(0);
        }
        self.look_into_queues();
    }

    fn look_into_queues(&mut self) {
        if self.steps.iter().any(|step| step["op"] == "broker.set_permissions") {
            self.take(permissions(".*", ".*", ".*"));
        }
        self.take(json!({"op": "connect", "conn": "last"}));
        self.take(json!({"op": "channel.open", "conn": "last", "ch": LAST}));
        let state = self.replay.state();
        for queue in state["queues"].as_array().into_iter().flatten() {
            if queue["ready"] == 0 {
                continue;
            }
            let name = queue["name"].as_str().unwrap_or_default();
            if self.is_stream(name) {
                self.look_into_stream(name, LAST);
                continue;
            }
            for _ in 0..LOOK_MAX {
                let step = json!({"op": "basic.get", "queue": queue["name"], "no_ack": true, "ch": LAST});
                let outcome = self.replay.step(&step);
                let more = outcome["ok"]["message"] == true;
                self.steps.push(step);
                if !more {
                    break;
                }
            }
        }
    }
}

fn permissions(configure: &str, write: &str, read: &str) -> Value {
    json!({"op": "broker.set_permissions", "user": "guest", "configure": configure, "write": write, "read": read})
}
