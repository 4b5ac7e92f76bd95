//! One run: its recording, the index over it, and the simulation at the cursor.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::inspect::view::{CheckRow, Step, Summary};
use crate::inspect::{self, Index};
use crate::script::program::Program;
use crate::sim::Simulation;
use crate::sim::record::{Recording, Unrecorded};
use crate::sim::{Run, RunSpec};

/// Steps that moving the cursor's simulation forward may cost before a checkpoint is looked for instead.
const FORWARD_MAX: u32 = 50_000;

/// A run that can be asked about.
pub struct Shown {
    run: Run,
    index: Index,
    /// The simulation at the last moment asked about, moved forward when the next one is later.
    cursor: Option<(u32, Simulation)>,
    /// What a check that did not hold found: by check and moment, as neither changes any more.
    found: BTreeMap<(u32, u32), String>,
}

impl Shown {
    /// A run at its beginning.
    pub fn new(spec: RunSpec, program: Arc<Program>) -> Self {
        let run = Run::new(Arc::new(spec), program);
        let index = Index::new(run.recording());
        Self { run, index, cursor: None, found: BTreeMap::new() }
    }

    /// Goes on for about that many steps; whether it has ended.
    pub fn work(&mut self, steps: u32) -> bool {
        let progress = self.run.work(steps);
        self.index.extend(self.run.recording());
        progress.is_finished
    }

    /// Ends it here.
    pub fn stop(&mut self) {
        self.run.cancel();
        self.index.extend(self.run.recording());
    }

    /// Whether it is over.
    pub fn is_done(&self) -> bool {
        self.run.recording().outcome().is_some()
    }

    /// What is recorded.
    pub fn recording(&self) -> &Recording {
        self.run.recording()
    }

    /// What is gathered from it.
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// As a whole, so far.
    pub fn summary(&self) -> Summary {
        inspect::summary(self.run.recording(), &self.index, self.run.simulation())
    }

    /// The state at a moment. Playing asks for one moment after the other: the simulation is kept and moved on.
    pub fn state_at(&mut self, step: Step) -> &Simulation {
        let recording = self.run.recording();
        let wanted = inspect::clamp(recording, step);
        let kept = self.cursor.take();
        let at = match kept {
            Some((at, mut simulation)) if at <= wanted && wanted - at <= FORWARD_MAX => {
                simulation.run_to(wanted, &mut Unrecorded);
                simulation
            }
            _ => recording.state_at(wanted),
        };
        &self.cursor.insert((wanted, at)).1
    }

    /// The checks as they stand.
    pub fn checks(&mut self) -> Vec<CheckRow> {
        let recording = self.run.recording();
        let found = &mut self.found;
        inspect::checks(recording, |result| {
            let moment = result.moment.map_or(recording.steps(), |(step, _)| step);
            let find = || inspect::found(recording, &recording.state_at(moment), result);
            found.entry((result.check, moment)).or_insert_with(find).clone()
        })
    }

    /// The parts that a question at a moment needs.
    pub fn at(&mut self, step: Step) -> (&Recording, &Index, &Simulation) {
        self.state_at(step);
        let recording = self.run.recording();
        let simulation = self.cursor.as_ref().map_or(self.run.simulation(), |(_, simulation)| simulation);
        (recording, &self.index, simulation)
    }
}
