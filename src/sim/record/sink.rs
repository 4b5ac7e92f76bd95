//! Where records go: a recording, counts, or nowhere.

use std::collections::BTreeMap;

use crate::amqp::{ChannelNumber, ConnectionId, Method, SimTime};
use crate::broker::{BindingId, ChannelId, ConsumerId, ExchangeId, MessageId, QueueId, Reply};
use crate::script::program::Pc;

use super::blocks::Columns;
use super::kind::RecordKind;
use super::tables::{
    BindingInfo, ChannelInfo, CommandInfo, ConnectionInfo, ConsumerInfo, ErrorInfo, MessageInfo, PlaceInfo,
    TextInfo,
};

/// Takes what a simulation does, in order.
pub trait Sink {
    /// Whether entries of side tables are wanted; where not, none is made.
    const KEEPS: bool;

    /// A step begins; the records up to the next call are its.
    fn begin_step(&mut self, at: SimTime);

    /// Takes a record of the step that began last.
    fn put(&mut self, record: Columns);

    /// Takes an entry of a side table; its number there.
    fn enter(&mut self, entry: Entry) -> u32;

    /// As `enter`, for a message.
    fn enter_message(&mut self, id: MessageId, info: MessageInfo);

    /// As `enter`, for a method that a client sends, and the instruction that made it: two for each message.
    fn enter_method(
        &mut self,
        connection: ConnectionId,
        channel: ChannelNumber,
        method: &Method,
        pc: Option<Pc>,
    ) -> u32;
}

/// An entry of a side table.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "each is the entry of the table of its name")]
pub enum Entry {
    Queue(QueueId, PlaceInfo),
    Exchange(ExchangeId, PlaceInfo),
    Binding(BindingId, BindingInfo),
    Channel(ChannelId, ChannelInfo),
    Consumer(ConsumerId, ConsumerInfo),
    Connection(u32, ConnectionInfo),
    Command(CommandInfo),
    Text(TextInfo),
    Error(ErrorInfo),
    Reply(Reply),
}

/// Keeps nothing: for re-running, judging and exploring.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unrecorded;

impl Sink for Unrecorded {
    const KEEPS: bool = false;

    fn begin_step(&mut self, _: SimTime) {}

    fn put(&mut self, _: Columns) {}

    fn enter(&mut self, _: Entry) -> u32 {
        super::NONE
    }

    fn enter_message(&mut self, _: MessageId, _: MessageInfo) {}

    fn enter_method(&mut self, _: ConnectionId, _: ChannelNumber, _: &Method, _: Option<Pc>) -> u32 {
        super::NONE
    }
}

/// Keeps how often what happened to whom, in buckets of time: for runs too long to record.
#[derive(Clone, Debug)]
pub struct Counts {
    /// Microseconds in a bucket.
    pub bucket: u64,
    /// Steps taken.
    pub steps: u64,
    /// When the last one was.
    at: SimTime,
    /// How often, by bucket, actor and kind.
    pub by_actor: BTreeMap<(u64, u16, RecordKind), u64>,
    /// How often, by bucket, queue and kind, of records whose object is a queue.
    pub by_queue: BTreeMap<(u64, u32, RecordKind), u64>,
}

impl Counts {
    /// With buckets of that many microseconds.
    pub fn new(bucket: u64) -> Self {
        let (by_actor, by_queue) = (BTreeMap::new(), BTreeMap::new());
        Self { bucket: bucket.max(1), steps: 0, at: SimTime::ZERO, by_actor, by_queue }
    }
}

impl Sink for Counts {
    const KEEPS: bool = false;

    fn begin_step(&mut self, at: SimTime) {
        self.steps += 1;
        self.at = at;
    }

    fn put(&mut self, record: Columns) {
        use RecordKind::{DeadLettered, Dropped, Enqueued, Got, Requeued, Settled};
        let bucket = self.at.0 / self.bucket;
        *self.by_actor.entry((bucket, record.actor, record.kind)).or_default() += 1;
        if matches!(record.kind, Enqueued | Dropped | Got | Settled | Requeued | DeadLettered) {
            *self.by_queue.entry((bucket, record.object, record.kind)).or_default() += 1;
        }
    }

    fn enter(&mut self, _: Entry) -> u32 {
        super::NONE
    }

    fn enter_message(&mut self, _: MessageId, _: MessageInfo) {}

    fn enter_method(&mut self, _: ConnectionId, _: ChannelNumber, _: &Method, _: Option<Pc>) -> u32 {
        super::NONE
    }
}
