//! The operations of a sequence, one kind after the other.

use serde_json::{Value, json};

use crate::arguments::{self, QUEUES};
use crate::generate::{Drawing, Kind};
use crate::streams;
use crate::times::SHORT_LIVED;

/// Tags that consumers choose.
const TAGS: [&str; 3] = ["t0", "t1", "t2"];

impl Drawing {
    /// Which of a connection's channels ends first is a race: as long as two of them consume, one of them is closed.
    pub(super) fn connection_end(&mut self, at: usize) -> Value {
        let connection = self.world.channels[at].connection.clone();
        let channels = self.world.channels.iter();
        let consuming: Vec<String> = channels
            .filter(|channel| {
                channel.open && channel.connection == connection && !channel.consumers.is_empty()
            })
            .map(|channel| channel.label.clone())
            .collect();
        if consuming.len() > 1 {
            return json!({"op": "channel.close", "ch": consuming[0]});
        }
        let op = if self.random.percent(60) { "connection.close" } else { "connection.abort" };
        json!({"op": op, "conn": connection})
    }

    pub(super) fn queue_step(&mut self, kind: Kind) -> Value {
        let queue = self.queue();
        let exchange = self.exchange();
        // RabbitMQ: not of a stream, and the whole connection is closed for it.
        let kind = match kind {
            Kind::QueuePurge if self.is_stream(&queue) && self.random.percent(80) => Kind::QueuePassive,
            kind => kind,
        };
        let random = &mut self.random;
        match kind {
            Kind::QueuePassive => json!({"op": "queue.declare", "queue": queue, "passive": true}),
            Kind::QueueBind | Kind::QueueUnbind => {
                let op = if kind == Kind::QueueBind { "queue.bind" } else { "queue.unbind" };
                let key = arguments::pattern(random, self.hashing.contains(&exchange));
                let mut step = json!({"op": op, "queue": queue, "exchange": exchange, "routing_key": key});
                with_arguments(&mut step, arguments::binding(random));
                step
            }
            Kind::QueueDelete => {
                let mut step = json!({"op": "queue.delete", "queue": queue});
                for flag in ["if_unused", "if_empty"] {
                    if random.percent(25) {
                        step[flag] = json!(true);
                    }
                }
                step
            }
            Kind::QueuePurge => json!({"op": "queue.purge", "queue": queue}),
            _ => {
                let queue = if self.timed && random.percent(40) { SHORT_LIVED } else { random.pick(&QUEUES) };
                self.queue_declare(queue)
            }
        }
    }

    fn queue_declare(&mut self, queue: &str) -> Value {
        let quorum = self.random.percent(self.quorum_percent);
        if self.random.percent(4) {
            self.symbols += 1;
            let lives = self.lives("", true);
            let mut step = arguments::queue(&mut self.random, false, lives);
            // RabbitMQ 3.10 breaks down over an unknown type without a name: 541.
            if let Some(arguments) = step.get_mut("arguments").and_then(Value::as_object_mut) {
                arguments.retain(|_, value| value != "paper");
            }
            step.insert("op".to_owned(), json!("queue.declare"));
            step.insert("queue".to_owned(), json!(""));
            step.insert("as".to_owned(), json!(format!("$q{}", self.symbols)));
            return Value::Object(step);
        }
        let known = self.declared.iter().find(|(known, _)| known == queue).map(|(_, step)| step.clone());
        let mut step = match known {
            Some(step) if self.random.percent(75) => step,
            _ => {
                let step = if self.random.percent(self.streams.percent) {
                    streams::declare(&mut self.random)
                } else {
                    let lives = self.lives(queue, quorum);
                    arguments::queue(&mut self.random, quorum, lives)
                };
                self.declared.retain(|(known, _)| known != queue);
                self.declared.push((queue.to_owned(), step.clone()));
                step
            }
        };
        step.insert("op".to_owned(), json!("queue.declare"));
        step.insert("queue".to_owned(), json!(queue));
        Value::Object(step)
    }

    pub(super) fn exchange_step(&mut self, kind: Kind) -> Value {
        let exchange = self.exchange();
        let destination = self.exchange();
        let random = &mut self.random;
        match kind {
            Kind::ExchangePassive => json!({"op": "exchange.declare", "exchange": exchange, "passive": true}),
            Kind::ExchangeBind | Kind::ExchangeUnbind => {
                let op = if kind == Kind::ExchangeBind { "exchange.bind" } else { "exchange.unbind" };
                let key = arguments::pattern(random, self.hashing.contains(&exchange));
                let mut step =
                    json!({"op": op, "source": exchange, "destination": destination, "routing_key": key});
                with_arguments(&mut step, arguments::binding(random));
                step
            }
            Kind::ExchangeDelete => {
                let mut step = json!({"op": "exchange.delete", "exchange": exchange});
                if random.percent(40) {
                    step["if_unused"] = json!(true);
                }
                step
            }
            _ => {
                let exchange = if random.percent(3) {
                    random.pick(&["", "amq.direct", "amq.foo"])
                } else {
                    random.pick(&arguments::EXCHANGES)
                };
                let mut step = arguments::exchange_declare(random);
                step.insert("op".to_owned(), json!("exchange.declare"));
                step.insert("exchange".to_owned(), json!(exchange));
                Value::Object(step)
            }
        }
    }

    pub(super) fn publish(&mut self) -> Value {
        self.bodies += 1;
        let (exchange, key) = if self.timed && self.random.percent(40) {
            (String::new(), SHORT_LIVED.to_owned())
        } else if self.random.percent(50) {
            (String::new(), self.queue())
        } else {
            (self.exchange(), arguments::routing_key(&mut self.random).to_owned())
        };
        let instant = self.quorum_percent == 0;
        let lives = self.lives(if exchange.is_empty() { &key } else { "" }, true);
        let random = &mut self.random;
        let mut step = json!({"op": "basic.publish", "exchange": exchange, "routing_key": key});
        // A quorum queue tells a channel late that it is full, and what is dead-lettered comes between the messages of a
        // batch or after them: both are races.
        if instant && !self.dead_letters && self.streams.several && random.percent(15) {
            step["count"] = json!(2 + random.below(3));
            step["body"] = json!(format!("m{}.{{i}}", self.bodies));
        } else {
            step["body"] = json!(format!("m{}", self.bodies));
        }
        if random.percent(15) {
            step["mandatory"] = json!(true);
        }
        if self.world.replies > 0 && random.percent(12) {
            step["exchange"] = json!("");
            step["routing_key"] = json!("$replyto1");
        }
        let mut properties = arguments::properties(random, lives);
        if self.streams.percent > 0 && random.percent(25) {
            properties["headers"]["x-stream-filter-value"] = streams::filter_value(random);
        }
        if properties.as_object().is_some_and(|properties| !properties.is_empty()) {
            step["properties"] = properties;
        }
        if random.percent(1) {
            step["immediate"] = json!(true);
        }
        step
    }

    pub(super) fn consume_step(&mut self, kind: Kind, at: usize) -> Value {
        let queue = self.queue();
        if kind == Kind::Get && self.is_stream(&queue) && self.random.percent(80) {
            let kind = self.instead(Kind::Consume, at);
            return self.consume_step(kind, at);
        }
        let channel = &self.world.channels[at];
        let random = &mut self.random;
        match kind {
            Kind::Get => {
                let mut step = json!({"op": "basic.get", "queue": queue});
                if random.percent(35) {
                    step["no_ack"] = json!(true);
                }
                step
            }
            Kind::Cancel => {
                let known: Vec<String> = channel.consumers.iter().map(|(tag, ..)| tag.clone()).collect();
                let tag = if known.is_empty() || random.percent(10) {
                    random.pick(&TAGS).to_owned()
                } else {
                    random.pick(&known)
                };
                json!({"op": "basic.cancel", "consumer_tag": tag})
            }
            Kind::Qos => {
                // Nothing consumes from a stream without.
                let least = usize::from(self.streams.percent > 0 && random.percent(80));
                let mut step = json!({"op": "basic.qos", "prefetch_count": least + random.below(4 - least)});
                if random.percent(if self.streams.percent > 0 { 12 } else { 30 }) {
                    step["global"] = json!(true);
                }
                step
            }
            Kind::ReplyTo => {
                self.bodies += 1;
                match random.below(2) {
                    0 => {
                        json!({"op": "basic.consume", "queue": "amq.rabbitmq.reply-to", "no_ack": true, "consumer_tag": "r"})
                    }
                    _ => json!({
                        "op": "basic.publish", "exchange": "", "routing_key": queue,
                        "body": format!("m{}", self.bodies), "properties": {"reply_to": "amq.rabbitmq.reply-to"},
                    }),
                }
            }
            _ => {
                // Two queues that deliver to one channel are a race: mostly a channel keeps to one.
                let queue = match channel.consumers.first() {
                    Some((_, known, _)) if random.percent(80) => known.clone(),
                    _ => queue,
                };
                let mut step = json!({"op": "basic.consume", "queue": queue});
                // A channel serves its consumers of a stream, and settles, in the order of their tags: of two that the broker
                // chose, chance decides.
                let chosen = channel.consumers.iter().any(|(tag, ..)| tag.starts_with('$'));
                if random.percent(12) && !chosen {
                    self.symbols += 1;
                    step["as"] = json!(format!("$t{}", self.symbols));
                } else {
                    let free: Vec<&str> = TAGS
                        .into_iter()
                        .filter(|tag| !channel.consumers.iter().any(|(taken, ..)| taken == tag))
                        .collect();
                    let tag = if free.is_empty() || random.percent(2) {
                        random.pick(&TAGS)
                    } else {
                        random.pick(&free)
                    };
                    step["consumer_tag"] = json!(tag);
                }
                if random.percent(22) {
                    step["no_ack"] = json!(true);
                }
                if random.percent(6) {
                    step["exclusive"] = json!(true);
                }
                if random.percent(15) {
                    step["arguments"] = json!({"x-priority": random.below(4) as i64 - 1});
                }
                let queue = step["queue"].as_str().unwrap_or_default().to_owned();
                // One in fifty asks another queue for what only a stream has.
                if self.is_stream(&queue) != (self.streams.percent > 0 && self.random.percent(2)) {
                    self.consume_stream(&mut step);
                }
                step
            }
        }
    }

    pub(super) fn settle_step(&mut self, kind: Kind, at: usize) -> Value {
        let channel = &self.world.channels[at];
        let random = &mut self.random;
        if kind == Kind::Recover {
            return json!({"op": "basic.recover", "requeue": random.percent(96)});
        }
        let tag = if channel.unacked.is_empty() || random.percent(4) {
            random.next() % (channel.last_tag + 2)
        } else {
            random.pick(&channel.unacked)
        };
        let op = match kind {
            Kind::Ack => "basic.ack",
            Kind::Nack => "basic.nack",
            _ => "basic.reject",
        };
        let mut step = json!({"op": op, "delivery_tag": tag});
        if kind != Kind::Reject && random.percent(30) {
            step["multiple"] = json!(true);
            if random.percent(15) {
                step["delivery_tag"] = json!(0);
            }
        }
        if kind != Kind::Ack {
            step["requeue"] = json!(random.percent(55));
        }
        step
    }

    pub(super) fn policy(&mut self) -> Value {
        let instant = self.quorum_percent == 0 && !self.timed;
        let random = &mut self.random;
        let operator = random.percent(25);
        let number = random.below(2);
        json!({
            "op": "broker.set_policy", "name": format!("p{number}"), "priority": number, "operator": operator,
            "pattern": random.pick(&["q", "^q0$", "^q[01]$", "^x", ".*"]),
            "apply_to": random.pick(&["all", "queues", "exchanges"]),
            "definition": arguments::definition(random, operator, instant),
        })
    }
}

fn with_arguments(step: &mut Value, arguments: Value) {
    if arguments.as_object().is_some_and(|arguments| !arguments.is_empty()) {
        step["arguments"] = arguments;
    }
}
