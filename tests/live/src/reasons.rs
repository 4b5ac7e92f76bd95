//! Differences that are known and stay: a bug of a version that is not to be copied, a race between processes. At most
//! ten; each is written down in `README.md` with its case.

use serde_json::Value;
use warren::broker::Version;
use warren::conformance::same_state;

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

/// A connection ended that consumed on one channel, and on another consumed or held messages: which of them ends first
/// decides who gets what is requeued. So it is with all connections when the node stops, and what they get counts where a
/// quorum queue limits that.
const CHANNELS_END: Reason = Reason { name: "order-of-ending-channels" };

/// A queue that was classic comes back as quorum under its name: the channels that knew it break down with 541.
const TYPE_CHANGES: Reason = Reason { name: "type-changes-541" };

/// 3.10: a consumer of a quorum queue takes the tag of a cancelled one of which its channel still holds messages: the next
/// delivery to it breaks the channel down with 541.
const TAG_TAKEN: Reason = Reason { name: "tag-taken-again-541" };

/// Since 4.0: the single active consumer of a quorum queue is to yield, its connection ends, and what it held is over the
/// delivery limit: it is counted on. In 4.3 that is so without a limit, too, and what it held goes with it, if the one of
/// higher priority is on the same channel.
const COUNTED_ON: Reason = Reason { name: "counted-on" };

/// A channel settles what it had of a queue that was deleted, and the queue that has its name now takes that for its own.
const NAMESAKE: Reason = Reason { name: "ack-of-a-namesake" };

/// The reason of a difference, if it is a known one.
pub fn of(target: &Target, steps: &[Value], seen: &[Value], difference: &Difference) -> Option<Reason> {
    if difference.real["error"]["code"] == 541 && is_declared_as_both(steps) {
        return Some(TYPE_CHANGES);
    }
    if target.line == Version::V3_10
        && difference.real["error"]["code"] == 541
        && takes_a_tag_again(&steps[..seen.len()])
    {
        return Some(TAG_TAKEN);
    }
    if target.line != Version::V3_10 && is_only_a_count(difference) && may_yield_at_a_limit(steps) {
        return Some(COUNTED_ON);
    }
    if target.line == Version::V4_3 && may_yield_on_its_channel(steps) {
        return Some(COUNTED_ON);
    }
    if settles_for_a_namesake(steps) {
        return Some(NAMESAKE);
    }
    ended_with_several_consumers(steps, seen).then_some(CHANNELS_END)
}

/// Whether a channel that had taken something of a queue settles something after that queue was deleted and declared again.
fn settles_for_a_namesake(steps: &[Value]) -> bool {
    let is = |step: &Value, ops: &[&str]| step["op"].as_str().is_some_and(|op| ops.contains(&op));
    let at = |from: usize, wanted: &dyn Fn(&Value) -> bool| {
        steps[from..].iter().position(wanted).map(|at| from + at)
    };
    steps.iter().enumerate().filter(|(_, step)| is(step, &["queue.delete"])).any(|(deleted, delete)| {
        let is_of_it = |step: &Value| step["queue"] == delete["queue"];
        let Some(again) = at(deleted, &|step| is(step, &["queue.declare"]) && is_of_it(step)) else {
            return false;
        };
        let takers = steps[..deleted]
            .iter()
            .filter(|step| is(step, &["basic.consume", "basic.get"]) && is_of_it(step));
        let settles = ["basic.ack", "basic.nack", "basic.reject"];
        takers
            .into_iter()
            .any(|taker| at(again, &|step| is(step, &settles) && step["ch"] == taker["ch"]).is_some())
    })
}

/// Whether all that differs is how many consumers there are.
fn is_only_a_count(difference: &Difference) -> bool {
    fn without_counts(value: &Value) -> Value {
        match value {
            Value::Object(fields) => fields
                .iter()
                .filter(|(name, _)| !matches!(name.as_str(), "consumers" | "consumer_count"))
                .map(|(name, value)| (name.clone(), without_counts(value)))
                .collect(),
            Value::Array(values) => values.iter().map(without_counts).collect(),
            other => other.clone(),
        }
    }
    let (ours, real) = (without_counts(&difference.ours), without_counts(&difference.real));
    ours == real || same_state(&real, &ours)
}

/// Whether a step declares a quorum queue with a single active consumer.
fn has_one_active(step: &Value) -> bool {
    let arguments = &step["arguments"];
    arguments["x-queue-type"] == "quorum" && arguments["x-single-active-consumer"] == true
}

/// Whether a quorum queue with a delivery limit and a single active consumer has consumers of different priorities.
fn may_yield_at_a_limit(steps: &[Value]) -> bool {
    let is_one = |step: &Value| has_one_active(step) && step["arguments"]["x-delivery-limit"].is_number();
    steps.iter().any(is_one) && steps.iter().any(|step| step["arguments"]["x-priority"].is_number())
}

/// Whether a channel consumes twice, once with a priority, from a quorum queue that has a single active consumer.
fn may_yield_on_its_channel(steps: &[Value]) -> bool {
    let consumes = || steps.iter().filter(|step| step["op"] == "basic.consume");
    steps.iter().filter(|step| has_one_active(step)).any(|declare| {
        let of_it = || consumes().filter(|consume| consume["queue"] == declare["queue"]);
        of_it()
            .filter(|one| one["arguments"]["x-priority"].is_number())
            .any(|one| of_it().filter(|other| other["ch"] == one["ch"]).count() > 1)
    })
}

fn ended_with_several_consumers(steps: &[Value], seen: &[Value]) -> bool {
    let mut world = World::default();
    for (step, outcome) in steps.iter().zip(seen) {
        if step["op"] == "broker.restart" && steps.iter().any(limits_deliveries) {
            let open = || world.channels.iter().filter(|channel| channel.open);
            let busy = open().filter(|channel| !channel.consumers.is_empty() || !channel.unacked.is_empty());
            return open().any(|channel| !channel.consumers.is_empty()) && busy.count() > 1;
        }
        let consuming = |world: &World, label: &str| {
            let open = || world.channels.iter().filter(|channel| channel.open && channel.connection == label);
            let busy = open().filter(|channel| !channel.consumers.is_empty() || !channel.unacked.is_empty());
            if open().any(|channel| !channel.consumers.is_empty()) { busy.count() } else { 0 }
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

/// Whether a step gives queues a delivery limit.
fn limits_deliveries(step: &Value) -> bool {
    step["arguments"]["x-delivery-limit"].is_number() || step["definition"]["delivery-limit"].is_number()
}

/// Whether a tag is cancelled and taken again.
fn takes_a_tag_again(steps: &[Value]) -> bool {
    let of = |op: &'static str| steps.iter().enumerate().filter(move |(_, step)| step["op"] == op);
    of("basic.cancel").any(|(at, cancel)| {
        of("basic.consume").any(|(later, consume)| {
            later > at
                && consume["ch"] == cancel["ch"]
                && consume["consumer_tag"] == cancel["consumer_tag"]
                && is_quorum(steps, &consume["queue"])
        })
    })
}

fn is_quorum(steps: &[Value], queue: &Value) -> bool {
    steps.iter().any(|step| {
        step["op"] == "queue.declare"
            && step["queue"] == *queue
            && step["arguments"]["x-queue-type"] == "quorum"
    })
}

/// Whether a queue is declared as classic and as quorum.
fn is_declared_as_both(steps: &[Value]) -> bool {
    let declares = || steps.iter().filter(|step| step["op"] == "queue.declare" && step["passive"] != true);
    let is_quorum = |step: &Value| step["arguments"]["x-queue-type"] == "quorum";
    declares().any(|one| {
        declares().any(|other| one["queue"] == other["queue"] && is_quorum(one) != is_quorum(other))
    })
}
