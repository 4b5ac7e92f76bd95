//! Sequences in which messages and queues live for a short time. Nothing waits for a clock but a `sleep` that outlasts
//! whatever is about to happen: it comes a few steps after the first of these, and as no step takes long, what expires in
//! it on one broker does so on the other.

use serde_json::json;
use warren::amqp::SimDuration;

use crate::arguments::{HOUR_MS, Lives};
use crate::generate::Drawing;

/// The only queue whose messages live so short: of two queues that expire at once, chance decides which is first.
pub const SHORT_LIVED: &str = "q0";
/// How long its messages live.
const SHORT_MS: u64 = 500;
/// How long other queues live unused: longer than a message, shorter than one that is dead-lettered to live once more.
const UNUSED_MS: u64 = 750;
/// What lies further away than this does not happen in a sequence.
const NEAR: SimDuration = SimDuration::secs(30);
/// A sleep is that much longer than it has to be.
const SPARE_MS: u64 = 400;
/// Steps that may come before the sleep.
pub const STEPS_BEFORE: u32 = 2;

impl Drawing {
    /// How long a queue and its messages live, if somebody says so.
    pub(super) fn lives(&self, queue: &str, quorum: bool) -> Lives {
        let late = Lives { messages: &[HOUR_MS], queues: &[HOUR_MS], percent: 9 };
        if self.timed && queue == SHORT_LIVED {
            return Lives { messages: &[SHORT_MS, SHORT_MS, HOUR_MS], percent: 60, ..late };
        }
        // RabbitMQ looks every five seconds whether a quorum queue is used.
        if self.timed && !quorum {
            return Lives { queues: &[UNUSED_MS, HOUR_MS], ..late };
        }
        // Of a quorum queue what expires at once goes a millisecond later, and that is a race.
        let instant = self.quorum_percent == 0 && !self.timed;
        if instant { Lives { messages: &[0, 0, HOUR_MS], ..late } } else { late }
    }

    /// Sleeps if something is about to happen by itself, and so many steps have come since.
    pub(super) fn rest(&mut self, steps_before: u32) {
        if !self.timed || !self.is_restless() {
            self.restless = 0;
            return;
        }
        self.restless += 1;
        if self.restless <= steps_before {
            return;
        }
        self.restless = 0;
        let mut all = 0;
        while self.is_restless() {
            let due = self.replay.next_by_itself().unwrap_or_default();
            all += self.sleep(due.0.div_ceil(1000));
        }
        all += self.sleep(SPARE_MS);
        self.steps.push(json!({"op": "sleep", "ms": all}));
        self.note_state();
    }

    fn is_restless(&self) -> bool {
        self.replay.next_by_itself().is_some_and(|due| due <= NEAR)
    }

    fn sleep(&mut self, ms: u64) -> u64 {
        let step = json!({"op": "sleep", "ms": ms});
        let outcome = self.replay.step(&step);
        self.world.observe(&step, &outcome);
        ms
    }
}
