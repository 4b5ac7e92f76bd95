//! A run as a whole: how far it has come, how it ended, its lanes, where in time how much happened.

use crate::amqp::SimTime;
use crate::sim::Outcome;
use crate::sim::Simulation;
use crate::sim::record::Recording;

use super::index::Index;
use super::names::Names;
use super::view::Summary;

/// Parts of the scrubber.
const DENSITY_PARTS: u64 = 200;
/// Exchanges offered to the routing panel.
const EXCHANGES_MAX: usize = 300;

/// The run so far.
pub fn summary(recording: &Recording, index: &Index, simulation: &Simulation) -> Summary {
    let outcome = recording.outcome();
    Summary {
        steps: u64::from(recording.steps()),
        time: recording.end_time().0,
        records: u64::from(recording.len()),
        done: outcome.is_some(),
        outcome: outcome.map_or_else(String::new, |outcome| outcome_sentence(recording, *outcome)),
        limited: matches!(outcome, Some(Outcome::LimitReached(_))),
        broker: broker_version(simulation),
        hash: hash_text(recording),
        lanes: index.lanes.clone(),
        density: density(recording),
        landmarks: index.landmarks.clone(),
        exchanges: exchanges(recording, index),
    }
}

/// The recording's hash, in hexadecimal.
pub fn hash_text(recording: &Recording) -> String {
    format!("{:032x}", recording.hash())
}

/// How it ended.
pub fn outcome_sentence(recording: &Recording, outcome: Outcome) -> String {
    let end = recording.end_time();
    match outcome {
        Outcome::Finished => format!("nothing more can happen after {end}"),
        Outcome::RunForReached => format!("`run for` is over at {end}"),
        Outcome::Cancelled => format!("stopped by hand at {end}"),
        Outcome::LimitReached(limit) => format!("stopped at {end}: {}", limit.sentence()),
    }
}

/// Records in each of 200 equal parts of the time so far. What happens at the very end belongs to the last part.
fn density(recording: &Recording) -> Vec<u32> {
    let end = recording.end_time().0;
    let first_record = |time: u64| {
        let step = time.checked_sub(1).map_or(0, |before| recording.steps_until(SimTime(before)));
        recording.step(step).map_or(recording.len(), |step| step.first)
    };
    // Part `n` begins at `n * end / 200`, so that the parts' widths differ by a microsecond at most.
    let begin = |part: u64| (u128::from(part) * u128::from(end) / u128::from(DENSITY_PARTS)) as u64;
    let mut bounds: Vec<u32> = (0..DENSITY_PARTS).map(|part| first_record(begin(part))).collect();
    bounds.push(recording.len());
    bounds.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

/// Every exchange that ever was: (vhost, name, type), the default exchange first.
fn exchanges(recording: &Recording, index: &Index) -> Vec<(String, String, String)> {
    let names = Names::new(recording);
    let kind = |vhost: &str, name: &str| names.exchange_named(vhost, name).map_or("", |info| &*info.kind);
    let default = ("/".to_owned(), String::new(), "direct".to_owned());
    let named = index.ever.exchanges.iter().take(EXCHANGES_MAX);
    let named =
        named.map(|(vhost, name)| (vhost.to_string(), name.to_string(), kind(vhost, name).to_owned()));
    std::iter::once(default).chain(named).collect()
}

/// The version the run is under, and whether it was recorded from a real broker.
fn broker_version(simulation: &Simulation) -> (String, bool) {
    let version = simulation.broker().config().profile.version;
    (version.name().to_owned(), version.recorded().is_some())
}
