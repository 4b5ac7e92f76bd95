//! Differences that are known and stay: a bug of a version that is not to be copied, a race between processes. At most
//! ten; each is written down in `README.md` with its case.

use serde_json::{Map, Value};
use warren::broker::Version;
use warren::conformance::same;

use crate::run::{Difference, Target};
use crate::world::World;

/// Why a sequence may end early.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reason {
    /// In one word, as the log counts it.
    pub name: &'static str,
}

/// Deliveries of two queues to one channel came in another order.
pub const ORDER: Reason = Reason { name: "order-between-queues" };

/// A connection ended that consumed on several channels: which of them ends first decides who gets what is requeued.
const CHANNELS_END: Reason = Reason { name: "order-of-ending-channels" };

/// 4.0 and later: what a quorum queue dead-letters keeps its counts, and is marked redelivered. Not modelled.
const COUNTS_OF_DEAD: Reason = Reason { name: "counts-of-dead-letters" };

/// A queue that was classic comes back as quorum under its name: the channels that knew it break down with 541.
const TYPE_CHANGES: Reason = Reason { name: "type-changes-541" };

/// The reason of a difference, if it is a known one.
pub fn of(target: &Target, steps: &[Value], seen: &[Value], difference: &Difference) -> Option<Reason> {
    if target.line >= Version::V4_0
        && same(&without_counts(&difference.real), &without_counts(&difference.ours))
    {
        return Some(COUNTS_OF_DEAD);
    }
    if difference.real["error"]["code"] == 541 && is_declared_as_both(steps) {
        return Some(TYPE_CHANGES);
    }
    ended_with_several_consumers(steps, seen).then_some(CHANNELS_END)
}

/// An outcome where dead-lettered messages do not tell how often they were delivered.
fn without_counts(value: &Value) -> Value {
    match value {
        Value::Array(values) => values.iter().map(without_counts).collect(),
        Value::Object(object) => {
            let mut object: Map<String, Value> =
                object.iter().map(|(key, value)| (key.clone(), without_counts(value))).collect();
            let died = value.pointer("/properties/headers/x-death").is_some();
            if let Some(headers) = object.get_mut("properties").and_then(|found| found.get_mut("headers"))
                && let Some(headers) = headers.as_object_mut()
                && died
            {
                headers.remove("x-delivery-count");
                headers.remove("x-acquired-count");
            }
            if died {
                object.remove("redelivered");
            }
            Value::Object(object)
        }
        other => other.clone(),
    }
}

fn ended_with_several_consumers(steps: &[Value], seen: &[Value]) -> bool {
    let mut world = World::default();
    for (step, outcome) in steps.iter().zip(seen) {
        let consuming = |world: &World, label: &str| {
            let channels = world.channels.iter();
            channels
                .filter(|channel| {
                    channel.open && channel.connection == label && !channel.consumers.is_empty()
                })
                .count()
        };
        let before: Vec<(String, usize)> = world
            .connections
            .iter()
            .filter(|connection| connection.open)
            .map(|connection| (connection.label.clone(), consuming(&world, &connection.label)))
            .collect();
        world.observe(step, outcome);
        let ended = |label: &str| !world.connections.iter().any(|known| known.label == label && known.open);
        if before.iter().any(|(label, consuming)| *consuming > 1 && ended(label)) {
            return true;
        }
    }
    false
}

/// Whether a queue is declared as classic and as quorum.
fn is_declared_as_both(steps: &[Value]) -> bool {
    let declares = || steps.iter().filter(|step| step["op"] == "queue.declare" && step["passive"] != true);
    let is_quorum = |step: &Value| step["arguments"]["x-queue-type"] == "quorum";
    declares().any(|one| {
        declares().any(|other| one["queue"] == other["queue"] && is_quorum(one) != is_quorum(other))
    })
}
