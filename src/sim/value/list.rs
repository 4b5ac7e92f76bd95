//! Lists and tables. Both know how large and how deep they are, so that no script can build what takes for ever to
//! compare, to print or to drop.

use std::sync::Arc;

use crate::amqp::Name;

use super::types::{ScriptError, Value};

/// Items of a list, entries of a table: what a handler may still walk through at every message.
const ITEMS_MAX: usize = 100_000;
/// Lists in lists: comparing, printing and dropping recurse this deep.
const DEPTH_MAX: u8 = 32;
/// What a list or table would take written out.
const BYTES_MAX: u64 = 8 << 20;

/// A list.
#[derive(Clone, Debug)]
pub struct List {
    items: Vec<Value>,
    bytes: u64,
    depth: u8,
}

impl List {
    /// A list of those, if they are not too many.
    pub fn new(items: Vec<Value>) -> Result<Arc<Self>, ScriptError> {
        if items.len() > ITEMS_MAX {
            return Err(ScriptError::new(format!("a list holds at most {ITEMS_MAX} values")));
        }
        let bytes = items.iter().fold(16, |sum: u64, item| sum.saturating_add(item.bytes()));
        let depth = items.iter().map(Value::depth).max().unwrap_or(0) + 1;
        check(bytes, depth)?;
        Ok(Arc::new(Self { items, bytes, depth }))
    }

    /// Its items.
    pub fn items(&self) -> &[Value] {
        &self.items
    }

    /// Logical bytes.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(super) fn depth(&self) -> u8 {
        self.depth
    }
}

/// A table: names and values in the order in which they were set.
#[derive(Clone, Debug)]
pub struct Table {
    entries: Vec<(Name, Value)>,
    bytes: u64,
    depth: u8,
}

impl Table {
    /// A table of those; a name that comes twice has the later value.
    pub fn new(entries: Vec<(Name, Value)>) -> Result<Arc<Self>, ScriptError> {
        let mut table = Self { entries: Vec::with_capacity(entries.len()), bytes: 16, depth: 1 };
        for (name, value) in entries {
            table.set(name, value)?;
        }
        Ok(Arc::new(table))
    }

    /// An empty table.
    pub fn empty() -> Arc<Self> {
        Arc::new(Self { entries: Vec::new(), bytes: 16, depth: 1 })
    }

    /// Its entries.
    pub fn entries(&self) -> &[(Name, Value)] {
        &self.entries
    }

    /// The value of a name.
    pub fn get(&self, field: &str) -> Option<&Value> {
        self.entries.iter().find(|(name, _)| &**name == field).map(|(_, value)| value)
    }

    /// Sets a value in place, or adds it at the end.
    pub fn set(&mut self, name: Name, value: Value) -> Result<(), ScriptError> {
        let depth = self.depth.max(value.depth() + 1);
        let at = self.entries.iter().position(|(other, _)| *other == name);
        let old = at.map_or(0, |at| self.entries[at].1.bytes());
        let added = value.bytes() + if at.is_none() { 16 + name.len() as u64 } else { 0 };
        let bytes = self.bytes.saturating_sub(old).saturating_add(added);
        check(bytes, depth)?;
        match at {
            Some(at) => self.entries[at].1 = value,
            None if self.entries.len() >= ITEMS_MAX => {
                return Err(ScriptError::new(format!("a table holds at most {ITEMS_MAX} entries")));
            }
            None => self.entries.push((name, value)),
        }
        (self.bytes, self.depth) = (bytes, depth);
        Ok(())
    }

    /// Logical bytes.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(super) fn depth(&self) -> u8 {
        self.depth
    }
}

fn check(bytes: u64, depth: u8) -> Result<(), ScriptError> {
    if bytes > BYTES_MAX {
        return Err(ScriptError::new("a list or table takes at most 8 MiB"));
    }
    if depth > DEPTH_MAX {
        return Err(ScriptError::new(format!(
            "lists and tables stand at most {DEPTH_MAX} deep in one another"
        )));
    }
    Ok(())
}
