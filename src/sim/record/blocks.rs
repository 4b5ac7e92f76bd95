//! Records and tables in blocks that are allocated whole and never grown: a `Vec` that doubles needs three times
//! its size at the worst moment, and wasm memory never shrinks.

use super::NONE;
use super::hash::ColumnsHash;
use super::kind::RecordKind;

/// Records in a block: 98 kB, which is filled and hashed without leaving the processor's cache.
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

/// Records, three words each: a record is put in by way of one pointer.
#[derive(Clone, Debug)]
pub struct Block(Vec<[u64; 3]>);

impl Default for Block {
    fn default() -> Self {
        Self(Vec::with_capacity(BLOCK_RECORDS as usize))
    }
}

/// Two halves as a word.
const fn word(low: u32, high: u32) -> u64 {
    low as u64 | (high as u64) << 32
}

/// A word as its two halves.
const fn halves(word: u64) -> [u32; 2] {
    [word as u32, (word >> 32) as u32]
}

fn kind_of([.., last]: &[u64; 3]) -> u8 {
    (halves(*last)[1] >> 16) as u8
}

impl Block {
    /// With the time in microseconds since the last rebase before it.
    #[inline(always)]
    pub(super) fn put(&mut self, time: u32, record: Columns) {
        let Columns { kind, actor, cause, subject, object, detail } = record;
        let who = u32::from(actor) | (kind as u32) << 16;
        self.0.push([word(time, cause), word(subject, object), word(detail, who)]);
    }

    #[inline(always)]
    pub(super) fn is_full(&self) -> bool {
        self.0.len() == BLOCK_RECORDS as usize
    }

    /// Takes what is filled into a hash.
    pub(super) fn hash_into(&self, hash: &mut ColumnsHash) {
        hash.column(self.0.as_flattened());
    }

    /// Of a record the microseconds since the last rebase before it.
    pub fn time(&self, at: u32) -> Option<u32> {
        self.0.get(at as usize).map(|[first, ..]| *first as u32)
    }

    /// Of each record its kind, as a number.
    pub fn kinds(&self) -> impl ExactSizeIterator<Item = u8> {
        self.0.iter().map(kind_of)
    }

    /// Of each record its subject.
    pub fn subjects(&self) -> impl ExactSizeIterator<Item = u32> {
        self.0.iter().map(|[_, second, _]| *second as u32)
    }

    /// The kind of one record, as a number.
    pub fn kind(&self, at: u32) -> Option<u8> {
        self.0.get(at as usize).map(kind_of)
    }

    /// The columns of one record.
    pub fn columns(&self, at: u32) -> Option<Columns> {
        let [[_, cause], [subject, object], [detail, who]] = self.0.get(at as usize)?.map(halves);
        let kind = RecordKind::from_number((who >> 16) as u8)?;
        Some(Columns { kind, actor: who as u16, cause, subject, object, detail })
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
