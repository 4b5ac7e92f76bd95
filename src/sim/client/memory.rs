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
    /// The outer one; of one that is free, the next free one.
    parent: EnvId,
    slots: Vec<Value>,
    /// Logical bytes of its variables.
    bytes: u64,
    /// Frames, handlers and inner environments that refer to it.
    holders: u32,
}

impl Env {
    /// Makes the rest of its variables, all null.
    #[inline]
    fn fill(&mut self, slots: u16) {
        while self.slots.len() < usize::from(slots) {
            self.bytes += Value::Null.bytes();
            self.slots.push(Value::Null);
        }
    }
}

/// All environments of a client.
#[derive(Clone, Debug)]
pub struct Arena {
    envs: Vec<Env>,
    /// The one that became free last.
    free: EnvId,
    bytes: u64,
}

impl Default for Arena {
    fn default() -> Self {
        Self { envs: Vec::new(), free: EnvId::NONE, bytes: 0 }
    }
}

static NULL: Value = Value::Null;

impl Arena {
    /// An outermost environment, held once.
    pub(super) fn root(&mut self, slots: u16) -> EnvId {
        self.add(EnvId::NONE, slots)
    }

    /// An environment inside another, with the value of its first variable; both are held once more.
    #[inline(always)]
    pub(super) fn inside(&mut self, parent: EnvId, first: Value, slots: u16) -> EnvId {
        self.hold(parent);
        let Some((id, env)) = self.room(parent) else { return EnvId::NONE };
        env.bytes = first.bytes();
        env.slots.push(first);
        env.fill(slots);
        let bytes = env.bytes;
        self.bytes += bytes;
        id
    }

    /// Enters a block: who held the outer environment now holds the inner one, which holds the outer one.
    pub(super) fn enter(&mut self, outer: EnvId, slots: u16) -> EnvId {
        self.add(outer, slots)
    }

    /// Leaves a block: who held the inner environment holds the outer one again.
    pub(super) fn leave(&mut self, inner: EnvId) -> EnvId {
        let Some(env) = self.envs.get_mut(inner.0 as usize) else { return inner };
        let outer = env.parent;
        if outer == EnvId::NONE {
            return inner;
        }
        if env.holders > 1 {
            env.holders -= 1;
            self.hold(outer);
        } else {
            // Its hold on the outer one is handed on.
            self.clear(inner);
        }
        outer
    }

    pub(super) fn hold(&mut self, id: EnvId) {
        if let Some(env) = self.envs.get_mut(id.0 as usize) {
            env.holders += 1;
        }
    }

    pub(super) fn release(&mut self, mut id: EnvId) {
        while let Some(env) = self.envs.get_mut(id.0 as usize) {
            if env.holders > 1 {
                env.holders -= 1;
                return;
            }
            id = self.clear(id);
        }
    }

    /// Nobody holds an environment any more: its room stays for the next one. Gives back the outer one.
    fn clear(&mut self, id: EnvId) -> EnvId {
        let Some(env) = self.envs.get_mut(id.0 as usize) else { return EnvId::NONE };
        self.bytes -= env.bytes;
        (env.bytes, env.holders) = (0, 0);
        env.slots.clear();
        let next = std::mem::replace(&mut self.free, id);
        std::mem::replace(&mut env.parent, next)
    }

    /// A variable, so many environments further out. What is not there is null.
    pub fn get(&self, env: EnvId, hops: u16, slot: u16) -> &Value {
        self.envs
            .get(self.outward(env, hops).0 as usize)
            .and_then(|env| env.slots.get(usize::from(slot)))
            .unwrap_or(&NULL)
    }

    pub(super) fn set(&mut self, env: EnvId, hops: u16, slot: u16, value: Value) {
        let Some(env) = self.env_mut(env, hops) else { return };
        let Some(place) = env.slots.get_mut(usize::from(slot)) else { return };
        let (added, gone) = (value.bytes(), place.bytes());
        *place = value;
        env.bytes = env.bytes + added - gone;
        self.bytes = self.bytes + added - gone;
    }

    /// The place of a variable, for a change that leaves its value as large as it is.
    pub(super) fn in_place(&mut self, env: EnvId, hops: u16, slot: u16) -> Option<&mut Value> {
        self.env_mut(env, hops)?.slots.get_mut(usize::from(slot))
    }

    fn env_mut(&mut self, env: EnvId, hops: u16) -> Option<&mut Env> {
        let at = self.outward(env, hops);
        self.envs.get_mut(at.0 as usize)
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

    /// An environment whose variables are null.
    fn add(&mut self, parent: EnvId, slots: u16) -> EnvId {
        let Some((id, env)) = self.room(parent) else { return EnvId::NONE };
        env.fill(slots);
        let bytes = env.bytes;
        self.bytes += bytes;
        id
    }

    /// A new environment, held once, as yet without variables.
    #[inline]
    fn room(&mut self, parent: EnvId) -> Option<(EnvId, &mut Env)> {
        if self.free == EnvId::NONE {
            self.more_room();
        }
        let id = self.free;
        let env = self.envs.get_mut(id.0 as usize)?;
        self.free = env.parent;
        (env.parent, env.holders) = (parent, 1);
        Some((id, env))
    }

    #[cold]
    fn more_room(&mut self) {
        self.free = EnvId(self.envs.len() as u32);
        self.envs.push(Env { parent: EnvId::NONE, slots: Vec::new(), bytes: 0, holders: 0 });
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
