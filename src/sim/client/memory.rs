//! A client's variables: environments in an arena.
//!
//! An environment is one run of a block. It goes when the block is left, unless a handler that was set inside keeps
//! it; holders are counted, and there are no cycles, as environments never refer to handlers.

use crate::sim::value::Value;

/// An environment of an [`Arena`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EnvId(u32);

impl EnvId {
    pub(super) const NONE: Self = Self(u32::MAX);
}

#[derive(Clone, Debug)]
struct Env {
    parent: EnvId,
    slots: Vec<Value>,
    /// Frames, handlers and inner environments that refer to it.
    holders: u32,
}

/// All environments of a client.
#[derive(Clone, Debug, Default)]
pub struct Arena {
    envs: Vec<Env>,
    free: Vec<u32>,
    bytes: u64,
}

static NULL: Value = Value::Null;

impl Arena {
    /// An outermost environment, held once.
    pub(super) fn root(&mut self, slots: u16) -> EnvId {
        self.add(EnvId::NONE, None, slots)
    }

    /// An environment inside another, with the value of its first variable; both are held once more.
    pub(super) fn inside(&mut self, parent: EnvId, first: Value, slots: u16) -> EnvId {
        self.hold(parent);
        self.add(parent, Some(first), slots)
    }

    /// Enters a block: who held the outer environment now holds the inner one, which holds the outer one.
    pub(super) fn enter(&mut self, outer: EnvId, slots: u16) -> EnvId {
        self.add(outer, None, slots)
    }

    /// Leaves a block: who held the inner environment holds the outer one again.
    pub(super) fn leave(&mut self, inner: EnvId) -> EnvId {
        let Some(env) = self.envs.get(inner.0 as usize) else { return inner };
        let outer = env.parent;
        if outer == EnvId::NONE {
            return inner;
        }
        self.hold(outer);
        self.release(inner);
        outer
    }

    pub(super) fn hold(&mut self, id: EnvId) {
        if let Some(env) = self.envs.get_mut(id.0 as usize) {
            env.holders += 1;
        }
    }

    pub(super) fn release(&mut self, mut id: EnvId) {
        while let Some(env) = self.envs.get_mut(id.0 as usize) {
            env.holders = env.holders.saturating_sub(1);
            if env.holders > 0 {
                return;
            }
            self.bytes -= env.slots.iter().map(Value::bytes).sum::<u64>();
            // The room stays for the next one.
            env.slots.clear();
            let parent = std::mem::replace(&mut env.parent, EnvId::NONE);
            self.free.push(id.0);
            id = parent;
        }
    }

    /// A variable, so many environments further out. What is not there is null.
    pub fn get(&self, env: EnvId, hops: u16, slot: u16) -> &Value {
        self.envs
            .get(self.outward(env, hops).0 as usize)
            .and_then(|env| env.slots.get(usize::from(slot)))
            .unwrap_or(&NULL)
    }

    pub(super) fn set(&mut self, env: EnvId, hops: u16, slot: u16, value: Value) {
        if let Some((place, bytes)) = self.place(env, hops, slot) {
            *bytes = *bytes + value.bytes() - place.bytes();
            *place = value;
        }
    }

    /// The place of a variable, for a change that leaves its value as large as it is.
    pub(super) fn in_place(&mut self, env: EnvId, hops: u16, slot: u16) -> Option<&mut Value> {
        self.place(env, hops, slot).map(|(place, _)| place)
    }

    fn place(&mut self, env: EnvId, hops: u16, slot: u16) -> Option<(&mut Value, &mut u64)> {
        let at = self.outward(env, hops);
        let place = self.envs.get_mut(at.0 as usize)?.slots.get_mut(usize::from(slot))?;
        Some((place, &mut self.bytes))
    }

    /// Logical bytes of all variables.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Takes all variables into a hash, as they are written.
    pub(super) fn hash_into(&self, hash: &mut crate::sim::record::RunningHash) {
        for env in self.envs.iter().filter(|env| env.holders > 0) {
            for value in &env.slots {
                hash.bytes(crate::sim::value::text_of(value).as_bytes());
            }
        }
    }

    fn outward(&self, mut env: EnvId, hops: u16) -> EnvId {
        for _ in 0..hops {
            env = self.envs.get(env.0 as usize).map_or(EnvId::NONE, |env| env.parent);
        }
        env
    }

    fn add(&mut self, parent: EnvId, first: Option<Value>, slots: u16) -> EnvId {
        let id = EnvId(self.free.pop().unwrap_or(self.envs.len() as u32));
        if id.0 as usize == self.envs.len() {
            self.envs.push(Env { parent, slots: Vec::new(), holders: 1 });
        }
        let env = &mut self.envs[id.0 as usize];
        (env.parent, env.holders) = (parent, 1);
        if let Some(first) = first {
            self.bytes += first.bytes();
            env.slots.push(first);
        }
        for _ in env.slots.len()..usize::from(slots) {
            self.bytes += Value::Null.bytes();
            env.slots.push(Value::Null);
        }
        id
    }
}

#[cfg(test)]
mod tests {
    use super::Arena;
    use crate::sim::value::Value;

    #[test]
    fn a_block_goes_unless_a_handler_keeps_it() {
        let mut arena = Arena::default();
        let body = arena.root(1);
        let empty = arena.bytes();
        let block = arena.enter(body, 2);
        arena.set(block, 0, 1, Value::Int(5));
        arena.set(block, 1, 0, Value::text("outer"));
        arena.hold(block);
        assert_eq!(arena.leave(block), body);
        let handler = arena.inside(block, Value::Bool(true), 1);
        assert!(matches!(arena.get(handler, 1, 1), Value::Int(5)));
        assert!(matches!(arena.get(handler, 2, 0), Value::Text(_)));
        arena.release(handler);
        arena.release(block);
        arena.set(body, 0, 0, Value::Null);
        assert_eq!(arena.bytes(), empty);
    }

    #[test]
    fn loops_reuse_their_environments() {
        let mut arena = Arena::default();
        let body = arena.root(0);
        for _ in 0..1000 {
            let block = arena.enter(body, 3);
            assert_eq!(arena.leave(block), body);
        }
        assert_eq!(arena.envs.len(), 2);
    }
}
