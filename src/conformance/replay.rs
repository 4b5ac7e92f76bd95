//! Carries out the steps of a case.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::amqp::{Capabilities, Choices, ConnectionId, Method, Open, SimDuration, SimTime, name};
use crate::broker::{Broker, BrokerConfig, Command, Operator, Profile, Stop, Stray};

use super::case::Case;
use super::client::{Labels, Place, Symbols};
use super::compare::{Difference, same, same_state};
use super::outcome::Seen;
use super::state::state;
use super::steps;

/// The first of everything: no recorded case depends on chance.
struct First;

impl Choices for First {
    fn choose(&mut self, _: u32) -> u32 {
        0
    }
}

/// Replays a case and compares. `None`: all as recorded.
pub fn replay(case: &Case) -> Option<Difference> {
    replay_as(case, case.version.profile())
}

/// As `replay`, on a broker of another profile.
pub fn replay_as(case: &Case, profile: Profile) -> Option<Difference> {
    let mut replay = Replay::new(config_of(case, profile));
    for (at, (step, expected)) in case.steps.iter().zip(&case.observed).enumerate() {
        let got = replay.step(step);
        let alike = if step["op"] == "broker.inspect" {
            same_state(&expected["ok"], &got["ok"])
        } else {
            same(expected, &got)
        };
        if !alike {
            return Some(Difference {
                step: Some(at as u32),
                what: step["op"].as_str().unwrap_or_default().to_owned(),
                expected: expected.clone(),
                got,
            });
        }
    }
    let got = replay.state();
    let alike = same_state(&case.state, &got);
    (!alike).then(|| Difference { step: None, what: String::new(), expected: case.state.clone(), got })
}

/// Whether a text in it takes the number of a message.
fn has_number(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains("{i}"),
        Value::Array(values) => values.iter().any(has_number),
        Value::Object(object) => object.values().any(has_number),
        _ => false,
    }
}

/// `{i}` in every text of a step that publishes more than one message.
fn with_number(value: &Value, number: &str) -> Value {
    match value {
        Value::String(text) => json!(text.replace("{i}", number)),
        Value::Array(values) => values.iter().map(|value| with_number(value, number)).collect(),
        Value::Object(object) => {
            object.iter().map(|(key, value)| (key.clone(), with_number(value, number))).collect()
        }
        other => other.clone(),
    }
}

/// A fresh broker, and a client that carries out steps on it.
pub struct Replay {
    broker: Broker,
    now: SimTime,
    labels: Labels,
    symbols: Symbols,
    seen: Seen,
}

/// Steps without a reply.
pub const WITHOUT_REPLY: [&str; 9] = [
    "basic.publish",
    "basic.publish_keys",
    "basic.ack",
    "basic.nack",
    "basic.reject",
    "raw.body",
    "raw.header",
    "raw.publish_without_header",
    "sleep",
];

/// The recorded broker's settings: those of a fresh node but for what the case sets.
fn config_of(case: &Case, profile: Profile) -> BrokerConfig {
    let mut config =
        BrokerConfig { profile, plugins: case.plugins, ..BrokerConfig::conformance(case.version) };
    for step in case.steps.iter().filter(|step| step["op"] == "broker.set_env") {
        let Some(value) = step["value"].as_u64() else { continue };
        match step["key"].as_str() {
            Some("consumer_timeout") => config.consumer_timeout = SimDuration::millis(value),
            Some("channel_tick_interval") => config.channel_tick = SimDuration::millis(value),
            Some("max_message_size") => config.max_message_size = Some(value),
            _ => {}
        }
    }
    config
}

impl Replay {
    /// Nothing but what a broker with these settings starts with.
    pub fn new(config: BrokerConfig) -> Self {
        Self {
            broker: Broker::new(config),
            now: SimTime::ZERO,
            labels: Labels::default(),
            symbols: Symbols::default(),
            seen: Seen::default(),
        }
    }

    /// Carries out a step; what came of it, in the recorder's words.
    pub fn step(&mut self, step: &Value) -> Value {
        let op = step["op"].as_str().unwrap_or_default();
        let resolved = self.symbols.resolve(step);
        self.seen = Seen::default();
        let place = step["ch"].as_str().and_then(|label| self.labels.channels.get(label)).copied();
        let ok = self.carry_out(op, &resolved, place);
        self.answer_closes();
        self.settle(self.now);
        if cfg!(debug_assertions) {
            self.broker.check_invariants();
        }
        if let (Some(symbol), Some(reply)) = (step["as"].as_str(), &ok) {
            for key in ["queue", "consumer_tag"] {
                if let Some(value) = reply[key].as_str() {
                    self.symbols.define(symbol, value);
                }
            }
        }
        self.outcome(op, step, ok)
    }

    /// In how long something happens by itself.
    pub fn next_by_itself(&self) -> Option<SimDuration> {
        self.broker.next_deadline().map(|due| SimDuration(due.0.saturating_sub(self.now.0)))
    }

    /// The state of vhost `/`, as the recorder writes it at the end of a case.
    pub fn state(&self) -> Value {
        self.symbols.hide(&state(&self.broker, "/"))
    }

    /// Gives the commands of a step; the content of its reply, if one came.
    fn carry_out(&mut self, op: &str, step: &Value, place: Option<Place>) -> Option<Value> {
        match op {
            "connect" => self.connect(step),
            "connection.close" => {
                let connection = self.connection(step)?;
                self.labels.connections.retain(|_, id| *id != connection);
                self.method(Place { connection, number: 0 }, Method::ConnectionClose)
            }
            "connection.abort" => {
                let connection = self.connection(step)?;
                self.labels.connections.retain(|_, id| *id != connection);
                self.command(Command::Lost { connection });
                Some(json!({}))
            }
            "channel.open" => {
                let place = self.open_place(step, place)?;
                self.method(place, Method::ChannelOpen)
            }
            "channel.reserve" => {
                let connection = self.connection(step)?;
                self.labels.reserve(connection, step["ch"].as_str()?);
                Some(json!({}))
            }
            "sleep" => {
                let until = self.now + SimDuration::millis(step["ms"].as_u64()?);
                self.settle(until);
                self.now = until;
                Some(json!({}))
            }
            "queue.drain" => self.drain(step, place?),
            "basic.publish" => self.publish(step, place?),
            "basic.publish_keys" => self.publish_keys(step, place?),
            "raw.body" | "raw.header" => self.stray(place?, Stray::NoMethod),
            "raw.publish_without_header" => self.stray(place?, Stray::NoHeader),
            "broker.restart" => {
                self.command(Command::Operator(Operator::Stop(Stop::Clean)));
                self.command(Command::Operator(Operator::Start));
                Some(json!({}))
            }
            // In force since the beginning.
            "broker.set_env" => Some(json!({})),
            "broker.close_connection" => {
                let connection = self.labels.connections.get(step["connection"].as_str()?).copied()?;
                let reason = name(step["reason"].as_str().unwrap_or_default());
                self.command(Command::Operator(Operator::CloseConnection { connection, reason }));
                Some(json!({}))
            }
            "broker.inspect" => {
                let vhost = step["vhost"].as_str().unwrap_or("/");
                Some(state(&self.broker, vhost))
            }
            _ if op.starts_with("broker.") => self.operator(op, step),
            _ => self.channel_method(op, step, place?),
        }
    }

    fn channel_method(&mut self, op: &str, step: &Value, place: Place) -> Option<Value> {
        let method = steps::method(op, step)?;
        if method == Method::ConfirmSelect
            && let Some(label) = self.labels.channel_label(place.connection.0, place.number)
        {
            let label = label.to_owned();
            self.labels.outstanding.entry(label).or_default();
        }
        let reply = self.method(place, method);
        if WITHOUT_REPLY.contains(&op) { Some(json!({})) } else { reply }
    }

    fn operator(&mut self, op: &str, step: &Value) -> Option<Value> {
        let operator = steps::operator(op, step)?;
        let added = match &operator {
            Operator::AddVhost { vhost } => Some(vhost.clone()),
            _ => None,
        };
        self.command(Command::Operator(operator));
        if let Some(vhost) = added {
            let (user, all) = (name("guest"), name(".*"));
            let (configure, write, read) = (all.clone(), all.clone(), all);
            let grant = Operator::SetPermissions { user, vhost, configure, write, read };
            self.command(Command::Operator(grant));
        }
        Some(self.seen.refused.take().map_or_else(|| json!({}), |text| json!({"refused": text})))
    }

    fn connect(&mut self, step: &Value) -> Option<Value> {
        let user = step["user"].as_str().unwrap_or("guest");
        let capability = |key: &str| step["capabilities"][key].as_bool().unwrap_or(true);
        let open = Open {
            user: name(user),
            password: Some(name(step["password"].as_str().unwrap_or(user))),
            vhost: name(step["vhost"].as_str().unwrap_or("/")),
            capabilities: Capabilities {
                publisher_confirms: capability("publisher_confirms"),
                basic_nack: capability("basic.nack"),
                consumer_cancel_notify: capability("consumer_cancel_notify"),
                exchange_exchange_bindings: capability("exchange_exchange_bindings"),
                authentication_failure_close: capability("authentication_failure_close"),
                connection_blocked: capability("connection.blocked"),
            },
            channel_max: step["channel_max"].as_u64().map(|asked| u16::try_from(asked).unwrap_or(u16::MAX)),
            frame_max: step["frame_max"].as_u64().map(|asked| u32::try_from(asked).unwrap_or(u32::MAX)),
            of_operator: false,
        };
        let connection = self.labels.new_connection(step["conn"].as_str().unwrap_or("c1"));
        self.command(Command::Connect { connection, open: Arc::new(open) });
        self.seen.reply.take()
    }

    fn connection(&self, step: &Value) -> Option<ConnectionId> {
        self.labels.connections.get(step["conn"].as_str().unwrap_or("c1")).copied()
    }

    /// The same number again, if the label leads to that connection already.
    fn open_place(&mut self, step: &Value, known: Option<Place>) -> Option<Place> {
        let label = step["ch"].as_str()?;
        let connection = match (step["conn"].as_str(), known) {
            (None, Some(place)) if self.labels.connections.values().any(|id| *id == place.connection) => {
                place.connection
            }
            _ => self.connection(step)?,
        };
        match known {
            Some(place) if place.connection == connection => {
                self.labels.outstanding.remove(label);
                Some(place)
            }
            _ => Some(self.labels.reserve(connection, label)),
        }
    }

    fn drain(&mut self, step: &Value, place: Place) -> Option<Value> {
        let mut bodies = Vec::new();
        loop {
            let queue = name(step["queue"].as_str().unwrap_or_default());
            let reply = self.method(place, Method::BasicGet { queue, no_ack: true })?;
            if reply["message"] == false {
                return Some(json!({"bodies": bodies}));
            }
            bodies.push(reply["body"].clone());
        }
    }

    fn publish(&mut self, step: &Value, place: Place) -> Option<Value> {
        let count = step["count"].as_u64().unwrap_or(1);
        let size = step["size"].as_u64().and_then(|size| usize::try_from(size).ok()).unwrap_or_default();
        let body = step["body"].as_str().unwrap_or_default().to_owned() + &"x".repeat(size);
        let template = steps::template(step, step["routing_key"].as_str().unwrap_or_default());
        let numbered =
            step["count"].is_u64() && has_number(&json!([step["routing_key"], step["properties"]]));
        for number in 1..=count {
            let template = if numbered {
                let step = with_number(step, &number.to_string());
                steps::template(&step, step["routing_key"].as_str().unwrap_or_default())
            } else {
                Arc::clone(&template)
            };
            self.labels.number_publish(place);
            let body = Arc::from(body.replace("{i}", &number.to_string()).as_bytes());
            self.method(place, Method::BasicPublish { template, body });
        }
        Some(json!({}))
    }

    fn publish_keys(&mut self, step: &Value, place: Place) -> Option<Value> {
        for key in step["routing_keys"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            let template = steps::template(&json!({"exchange": step["exchange"]}), key);
            let body = Arc::from(key.as_bytes());
            self.method(place, Method::BasicPublish { template, body });
        }
        Some(json!({}))
    }

    fn stray(&mut self, place: Place, stray: Stray) -> Option<Value> {
        let Place { connection, number: channel } = place;
        self.command(Command::StrayFrame { connection, channel, stray });
        Some(json!({}))
    }

    fn method(&mut self, place: Place, method: Method) -> Option<Value> {
        let Place { connection, number: channel } = place;
        self.seen.reply = None;
        self.command(Command::Method { connection, channel, method });
        self.seen.reply.take()
    }

    fn command(&mut self, command: Command) {
        let mut effects = Vec::new();
        self.broker.apply(self.now, &command, &mut First, &mut effects);
        for effect in effects {
            self.seen.put(&self.broker, &mut self.labels, &mut self.symbols, effect);
        }
    }

    /// The recorder reads after it has sent the whole step.
    fn answer_closes(&mut self) {
        for (connection, channel) in std::mem::take(&mut self.seen.closed) {
            let (connection, method) = (ConnectionId(connection), Method::ChannelCloseOk);
            self.broker.apply(
                self.now,
                &Command::Method { connection, channel, method },
                &mut First,
                &mut crate::broker::Discard,
            );
        }
    }

    /// Lets the broker do everything that is due up to a moment, each thing at its own time.
    fn settle(&mut self, until: SimTime) {
        while let Some(due) = self.broker.next_deadline().filter(|due| *due <= until) {
            self.now = self.now.max(due);
            self.command(Command::Deadline);
            self.answer_closes();
        }
    }

    /// The recorder's entry: `ok` or `error`, and the events of others.
    fn outcome(&mut self, op: &str, step: &Value, ok: Option<Value>) -> Value {
        let mut entry = Map::new();
        let channel = step["ch"].as_str().map(str::to_owned);
        let connection = match (&channel, op) {
            (_, "connect") => Some(step["conn"].as_str().unwrap_or("c1").to_owned()),
            (Some(label), _) => self
                .labels
                .channels
                .get(label)
                .and_then(|place| self.labels.connection_label(place.connection.0))
                .map(str::to_owned),
            _ => step["conn"].as_str().map(str::to_owned),
        };
        let places = [
            (&channel, "channel.close"),
            (&connection, "connection.close"),
            (&connection, "connection.lost"),
        ];
        let error = places.into_iter().find_map(|(label, kind)| self.take_error(label.as_deref()?, kind));
        match (error, ok) {
            (Some(error), ok) => {
                entry.insert("error".to_owned(), error);
                if let Some(ok) = ok.filter(|_| !WITHOUT_REPLY.contains(&op)) {
                    entry.insert("also_ok".to_owned(), ok);
                }
            }
            (None, Some(ok)) => {
                entry.insert("ok".to_owned(), ok);
            }
            (None, None) => {
                entry.insert("nothing".to_owned(), json!("no reply and no error"));
            }
        }
        let events: Map<String, Value> = std::mem::take(&mut self.seen.events)
            .into_iter()
            .filter(|(_, events)| !events.is_empty())
            .map(|(label, events)| (label, Value::Array(events)))
            .collect();
        if !events.is_empty() {
            entry.insert("events".to_owned(), Value::Object(events));
        }
        self.symbols.hide(&Value::Object(entry))
    }

    /// The closing of the step's own channel or connection is its error, and no event.
    fn take_error(&mut self, label: &str, kind: &str) -> Option<Value> {
        let events = self.seen.events.get_mut(label)?;
        let at = events.iter().position(|event| event["type"] == kind)?;
        let Value::Object(mut event) = events.remove(at) else { return None };
        event.remove("type");
        let scope = kind.split('.').next().unwrap_or_default();
        event.insert("scope".to_owned(), json!(scope));
        if kind == "connection.lost" {
            event.insert("lost".to_owned(), json!(true));
        }
        Some(Value::Object(event))
    }
}
