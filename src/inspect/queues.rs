//! Queues at a moment: what is ready, what is unacked and who holds it, who consumes.

use std::collections::BTreeMap;

use crate::amqp::{FieldTable, FieldValue, SimDuration};
use crate::broker::{
    ChannelId, Idles, MessageId, QueueId, QueueKind, QueueView, ReadyCopy, UnackedCopy, View,
};
use crate::sim::Simulation;
use crate::sim::record::Recording;

use super::names::{Names, body_text};
use super::view::{ConsumerRow, Copy, Holder, MessageRef, QueueRow};

/// Copies listed of each kind in a queue …
const COPIES_MAX: usize = 50;
/// … and in all queues together, so that an answer with many queues stays small.
const COPIES_IN_ALL: usize = 2_000;
/// Queues listed.
const QUEUES_MAX: usize = 300;
/// Consumers listed of a queue.
const CONSUMERS_MAX: usize = 100;
/// Characters of a body.
const BODY_MAX: usize = 200;

/// The queues that exist, in the order of their declaration.
pub fn queues(recording: &Recording, simulation: &Simulation) -> Vec<QueueRow> {
    let names = Names::new(recording);
    let view = simulation.broker().view();
    let mut unacked = unacked_by_queue(view);
    let listed: Vec<QueueView> = view.queues().take(QUEUES_MAX).collect();
    let copies = (COPIES_IN_ALL / listed.len().max(1)).min(COPIES_MAX);
    let row = |queue: QueueView| {
        // What consumers of a stream hold stands in it as ever.
        let held = unacked.remove(&queue.id).filter(|_| queue.stream.is_none()).unwrap_or_default();
        QueueRow {
            vhost: queue.vhost.to_string(),
            name: queue.name.to_string(),
            features: features(names, &queue),
            keeps: queue.stream.is_some(),
            ready: queue.ready,
            unacked: queue.unacked,
            ready_copies: view.ready(queue.id).take(copies).map(|copy| ready_copy(names, copy)).collect(),
            unacked_copies: held.iter().take(copies).map(|copy| unacked_copy(names, view, copy)).collect(),
            consumers: consumers(names, view, &queue),
        }
    };
    listed.into_iter().map(row).collect()
}

/// The first unacked copies of each queue in the order of their delivery, in one pass over all channels.
fn unacked_by_queue(view: View<'_>) -> BTreeMap<QueueId, Vec<UnackedCopy>> {
    let mut all: BTreeMap<QueueId, Vec<UnackedCopy>> = BTreeMap::new();
    for channel in view.connections().flat_map(|connection| connection.channels) {
        let mut taken: BTreeMap<QueueId, usize> = BTreeMap::new();
        for copy in view.unacked_of_channel(channel) {
            let count = taken.entry(copy.queue).or_default();
            *count += 1;
            if *count <= COPIES_MAX {
                all.entry(copy.queue).or_default().push(copy);
            }
        }
    }
    for copies in all.values_mut() {
        copies.sort_by_key(|copy| (copy.since, copy.channel, copy.tag));
        copies.truncate(COPIES_MAX);
    }
    all
}

fn ready_copy(names: Names<'_>, copy: ReadyCopy) -> Copy {
    let expires = copy.expires.map(|time| time.0);
    Copy { redelivered: copy.redelivered, expires, ..copy_of(names, copy.message) }
}

fn unacked_copy(names: Names<'_>, view: View<'_>, copy: &UnackedCopy) -> Copy {
    let consumer_tag = copy.consumer.and_then(|consumer| view.consumer_tag(consumer));
    let (client, channel) = channel_names(names, view, copy.channel);
    let holder = Holder {
        client,
        channel,
        consumer_tag: consumer_tag.map(ToString::to_string).unwrap_or_default(),
        delivery_tag: u64::from(copy.tag),
    };
    Copy { redelivered: copy.redelivered, holder: Some(holder), ..copy_of(names, copy.message) }
}

fn copy_of(names: Names<'_>, id: MessageId) -> Copy {
    let message = names.message(id).map(|info| &info.message);
    Copy {
        message: names.message_ref(id).unwrap_or(MessageRef { client: String::new(), ordinal: 0 }),
        body: message.map(|message| body_text(&message.body, BODY_MAX)).unwrap_or_default(),
        routing_key: message.map(|message| message.routing_key().to_string()).unwrap_or_default(),
        redelivered: false,
        persistent: message.is_some_and(|message| message.is_persistent()),
        expires: None,
        holder: None,
    }
}

/// Client and channel's name in the script: channels are numbered in the order of the text.
pub fn channel_names(names: Names<'_>, view: View<'_>, channel: ChannelId) -> (String, String) {
    let Some((connection, number)) = view.channel_place(channel) else { return Default::default() };
    let Some(actor) = names.actor_of_connection(connection.0) else { return Default::default() };
    (names.actor(actor).to_owned(), names.channel_name(actor, number))
}

fn consumers(names: Names<'_>, view: View<'_>, queue: &QueueView) -> Vec<ConsumerRow> {
    let all = queue.consumers.iter().take(CONSUMERS_MAX).filter_map(|id| view.consumer(*id));
    all.map(|consumer| ConsumerRow {
        client: channel_names(names, view, consumer.channel).0,
        consumer_tag: consumer.tag.to_string(),
        no_ack: consumer.no_ack,
        prefetch: consumer.prefetch,
        unacked: consumer.in_flight,
        offset: consumer.offset,
        blocked: matches!(
            view.explain_idle(consumer.id),
            Some(
                Idles::PrefetchReached { .. }
                    | Idles::ChannelPrefetchReached { .. }
                    | Idles::NotActive { .. }
            )
        ),
    })
    .collect()
}

/// `classic`, `durable`, `TTL 5s` … : what a queue was declared with, in short words.
pub fn features(names: Names<'_>, queue: &QueueView) -> Vec<String> {
    let kind = match queue.kind {
        QueueKind::Classic => "classic",
        QueueKind::Quorum => "quorum",
        QueueKind::Stream => "stream",
    };
    let mut words = vec![kind.to_owned()];
    if queue.durable {
        words.push("durable".to_owned());
    }
    if let Some(connection) = queue.exclusive_to {
        let owner = names.actor_of_connection(connection.0).map_or("", |actor| names.actor(actor));
        words.push(format!("exclusive to {owner}"));
    }
    if queue.auto_delete {
        words.push("auto_delete".to_owned());
    }
    if queue.dead_letters > 0 {
        words.push(format!("{} dead letters on their way", queue.dead_letters));
    }
    words.extend(
        queue.arguments.0.iter().filter_map(|(name, value)| argument_words(name, value, &queue.arguments)),
    );
    words
}

/// An argument in the words of the language; the type and what belongs to another argument say nothing of their own.
fn argument_words(name: &str, value: &FieldValue, all: &FieldTable) -> Option<String> {
    let number = value.as_integer();
    let millis = number.and_then(|number| u64::try_from(number).ok()).map(SimDuration::millis);
    let text = match value {
        FieldValue::Text(text) => Some(&**text),
        _ => None,
    };
    Some(match (name, number, millis, text) {
        ("x-queue-type", ..) => return None,
        ("x-message-ttl", _, Some(ttl), _) => format!("TTL {ttl}"),
        ("x-expires", _, Some(time), _) => format!("expires after {time} unused"),
        ("x-max-length", Some(length), ..) => format!("max_length {length}"),
        ("x-max-length-bytes", Some(bytes), ..) => format!("max_length_bytes {bytes}"),
        ("x-max-priority", Some(priority), ..) => format!("priorities to {priority}"),
        ("x-delivery-limit", Some(limit), ..) => format!("delivery_limit {limit}"),
        ("x-overflow", _, _, Some(overflow)) => format!("overflow {overflow}"),
        ("x-single-active-consumer", ..) if *value == FieldValue::Bool(true) => {
            "single active consumer".to_owned()
        }
        ("x-dead-letter-exchange", _, _, Some("")) => "dead-letters to the default exchange".to_owned(),
        ("x-dead-letter-exchange", _, _, Some(exchange)) => format!("dead-letters to {exchange}"),
        ("x-dead-letter-routing-key", ..) if all.get("x-dead-letter-exchange").is_none() => return None,
        ("x-dead-letter-routing-key", _, _, Some(key)) => format!("with key \"{key}\""),
        _ => format!("{name} {}", super::values::value_words(value)),
    })
}

#[cfg(test)]
mod tests {
    use super::argument_words;
    use crate::amqp::{FieldTable, FieldValue};

    #[test]
    fn arguments_read_as_the_language_writes_them() {
        let words = |name, value| argument_words(name, &value, &FieldTable::default());
        assert_eq!(words("x-message-ttl", FieldValue::Int(5_000)).as_deref(), Some("TTL 5s"));
        assert_eq!(words("x-max-length", FieldValue::Long(2)).as_deref(), Some("max_length 2"));
        assert_eq!(words("x-queue-type", FieldValue::text("classic")), None);
        assert_eq!(words("x-message-ttl", FieldValue::text("no")).as_deref(), Some("x-message-ttl \"no\""));
    }
}
