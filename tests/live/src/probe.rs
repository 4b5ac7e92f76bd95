//! The line to the node under comparison: `probe.erl`, asked over a socket.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;

use serde_json::{Value, json};

use crate::connection::Nudge;

/// A connection to the probe, about one vhost.
pub struct Probe {
    stream: BufReader<TcpStream>,
    vhost: String,
}

impl Probe {
    /// Reaches the probe that listens on a port of the loopback, and makes the vhost.
    pub fn new(port: u16, vhost: &str) -> Result<Self, String> {
        let stream =
            TcpStream::connect(("127.0.0.1", port)).map_err(|error| format!("the probe: {error}"))?;
        stream.set_nodelay(true).map_err(|error| error.to_string())?;
        let mut probe = Self { stream: BufReader::new(stream), vhost: vhost.to_owned() };
        probe.ask(&json!(["vhost", vhost]))?;
        Ok(probe)
    }

    /// The broker's version, `3.10.8`.
    pub fn version(&mut self) -> Result<String, String> {
        Ok(self.ask(&json!(["version"]))?.as_str().unwrap_or_default().to_owned())
    }

    /// Waits until no process of the broker has anything to do.
    pub fn settle(&mut self) -> Result<(), String> {
        self.must(&json!(["settle"]))
    }

    /// Stops RabbitMQ and starts it again, for all vhosts.
    pub fn restart(&mut self) -> Result<(), String> {
        self.must(&json!(["restart"]))
    }

    /// Waits until the connection from that port, whose socket we dropped, is gone.
    pub fn gone(&mut self, port: u16) -> Result<(), String> {
        self.must(&json!(["gone", port]))
    }

    /// Consumers of queues that are gone do not count any more.
    pub fn forget_consumers(&mut self) -> Result<(), String> {
        self.must(&json!(["forget"]))
    }

    /// The state as it stands at the end of a recorded case.
    pub fn inspect(&mut self) -> Result<Value, String> {
        let vhost = self.vhost.clone();
        let found = self.ask(&json!(["inspect", vhost]))?;
        let list = |key: &str| found[key].as_array().cloned().unwrap_or_default();
        let named = |item: &Value, key: &str| item[key].as_str().unwrap_or_default().to_owned();
        let exchanges: Vec<Value> = list("exchanges")
            .into_iter()
            .filter(|exchange| {
                let name = named(exchange, "name");
                !name.is_empty() && !name.starts_with("amq.")
            })
            .collect();
        let bindings: Vec<Value> = list("bindings")
            .into_iter()
            .filter(|binding| !named(binding, "source_name").is_empty())
            .map(|binding| {
                let arguments = &binding["arguments"];
                json!({
                    "source": binding["source_name"],
                    "destination": binding["destination_name"],
                    "destination_type": binding["destination_kind"],
                    "routing_key": binding["routing_key"],
                    "arguments": if arguments.is_object() { arguments.clone() } else { json!({}) },
                })
            })
            .collect();
        Ok(json!({"queues": list("queues"), "exchanges": exchanges, "bindings": bindings}))
    }

    /// Takes away everything that a sequence left.
    pub fn reset(&mut self) -> Result<(), String> {
        let vhost = self.vhost.clone();
        self.must(&json!(["reset", vhost]))
    }

    /// An operator's step; its outcome.
    pub fn operator(&mut self, op: &str, step: &Value) -> Result<Value, String> {
        let vhost = &self.vhost;
        let text = |key: &str, default: &str| json!(step[key].as_str().unwrap_or(default));
        let operator = step["operator"].as_bool().unwrap_or_default();
        let request = match op {
            "broker.set_policy" => json!([
                "set_policy",
                vhost,
                operator,
                text("name", ""),
                text("pattern", ""),
                step["definition"],
                step["priority"].as_i64().unwrap_or_default(),
                text("apply_to", "all"),
            ]),
            "broker.clear_policy" => json!(["clear_policy", vhost, operator, text("name", "")]),
            "broker.add_user" => {
                let password = text("password", step["user"].as_str().unwrap_or_default());
                json!(["add_user", text("user", ""), password])
            }
            "broker.set_permissions" => json!([
                "set_permissions",
                vhost,
                text("user", ""),
                text("configure", ""),
                text("write", ""),
                text("read", ""),
            ]),
            other => return Err(format!("{other} is no step of these sequences")),
        };
        let answer = self.ask(&request)?;
        Ok(if answer == true { json!({}) } else { json!({"refused": answer}) })
    }

    fn must(&mut self, request: &Value) -> Result<(), String> {
        if self.ask(request)? == true { Ok(()) } else { Err(format!("{request}: not in time")) }
    }

    fn ask(&mut self, request: &Value) -> Result<Value, String> {
        let say = |error: std::io::Error| format!("the probe: {error}");
        self.stream.get_mut().write_all(format!("{request}\n").as_bytes()).map_err(say)?;
        let mut line = String::new();
        self.stream.read_line(&mut line).map_err(say)?;
        let answer: Value =
            serde_json::from_str(&line).map_err(|error| format!("the probe: {error}: {line}"))?;
        match answer.get("failed") {
            Some(why) => Err(format!("{request}: {why}")),
            None => Ok(answer),
        }
    }
}

impl Nudge for Probe {
    fn nudge(&mut self) -> Result<(), String> {
        let vhost = self.vhost.clone();
        self.must(&json!(["flush", vhost]))
    }
}
