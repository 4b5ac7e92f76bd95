//! Consumers: where they stand, their credit, and whose turn it is.

use std::collections::VecDeque;

use crate::amqp::{FieldTable, Name};

use super::effect::{ChannelId, ConsumerId, Effect, QueueId};
use super::machine::Broker;
use super::queue::QueueKind;
use super::stream_reader::Reader;

/// A consumer, kept after its end for its names.
#[derive(Clone, Debug)]
pub(super) struct Consumer {
    pub channel: ChannelId,
    /// `NONE` for direct reply-to.
    pub queue: QueueId,
    pub tag: Name,
    pub no_ack: bool,
    pub exclusive: bool,
    /// 0 is unlimited.
    pub prefetch: u16,
    pub priority: i64,
    pub arguments: FieldTable,
    pub is_alive: bool,
    /// Unacked deliveries.
    pub in_flight: u32,
    /// Its turn came when it had no credit; it stands in no row until it has some.
    pub is_blocked: bool,
    /// Where it is in a stream.
    pub reader: Reader,
}

impl Consumer {
    pub fn has_credit(&self) -> bool {
        self.no_ack || self.prefetch == 0 || self.in_flight < u32::from(self.prefetch)
    }
}

/// The consumers of a queue: rows by priority, the highest first, each in the order of turns.
#[derive(Clone, Debug, Default)]
pub(super) struct Rows {
    rows: Vec<(i64, VecDeque<ConsumerId>)>,
    /// All of them, in the order in which they came.
    all: Vec<ConsumerId>,
}

impl Rows {
    pub fn all(&self) -> &[ConsumerId] {
        &self.all
    }

    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    pub fn add(&mut self, consumer: ConsumerId, priority: i64) {
        self.all.push(consumer);
        self.stand(consumer, priority);
    }

    pub fn remove(&mut self, consumer: ConsumerId) {
        self.all.retain(|other| *other != consumer);
        for (_, row) in &mut self.rows {
            row.retain(|other| *other != consumer);
        }
        self.rows.retain(|(_, row)| !row.is_empty());
    }

    /// Puts a consumer at the end of its row.
    pub fn stand(&mut self, consumer: ConsumerId, priority: i64) {
        match self.rows.binary_search_by(|(other, _)| priority.cmp(other)) {
            Ok(at) => self.rows[at].1.push_back(consumer),
            Err(at) => self.rows.insert(at, (priority, VecDeque::from([consumer]))),
        }
    }

    /// The next consumer: the first of the first row that has one.
    pub fn next(&self) -> Option<ConsumerId> {
        self.rows.iter().find_map(|(_, row)| row.front().copied())
    }

    /// The next one goes to the end of its row.
    pub fn pass_turn(&mut self) {
        if let Some((_, row)) = self.rows.iter_mut().find(|(_, row)| !row.is_empty())
            && row.len() > 1
        {
            row.rotate_left(1);
        }
    }

    /// The next one leaves its row.
    pub fn drop_next(&mut self) {
        self.rows.iter_mut().find_map(|(_, row)| row.pop_front());
    }
}

impl Broker {
    pub(super) fn consumer(&self, id: ConsumerId) -> &Consumer {
        &self.consumers[id.index()]
    }

    pub(super) fn consumer_mut(&mut self, id: ConsumerId) -> &mut Consumer {
        &mut self.consumers[id.index()]
    }

    /// Whether a message may be sent to it: its own credit, and its channel's.
    pub(super) fn can_take(&self, consumer: &Consumer) -> bool {
        let channel = self.channel(consumer.channel);
        // RabbitMQ: quorum queues and streams know nothing of the channel's limit.
        let is_free =
            || consumer.queue != QueueId::NONE && self.queue(consumer.queue).spec.kind != QueueKind::Classic;
        // RabbitMQ: a channel at its limit gives nothing to its consumers without acknowledgement, either.
        consumer.has_credit()
            && (channel.global_prefetch == 0
                || channel.in_flight + channel.global_gets < u32::from(channel.global_prefetch)
                || is_free())
    }

    /// Takes a consumer away from its queue, and gives the turn of a single active one to the next.
    pub(super) fn remove_consumer(&mut self, consumer: ConsumerId, told: bool) -> QueueId {
        let state = self.consumer_mut(consumer);
        state.is_alive = false;
        let queue = state.queue;
        if queue != QueueId::NONE {
            let now = self.now;
            let state = &mut self.queues[queue.index()];
            state.consumers.remove(consumer);
            if let Some(stream) = &mut state.stream {
                stream.readers.retain(|other| *other != consumer);
            }
            state.last_used = now;
            if state.exclusive_consumer == consumer {
                state.exclusive_consumer = ConsumerId::NONE;
            }
            if state.active == consumer {
                self.elect(queue);
            }
            self.arm(super::timers::Timer::Lease(queue));
        }
        self.put(Effect::ConsumerGone { consumer, told });
        queue
    }

    /// The single active consumer. RabbitMQ: in a quorum queue (4.0) it yields to one of higher priority, and gets
    /// nothing more until what it holds is settled.
    pub(super) fn yielding(&mut self, queue: QueueId) -> ConsumerId {
        let state = &self.queues[queue.index()];
        let active = state.active;
        if active == ConsumerId::NONE || !state.is_quorum() || !self.profile.quorum_single_active_by_priority
        {
            return active;
        }
        let priority = self.consumer(active).priority;
        if !state.consumers.all().iter().any(|id| self.consumer(*id).priority > priority) {
            return active;
        }
        if self.consumer(active).in_flight > 0 {
            return ConsumerId::NONE;
        }
        self.elect(queue);
        self.queues[queue.index()].active
    }

    /// Chooses the next single active consumer: the highest priority, then the one that came first.
    fn elect(&mut self, queue: QueueId) {
        let state = &self.queues[queue.index()];
        let by_priority = !state.is_quorum() || self.profile.quorum_single_active_by_priority;
        let rank = |id: &ConsumerId| if by_priority { -self.consumer(*id).priority } else { 0 };
        let next = state.consumers.all().iter().copied().min_by_key(|id| rank(id));
        self.queues[queue.index()].active = next.unwrap_or(ConsumerId::NONE);
    }
}
