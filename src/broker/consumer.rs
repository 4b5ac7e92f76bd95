//! Consumers: where they stand, their credit, and whose turn it is.

use std::collections::VecDeque;

use crate::amqp::{FieldTable, Name};

use super::channel::Unacked;
use super::chunks::Item;
use super::effect::{ChannelId, ConsumerId, Effect, QueueId};
use super::machine::Broker;
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
    /// The cancelled consumer of a quorum queue in whose place it is.
    pub heir_of: ConsumerId,
    /// Its turn came when a quorum queue took it for that one, and does not come again.
    pub is_lost: bool,
    /// Its turn came when it could not take anything, and it stands in no row until it can: the how manieth of its queue
    /// that was. 0: it stands in its row.
    pub blocked: u32,
    /// Where it is in a stream.
    pub reader: Reader,
}

impl Consumer {
    pub fn has_credit(&self) -> bool {
        self.no_ack || self.prefetch == 0 || self.in_flight < u32::from(self.prefetch)
    }

    /// RabbitMQ: what a quorum queue takes for no limit.
    fn quorum_credit(&self) -> i64 {
        if self.prefetch == 0 { UNLIMITED } else { i64::from(self.prefetch) - i64::from(self.in_flight) }
    }
}

/// RabbitMQ: the credit of a consumer of a quorum queue without a prefetch count.
const UNLIMITED: i64 = 2_000;

/// The consumers of a queue: rows by priority, the highest first, each in the order of turns.
#[derive(Clone, Debug, Default)]
pub(super) struct Rows {
    rows: Vec<(i64, VecDeque<ConsumerId>)>,
    /// All of them, in the order in which they came.
    all: Vec<ConsumerId>,
    /// How often one of them was blocked.
    blocks: u32,
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

    /// It is gone, but its place in its row is found empty only when a message is to be handed out there.
    pub fn depart(&mut self, consumer: ConsumerId) {
        self.all.retain(|other| *other != consumer);
    }

    /// A consumer takes the place of one that has left, if that is there still.
    pub fn take_place(&mut self, consumer: ConsumerId, left: ConsumerId) {
        let mut places = self.rows.iter_mut().flat_map(|(_, row)| row.iter_mut());
        if places.any(|place| *place == left) {
            for (_, row) in &mut self.rows {
                row.retain(|other| *other != consumer);
                row.iter_mut().filter(|place| **place == left).for_each(|place| *place = consumer);
            }
        }
    }

    /// Puts a consumer at the end of its row.
    #[inline(always)]
    pub fn stand(&mut self, consumer: ConsumerId, priority: i64) {
        match self.rows.iter_mut().find(|(other, _)| *other == priority) {
            Some((_, row)) => row.push_back(consumer),
            None => self.add_row(consumer, priority),
        }
    }

    #[cold]
    fn add_row(&mut self, consumer: ConsumerId, priority: i64) {
        let at = self.rows.partition_point(|(other, _)| *other > priority);
        self.rows.insert(at, (priority, VecDeque::from([consumer])));
    }

    pub fn stands_somebody(&self) -> bool {
        self.rows.iter().any(|(_, row)| !row.is_empty())
    }

    /// The first row in which somebody stands: it is the turn of its first one, who then goes to its end.
    #[inline(always)]
    pub fn row_to_serve(&mut self) -> Option<&mut VecDeque<ConsumerId>> {
        self.rows.iter_mut().map(|(_, row)| row).find(|row| !row.is_empty())
    }

    /// One that has just had its turn leaves its row.
    fn leave(&mut self, consumer: ConsumerId, priority: i64) {
        let Ok(at) = self.rows.binary_search_by(|(other, _)| priority.cmp(other)) else { return };
        let row = &mut self.rows[at].1;
        if row.back() == Some(&consumer) {
            row.pop_back();
        } else {
            row.retain(|other| *other != consumer);
        }
    }

    /// The number of the next block.
    pub fn block(&mut self) -> u32 {
        self.blocks += 1;
        self.blocks
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
        let (queue, limiter) = (consumer.queue, &self.channel(consumer.channel).limiter);
        // RabbitMQ: a channel at its limit gives nothing to its consumers without acknowledgement, either.
        consumer.has_credit()
            && (queue == QueueId::NONE || limiter.lets_from(queue, self.queue(queue).spec.kind))
    }

    /// Takes a consumer away from its queue, and gives the turn of a single active one to the next.
    pub(super) fn remove_consumer(&mut self, consumer: ConsumerId, told: bool) -> QueueId {
        let state = self.consumer_mut(consumer);
        state.is_alive = false;
        let queue = state.queue;
        if queue != QueueId::NONE {
            let now = self.now;
            self.forget_limit(consumer);
            let state = self.consumer(consumer);
            let has_turn = state.in_flight > 0 && state.has_credit();
            let state = &mut self.queues[queue.index()];
            // RabbitMQ: a quorum queue keeps the turn of one that left with messages, for whoever takes its tag.
            if has_turn && state.is_quorum() && !state.spec.single_active {
                state.consumers.depart(consumer);
            } else {
                state.consumers.remove(consumer);
            }
            if let Some(stream) = &mut state.stream {
                stream.readers.retain(|other| *other != consumer);
            }
            state.last_used = now;
            if state.exclusive_consumer == consumer {
                state.exclusive_consumer = ConsumerId::NONE;
            }
            if state.active == consumer {
                self.elect(queue);
            } else {
                self.look_for_active(queue);
            }
            self.arm(super::timers::Timer::Lease(queue));
        }
        self.put(Effect::ConsumerGone { consumer, told });
        queue
    }

    /// Whose turn it is where only one is active. `NONE`: nobody's.
    pub(super) fn active(&self, queue: QueueId) -> ConsumerId {
        let state = &self.queues[queue.index()];
        if state.is_quiescing { ConsumerId::NONE } else { state.active }
    }

    pub(super) fn has_active_with_credit(&self, queue: QueueId) -> bool {
        let active = self.active(queue);
        active != ConsumerId::NONE && self.can_take(self.consumer(active))
    }

    /// A consumer came to a queue that may have a single active one.
    pub(super) fn add_to_single_active(&mut self, queue: QueueId, consumer: ConsumerId) {
        self.look_for_active(queue);
        let state = self.queue_mut(queue);
        if state.spec.single_active && state.active == ConsumerId::NONE {
            state.active = consumer;
        }
    }

    /// RabbitMQ: a quorum queue knows its consumers by channel and tag. One that takes the tag of a cancelled one of which
    /// the channel still holds messages is that one again, unless another is active; what is held counts for its prefetch.
    /// Whether there was such a one.
    pub(super) fn inherit(&mut self, consumer: ConsumerId) -> bool {
        let Consumer { channel, queue, .. } = *self.consumer(consumer);
        let tag = &self.consumer(consumer).tag;
        let is_left = |one: &&Unacked| {
            let other = one.consumer;
            let is_another = other != ConsumerId::NONE && other != consumer;
            one.queue == queue && is_another && self.consumer(other).tag == *tag
        };
        let left: Vec<Unacked> = self.channel(channel).unacked.iter().filter(is_left).copied().collect();
        let Some(first) = left.first() else { return false };
        let heir_of = self.line_of(first.consumer);
        self.queue_mut(queue).consumers.take_place(consumer, first.consumer);
        for one in &left {
            self.consumer_mut(one.consumer).in_flight -= 1;
            self.channel_mut(channel).unacked.update(one.order(), |one| one.consumer = consumer);
        }
        let state = self.consumer_mut(consumer);
        state.heir_of = heir_of;
        state.in_flight = left.len() as u32;
        true
    }

    /// The turn of a consumer has come. RabbitMQ: in a quorum queue one whose tag was taken again is taken for the
    /// cancelled one only now, and for cancelled, too: nobody is active.
    fn activate(&mut self, queue: QueueId, next: ConsumerId) {
        let is_lost = next != ConsumerId::NONE && self.queue(queue).is_quorum() && self.inherit(next);
        if is_lost {
            self.consumer_mut(next).is_lost = true;
        }
        self.queue_mut(queue).active = if is_lost { ConsumerId::NONE } else { next };
    }

    /// RabbitMQ: a consumer of a quorum queue leaves its row with the last of its credit; one of a classic queue when its turn
    /// comes and it has none.
    pub(super) fn leave_without_credit(&mut self, consumer: ConsumerId) {
        let state = self.consumer(consumer);
        let (queue, priority) = (state.queue, state.priority);
        let stays = state.has_credit() || state.blocked != 0 || queue == QueueId::NONE;
        if stays || !self.queue(queue).is_quorum() || self.queue(queue).spec.single_active {
            return;
        }
        let rows = &mut self.queue_mut(queue).consumers;
        rows.leave(consumer, priority);
        let block = rows.block();
        self.consumer_mut(consumer).blocked = block;
    }

    /// The first of the consumers that are one to a quorum queue.
    pub(super) fn line_of(&self, consumer: ConsumerId) -> ConsumerId {
        let heir_of = self.consumer(consumer).heir_of;
        if heir_of == ConsumerId::NONE { consumer } else { heir_of }
    }

    /// Something happened at which a queue looks who is to be its single active consumer. RabbitMQ: in a quorum queue
    /// (4.0) it yields to one of higher priority, and gets nothing more until what it holds is settled, even if the other
    /// one has left by then.
    #[inline]
    pub(super) fn look_for_active(&mut self, queue: QueueId) {
        if self.yields(queue) {
            self.let_yield(queue);
        }
    }

    #[inline(never)]
    fn let_yield(&mut self, queue: QueueId) {
        let active = self.queue(queue).active;
        let next = self.next_active(queue, active);
        if active == ConsumerId::NONE {
            self.activate(queue, next);
        } else if next != ConsumerId::NONE && self.consumer(next).priority > self.consumer(active).priority {
            let is_quiescing = self.consumer(active).in_flight > 0;
            let state = self.queue_mut(queue);
            state.is_quiescing = is_quiescing;
            if !is_quiescing {
                state.active = next;
            }
        }
    }

    /// A consumer holds nothing any more: if it was to yield it has.
    pub(super) fn stand_back(&mut self, consumer: ConsumerId) {
        let Consumer { queue, in_flight, .. } = *self.consumer(consumer);
        if in_flight > 0 {
            return;
        }
        let state = self.queue_mut(queue);
        if state.is_quiescing && state.active == consumer {
            state.active = ConsumerId::NONE;
            state.is_quiescing = false;
        }
    }

    /// Whether the single active consumer yields to one of higher priority.
    fn yields(&self, queue: QueueId) -> bool {
        let queue = self.queue(queue);
        queue.spec.single_active && queue.is_quorum() && self.profile.quorum_single_active_by_priority
    }

    /// Chooses the next single active consumer in the place of one that goes.
    fn elect(&mut self, queue: QueueId) {
        let next = self.next_active(queue, ConsumerId::NONE);
        self.queue_mut(queue).is_quiescing = false;
        self.activate(queue, next);
    }

    /// The one to be active: of the highest priority; in a quorum queue that has the most credit; that came first.
    fn next_active(&self, queue: QueueId, but: ConsumerId) -> ConsumerId {
        let state = &self.queues[queue.index()];
        let by_priority = !state.is_quorum() || self.profile.quorum_single_active_by_priority;
        let rank = |id: &ConsumerId| {
            let consumer = self.consumer(*id);
            let priority = if by_priority { -consumer.priority } else { 0 };
            (priority, if self.yields(queue) { -consumer.quorum_credit() } else { 0 })
        };
        let others =
            state.consumers.all().iter().copied().filter(|id| *id != but && !self.consumer(*id).is_lost);
        others.min_by_key(rank).unwrap_or(ConsumerId::NONE)
    }
}
