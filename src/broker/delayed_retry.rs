//! Delayed retry: what comes back to a quorum queue waits for some time before it is ready again.
//!
//! RabbitMQ: 4.3, `x-delayed-retry-type` with `x-delayed-retry-min` and `x-delayed-retry-max`, or a policy.

use std::collections::BTreeMap;

use crate::amqp::{SimDuration, SimTime};

use super::acknowledge::Back;
use super::effect::{ChannelId, Effect, MessageId, QueueId};
use super::machine::Broker;
use super::queue::Entry;

/// Which returns wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Retried {
    /// All.
    All,
    /// Rejected ones, and those of channels and connections that ended.
    Failed,
    /// Nacked ones, and those not acknowledged in time.
    Returned,
}

/// The setting of a queue. Times in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DelayedRetry {
    pub retried: Retried,
    pub least: u64,
    pub most: u64,
}

impl DelayedRetry {
    /// The setting, if type and delays make one. RabbitMQ: what makes none is no error in an argument.
    pub fn of(kind: Option<&str>, least: Option<u64>, most: Option<u64>) -> Option<Self> {
        let retried = match kind? {
            "all" => Retried::All,
            "failed" => Retried::Failed,
            "returned" => Retried::Returned,
            _ => return None,
        };
        let least = least.filter(|least| *least > 0)?;
        Some(Self { retried, least, most: most.filter(|most| *most > 0).unwrap_or(least) })
    }

    /// How long a copy waits that comes back for the how-manieth time.
    fn delay(&self, back: Back, count: u16) -> Option<SimDuration> {
        let failed = matches!(back, Back::Rejected | Back::Ended);
        let waits = match self.retried {
            Retried::All => true,
            Retried::Failed => failed,
            Retried::Returned => !failed,
        };
        let delay = self.least.saturating_mul(u64::from(count.max(1))).min(self.most);
        waits.then(|| SimDuration::millis(delay))
    }
}

/// A copy that waits, and who gave it back.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    entry: Entry,
    channel: ChannelId,
    tag: u32,
}

/// The copies of a queue that wait, in the order of their times and then of the messages.
#[derive(Clone, Debug, Default)]
pub(super) struct Delayed {
    waiting: BTreeMap<(SimTime, MessageId), Waiting>,
    bytes: u64,
}

impl Delayed {
    /// RabbitMQ: what waits counts for max-length.
    pub fn len(&self) -> u32 {
        self.waiting.len() as u32
    }

    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// When the first of them is ready.
    pub fn due(&self) -> Option<SimTime> {
        self.waiting.keys().next().map(|(at, _)| *at)
    }

    /// Takes all out.
    pub fn clear(&mut self) -> Vec<MessageId> {
        let all = std::mem::take(self);
        all.waiting.into_values().map(|waiting| waiting.entry.message).collect()
    }
}

impl Broker {
    /// A copy comes back; `true` if it has to wait first.
    pub(super) fn delay(
        &mut self,
        id: QueueId,
        entry: Entry,
        back: Back,
        (channel, tag): (ChannelId, u32),
    ) -> bool {
        let Some(delay) =
            self.queue(id).settings.delayed_retry.and_then(|retry| retry.delay(back, entry.count))
        else {
            return false;
        };
        let at = self.now + delay;
        self.put(Effect::Delayed { queue: id, message: entry.message, channel, tag });
        let delayed = &mut self.queue_mut(id).delayed;
        delayed.waiting.insert((at, entry.message), Waiting { entry, channel, tag });
        delayed.bytes += entry.bytes;
        true
    }

    /// What has waited long enough is ready, before all that was not returned.
    pub(super) fn end_delays(&mut self, id: QueueId) {
        let now = self.now;
        while let Some(first) = self.queue_mut(id).delayed.waiting.first_entry()
            && first.key().0 <= now
        {
            let Waiting { mut entry, channel, tag } = first.remove();
            let queue = self.queue_mut(id);
            queue.delayed.bytes -= entry.bytes;
            entry.place = queue.next_place;
            queue.next_place += 1;
            queue.ready.put_returned(entry);
            self.put(Effect::Requeued { queue: id, message: entry.message, channel, tag });
        }
    }
}
