//! A list that grows at one end and is shared between clones: what checks ask about.

use std::sync::Arc;

/// Items in a chunk: large enough that pointers do not matter, small enough that copying one does not either.
const CHUNK: usize = 128;

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
    use super::Log;

    #[test]
    fn a_log_is_read_from_anywhere() {
        let mut log = Log::default();
        (0..300).for_each(|n| log.push(n));
        assert!(log.iter_from(257).copied().eq(257..300));
        assert_eq!(log.get(300), None);
    }
}
