//! What a record is on the timeline: its kind of mark, and on which lanes it stands.

use crate::broker::{DropReason, QueueId};
use crate::sim::record::{EndReason, Meaning, Record, RecordKind as Kind};

use super::names::Names;
use super::scan::bare_record;
use super::view::MarkKind;

/// The operator's number among the actors of every recording.
pub const OPERATOR: u16 = 0;

/// Whose lane a record is drawn on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// That actor's.
    Actor(u16),
    /// That queue's.
    Queue(QueueId),
}

/// The kind of a record, in lists and for jumps.
pub fn mark_kind(names: Names<'_>, record: &Record) -> MarkKind {
    match record.kind {
        Kind::Sent => sent_kind(names, record),
        Kind::Published => MarkKind::Publish,
        Kind::Received => delivery_kind(is_redelivered(names, record)),
        Kind::ConfirmTaken | Kind::Confirmed => MarkKind::Confirm,
        Kind::ReturnTaken | Kind::Returned => MarkKind::Return,
        Kind::Printed => MarkKind::Print,
        Kind::Raised | Kind::Excepted | Kind::OperatorRefused => MarkKind::Refusal,
        Kind::Ended => match record.end_reason() {
            Some(EndReason::Crash) => MarkKind::Fault,
            Some(EndReason::Error) => MarkKind::Refusal,
            Some(EndReason::Finished | EndReason::Stop) | None => MarkKind::Other,
        },
        Kind::Enqueued => MarkKind::Enqueue,
        Kind::Dropped if record.drop_reason() == Some(DropReason::Expired) => MarkKind::Expire,
        Kind::Dropped => MarkKind::Drop,
        Kind::Delivered | Kind::Got => delivery_kind(is_flagged(record)),
        Kind::Settled if is_flagged(record) => MarkKind::Ack,
        Kind::Requeued | Kind::Delayed => MarkKind::Requeue,
        Kind::DeadLettered => MarkKind::DeadLetter,
        Kind::Republished => MarkKind::Publish,
        Kind::LineLost | Kind::Crashed | Kind::Stopped | Kind::LineCut | Kind::NodeDown | Kind::Blocked => {
            MarkKind::Fault
        }
        Kind::CheckFailed | Kind::CheckBroken => MarkKind::FailedCheck,
        // A rejection: what becomes of the copy is the record after it.
        Kind::Settled
        | Kind::Started
        | Kind::Connected
        | Kind::Assigned
        | Kind::Waiting
        | Kind::Retrying
        | Kind::Applied
        | Kind::Deadline
        | Kind::Opened
        | Kind::ConnectionGone
        | Kind::ChannelOpened
        | Kind::ChannelGone
        | Kind::Replied
        | Kind::Routed
        | Kind::ExchangeDeclared
        | Kind::ExchangeDeleted
        | Kind::QueueDeclared
        | Kind::QueueDeleted
        | Kind::Bound
        | Kind::Unbound
        | Kind::Consuming
        | Kind::ConsumerGone
        | Kind::NodeUp
        | Kind::Deed
        | Kind::LineUp
        | Kind::StartedTwice
        | Kind::CheckHeld => MarkKind::Other,
    }
}

/// On a client's lane stands what the client itself does and sees, when it does; on a queue's what befalls its copies.
pub fn place(names: Names<'_>, record: &Record) -> Option<Place> {
    let on_queue = || names.queue_of_record(record).map(Place::Queue);
    match record.kind {
        Kind::Started
        | Kind::Connected
        | Kind::Ended
        | Kind::Sent
        | Kind::Received
        | Kind::ConfirmTaken
        | Kind::ReturnTaken
        | Kind::Printed
        | Kind::Assigned
        | Kind::Raised
        | Kind::Retrying
        | Kind::Excepted
        | Kind::OperatorRefused
        | Kind::Blocked
        | Kind::LineLost
        | Kind::LineCut
        | Kind::LineUp
        | Kind::Crashed
        | Kind::Stopped
        | Kind::StartedTwice
        | Kind::Deed => Some(Place::Actor(record.actor)),
        // The broker has no lane; nor has a check.
        Kind::NodeDown | Kind::NodeUp | Kind::CheckFailed | Kind::CheckBroken => Some(Place::Actor(OPERATOR)),
        Kind::Enqueued
        | Kind::Delivered
        | Kind::Got
        | Kind::Requeued
        | Kind::Delayed
        | Kind::DeadLettered
        | Kind::QueueDeclared
        | Kind::QueueDeleted
        | Kind::Consuming
        | Kind::ConsumerGone => on_queue(),
        Kind::Settled if is_flagged(record) => on_queue(),
        Kind::Dropped if record.queue().is_some() => on_queue(),
        // Reached no queue: it is the publisher that should see it.
        Kind::Dropped => names.message(record.message()?).map(|info| Place::Actor(info.actor)),
        _ => None,
    }
}

/// Redelivered, of a delivery; acked, of a settling.
fn is_flagged(record: &Record) -> bool {
    record.tag().is_some_and(|tag| tag.flag)
}

fn delivery_kind(is_redelivered: bool) -> MarkKind {
    if is_redelivered { MarkKind::Redeliver } else { MarkKind::Deliver }
}

/// What a client sends is drawn as what it means to messages.
fn sent_kind(names: Names<'_>, record: &Record) -> MarkKind {
    match names.meaning(record) {
        Some(Meaning::Publish) => MarkKind::Publish,
        Some(Meaning::Ack) => MarkKind::Ack,
        Some(Meaning::Requeue) => MarkKind::Requeue,
        Some(Meaning::Reject) => MarkKind::Drop,
        Some(Meaning::Other(_)) | None => MarkKind::Other,
    }
}

/// Records between a delivery and its taking up: arrival, and whatever let it be taken up.
const CAUSES_MAX: u32 = 8;

/// The delivery that a taking up goes back to.
pub fn delivery_of(names: Names<'_>, record: &Record) -> Option<Record> {
    names.recording.record(bare_delivery_of(names, record)?.number)
}

/// The same without its step and time, which have to be searched for.
fn bare_delivery_of(names: Names<'_>, record: &Record) -> Option<Record> {
    let mut at = *record;
    for _ in 0..CAUSES_MAX {
        at = bare_record(names.recording, at.cause?)?;
        if matches!(at.kind, Kind::Delivered | Kind::Got) && at.subject == record.subject {
            return Some(at);
        }
    }
    None
}

fn is_redelivered(names: Names<'_>, record: &Record) -> bool {
    bare_delivery_of(names, record).is_some_and(|delivery| is_flagged(&delivery))
}
