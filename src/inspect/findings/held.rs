//! Copies that consumers hold: handed out and not settled.
//!
//! Most are settled soon. A table in which each copy has one place finds nearly all of them; a map has those whose place
//! another one took.

use std::collections::{BTreeMap, BTreeSet};

use crate::sim::record::NONE;

use super::super::slot::slot;

/// A consumer that holds this many keeps others waiting.
pub(super) const HOARD: u32 = 3;
/// Places of the table, a power of two.
const PLACES: u32 = 4096;
/// Between the places of one message in two queues: those before and behind it are held there, too.
const STRIDE: u32 = 409;

/// A copy: its message and its queue.
pub(super) type Key = (u32, u32);

/// One that is held.
#[derive(Clone, Copy, Debug)]
pub(super) struct HeldCopy {
    /// Which.
    pub key: Key,
    /// The record that handed it out.
    pub delivery: u32,
    /// Who holds it; [`NONE`]: it was asked for with `get`.
    pub consumer: u32,
    /// When it was taken up last, now or before it came back.
    pub taken_up: Option<TakenUp>,
}

/// That a client took a copy up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TakenUp {
    /// The record of it.
    pub record: u32,
    /// Which actor.
    pub by: u16,
}

/// All of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Held {
    places: Vec<Option<HeldCopy>>,
    displaced: BTreeMap<Key, HeldCopy>,
    /// How many each consumer holds.
    counts: Vec<u32>,
    /// Those that hold much.
    hoarders: BTreeSet<u32>,
}

impl Held {
    /// A copy is handed out.
    pub fn insert(&mut self, copy: HeldCopy) {
        if self.places.is_empty() {
            self.places.resize(PLACES as usize, None);
        }
        if !self.displaced.is_empty() {
            self.displaced.remove(&copy.key);
        }
        let before = self.places[place(copy.key)].replace(copy);
        if let Some(before) = before.filter(|before| before.key != copy.key) {
            self.displaced.insert(before.key, before);
        }
        self.count(copy.consumer, |count| count + 1);
    }

    /// One of them.
    pub fn get_mut(&mut self, key: Key) -> Option<&mut HeldCopy> {
        match self.places.get_mut(place(key))? {
            Some(copy) if copy.key == key => Some(copy),
            _ => self.displaced.get_mut(&key),
        }
    }

    /// Nobody holds it any more.
    pub fn remove(&mut self, key: Key) -> Option<HeldCopy> {
        let place = self.places.get_mut(place(key))?;
        let copy = if place.is_some_and(|copy| copy.key == key) {
            place.take()
        } else if self.displaced.is_empty() {
            None
        } else {
            self.displaced.remove(&key)
        }?;
        self.count(copy.consumer, |count| count.saturating_sub(1));
        Some(copy)
    }

    /// How many a consumer holds.
    pub fn of(&self, consumer: u32) -> u32 {
        self.counts.get(consumer as usize).copied().unwrap_or(0)
    }

    /// The consumers that hold much, by number.
    pub fn hoarders(&self) -> impl Iterator<Item = u32> {
        self.hoarders.iter().copied()
    }

    /// All copies, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &HeldCopy> {
        self.places.iter().flatten().chain(self.displaced.values())
    }

    fn count(&mut self, consumer: u32, change: impl Fn(u32) -> u32) {
        if consumer == NONE {
            return;
        }
        let count = slot(&mut self.counts, consumer);
        let before = std::mem::replace(count, change(*count));
        match (before >= HOARD, *count >= HOARD) {
            (false, true) => drop(self.hoarders.insert(consumer)),
            (true, false) => drop(self.hoarders.remove(&consumer)),
            _ => {}
        }
    }
}

fn place((message, queue): Key) -> usize {
    (message.wrapping_add(queue.wrapping_mul(STRIDE)) % PLACES) as usize
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{HOARD, Held, HeldCopy, Key, PLACES};

    fn copy(key: Key, consumer: u32) -> HeldCopy {
        HeldCopy { key, delivery: 0, consumer, taken_up: None }
    }

    #[test]
    fn finds_each_copy_as_a_map_does() {
        let (mut held, mut map) = (Held::default(), BTreeMap::new());
        let mut seed = 3_u64;
        for _ in 0..20_000 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            // Three messages to a place, so that they displace each other.
            let message = (seed >> 40) as u32 % 64 + (seed >> 60) as u32 % 3 * PLACES;
            let (key, consumer) = ((message, (seed >> 33) as u32 % 2), (seed >> 50) as u32 % 5);
            if (seed >> 48).is_multiple_of(2) {
                held.remove(key);
                map.remove(&key);
                held.insert(copy(key, consumer));
                map.insert(key, consumer);
            } else {
                assert_eq!(held.get_mut(key).map(|copy| copy.consumer), map.get(&key).copied());
                assert_eq!(held.remove(key).map(|copy| copy.consumer), map.remove(&key));
            }
            let mut copies: Vec<_> = held.iter().map(|copy| (copy.key, copy.consumer)).collect();
            copies.sort();
            assert!(copies.into_iter().eq(map.iter().map(|(key, consumer)| (*key, *consumer))));
            for consumer in 0..5 {
                assert_eq!(held.of(consumer) as usize, map.values().filter(|by| **by == consumer).count());
            }
            assert!(held.hoarders().eq((0..5).filter(|consumer| held.of(*consumer) >= HOARD)));
        }
    }
}
