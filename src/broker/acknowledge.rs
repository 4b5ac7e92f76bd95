//! basic.ack, nack, reject, recover; and what becomes of unacked copies when their channel ends.

use std::collections::BTreeMap;

use super::channel::{UNSEEN, Unacked};
use super::effect::{ChannelId, ConsumerId, DropReason, Effect, QueueId, Reply};
use super::machine::{At, Broker};
use super::queue::QueueKind;
use super::refusal::{Outcome, Refusal};
use super::transaction::Settlement;

/// Why a copy goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Back {
    /// basic.nack or recover.
    Nacked,
    /// basic.reject.
    Rejected,
    /// Its channel or connection ended.
    Ended,
    /// It was not acknowledged in time.
    TimedOut,
}

impl Broker {
    #[inline(never)]
    pub(super) fn basic_ack(&mut self, at: At, tag: u64, multiple: bool) -> Outcome {
        self.settle(at, tag, multiple, Settlement::Ack)
    }

    pub(super) fn basic_nack(&mut self, at: At, tag: u64, multiple: bool, requeue: bool) -> Outcome {
        let settlement =
            if requeue { Settlement::Requeue(Back::Nacked) } else { Settlement::Discard(Back::Nacked) };
        self.give_back(at, tag, multiple, settlement)
    }

    pub(super) fn basic_reject(&mut self, at: At, tag: u64, requeue: bool) -> Outcome {
        let settlement =
            if requeue { Settlement::Requeue(Back::Rejected) } else { Settlement::Discard(Back::Rejected) };
        self.give_back(at, tag, false, settlement)
    }

    /// Nacks and rejects: seldom, next to acks.
    #[inline(never)]
    fn give_back(&mut self, at: At, tag: u64, multiple: bool, settlement: Settlement) -> Outcome {
        self.settle(at, tag, multiple, settlement)
    }

    /// RabbitMQ: requeue=true only.
    pub(super) fn basic_recover(&mut self, at: At, requeue: bool) -> Outcome {
        if !requeue {
            return Err(Refusal::not_implemented("requeue=false"));
        }
        let mut held: Vec<Unacked> = self.channel_mut(at.channel).unacked.take().iter().copied().collect();
        // RabbitMQ 3.10: it breaks at a stream's messages.
        self.check_no_stream(at.channel, &held).map_err(|_| Refusal::crash())?;
        self.carry_out_settlement(at.channel, &mut held, Settlement::Requeue(Back::Nacked));
        self.reply(at, Reply::Done);
        Ok(())
    }

    /// Settles what a tag names. One alone, of a channel without a limit, is a group of its own.
    #[inline(always)]
    fn settle(&mut self, at: At, tag: u64, multiple: bool, settlement: Settlement) -> Outcome {
        let channel = self.channel_mut(at.channel);
        let is_alone = !multiple && channel.transaction.is_none() && !channel.limiter.is_on();
        let removed = if is_alone { channel.unacked.remove(tag) } else { None };
        let Some(one) = &removed else { return self.settle_several(at, tag, multiple, settlement) };
        let one = std::slice::from_ref(one);
        if settlement != Settlement::Ack {
            self.check_no_stream(at.channel, one)?;
        }
        self.settle_group(at.channel, one, settlement);
        Ok(())
    }

    /// Settles all up to a tag, within a transaction, or where the channel has a limit.
    #[inline(never)]
    fn settle_several(&mut self, at: At, tag: u64, multiple: bool, settlement: Settlement) -> Outcome {
        let mut held = self.take_unacked(at.channel, tag, multiple)?;
        if let Some(transaction) = &mut self.channel_mut(at.channel).transaction {
            transaction.settle(held, settlement);
            return Ok(());
        }
        if settlement != Settlement::Ack {
            self.check_no_stream(at.channel, &held)?;
        }
        self.carry_out_settlement(at.channel, &mut held, settlement);
        Ok(())
    }

    /// Takes the copies that a tag names out of the channel.
    fn take_unacked(&mut self, channel: ChannelId, tag: u64, multiple: bool) -> Outcome<Vec<Unacked>> {
        let unacked = &mut self.channel_mut(channel).unacked;
        if multiple && tag == 0 {
            return Ok(unacked.take().iter().copied().collect());
        }
        let mut held = Vec::new();
        if multiple && unacked.get(tag).is_some() {
            while unacked.front().is_some_and(|first| u64::from(first.tag) <= tag) {
                held.extend(unacked.pop_front());
            }
        } else if !multiple {
            held.extend(unacked.remove(tag));
        }
        if held.is_empty() {
            return Err(Refusal::precondition_failed(format!("unknown delivery tag {tag}")));
        }
        Ok(held)
    }

    /// RabbitMQ: settles by queue and consumer tag; after each of these groups its queue hands out again.
    pub(super) fn carry_out_settlement(
        &mut self,
        channel: ChannelId,
        held: &mut [Unacked],
        settlement: Settlement,
    ) {
        if held.len() > 1 {
            held.sort_by_cached_key(|one| {
                let tag = (one.consumer != ConsumerId::NONE).then(|| self.consumer(one.consumer).tag.clone());
                let by_get = if tag.is_none() { one.tag } else { 0 };
                (self.queue(one.queue).spec.name.clone(), one.queue, tag, by_get, one.tag)
            });
        }
        let resumed = self.release_limit(channel, held);
        for group in held.chunk_by(|one, next| one.queue == next.queue && one.consumer == next.consumer) {
            self.settle_group(channel, group, settlement);
        }
        self.resume(channel, resumed);
    }

    /// Settles copies that one consumer had of one queue, or that were got from it.
    #[inline(always)]
    fn settle_group(&mut self, channel: ChannelId, group: &[Unacked], settlement: Settlement) {
        let Some(&Unacked { queue, consumer, .. }) = group.first() else { return };
        if self.queue(queue).is_stream() {
            return self.settle_logged(channel, group, settlement == Settlement::Ack);
        }
        if group.len() > 1 && matches!(settlement, Settlement::Requeue(_)) && self.returns_one_by_one(queue) {
            return group.iter().for_each(|one| self.settle_one(channel, one, settlement));
        }
        for one in group {
            self.let_go(one);
            match settlement {
                _ if !self.queue(queue).is_alive => self.messages.release(one.entry.message),
                Settlement::Ack => self.acked(channel, one),
                Settlement::Discard(back) => self.discarded(channel, one, back),
                Settlement::Requeue(back) => self.put_back(channel, one, back),
            }
        }
        self.settled_of(queue, consumer, group.len(), settlement);
        match settlement {
            Settlement::Requeue(_) => self.settle_returned(queue),
            _ => self.settle_queue(queue),
        }
    }

    /// RabbitMQ: without a delivery limit each message that a client gives back to a quorum queue is a command of its own.
    #[cold]
    fn returns_one_by_one(&self, queue: QueueId) -> bool {
        let queue = self.queue(queue);
        queue.is_quorum() && queue.settings.delivery_limit.is_none_or(|limit| limit < 0)
    }

    #[inline(never)]
    fn settle_one(&mut self, channel: ChannelId, one: &Unacked, settlement: Settlement) {
        self.settle_group(channel, std::slice::from_ref(one), settlement);
    }

    /// So many deliveries of a consumer, or one of a get, are settled.
    #[inline(always)]
    fn settled_of(&mut self, queue: QueueId, consumer: ConsumerId, count: usize, settlement: Settlement) {
        if consumer != ConsumerId::NONE {
            self.stand_back(consumer);
            self.unblock_after(consumer, count);
        }
        let is_return = matches!(settlement, Settlement::Requeue(_));
        if !is_return || !self.profile.returns_elect_nobody {
            self.look_for_active(queue);
        }
    }

    /// Counts a copy out of what its channel, consumer and queue hold.
    pub(super) fn let_go(&mut self, one: &Unacked) {
        let queue = self.queue_mut(one.queue);
        queue.unacked = queue.unacked.saturating_sub(1);
        if one.consumer != ConsumerId::NONE {
            let consumer = self.consumer_mut(one.consumer);
            consumer.in_flight = consumer.in_flight.saturating_sub(1);
        }
    }

    #[inline(always)]
    fn acked(&mut self, channel: ChannelId, one: &Unacked) {
        let message = one.entry.message;
        self.put(Effect::Settled { channel, queue: one.queue, message, tag: one.tag, acked: true });
        self.confirm_early(one.queue, message);
        self.messages.release(message);
    }

    fn discarded(&mut self, channel: ChannelId, one: &Unacked, back: Back) {
        let mut entry = one.entry;
        let is_free = back == Back::Nacked && self.profile.nack_is_free;
        entry.count = entry.count.saturating_add(u16::from(self.counts(one.queue) && !is_free));
        self.put(Effect::Settled {
            channel,
            queue: one.queue,
            message: entry.message,
            tag: one.tag,
            acked: false,
        });
        self.drop_copy(one.queue, entry, DropReason::Rejected);
    }

    /// Whether a queue counts how often its messages come back.
    fn counts(&self, queue: QueueId) -> bool {
        self.queue(queue).is_quorum() || self.profile.classic_counts_deliveries
    }

    /// Back to what is ready: in a classic queue at its place; in a quorum queue before all, or, without a
    /// delivery limit, behind all. RabbitMQ: a copy that came back too often is dropped instead.
    fn put_back(&mut self, channel: ChannelId, one: &Unacked, back: Back) {
        let (id, message, tag) = (one.queue, one.entry.message, one.tag);
        let mut entry = one.entry;
        entry.redelivered = true;
        let counts = match back {
            Back::Nacked => !self.profile.nack_is_free && !self.profile.limits_by_acquired,
            Back::Rejected => !self.profile.limits_by_acquired,
            Back::Ended => true,
            Back::TimedOut => false,
        };
        entry.count = entry.count.saturating_add(u16::from(counts && self.counts(id)));
        if self.queue(id).spec.kind == QueueKind::Classic {
            self.put(Effect::Requeued { queue: id, message, channel, tag });
            return self.queue_mut(id).ready.restore(entry);
        }
        let limit = self.queue(id).settings.delivery_limit;
        let returns = if self.profile.limits_by_acquired { entry.acquired } else { entry.count };
        if limit.is_some_and(|limit| i64::from(returns) > limit) {
            if tag != UNSEEN {
                self.put(Effect::Settled { channel, queue: id, message, tag, acked: false });
            }
            return self.drop_copy(id, entry, DropReason::DeliveryLimit);
        }
        if self.delay(id, entry, back, (channel, tag)) {
            return;
        }
        if tag != UNSEEN {
            self.put(Effect::Requeued { queue: id, message, channel, tag });
        }
        let goes_first =
            limit.is_some() || self.profile.returns_go_first || matches!(back, Back::Ended | Back::TimedOut);
        let queue = self.queue_mut(id);
        entry.place = queue.next_place;
        queue.next_place += 1;
        if goes_first {
            queue.ready.put_returned(entry);
        } else {
            queue.ready.push(entry);
        }
    }

    /// A channel ended: all it held goes back, in the order of the messages, and then queues hand out again.
    pub(super) fn requeue_of_ended(&mut self, channel: ChannelId, held: &[Unacked]) {
        self.requeue(channel, held, Back::Ended);
    }

    /// RabbitMQ: a quorum queue takes back consumer by consumer. Before 4.0 they are known by their tags, which for a get
    /// is its delivery tag; then by when they came.
    fn sort_as_ended(&self, held: &mut [&Unacked]) {
        if !self.profile.ends_by_consumer_tag {
            let line = |one: &Unacked| match one.consumer {
                ConsumerId::NONE => ConsumerId::NONE,
                consumer => self.line_of(consumer),
            };
            return held.sort_by_key(|one| (line(one), one.tag));
        }
        held.sort_by_cached_key(|one| match one.consumer {
            ConsumerId::NONE => (crate::amqp::name(&one.tag.to_string()), one.tag),
            consumer => (self.consumer(consumer).tag.clone(), one.tag),
        });
    }

    /// Copies go back, in the order of the messages.
    pub(super) fn requeue(&mut self, channel: ChannelId, held: &[Unacked], back: Back) {
        let mut by_queue: BTreeMap<QueueId, Vec<&Unacked>> = BTreeMap::new();
        for one in held {
            by_queue.entry(one.queue).or_default().push(one);
        }
        for (queue, mut held) in by_queue {
            if back == Back::Ended && self.queue(queue).is_quorum() {
                self.sort_as_ended(&mut held);
            }
            for one in held {
                self.let_go(one);
                if self.queue(queue).is_alive && !self.queue(queue).is_stream() {
                    self.put_back(channel, one, back);
                } else {
                    self.messages.release(one.entry.message);
                }
            }
            self.settle_returned(queue);
        }
    }

    /// The copies of a deleted queue are lost wherever they are held, and those that an open transaction would settle.
    /// The tags stay known to the channel: RabbitMQ takes an ack of them, and nothing comes of it.
    pub(super) fn drop_unacked_of(&mut self, queue: QueueId) {
        let mut lost = Vec::new();
        for channel in &self.channels {
            let in_transaction = channel.transaction.iter().flat_map(|transaction| transaction.held());
            let held = channel.unacked.iter().chain(in_transaction);
            lost.extend(held.filter(|one| one.queue == queue).map(|one| one.entry.message));
        }
        for message in lost {
            self.put(Effect::Dropped { message, queue, reason: DropReason::QueueDeleted });
        }
    }
}
