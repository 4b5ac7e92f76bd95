//! What panels show: plain data in screen words, that crosses from the worker to the page.
//!
//! Invariant: serde types without `usize`, borrowed text or floating-point time; no broker number leaves here as
//! identity. A message is named by who published it and its how-manieth publish it was, so that a link or another
//! run can name it too. Times are microseconds of virtual time, steps count from 0 (before anything happened).

mod problem;

use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use crate::text::Span;

pub use problem::{FindingRow, Fix, Problem, Severity};

/// A moment: the state after this step.
pub type Step = u64;

/// A message of a run: the `ordinal`-th publish (from 1) of that client, `operator` for the operator.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct MessageRef {
    /// Client's name, with its copy: `worker[2]`.
    pub client: String,
    /// From 1.
    pub ordinal: u32,
}

/// Any thing that can be selected.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Thing {
    /// A message and all its copies.
    Message(MessageRef),
    /// A client by name.
    Client(String),
    /// A queue by vhost and name.
    Queue(String, String),
    /// An exchange by vhost and name; the empty name is the default exchange.
    Exchange(String, String),
}

/// What kind of thing has a lane, a node, a hue and a shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the field's words")]
pub enum ThingKind {
    Publisher,
    Consumer,
    Client,
    Operator,
    Exchange,
    Queue,
}

/// A run as a whole, so far.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Steps so far.
    pub steps: Step,
    /// Virtual time so far.
    pub time: u64,
    /// Records so far.
    pub records: u64,
    /// Whether it is over.
    pub done: bool,
    /// How it ended, in a sentence: `nothing more can happen`, `stopped after 1,000,000 events …`.
    pub outcome: String,
    /// Stopped by a limit.
    pub limited: bool,
    /// `4.3`, and whether that version was recorded or only documented.
    pub broker: (String, bool),
    /// Hash of the recording, in hexadecimal.
    pub hash: String,
    /// Lanes of the timeline, in order: clients in text order, then queues in order of declaration.
    pub lanes: Vec<Lane>,
    /// Records in each of 200 equal parts of the time so far, for the scrubber.
    pub density: Vec<u32>,
    /// Steps with faults, refusals, failed checks: (step, time, kind).
    pub landmarks: Vec<(Step, u64, MarkKind)>,
    /// Exchanges that can be asked about: (vhost, name, type).
    pub exchanges: Vec<(String, String, String)>,
}

/// A lane of the timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lane {
    /// What it is.
    pub kind: ThingKind,
    /// What it selects.
    pub thing: Thing,
    /// Its label.
    pub label: String,
}

/// What is drawn on a lane. The order is that of importance: of several in one column the last is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the field's words")]
#[repr(u8)]
pub enum MarkKind {
    /// Connecting, declaring, waiting: nothing that moves a message.
    Other = 1,
    Print,
    Enqueue,
    Publish,
    Confirm,
    Deliver,
    Ack,
    Requeue,
    Redeliver,
    DeadLetter,
    Expire,
    Return,
    Drop,
    Refusal,
    Fault,
    FailedCheck,
}

/// 256 columns of each lane at one level. A column is `2^level` microseconds wide; the tile begins at
/// `index * 256 * 2^level`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tile {
    /// Width of a column as a power of two.
    pub level: u8,
    /// Which tile.
    pub index: u32,
    /// The run has passed its end: it will not change.
    pub complete: bool,
    /// Lane by lane, for each column two bytes: count (at most 255) and the dominant `MarkKind` (0 none). Lanes that
    /// have come since are missing at the end: a tile is of the lanes known when it was asked for.
    pub cells: ByteBuf,
}

/// A single thing on a lane.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// Its step.
    pub step: Step,
    /// When.
    pub time: u64,
    /// Index into `Summary::lanes`.
    pub lane: u16,
    /// What.
    pub kind: MarkKind,
    /// Which message, if one.
    pub message: Option<MessageRef>,
    /// The lane and time it came from, for slanted flights: publish → queue, queue → consumer.
    pub from: Option<(u16, u64)>,
    /// A few words for the tooltip.
    pub label: String,
}

/// A line of output.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputLine {
    /// Its step.
    pub step: Step,
    /// When.
    pub time: u64,
    /// Whose.
    pub client: String,
    /// Icon and hue.
    pub kind: ThingKind,
    /// Printed text, or the error's code and text.
    pub text: String,
    /// An error that ended something, not a print.
    pub is_error: bool,
    /// The message it was printed for, if in a handler.
    pub message: Option<MessageRef>,
    /// The statement.
    pub span: Span,
}

/// Output as far as asked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Output {
    /// All lines there are.
    pub total: u32,
    /// How many of them are not after the moment.
    pub until_moment: u32,
    /// Index of the first line here.
    pub first: u32,
    /// The lines.
    pub lines: Vec<OutputLine>,
}

/// A copy in a queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copy {
    /// Which message.
    pub message: MessageRef,
    /// First part of its body.
    pub body: String,
    /// Its routing key.
    pub routing_key: String,
    /// Was handed out before.
    pub redelivered: bool,
    /// Delivery mode 2.
    pub persistent: bool,
    /// When it expires.
    pub expires: Option<u64>,
    /// Who holds it, if unacked.
    pub holder: Option<Holder>,
}

/// Who holds an unacked copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Client.
    pub client: String,
    /// Channel's name in the script.
    pub channel: String,
    /// Consumer tag; empty for basic.get.
    pub consumer_tag: String,
    /// Delivery tag.
    pub delivery_tag: u64,
}

/// A consumer at its queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsumerRow {
    /// Client.
    pub client: String,
    /// Consumer tag.
    pub consumer_tag: String,
    /// `no_ack`.
    pub no_ack: bool,
    /// Prefetch count, 0 none.
    pub prefetch: u16,
    /// Unacked deliveries it has.
    pub unacked: u32,
    /// It is passed over: prefetch reached, or waiting behind an active single consumer.
    pub blocked: bool,
    /// The offset it reads next, at a stream.
    pub offset: Option<u32>,
}

/// A queue at the moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueRow {
    /// Vhost.
    pub vhost: String,
    /// Name.
    pub name: String,
    /// Type and features as short words: `classic`, `durable`, `exclusive`, `TTL 5s` …
    pub features: Vec<String>,
    /// It keeps what was consumed: a stream, all of whose copies count as ready.
    pub keeps: bool,
    /// Ready copies.
    pub ready: u32,
    /// Unacked copies.
    pub unacked: u32,
    /// The first ready copies in order (at most 50).
    pub ready_copies: Vec<Copy>,
    /// Unacked copies in order of delivery (at most 50).
    pub unacked_copies: Vec<Copy>,
    /// Consumers in the order of their turns.
    pub consumers: Vec<ConsumerRow>,
}

/// A client at the moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientRow {
    /// Name.
    pub name: String,
    /// Role.
    pub kind: ThingKind,
    /// What it does: `not started`, `connecting`, `waits 1s`, `waits for confirms`, `ended`, `crashed`, `ended by 404 …`.
    pub state: String,
    /// Channels with what they have open, in words.
    pub channels: Vec<String>,
    /// Entries in its inbox not yet taken up.
    pub inbox: u32,
    /// The statement it stands at.
    pub span: Option<Span>,
}

/// A node of the topology, on an integer grid. A client that publishes and consumes stands twice, left and right: key
/// nodes by thing and column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// What it selects.
    pub thing: Thing,
    /// Hue and shape.
    pub kind: ThingKind,
    /// Label.
    pub label: String,
    /// A second line: type of an exchange, features of a queue, state of a client.
    pub detail: String,
    /// Column from the left: publishers, exchanges (further right the more exchanges lead to them), queues,
    /// consumers; without gaps.
    pub column: u16,
    /// Row from the top.
    pub row: u16,
    /// Ready copies (queues).
    pub ready: u32,
    /// Unacked copies (queues); unacked deliveries held (consumers).
    pub unacked: u32,
    /// A stream: what is ready stays when it is consumed.
    pub keeps: bool,
    /// There at the moment, not gone or not yet there.
    pub present: bool,
}

/// An edge of the topology. One that leads back, from a queue to an exchange, is dead-lettering.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edge {
    /// Index of the node it leaves.
    pub from: u32,
    /// Index of the node it enters.
    pub to: u32,
    /// Binding key or arguments; consumer tag.
    pub label: String,
    /// There at the moment.
    pub present: bool,
    /// Messages that went along it in the step of the moment.
    pub active: Vec<MessageRef>,
}

/// The topology at the moment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Topology {
    /// Nodes.
    pub nodes: Vec<Node>,
    /// Edges.
    pub edges: Vec<Edge>,
}

/// One word of a binding key in a match.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Word {
    /// The binding key's word.
    pub word: String,
    /// The words of the routing key it took.
    pub took: Vec<String>,
    /// What became of it.
    pub outcome: WordOutcome,
}

/// What became of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "they say it")]
pub enum WordOutcome {
    Took,
    Failed,
    NotReached,
}

/// A binding asked about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BindingAnswer {
    /// Where it leads: queue or exchange.
    pub destination: Thing,
    /// Binding key.
    pub key: String,
    /// Arguments, as text.
    pub arguments: String,
    /// Whether it matched.
    pub matched: bool,
    /// The match word by word, for topic exchanges.
    pub words: Vec<Word>,
    /// Words of the routing key that nothing took.
    pub left_over: Vec<String>,
    /// Why (not), in a sentence.
    pub why: String,
}

/// An exchange asked about a key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Routing {
    /// Type of the exchange; empty: there is no such exchange at the moment.
    pub exchange_type: String,
    /// Its bindings in order of binding.
    pub bindings: Vec<BindingAnswer>,
    /// Queues a message would reach in the end.
    pub queues: Vec<String>,
    /// What would become of it if that is none, in a sentence.
    pub otherwise: String,
}

/// How a check stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "they say it")]
pub enum Verdict {
    Held,
    Failed,
    /// The run was stopped before it could be told; counts as failed.
    Undecided,
    /// The run still goes on.
    Pending,
}

/// A check and how it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckRow {
    /// As written.
    pub text: String,
    /// Where.
    pub span: Span,
    /// How it stands.
    pub verdict: Verdict,
    /// First moment that decided it: (step, time).
    pub moment: Option<(Step, u64)>,
    /// What was found instead: `received(c1) was 3`.
    pub found: String,
}

/// A record in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Its step.
    pub step: Step,
    /// When.
    pub time: u64,
    /// Kind.
    pub kind: MarkKind,
    /// A sentence in the field's words: `tasks delivers "task 1" to slow (tag 1)`.
    pub text: String,
    /// Which message.
    pub message: Option<MessageRef>,
    /// Things that take part.
    pub things: Vec<Thing>,
    /// The statement that did it.
    pub span: Option<Span>,
}

/// A moment in words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// The step.
    pub step: Step,
    /// Its time.
    pub time: u64,
    /// Which step it is within its time, from 0: what a link holds beside the time.
    pub ordinal: u32,
    /// What happened in it.
    pub events: Vec<Event>,
}

/// A message's life.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Journey {
    /// Which.
    pub message: MessageRef,
    /// Body (at most 4,096 characters).
    pub body: String,
    /// Exchange it was published to; empty: the default exchange.
    pub exchange: String,
    /// Routing key.
    pub routing_key: String,
    /// Properties and headers as (name, value).
    pub properties: Vec<(String, String)>,
    /// Hop by hop, over the whole run (at most 200).
    pub hops: Vec<Event>,
}
