//! Records read by the thousand: by their kinds first, and without step and time, which would have
//! to be searched for. Who needs those of a record asks the recording.

use std::ops::Range;

use crate::amqp::SimTime;
use crate::sim::record::{BLOCK_RECORDS, Block, Record, RecordKind, Recording};

/// Some of the kinds of record.
#[derive(Clone, Copy, Debug)]
pub struct Kinds([bool; 256]);

impl Kinds {
    /// Those for which that holds.
    pub fn which(holds: impl Fn(RecordKind) -> bool) -> Self {
        let mut kinds = [false; 256];
        for kind in RecordKind::ALL {
            kinds[*kind as usize] = holds(*kind);
        }
        Self(kinds)
    }

    /// All but those.
    pub fn but(passed_over: &[RecordKind]) -> Self {
        Self::which(|kind| !passed_over.contains(&kind))
    }
}

/// How many records there are of steps that are over: of a run that goes on the last step may not be.
pub fn over(recording: &Recording) -> u32 {
    let last = recording.steps().checked_sub(1).filter(|_| recording.outcome().is_none());
    let open = last.and_then(|last| recording.step(last));
    open.map_or(recording.len(), |step| step.first)
}

/// The records of those numbers that are of those kinds. To read all of them, `for_each` is faster than a loop.
pub fn scan<'a>(
    recording: &'a Recording,
    range: Range<u32>,
    kinds: &'a Kinds,
) -> impl DoubleEndedIterator<Item = Record> + 'a {
    let numbers = range.start / BLOCK_RECORDS..range.end.div_ceil(BLOCK_RECORDS);
    let blocks =
        numbers.filter_map(|number| Some((number * BLOCK_RECORDS, recording.blocks().get(number as usize)?)));
    blocks.flat_map(move |(first, block)| {
        let start = range.start.saturating_sub(first);
        (start..(range.end - first).min(block.kinds().len() as u32))
            .filter(|at| block.kind(*at).is_some_and(|kind| kinds.0[usize::from(kind)]))
            .filter_map(move |at| in_block(block, first, at))
    })
}

/// One record.
pub fn bare_record(recording: &Recording, number: u32) -> Option<Record> {
    let at = number % BLOCK_RECORDS;
    in_block(recording.blocks().get((number / BLOCK_RECORDS) as usize)?, number - at, at)
}

fn in_block(block: &Block, first: u32, at: u32) -> Option<Record> {
    Some(Record::new(first + at, 0, SimTime::ZERO, block.columns(at)?))
}
