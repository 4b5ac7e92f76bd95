//! What is drawn of streams: how they are declared, where a consumer begins, what a client may try with them.

use serde_json::{Map, Value, json};
use warren::broker::Version;

use crate::arguments;
use crate::generate::{Drawing, KINDS, Kind};
use crate::random::Random;

/// Which tag the closing look gives its consumers, before the stream's name.
const LOOK_TAG: &str = "look-";
/// More than a sequence can publish.
const LOOK_PREFETCH: u32 = 2000;

/// What a sequence has to do with streams.
#[derive(Clone, Copy, Debug)]
pub struct Streams {
    /// How many of a hundred declares are about streams.
    pub percent: u64,
    /// A stream may get several messages at once: whether they make up one chunk or more is decided by chance.
    pub several: bool,
    version: Version,
}

impl Streams {
    /// One sequence in eight is about streams. RabbitMQ 3.10 sends a chunk to its end, so that each has to be known.
    pub fn new(random: &mut Random, version: Version) -> Self {
        let percent = if random.below(8) == 0 { 60 } else { 0 };
        let several = percent == 0 || version > Version::V3_10 && random.percent(50);
        Self { percent, several, version }
    }
}

/// A stream as it is declared.
pub fn declare(random: &mut Random) -> Map<String, Value> {
    let mut step = Map::new();
    let mut arguments = Map::new();
    let mut put = |key: &str, value: Value| {
        arguments.insert(key.to_owned(), value);
    };
    put("x-queue-type", json!("stream"));
    if random.percent(20) {
        put("x-max-length-bytes", json!(random.pick(&[0, 20, 5000])));
    }
    if random.percent(20) {
        put("x-max-age", json!(random.pick(&["1D", "24h", "7D"])));
    }
    if random.percent(10) {
        put("x-stream-max-segment-size-bytes", json!(random.pick(&[1_000_000, 500_000_000])));
    }
    if random.percent(5) {
        put("x-initial-cluster-size", json!(1 + random.below(3)));
    }
    if random.percent(5) {
        put("x-queue-leader-locator", json!(random.pick(&["client-local", "balanced"])));
    }
    if random.percent(3) {
        put("x-stream-filter-size-bytes", json!(random.pick(&[16, 32])));
    }
    if random.percent(8) {
        let (key, value) = random.pick(&[
            ("x-max-length", json!(3)),
            ("x-message-ttl", json!(0)),
            ("x-expires", json!(3_600_000)),
            ("x-dead-letter-exchange", json!("")),
            ("x-dead-letter-routing-key", json!("q0")),
            ("x-overflow", json!("reject-publish")),
            ("x-max-priority", json!(3)),
            ("x-single-active-consumer", json!(true)),
            ("x-delivery-limit", json!(2)),
            ("x-max-length-bytes", json!(-1)),
            ("x-max-age", json!("soon")),
            ("x-max-age", json!("5")),
            ("x-max-age", json!(5)),
            ("x-stream-max-segment-size-bytes", json!(3_000_000_001_i64)),
            ("x-stream-filter-size-bytes", json!(300)),
            ("x-initial-cluster-size", json!(0)),
            ("x-foo", json!(1)),
        ]);
        put(key, value);
    }
    step.insert("arguments".to_owned(), Value::Object(arguments));
    arguments::set_flags(random, &mut step, &[("durable", 96), ("exclusive", 3), ("auto_delete", 3)]);
    step
}

/// The header by which streams filter.
pub fn filter_value(random: &mut Random) -> Value {
    if random.percent(2) { json!(5) } else { json!(random.pick(&["u", "v"])) }
}

/// Where a consumer begins, and what it wants. Times are so far away that no run meets them.
fn consumer_arguments(random: &mut Random, streams: Streams) -> Value {
    let mut object = Map::new();
    if random.percent(85) {
        let known = [json!("first"), json!("first"), json!("next"), json!(random.below(5)), json!("last")];
        let offset = match random.below(100) {
            0..3 => json!({"$timestamp": random.pick(&[1000, 4_000_000_000_u32])}),
            3..5 => json!(random.pick(&["1Y", "2M"])),
            5..7 => json!(random.pick(&[-1, 1000])),
            7..9 => random.pick(&[json!("foo"), json!("0s"), json!(""), json!(true), json!(1.5)]),
            // Where the last chunk begins.
            _ => random.pick(if streams.several { &known[..4] } else { &known }),
        };
        object.insert("x-stream-offset".to_owned(), offset);
    }
    if random.percent(15) {
        let of = [json!("u"), json!("v"), json!(["u", "v"]), json!(5), json!([])];
        // The last ones seldom.
        let wanted = if random.percent(90) { random.pick(&of[..3]) } else { random.pick(&of[3..]) };
        object.insert("x-stream-filter".to_owned(), wanted);
        if random.percent(50) {
            object.insert("x-stream-match-unfiltered".to_owned(), json!(random.percent(80)));
        }
    }
    if random.percent(3) {
        object.insert("x-priority".to_owned(), json!(1));
    }
    Value::Object(object)
}

impl Drawing {
    /// Whether a queue of that name is a stream.
    pub(super) fn is_stream(&self, queue: &str) -> bool {
        self.streaming.iter().any(|known| known == queue)
    }

    /// Without publishes, consumers and acks there is little to see of a stream: that many times in a hundred at least,
    /// where one is there.
    pub(super) fn read_streams(&self, at: usize, weights: &mut [u32]) {
        if self.streaming.is_empty() {
            return;
        }
        let channel = &self.world.channels[at];
        let holds = self.holds_of_stream(at);
        let hundredth = weights.iter().sum::<u32>() / 100 + 1;
        for ((kind, _), weight) in KINDS.iter().zip(weights) {
            let least = match kind {
                Kind::Publish => 35,
                Kind::Consume if channel.consumers.is_empty() => 50,
                Kind::Ack if holds => 35,
                Kind::Nack | Kind::Reject if holds => 6,
                _ => 0,
            };
            *weight = (*weight).max(least * hundredth);
        }
    }

    /// What is mostly done in place of something that a stream refuses, often with the whole connection.
    pub(super) fn instead(&mut self, kind: Kind, at: usize) -> Kind {
        if self.streaming.is_empty() {
            return kind;
        }
        let channel = &self.world.channels[at];
        let (unset, holds) = (channel.prefetch == 0, self.holds_of_stream(at));
        match kind {
            Kind::Consume if unset && self.random.percent(90) => Kind::Qos,
            // RabbitMQ 3.10 gives nothing of a stream back; basic.recover breaks in every version.
            Kind::Nack | Kind::Reject
                if holds && self.streams.version == Version::V3_10 && self.random.percent(85) =>
            {
                Kind::Ack
            }
            Kind::Recover if holds && self.random.percent(85) => Kind::Ack,
            _ => kind,
        }
    }

    fn holds_of_stream(&self, at: usize) -> bool {
        let channel = &self.world.channels[at];
        !channel.unacked.is_empty() && channel.consumers.iter().any(|(_, queue, _)| self.is_stream(queue))
    }

    /// A consumer as a stream takes it, mostly.
    pub(super) fn consume_stream(&mut self, step: &mut Value) {
        let random = &mut self.random;
        if random.percent(90) {
            step.as_object_mut().map(|step| step.remove("no_ack"));
        }
        step["arguments"] = consumer_arguments(random, self.streams);
    }

    /// The closing look into a stream: all that it keeps.
    pub(super) fn look_into_stream(&mut self, queue: &str, channel: &str) {
        self.take(json!({"op": "basic.qos", "prefetch_count": LOOK_PREFETCH, "ch": channel}));
        self.take(json!({
            "op": "basic.consume", "queue": queue, "consumer_tag": format!("{LOOK_TAG}{queue}"), "ch": channel,
            "arguments": {"x-stream-offset": "first"},
        }));
    }
}
