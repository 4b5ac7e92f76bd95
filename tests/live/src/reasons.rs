//! Differences that are known and stay: a bug of a version that is not to be copied, a race between processes. At most
//! ten; each is written down in `README.md` with its case.

use serde_json::Value;

use crate::world::World;

/// Why a sequence may end early.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reason {
    /// In one word, as the log counts it.
    pub name: &'static str,
}

/// Deliveries of two queues to one channel came in another order.
pub const ORDER: Reason = Reason { name: "order-between-queues" };

/// A connection ended that consumed on several channels: which of them ends first decides who gets what is requeued.
const CHANNELS_END: Reason = Reason { name: "order-of-ending-channels" };

/// The reason of a difference, if it is a known one.
pub fn of(steps: &[Value], seen: &[Value]) -> Option<Reason> {
    ended_with_several_consumers(steps, seen).then_some(CHANNELS_END)
}

fn ended_with_several_consumers(steps: &[Value], seen: &[Value]) -> bool {
    let mut world = World::default();
    for (step, outcome) in steps.iter().zip(seen) {
        let consuming = |world: &World, label: &str| {
            let channels = world.channels.iter();
            channels
                .filter(|channel| {
                    channel.open && channel.connection == label && !channel.consumers.is_empty()
                })
                .count()
        };
        let before: Vec<(String, usize)> = world
            .connections
            .iter()
            .filter(|connection| connection.open)
            .map(|connection| (connection.label.clone(), consuming(&world, &connection.label)))
            .collect();
        world.observe(step, outcome);
        let ended = |label: &str| !world.connections.iter().any(|known| known.label == label && known.open);
        if before.iter().any(|(label, consuming)| *consuming > 1 && ended(label)) {
            return true;
        }
    }
    false
}
