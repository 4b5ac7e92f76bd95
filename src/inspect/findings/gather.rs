//! The records of a run, step by step, to its findings.

use crate::amqp::Name;
use crate::script::Code;
use crate::sim::Outcome;
use crate::sim::record::{Record, Recording};

use super::super::moment::bare_record;
use super::super::names::Names;
use super::super::view::FindingRow;
use super::watch::Watch;
use super::words;

/// Findings kept: more than a person reads.
pub(super) const FINDINGS_MAX: usize = 100;

/// The findings of one recording. A function of the recording alone: read in slices it gives the same as at once.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    steps: u32,
    watch: Watch,
}

/// One of them.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub code: Code,
    /// What makes two of them one: whose, where, which key or text.
    pub key: (u32, u32, Name),
    /// The record that showed it first.
    pub first: Record,
    /// What else the words need: a consumer, a delay in microseconds.
    pub other: u64,
    /// How often it happened.
    pub count: u32,
}

impl Findings {
    /// Reads what has been recorded since the last time.
    pub fn extend(&mut self, recording: &Recording) {
        let names = Names::new(recording);
        let whole = recording.steps().saturating_sub(u32::from(recording.outcome().is_none()));
        while let Some(step) = recording.step(self.steps).filter(|step| step.step < whole) {
            for number in step.first..step.end {
                if let Some(record) = bare_record(recording, number, step.step, step.time) {
                    self.watch.read(names, &record);
                }
            }
            self.steps += 1;
        }
    }

    /// The findings so far, in the order of their first moments.
    pub fn rows(&self, recording: &Recording) -> Vec<FindingRow> {
        let names = Names::new(recording);
        let mut found = self.watch.found.clone();
        if recording.outcome() == Some(&Outcome::Finished) {
            found.extend(self.watch.at_end(names));
        }
        found.sort_by_key(|one| one.first.number);
        found.iter().map(|one| words::row(names, one)).collect()
    }
}

/// The findings of a recording as it is.
pub fn findings(recording: &Recording) -> Vec<FindingRow> {
    let mut findings = Findings::default();
    findings.extend(recording);
    findings.rows(recording)
}
