//! The prefetch of a whole channel (basic.qos with global).
//!
//! RabbitMQ: a process for each channel counts what is out, and every classic queue asks it before it delivers. A queue
//! that was refused is suspended: it gives nothing to any consumer of that channel, and asks no more, until the count
//! falls below the limit again; then the consumers that it passed over return to their rows in the order in which that
//! happened.

use super::channel::Unacked;
use super::consumer::Consumer;
use super::effect::{ChannelId, ConsumerId, QueueId};
use super::machine::Broker;
use super::queue::QueueKind;

/// What a channel may have out.
#[derive(Clone, Debug, Default)]
pub(super) struct Limiter {
    /// 0 is unlimited.
    limit: u16,
    /// What counts as being out. RabbitMQ: what was unacked when the limit was set, gets among it, and what classic queues
    /// deliver since; an ack of any delivery counts, of a get none does. So it may be below 0.
    volume: i64,
    /// Queues that were refused, by number.
    suspended: Vec<QueueId>,
}

impl Limiter {
    pub fn is_on(&self) -> bool {
        self.limit != 0
    }

    pub fn limit(&self) -> u16 {
        self.limit
    }

    pub fn volume(&self) -> u32 {
        u32::try_from(self.volume).unwrap_or(0)
    }

    fn is_reached(&self) -> bool {
        self.limit != 0 && self.volume >= i64::from(self.limit)
    }

    /// Whether a queue may deliver to the channel. RabbitMQ: quorum queues and streams know nothing of its limit.
    pub fn lets_from(&self, queue: QueueId, kind: QueueKind) -> bool {
        let is_free = !self.is_on() || kind != QueueKind::Classic;
        is_free || (!self.is_reached() && !self.suspended.contains(&queue))
    }

    /// A classic queue delivered what is to be acknowledged.
    pub fn count(&mut self) {
        if self.is_on() {
            self.volume += 1;
        }
    }

    /// Sets the limit; 0 lifts it. The queues that go on are returned, for `resume`.
    pub fn set(&mut self, limit: u16, unacked: u32) -> Vec<QueueId> {
        let was_reached = self.is_reached();
        if limit == 0 {
            self.volume = 0;
        } else if self.limit == 0 {
            self.volume = i64::from(unacked);
        }
        self.limit = limit;
        self.resumed(was_reached)
    }

    fn release(&mut self, acked: usize) -> Vec<QueueId> {
        let was_reached = self.is_reached();
        if self.volume != 0 {
            self.volume -= acked as i64;
        }
        self.resumed(was_reached)
    }

    fn resumed(&self, was_reached: bool) -> Vec<QueueId> {
        if was_reached && !self.is_reached() { self.suspended.clone() } else { Vec::new() }
    }
}

impl Broker {
    /// A consumer was passed over: the limit of its channel may have been why.
    #[inline(never)]
    pub(super) fn note_limit(&mut self, consumer: ConsumerId) {
        let Consumer { channel, queue, .. } = *self.consumer(consumer);
        let asks = self.channel(channel).limiter.is_reached() && self.consumer(consumer).has_credit();
        if asks && self.queue(queue).spec.kind == QueueKind::Classic {
            let suspended = &mut self.channel_mut(channel).limiter.suspended;
            if let Err(at) = suspended.binary_search(&queue) {
                suspended.insert(at, queue);
            }
        }
    }

    /// Deliveries are settled. The queues that go on are returned, for `resume`: they hear of it after the settling itself.
    #[inline]
    pub(super) fn release_limit(&mut self, channel: ChannelId, held: &[Unacked]) -> Vec<QueueId> {
        let limiter = &mut self.channel_mut(channel).limiter;
        if !limiter.is_on() {
            return Vec::new();
        }
        limiter.release(held.iter().filter(|one| one.consumer != ConsumerId::NONE).count())
    }

    /// So many deliveries of a consumer are settled. RabbitMQ: if it had no credit before, all others of its channel at
    /// its queue return to their rows with it, though a limit of the channel may still be reached.
    #[inline(always)]
    pub(super) fn unblock_after(&mut self, consumer: ConsumerId, settled: usize) {
        let Consumer { channel, queue, prefetch, in_flight, is_alive, .. } = *self.consumer(consumer);
        if !self.channel(channel).limiter.is_on() {
            return self.unblock(consumer);
        }
        let had_credit = prefetch == 0 || in_flight as usize + settled < usize::from(prefetch);
        if is_alive && !had_credit {
            self.unblock_all(channel, queue);
        }
    }

    /// The consumers of a channel at a queue, in the order in which they were blocked.
    fn unblock_all(&mut self, channel: ChannelId, queue: QueueId) {
        let consumers = self.channel(channel).consumers.values().copied();
        let mut blocked: Vec<(u32, ConsumerId)> = consumers
            .filter(|id| self.consumer(*id).queue == queue)
            .map(|id| (self.consumer(id).blocked, id))
            .collect();
        blocked.sort_unstable();
        for (_, consumer) in blocked {
            self.unblock(consumer);
        }
    }

    /// The limit of the channel is not reached any more.
    #[inline]
    pub(super) fn resume(&mut self, channel: ChannelId, queues: Vec<QueueId>) {
        if !queues.is_empty() {
            self.resume_queues(channel, queues);
        }
    }

    #[inline(never)]
    fn resume_queues(&mut self, channel: ChannelId, queues: Vec<QueueId>) {
        for queue in queues {
            self.channel_mut(channel).limiter.suspended.retain(|other| *other != queue);
            if self.queue(queue).is_alive {
                self.unblock_all(channel, queue);
                self.settle_queue(queue);
            }
        }
    }

    /// With its last consumer at a queue a channel is nothing to that queue. Called before it goes.
    pub(super) fn forget_limit(&mut self, consumer: ConsumerId) {
        let Consumer { channel, queue, .. } = *self.consumer(consumer);
        if self.channel(channel).limiter.suspended.is_empty() {
            return;
        }
        let others = self.queue(queue).consumers.all();
        if !others.iter().any(|other| *other != consumer && self.consumer(*other).channel == channel) {
            self.channel_mut(channel).limiter.suspended.retain(|other| *other != queue);
        }
    }
}
