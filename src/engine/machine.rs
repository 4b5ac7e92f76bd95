//! The engine: what the worker knows, and its two doors, `ask` and `work`.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::amqp::{SimDuration, SimTime};
use crate::broker::Version;
use crate::inspect::view::{Problem, Summary};
use crate::script;
use crate::sim;
use crate::sim::record::Recording;

use super::problems::problems;
use super::protocol::{RunId, RunSpec};
use super::shown::Shown;

/// Full recordings kept: the last good one and the one that comes.
const RUNS_MAX: usize = 2;

/// Texts, runs, recordings. One for each page.
#[derive(Default)]
pub struct Engine {
    runs: BTreeMap<RunId, Shown>,
}

/// How a slice of work ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The run that was worked on; none: there was nothing to do.
    pub run: Option<RunId>,
    /// It has ended in this slice.
    pub ended: bool,
    /// There is more to do, of this run or another.
    pub more: bool,
}

impl Engine {
    /// Knows nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The problems of a text. Without an error it can be run.
    pub fn problems(&self, text: &str) -> Vec<Problem> {
        problems(text, &script::analyse(text).diagnostics)
    }

    /// Begins a run; nothing has happened in it yet. Of more than two the one with the smallest number goes. Refused
    /// with a sentence if the text has errors or the version is not known.
    pub fn begin(&mut self, run: RunId, spec: &RunSpec) -> Result<(), String> {
        let analysis = script::analyse(&spec.source);
        let program = analysis.program.ok_or("the script has errors")?;
        if let Some((version, _)) = &program.settings.broker {
            version_named(version)?;
        }
        let spec = simulator_spec(spec)?;
        // Blocks go back before new ones are taken: memory of wasm never shrinks.
        self.runs.remove(&run);
        while self.runs.len() >= RUNS_MAX {
            self.runs.pop_first();
        }
        self.runs.insert(run, Shown::new(spec, program));
        Ok(())
    }

    /// Ends a run where it stands; what there is stays.
    pub fn stop(&mut self, run: RunId) -> Option<Summary> {
        let shown = self.runs.get_mut(&run)?;
        shown.stop();
        Some(shown.summary())
    }

    /// Forgets a run.
    pub fn forget(&mut self, run: RunId) {
        self.runs.remove(&run);
    }

    /// A run as a whole, so far.
    pub fn summary(&mut self, run: RunId) -> Option<Summary> {
        Some(self.runs.get_mut(&run)?.summary())
    }

    /// Goes on for about that many steps with the newest run that is not over. How work is sliced never changes what
    /// a run does.
    pub fn work(&mut self, steps: u32) -> Progress {
        let newest = self.runs.iter_mut().rev().find(|(_, shown)| !shown.is_done());
        let Some((run, shown)) = newest else { return Progress { run: None, ended: false, more: false } };
        let run = *run;
        let ended = shown.work(steps);
        let more = !ended || self.runs.values().any(|shown| !shown.is_done());
        Progress { run: Some(run), ended, more }
    }

    /// The run of that number.
    pub(super) fn shown(&mut self, run: RunId) -> Option<&mut Shown> {
        self.runs.get_mut(&run)
    }

    /// The recording of a run, for an export and the command line.
    pub fn recording(&self, run: RunId) -> Option<&Recording> {
        self.runs.get(&run).map(Shown::recording)
    }
}

/// The specification as the simulator takes it.
fn simulator_spec(spec: &RunSpec) -> Result<sim::RunSpec, String> {
    let limits = sim::Limits {
        time: SimDuration(spec.limits.time),
        steps: u32::try_from(spec.limits.steps).unwrap_or(u32::MAX),
        memory: spec.limits.memory,
        ..sim::Limits::default()
    };
    let deed =
        |(time, text): &(u64, String)| sim::Intervention { time: SimTime(*time), deed: Arc::from(&**text) };
    Ok(sim::RunSpec {
        source: Arc::from(&*spec.source),
        seed: spec.seed,
        broker: version_named(&spec.broker)?,
        latency: SimDuration(spec.latency),
        limits,
        interventions: spec.interventions.iter().map(deed).collect(),
    })
}

fn version_named(version: &str) -> Result<Version, String> {
    let known = || Version::ALL.map(Version::name).join(", ");
    Version::parse(version).ok_or_else(|| format!("no broker {version} is known here, but {}", known()))
}
