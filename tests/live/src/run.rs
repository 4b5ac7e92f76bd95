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
        let mut ours = Replay::new(BrokerConfig::conformance(target.line));
        let mut real = Real::new(&target.address, vhost, probe);
        let mut seen = Vec::new();
        let outcome = side_by_side(target, &mut ours, &mut real, steps, &mut seen);
        let slow = real.slow;
        real.end()?;
        tries += 1;
        // Where steps before a sleep took too long, a difference says nothing.
        if !slow || tries == TRIES || matches!(outcome, Ok(Outcome::Same { .. })) {
            return Ok((outcome?, seen));
        }
    }
}

fn side_by_side(
    target: &Target,
    ours: &mut Replay,
    real: &mut Real,
    steps: &[Value],
    seen: &mut Vec<Value>,
) -> Result<Outcome, String> {
    let mut reordered = 0;
    for (at, step) in steps.iter().enumerate() {
        let got = ours.step(step);
        let expected = real.step(step)?;
        seen.push(expected.clone());
        match compare(step, &expected, &got) {
            Verdict::Same => {}
            Verdict::Reordered => {
                reordered += 1;
                // From here on the same tag may mean another message.
                if expected["events"].to_string().contains("\"deliver\"") {
                    return Ok(Outcome::Known(reasons::ORDER));
                }
            }
            Verdict::Different => {
                let difference = Difference { at, real: expected, ours: got };
                return Ok(match reasons::of(target, steps, seen, &difference) {
                    Some(reason) => Outcome::Known(reason),
                    None => Outcome::Different(difference),
                });
            }
        }
    }
    let (expected, got) = (real.state()?, ours.state());
    if same_state(&expected, &got) {
        return Ok(Outcome::Same { reordered });
    }
    let difference = Difference { at: steps.len(), real: expected, ours: got };
    Ok(match reasons::of(target, steps, seen, &difference) {
        Some(reason) => Outcome::Known(reason),
        None => Outcome::Different(difference),
    })
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
