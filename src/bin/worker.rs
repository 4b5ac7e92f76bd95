//! The page's worker: bytes in, the engine, bytes out. Its clock decides how long a slice is, never what a run does.

use warren::engine::codec::{decode, encode};
use warren::engine::protocol::{BUILD, RunId, ToWorker};
use warren::engine::{Engine, Progress};
use warren::web::platform::worker_scope::{self, Host, Outbox, clock_ms};

/// How long a slice may take: questions and edits come between slices.
const SLICE_MS: f64 = 8.0;
/// How often the page is told how far a run has come.
const TOLD_EVERY_MS: f64 = 100.0;
/// Steps of the first slice, and the least and most that a slice is adapted to.
const STEPS_FIRST: u32 = 2_000;
const STEPS_MIN: u32 = 64;
const STEPS_MAX: u32 = 1_000_000;

fn main() {
    worker_scope::run(Worker { engine: Engine::new(), steps: STEPS_FIRST, told: f64::MIN });
}

struct Worker {
    engine: Engine,
    /// Steps of the next slice.
    steps: u32,
    /// When the page was last told how far a run has come.
    told: f64,
}

impl Host for Worker {
    fn receive(&mut self, message: Vec<u8>, out: &Outbox) {
        // What is no message comes from a page of another build: its `Hello` has been answered with ours.
        if let Some(message) = decode::<ToWorker>(&message)
            && let Some(answer) = self.engine.tell(message, BUILD)
        {
            out.send(&encode(&answer));
        }
    }

    fn work(&mut self, out: &Outbox) -> bool {
        let begun = clock_ms();
        let Progress { run, ended, more } = self.engine.work(self.steps);
        let now = clock_ms();
        self.adapt(now - begun);
        if let Some(run) = run.filter(|_| ended || now - self.told >= TOLD_EVERY_MS) {
            self.told = now;
            self.tell_progress(run, out);
        }
        more
    }
}

impl Worker {
    /// As many steps as would have taken the time of a slice, no more than doubled or halved at once.
    fn adapt(&mut self, took_ms: f64) {
        let wanted = f64::from(self.steps) * (SLICE_MS / took_ms.max(0.1)).clamp(0.5, 2.0);
        self.steps = (wanted as u32).clamp(STEPS_MIN, STEPS_MAX);
    }

    fn tell_progress(&mut self, run: RunId, out: &Outbox) {
        if let Some(progress) = self.engine.progress_of(run) {
            out.send(&encode(&progress));
        }
    }
}
