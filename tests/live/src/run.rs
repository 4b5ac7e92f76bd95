//! One sequence on both brokers, and the shortest sequence that still differs.

use serde_json::Value;
use warren::broker::{BrokerConfig, Version};
use warren::conformance::{Replay, same_state};

use crate::compare::{Verdict, compare};
use crate::probe::Probe;
use crate::real::Real;
use crate::reasons::{self, Reason};

/// A sequence that sleeps is tried this often on a machine that is busy.
const TRIES: u32 = 4;

/// Where the real broker is, and which one it is.
#[derive(Clone, Debug)]
pub struct Target {
    /// `127.0.0.1:5679`.
    pub address: String,
    /// The port on which the probe listens.
    pub probe: u16,
    /// `3.10.8`.
    pub version: String,
    /// Whose behaviour ours takes on.
    pub line: Version,
}

/// A step at which the brokers part.
#[derive(Clone, Debug)]
pub struct Difference {
    /// Which step; one past the last: the final state.
    pub at: usize,
    /// What the real broker did.
    pub real: Value,
    /// What ours did.
    pub ours: Value,
}

/// How a sequence went.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// The same to the end.
    Same {
        /// At how many steps the order of independent things differed.
        reordered: u32,
    },
    /// Different, for a reason that is written down.
    Known(Reason),
    /// Different.
    Different(Difference),
}

/// Runs a sequence on both brokers, up to the first difference. Also what the real broker did, for a recorded case.
pub fn run(
    target: &Target,
    vhost: &str,
    probe: &mut Probe,
    steps: &[Value],
) -> Result<(Outcome, Vec<Value>), String> {
    let mut tries = 0;
    loop {
        let mut pair = Pair::new(target, vhost, probe, steps);
        let outcome = match pair.go(steps.len()) {
            Ok(None) => pair.end(),
            Ok(Some(outcome)) => Ok(outcome),
            Err(why) => Err(why),
        };
        let Pair { real, seen, .. } = pair;
        let slow = real.slow;
        real.end()?;
        tries += 1;
        // Where steps before a sleep took too long, a difference says nothing.
        if !slow || tries == TRIES || matches!(outcome, Ok(Outcome::Same { .. })) {
            return Ok((outcome?, seen));
        }
    }
}

/// A sequence on both brokers, side by side.
pub struct Pair<'a> {
    target: &'a Target,
    steps: &'a [Value],
    ours: Replay,
    /// The real broker.
    pub real: Real<'a>,
    /// What the real broker did.
    pub seen: Vec<Value>,
    reordered: u32,
}

impl<'a> Pair<'a> {
    /// Nothing is carried out yet.
    pub fn new(target: &'a Target, vhost: &'a str, probe: &'a mut Probe, steps: &'a [Value]) -> Self {
        let ours = Replay::new(BrokerConfig::conformance(target.line));
        let real = Real::new(&target.address, vhost, probe);
        Self { target, steps, ours, real, seen: Vec::new(), reordered: 0 }
    }

    /// Carries out the steps before that one; how it went, if that was the end.
    pub fn go(&mut self, before: usize) -> Result<Option<Outcome>, String> {
        for at in self.seen.len()..before {
            let step = &self.steps[at];
            let got = self.ours.step(step);
            let expected = self.real.step(step)?;
            self.seen.push(expected.clone());
            match compare(step, &expected, &got) {
                Verdict::Same => {}
                Verdict::Reordered => {
                    self.reordered += 1;
                    // From here on the same tag may mean another message.
                    if expected["events"].to_string().contains("\"deliver\"") {
                        return Ok(Some(Outcome::Known(reasons::ORDER)));
                    }
                }
                Verdict::Different => {
                    return Ok(Some(self.differs(Difference { at, real: expected, ours: got })));
                }
            }
        }
        Ok(None)
    }

    /// The node has restarted: ours does, too.
    pub fn restarted(&mut self) -> Result<(), String> {
        if let Some(step) = self.steps.get(self.seen.len()) {
            self.ours.step(step);
        }
        self.seen.push(serde_json::json!({"ok": {}}));
        self.real.restarted()
    }

    /// Compares what is left.
    pub fn end(&mut self) -> Result<Outcome, String> {
        let (expected, got) = (self.real.state()?, self.ours.state());
        if same_state(&expected, &got) {
            return Ok(Outcome::Same { reordered: self.reordered });
        }
        Ok(self.differs(Difference { at: self.steps.len(), real: expected, ours: got }))
    }

    fn differs(&self, difference: Difference) -> Outcome {
        match reasons::of(self.target, self.steps, &self.seen, &difference) {
            Some(reason) => Outcome::Known(reason),
            None => Outcome::Different(difference),
        }
    }
}

/// Leaves out steps as long as the brokers still differ, and not for a known reason.
pub fn shrink(
    target: &Target,
    vhost: &str,
    probe: &mut Probe,
    steps: Vec<Value>,
    difference: Difference,
) -> Result<(Vec<Value>, Difference), String> {
    let mut best = steps;
    let mut found = difference;
    cut(&mut best, &found);
    let mut size = (best.len() / 2).max(1);
    loop {
        let mut at = 0;
        let mut smaller = false;
        while at < best.len() {
            let mut candidate = best.clone();
            candidate.drain(at..(at + size).min(best.len()));
            if let Outcome::Different(difference) = run(target, vhost, probe, &candidate)?.0
                && difference.real["nothing"].is_null()
                && difference.ours["nothing"].is_null()
            {
                best = candidate;
                found = difference;
                cut(&mut best, &found);
                smaller = true;
            } else {
                at += size;
            }
        }
        if size > 1 {
            size /= 2;
        } else if !smaller {
            return Ok((best, found));
        }
    }
}

/// What comes after the difference does not matter.
fn cut(steps: &mut Vec<Value>, difference: &Difference) {
    steps.truncate(difference.at + 1);
}
