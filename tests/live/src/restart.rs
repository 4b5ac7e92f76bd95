//! Sequences that end with a restart of the node: many of them, each in a vhost of its own, share one.

use serde_json::Value;

use crate::generate;
use crate::probe::Probe;
use crate::run::{Outcome, Pair, Target};

/// Sequences that share a restart.
pub const TOGETHER: usize = 24;

/// A sequence and what came of it.
pub struct Restarted {
    /// Its seed.
    pub seed: u64,
    /// Its steps.
    pub steps: Vec<Value>,
    /// How it went.
    pub outcome: Outcome,
}

/// Carries out the sequences of some seeds, at most as many as there are probes, with one restart for all of them.
pub fn run(
    target: &Target,
    probes: &mut [(String, Probe)],
    seeds: impl Iterator<Item = u64>,
) -> Result<Vec<Restarted>, String> {
    let drawn: Vec<(u64, Vec<Value>)> =
        seeds.filter_map(|seed| Some((seed, generate::sequence_with_restart(seed, target.line)?))).collect();
    let Some(((_, first), rest)) = probes.split_first_mut() else { return Ok(Vec::new()) };
    let mut pairs: Vec<(Pair<'_>, Option<Outcome>)> = Vec::new();
    for ((vhost, probe), (_, steps)) in rest.iter_mut().zip(&drawn) {
        let mut pair = Pair::new(target, vhost, probe, steps);
        let restart = steps.iter().position(|step| step["op"] == "broker.restart").unwrap_or_default();
        let outcome = pair.go(restart)?;
        pairs.push((pair, outcome));
    }
    first.restart()?;
    let mut all = Vec::new();
    for ((mut pair, mut outcome), (seed, steps)) in pairs.into_iter().zip(&drawn) {
        pair.restarted()?;
        if outcome.is_none() {
            outcome = pair.go(steps.len())?;
        }
        let outcome = match outcome {
            Some(outcome) => outcome,
            None => pair.end()?,
        };
        pair.real.end()?;
        all.push(Restarted { seed: *seed, steps: steps.clone(), outcome });
    }
    Ok(all)
}
