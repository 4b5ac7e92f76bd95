//! What comes next: a total order of (time, class, number given when scheduled).

use std::cmp::{Ordering, Reverse};
use std::collections::{BinaryHeap, VecDeque};

use crate::amqp::SimTime;

/// The order of things at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// The operator's `at`, and what it leads to at once.
    Operator,
    /// What reaches the broker.
    Command,
    /// What the broker does by itself once all commands of the instant are in.
    Deadline,
    /// Clients.
    Client,
}

/// What is scheduled. An event that no longer matters is recognised when its turn comes; none is ever removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Event {
    /// The operator goes on.
    Operate,
    /// The `at` of that place in the program.
    At(u32),
    /// The node comes back.
    NodeUp,
    /// The front of what that connection's client sent arrives.
    Uplink(u32),
    /// Heartbeats of a connection give up: connection, cut.
    HeartbeatLost(u32, u32),
    /// The broker's deadline.
    Deadline,
    /// A client begins: actor.
    Start(u16),
    /// The front of what a connection's client was sent arrives.
    Downlink(u32),
    /// A timer of a client: actor, life, timer, the record that set it.
    Timer(u16, u16, u32, u32),
    /// A client goes on with its inbox, or looks again at what it waits for: actor, life, the record that made it.
    Again(u16, u16, u32),
}

/// An event and when it comes.
#[derive(Clone, Copy, Debug)]
pub struct Scheduled<E> {
    /// The time.
    pub time: SimTime,
    /// Class and number as one: the class in the highest bits.
    place: u64,
    /// The event.
    pub event: E,
}

/// Bits of a number; no run gives out so many.
const NUMBER_BITS: u32 = 60;

impl<E> Scheduled<E> {
    /// Its number.
    pub fn number(&self) -> u64 {
        self.place & ((1 << NUMBER_BITS) - 1)
    }

    /// Time, class and number as one: a queue compares little else.
    fn key(&self) -> u128 {
        u128::from(self.time.0) << 64 | u128::from(self.place)
    }
}

/// What has time, class and number in common is the same event.
impl<E> Ord for Scheduled<E> {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl<E> PartialOrd for Scheduled<E> {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }

    // A heap asks for nothing else.
    #[inline]
    fn le(&self, other: &Self) -> bool {
        self.key() <= other.key()
    }
}

impl<E> PartialEq for Scheduled<E> {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl<E> Eq for Scheduled<E> {}

/// The longest row into which something is put in between: that costs less than a heap, and leaves it empty.
const SHORT: usize = 4;

/// The event queue.
///
/// Most events come after all others that are scheduled: a network takes as long for the one as for the other. These
/// stand in a row. What comes in between, or is far away, stands in a heap. There, what is taken stays on top until
/// something else goes to the heap, which then takes its place: that costs half of taking one out and putting the other
/// in.
#[derive(Clone, Debug)]
pub struct Schedule<E> {
    /// In order.
    row: VecDeque<Scheduled<E>>,
    heap: BinaryHeap<Reverse<Scheduled<E>>>,
    /// The one on top of the heap is taken.
    is_taken: bool,
    next: u64,
}

impl<E> Default for Schedule<E> {
    fn default() -> Self {
        Self { row: VecDeque::new(), heap: BinaryHeap::new(), is_taken: false, next: 0 }
    }
}

impl<E: Copy> Schedule<E> {
    /// A number for something that will be scheduled later but has its place from now on.
    pub fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// Schedules an event behind all of its class at that time; its number.
    pub fn push(&mut self, time: SimTime, class: Class, event: E) -> u64 {
        let number = self.number();
        self.push_numbered(time, class, number, event);
        number
    }

    /// Schedules an event at the place of a number that was given out before.
    #[inline]
    pub fn push_numbered(&mut self, time: SimTime, class: Class, number: u64, event: E) {
        let place = (class as u64) << NUMBER_BITS | number;
        self.put_back(Scheduled { time, place, event });
    }

    /// Schedules again what was taken.
    #[inline]
    pub fn put_back(&mut self, one: Scheduled<E>) {
        let is_within_row = self.row.back().is_some_and(|last| last.key() > one.key());
        if is_within_row {
            self.put_before_end(one);
        } else {
            self.row.push_back(one);
        }
    }

    /// Something comes sooner than the end of the row. Where few things are scheduled it takes its place there. Else what
    /// comes later gives way; but where there is room on top of the heap, a row of several is left as it is.
    #[inline(never)]
    fn put_before_end(&mut self, one: Scheduled<E>) {
        if self.heap.is_empty() && self.row.len() <= SHORT {
            return self.put_within(one);
        }
        if self.is_taken && self.row.len() > 1 {
            return self.put_on_heap(one);
        }
        while let Some(last) = self.row.pop_back_if(|last| last.key() > one.key()) {
            self.put_on_heap(last);
        }
        self.row.push_back(one);
    }

    fn put_within(&mut self, one: Scheduled<E>) {
        if self.row.front().is_some_and(|first| first.key() > one.key()) {
            return self.row.push_front(one);
        }
        self.row.push_back(one);
        let mut at = self.row.len() - 1;
        while at > 0 && self.row[at - 1].key() > one.key() {
            self.row.swap(at - 1, at);
            at -= 1;
        }
    }

    fn put_on_heap(&mut self, one: Scheduled<E>) {
        if std::mem::take(&mut self.is_taken)
            && let Some(mut top) = self.heap.peek_mut()
        {
            *top = Reverse(one);
            return;
        }
        self.heap.push(Reverse(one));
    }

    /// Takes the next event.
    #[inline]
    pub fn pop(&mut self) -> Option<Scheduled<E>> {
        if std::mem::take(&mut self.is_taken) {
            self.heap.pop();
        }
        let Some(Reverse(top)) = self.heap.peek() else { return self.row.pop_front() };
        if self.row.front().is_some_and(|first| first.key() < top.key()) {
            return self.row.pop_front();
        }
        self.is_taken = true;
        Some(*top)
    }

    /// What is scheduled, soonest first.
    pub fn in_order(&self) -> Vec<(SimTime, E)> {
        let on_heap = self.heap.iter().skip(usize::from(self.is_taken)).map(|Reverse(one)| one);
        let mut all: Vec<Scheduled<E>> = on_heap.chain(&self.row).copied().collect();
        all.sort();
        all.into_iter().map(|one| (one.time, one.event)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Class, Schedule};
    use crate::amqp::SimTime;
    use proptest::prelude::*;

    const CLASSES: [Class; 4] = [Class::Operator, Class::Command, Class::Deadline, Class::Client];

    proptest! {
        /// By time, then class, then the order in which they were scheduled, whether few things are scheduled or many; what is
        /// scheduled while one is carried out comes after it, though it may be at once.
        #[test]
        fn gives_events_in_order(steps in prop::collection::vec((0u8..5, 0u64..40, 0usize..4), 0..400)) {
            let (mut schedule, mut wanted, mut now) = (Schedule::default(), Vec::new(), 0);
            for (number, (what, after, class)) in (1u32..).zip(steps) {
                if what < 3 {
                    // Some far away, as timers are.
                    let time = now + if what == 0 { 100 * after } else { after };
                    schedule.push(SimTime(time), CLASSES[class], number);
                    wanted.push((time, CLASSES[class], number));
                    continue;
                }
                let next = wanted.iter().copied().min();
                wanted.retain(|one| Some(*one) != next);
                let taken = schedule.pop();
                prop_assert_eq!(taken.map(|one| (one.time.0, one.event)), next.map(|(time, _, event)| (time, event)));
                if let (Some(one), true) = (taken, after == 0) {
                    // As what must wait for its turn.
                    schedule.put_back(one);
                    wanted.extend(next);
                } else {
                    now = next.map_or(now, |(time, _, _)| time);
                }
            }
            wanted.sort();
            let left = schedule.in_order().into_iter().map(|(time, event)| (time.0, event));
            prop_assert!(left.eq(wanted.into_iter().map(|(time, _, event)| (time, event))));
        }
    }
}
