//! The exchange types that hash: `x-consistent-hash` and `x-modulus-hash`.
//!
//! RabbitMQ: the plugins rabbitmq_consistent_hash_exchange and rabbitmq_sharding; in their words a binding key of the
//! first is a number of buckets. Both are exact: which queue a key goes to is what a real broker answered.

use crate::amqp::{FieldTable, FieldValue, Name};

use super::binding::Destination;
use super::effect::BindingId;
use super::exchange::ExchangeSpec;
use super::message::Content;
use super::phash2::{Term, phash2};
use super::profile::Profile;
use super::refusal::{Outcome, Refusal};

/// What of a message is hashed.
enum HashOn<'a> {
    RoutingKey,
    Header(&'a Name),
    Property(&'a str),
}

const PROPERTIES: [&str; 3] = ["correlation_id", "message_id", "timestamp"];

/// RabbitMQ 4.3: the largest weight.
const WEIGHT_MAX: u64 = 10_000;
/// Weights of older versions have no end; here they have one that no real node reaches.
const WEIGHT_END: u64 = 1 << 40;

/// RabbitMQ: the checks of exchange.declare. An argument that is no text crashes the channel's process.
pub(super) fn check_arguments(arguments: &FieldTable) -> Outcome {
    let (header, property) = (arguments.get("hash-header"), arguments.get("hash-property"));
    if [header, property].into_iter().flatten().any(|value| !matches!(value, FieldValue::Text(_))) {
        return Err(Refusal::crash());
    }
    match (header, property) {
        (Some(_), Some(_)) => {
            Err(Refusal::precondition_failed("hash-header and hash-property are mutually exclusive"))
        }
        (None, Some(FieldValue::Text(property))) if !PROPERTIES.contains(&&**property) => {
            Err(Refusal::precondition_failed(format!("Unsupported property: {property}")))
        }
        _ => Ok(()),
    }
}

/// RabbitMQ: a binding key is a weight, in digits, with a sign if one likes.
pub(super) fn weight(key: &str, profile: &Profile) -> Outcome<u64> {
    let (negative, digits) = match key.as_bytes() {
        [b'-', ..] => (true, &key[1..]),
        [b'+', ..] => (false, &key[1..]),
        _ => (false, key),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        let shown = super::erlang::binary(key, profile.shows_utf8_in_binaries);
        return Err(Refusal::precondition_failed(format!("The binding key must be an integer: {shown}")));
    }
    let weight = digits.parse().unwrap_or(u64::MAX).min(WEIGHT_END);
    if negative || weight == 0 {
        return Err(Refusal::precondition_failed("The binding key must be greater than 0"));
    }
    if profile.limits_hash_weight && weight > WEIGHT_MAX {
        return Err(Refusal::precondition_failed(format!("The binding key must not exceed {WEIGHT_MAX}")));
    }
    Ok(weight)
}

/// The buckets of a consistent-hash exchange: a run of them for each destination, in the order of binding.
#[derive(Clone, Debug, Default)]
pub(super) struct Ring {
    runs: Vec<Run>,
    buckets: u64,
}

#[derive(Clone, Copy, Debug)]
struct Run {
    destination: Destination,
    /// The binding that made it.
    binding: BindingId,
    weight: u64,
}

impl Ring {
    /// RabbitMQ: a destination that has buckets already gets no more.
    pub fn add(&mut self, binding: BindingId, destination: Destination, weight: u64) {
        if !self.runs.iter().any(|run| run.destination == destination) {
            self.runs.push(Run { destination, binding, weight });
            self.buckets += weight;
        }
    }

    /// RabbitMQ: all buckets of the destination go, whichever of its bindings went; those behind them move down.
    pub fn remove(&mut self, destination: Destination) {
        if let Some(at) = self.runs.iter().position(|run| run.destination == destination) {
            self.buckets -= self.runs.remove(at).weight;
        }
    }

    /// Another binding now stands for the buckets of its destination.
    pub fn replace(&mut self, gone: BindingId, by: BindingId) {
        for run in self.runs.iter_mut().filter(|run| run.binding == gone) {
            run.binding = by;
        }
    }

    /// The binding whose bucket the message falls into.
    pub fn pick(&self, spec: &ExchangeSpec, content: &Content, profile: &Profile) -> Option<BindingId> {
        let mut bucket = match self.buckets {
            0 => return None,
            1 => 0,
            buckets => jump(key_of(&hashed(spec, content, profile)), buckets),
        };
        self.runs.iter().find_map(|run| {
            let here = bucket < run.weight;
            bucket = bucket.saturating_sub(run.weight);
            here.then_some(run.binding)
        })
    }
}

fn hash_on(arguments: &FieldTable) -> HashOn<'_> {
    match (arguments.get("hash-header"), arguments.get("hash-property")) {
        (Some(FieldValue::Text(header)), _) => HashOn::Header(header),
        (_, Some(FieldValue::Text(property))) => HashOn::Property(property),
        _ => HashOn::RoutingKey,
    }
}

/// Whether two messages with the same routing key may go to different queues.
pub(super) fn reads_properties(spec: &ExchangeSpec) -> bool {
    !matches!(hash_on(&spec.arguments), HashOn::RoutingKey)
}

/// What is hashed of a message. RabbitMQ: a header or property that is not there is the atom `undefined`.
fn hashed(spec: &ExchangeSpec, content: &Content, profile: &Profile) -> Term {
    let properties = &content.template.properties;
    let found = match hash_on(&spec.arguments) {
        HashOn::RoutingKey => Some(Term::binary(&content.template.routing_key)),
        HashOn::Header(header) => {
            let value = properties.headers.as_ref().and_then(|headers| headers.get(header));
            value.map(if profile.hashes_header_with_type { Term::typed } else { Term::value })
        }
        HashOn::Property("correlation_id") => properties.correlation_id.as_deref().map(Term::binary),
        HashOn::Property("message_id") => properties.message_id.as_deref().map(Term::binary),
        HashOn::Property(_) => properties.timestamp.map(|time| Term::binary(&time.to_string())),
    };
    found.unwrap_or(Term::Atom("undefined"))
}

/// RabbitMQ: an integer is the key itself, of a list the first element is taken, anything else is hashed.
fn key_of(term: &Term) -> i128 {
    match term {
        Term::Integer(n) => *n,
        Term::List(elements) => elements.first().map_or(0, key_of),
        other => i128::from(phash2(other)),
    }
}

/// Jump consistent hash (Lamping and Veach), whose random numbers are Erlang's exs1024 with the key as seed.
fn jump(key: i128, buckets: u64) -> u64 {
    let mut random = Exs1024::seeded(key);
    let (mut bucket, mut next) = (0u64, 0u64);
    while next < buckets {
        bucket = next;
        let jumped = ((bucket + 1) as f64 / random.uniform()).floor();
        next = if jumped < buckets as f64 { jumped as u64 } else { buckets };
    }
    bucket
}

/// Erlang's `rand` algorithm exs1024, an xorshift1024* (public domain, S. Vigna).
struct Exs1024 {
    state: [u64; 16],
    at: usize,
}

impl Exs1024 {
    /// Erlang: `rand:seed_s(exs1024, {Key, Key, Key})`.
    fn seeded(key: i128) -> Self {
        const BITS_21: u64 = (1 << 21) - 1;
        let part = |factor: u64| ((key as u64 & BITS_21) + 1).wrapping_mul(factor) & BITS_21;
        let mut seed = (part(2_097_131) << 43) | (part(2_097_133) << 22) | (part(2_097_143) << 1) | 1;
        let mut state = [0; 16];
        // Erlang makes a list and puts each number in front.
        for place in state.iter_mut().rev() {
            seed ^= seed >> 12;
            seed ^= seed << 25;
            seed ^= seed >> 27;
            *place = seed.wrapping_mul(2_685_821_657_736_338_717);
        }
        Self { state, at: 0 }
    }

    /// In 0..1, both ends included.
    fn uniform(&mut self) -> f64 {
        let next = (self.at + 1) % 16;
        let (mut one, mut other) = (self.state[self.at], self.state[next]);
        other ^= other << 31;
        other ^= other >> 11;
        one ^= one >> 30;
        let new = one ^ other;
        self.state[next] = new;
        self.at = next;
        new.wrapping_mul(1_181_783_497_276_652_981) as f64 / (1u64 << 32) as f64 / (1u64 << 32) as f64
    }
}

/// x-modulus-hash: which of so many destinations. RabbitMQ: the list of all routing keys is hashed.
pub(super) fn modulus(content: &Content, count: u32) -> u32 {
    let keys = std::iter::once(&content.template.routing_key).chain(&content.more_keys);
    let keys = Term::List(keys.map(|key| Term::binary(key)).collect());
    phash2(&keys) % count
}
