//! One run: its recording, the index over it, and the simulation at the cursor.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::inspect::view::{CheckRow, FindingRow, Step, Summary};
use crate::inspect::{self, Findings, Index};
use crate::script::program::Program;
use crate::sim::record::Recording;
use crate::sim::{Run, RunSpec, Simulation};

use super::cursor::Cursor;

/// A run that can be asked about.
pub struct Shown {
    run: Run,
    index: Index,
    cursor: Cursor,
    /// What a check that did not hold found: by check and moment, as neither changes any more.
    found: BTreeMap<(u32, u32), String>,
    findings: Findings,
}

impl Shown {
    /// A run at its beginning.
    pub fn new(spec: RunSpec, program: Arc<Program>) -> Self {
        let run = Run::new(Arc::new(spec), program);
        let index = Index::new(run.recording());
        Self { run, index, cursor: Cursor::default(), found: BTreeMap::new(), findings: Findings::default() }
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

    /// What went otherwise than it was likely meant, so far.
    pub fn findings(&mut self) -> Vec<FindingRow> {
        self.findings.extend(self.run.recording());
        self.findings.rows(self.run.recording())
    }

    /// What a question at a moment needs: the simulation of that moment among it.
    pub fn at(&mut self, step: Step) -> (&Recording, &Index, &Simulation) {
        let recording = self.run.recording();
        let simulation = self.cursor.go(recording, inspect::clamp(recording, step));
        (recording, &self.index, simulation)
    }
}
