//! What is ready in a queue, and its order.

use crate::amqp::SimTime;

use super::chunks::{Chunks, Item};
use super::queue::Entry;

/// What is ready: a row for each priority, and before them what was returned to a quorum queue.
#[derive(Clone, Debug)]
pub(super) struct Ready {
    returned: Chunks<Entry>,
    rows: Vec<Chunks<Entry>>,
    /// A bit for each row that holds something; nobody looks where there is one row.
    occupied: [u64; 4],
    len: u32,
    bytes: u64,
    /// How many of them will expire.
    expiring: u32,
    /// With two levels the lower one gets every third turn; this counts them.
    turn: Option<u8>,
    /// The first of each row is looked at whether it is too old, and the first of what was returned; else only the head.
    expires_each_row: bool,
    /// The head came before others, and nobody has looked yet whether it is too old; when somebody will, as the one that
    /// was the head before expires then.
    unlooked_until: Option<SimTime>,
}

/// RabbitMQ: of three turns the lower of two levels gets one.
const TURNS: u8 = 2;

impl Ready {
    pub fn new(priorities: u8, two_levels: bool, expires_each_row: bool) -> Self {
        Self {
            returned: Chunks::default(),
            rows: vec![Chunks::default(); usize::from(priorities) + 1],
            occupied: [0; 4],
            len: 0,
            bytes: 0,
            expiring: 0,
            turn: two_levels.then_some(0),
            expires_each_row,
            unlooked_until: None,
        }
    }

    pub fn len(&self) -> u32 {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Some of it will be too old.
    pub fn expires(&self) -> bool {
        self.expiring > 0
    }

    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    pub fn max_priority(&self) -> u8 {
        (self.rows.len() - 1) as u8
    }

    #[inline(always)]
    pub fn push(&mut self, entry: Entry) {
        let row = usize::from(entry.priority);
        self.rows[row].push_back(entry);
        self.count_in(row, &entry);
    }

    /// What was pushed last, of a priority.
    pub fn last(&self, priority: u8) -> Option<Entry> {
        self.rows[usize::from(priority)].back().copied()
    }

    /// What was pushed last is not looked at, if it is the head. RabbitMQ: a timer that runs for the head before it stays.
    pub fn overlook(&mut self, entry: &Entry) {
        let row = usize::from(entry.priority);
        if self.unlooked_until.is_none() && self.head().is_some_and(|head| head.message == entry.message) {
            let before = self.rows[..row].iter().rev().find_map(Chunks::front);
            self.unlooked_until = Some(before.map_or(SimTime::MAX, |head| head.expires));
        }
    }

    /// Something happened after which the head is looked at.
    pub fn look(&mut self) {
        self.unlooked_until = None;
    }

    /// Back to its place.
    pub fn restore(&mut self, entry: Entry) {
        self.look();
        let row = usize::from(entry.priority);
        self.rows[row].insert(entry);
        self.count_in(row, &entry);
    }

    /// Before all that was not returned; its place tells the order among the returned.
    pub fn put_returned(&mut self, entry: Entry) {
        self.returned.push_back(entry);
        self.len += 1;
        self.bytes += entry.bytes;
        self.expiring += u32::from(entry.expires != SimTime::MAX);
    }

    pub fn head(&self) -> Option<&Entry> {
        self.returned.front().or_else(|| self.rows[self.next_row()?].front())
    }

    /// Takes the head out.
    pub fn pop(&mut self) -> Option<Entry> {
        let entry = self.take_head()?;
        self.count_out(&entry);
        Some(entry)
    }

    /// Takes the head out; who does is to `count_out` it where it is then, so that it is moved once.
    #[inline(always)]
    pub fn take_head(&mut self) -> Option<Entry> {
        self.look();
        if !self.returned.is_empty() {
            return self.returned.pop_front();
        }
        let row = self.next_row()?;
        self.pass_turn();
        self.rows[row].pop_front()
    }

    /// Something that was not returned is handed out.
    pub fn pass_turn(&mut self) {
        if let Some(turn) = &mut self.turn {
            *turn = if *turn == TURNS { 0 } else { *turn + 1 };
        }
    }

    /// Takes out the head that has been too old for longest. RabbitMQ: where only what is handed out next is looked at, it
    /// takes its turn.
    pub fn take_expired(&mut self, now: SimTime) -> Option<Entry> {
        if self.expiring == 0 || self.unlooked_until.is_some() {
            return None;
        }
        let too_old = self.heads().filter(|entry| entry.expires <= now);
        let entry = *too_old.min_by_key(|entry| (entry.expires, entry.place))?;
        if !self.expires_each_row {
            return self.pop();
        }
        self.remove(entry).then_some(entry)
    }

    /// When the first of the heads expires.
    pub fn expires_at(&self) -> Option<SimTime> {
        if self.expiring == 0 {
            return None;
        }
        let expires = || self.heads().map(|entry| entry.expires).min();
        self.unlooked_until.or_else(expires).filter(|soonest| *soonest != SimTime::MAX)
    }

    fn heads(&self) -> impl Iterator<Item = &Entry> {
        let each = self.expires_each_row.then(|| self.rows.iter().rev().filter_map(Chunks::front));
        let next = if self.expires_each_row { self.returned.front() } else { self.head() };
        next.into_iter().chain(each.into_iter().flatten())
    }

    /// Takes one out, wherever it is.
    pub fn remove(&mut self, entry: Entry) -> bool {
        let row = &mut self.rows[usize::from(entry.priority)];
        let here = row.get(entry.order()).is_some_and(|other| other.message == entry.message);
        let removed = if here { row.remove(entry.order()) } else { self.returned.remove(entry.order()) };
        if removed.is_some() {
            self.count_out(&entry);
        }
        removed.is_some()
    }

    /// What is known of each after a restart.
    pub fn remember(&mut self, change: impl Fn(&mut Entry)) {
        for row in self.rows.iter_mut().chain([&mut self.returned]) {
            let orders: Vec<u64> = row.iter().map(Item::order).collect();
            for order in orders {
                row.update(order, &change);
            }
        }
    }

    /// In the order in which they would be delivered.
    pub fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.returned.iter().chain(self.rows.iter().rev().flat_map(Chunks::iter))
    }

    pub fn clear(&mut self) -> Vec<Entry> {
        let all: Vec<Entry> = self.iter().copied().collect();
        *self = Self::new(self.max_priority(), self.turn.is_some(), self.expires_each_row);
        all
    }

    fn next_row(&self) -> Option<usize> {
        if self.rows.len() == 1 {
            return Some(0);
        }
        if self.turn == Some(TURNS) && !self.rows[0].is_empty() {
            return Some(0);
        }
        let at = self.occupied.iter().rposition(|bits| *bits != 0)?;
        Some(at * 64 + 63 - self.occupied[at].leading_zeros() as usize)
    }

    fn count_in(&mut self, row: usize, entry: &Entry) {
        if self.rows.len() > 1 {
            self.occupied[row / 64] |= 1 << (row % 64);
        }
        self.len += 1;
        self.bytes += entry.bytes;
        self.expiring += u32::from(entry.expires != SimTime::MAX);
    }

    pub fn count_out(&mut self, entry: &Entry) {
        let row = usize::from(entry.priority);
        if self.rows.len() > 1 && self.rows[row].is_empty() {
            self.occupied[row / 64] &= !(1 << (row % 64));
        }
        self.len -= 1;
        self.bytes -= entry.bytes;
        self.expiring -= u32::from(entry.expires != SimTime::MAX);
    }
}
