//! The recorder's side of the line: labels, symbols, and what came in.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::amqp::ConnectionId;
use crate::broker::NODE;

/// A channel label: where it leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub connection: ConnectionId,
    pub number: u16,
}

/// What stands behind the labels of a case.
#[derive(Debug, Default)]
pub(super) struct Labels {
    pub connections: BTreeMap<String, ConnectionId>,
    pub channels: BTreeMap<String, Place>,
    /// The next channel number of each connection.
    next_number: BTreeMap<ConnectionId, u16>,
    next_connection: u32,
    /// Publishes not confirmed, by channel label; those not in confirm mode are absent.
    pub outstanding: BTreeMap<String, Outstanding>,
}

/// The confirms a channel waits for.
#[derive(Debug, Default)]
pub(super) struct Outstanding {
    pub last: u32,
    pub open: Vec<u32>,
}

impl Labels {
    pub fn new_connection(&mut self, label: &str) -> ConnectionId {
        self.next_connection += 1;
        let id = ConnectionId(self.next_connection);
        self.connections.insert(label.to_owned(), id);
        id
    }

    pub fn reserve(&mut self, connection: ConnectionId, label: &str) -> Place {
        let number = self.next_number.entry(connection).or_insert(1);
        let place = Place { connection, number: *number };
        *number += 1;
        self.outstanding.remove(label);
        self.channels.insert(label.to_owned(), place);
        place
    }

    /// In confirm mode the client counts its publishes, too.
    pub fn number_publish(&mut self, place: Place) {
        let Some((label, _)) = self.channels.iter().find(|(_, other)| **other == place) else { return };
        if let Some(outstanding) = self.outstanding.get_mut(label) {
            outstanding.last += 1;
            outstanding.open.push(outstanding.last);
        }
    }

    pub fn connection_label(&self, connection: u32) -> Option<&str> {
        let found = self.connections.iter().find(|(_, id)| id.0 == connection);
        found.map(|(label, _)| label.as_str())
    }

    pub fn channel_label(&self, connection: u32, number: u16) -> Option<&str> {
        let place = Place { connection: ConnectionId(connection), number };
        self.channels.iter().find(|(_, other)| **other == place).map(|(label, _)| label.as_str())
    }
}

/// Generated values and the names a case gives them.
#[derive(Debug, Default)]
pub struct Symbols {
    /// Value and symbol.
    known: Vec<(String, String)>,
    replies: u32,
}

impl Symbols {
    /// From now on the generated value has that name.
    pub fn define(&mut self, symbol: &str, value: &str) {
        self.known.push((value.to_owned(), symbol.to_owned()));
    }

    /// Puts generated values where a step names them by symbol.
    pub fn resolve(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => {
                let known = self.known.iter().find(|(_, symbol)| symbol == text);
                known.map_or_else(|| value.clone(), |(found, _)| json!(found))
            }
            Value::Array(values) => Value::Array(values.iter().map(|value| self.resolve(value)).collect()),
            Value::Object(object) => {
                let keep = |key: &str| matches!(key, "ch" | "conn" | "as" | "op");
                let resolved = |(key, value): (&String, &Value)| {
                    (key.clone(), if keep(key) { value.clone() } else { self.resolve(value) })
                };
                Value::Object(object.iter().map(resolved).collect())
            }
            other => other.clone(),
        }
    }

    /// Names an address of direct reply-to at its first sight.
    pub fn see_reply_to(&mut self, address: &str) {
        if address.starts_with("amq.rabbitmq.reply-to.")
            && !self.known.iter().any(|(value, _)| value == address)
        {
            self.replies += 1;
            let symbol = format!("$replyto{}", self.replies);
            self.define(&symbol, address);
        }
    }

    /// Puts symbols in the place of generated values, inside longer texts, too.
    pub fn hide(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => json!(self.hide_in(text)),
            Value::Array(values) => Value::Array(values.iter().map(|value| self.hide(value)).collect()),
            Value::Object(object) => Value::Object(
                object
                    .iter()
                    .map(|(key, value)| (self.hide_in(key), self.hide(value)))
                    .collect::<Map<_, _>>(),
            ),
            other => other.clone(),
        }
    }

    fn hide_in(&self, text: &str) -> String {
        let mut text = hide_addresses(&text.replace(NODE, "<node>"));
        for (value, symbol) in &self.known {
            text = text.replace(value, symbol);
        }
        for prefix in ["amq.gen-", "amq.ctag-"] {
            text = hide_generated(&text, prefix);
        }
        text
    }
}

/// The name of a connection, `127.0.0.1:50001 -> 127.0.0.1:5672`, becomes `<connection>`.
fn hide_addresses(text: &str) -> String {
    match text.split_once(" -> 127.0.0.1:") {
        Some((from, to))
            if from.starts_with("127.0.0.1:") && to.bytes().all(|letter| letter.is_ascii_digit()) =>
        {
            "<connection>".to_owned()
        }
        _ => text.to_owned(),
    }
}

/// `amq.gen-` and 22 characters become `amq.gen-*`.
fn hide_generated(text: &str, prefix: &str) -> String {
    const LETTERS: usize = 22;
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(prefix) {
        let (before, after) = rest.split_at(at + prefix.len());
        out.push_str(before);
        let letters =
            after.chars().take(LETTERS).take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c));
        if letters.count() == LETTERS {
            out.push('*');
            rest = &after[LETTERS..];
        } else {
            rest = after;
        }
    }
    out.push_str(rest);
    out
}
