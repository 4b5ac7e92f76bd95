//! Into a queue, and out of it to consumers: whose turn it is, limits, expiry.
//!
//! What is done for every message is compiled into one piece; what only some queues need stays out of it.

use std::sync::Arc;

use crate::amqp::{SimDuration, SimTime};

use super::channel::{UNSEEN, Unacked};
use super::effect::{ChannelId, ConsumerId, DropReason, Effect, MessageId, QueueId};
use super::machine::Broker;
use super::profile::QuorumPriority;
use super::publish::Taken;
use super::queue::{Entry, QueueKind};
use super::settings::{Overflow, Settings};
use super::timers::{Timer, sooner};

/// RabbitMQ: rabbit_fifo takes priorities above this as high, where it knows two levels.
const HIGH_ABOVE: u8 = 4;
/// RabbitMQ 4.3: the priority of a message that has none, in a quorum queue.
const STRICT_DEFAULT: u8 = 4;
/// RabbitMQ 4.3: the highest priority of a quorum queue.
const STRICT_MAX: u8 = 31;

impl Broker {
    /// Puts a message into a queue, and hands it on if somebody can take it.
    pub(super) fn enqueue(&mut self, id: QueueId, message: MessageId, channel: ChannelId, seq: u32) -> Taken {
        let queue = self.queue(id);
        if !queue.is_alive {
            return Taken::Stored;
        }
        if queue.is_stream() {
            return self.append(id, message, channel, seq);
        }
        if queue.settings.overflow != Overflow::DropHead && self.refuses(id, message) {
            return Taken::Refused;
        }
        let Some(entry) = self.copy_for(id, message) else { return Taken::Stored };
        let handed_on = if self.queue(id).ready.is_empty() { self.hand_on(id, entry) } else { None };
        let is_done = match handed_on {
            Some(settled) => settled,
            None => self.put_into(id, entry),
        };
        if is_done { Taken::Stored } else { self.store(id, message, channel, seq) }
    }

    /// Hands what comes to an empty queue on, if somebody can take it; whether it is settled by that.
    /// RabbitMQ: it neither expires nor counts.
    #[inline(never)]
    fn hand_on(&mut self, id: QueueId, entry: Entry) -> Option<bool> {
        let consumer = self.next_consumer(id)?;
        self.queue_mut(id).ready.pass_turn();
        let settled = self.hand_out(consumer, id, &entry);
        self.settle_queue(id);
        Some(settled)
    }

    /// A copy waits to be handed out. `true`: it is gone at once.
    #[inline(always)]
    fn put_into(&mut self, id: QueueId, entry: Entry) -> bool {
        let queue = self.queue_mut(id);
        queue.ready.push(Entry { redelivered: entry.count > 0, ..entry });
        if !queue.is_plain() {
            return self.settle_with_last(id, entry.priority);
        }
        if queue.may_hand_out() {
            self.hand_out_ready(id);
        }
        false
    }

    /// A queue of which something expires or can be too much has got one more. `true`: it is gone at once.
    #[inline(never)]
    fn settle_with_last(&mut self, id: QueueId, priority: u8) -> bool {
        let queue = self.queue(id);
        if queue.spec.kind == QueueKind::Classic
            && let Some(last) = queue.ready.last(priority)
        {
            if self.discards_at_once(id) {
                self.discard_last(id, last);
                return true;
            }
            self.limit_for_last(id, &last);
        }
        self.settle_in_full(id);
        false
    }

    /// A classic queue has got one more. RabbitMQ: what is too much goes before what is too old. What comes before others
    /// by its priority is not looked at: it may be handed out though it is too old.
    fn limit_for_last(&mut self, id: QueueId, last: &Entry) {
        let before = self.queue(id).ready.len();
        self.enforce_limits(id);
        if last.expires != SimTime::MAX && before > 1 && self.queue(id).ready.len() == before {
            self.queue_mut(id).ready.overlook(last);
        }
    }

    /// RabbitMQ: with a time to live of 0 and nowhere to dead-letter to, what nobody can take at once never gets in,
    /// and displaces nothing.
    fn discards_at_once(&self, id: QueueId) -> bool {
        let settings = &self.queue(id).settings;
        settings.ttl == Some(0) && settings.dead_letter_exchange.is_none()
    }

    fn discard_last(&mut self, id: QueueId, entry: Entry) {
        if self.queue_mut(id).ready.remove(entry) {
            self.drop_copy(id, entry, DropReason::Expired);
        }
    }

    /// A copy of a message for a queue: it is the queue's from now on.
    #[inline(always)]
    fn copy_for(&mut self, id: QueueId, message: MessageId) -> Option<Entry> {
        let queue = &mut self.queues[id.index()];
        let kept = self.messages.retain(message)?;
        self.effects.push(Effect::Enqueued { message, queue: id });
        let content = &kept.content;
        let is_quorum = queue.is_quorum();
        let given = content.priority;
        let priority = match (is_quorum, self.profile.quorum_priority) {
            (false, _) | (_, QuorumPriority::Ignored) => given.unwrap_or(0),
            (_, QuorumPriority::TwoLevels) => u8::from(given.is_some_and(|priority| priority > HIGH_ABOVE)),
            (_, QuorumPriority::Strict) => given.unwrap_or(STRICT_DEFAULT).min(STRICT_MAX),
        };
        // RabbitMQ: a quorum queue keeps a message for a millisecond at least.
        let least = u64::from(is_quorum);
        let expires = sooner(queue.settings.ttl, content.ttl)
            .map_or(SimTime::MAX, |ttl| self.now + SimDuration::millis(ttl.max(least)));
        let counts = is_quorum || self.profile.classic_counts_deliveries;
        let count = if counts { content.delivery_count } else { 0 };
        let place = queue.next_place;
        queue.next_place += 1;
        Some(Entry {
            message,
            place,
            expires,
            bytes: kept.bytes_in(is_quorum),
            count,
            acquired: 0,
            redelivered: is_quorum && count > 0,
            priority: priority.min(queue.ready.max_priority()),
        })
    }

    /// Whether a queue with reject-publish is full and refuses a message; it dead-letters it where it is to.
    /// RabbitMQ: decided before anybody can take the message. A quorum queue is told late, and takes one more.
    #[inline(never)]
    fn refuses(&mut self, id: QueueId, message: MessageId) -> bool {
        let queue = self.queue(id);
        let settings = &queue.settings;
        let (messages, bytes) =
            (u64::from(queue.ready.len()) + 1, queue.ready.bytes() + self.bytes_in(id, message));
        let full = queue.is_refusing || (!queue.is_quorum() && settings.is_over(messages, bytes));
        let dead_letters = settings.overflow == Overflow::RejectPublishDeadLetter;
        if full {
            self.put(Effect::Dropped { message, queue: id, reason: DropReason::MaxLength });
            if dead_letters {
                self.dead_letter_refused(id, message);
            }
        }
        full
    }

    /// Hands out what can be handed out, lets expire what is too old and drop what is too much.
    #[inline(always)]
    pub(super) fn settle_queue(&mut self, id: QueueId) {
        let queue = self.queue(id);
        if !queue.is_plain() {
            self.settle_in_full(id);
        } else if !queue.ready.is_empty() {
            self.hand_out_ready(id);
        }
    }

    /// Hands out what is ready, as long as somebody can take it.
    #[inline(never)]
    fn hand_out_ready(&mut self, id: QueueId) {
        while self.hand_out_head(id) {}
    }

    /// Something in the queue expires, waits for its delay or can be too much.
    #[inline(never)]
    fn settle_in_full(&mut self, id: QueueId) {
        self.end_delays(id);
        loop {
            self.expire_heads(id);
            if !self.hand_out_head(id) {
                break;
            }
        }
        self.enforce_limits(id);
        self.arm(Timer::Head(id));
    }

    /// Gives the head of a queue to the consumer whose turn it is. `false`: nothing is ready or nobody can take it.
    #[inline(always)]
    fn hand_out_head(&mut self, id: QueueId) -> bool {
        if self.queue(id).ready.is_empty() {
            return false;
        }
        let Some(consumer) = self.next_consumer(id) else { return false };
        let ready = &mut self.queue_mut(id).ready;
        let taken = ready.take_head();
        let Some(entry) = &taken else { return false };
        ready.count_out(entry);
        self.hand_out(consumer, id, entry);
        true
    }

    /// RabbitMQ: the first consumer of the highest priority that can take one; it then goes to the end of its
    /// row. Those found without credit leave the row until they have some.
    #[inline(always)]
    fn next_consumer(&mut self, id: QueueId) -> Option<ConsumerId> {
        if !self.node_up {
            return None;
        }
        if self.queue(id).spec.single_active {
            return self.active_consumer(id);
        }
        loop {
            let queue = &mut self.queues[id.index()];
            let row = queue.consumers.row_to_serve()?;
            let next = *row.front()?;
            let consumer = &mut self.consumers[next.index()];
            let has_credit = consumer.is_alive && consumer.has_credit();
            if has_credit && self.channels[consumer.channel.index()].limiter.lets_from(id, queue.spec.kind) {
                if row.len() > 1 {
                    row.rotate_left(1);
                }
                return Some(next);
            }
            row.pop_front();
            if consumer.is_alive {
                consumer.blocked = queue.consumers.block();
            }
            if has_credit {
                self.note_limit(next);
            }
        }
    }

    /// The single active consumer, if it can take one.
    #[inline(never)]
    fn active_consumer(&mut self, id: QueueId) -> Option<ConsumerId> {
        let active = self.active(id);
        if active == ConsumerId::NONE {
            return None;
        }
        if self.can_take(self.consumer(active)) {
            return Some(active);
        }
        self.note_limit(active);
        None
    }

    /// Gives a copy to a consumer. `true`: it is settled already, by no_ack.
    #[inline(always)]
    fn hand_out(&mut self, consumer: ConsumerId, id: QueueId, entry: &Entry) -> bool {
        let Entry { message, count, acquired, redelivered, .. } = *entry;
        let queue = &mut self.queues[id.index()];
        let taker = &mut self.consumers[consumer.index()];
        let (channel, no_ack) = (taker.channel, taker.no_ack);
        let state = &mut self.channels[channel.index()];
        if !state.is_open && !no_ack && queue.is_quorum() {
            return self.hand_out_unseen(consumer, id, entry);
        }
        state.last_tag += 1;
        let tag = state.last_tag;
        self.effects.push(Effect::Delivered {
            channel,
            consumer,
            message,
            tag,
            count,
            acquired,
            redelivered,
        });
        if no_ack {
            self.effects.push(Effect::Settled { channel, queue: id, message, tag, acked: true });
            self.messages.release(message);
        } else {
            taker.in_flight += 1;
            let is_quorum = queue.is_quorum();
            if !is_quorum {
                state.limiter.count();
            }
            let entry = Entry { acquired: acquired.saturating_add(1), ..*entry };
            let unacked = Unacked { tag, queue: id, consumer, entry, since: self.now };
            if state.hold(queue, unacked, self.profile.timeout_of) {
                self.arm(Timer::Tick(channel));
            }
            if is_quorum {
                self.leave_without_credit(consumer);
            }
        }
        if self.is_tracing {
            self.trace_handed_out(channel, id, entry, false);
        }
        no_ack
    }

    /// Gives a copy to a consumer of a channel that has just ended.
    #[cold]
    fn hand_out_unseen(&mut self, consumer: ConsumerId, id: QueueId, entry: &Entry) -> bool {
        let taker = &mut self.consumers[consumer.index()];
        taker.in_flight += 1;
        let channel = taker.channel;
        let entry = Entry { acquired: entry.acquired.saturating_add(1), ..*entry };
        self.hold(channel, Unacked { tag: UNSEEN, queue: id, consumer, entry, since: self.now });
        self.leave_without_credit(consumer);
        false
    }

    pub(super) fn next_tag(&mut self, channel: ChannelId) -> u32 {
        let state = self.channel_mut(channel);
        state.last_tag += 1;
        state.last_tag
    }

    /// A copy is unacked from now on.
    pub(super) fn hold(&mut self, channel: ChannelId, unacked: Unacked) {
        let queue = &mut self.queues[unacked.queue.index()];
        let state = &mut self.channels[channel.index()];
        if state.hold(queue, unacked, self.profile.timeout_of) {
            self.arm(Timer::Tick(channel));
        }
    }

    /// Gives a blocked consumer that has credit again a place at the end of its row.
    #[inline(always)]
    pub(super) fn unblock(&mut self, consumer: ConsumerId) {
        let state = &mut self.consumers[consumer.index()];
        if state.blocked != 0 && state.is_alive && state.has_credit() {
            state.blocked = 0;
            self.queues[state.queue.index()].consumers.stand(consumer, state.priority);
        }
    }

    pub(super) fn head_expired(&mut self, id: QueueId) {
        if self.queue(id).is_stream() {
            return self.commit(id);
        }
        self.queue_mut(id).ready.look();
        self.settle_queue(id);
    }

    /// RabbitMQ: messages expire when they reach the head, and only there.
    pub(super) fn expire_heads(&mut self, id: QueueId) {
        let now = self.now;
        while self.node_up
            && let Some(entry) = self.queue_mut(id).ready.take_expired(now)
        {
            self.drop_copy(id, entry, DropReason::Expired);
        }
    }

    /// Messages were taken out by get or purge.
    pub(super) fn note_limits(&mut self, id: QueueId) {
        if self.queue(id).is_refusing {
            self.note_soft_limit(id);
        }
    }

    /// RabbitMQ: only what is ready counts, and the head is dropped.
    fn enforce_limits(&mut self, id: QueueId) {
        let settings = &self.queue(id).settings;
        if settings.max_length.is_none() && settings.max_bytes.is_none() {
            return;
        }
        if settings.overflow != Overflow::DropHead {
            return self.note_soft_limit(id);
        }
        let settings = Arc::clone(settings);
        let newest_first = self.queue(id).is_quorum() && !self.profile.quorum_drops_oldest_first;
        let mut over = Vec::new();
        loop {
            let (messages, bytes) = self.queue(id).limited();
            if !settings.is_over(messages, bytes) {
                break;
            }
            let Some(entry) = self.queue_mut(id).ready.pop() else { break };
            if newest_first {
                over.push(entry);
            } else {
                self.drop_copy(id, entry, DropReason::MaxLength);
            }
        }
        for entry in over.into_iter().rev() {
            self.drop_copy(id, entry, DropReason::MaxLength);
        }
    }

    /// What is in force for a queue changes. RabbitMQ: a classic queue takes the settings on one by one, its limits before
    /// its overflow.
    pub(super) fn change_settings(&mut self, id: QueueId, new: Settings) {
        if self.queue(id).spec.kind == QueueKind::Classic {
            let old = Arc::clone(&self.queue(id).settings);
            for max_bytes in [old.max_bytes, new.max_bytes] {
                let step = Settings { max_bytes, overflow: old.overflow, ..new.clone() };
                self.queue_mut(id).settings = Arc::new(step);
                self.enforce_limits(id);
            }
        }
        self.queue_mut(id).settings = Arc::new(new);
    }

    /// RabbitMQ: what came back to a classic queue counts towards its limits before it is handed out again.
    pub(super) fn settle_returned(&mut self, id: QueueId) {
        if self.queue(id).spec.kind == QueueKind::Classic {
            self.enforce_limits(id);
        }
        self.settle_queue(id);
    }

    /// RabbitMQ: a quorum queue tells its publishers once it is over the limit, so that one more comes in, and
    /// takes messages again when it is down to four fifths of it.
    fn note_soft_limit(&mut self, id: QueueId) {
        let queue = self.queue_mut(id);
        if !queue.is_quorum() {
            return;
        }
        let (messages, bytes) = queue.limited();
        if queue.settings.is_over(messages, bytes) {
            queue.is_refusing = true;
        } else if !queue
            .settings
            .is_over(messages.saturating_mul(5).div_ceil(4), bytes.saturating_mul(5).div_ceil(4))
        {
            queue.is_refusing = false;
        }
    }
}
