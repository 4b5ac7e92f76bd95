//! Moving in time: seeks, steps, playing.
//!
//! The hand may move faster than the worker answers. So a wish to go somewhere is one value, the newest, and is sent
//! only when the panels have caught up with the moment before it (`refresh`): each moment that is shown is shown by
//! all panels, and nothing starves while one drags.

use crate::engine::protocol::What;
use crate::inspect::view::{MarkKind, Step, Thing};

use super::state::State;

/// Where to go.
#[derive(Clone, Debug, PartialEq)]
pub enum Seek {
    /// The moment after that step.
    Step(Step),
    /// The last moment not after that time, and that many steps further within it.
    Time {
        /// Microseconds.
        time: u64,
        /// Steps further.
        ordinal: u32,
    },
    /// The end, wherever that comes to be.
    End,
    /// The next (or last) step with a mark of these kinds, of that thing.
    Mark {
        /// Forwards in time.
        forwards: bool,
        /// Kinds; empty: any.
        kinds: Vec<MarkKind>,
        /// Of which thing.
        of: Option<Thing>,
    },
}

impl Seek {
    /// The question for it, in a run of so many steps, from that step.
    pub fn question(&self, from: Step, steps: Step) -> (Step, What) {
        match self {
            Seek::Step(step) => ((*step).min(steps), What::Moment),
            Seek::Time { time, ordinal } => (from, What::At { time: *time, ordinal: *ordinal }),
            Seek::End => (steps, What::Moment),
            Seek::Mark { forwards, kinds, of } => {
                (from, What::Seek { forwards: *forwards, kinds: kinds.clone(), of: of.clone() })
            }
        }
    }
}

/// Speeds in thousandths: 1000 is as fast as the clock on the wall.
pub const SPEEDS: [u64; 16] = [
    10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000,
    1_000_000,
];

/// Playing.
#[derive(Clone, Debug)]
pub struct Playback {
    /// Whether time goes on by itself.
    pub playing: bool,
    /// Index of `SPEEDS`.
    pub speed: u8,
    /// The person has chosen the speed: it no longer follows the length of the run.
    pub is_chosen: bool,
    /// Virtual time that has been played to, microseconds.
    pub clock: u64,
    /// Thousandths of a microsecond left over, so that slow motion does not lose time.
    rest: u64,
}

impl Default for Playback {
    fn default() -> Self {
        Self { playing: false, speed: 6, is_chosen: false, clock: 0, rest: 0 }
    }
}

impl Playback {
    /// Thousandths of the wall's speed.
    pub fn speed_permille(&self) -> u64 {
        SPEEDS.get(usize::from(self.speed)).copied().unwrap_or(1_000)
    }

    /// A run of that length plays in about a dozen seconds, unless the person has chosen otherwise.
    pub(super) fn suit(&mut self, length: u64) {
        const PLAYS_FOR_SECONDS: u64 = 12;
        if !self.is_chosen && !self.playing {
            let wanted = length / 1_000 / PLAYS_FOR_SECONDS;
            let fits = SPEEDS.iter().rposition(|speed| *speed <= wanted).unwrap_or(0);
            self.speed = u8::try_from(fits).unwrap_or(0);
        }
    }

    fn advance(&mut self, elapsed: u64) {
        let fine = elapsed.saturating_mul(self.speed_permille()).saturating_add(self.rest);
        self.clock = self.clock.saturating_add(fine / 1_000);
        self.rest = fine % 1_000;
    }
}

/// What one wants to jump to when something went wrong.
pub fn problem_kinds() -> Vec<MarkKind> {
    use MarkKind::{DeadLetter, Drop, Expire, FailedCheck, Fault, Redeliver, Refusal, Return};
    vec![Redeliver, DeadLetter, Expire, Return, Drop, Refusal, Fault, FailedCheck]
}

/// Goes somewhere; playing stops.
pub(super) fn seek(state: &mut State, seek: Seek) {
    state.playback.playing = false;
    go(state, seek);
}

fn go(state: &mut State, seek: Seek) {
    state.at_end = seek == Seek::End;
    state.seek = Some(seek);
}

/// So many steps on or back, from where the hand already is.
pub(super) fn step_by(state: &mut State, by: i64) {
    let from = match state.seek.as_ref().or(state.seeking.as_ref()) {
        Some(Seek::Step(step)) => *step,
        _ => state.step(),
    };
    let last = state.runs.shown.as_ref().map_or(0, |shown| shown.summary.steps);
    seek(state, Seek::Step(from.saturating_add_signed(by).min(last)));
}

/// Plays from here, or from the beginning if the end has been reached; or pauses.
pub(super) fn toggle(state: &mut State) {
    if state.playback.playing {
        state.playback.playing = false;
        return;
    }
    let Some(shown) = &state.runs.shown else { return };
    let from_start = state.at_end || state.step() >= shown.summary.steps;
    state.playback.clock = if from_start { 0 } else { state.clock() };
    state.playback.rest = 0;
    state.playback.playing = true;
    if from_start {
        go(state, Seek::Step(0));
    }
}

/// A frame has gone by.
pub(super) fn frame(state: &mut State, elapsed: u64) {
    let Some(shown) = state.runs.shown.as_ref().filter(|_| state.playback.playing) else { return };
    let (end, done) = (shown.summary.time, shown.summary.done);
    // A tab that was out of sight comes back with one very long frame: time does not jump for it.
    state.playback.advance(elapsed.min(100_000));
    if state.playback.clock >= end {
        state.playback.clock = end;
        if done {
            state.playback.playing = false;
            return go(state, Seek::End);
        }
    }
    let time = state.playback.clock;
    go(state, Seek::Time { time, ordinal: u32::MAX });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slow_motion_loses_no_time() {
        let mut playback = Playback { speed: 0, ..Playback::default() };
        for _ in 0..1_000 {
            playback.advance(16_667);
        }
        assert_eq!(playback.clock, 166_670);
    }
}
