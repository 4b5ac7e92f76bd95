//! Columns and tables in blocks that are allocated whole and never grown: a `Vec` that doubles needs three times
//! its size at the worst moment, and wasm memory never shrinks.

use super::NONE;
use super::hash::ColumnsHash;
use super::kind::RecordKind;

/// Records in a block: 92 kB, which is cleared and filled without leaving the processor's cache.
pub const BLOCK_RECORDS: u32 = 4_096;
/// Entries in a block of a side table: they are larger and fewer.
const BLOCK_ENTRIES: usize = 1_024;

/// A record as it is put in: without the number and the step, which follow from its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Columns {
    /// What happened.
    pub kind: RecordKind,
    /// Who did it, or to whom it happened: an index into the actors.
    pub actor: u16,
    /// The record whose processing made this one happen now.
    pub cause: u32,
    /// As the kind says.
    pub subject: u32,
    /// As the kind says.
    pub object: u32,
    /// As the kind says.
    pub detail: u32,
}

impl Columns {
    /// A record with nothing in its columns yet.
    pub fn new(kind: RecordKind, actor: u16, cause: u32) -> Self {
        Self { kind, actor, cause, subject: NONE, object: NONE, detail: NONE }
    }

    /// With a subject.
    pub fn subject(self, subject: u32) -> Self {
        Self { subject, ..self }
    }

    /// With an object.
    pub fn object(self, object: u32) -> Self {
        Self { object, ..self }
    }

    /// With a detail.
    pub fn detail(self, detail: u32) -> Self {
        Self { detail, ..self }
    }
}

/// Records, a column each of their parts: 23 bytes a record.
#[derive(Clone, Debug)]
pub struct Block {
    /// Filled so far.
    len: u32,
    /// The columns of words, one behind the other: a record is put in by way of three pointers, not of seven.
    words: Box<[u32; WORD_COLUMNS * ROOM]>,
    kinds: Box<[u8; ROOM]>,
    actors: Box<[u16; ROOM]>,
}

const ROOM: usize = BLOCK_RECORDS as usize;

/// Time, in microseconds since the last rebase before the record; cause, subject, object, detail.
const WORD_COLUMNS: usize = 5;
const TIME: usize = 0;
const CAUSE: usize = ROOM;
const SUBJECT: usize = 2 * ROOM;
const OBJECT: usize = 3 * ROOM;
const DETAIL: usize = 4 * ROOM;

/// Its length is part of its type, so that a record is put in without asking for it.
fn room<T: Default + Clone, const LEN: usize>() -> Box<[T; LEN]> {
    let room: Box<[T]> = vec![T::default(); LEN].into_boxed_slice();
    room.try_into().unwrap_or_else(|_| unreachable!("it was made as long as that"))
}

impl Default for Block {
    fn default() -> Self {
        Self { len: 0, words: room(), kinds: room(), actors: room() }
    }
}

impl Block {
    pub(super) fn put(&mut self, time: u32, record: Columns) {
        let at = self.len as usize % ROOM;
        self.words[TIME + at] = time;
        self.words[CAUSE + at] = record.cause;
        self.words[SUBJECT + at] = record.subject;
        self.words[OBJECT + at] = record.object;
        self.words[DETAIL + at] = record.detail;
        self.kinds[at] = record.kind as u8;
        self.actors[at] = record.actor;
        self.len += 1;
    }

    pub(super) fn is_full(&self) -> bool {
        self.len == BLOCK_RECORDS
    }

    /// Takes what is filled into a hash.
    pub(super) fn hash_into(&self, hash: &mut ColumnsHash) {
        hash.column(self.times());
        hash.column(self.filled(CAUSE));
        hash.column(self.kinds());
        hash.column(&self.actors[..self.len as usize]);
        hash.column(self.subjects());
        hash.column(self.filled(OBJECT));
        hash.column(self.filled(DETAIL));
    }

    fn filled(&self, column: usize) -> &[u32] {
        &self.words[column..column + self.len as usize]
    }

    /// Of each record the microseconds since the last rebase before it.
    pub fn times(&self) -> &[u32] {
        self.filled(TIME)
    }

    /// Of each record its kind, as a number.
    pub fn kinds(&self) -> &[u8] {
        &self.kinds[..self.len as usize]
    }

    /// Of each record its subject.
    pub fn subjects(&self) -> &[u32] {
        self.filled(SUBJECT)
    }

    /// The columns of one record.
    pub fn columns(&self, at: u32) -> Option<Columns> {
        if at >= self.len {
            return None;
        }
        let at = at as usize % ROOM;
        Some(Columns {
            kind: RecordKind::from_number(self.kinds[at])?,
            actor: self.actors[at],
            cause: self.words[CAUSE + at],
            subject: self.words[SUBJECT + at],
            object: self.words[OBJECT + at],
            detail: self.words[DETAIL + at],
        })
    }
}

/// A table that grows block by block; its entries are numbered from 0.
#[derive(Clone, Debug)]
pub struct Table<T> {
    blocks: Vec<Vec<T>>,
    len: u32,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { blocks: Vec::new(), len: 0 }
    }
}

impl<T> Table<T> {
    /// How many entries it has.
    pub fn len(&self) -> u32 {
        self.len
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// Adds an entry; its number.
    #[inline]
    pub fn push(&mut self, entry: T) -> u32 {
        let number = self.len;
        self.len += 1;
        match self.blocks.last_mut() {
            Some(block) if block.len() < BLOCK_ENTRIES => block.push(entry),
            _ => self.add_block(entry),
        }
        number
    }

    /// Adds an entry where there is room for it and for another one; whether there was.
    #[inline]
    pub(super) fn push_within(&mut self, entry: T) -> bool {
        match self.blocks.last_mut() {
            Some(block) if block.len() + 1 < BLOCK_ENTRIES && block.len() < block.capacity() => {
                block.push(entry);
                self.len += 1;
                true
            }
            _ => false,
        }
    }

    /// The last block, as far as it is filled.
    pub(super) fn last_block(&self) -> &[T] {
        self.blocks.last().map_or(&[][..], |block| block)
    }

    /// Whether what comes next begins a block.
    pub(super) fn has_full_blocks(&self) -> bool {
        (self.len as usize).is_multiple_of(BLOCK_ENTRIES)
    }

    /// A block that begins with that entry. The first one may grow: most recordings are small.
    #[cold]
    fn add_block(&mut self, entry: T) {
        let mut block = Vec::with_capacity(if self.blocks.is_empty() { 0 } else { BLOCK_ENTRIES });
        block.push(entry);
        self.blocks.push(block);
    }

    /// The entry of that number.
    pub fn get(&self, number: u32) -> Option<&T> {
        let number = number as usize;
        self.blocks.get(number / BLOCK_ENTRIES)?.get(number % BLOCK_ENTRIES)
    }

    /// All entries, by number.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.blocks.iter().flatten()
    }
}

impl<T> Table<Option<T>> {
    /// Puts an entry at a number; what lies between is empty until it comes.
    pub fn set(&mut self, number: u32, entry: T) {
        if self.len == number {
            self.push(Some(entry));
            return;
        }
        while self.len <= number {
            self.push(None);
        }
        let number = number as usize;
        if let Some(slot) = self
            .blocks
            .get_mut(number / BLOCK_ENTRIES)
            .and_then(|block| block.get_mut(number % BLOCK_ENTRIES))
        {
            *slot = Some(entry);
        }
    }

    /// The entry at a number, if there is one.
    pub fn at(&self, number: u32) -> Option<&T> {
        self.get(number)?.as_ref()
    }
}
