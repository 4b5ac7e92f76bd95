//! Routes found before, by routing key: most traffic has few keys.
//!
//! A clone begins with an empty one. It never changes an answer, only how fast it comes.

use std::sync::Arc;

use crate::amqp::Name;

use super::routing::Route;

/// Keys remembered for an exchange; two that fall into the same slot displace each other.
const SLOTS: usize = 256;

/// The routes of one exchange.
#[derive(Debug, Default)]
pub(super) struct RouteCache {
    /// Under which generation of the topology they were found.
    generation: u32,
    slots: Vec<Option<(Name, Arc<Route>)>>,
}

impl Clone for RouteCache {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl RouteCache {
    pub fn get(&self, key: &str, generation: u32) -> Option<Arc<Route>> {
        let (known, route) = self.slots.get(slot(key))?.as_ref()?;
        (self.generation == generation && **known == *key).then(|| Arc::clone(route))
    }

    pub fn put(&mut self, key: &Name, generation: u32, route: Arc<Route>) {
        if self.generation != generation || self.slots.is_empty() {
            self.generation = generation;
            self.slots.clear();
            self.slots.resize(SLOTS, None);
        }
        self.slots[slot(key)] = Some((key.clone(), route));
    }
}

/// FNV-1a (public domain), as good as any for short keys and the same everywhere.
fn slot(key: &str) -> usize {
    let start = 0xcbf2_9ce4_8422_2325u64;
    let hash = key.bytes().fold(start, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
    (hash ^ (hash >> 32)) as usize % SLOTS
}
