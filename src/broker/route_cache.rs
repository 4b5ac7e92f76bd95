//! Routes found before, by routing key: most traffic has few keys.
//!
//! A clone begins with an empty one. It never changes an answer, only how fast it comes.

use crate::amqp::Name;

use super::text_hash::text_hash;

/// Places at first, and at most, for the keys of an exchange.
const SLOTS: usize = 64;
const SLOTS_MAX: usize = 4096;

/// The routes of one exchange. What was found under another generation of the topology is out of date: a change of
/// the topology counts on, and clears nothing.
#[derive(Debug)]
pub struct RouteCache<R> {
    /// Two keys that fall into the same slot displace each other.
    slots: Vec<Option<Slot<R>>>,
    /// How many keys were displaced since there are so many slots.
    displaced: usize,
}

#[derive(Debug)]
struct Slot<R> {
    generation: u32,
    key: Name,
    route: R,
}

impl<R> Default for RouteCache<R> {
    fn default() -> Self {
        Self { slots: Vec::new(), displaced: 0 }
    }
}

impl<R> Clone for RouteCache<R> {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl<R> RouteCache<R> {
    /// The route of a key, if it is known.
    pub fn get(&self, key: &str, generation: u32) -> Option<&R> {
        let known = self.slots.get(slot(key, self.slots.len()))?.as_ref()?;
        (known.generation == generation && *known.key == *key).then_some(&known.route)
    }

    /// Remembers it.
    pub fn put(&mut self, key: &Name, generation: u32, route: R) {
        if self.slots.is_empty() {
            self.slots.resize_with(SLOTS, || None);
        } else if self.displaced > self.slots.len() && self.slots.len() < SLOTS_MAX {
            self.grow(generation);
        }
        let at = slot(key, self.slots.len());
        let before = self.slots[at].replace(Slot { generation, key: key.clone(), route });
        self.displaced += usize::from(before.is_some_and(|before| before.generation == generation));
    }

    fn grow(&mut self, generation: u32) {
        let old = std::mem::take(&mut self.slots);
        self.slots.resize_with(old.len() * 4, || None);
        self.displaced = 0;
        for known in old.into_iter().flatten().filter(|known| known.generation == generation) {
            let at = slot(&known.key, self.slots.len());
            self.slots[at] = Some(known);
        }
    }
}

/// Where a key has its place among so many, a power of two.
fn slot(key: &str, slots: usize) -> usize {
    text_hash(key.as_bytes()) as usize & slots.wrapping_sub(1)
}
