//! What a client knows of a sequence so far: which connections and channels are open, which tags are out.

use serde_json::Value;

/// A channel label.
#[derive(Clone, Debug)]
pub struct Channel {
    /// `a`, `b`, …
    pub label: String,
    /// The connection's label.
    pub connection: String,
    /// It was opened and not closed.
    pub open: bool,
    /// It has chosen transactions.
    pub transactional: bool,
    /// The last delivery tag that came in.
    pub last_tag: u64,
    /// Deliveries not answered yet.
    pub unacked: Vec<u64>,
    /// How many deliveries the next consumer may hold; 0: as many as it likes.
    pub prefetch: u64,
    /// Consumers: tag, queue, and whether they acknowledge.
    pub consumers: Vec<(String, String, bool)>,
}

/// A connection label.
#[derive(Clone, Debug)]
pub struct Connection {
    /// `c1`, `c2`, …
    pub label: String,
    /// It was opened and not closed.
    pub open: bool,
}

/// The client's side of a sequence.
#[derive(Clone, Debug, Default)]
pub struct World {
    /// In the order of their opening.
    pub connections: Vec<Connection>,
    /// In the order of their opening.
    pub channels: Vec<Channel>,
    /// Addresses of direct reply-to that were seen.
    pub replies: u32,
}

impl World {
    /// Channels that can be used.
    pub fn open_channels(&self) -> Vec<usize> {
        (0..self.channels.len()).filter(|at| self.channels[*at].open).collect()
    }

    /// Takes note of a step and of what came of it.
    pub fn observe(&mut self, step: &Value, outcome: &Value) {
        let op = step["op"].as_str().unwrap_or_default();
        let label = step["ch"].as_str().unwrap_or_default().to_owned();
        let ok = &outcome["ok"];
        if ok.is_object() {
            self.observe_ok(op, &label, step, ok);
        }
        self.replies += count_replies(outcome);
        for (label, events) in outcome["events"].as_object().into_iter().flatten() {
            for event in events.as_array().into_iter().flatten() {
                self.observe_event(label, event);
            }
        }
        match outcome["error"]["scope"].as_str() {
            Some("channel") => self.close_channel(&label),
            Some(_) => {
                let connection = match self.channel(&label) {
                    Some(channel) => channel.connection.clone(),
                    None => step["conn"].as_str().unwrap_or("c1").to_owned(),
                };
                self.close_connection(&connection);
            }
            None => {}
        }
    }

    fn observe_ok(&mut self, op: &str, label: &str, step: &Value, ok: &Value) {
        let connection = step["conn"].as_str().unwrap_or("c1").to_owned();
        match op {
            "connect" => {
                self.connections.retain(|known| known.label != connection);
                self.channels.retain(|channel| channel.connection != connection);
                self.connections.push(Connection { label: connection, open: true });
            }
            "connection.close" | "connection.abort" => self.close_connection(&connection),
            "channel.open" => {
                let connection = match (step["conn"].as_str(), self.channel(label)) {
                    (None, Some(known)) => known.connection.clone(),
                    _ => connection,
                };
                self.channels.retain(|channel| channel.label != label);
                self.channels.push(Channel {
                    label: label.to_owned(),
                    connection,
                    open: true,
                    transactional: false,
                    last_tag: 0,
                    unacked: Vec::new(),
                    prefetch: 0,
                    consumers: Vec::new(),
                });
            }
            "channel.close" => self.close_channel(label),
            _ => {
                if let Some(channel) = self.channel(label) {
                    channel.observe_ok(op, step, ok);
                }
            }
        }
    }

    fn observe_event(&mut self, label: &str, event: &Value) {
        match event["type"].as_str() {
            Some("deliver") => {
                if let Some(channel) = self.channel(label) {
                    let tag = event["delivery_tag"].as_u64().unwrap_or_default();
                    channel.last_tag = channel.last_tag.max(tag);
                    let acknowledges = channel
                        .consumers
                        .iter()
                        .any(|(consumer, _, acks)| *acks && event["consumer_tag"] == consumer.as_str());
                    if acknowledges {
                        channel.unacked.push(tag);
                    }
                }
            }
            Some("cancel") => {
                if let Some(channel) = self.channel(label) {
                    channel.consumers.retain(|(tag, ..)| event["consumer_tag"] != tag.as_str());
                }
            }
            Some("channel.close") => self.close_channel(label),
            Some("connection.close" | "connection.lost") => self.close_connection(label),
            _ => {}
        }
    }

    fn channel(&mut self, label: &str) -> Option<&mut Channel> {
        self.channels.iter_mut().find(|channel| channel.label == label)
    }

    fn close_channel(&mut self, label: &str) {
        if let Some(channel) = self.channel(label) {
            channel.open = false;
        }
    }

    fn close_connection(&mut self, label: &str) {
        self.connections.iter_mut().filter(|known| known.label == label).for_each(|known| known.open = false);
        self.channels
            .iter_mut()
            .filter(|channel| channel.connection == label)
            .for_each(|channel| channel.open = false);
    }
}

impl Channel {
    fn observe_ok(&mut self, op: &str, step: &Value, ok: &Value) {
        let tag = step["delivery_tag"].as_u64().unwrap_or_default();
        match op {
            "basic.consume" => {
                let consumer = match step["as"].as_str() {
                    Some(symbol) => symbol.to_owned(),
                    None => step["consumer_tag"].as_str().unwrap_or_default().to_owned(),
                };
                let queue = step["queue"].as_str().unwrap_or_default().to_owned();
                self.consumers.push((consumer, queue, step["no_ack"] != true));
            }
            "basic.cancel" => {
                self.consumers.retain(|(consumer, ..)| step["consumer_tag"] != consumer.as_str())
            }
            "basic.get" if ok["message"] == true => {
                let tag = ok["delivery_tag"].as_u64().unwrap_or_default();
                self.last_tag = self.last_tag.max(tag);
                if step["no_ack"] != true {
                    self.unacked.push(tag);
                }
            }
            "basic.qos" if step["global"] != true => {
                self.prefetch = step["prefetch_count"].as_u64().unwrap_or_default();
            }
            "basic.recover" => self.unacked.clear(),
            "basic.ack" | "basic.nack" | "basic.reject" => {
                let multiple = step["multiple"] == true;
                self.unacked.retain(|open| *open != tag && !(multiple && (*open <= tag || tag == 0)));
            }
            "tx.select" => self.transactional = true,
            _ => {}
        }
    }
}

/// How many addresses of direct reply-to are known after this outcome, if any was named in it.
fn count_replies(outcome: &Value) -> u32 {
    // A symbol counts once: they are numbered in the order of their first sight.
    u32::from(outcome.to_string().contains("\"$replyto"))
}
