//! Which variable a word is: how many environments out, and which slot there.
//!
//! An environment is one run of a block that declares variables; a block that declares none has none.

use std::collections::BTreeMap;

use crate::amqp::Name;
use crate::script::ast::{Block, StmtKind};
use crate::script::program::Var;

/// What a word means in an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A variable, and whether it is an alias of a queue made in this client.
    Variable(Var, bool),
    /// What a `where` is asked about.
    It,
}

#[derive(Clone, Copy)]
enum Place {
    World(u16),
    /// Index of the environment, from the outermost; the slot there.
    Local(u16, u16),
    It,
}

/// The variables in sight, innermost last.
#[derive(Default)]
pub(super) struct Scopes {
    /// For each name, innermost last, where it is and whether it is an alias of a queue.
    seen: BTreeMap<Box<str>, Vec<(Place, bool)>>,
    /// The names in the order in which they came into sight.
    order: Vec<Box<str>>,
    /// For each scope, how many variables were in sight when it began.
    marks: Vec<usize>,
    /// For each open environment, how many of its slots are given out.
    environments: Vec<u16>,
}

impl Scopes {
    /// The variables of the world come into sight.
    pub fn enter_world(&mut self, names: &[(Name, bool)]) {
        for (slot, (name, alias)) in names.iter().enumerate() {
            let slot = u16::try_from(slot).unwrap_or(u16::MAX);
            self.see(name, Place::World(slot), *alias);
        }
    }

    /// A scope of names begins, in the environment that is open.
    pub fn enter(&mut self) {
        self.marks.push(self.order.len());
    }

    /// It ends.
    pub fn leave(&mut self) {
        let kept = self.marks.pop().unwrap_or(0);
        for name in self.order.drain(kept..) {
            if let Some(meanings) = self.seen.get_mut(&name) {
                meanings.pop();
            }
        }
    }

    /// An environment begins: so does a scope.
    pub fn enter_environment(&mut self) {
        self.enter();
        self.environments.push(0);
    }

    /// It ends. How many slots it had.
    pub fn leave_environment(&mut self) -> u16 {
        self.leave();
        self.environments.pop().unwrap_or(0)
    }

    /// Whether variables are made in an environment, not in the world.
    pub fn has_environment(&self) -> bool {
        !self.environments.is_empty()
    }

    /// A hidden variable of the open environment.
    pub fn hidden(&mut self) -> Var {
        let environment = self.environments.len().saturating_sub(1);
        let slot = self.environments.last_mut().map_or(0, |slots| {
            let slot = *slots;
            *slots = slots.saturating_add(1);
            slot
        });
        self.var(Place::Local(u16::try_from(environment).unwrap_or(u16::MAX), slot))
    }

    /// A new variable of the open environment.
    pub fn declare(&mut self, name: &str, alias: bool) -> Var {
        let environment = u16::try_from(self.environments.len().saturating_sub(1)).unwrap_or(u16::MAX);
        let var = self.hidden();
        let slot = match var {
            Var::Local { slot, .. } | Var::World(slot) => slot,
        };
        self.see(name, Place::Local(environment, slot), alias);
        var
    }

    /// Another name for a variable of the open environment.
    pub fn call(&mut self, name: &str, slot: u16) {
        let environment = u16::try_from(self.environments.len().saturating_sub(1)).unwrap_or(u16::MAX);
        self.see(name, Place::Local(environment, slot), false);
    }

    /// What a `where` is asked about gets a name.
    pub fn it(&mut self, name: &str) {
        self.see(name, Place::It, false);
    }

    /// In a client, what the operator called `as` is a variable like any other.
    pub fn forget_aliases(&mut self) {
        for meanings in self.seen.values_mut() {
            meanings.iter_mut().for_each(|(_, alias)| *alias = false);
        }
    }

    fn see(&mut self, name: &str, place: Place, alias: bool) {
        self.order.push(name.into());
        self.seen.entry(name.into()).or_default().push((place, alias));
    }

    /// What the word means here.
    pub fn find(&self, name: &str) -> Option<Meaning> {
        let (place, alias) = self.seen.get(name)?.last()?;
        Some(match place {
            Place::It => Meaning::It,
            place => Meaning::Variable(self.var(*place), *alias),
        })
    }

    fn var(&self, place: Place) -> Var {
        match place {
            Place::Local(environment, slot) => {
                let innermost = u16::try_from(self.environments.len().saturating_sub(1)).unwrap_or(u16::MAX);
                Var::Local { hops: innermost.saturating_sub(environment), slot }
            }
            Place::World(slot) => Var::World(slot),
            Place::It => Var::World(u16::MAX),
        }
    }
}

/// The variables that a block declares in its own scope, in the order of their slots.
pub(super) fn declared(block: &Block) -> Vec<&str> {
    block
        .statements
        .iter()
        .filter_map(|statement| match &statement.kind {
            StmtKind::Let { variable, .. } => Some(&*variable.text),
            StmtKind::Queue { alias: Some(alias), .. } | StmtKind::Purge { alias: Some(alias), .. } => {
                Some(&*alias.text)
            }
            StmtKind::Get { body: None, alias, .. } => {
                Some(alias.as_ref().map_or("message", |alias| &*alias.text))
            }
            _ => None,
        })
        .collect()
}
