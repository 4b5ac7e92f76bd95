//! Channels: delivery tags, what is unacknowledged, prefetch, modes.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::amqp::{ChannelNumber, Choices, ConnectionId, Name, SimTime};

use super::chunks::{Chunks, Item};
use super::confirm::Confirms;
use super::effect::{ChannelId, ConsumerId, Effect, QueueId, Reply};
use super::limiter::Limiter;
use super::machine::{At, Broker};
use super::profile::TimeoutOf;
use super::publish::Prepared;
use super::queue::{Entry, Queue, QueueKind};
use super::refusal::{Outcome, Refusal};
use super::transaction::Transaction;

/// A channel, kept after its end for its names.
#[derive(Clone, Debug)]
pub(super) struct Channel {
    pub connection: ConnectionId,
    pub number: ChannelNumber,
    pub is_open: bool,
    pub opened: SimTime,
    /// The last delivery tag given out.
    pub last_tag: u32,
    pub unacked: Chunks<Unacked>,
    pub consumers: BTreeMap<Name, ConsumerId>,
    /// For consumers that start later; 0 is unlimited.
    pub prefetch: u16,
    /// For all consumers together.
    pub limiter: Limiter,
    /// The queue declared last, which the empty name stands for.
    pub last_queue: Option<Name>,
    pub confirms: Confirms,
    pub transaction: Option<Box<Transaction>>,
    /// What the last publish came to; the next one is often of the same template.
    pub prepared: Option<Prepared>,
    /// Quorum queues that it published to, by number.
    pub registered: Vec<QueueId>,
    pub tick_armed: SimTime,
    /// The consumer of direct reply-to, and its address.
    pub reply_consumer: Option<(ConsumerId, Name)>,
}

/// The tag of what a quorum queue handed to a channel that had ended before it heard of that: nobody saw it.
pub(super) const UNSEEN: u32 = 0;

/// A delivery that waits for its acknowledgement.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unacked {
    pub tag: u32,
    pub queue: QueueId,
    /// `NONE` for a get.
    pub consumer: ConsumerId,
    pub entry: Entry,
    pub since: SimTime,
}

impl Channel {
    /// A copy from a queue is unacked from now on. `true`: the channel is to look whether it becomes too old.
    #[inline(always)]
    pub fn hold(&mut self, queue: &mut Queue, unacked: Unacked, timeout_of: TimeoutOf) -> bool {
        queue.unacked += 1;
        self.unacked.push_back(unacked);
        self.tick_armed == SimTime::MAX && (timeout_of == TimeoutOf::EveryQueue || queue.is_quorum())
    }
}

impl Item for Unacked {
    fn order(&self) -> u64 {
        u64::from(self.tag)
    }
}

impl Broker {
    pub(super) fn channel(&self, id: ChannelId) -> &Channel {
        &self.channels[id.index()]
    }

    pub(super) fn channel_mut(&mut self, id: ChannelId) -> &mut Channel {
        &mut self.channels[id.index()]
    }

    pub(super) fn add_channel(&mut self, connection: ConnectionId, number: ChannelNumber) -> ChannelId {
        let id = ChannelId(self.channels.len() as u32);
        self.channels.push(Channel {
            connection,
            number,
            is_open: true,
            opened: self.now,
            last_tag: 0,
            unacked: Chunks::default(),
            consumers: BTreeMap::new(),
            prefetch: 0,
            limiter: Limiter::default(),
            last_queue: None,
            confirms: Confirms::default(),
            transaction: None,
            prepared: None,
            registered: Vec::new(),
            tick_armed: SimTime::MAX,
            reply_consumer: None,
        });
        id
    }

    /// A channel ends: its consumers go, then auto-delete queues that nobody consumes any more, and what it had not
    /// acknowledged is requeued elsewhere. RabbitMQ: classic queues that it consumes from hear of it one by one, the newest
    /// first; until they have, they deliver. Quorum queues hear of it when it is over.
    pub(super) fn end_channel(&mut self, channel: ChannelId, choices: &mut dyn Choices) {
        if !self.channel(channel).is_open {
            return;
        }
        let state = self.channel_mut(channel);
        state.is_open = false;
        state.prepared = None;
        let requester = state.reply_consumer.take();
        let mut consumers: Vec<ConsumerId> = std::mem::take(&mut state.consumers).into_values().collect();
        state.confirms.end();
        let transaction = state.transaction.take();
        if let Some((_, address)) = requester {
            self.requesters.remove(&address);
        }
        if let Some(transaction) = transaction {
            self.drop_transaction(channel, *transaction);
        }
        let told: BTreeSet<Reverse<QueueId>> = consumers
            .iter()
            .map(|consumer| self.consumer(*consumer).queue)
            .filter(|queue| *queue != QueueId::NONE && self.queue(*queue).spec.kind == QueueKind::Classic)
            .map(Reverse)
            .collect();
        for Reverse(queue) in told {
            let of_queue = consumers
                .extract_if(.., |consumer| self.consumers[consumer.index()].queue == queue)
                .collect();
            let is_of_queue = |one: &Unacked| one.queue == queue;
            self.leave_queues(channel, of_queue, is_of_queue);
            self.bury(choices);
        }
        self.leave_queues(channel, consumers, |_| true);
        self.put(Effect::ChannelGone { channel });
    }

    /// Consumers of a channel that ends leave their queues, which take back what it holds of them.
    fn leave_queues(
        &mut self,
        channel: ChannelId,
        consumers: Vec<ConsumerId>,
        holds: impl Fn(&Unacked) -> bool,
    ) {
        let left: Vec<QueueId> =
            consumers.into_iter().map(|consumer| self.remove_consumer(consumer, false)).collect();
        // RabbitMQ: a queue that goes with its last consumer takes nothing back.
        for queue in left {
            self.delete_if_unused(queue);
        }
        let unacked = &mut self.channel_mut(channel).unacked;
        let (held, others): (Vec<Unacked>, Vec<Unacked>) = unacked.take().iter().copied().partition(holds);
        others.into_iter().for_each(|one| unacked.push_back(one));
        self.requeue_of_ended(channel, &held);
    }

    pub(super) fn basic_qos(&mut self, at: At, size: u32, count: u16, global: bool) -> Outcome {
        if size != 0 {
            return Err(Refusal::not_implemented(format!("prefetch_size!=0 ({size})")));
        }
        let global = global && !self.profile.global_qos_ignored;
        let channel = self.channel_mut(at.channel);
        // RabbitMQ: a limit per consumer lifts the one of the channel.
        let resumed = channel.limiter.set(if global { count } else { 0 }, channel.unacked.len());
        if !global {
            channel.prefetch = count;
        }
        self.reply(at, Reply::Done);
        self.resume(at.channel, resumed);
        Ok(())
    }
}
