//! An ordered sequence of small copies, in chunks that clones share.
//!
//! A queue of a million messages is cloned by copying four thousand pointers; a write copies the one chunk it
//! touches. Each item has an order number, and the sequence is sorted by it, so that a requeued message finds
//! its place by two binary searches.

use std::collections::VecDeque;
use std::sync::Arc;

/// Items in a chunk: large enough that pointers do not matter, small enough that copying one does not either.
const CHUNK: usize = 256;

/// What stands in a [`Chunks`].
pub(super) trait Item: Copy {
    /// Its place: the sequence is sorted by it, no two are equal.
    fn order(&self) -> u64;
}

/// The sequence.
#[derive(Clone, Debug)]
pub(super) struct Chunks<T> {
    chunks: VecDeque<Arc<VecDeque<T>>>,
    len: u32,
}

impl<T> Default for Chunks<T> {
    fn default() -> Self {
        Self { chunks: VecDeque::new(), len: 0 }
    }
}

impl<T: Item> Chunks<T> {
    pub fn len(&self) -> u32 {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub fn front(&self) -> Option<&T> {
        self.chunks.front().and_then(|chunk| chunk.front())
    }

    pub fn back(&self) -> Option<&T> {
        self.chunks.back().and_then(|chunk| chunk.back())
    }

    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.chunks.iter().flat_map(|chunk| chunk.iter())
    }

    /// Adds an item whose order is higher than all others'.
    pub fn push_back(&mut self, item: T) {
        debug_assert!(self.back().is_none_or(|last| last.order() < item.order()), "pushed out of order");
        self.len += 1;
        if let Some(last) = self.chunks.back_mut()
            && last.len() < CHUNK
        {
            Arc::make_mut(last).push_back(item);
            return;
        }
        // A queue that holds one message at a time should not hold a whole chunk of room.
        let mut chunk = VecDeque::with_capacity(if self.chunks.is_empty() { 4 } else { CHUNK });
        chunk.push_back(item);
        self.chunks.push_back(Arc::new(chunk));
    }

    pub fn pop_front(&mut self) -> Option<T> {
        let first = self.chunks.front_mut()?;
        let item = Arc::make_mut(first).pop_front()?;
        self.len -= 1;
        if first.is_empty() && self.chunks.len() > 1 {
            self.chunks.pop_front();
        }
        Some(item)
    }

    /// Puts an item at the place its order gives it.
    pub fn insert(&mut self, item: T) {
        let order = item.order();
        if self.back().is_none_or(|last| last.order() < order) {
            return self.push_back(item);
        }
        let at = self.chunk_of(order).min(self.chunks.len() - 1);
        let chunk = Arc::make_mut(&mut self.chunks[at]);
        let within = chunk.partition_point(|other| other.order() < order);
        chunk.insert(within, item);
        self.len += 1;
        if chunk.len() > CHUNK {
            let rest = chunk.split_off(CHUNK / 2);
            self.chunks.insert(at + 1, Arc::new(rest));
        }
    }

    pub fn get(&self, order: u64) -> Option<&T> {
        let chunk = self.chunks.get(self.chunk_of(order))?;
        let within = chunk.binary_search_by_key(&order, Item::order).ok()?;
        chunk.get(within)
    }

    /// Lets the item of that order be changed, but for its order.
    pub fn update(&mut self, order: u64, change: impl FnOnce(&mut T)) -> bool {
        let at = self.chunk_of(order);
        let Some(chunk) = self.chunks.get_mut(at) else { return false };
        let Ok(within) = chunk.binary_search_by_key(&order, Item::order) else { return false };
        change(&mut Arc::make_mut(chunk)[within]);
        true
    }

    /// Takes the item of that order out.
    pub fn remove(&mut self, order: u64) -> Option<T> {
        if self.front().is_some_and(|first| first.order() == order) {
            return self.pop_front();
        }
        let at = self.chunk_of(order);
        let chunk = self.chunks.get_mut(at)?;
        let within = chunk.binary_search_by_key(&order, Item::order).ok()?;
        let item = Arc::make_mut(chunk).remove(within)?;
        self.len -= 1;
        if chunk.is_empty() && self.chunks.len() > 1 {
            self.chunks.remove(at);
        }
        Some(item)
    }

    /// Takes everything out.
    pub fn take(&mut self) -> Self {
        std::mem::take(self)
    }

    /// The chunk in which an item of that order stands, if any holds it.
    fn chunk_of(&self, order: u64) -> usize {
        self.chunks.partition_point(|chunk| chunk.back().is_some_and(|last| last.order() < order))
    }
}

#[cfg(test)]
mod tests {
    use super::{Chunks, Item};
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    impl Item for u64 {
        fn order(&self) -> u64 {
            *self
        }
    }

    proptest! {
        #[test]
        fn behaves_like_a_sorted_set(steps in prop::collection::vec((0u8..3, 0u64..2000), 0..3000)) {
            let (mut chunks, mut set) = (Chunks::default(), BTreeSet::new());
            for (what, order) in steps {
                match what {
                    0 if set.insert(order) => chunks.insert(order),
                    1 => prop_assert_eq!(chunks.remove(order).is_some(), set.remove(&order)),
                    2 => prop_assert_eq!(chunks.pop_front(), set.pop_first()),
                    _ => {}
                }
                prop_assert_eq!(chunks.len() as usize, set.len());
            }
            prop_assert!(chunks.iter().copied().eq(set.iter().copied()));
        }
    }

    #[test]
    fn a_clone_keeps_its_own_items() {
        let mut one = Chunks::default();
        (0..1000u64).for_each(|n| one.push_back(n));
        let other = one.clone();
        one.pop_front();
        one.remove(500);
        assert_eq!((one.len(), other.len()), (998, 1000));
        assert_eq!(other.get(500), Some(&500));
    }
}
