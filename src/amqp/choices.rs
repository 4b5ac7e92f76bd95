//! Everything that could have gone otherwise asks one value.

/// Decides what a real broker or network leaves open: jitter, `wait 1s..3s`, x-random, races between
/// processes. Seeded in a run, a recorded list in a replay, an enumerator in exploration.
pub trait Choices {
    /// A number in `0..count`. `count` is at least 1.
    fn choose(&mut self, count: u32) -> u32;
}
