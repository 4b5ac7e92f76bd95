//! What is known by a number that was given out in order: connections, the channels of a connection.

/// A map by number. Most numbers are there without gaps, so that a value stands where its number says; nothing is
/// searched for, as a tree would at every message.
#[derive(Clone, Debug)]
pub(crate) struct ByNumber<K, V> {
    /// In the order of their numbers.
    all: Vec<(K, V)>,
}

impl<K, V> Default for ByNumber<K, V> {
    fn default() -> Self {
        Self { all: Vec::new() }
    }
}

impl<K: Copy + Ord + Into<u32>, V> ByNumber<K, V> {
    pub fn len(&self) -> usize {
        self.all.len()
    }

    pub fn contains(&self, number: K) -> bool {
        self.place(number).is_ok()
    }

    pub fn get(&self, number: K) -> Option<&V> {
        let place = self.place(number).ok()?;
        Some(&self.all[place].1)
    }

    pub fn get_mut(&mut self, number: K) -> Option<&mut V> {
        let place = self.place(number).ok()?;
        Some(&mut self.all[place].1)
    }

    /// Puts a value at a number; what stood there.
    pub fn insert(&mut self, number: K, value: V) -> Option<V> {
        match self.place(number) {
            Ok(place) => Some(std::mem::replace(&mut self.all[place].1, value)),
            Err(place) => {
                self.all.insert(place, (number, value));
                None
            }
        }
    }

    pub fn remove(&mut self, number: K) -> Option<V> {
        let place = self.place(number).ok()?;
        Some(self.all.remove(place).1)
    }

    pub fn iter(&self) -> impl Iterator<Item = (K, &V)> {
        self.all.iter().map(|(number, value)| (*number, value))
    }

    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.all.iter().map(|(_, value)| value)
    }

    /// Where a number stands, or would.
    fn place(&self, number: K) -> Result<usize, usize> {
        let Some((first, _)) = self.all.first() else { return Err(0) };
        let guess = number.into().wrapping_sub((*first).into()) as usize;
        match self.all.get(guess) {
            Some((there, _)) if *there == number => Ok(guess),
            _ => self.all.binary_search_by_key(&number, |(number, _)| *number),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::ByNumber;

    proptest! {
        #[test]
        fn behaves_like_a_map(steps in prop::collection::vec((0u8..3, 0u32..40, 0u8..9), 0..200)) {
            let (mut ours, mut map) = (ByNumber::default(), BTreeMap::new());
            for (what, number, value) in steps {
                match what {
                    0 => prop_assert_eq!(ours.insert(number, value), map.insert(number, value)),
                    1 => prop_assert_eq!(ours.remove(number), map.remove(&number)),
                    _ => prop_assert_eq!(ours.get_mut(number), map.get_mut(&number)),
                }
                prop_assert_eq!(ours.contains(number), map.contains_key(&number));
            }
            prop_assert_eq!(ours.len(), map.len());
            prop_assert!(ours.iter().eq(map.iter().map(|(number, value)| (*number, value))));
        }
    }
}
