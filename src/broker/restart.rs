//! What survives the end of the node.

use super::command::Stop;
use super::effect::{DropReason, Effect, ExchangeId, QueueId};
use super::machine::Broker;
use super::queue::{Entry, QueueKind};
use super::timers::Timer;

impl Broker {
    /// A kill: what no flush had finished is lost.
    fn lose_what_was_in_memory(&mut self) {
        for at in 0..self.queues.len() as u32 {
            let id = QueueId(at);
            let lost: Vec<Entry> =
                self.queue(id).ready.iter().filter(|e| !self.is_on_disk(id, e.message)).copied().collect();
            for entry in lost {
                self.lose(id, entry);
            }
        }
    }

    /// Transient queues, exchanges and messages go; bindings only stay between two durable ends.
    /// RabbitMQ: after a clean stop only what had been delivered is redelivered; after a kill nobody knows what
    /// had been, and everything is. An exchange that deletes itself may stay without a binding.
    pub(super) fn forget_transient(&mut self, stop: Stop) {
        if stop == Stop::Kill {
            self.lose_what_was_in_memory();
        }
        self.forget_unfinished_writes();
        if !self.profile.keeps_history {
            (0..self.exchanges.len() as u32).for_each(|at| self.forget_history(ExchangeId(at)));
        }
        for at in 0..self.queues.len() as u32 {
            let id = QueueId(at);
            if !self.queue(id).is_alive {
                continue;
            }
            if self.queue(id).spec.durable {
                self.forget_transient_messages(id, stop);
            } else {
                self.delete_queue_from(id, self.profile.restart_spares_exchanges);
            }
        }
        if self.profile.keeps_transient_exchanges {
            return;
        }
        for at in 0..self.exchanges.len() as u32 {
            let exchange = &self.exchanges[at as usize];
            if exchange.is_alive && !exchange.spec.durable {
                self.delete_exchange_from(ExchangeId(at), self.profile.restart_spares_exchanges);
            }
        }
    }

    fn forget_transient_messages(&mut self, id: QueueId, stop: Stop) {
        if self.queue(id).is_stream() {
            return self.end_chunk(id, stop == Stop::Kill);
        }
        let queue = self.queue(id);
        let classic = queue.spec.kind == QueueKind::Classic;
        let transient = |entry: &&Entry| {
            classic && !self.messages.get(entry.message).is_some_and(|message| message.content.persistent)
        };
        let lost: Vec<Entry> = queue.ready.iter().filter(transient).copied().collect();
        for entry in lost {
            self.lose(id, entry);
        }
        if classic {
            self.remember_deliveries(id, stop);
        }
    }

    /// RabbitMQ: where deliveries are counted, what came back without being counted is not known as redelivered.
    fn remember_deliveries(&mut self, id: QueueId, stop: Stop) {
        let counts = self.profile.classic_counts_deliveries;
        let was_purged = std::mem::take(&mut self.queue_mut(id).was_purged) && self.profile.purge_is_delivery;
        let ready = &mut self.queue_mut(id).ready;
        if stop == Stop::Kill {
            ready.remember(|entry| {
                entry.redelivered = true;
                entry.count = u16::from(counts);
            });
        } else if counts {
            ready.remember(|entry| entry.redelivered = entry.count > 0);
        } else if was_purged {
            ready.remember(|entry| entry.redelivered = true);
        }
    }

    /// The node is up: what expires by time waits again. RabbitMQ: the time it was down counts.
    pub(super) fn resume_timers(&mut self) {
        let now = self.now;
        for at in 0..self.queues.len() as u32 {
            let id = QueueId(at);
            if self.queue(id).is_alive {
                self.queue_mut(id).last_used = now;
                self.arm(Timer::Head(id));
                self.arm(Timer::Lease(id));
                self.resume_dead_letters(id);
            }
        }
        self.arm(Timer::Delayed);
    }

    fn lose(&mut self, id: QueueId, entry: Entry) {
        if self.queue_mut(id).ready.remove(entry) {
            self.put(Effect::Dropped { message: entry.message, queue: id, reason: DropReason::Restart });
            self.messages.release(entry.message);
        }
    }
}
