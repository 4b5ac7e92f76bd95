//! An ordered sequence of small copies, in chunks that clones share.
//!
//! A queue of a million messages is cloned by copying four thousand pointers; a write copies the one chunk it
//! touches. The first and the last chunk, at which nearly everything happens, are not shared: they are copied with
//! the sequence, and are written without asking who else has them. First in, first out; where each item has an order
//! number the sequence is sorted by it, so that a requeued message finds its place by two binary searches. Lists of
//! bindings are such sequences, too.

use std::collections::VecDeque;
use std::sync::Arc;

/// Items in a chunk: large enough that pointers do not matter, small enough that copying one does not either.
const CHUNK: usize = 256;

/// What stands in a [`Chunks`] that is sorted.
pub(crate) trait Item: Copy {
    /// Its place: the sequence is sorted by it, no two are equal.
    fn order(&self) -> u64;
}

/// The sequence. If `head` is empty, all is; what is short stands in `head` alone.
#[derive(Clone, Debug)]
pub(crate) struct Chunks<T> {
    head: VecDeque<T>,
    middle: VecDeque<Arc<VecDeque<T>>>,
    tail: VecDeque<T>,
    /// How many stand behind the head.
    behind: u32,
}

/// The chunk in which an item of some order stands, if any holds it.
enum Place {
    Head,
    Middle(usize),
    Tail,
}

impl<T> Default for Chunks<T> {
    fn default() -> Self {
        Self { head: VecDeque::new(), middle: VecDeque::new(), tail: VecDeque::new(), behind: 0 }
    }
}

impl<T: Clone> Chunks<T> {
    pub fn len(&self) -> u32 {
        self.head.len() as u32 + self.behind
    }

    pub fn is_empty(&self) -> bool {
        self.head.is_empty()
    }

    pub fn front(&self) -> Option<&T> {
        self.head.front()
    }

    pub fn back(&self) -> Option<&T> {
        let before = || self.middle.back().and_then(|chunk| chunk.back()).or_else(|| self.head.back());
        self.tail.back().or_else(before)
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.head.iter().chain(self.middle.iter().flat_map(|chunk| chunk.iter())).chain(&self.tail)
    }

    /// Adds an item; if they have an order, its is higher than all others'.
    #[inline]
    pub fn push_back(&mut self, item: T) {
        if self.behind == 0 && self.head.len() < CHUNK {
            return self.head.push_back(item);
        }
        self.behind += 1;
        if self.tail.len() >= CHUNK {
            self.close_tail();
        }
        self.tail.push_back(item);
    }

    #[cold]
    fn close_tail(&mut self) {
        let full = std::mem::replace(&mut self.tail, VecDeque::with_capacity(CHUNK));
        self.middle.push_back(Arc::new(full));
    }

    #[inline]
    pub fn pop_front(&mut self) -> Option<T> {
        if self.behind == 0 || self.head.len() > 1 {
            // The last thing that is done, so that the item is moved once.
            return self.head.pop_front();
        }
        self.pop_last_of_head()
    }

    #[cold]
    fn pop_last_of_head(&mut self) -> Option<T> {
        let item = self.head.pop_front();
        self.fill_head();
        item
    }

    fn fill_head(&mut self) {
        if !self.head.is_empty() || self.behind == 0 {
            return;
        }
        match self.middle.pop_front() {
            Some(chunk) => self.head = Arc::unwrap_or_clone(chunk),
            None => std::mem::swap(&mut self.head, &mut self.tail),
        }
        self.behind -= self.head.len() as u32;
    }

    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Takes everything out.
    pub fn take(&mut self) -> Self {
        std::mem::take(self)
    }
}

impl<T: Item> Chunks<T> {
    /// Puts an item at the place its order gives it.
    pub fn insert(&mut self, item: T) {
        let order = item.order();
        if self.back().is_none_or(|last| last.order() < order) {
            return self.push_back(item);
        }
        match self.place_of(order) {
            Place::Head => {
                if let Some(rest) = insert_into(&mut self.head, item) {
                    self.behind += rest.len() as u32;
                    self.middle.push_front(Arc::new(rest));
                }
            }
            Place::Middle(at) => {
                self.behind += 1;
                if let Some(rest) = insert_into(Arc::make_mut(&mut self.middle[at]), item) {
                    self.middle.insert(at + 1, Arc::new(rest));
                }
            }
            Place::Tail => {
                self.behind += 1;
                if let Some(rest) = insert_into(&mut self.tail, item) {
                    self.middle.push_back(Arc::new(std::mem::replace(&mut self.tail, rest)));
                }
            }
        }
    }

    pub fn get(&self, order: u64) -> Option<&T> {
        let chunk = match self.place_of(order) {
            Place::Head => &self.head,
            Place::Middle(at) => &self.middle[at],
            Place::Tail => &self.tail,
        };
        chunk.get(find(chunk, order)?)
    }

    /// Lets the item of that order be changed, but for its order.
    pub fn update(&mut self, order: u64, change: impl FnOnce(&mut T)) -> bool {
        let chunk = match self.place_of(order) {
            Place::Head => &mut self.head,
            Place::Middle(at) if find(&self.middle[at], order).is_none() => return false,
            Place::Middle(at) => Arc::make_mut(&mut self.middle[at]),
            Place::Tail => &mut self.tail,
        };
        let Some(within) = find(chunk, order) else { return false };
        change(&mut chunk[within]);
        true
    }

    /// Takes the item of that order out.
    #[inline]
    pub fn remove(&mut self, order: u64) -> Option<T> {
        if self.front().is_some_and(|first| first.order() == order) {
            return self.pop_front();
        }
        self.remove_behind(order)
    }

    #[inline(never)]
    fn remove_behind(&mut self, order: u64) -> Option<T> {
        let item = match self.place_of(order) {
            Place::Head => self.head.remove(find(&self.head, order)?)?,
            Place::Middle(at) => {
                let within = find(&self.middle[at], order)?;
                let chunk = Arc::make_mut(&mut self.middle[at]);
                let item = chunk.remove(within)?;
                self.behind -= 1;
                if chunk.is_empty() {
                    self.middle.remove(at);
                }
                item
            }
            Place::Tail => {
                let item = self.tail.remove(find(&self.tail, order)?)?;
                self.behind -= 1;
                item
            }
        };
        self.fill_head();
        Some(item)
    }

    fn place_of(&self, order: u64) -> Place {
        let ends_before = |chunk: &VecDeque<T>| chunk.back().is_some_and(|last| last.order() < order);
        if !ends_before(&self.head) {
            return Place::Head;
        }
        let at = self.middle.partition_point(|chunk| ends_before(chunk));
        if at < self.middle.len() { Place::Middle(at) } else { Place::Tail }
    }
}

/// Where in a chunk an item stands. Most chunks have no gaps.
fn find<T: Item>(chunk: &VecDeque<T>, order: u64) -> Option<usize> {
    let guess = order.checked_sub(chunk.front()?.order())? as usize;
    if chunk.get(guess).is_some_and(|item| item.order() == order) {
        return Some(guess);
    }
    chunk.binary_search_by_key(&order, Item::order).ok()
}

/// Puts an item into a chunk; the second half of a chunk that is too long by that.
fn insert_into<T: Item>(chunk: &mut VecDeque<T>, item: T) -> Option<VecDeque<T>> {
    let within = chunk.partition_point(|other| other.order() < item.order());
    chunk.insert(within, item);
    (chunk.len() > CHUNK).then(|| chunk.split_off(CHUNK / 2))
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
