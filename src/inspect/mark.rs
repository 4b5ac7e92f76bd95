//! What a record is on the timeline: its kind of mark, and on which lanes it stands.

use crate::amqp::Method;
use crate::broker::{Command, DropReason, QueueId};
use crate::sim::record::{EndReason, Record, RecordKind as Kind};

use super::names::Names;
use super::view::MarkKind;

/// The operator's number among the actors of every recording.
pub const OPERATOR: u16 = 0;

/// Where a record is drawn: on the lane of its actor, of a queue, or both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// On that actor's lane.
    pub actor: Option<(u16, MarkKind)>,
    /// On that queue's lane.
    pub queue: Option<(QueueId, MarkKind)>,
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
        Kind::Delivered | Kind::Got => delivery_kind(record.tag().is_some_and(|tag| tag.flag)),
        Kind::Settled if record.tag().is_some_and(|tag| tag.flag) => MarkKind::Ack,
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
pub fn places(names: Names<'_>, record: &Record) -> Places {
    let kind = mark_kind(names, record);
    let on_actor = |actor| Places { actor: Some((actor, kind)), queue: None };
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
        | Kind::Deed => on_actor(record.actor),
        // The broker has no lane; nor has a check.
        Kind::NodeDown | Kind::NodeUp | Kind::CheckFailed | Kind::CheckBroken => on_actor(OPERATOR),
        Kind::Enqueued
        | Kind::Delivered
        | Kind::Got
        | Kind::Requeued
        | Kind::Delayed
        | Kind::DeadLettered
        | Kind::QueueDeclared
        | Kind::QueueDeleted
        | Kind::Consuming
        | Kind::ConsumerGone => on_queue(names, record, kind),
        Kind::Settled if kind == MarkKind::Ack => on_queue(names, record, kind),
        Kind::Dropped if record.queue().is_some() => on_queue(names, record, kind),
        // Reached no queue: it is the publisher that should see it.
        Kind::Dropped => {
            let publisher = record.message().and_then(|id| names.message(id)).map(|info| info.actor);
            publisher.map_or(Places::default(), on_actor)
        }
        _ => Places::default(),
    }
}

fn on_queue(names: Names<'_>, record: &Record, kind: MarkKind) -> Places {
    Places { actor: None, queue: names.queue_of_record(record).map(|queue| (queue, kind)) }
}

fn delivery_kind(is_redelivered: bool) -> MarkKind {
    if is_redelivered { MarkKind::Redeliver } else { MarkKind::Deliver }
}

/// What a client sends is drawn as what it means to messages.
fn sent_kind(names: Names<'_>, record: &Record) -> MarkKind {
    let info = record.command().and_then(|number| names.recording.tables().commands.get(number));
    let Some(Command::Method { method, .. }) = info.map(|info| info.command) else { return MarkKind::Other };
    match method {
        Method::BasicPublish { .. } => MarkKind::Publish,
        Method::BasicAck { .. } => MarkKind::Ack,
        Method::BasicNack { requeue: true, .. } | Method::BasicReject { requeue: true, .. } => {
            MarkKind::Requeue
        }
        Method::BasicNack { .. } | Method::BasicReject { .. } => MarkKind::Drop,
        _ => MarkKind::Other,
    }
}

/// Records between a delivery and its taking up: arrival, and whatever let it be taken up.
const CAUSES_MAX: u32 = 8;

/// The delivery that a taking up goes back to.
pub fn delivery_of(names: Names<'_>, record: &Record) -> Option<Record> {
    let mut at = *record;
    for _ in 0..CAUSES_MAX {
        at = names.recording.record(at.cause?)?;
        if matches!(at.kind, Kind::Delivered | Kind::Got) && at.subject == record.subject {
            return Some(at);
        }
    }
    None
}

fn is_redelivered(names: Names<'_>, record: &Record) -> bool {
    delivery_of(names, record).and_then(|delivery| delivery.tag()).is_some_and(|tag| tag.flag)
}
