//! The records of a run, step by step, to its findings.

use crate::script::Code;
use crate::sim::Outcome;
use crate::sim::record::{Record, Recording};

use super::super::names::Names;
use super::super::scan::{Kinds, over, scan};
use super::super::view::FindingRow;
use super::watch::{PASSED_OVER, Watch};
use super::words;

/// Findings kept: more than a person reads.
pub(super) const FINDINGS_MAX: usize = 100;

/// The findings of one recording. A function of the recording alone: read in slices it gives the same as at once.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    records: u32,
    watch: Watch,
}

/// One of them.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub code: Code,
    /// The record that showed it first; its step and time are found when they are told.
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
        let kinds = Kinds::but(&PASSED_OVER);
        let fresh = self.records..over(recording);
        self.records = fresh.end;
        self.watch.goes_on(names, fresh.end);
        scan(recording, fresh, &kinds).for_each(|record| self.watch.read(names, &record));
    }

    /// The findings so far, in the order of their first moments.
    pub fn rows(&self, recording: &Recording) -> Vec<FindingRow> {
        let names = Names::new(recording);
        let mut found: Vec<Found> = self.watch.found.values().cloned().collect();
        if recording.outcome() == Some(&Outcome::Finished) {
            found.extend(self.watch.at_end(names));
        }
        found.sort_by_key(|one| one.first.number);
        let whole = found.into_iter().filter_map(|one| {
            let first = recording.record(one.first.number)?;
            Some(Found { first, ..one })
        });
        whole.map(|one| words::row(names, &one)).collect()
    }
}

/// The findings of a recording as it is.
pub fn findings(recording: &Recording) -> Vec<FindingRow> {
    let mut findings = Findings::default();
    findings.extend(recording);
    findings.rows(recording)
}
