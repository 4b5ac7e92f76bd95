//! Carries out the steps of a case on the real broker, and says what came of each in the words of a recorded case.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};
use std::sync::Arc;
use warren::amqp::Method;
use warren::conformance::{Symbols, WITHOUT_REPLY, method, template};

use crate::connection::{Connection, Nudge};
use crate::probe::Probe;
use crate::times::STEPS_BEFORE;

/// The channel of the closing look into queues.
pub const LAST: &str = "z";
/// The steps before a sleep may take this long together.
const SLOW: Duration = Duration::from_millis(200);
/// Steps after which nothing more comes.
const QUIET: [&str; 8] = [
    "connect",
    "channel.open",
    "exchange.declare",
    "exchange.unbind",
    "queue.declare",
    "queue.unbind",
    "confirm.select",
    "tx.select",
];

/// The client's side of the real broker during one sequence.
pub struct Real<'a> {
    address: &'a str,
    vhost: &'a str,
    probe: &'a mut Probe,
    connections: BTreeMap<String, Connection>,
    /// Connection label and number of each channel label.
    channels: BTreeMap<String, (String, u16)>,
    next_number: BTreeMap<String, u16>,
    symbols: Symbols,
    /// When the last steps began.
    begun: VecDeque<Instant>,
    /// Steps before a sleep took so long that something may have happened before it.
    pub slow: bool,
}

impl<'a> Real<'a> {
    /// A client of an empty vhost.
    pub fn new(address: &'a str, vhost: &'a str, probe: &'a mut Probe) -> Self {
        Self {
            address,
            vhost,
            probe,
            connections: BTreeMap::new(),
            channels: BTreeMap::new(),
            next_number: BTreeMap::new(),
            symbols: Symbols::default(),
            begun: VecDeque::new(),
            slow: false,
        }
    }

    /// Carries out a step and waits until the broker is quiescent.
    pub fn step(&mut self, step: &Value) -> Result<Value, String> {
        let op = step["op"].as_str().unwrap_or_default();
        let resolved = self.symbols.resolve(step);
        self.begun.push_back(Instant::now());
        // The steps before a sleep, and the sleep.
        if self.begun.len() > STEPS_BEFORE as usize + 2 {
            self.begun.pop_front();
        }
        let ok = self.carry_out(op, &resolved)?;
        // What only asks or declares has no effect on others, unless it fails.
        let quiet =
            QUIET.contains(&op) || (op == "basic.get" && step["no_ack"] == true && step["ch"] == LAST);
        if !quiet || ok.is_none() {
            self.settle()?;
        }
        if op == "queue.delete" {
            self.probe.forget_consumers()?;
        }
        let events = self.events();
        if let (Some(symbol), Some(reply)) = (step["as"].as_str(), &ok) {
            for key in ["queue", "consumer_tag"] {
                if let Some(value) = reply[key].as_str() {
                    self.symbols.define(symbol, value);
                }
            }
        }
        Ok(self.outcome(op, step, ok, events))
    }

    /// The state after the last step.
    pub fn state(&mut self) -> Result<Value, String> {
        self.settle()?;
        let state = self.probe.inspect()?;
        Ok(self.hide(&state))
    }

    /// The node has restarted: no connection is left.
    pub fn restarted(&mut self) -> Result<(), String> {
        for connection in self.connections.values_mut() {
            connection.abort();
        }
        self.connections.clear();
        self.channels.clear();
        self.probe.settle()
    }

    /// Ends every connection, and takes away what is left.
    pub fn end(mut self) -> Result<(), String> {
        for connection in self.connections.values_mut().filter(|connection| !connection.gone()) {
            connection.call(0, &Method::ConnectionClose, self.probe)?;
            connection.abort();
        }
        self.probe.reset()
    }

    fn settle(&mut self) -> Result<(), String> {
        self.probe.settle()?;
        self.round_trips()?;
        // Confirms of durable messages wait for the broker's next tick.
        let unconfirmed =
            |this: &Self| this.connections.values().any(|connection| connection.has_unconfirmed());
        for _ in 0..20 {
            if !unconfirmed(self) {
                break;
            }
            self.probe.nudge()?;
            self.round_trips()?;
        }
        Ok(())
    }

    fn round_trips(&mut self) -> Result<(), String> {
        for connection in self.connections.values_mut() {
            connection.start_round_trip()?;
        }
        for connection in self.connections.values_mut() {
            connection.finish_round_trip(self.probe)?;
        }
        Ok(())
    }

    fn carry_out(&mut self, op: &str, step: &Value) -> Result<Option<Value>, String> {
        match op {
            "connect" => {
                let label = step["conn"].as_str().unwrap_or("c1").to_owned();
                let connection = Connection::open(self.address, &label, step, self.vhost)?;
                let ok = (!connection.gone()).then(|| json!({}));
                self.next_number.remove(&label);
                self.channels.retain(|_, (of, _)| *of != label);
                self.connections.insert(label, connection);
                return Ok(ok);
            }
            "connection.close" => {
                let label = step["conn"].as_str().unwrap_or("c1");
                let found = self.connections.get_mut(label).filter(|found| !found.gone());
                let Some(connection) = found else { return Ok(None) };
                let ok = connection.call(0, &Method::ConnectionClose, self.probe)?;
                connection.abort();
                return Ok(ok);
            }
            "connection.abort" => {
                let Some(connection) = self.connection(step) else { return Ok(None) };
                let port = connection.port();
                connection.abort();
                if let Some(port) = port {
                    self.probe.gone(port)?;
                }
                return Ok(Some(json!({})));
            }
            "channel.open" => return self.open_channel(step),
            "sleep" => {
                self.slow |= self.begun.front().is_some_and(|begun| begun.elapsed() > SLOW);
                std::thread::sleep(Duration::from_millis(step["ms"].as_u64().unwrap_or_default()));
                return Ok(Some(json!({})));
            }
            "broker.inspect" => {
                self.settle()?;
                return Ok(Some(self.probe.inspect()?));
            }
            _ if op.starts_with("broker.") => {
                return Ok(Some(self.probe.operator(op, step)?));
            }
            _ => {}
        }
        let place = step["ch"].as_str().and_then(|label| self.channels.get(label)).cloned();
        let Some((label, number)) = place else { return Ok(None) };
        let Some(connection) = self.connections.get_mut(&label) else { return Ok(None) };
        if op == "basic.publish" {
            let body = step["body"].as_str().unwrap_or_default();
            let template = template(step, step["routing_key"].as_str().unwrap_or_default());
            for number_of in 1..=step["count"].as_u64().unwrap_or(1) {
                let body = Arc::from(body.replace("{i}", &number_of.to_string()).as_bytes());
                connection.send(number, &Method::BasicPublish { template: Arc::clone(&template), body })?;
            }
            connection.start_round_trip()?;
            connection.finish_round_trip(self.probe)?;
            return Ok(Some(json!({})));
        }
        let Some(method) = method(op, step) else {
            return Err(format!("{op} is no step of these sequences"));
        };
        if WITHOUT_REPLY.contains(&op) {
            connection.send(number, &method)?;
            connection.start_round_trip()?;
            connection.finish_round_trip(self.probe)?;
            return Ok(Some(json!({})));
        }
        connection.call(number, &method, self.probe)
    }

    fn connection(&mut self, step: &Value) -> Option<&mut Connection> {
        self.connections.get_mut(step["conn"].as_str().unwrap_or("c1")).filter(|found| !found.gone())
    }

    /// The same number again, if the label leads to that connection already.
    fn open_channel(&mut self, step: &Value) -> Result<Option<Value>, String> {
        let Some(label) = step["ch"].as_str() else { return Ok(None) };
        let of = step["conn"].as_str().map_or_else(
            || self.channels.get(label).map_or_else(|| "c1".to_owned(), |(of, _)| of.clone()),
            str::to_owned,
        );
        let number = match self.channels.get(label) {
            Some((known, number)) if *known == of => *number,
            _ => {
                let next = self.next_number.entry(of.clone()).or_insert(0);
                *next += 1;
                *next
            }
        };
        let Some(connection) = self.connections.get_mut(&of) else { return Ok(None) };
        self.channels.insert(label.to_owned(), (of, number));
        connection.name_channel(number, label);
        connection.call(number, &Method::ChannelOpen, self.probe)
    }

    fn events(&mut self) -> BTreeMap<String, Vec<Value>> {
        let mut events: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for connection in self.connections.values_mut() {
            for (label, event) in connection.events.drain(..) {
                if let Some(address) = event["properties"]["reply_to"].as_str() {
                    self.symbols.see_reply_to(address);
                }
                events.entry(label).or_default().push(event);
            }
        }
        events
    }

    /// The recorder's entry: `ok` or `error`, and the events of others.
    fn outcome(
        &mut self,
        op: &str,
        step: &Value,
        ok: Option<Value>,
        mut events: BTreeMap<String, Vec<Value>>,
    ) -> Value {
        let mut entry = Map::new();
        let channel = step["ch"].as_str().map(str::to_owned);
        let connection = match (&channel, op) {
            (_, "connect") => Some(step["conn"].as_str().unwrap_or("c1").to_owned()),
            (Some(label), _) => self.channels.get(label).map(|(of, _)| of.clone()),
            _ => step["conn"].as_str().map(str::to_owned),
        };
        let places = [
            (&channel, "channel.close"),
            (&connection, "connection.close"),
            (&connection, "connection.lost"),
        ];
        let error =
            places.into_iter().find_map(|(label, kind)| take_error(&mut events, label.as_deref()?, kind));
        match (error, ok) {
            (Some(error), ok) => {
                entry.insert("error".to_owned(), error);
                if let Some(ok) = ok.filter(|_| !WITHOUT_REPLY.contains(&op)) {
                    entry.insert("also_ok".to_owned(), ok);
                }
            }
            (None, Some(ok)) => {
                if let Some(address) = ok["properties"]["reply_to"].as_str() {
                    self.symbols.see_reply_to(address);
                }
                entry.insert("ok".to_owned(), ok);
            }
            (None, None) => {
                entry.insert("nothing".to_owned(), json!("no reply and no error"));
            }
        }
        let events: Map<String, Value> = events
            .into_iter()
            .filter(|(_, events)| !events.is_empty())
            .map(|(label, events)| (label, Value::Array(events)))
            .collect();
        if !events.is_empty() {
            entry.insert("events".to_owned(), Value::Object(events));
        }
        self.hide(&Value::Object(entry))
    }

    /// Generated values get their symbols, and the vhost the name it has in a case.
    fn hide(&self, value: &Value) -> Value {
        let hidden = self.symbols.hide(value);
        if self.vhost == "/" {
            return hidden;
        }
        let hidden = hide_vhost(&hidden, &format!("vhost '{}'", self.vhost), "vhost '/'");
        hide_vhost(&hidden, &format!("resource,<<\"{}\">>", self.vhost), "resource,<<\"/\">>")
    }
}

fn hide_vhost(value: &Value, named: &str, shown: &str) -> Value {
    match value {
        Value::String(text) => json!(text.replace(named, shown)),
        Value::Array(values) => {
            Value::Array(values.iter().map(|value| hide_vhost(value, named, shown)).collect())
        }
        Value::Object(object) => Value::Object(
            object.iter().map(|(key, value)| (key.clone(), hide_vhost(value, named, shown))).collect(),
        ),
        other => other.clone(),
    }
}

/// The closing of the step's own channel or connection is its error, and no event.
fn take_error(events: &mut BTreeMap<String, Vec<Value>>, label: &str, kind: &str) -> Option<Value> {
    let events = events.get_mut(label)?;
    let at = events.iter().position(|event| event["type"] == kind)?;
    let Value::Object(mut event) = events.remove(at) else { return None };
    event.remove("type");
    event.insert("scope".to_owned(), json!(kind.split('.').next().unwrap_or_default()));
    if kind == "connection.lost" {
        event.insert("lost".to_owned(), json!(true));
    }
    Some(Value::Object(event))
}
