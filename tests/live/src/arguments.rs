//! The parts of a step that are drawn by themselves: arguments, keys, properties.

use serde_json::{Map, Value, json};

use crate::random::Random;

/// Few queues, so that operations meet.
pub const QUEUES: [&str; 4] = ["q0", "q1", "q2", "q3"];
/// Few exchanges.
pub const EXCHANGES: [&str; 4] = ["x0", "x1", "x2", "x3"];
const PREDECLARED: [&str; 4] = ["amq.direct", "amq.fanout", "amq.topic", "amq.headers"];
const KEYS: [&str; 8] = ["a", "b", "a.b", "a.b.c", "", "q0", "q1", "."];
const PATTERNS: [&str; 10] = ["a", "b", "a.b", "#", "*", "a.*", "#.b", "*.#", "", "q0"];
/// Far enough away that no run meets it.
pub const HOUR_MS: u64 = 3_600_000;

/// How long things live, in milliseconds, where it is said.
#[derive(Clone, Copy)]
pub struct Lives {
    pub messages: &'static [u64],
    pub queues: &'static [u64],
    /// How many of a hundred queues say so of their messages.
    pub percent: u64,
}

impl Lives {
    /// Messages live short, and there is much of it.
    fn are_short(self) -> bool {
        self.percent > 50
    }
}

/// An exchange, whether it is there or not.
pub fn exchange(random: &mut Random, predeclared: bool) -> &'static str {
    if !predeclared && random.percent(50) { random.pick(&EXCHANGES) } else { random.pick(&PREDECLARED) }
}

/// A key of a message.
pub fn key(random: &mut Random) -> &'static str {
    random.pick(&KEYS)
}

/// A key of a binding; a hash exchange wants a number.
pub fn pattern(random: &mut Random, hashes: bool) -> &'static str {
    if hashes && random.percent(90) { random.pick(&["1", "2", "3"]) } else { random.pick(&PATTERNS) }
}

/// What `guest` may do: mostly all, here not. Configure, write, read.
pub fn permissions(random: &mut Random) -> [&'static str; 3] {
    let patterns = ["", "^q", "^(q|x|amq)", "^(q[01]|x[01]|amq\\.)", ".*", ".*"];
    [random.pick(&patterns), random.pick(&patterns), random.pick(&patterns)]
}

/// Arguments of a binding: mostly none.
pub fn binding(random: &mut Random) -> Value {
    let mut object = Map::new();
    if random.percent(25) {
        if random.percent(70) {
            let kind = if random.percent(4) {
                "some"
            } else {
                random.pick(&["all", "any", "all-with-x", "any-with-x"])
            };
            object.insert("x-match".to_owned(), json!(kind));
        }
        for key in ["h", "g", "x-h"] {
            if random.percent(45) {
                object.insert(key.to_owned(), header(random));
            }
        }
    }
    Value::Object(object)
}

fn header(random: &mut Random) -> Value {
    random.pick(&[json!(1), json!(1.0), json!("1"), json!(true), json!(null), json!(2)])
}

/// A queue as it is declared: durable, exclusive, auto_delete, arguments.
pub fn queue(random: &mut Random, quorum: bool, lives: Lives) -> Map<String, Value> {
    let mut step = Map::new();
    let mut arguments = Map::new();
    let mut put = |key: &str, value: Value| {
        arguments.insert(key.to_owned(), value);
    };
    if quorum {
        put("x-queue-type", json!("quorum"));
        if random.percent(40) {
            put("x-delivery-limit", json!(random.below(4)));
        }
    } else {
        if random.percent(10) {
            put("x-max-priority", json!(1 + random.below(5)));
        }
        if random.percent(3) {
            put("x-queue-type", json!("classic"));
        }
    }
    if random.percent(20) {
        put("x-max-length", json!(random.below(4)));
    }
    // RabbitMQ 4.3 counts the properties, too, in a quorum queue.
    if random.percent(5) {
        put("x-max-length-bytes", json!(random.below(if quorum { 60 } else { 12 })));
    }
    if random.percent(22) {
        put(
            "x-overflow",
            json!(random.pick(&["drop-head", "reject-publish", "reject-publish", "reject-publish-dlx"])),
        );
    }
    if random.percent(lives.percent) {
        put("x-message-ttl", json!(random.pick(lives.messages)));
    }
    if random.percent(if lives.are_short() { 60 } else { 30 }) {
        let target = if random.percent(40) { "" } else { exchange(random, false) };
        put("x-dead-letter-exchange", json!(target));
        if random.percent(60) {
            let key = if random.percent(70) { random.pick(&QUEUES) } else { key(random) };
            put("x-dead-letter-routing-key", json!(key));
        }
    }
    if random.percent(9) {
        put("x-single-active-consumer", json!(random.percent(90)));
    }
    if random.percent(if lives.queues.len() > 1 { 25 } else { 3 }) {
        put("x-expires", json!(random.pick(lives.queues)));
    }
    if random.percent(3) {
        let (key, value) = random.pick(&[
            ("x-max-length", json!(-1)),
            ("x-message-ttl", json!("soon")),
            ("x-overflow", json!("never")),
            ("x-expires", json!(0)),
            ("x-max-priority", json!(256)),
            ("x-dead-letter-exchange", json!(5)),
            ("x-dead-letter-routing-key", json!("a")),
            ("x-foo", json!(1)),
            ("x-queue-type", json!("paper")),
            ("x-delivery-limit", json!(2)),
        ]);
        put(key, value);
    }
    if !arguments.is_empty() {
        step.insert("arguments".to_owned(), Value::Object(arguments));
    }
    let flags: [(&str, u64); 3] = if quorum {
        [("durable", 97), ("exclusive", 2), ("auto_delete", 2)]
    } else {
        [("durable", 40), ("exclusive", 8), ("auto_delete", 14)]
    };
    set_flags(random, &mut step, &flags);
    step
}

/// An exchange as it is declared: type, durable, auto_delete, internal, arguments.
pub fn exchange_declare(random: &mut Random) -> Map<String, Value> {
    let mut step = Map::new();
    let kinds = ["direct", "direct", "fanout", "fanout", "topic", "topic", "headers"];
    // No word that Erlang knows: then the text is another one.
    let kind = match random.below(100) {
        0 => "x-paper",
        1..=5 => "x-consistent-hash",
        6..=8 => "x-recent-history",
        _ => random.pick(&kinds),
    };
    step.insert("type".to_owned(), json!(kind));
    set_flags(random, &mut step, &[("durable", 30), ("auto_delete", 15), ("internal", 8)]);
    if random.percent(18) {
        let target = if random.percent(95) { json!(exchange(random, false)) } else { json!(5) };
        step.insert("arguments".to_owned(), json!({"alternate-exchange": target}));
    }
    step
}

/// Properties of a message: mostly none.
pub fn properties(random: &mut Random, lives: Lives) -> Value {
    let mut object = Map::new();
    let mut put = |key: &str, value: Value| {
        object.insert(key.to_owned(), value);
    };
    if random.percent(40) {
        put("delivery_mode", json!(1 + random.below(2)));
    }
    if random.percent(15) {
        put("priority", json!(random.below(7)));
    }
    if random.percent(if lives.are_short() { 25 } else { 6 }) {
        let life = random.pick(lives.messages).to_string();
        put("expiration", json!(if random.percent(20) { "soon".to_owned() } else { life }));
    }
    if random.percent(4) {
        put("correlation_id", json!("c"));
        put("type", json!("t"));
    }
    if random.percent(2) {
        put("user_id", json!(random.pick(&["guest", "guest", "bob"])));
    }
    let mut headers = Map::new();
    if random.percent(14) {
        for key in ["h", "g", "x-h"] {
            if random.percent(50) {
                headers.insert(key.to_owned(), header(random));
            }
        }
    }
    if random.percent(7) {
        let keys: Vec<Value> = (0..1 + random.below(2)).map(|_| json!(routing_key(random))).collect();
        headers.insert(random.pick(&["CC", "CC", "BCC"]).to_owned(), Value::Array(keys));
    }
    // What lives short does so in one queue.
    if lives.are_short() {
        headers.retain(|key, _| !key.ends_with("CC"));
    }
    if !headers.is_empty() || random.percent(2) {
        put("headers", Value::Object(headers));
    }
    Value::Object(object)
}

/// A key that may be a queue's name.
pub fn routing_key(random: &mut Random) -> &'static str {
    if random.percent(50) { random.pick(&QUEUES) } else { key(random) }
}

/// A policy's definition.
pub fn definition(random: &mut Random, operator: bool, instant: bool) -> Value {
    let length = json!(random.below(4));
    let target = json!(exchange(random, false));
    let own = [
        json!({"max-length": length}),
        json!({"max-length": length, "overflow": "reject-publish"}),
        json!({"dead-letter-exchange": target}),
        json!({"dead-letter-exchange": "", "dead-letter-routing-key": random.pick(&QUEUES)}),
        json!({"alternate-exchange": target}),
        json!({"message-ttl": HOUR_MS}),
        json!({"message-ttl": if instant { 0 } else { HOUR_MS }}),
        json!({"max-length-bytes": random.below(if instant { 12 } else { 60 })}),
        json!({"foo": 1}),
    ];
    let operators =
        [json!({"max-length": length}), json!({"message-ttl": if instant { 0 } else { HOUR_MS }})];
    if operator { random.pick(&operators) } else { random.pick(&own) }
}

/// Flags that are set so many times in a hundred.
pub fn set_flags(random: &mut Random, step: &mut Map<String, Value>, flags: &[(&str, u64)]) {
    for (key, percent) in flags {
        if random.percent(*percent) {
            step.insert((*key).to_owned(), json!(true));
        }
    }
}
