//! The hash of a recording: fixed for ever, the same natively and in wasm.

/// Odd constants without pattern: the golden ratio and the square root of 2, as 64-bit fractions.
pub(super) const LANES: [u64; 2] = [0x9E37_79B9_7F4A_7C15, 0xB504_F333_F9DE_6485];

/// A running 128-bit hash over little-endian words. Not cryptographic: it tells two recordings apart that differ
/// by accident, and nobody gains by making two that collide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunningHash {
    lanes: [u64; 2],
    words: u64,
}

impl Default for RunningHash {
    fn default() -> Self {
        Self { lanes: LANES, words: 0 }
    }
}

impl RunningHash {
    /// Takes in a word.
    #[inline]
    pub fn word(&mut self, word: u64) {
        self.words += 1;
        self.lanes[0] = (self.lanes[0].rotate_left(23) ^ word).wrapping_mul(LANES[0]);
        self.lanes[1] = (self.lanes[1].rotate_left(41) ^ word).wrapping_mul(LANES[1]);
    }

    /// Takes in two halves of a word.
    #[inline]
    pub fn pair(&mut self, low: u32, high: u32) {
        self.word(u64::from(low) | u64::from(high) << 32);
    }

    /// Takes in bytes, and how many they are.
    #[inline]
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.word(bytes.len() as u64);
        let (words, rest) = bytes.as_chunks();
        words.iter().for_each(|word| self.word(u64::from_le_bytes(*word)));
        match (rest.len(), bytes.last_chunk()) {
            (0, _) => {}
            // The end of the last eight bytes.
            (left, Some(last)) => self.word(u64::from_le_bytes(*last) >> (64 - 8 * left)),
            (_, None) => self.word(rest.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte))),
        }
    }

    /// The hash of what was taken in so far.
    pub fn value(&self) -> u128 {
        let [a, b] = self.lanes.map(|lane| {
            let mut x = lane ^ self.words;
            x = (x ^ (x >> 32)).wrapping_mul(LANES[1]);
            x = (x ^ (x >> 29)).wrapping_mul(LANES[0]);
            x ^ (x >> 32)
        });
        u128::from(a) << 64 | u128::from(b)
    }
}

/// Words that are taken in side by side: a multiplication need not wait for the one before it.
const ABREAST: usize = 4;

/// The hash of whole columns, one block after the other: a third of what it costs to take in record by record.
#[derive(Clone, Copy, Debug)]
pub(super) struct ColumnsHash([u64; ABREAST]);

impl Default for ColumnsHash {
    fn default() -> Self {
        Self(std::array::from_fn(|lane| LANES[0].wrapping_mul(lane as u64 + 1)))
    }
}

impl ColumnsHash {
    /// Takes in a column; the last words are filled up with zeros.
    pub fn column<T: Copy + Into<u64>>(&mut self, column: &[T]) {
        let per_word = 8 / size_of::<T>();
        let bits = 8 * size_of::<T>();
        let word =
            |part: &[T]| part.iter().rev().fold(0_u64, |word, value| word << (bits % 64) | (*value).into());
        let mut groups = column.chunks_exact(ABREAST * per_word);
        for group in &mut groups {
            let mut words = group.chunks_exact(per_word);
            self.take(std::array::from_fn(|_| words.next().map_or(0, word)));
        }
        let mut words = groups.remainder().chunks(per_word);
        self.take(std::array::from_fn(|_| words.next().map_or(0, word)));
        self.take([column.len() as u64; ABREAST]);
    }

    #[inline]
    fn take(&mut self, words: [u64; ABREAST]) {
        for (lane, word) in self.0.iter_mut().zip(words) {
            *lane = (lane.rotate_left(23) ^ word).wrapping_mul(LANES[1]);
        }
    }

    /// Into the hash of all the rest.
    pub fn put_into(&self, hash: &mut RunningHash) {
        self.0.iter().for_each(|lane| hash.word(*lane));
    }
}

#[cfg(test)]
mod tests {
    use super::{ColumnsHash, RunningHash};

    #[test]
    fn columns_are_told_apart_and_fixed() {
        let of = |columns: &[&[u32]]| {
            let (mut columns_hash, mut hash) = (ColumnsHash::default(), RunningHash::default());
            columns.iter().for_each(|column| columns_hash.column(column));
            columns_hash.put_into(&mut hash);
            hash.value()
        };
        let long: Vec<u32> = (0..1_000).collect();
        let mut changed = long.clone();
        changed[777] = 1;
        let all = [
            of(&[]),
            of(&[&[]]),
            of(&[&[0]]),
            of(&[&[0, 0]]),
            of(&[&[0], &[0]]),
            of(&[&[1, 2]]),
            of(&[&[2, 1]]),
            of(&[&long]),
            of(&[&long[..999]]),
            of(&[&changed]),
        ];
        for (at, one) in all.iter().enumerate() {
            assert!(all[at + 1..].iter().all(|other| other != one), "{at}");
        }
        // A pair of halves is one word, whatever the machine's order of bytes.
        let mut halves = ColumnsHash::default();
        halves.column(&[1_u32, 2, 3]);
        let mut words = ColumnsHash::default();
        words.take([1 | 2 << 32, 3, 0, 0]);
        words.take([3; 4]);
        assert_eq!(halves.0, words.0);
    }

    #[test]
    fn is_fixed() {
        let mut hash = RunningHash::default();
        hash.bytes(b"Hello World!");
        hash.pair(1, 2);
        assert_eq!(format!("{:032x}", hash.value()), "0db78784b648f862cd1205c38b456597");
    }

    #[test]
    fn tells_order_and_length_apart() {
        let of = |words: &[u64]| {
            let mut hash = RunningHash::default();
            words.iter().for_each(|word| hash.word(*word));
            hash.value()
        };
        let all = [of(&[]), of(&[0]), of(&[0, 0]), of(&[1, 2]), of(&[2, 1])];
        for (i, one) in all.iter().enumerate() {
            assert!(all.iter().skip(i + 1).all(|other| other != one));
        }
    }
}
