//! Streams, and exchanges that hash, by the effects alone.

use std::collections::BTreeMap;

use warren::amqp::Name;
use warren::broker::{BindingId, Broker, ChannelId, ConsumerId, DropReason, Effect, MessageId, QueueId};

/// What is in the streams, and how far each consumer has read.
#[derive(Default)]
pub struct Streams {
    logs: BTreeMap<QueueId, Log>,
}

#[derive(Default)]
struct Log {
    written: u64,
    /// What is there, with its number among all that was ever written.
    numbers: BTreeMap<MessageId, u64>,
    /// The offset at which a message was read first.
    offsets: BTreeMap<MessageId, u32>,
    /// The offset and number that a consumer read last.
    read: BTreeMap<ConsumerId, (u32, u64)>,
    unacked: BTreeMap<(ChannelId, u32), ConsumerId>,
}

impl Streams {
    /// Follows what is about a stream; `false`: this is not.
    pub fn follow(&mut self, broker: &Broker, effect: Effect, prefetch: &BTreeMap<ConsumerId, u16>) -> bool {
        match effect {
            Effect::Enqueued { message, queue } if is_stream(broker, queue) => {
                let log = self.logs.entry(queue).or_default();
                log.written += 1;
                let before = log.numbers.insert(message, log.written);
                assert!(before.is_none(), "a message is written once");
            }
            Effect::Delivered { channel, consumer, message, tag, count, acquired, .. } => {
                let queue = broker.view().consumer_queue(consumer).filter(|queue| is_stream(broker, *queue));
                let Some(queue) = queue else { return false };
                let offset = u32::from(count) | u32::from(acquired) << 16;
                let whole_chunks = broker.config().profile.stream_sends_whole_chunks;
                let log = self.logs.entry(queue).or_default();
                log.deliver(message, consumer, offset);
                log.unacked.insert((channel, tag), consumer);
                let holds = log.unacked.values().filter(|by| **by == consumer).count();
                let own = prefetch.get(&consumer).copied().unwrap_or_default();
                assert!(whole_chunks || holds <= usize::from(own), "{consumer:?} holds {holds} of {own}");
            }
            Effect::Settled { queue, channel, tag, .. } if is_stream(broker, queue) => {
                let known = self.logs.entry(queue).or_default().unacked.remove(&(channel, tag));
                assert!(known.is_some(), "what is settled was delivered");
            }
            Effect::Dropped { message, queue, reason }
                if queue != QueueId::NONE && is_stream(broker, queue) =>
            {
                let Some(log) = self.logs.get_mut(&queue) else { return true };
                let Some(number) = log.numbers.remove(&message) else { return true };
                let oldest = log.numbers.values().min().copied().unwrap_or(u64::MAX);
                let is_retained = !matches!(reason, DropReason::QueueDeleted | DropReason::Restart);
                assert!(!is_retained || number < oldest, "what was written first goes first: {reason:?}");
            }
            Effect::ChannelGone { channel } => {
                self.logs.values_mut().for_each(|log| log.unacked.retain(|(by, _), _| *by != channel));
                return false;
            }
            _ => return false,
        }
        true
    }

    /// After a command: the broker has as many.
    pub fn agrees_with(&self, broker: &Broker) {
        for queue in broker.view().queues().filter(|queue| queue.stream.is_some()) {
            let written = self.logs.get(&queue.id).map_or(0, |log| log.numbers.len());
            assert_eq!(written, queue.ready as usize, "messages of the stream {}", queue.name);
        }
    }
}

impl Log {
    fn deliver(&mut self, message: MessageId, consumer: ConsumerId, offset: u32) {
        let number = *self.numbers.get(&message).expect("what is read is there");
        let known = *self.offsets.entry(message).or_insert(offset);
        assert_eq!(known, offset, "a message has one offset");
        if let Some((last, before)) = self.read.insert(consumer, (offset, number)) {
            assert!(offset > last && number > before, "a consumer reads on: {offset} after {last}");
        }
    }
}

fn is_stream(broker: &Broker, queue: QueueId) -> bool {
    broker.view().queue(queue).is_some_and(|queue| queue.stream.is_some())
}

/// Where keys went through an exchange of type x-consistent-hash.
#[derive(Default)]
pub struct Hashing {
    bindings: Vec<BindingId>,
    taken: BTreeMap<Name, Option<BindingId>>,
}

impl Hashing {
    /// A message goes to one of the bindings, if there are any, and those of its key to the same, as long as the
    /// bindings stay.
    pub fn follow_all(&mut self, broker: &Broker, effects: &[Effect]) {
        let view = broker.view();
        let is_hashing = |name: &str, kind: &str| name == "x" && kind == "x-consistent-hash";
        let Some(exchange) = view.exchanges().find(|one| is_hashing(&one.name, &one.kind)) else { return };
        let bindings: Vec<BindingId> = view
            .bindings()
            .filter(|binding| binding.source == exchange.id)
            .map(|binding| binding.id)
            .collect();
        if bindings != self.bindings {
            *self = Self { bindings, taken: BTreeMap::new() };
        }
        for effect in effects {
            let Effect::Published { message: published, .. } = effect else { continue };
            let Some(message) = view.message(*published).filter(|message| **message.exchange() == *"x")
            else {
                continue;
            };
            let mut routed = effects.iter().filter_map(|effect| match effect {
                Effect::Routed { message, binding } if message == published => Some(*binding),
                _ => None,
            });
            let taken = routed.find(|binding| self.bindings.contains(binding));
            let others = routed.filter(|binding| self.bindings.contains(binding)).count();
            assert_eq!(others, 0, "it goes one way");
            assert_eq!(taken.is_some(), !self.bindings.is_empty(), "it goes somewhere");
            let before = *self.taken.entry(message.routing_key().clone()).or_insert(taken);
            assert_eq!(before, taken, "a key goes where it went");
        }
    }
}
