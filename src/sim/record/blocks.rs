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
    pub len: u32,
    /// Microseconds since the last rebase before the record.
    pub time: Column<u32>,
    /// Cause.
    pub cause: Column<u32>,
    /// Kind, as a number.
    pub kind: Column<u8>,
    /// Actor.
    pub actor: Column<u16>,
    /// Subject.
    pub subject: Column<u32>,
    /// Object.
    pub object: Column<u32>,
    /// Detail.
    pub detail: Column<u32>,
}

/// A column of a block. Its length is part of its type, so that a record is put in without asking for it.
pub type Column<T> = Box<[T; BLOCK_RECORDS as usize]>;

fn column<T: Default + Clone>() -> Column<T> {
    let column: Box<[T]> = vec![T::default(); BLOCK_RECORDS as usize].into_boxed_slice();
    column.try_into().unwrap_or_else(|_| unreachable!("a column is as long as a block"))
}

impl Default for Block {
    fn default() -> Self {
        Self {
            len: 0,
            time: column(),
            cause: column(),
            kind: column(),
            actor: column(),
            subject: column(),
            object: column(),
            detail: column(),
        }
    }
}

impl Block {
    pub(super) fn put(&mut self, time: u32, record: Columns) {
        let at = (self.len % BLOCK_RECORDS) as usize;
        self.time[at] = time;
        self.cause[at] = record.cause;
        self.kind[at] = record.kind as u8;
        self.actor[at] = record.actor;
        self.subject[at] = record.subject;
        self.object[at] = record.object;
        self.detail[at] = record.detail;
        self.len += 1;
    }

    /// Takes what is filled into a hash.
    pub(super) fn hash_into(&self, hash: &mut ColumnsHash) {
        let filled = self.len as usize;
        hash.column(&self.time[..filled]);
        hash.column(&self.cause[..filled]);
        hash.column(&self.kind[..filled]);
        hash.column(&self.actor[..filled]);
        hash.column(&self.subject[..filled]);
        hash.column(&self.object[..filled]);
        hash.column(&self.detail[..filled]);
    }

    /// The columns of one record.
    pub fn columns(&self, at: u32) -> Option<Columns> {
        if at >= self.len {
            return None;
        }
        let at = at as usize;
        Some(Columns {
            kind: RecordKind::from_number(self.kind[at])?,
            actor: self.actor[at],
            cause: self.cause[at],
            subject: self.subject[at],
            object: self.object[at],
            detail: self.detail[at],
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
        if (number as usize).is_multiple_of(BLOCK_ENTRIES) {
            self.add_block();
        }
        self.len += 1;
        if let Some(block) = self.blocks.last_mut() {
            block.push(entry);
        }
        number
    }

    /// The last block, as far as it is filled, and whether it is full.
    pub(super) fn last_block(&self) -> (&[T], bool) {
        let block = self.blocks.last().map_or(&[][..], |block| block);
        (block, block.len() == BLOCK_ENTRIES)
    }

    /// The first block may grow: most recordings are small.
    #[cold]
    fn add_block(&mut self) {
        let room = if self.blocks.is_empty() { 0 } else { BLOCK_ENTRIES };
        self.blocks.push(Vec::with_capacity(room));
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
