//! A record with its columns apart.

use crate::amqp::SimTime;
use crate::broker::{BindingId, ChannelId, ConsumerId, DropReason, ExchangeId, MessageId, QueueId};

use super::blocks::Columns;
use super::kind::{NONE, RecordKind};
use super::tables::{EndReason, TagDetail, WaitKind, drop_reason};

/// One record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its number: its place in the recording.
    pub number: u32,
    /// The step it belongs to.
    pub step: u32,
    /// When.
    pub time: SimTime,
    /// What happened.
    pub kind: RecordKind,
    /// Who did it, or to whom it happened.
    pub actor: u16,
    /// The record whose processing made this one happen now.
    pub cause: Option<u32>,
    /// As the kind says.
    pub subject: u32,
    /// As the kind says.
    pub object: u32,
    /// As the kind says.
    pub detail: u32,
}

/// What the columns mean for this kind; none where the kind has no such thing.
impl Record {
    /// The record with those columns.
    pub fn new(number: u32, step: u32, time: SimTime, columns: Columns) -> Self {
        let Columns { kind, actor, cause, subject, object, detail } = columns;
        let cause = (cause != NONE).then_some(cause);
        Self { number, step, time, kind, actor, cause, subject, object, detail }
    }

    /// The message it is about.
    pub fn message(&self) -> Option<MessageId> {
        use RecordKind as Kind;
        let has = matches!(
            self.kind,
            Kind::Received
                | Kind::ReturnTaken
                | Kind::Published
                | Kind::Routed
                | Kind::Enqueued
                | Kind::Dropped
                | Kind::Returned
                | Kind::Delivered
                | Kind::Got
                | Kind::Settled
                | Kind::Requeued
                | Kind::Delayed
                | Kind::DeadLettered
                | Kind::Republished
        );
        (has && self.subject != NONE).then_some(MessageId(self.subject))
    }

    /// The message that a dead-lettered or republished one is from now on.
    pub fn becomes(&self) -> Option<MessageId> {
        let has = matches!(self.kind, RecordKind::DeadLettered | RecordKind::Republished);
        has.then_some(MessageId(self.detail))
    }

    /// The queue it is about. Of a delivery, ask its consumer.
    pub fn queue(&self) -> Option<QueueId> {
        use RecordKind as Kind;
        let has = matches!(
            self.kind,
            Kind::Enqueued
                | Kind::Dropped
                | Kind::Got
                | Kind::Settled
                | Kind::Requeued
                | Kind::Delayed
                | Kind::DeadLettered
                | Kind::QueueDeclared
                | Kind::QueueDeleted
        );
        (has && self.object != NONE).then_some(QueueId(self.object))
    }

    /// The exchange it is about.
    pub fn exchange(&self) -> Option<ExchangeId> {
        use RecordKind as Kind;
        let has = matches!(self.kind, Kind::ExchangeDeclared | Kind::ExchangeDeleted | Kind::Republished);
        has.then_some(ExchangeId(self.object))
    }

    /// The binding it is about.
    pub fn binding(&self) -> Option<BindingId> {
        let has = matches!(self.kind, RecordKind::Routed | RecordKind::Bound | RecordKind::Unbound);
        (has && self.object != NONE).then_some(BindingId(self.object))
    }

    /// The consumer it is about.
    pub fn consumer(&self) -> Option<ConsumerId> {
        use RecordKind as Kind;
        let has =
            matches!(self.kind, Kind::Received | Kind::Delivered | Kind::Consuming | Kind::ConsumerGone);
        (has && self.object != NONE).then_some(ConsumerId(self.object))
    }

    /// The channel it is about, by the broker's number.
    pub fn channel(&self) -> Option<ChannelId> {
        use RecordKind as Kind;
        let has = matches!(
            self.kind,
            Kind::Published | Kind::Returned | Kind::Confirmed | Kind::ChannelOpened | Kind::ChannelGone
        );
        has.then_some(ChannelId(self.object))
    }

    /// The connection it is about.
    pub fn connection(&self) -> Option<u32> {
        use RecordKind as Kind;
        match self.kind {
            Kind::ChannelOpened => Some(self.subject),
            Kind::Sent
            | Kind::Applied
            | Kind::Connected
            | Kind::Opened
            | Kind::ConnectionGone
            | Kind::LineLost
            | Kind::Replied
            | Kind::Excepted
            | Kind::Blocked => (self.object != NONE).then_some(self.object),
            _ => None,
        }
    }

    /// The delivery tag, and whether it was redelivered (of a delivery) or acked (of a settling).
    pub fn tag(&self) -> Option<TagDetail> {
        use RecordKind as Kind;
        match self.kind {
            Kind::Delivered | Kind::Got | Kind::Settled => Some(TagDetail::from_number(self.detail)),
            Kind::Received | Kind::Requeued | Kind::Delayed => {
                Some(TagDetail { tag: self.detail, flag: false })
            }
            _ => None,
        }
    }

    /// Why it was dropped.
    pub fn drop_reason(&self) -> Option<DropReason> {
        (self.kind == RecordKind::Dropped).then(|| drop_reason::from_number(self.detail)).flatten()
    }

    /// How the client ended.
    pub fn end_reason(&self) -> Option<EndReason> {
        (self.kind == RecordKind::Ended).then(|| EndReason::from_number(self.detail)).flatten()
    }

    /// What the client waits for.
    pub fn wait_kind(&self) -> Option<WaitKind> {
        (self.kind == RecordKind::Waiting).then(|| WaitKind::from_number(self.subject)).flatten()
    }

    /// The number of its command in the table.
    pub fn command(&self) -> Option<u32> {
        (matches!(self.kind, RecordKind::Sent | RecordKind::Applied) && self.detail != NONE)
            .then_some(self.detail)
    }

    /// The number of its text in the table.
    pub fn text(&self) -> Option<u32> {
        use RecordKind as Kind;
        let has = matches!(self.kind, Kind::Printed | Kind::Assigned | Kind::Blocked | Kind::OperatorRefused);
        (has && self.detail != NONE).then_some(self.detail)
    }

    /// The number of its error in the table.
    pub fn error(&self) -> Option<u32> {
        use RecordKind as Kind;
        let has = matches!(self.kind, Kind::Raised | Kind::Excepted | Kind::CheckBroken);
        (has && self.detail != NONE).then_some(self.detail)
    }
}
