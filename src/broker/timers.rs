//! What the broker waits for.
//!
//! Each object has at most one timer that counts, the one at the time it is armed for; what else stands in the
//! heap is stale and is dropped when it comes to the top. After every command the top is true, so
//! `next_deadline` never names a moment at which nothing happens.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::amqp::{Choices, SimTime};

use super::effect::{ChannelId, QueueId};
use super::machine::Broker;

/// What happens. The order is that of several at the same moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Timer {
    /// A batch of messages is on disk, or replicated.
    Stored,
    /// The message at the head of a queue expires.
    Head(QueueId),
    /// A queue that nobody uses expires.
    Lease(QueueId),
    /// A channel finds a delivery too old.
    Tick(ChannelId),
    /// A channel sends its confirms.
    Confirms(ChannelId),
    /// A delayed message is due.
    Delayed,
    /// A dead letter is confirmed, or to be tried again.
    DeadLetters(QueueId),
}

/// The smaller one, or the one there is.
pub(super) fn sooner<T: Ord>(one: Option<T>, other: Option<T>) -> Option<T> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// The heap.
#[derive(Clone, Debug, Default)]
pub(super) struct Timers {
    heap: BinaryHeap<Reverse<(SimTime, Timer)>>,
}

impl Broker {
    /// When the broker next has something to do by itself, if ever. It may be now: then it has work to do once
    /// all commands of this instant are in.
    pub fn next_deadline(&self) -> Option<SimTime> {
        self.timers.heap.peek().map(|Reverse((at, _))| *at)
    }

    /// Sees to it that a timer is set for the moment its object now needs.
    pub(super) fn arm(&mut self, timer: Timer) {
        let Some(due) = self.due(timer) else { return };
        let due = due.max(self.now);
        let armed = self.armed(timer);
        if due < *armed {
            *armed = due;
            self.timers.heap.push(Reverse((due, timer)));
        }
    }

    /// Carries out what is due.
    pub(super) fn fire_due(&mut self, choices: &mut dyn Choices) {
        while let Some(&Reverse((at, timer))) = self.timers.heap.peek()
            && at <= self.now
        {
            self.timers.heap.pop();
            if *self.armed(timer) != at {
                continue;
            }
            *self.armed(timer) = SimTime::MAX;
            if self.due(timer).is_some_and(|due| due <= self.now) {
                match timer {
                    Timer::Stored => self.stored(),
                    Timer::Head(queue) => self.head_expired(queue),
                    Timer::Lease(queue) => self.lease_expired(queue),
                    Timer::Tick(channel) => self.channel_tick(channel, choices),
                    Timer::Confirms(channel) => self.send_confirms(channel),
                    Timer::Delayed => self.delays_over(),
                    Timer::DeadLetters(queue) => self.dead_letters_due(queue),
                }
            }
            self.arm(timer);
        }
    }

    /// Makes the top of the heap true.
    pub(super) fn prune_timers(&mut self) {
        while let Some(&Reverse((at, timer))) = self.timers.heap.peek() {
            if *self.armed(timer) == at {
                if self.due(timer).is_some_and(|due| due.max(self.now) == at) {
                    return;
                }
                *self.armed(timer) = SimTime::MAX;
                self.timers.heap.pop();
                self.arm(timer);
            } else {
                self.timers.heap.pop();
            }
        }
    }

    /// When a timer should fire, by the state of its object.
    fn due(&self, timer: Timer) -> Option<SimTime> {
        if !self.node_up {
            return None;
        }
        match timer {
            Timer::Stored => self.storing_due(),
            Timer::Head(queue) => self.queues[queue.index()].head_due(),
            Timer::Lease(queue) => self.queues[queue.index()].lease_due(),
            Timer::Tick(channel) => self.tick_due(channel),
            Timer::Confirms(channel) => self.channels[channel.index()].confirms.due(),
            Timer::Delayed => self.delayed.due(),
            Timer::DeadLetters(queue) => self.queues[queue.index()].dead_letters.due(),
        }
    }

    /// The time for which a timer is set, `MAX` if it is not.
    fn armed(&mut self, timer: Timer) -> &mut SimTime {
        match timer {
            Timer::Stored => &mut self.storing.armed,
            Timer::Head(queue) => &mut self.queues[queue.index()].head_armed,
            Timer::Lease(queue) => &mut self.queues[queue.index()].lease_armed,
            Timer::Tick(channel) => &mut self.channels[channel.index()].tick_armed,
            Timer::Confirms(channel) => &mut self.channels[channel.index()].confirms.armed,
            Timer::Delayed => &mut self.delayed.armed,
            Timer::DeadLetters(queue) => &mut self.queues[queue.index()].dead_letters.armed,
        }
    }
}
