//! Sequences that grow at one end and are shared between clones: what a client has sent and has not arrived, what
//! has arrived and was not taken up, what checks ask about.

use std::collections::VecDeque;
use std::sync::Arc;

/// Items in a chunk: large enough that pointers do not matter, small enough that copying one does not either.
const CHUNK: usize = 128;

/// First in, first out. A clone copies the chunks at both ends, which it does not share, and a pointer for each other.
/// If `head` is empty, all is; what is short stands in `head` alone.
#[derive(Clone, Debug)]
pub(super) struct Fifo<T> {
    head: VecDeque<T>,
    middle: VecDeque<Arc<VecDeque<T>>>,
    tail: VecDeque<T>,
    len: u32,
}

impl<T> Default for Fifo<T> {
    fn default() -> Self {
        Self { head: VecDeque::new(), middle: VecDeque::new(), tail: VecDeque::new(), len: 0 }
    }
}

impl<T: Clone> Fifo<T> {
    pub fn len(&self) -> u32 {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub fn front(&self) -> Option<&T> {
        self.head.front()
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.head.iter().chain(self.middle.iter().flat_map(|chunk| chunk.iter())).chain(&self.tail)
    }

    pub fn push(&mut self, item: T) {
        self.len += 1;
        if self.head.len() < CHUNK && self.middle.is_empty() && self.tail.is_empty() {
            return self.head.push_back(item);
        }
        if self.tail.len() >= CHUNK {
            let full = std::mem::replace(&mut self.tail, VecDeque::with_capacity(CHUNK));
            self.middle.push_back(Arc::new(full));
        }
        self.tail.push_back(item);
    }

    pub fn pop(&mut self) -> Option<T> {
        let item = self.head.pop_front()?;
        self.len -= 1;
        if self.head.is_empty() && self.len > 0 {
            match self.middle.pop_front() {
                Some(chunk) => self.head = Arc::unwrap_or_clone(chunk),
                None => std::mem::swap(&mut self.head, &mut self.tail),
            }
        }
        Some(item)
    }

    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

/// A list that only grows. A clone copies a pointer for each chunk.
#[derive(Clone, Debug)]
pub(super) struct Log<T> {
    chunks: Vec<Arc<Vec<T>>>,
    len: u32,
}

impl<T> Default for Log<T> {
    fn default() -> Self {
        Self { chunks: Vec::new(), len: 0 }
    }
}

impl<T: Clone> Log<T> {
    pub fn len(&self) -> u32 {
        self.len
    }

    pub fn push(&mut self, item: T) {
        self.len += 1;
        match self.chunks.last_mut() {
            Some(chunk) if chunk.len() < CHUNK => Arc::make_mut(chunk).push(item),
            _ => self.chunks.push(Arc::new(vec![item])),
        }
    }

    pub fn get(&self, at: u32) -> Option<&T> {
        let at = at as usize;
        self.chunks.get(at / CHUNK)?.get(at % CHUNK)
    }

    /// Those from a place on.
    pub fn iter_from(&self, from: u32) -> impl Iterator<Item = &T> {
        (from..self.len).filter_map(|at| self.get(at))
    }
}

#[cfg(test)]
mod tests {
    use super::{Fifo, Log};

    #[test]
    fn a_fifo_keeps_order_and_clones_apart() {
        let mut one = Fifo::default();
        (0..1000).for_each(|n| one.push(n));
        let other = one.clone();
        assert!((0..900).all(|n| one.pop() == Some(n)));
        (1000..1010).for_each(|n| one.push(n));
        assert!(one.iter().copied().eq(900..1010));
        assert!(other.iter().copied().eq(0..1000));
        assert_eq!((one.len(), other.len()), (110, 1000));
    }

    #[test]
    fn a_log_is_read_from_anywhere() {
        let mut log = Log::default();
        (0..300).for_each(|n| log.push(n));
        assert!(log.iter_from(257).copied().eq(257..300));
        assert_eq!(log.get(300), None);
    }
}
