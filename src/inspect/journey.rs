//! A message's life: what it is, and what became of it and its copies, hop by hop, through every dead-lettering.

use std::collections::BTreeSet;

use crate::sim::record::{BLOCK_RECORDS, Record, RecordKind as Kind, Recording};

use super::names::{Names, body_text};
use super::sentence::event;
use super::values::property_words;
use super::view::{Event, Journey, MessageRef};

/// Characters of a body.
const BODY_MAX: usize = 4_096;
/// Hops told.
const HOPS_MAX: usize = 200;

/// The life of that message over the whole run; none if it was never published.
pub fn journey(recording: &Recording, message: &MessageRef) -> Option<Journey> {
    let names = Names::new(recording);
    let id = names.message_named(message)?;
    let info = &names.message(id)?.message;
    Some(Journey {
        message: message.clone(),
        body: body_text(&info.body, BODY_MAX),
        exchange: info.exchange().to_string(),
        routing_key: info.routing_key().to_string(),
        properties: property_words(info.properties()),
        hops: hops(names, id.0),
    })
}

/// One scan over all records; what a dead-lettered copy became is followed from there on. A message has its number
/// before anything that is dead-lettered from it, so numbers below need not be looked up.
fn hops(names: Names<'_>, id: u32) -> Vec<Event> {
    let mut lives = BTreeSet::from([id]);
    let mut last = id;
    let mut hops = Vec::new();
    for (block, first) in names.recording.blocks().iter().zip((0..).step_by(BLOCK_RECORDS as usize)) {
        for (subject, number) in block.subjects().zip(first..) {
            if !(id..=last).contains(&subject) || !lives.contains(&subject) {
                continue;
            }
            let Some(record) = names.recording.record(number).filter(|record| record.message().is_some())
            else {
                continue;
            };
            if let Some(next) = record.becomes() {
                lives.insert(next.0);
                last = last.max(next.0);
            }
            if hops.is_empty() {
                hops.extend(sent(names, &record));
            }
            hops.extend(event(names, &record));
            if hops.len() >= HOPS_MAX {
                return hops;
            }
        }
    }
    hops
}

/// The sending of the publish, which comes before the message has its number.
fn sent(names: Names<'_>, record: &Record) -> Option<Event> {
    let mut at = names.recording.record(record.cause.filter(|_| record.kind == Kind::Published)?)?;
    if at.kind == Kind::Applied {
        at = names.recording.record(at.cause?)?;
    }
    let mut event = event(names, &at).filter(|_| at.kind == Kind::Sent)?;
    event.message = record.message().and_then(|id| names.message_ref(id));
    Some(event)
}
