//! A message's life: what it is, and what became of it and its copies, hop by hop, through every dead-lettering.

use std::collections::BTreeSet;

use crate::sim::record::{BLOCK_RECORDS, Columns, Record, RecordKind as Kind, Recording};

use super::names::{Names, body_text};
use super::sentence::event;
use super::values::property_words;
use super::view::{Journey, MessageRef};

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

/// One scan over two columns; what a dead-lettered copy became is followed from there on.
fn hops(names: Names<'_>, id: u32) -> Vec<super::view::Event> {
    let mut lives = BTreeSet::from([id]);
    let mut hops = Vec::new();
    let mut first = true;
    for (number, block) in names.recording.blocks().iter().enumerate() {
        for at in 0..block.len {
            let subject = block.subject[at as usize];
            if !lives.contains(&subject) {
                continue;
            }
            let Some(columns) = block.columns(at) else { continue };
            let Some(record) = names.recording.record(number as u32 * BLOCK_RECORDS + at) else { continue };
            if record.message().is_none() {
                continue;
            }
            if columns.kind == Kind::DeadLettered {
                lives.insert(columns.detail);
            }
            if first {
                hops.extend(sent(names, &columns, &record));
                first = false;
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
fn sent(names: Names<'_>, columns: &Columns, record: &Record) -> Option<super::view::Event> {
    let mut at = names.recording.record((columns.kind == Kind::Published).then_some(record.cause?)?)?;
    if at.kind == Kind::Applied {
        at = names.recording.record(at.cause?)?;
    }
    let mut event = event(names, &at).filter(|_| at.kind == Kind::Sent)?;
    event.message = record.message().and_then(|id| names.message_ref(id));
    Some(event)
}
