//! Publisher confirms: which publishes wait for what, and how the answers are put together.

use crate::amqp::{SimDuration, SimTime};

use super::chunks::{Chunks, Item};
use super::effect::{ChannelId, Effect, MessageId, QueueId, Reply};
use super::machine::{At, Broker};
use super::publish::Taken;
use super::refusal::{Outcome, Refusal};
use super::timers::{Timer, sooner};

/// The confirms of a channel.
#[derive(Clone, Debug)]
pub(super) struct Confirms {
    is_on: bool,
    /// The number of the last publish.
    last: u32,
    unconfirmed: Chunks<Unconfirmed>,
    acked: Vec<u32>,
    nacked: Vec<u32>,
    /// Since when something is to be sent.
    since: SimTime,
    pub armed: SimTime,
}

impl Default for Confirms {
    fn default() -> Self {
        Self {
            is_on: false,
            last: 0,
            unconfirmed: Chunks::default(),
            acked: Vec::new(),
            nacked: Vec::new(),
            since: SimTime::ZERO,
            armed: SimTime::MAX,
        }
    }
}

/// A publish that some queue has not confirmed yet.
#[derive(Clone, Copy, Debug)]
struct Unconfirmed {
    seq: u32,
    queues: u16,
}

impl Item for Unconfirmed {
    fn order(&self) -> u64 {
        u64::from(self.seq)
    }
}

impl Confirms {
    /// The number of the publish that comes now, 0 without confirms.
    pub fn number(&mut self) -> u32 {
        if self.is_on {
            self.last += 1;
            self.last
        } else {
            0
        }
    }

    pub fn is_on(&self) -> bool {
        self.is_on
    }

    /// Publishes not answered yet.
    pub fn unconfirmed(&self) -> u32 {
        self.unconfirmed.len() + (self.acked.len() + self.nacked.len()) as u32
    }

    pub fn due(&self) -> Option<SimTime> {
        (!self.acked.is_empty() || !self.nacked.is_empty()).then_some(self.since)
    }

    /// The channel ends: nobody waits any more.
    pub fn end(&mut self) {
        self.unconfirmed = Chunks::default();
        self.acked.clear();
        self.nacked.clear();
    }

    fn answer(&mut self, seq: u32, ack: bool, now: SimTime) {
        if self.acked.is_empty() && self.nacked.is_empty() {
            self.since = now;
        }
        if ack { self.acked.push(seq) } else { self.nacked.push(seq) }
    }
}

/// Messages on their way to disk or to a majority; everything that arrives meanwhile goes with the same flush.
#[derive(Clone, Debug)]
pub(super) struct Storing {
    disk: Batch,
    quorum: Batch,
    pub armed: SimTime,
}

impl Default for Storing {
    fn default() -> Self {
        Self { disk: Batch::default(), quorum: Batch::default(), armed: SimTime::MAX }
    }
}

#[derive(Clone, Debug, Default)]
struct Batch {
    due: SimTime,
    writes: Vec<Write>,
    /// Somebody waits for a confirm.
    is_awaited: bool,
}

#[derive(Clone, Copy, Debug)]
struct Write {
    message: MessageId,
    queue: QueueId,
    channel: ChannelId,
    /// 0: nobody waits, or it was confirmed early.
    seq: u32,
}

impl Batch {
    fn add(&mut self, write: Write, now: SimTime, delay: SimDuration) {
        // At the instant at which a batch is due, commands come before the deadline that ends it: they join it.
        if self.writes.is_empty() || (self.due <= now && !self.is_awaited) {
            self.writes.clear();
            self.is_awaited = false;
            self.due = now + delay;
        }
        self.is_awaited |= write.seq != 0;
        self.writes.push(write);
    }

    fn due(&self) -> Option<SimTime> {
        self.is_awaited.then_some(self.due)
    }
}

impl Broker {
    pub(super) fn confirm_select(&mut self, at: At) -> Outcome {
        let channel = self.channel_mut(at.channel);
        if channel.transaction.is_some() {
            return Err(Refusal::precondition_failed("cannot switch from tx to confirm mode"));
        }
        channel.confirms.is_on = true;
        self.reply(at, Reply::Done);
        Ok(())
    }

    /// A message stands in a queue: whether it is safe there already.
    #[inline]
    pub(super) fn store(
        &mut self,
        queue: QueueId,
        message: MessageId,
        channel: ChannelId,
        seq: u32,
    ) -> Taken {
        let state = self.queue(queue);
        let is_persistent = || self.messages.get(message).is_some_and(|message| message.content.persistent);
        let (delay, batch) = if state.is_quorum() {
            (self.config.quorum_commit, &mut self.storing.quorum)
        } else if state.spec.durable && is_persistent() {
            (self.config.disk_confirm, &mut self.storing.disk)
        } else {
            return Taken::Stored;
        };
        if delay == SimDuration::ZERO {
            return Taken::Stored;
        }
        batch.add(Write { message, queue, channel, seq }, self.now, delay);
        if seq == 0 {
            return Taken::Stored;
        }
        self.arm(Timer::Stored);
        Taken::Storing
    }

    pub(super) fn storing_due(&self) -> Option<SimTime> {
        sooner(self.storing.disk.due(), self.storing.quorum.due())
    }

    /// Flushes are over: what was in them is confirmed.
    pub(super) fn stored(&mut self) {
        let now = self.now;
        for batch in [&mut self.storing.disk, &mut self.storing.quorum].map(|batch| {
            let due = batch.due().is_some_and(|due| due <= now);
            if due { std::mem::take(batch) } else { Batch::default() }
        }) {
            for write in batch.writes {
                self.confirmed_by_queue(write.channel, write.seq);
            }
        }
    }

    /// Whether a flush of a persistent message is still under way: after a kill it is not there.
    pub(super) fn is_on_disk(&self, queue: QueueId, message: MessageId) -> bool {
        let unfinished = |batch: &Batch| {
            batch.due > self.now && batch.writes.iter().any(|w| w.message == message && w.queue == queue)
        };
        !unfinished(&self.storing.disk) && !unfinished(&self.storing.quorum)
    }

    pub(super) fn forget_unfinished_writes(&mut self) {
        self.storing.disk = Batch::default();
        self.storing.quorum = Batch::default();
    }

    /// RabbitMQ: a message that is acknowledged before it is on disk need not go there, and is confirmed.
    pub(super) fn confirm_early(&mut self, queue: QueueId, message: MessageId) {
        let writes = &mut self.storing.disk.writes;
        if writes.is_empty() {
            return;
        }
        let from = writes.partition_point(|write| write.message < message);
        let mut same = writes[from..].iter_mut().take_while(|write| write.message == message);
        let Some(write) = same.find(|write| write.queue == queue && write.seq != 0) else { return };
        let (channel, seq) = (write.channel, write.seq);
        write.seq = 0;
        self.confirmed_by_queue(channel, seq);
    }

    /// RabbitMQ: a queue that is deleted counts as having confirmed.
    pub(super) fn confirm_deleted(&mut self, queue: QueueId) {
        let mut open = Vec::new();
        for batch in [&mut self.storing.disk, &mut self.storing.quorum] {
            for write in batch.writes.iter_mut().filter(|write| write.queue == queue && write.seq != 0) {
                open.push((write.channel, write.seq));
                write.seq = 0;
            }
        }
        for (channel, seq) in open {
            self.confirmed_by_queue(channel, seq);
        }
    }

    /// A publish went to its queues; some may have it in store later, some may have refused.
    pub(super) fn record_confirm(&mut self, channel: ChannelId, seq: u32, storing: u16, refused: bool) {
        let now = self.now;
        let confirms = &mut self.channel_mut(channel).confirms;
        if refused || storing == 0 {
            confirms.answer(seq, !refused, now);
            self.arm(Timer::Confirms(channel));
        } else {
            confirms.unconfirmed.push_back(Unconfirmed { seq, queues: storing });
        }
    }

    pub(super) fn confirmed_by_queue(&mut self, channel: ChannelId, seq: u32) {
        if seq == 0 || !self.channel(channel).is_open {
            return;
        }
        let now = self.now;
        let confirms = &mut self.channel_mut(channel).confirms;
        let mut left = 0;
        let order = u64::from(seq);
        // Not there: another queue refused it, and it was nacked.
        let waiting = confirms.unconfirmed.update(order, |one| {
            one.queues -= 1;
            left = one.queues;
        });
        if waiting && left == 0 {
            confirms.unconfirmed.remove(order);
            confirms.answer(seq, true, now);
            self.arm(Timer::Confirms(channel));
        }
    }

    /// RabbitMQ: sends what has come together. Below the first publish that is still open, or answered the other
    /// way, one frame stands for all.
    pub(super) fn send_confirms(&mut self, channel: ChannelId) {
        let confirms = &mut self.channel_mut(channel).confirms;
        let mut acked = std::mem::take(&mut confirms.acked);
        let mut nacked = std::mem::take(&mut confirms.nacked);
        acked.sort();
        nacked.sort();
        let open = confirms.unconfirmed.front().map_or(u32::MAX, |first| first.seq);
        for (ack, seqs, others) in [(true, &acked, &nacked), (false, &nacked, &acked)] {
            let cutoff = others.first().map_or(open, |other| open.min(*other));
            let together = if seqs.len() > 1 { seqs.partition_point(|seq| *seq < cutoff) } else { 0 };
            if let Some(last) = seqs[..together].last() {
                self.put(Effect::Confirmed { channel, seq: *last, multiple: true, ack });
            }
            for seq in &seqs[together..] {
                self.put(Effect::Confirmed { channel, seq: *seq, multiple: false, ack });
            }
        }
    }
}
