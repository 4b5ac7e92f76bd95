//! The words of binding keys, by number: a key is walked by comparing numbers.

use super::text_hash::{mix, text_hash};

/// No word of any binding key, or no number.
pub(super) const UNKNOWN: u32 = u32::MAX;

/// Words that were numbered, in the order in which they came. One that no binding key has any more keeps its number.
#[derive(Clone, Debug, Default)]
pub(super) struct Words {
    text: Vec<u8>,
    /// Where each word's text begins, and how long it is.
    spans: Vec<(u32, u32)>,
    /// Open addressing over the hash; at most half of the places are taken.
    places: Vec<Place>,
}

#[derive(Clone, Copy, Debug)]
struct Place {
    /// The word's first eight bytes: few words have more, so that the text is seldom looked at.
    head: u64,
    length: u32,
    /// `UNKNOWN` in a free place.
    word: u32,
}

const FREE: Place = Place { head: 0, length: 0, word: UNKNOWN };

impl Words {
    /// A word's number, `UNKNOWN` if it has none.
    pub fn find(&self, word: Word<'_>) -> u32 {
        if self.places.is_empty() {
            return UNKNOWN;
        }
        let last = self.places.len() - 1;
        let mut at = word.hash() as usize & last;
        loop {
            let place = &self.places[at];
            let is_it = place.head == word.head && place.length as usize == word.text.len();
            let is_short = word.text.len() <= 8;
            if place.word == UNKNOWN || (is_it && (is_short || self.text_of(place.word) == word.text)) {
                return place.word;
            }
            at = (at + 1) & last;
        }
    }

    /// A word's number, a new one if it had none.
    pub fn number(&mut self, word: Word<'_>) -> u32 {
        let known = self.find(word);
        if known != UNKNOWN {
            return known;
        }
        let number = self.spans.len() as u32;
        self.spans.push((self.text.len() as u32, word.text.len() as u32));
        self.text.extend_from_slice(word.text);
        if self.spans.len() * 2 > self.places.len() {
            self.places = vec![FREE; (self.places.len() * 2).max(16)];
            (0..number).for_each(|word| self.place(word));
        }
        self.place(number);
        number
    }

    fn place(&mut self, number: u32) {
        let text = self.text_of(number);
        let word = Word { head: head_of(text, 0), text };
        let (head, length) = (word.head, text.len() as u32);
        let last = self.places.len() - 1;
        let mut at = word.hash() as usize & last;
        while self.places[at].word != UNKNOWN {
            at = (at + 1) & last;
        }
        self.places[at] = Place { head, length, word: number };
    }

    fn text_of(&self, word: u32) -> &[u8] {
        let (start, length) = self.spans[word as usize];
        &self.text[start as usize..(start + length) as usize]
    }
}

/// A word of a key.
#[derive(Clone, Copy)]
pub(super) struct Word<'a> {
    head: u64,
    text: &'a [u8],
}

impl Word<'_> {
    /// Whether it is this one letter.
    pub fn is(self, letter: u8) -> bool {
        self.text.len() == 1 && self.head == u64::from(letter)
    }

    /// In bytes.
    pub fn len(self) -> usize {
        self.text.len()
    }

    fn hash(self) -> u64 {
        let hash = mix(self.head ^ (self.text.len() as u64).rotate_right(8));
        if self.text.len() <= 8 { hash } else { mix(hash ^ text_hash(&self.text[8..])) }
    }
}

/// The words of a key, as `amqp::topic::words` has them.
pub(super) fn words_of(key: &str) -> impl Iterator<Item = Word<'_>> {
    words_from(key, 0)
}

/// Those from the one on that begins there: none does behind the end.
pub(super) fn words_from(key: &str, start: usize) -> impl Iterator<Item = Word<'_>> {
    let key = key.as_bytes();
    let mut start = if key.is_empty() { 1 } else { start };
    std::iter::from_fn(move || {
        if start > key.len() {
            return None;
        }
        let (head, length) = first_word(key, start);
        let text = &key[start..start + length];
        start += length + 1;
        Some(Word { head, text })
    })
}

/// Up to eight bytes from `start` on; what the text lacks is zero.
fn head_of(text: &[u8], start: usize) -> u64 {
    if let Some(head) = text[start..].first_chunk::<8>() {
        return u64::from_le_bytes(*head);
    }
    match text.last_chunk::<8>() {
        Some(_) if start == text.len() => 0,
        Some(end) => u64::from_le_bytes(*end) >> (8 * (start + 8 - text.len())),
        None => text[start..].iter().rev().fold(0, |bytes, byte| bytes << 8 | u64::from(*byte)),
    }
}

/// The head and length of the word that begins there: eight bytes are searched for a dot at once.
fn first_word(key: &[u8], start: usize) -> (u64, usize) {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let head = head_of(key, start);
    let others = head ^ (ONES * b'.' as u64);
    // The lowest bit set stands in the first byte of `others` that is zero.
    let dots = others.wrapping_sub(ONES) & !others & (ONES << 7);
    if dots != 0 {
        let length = dots.trailing_zeros() / 8;
        return (head & !(u64::MAX << (8 * length)), length as usize);
    }
    let rest = key[start..].get(8..).unwrap_or_default();
    let length = rest.iter().position(|byte| *byte == b'.').unwrap_or(rest.len());
    (head, length + 8.min(key.len() - start))
}
