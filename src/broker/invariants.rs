//! What always holds between commands. Called by the tests and the replayer after each of them.

use std::collections::BTreeSet;

use super::effect::{ConsumerId, MessageId, QueueId};
use super::machine::Broker;
use super::queue::Queue;
use super::stream::Stream;

impl Broker {
    /// Panics if the state contradicts itself: a mistake of ours.
    pub fn check_invariants(&self) {
        assert!(self.deaths.is_empty(), "no copy is left between two queues");
        for (number, queue) in (0u32..).zip(&self.queues) {
            let id = QueueId(number);
            if queue.is_alive {
                self.check_counts(id, queue);
                self.check_no_idle_consumer(queue);
                if let Some(stream) = &queue.stream {
                    self.check_stream(queue, stream);
                }
            } else {
                assert!(queue.ready.is_empty(), "a deleted queue holds nothing");
            }
        }
        self.check_names();
        if let Some(due) = self.next_deadline() {
            assert!(due >= self.now || due == self.now, "no deadline was missed");
        }
    }

    fn check_counts(&self, id: QueueId, queue: &Queue) {
        let held =
            self.channels.iter().flat_map(|channel| channel.unacked.iter()).filter(|one| one.queue == id);
        let in_transactions: u32 = self
            .channels
            .iter()
            .filter_map(|channel| channel.transaction.as_ref())
            .map(|t| t.held_of(id))
            .sum();
        let held = held.count() as u32 + in_transactions;
        assert_eq!(queue.unacked, held, "unacked of {}", queue.spec.name);
        let mut seen = BTreeSet::new();
        let mut bytes = 0;
        for entry in queue.ready.iter() {
            assert!(seen.insert(entry.message), "a message is in a queue once");
            assert!(self.messages.get(entry.message).is_some(), "a ready message is there");
            bytes += self.bytes_in(id, entry.message);
        }
        assert_eq!(seen.len() as u32, queue.ready.len(), "ready of {}", queue.spec.name);
        assert_eq!(bytes, queue.ready.bytes(), "bytes of {}", queue.spec.name);
    }

    fn check_stream(&self, queue: &Queue, stream: &Stream) {
        let name = &queue.spec.name;
        assert!(queue.ready.is_empty() && queue.spec.durable, "{name} keeps its messages in its log");
        let messages: BTreeSet<MessageId> = stream.messages().collect();
        assert_eq!(messages.len() as u32, stream.len(), "messages of {name}");
        let bytes: u64 = messages.iter().map(|message| self.body_bytes(*message)).sum();
        assert_eq!(bytes, stream.body_bytes(), "bytes of {name}");
        assert!(
            messages.iter().all(|message| self.messages.get(*message).is_some()),
            "its messages are there"
        );
        assert!(stream.committed <= stream.log.next(), "{name} has written what it committed");
        let mut readers = stream.readers.clone();
        readers.sort();
        assert_eq!(readers, queue.consumers.all(), "the consumers of {name} read it");
        for id in &stream.readers {
            let consumer = self.consumer(*id);
            let idle = self.node_up && consumer.has_credit() && !stream.has_been_read_by(consumer);
            assert!(!idle, "{name} holds more for {}, which has credit", consumer.tag);
        }
    }

    /// RabbitMQ: never both a ready message and a consumer that could take it.
    fn check_no_idle_consumer(&self, queue: &Queue) {
        if queue.ready.is_empty() {
            return;
        }
        for id in queue.consumers.all() {
            let consumer = self.consumer(*id);
            let waits = queue.spec.single_active && (queue.active != *id || queue.is_quorum());
            assert!(
                waits || !self.can_take(consumer),
                "{} has ready messages and an idle consumer {}",
                queue.spec.name,
                consumer.tag
            );
        }
        if queue.spec.single_active && !queue.is_quorum() && !queue.consumers.is_empty() {
            assert!(queue.active != ConsumerId::NONE, "one of them is active");
        }
    }

    fn check_names(&self) {
        for vhost in &self.vhosts {
            for (name, id) in vhost.queues.iter() {
                let queue = self.queue(*id);
                assert!(queue.is_alive && queue.spec.name == *name, "the names of queues are true");
            }
            for (name, id) in vhost.exchanges.iter() {
                let exchange = &self.exchanges[id.index()];
                assert!(exchange.is_alive && exchange.spec.name == *name, "the names of exchanges are true");
                for binding in exchange.outgoing.all.iter() {
                    assert!(self.bindings[binding.index()].is_alive, "an exchange's bindings are there");
                }
            }
        }
    }
}
