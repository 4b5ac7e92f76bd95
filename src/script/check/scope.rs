//! Which variables there are at a place.

use std::collections::BTreeMap;

/// The variables of the blocks around a place.
#[derive(Default)]
pub(super) struct Scopes {
    /// For each name, innermost last, whether it is an alias made by `as` of a queue (a name in name places).
    variables: BTreeMap<Box<str>, Vec<bool>>,
    /// The names in the order in which they came.
    order: Vec<Box<str>>,
    /// How many there were when each block began.
    blocks: Vec<usize>,
}

impl Scopes {
    /// Goes into a block.
    pub fn enter(&mut self) {
        self.blocks.push(self.order.len());
    }

    /// Goes out of it: its variables are gone.
    pub fn leave(&mut self) {
        let kept = self.blocks.pop().unwrap_or(0);
        for name in self.order.drain(kept..) {
            if let Some(meanings) = self.variables.get_mut(&name) {
                meanings.pop();
            }
        }
    }

    /// A new variable.
    pub fn declare(&mut self, name: &str) {
        self.add(name, false);
    }

    /// A new alias of a queue.
    pub fn alias(&mut self, name: &str) {
        self.add(name, true);
    }

    fn add(&mut self, name: &str, alias: bool) {
        self.order.push(name.into());
        self.variables.entry(name.into()).or_default().push(alias);
    }

    /// Whether there is such a variable, and whether it is an alias.
    pub fn find(&self, name: &str) -> Option<bool> {
        self.variables.get(name).and_then(|meanings| meanings.last()).copied()
    }

    /// All names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.order.iter().map(|name| &**name)
    }
}
