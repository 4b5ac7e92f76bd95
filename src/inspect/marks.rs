//! The timeline: tiles for the whole, single marks with their flights where few enough are in sight.

use serde_bytes::ByteBuf;

use crate::amqp::SimTime;
use crate::sim::record::{Record, RecordKind as Kind, Recording};

use super::index::Index;
use super::mark::{delivery_of, mark_kind};
use super::names::Names;
use super::pyramid::{LEVEL_MAX, TILE_COLUMNS};
use super::sentence::event;
use super::view::{Mark, Tile};

/// Marks in one answer.
const MARKS_MAX: u32 = 5_000;
/// Causes between a copy in a queue and the sending of its message: arrival, and the publish itself.
const CAUSES_MAX: u32 = 6;

/// A tile. `is_done`: the run will add nothing.
pub fn tile(recording: &Recording, index: &Index, level: u8, number: u32, is_done: bool) -> Tile {
    let mut cells = Vec::with_capacity(index.pyramids.len() * TILE_COLUMNS as usize * 2);
    for lane in &index.pyramids {
        lane.tile(level, number, &mut cells);
    }
    let end = ((u128::from(number) + 1) * u128::from(TILE_COLUMNS)) << level.min(LEVEL_MAX);
    // What happens at the time of the last step may go on.
    let complete = is_done || u128::from(recording.end_time().0) >= end;
    Tile { level, index: number, complete, cells: ByteBuf::from(cells) }
}

/// Marks with `from <= time < to`, in order; none if there are more than `limit`.
pub fn marks(recording: &Recording, index: &Index, from: u64, to: u64, limit: u32) -> Option<Vec<Mark>> {
    let limit = limit.min(MARKS_MAX);
    let mut count = 0_u32;
    for lane in &index.pyramids {
        count = count.saturating_add(lane.count(from, to, limit));
        if count > limit {
            return None;
        }
    }
    let names = Names::new(recording);
    let first = from.checked_sub(1).map_or(0, |before| recording.steps_until(SimTime(before)));
    let end = to.checked_sub(1).map_or(0, |last| recording.steps_until(SimTime(last)));
    let mut marks = Vec::new();
    for step in (first..end).filter_map(|step| recording.step(step)) {
        for record in recording.records(step.first..step.end) {
            put(names, index, &record, &mut marks);
        }
    }
    Some(marks)
}

fn put(names: Names<'_>, index: &Index, record: &Record, marks: &mut Vec<Mark>) {
    let Some(lane) = index.lane_of_record(names, record) else { return };
    let told = event(names, record);
    marks.push(Mark {
        step: u64::from(record.step) + 1,
        time: record.time.0,
        lane,
        kind: mark_kind(names, record),
        message: record.message().and_then(|id| names.message_ref(id)),
        from: flight(names, index, record),
        label: told.map_or_else(String::new, |told| told.text),
    });
}

/// Where the message was before: a copy comes from the client that sent it, a taking up from the queue that delivered.
fn flight(names: Names<'_>, index: &Index, record: &Record) -> Option<(u16, u64)> {
    match record.kind {
        Kind::Enqueued => {
            let sent = sending_of(names, record)?;
            Some((index.lane_of_actor(sent.actor)?, sent.time.0))
        }
        Kind::Received => {
            let delivery = delivery_of(names, record)?;
            let queue = names.queue_of_record(&delivery)?;
            Some((index.lane_of_queue(queue.0)?, delivery.time.0))
        }
        _ => None,
    }
}

/// The sending that a copy goes back to.
fn sending_of(names: Names<'_>, record: &Record) -> Option<Record> {
    let mut at = *record;
    for _ in 0..CAUSES_MAX {
        at = names.recording.record(at.cause?)?;
        match at.kind {
            Kind::Sent => return Some(at),
            // It comes from another queue, not from a client.
            Kind::DeadLettered | Kind::Republished => return None,
            _ => {}
        }
    }
    None
}
