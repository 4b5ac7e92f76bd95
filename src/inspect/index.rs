//! What is gathered from a recording as it grows, so that no question has to read all of it again: lanes and their
//! pyramids, lines of output, landmarks, and everything that was ever there to be drawn.
//!
//! Invariant: a function of the recording alone; reading it in slices gives the same as reading it at once.

use std::collections::BTreeSet;

use crate::amqp::Name;
use crate::script::program::{Instr, Program};
use crate::sim::record::{Actor, BindingInfo, Record, RecordKind as Kind, Recording};

use super::mark::{Place, mark_kind, place};
use super::names::Names;
use super::pyramid::Pyramid;
use super::scan::{Kinds, over, scan};
use super::side::{Side, sides};
use super::slot::slot;
use super::view::{Lane, MarkKind, Thing, ThingKind};

/// Landmarks kept: as many as a scrubber can show.
const LANDMARKS_MAX: usize = 400;
/// Lanes kept: a tile's cells and a person's patience end somewhere.
const LANES_MAX: usize = 200;
/// Of the kinds from which nothing is taken, those that recordings are full of.
const PASSED_OVER: [Kind; 6] =
    [Kind::Applied, Kind::Routed, Kind::Waiting, Kind::Replied, Kind::Confirmed, Kind::Deadline];

/// A place of a kind by vhost and name.
pub type PlaceName = (Name, Name);

/// A binding by what it is: vhost, source, destination, whether that is an exchange, key, arguments as text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BindingName {
    /// Vhost.
    pub vhost: Name,
    /// Exchange it comes from.
    pub source: Name,
    /// Where it leads.
    pub destination: Name,
    /// Whether that is an exchange.
    pub to_exchange: bool,
    /// Binding key.
    pub key: Name,
    /// Arguments, as text.
    pub arguments: String,
}

impl BindingName {
    /// Of a binding in a recording's table.
    pub fn of(info: &BindingInfo) -> Self {
        Self {
            vhost: info.vhost.clone(),
            source: info.source.clone(),
            destination: info.destination.clone(),
            to_exchange: info.to_exchange,
            key: info.key.clone(),
            arguments: super::values::table_words(&info.arguments),
        }
    }
}

/// The index of one recording.
#[derive(Clone, Debug, Default)]
pub struct Index {
    /// Records read.
    records: u32,
    /// Lanes of the timeline.
    pub lanes: Vec<Lane>,
    /// The marks of each.
    pub pyramids: Vec<Pyramid>,
    lane_of_actor: Vec<Option<u16>>,
    lane_of_queue: Vec<Option<u16>>,
    /// Records that are lines of output, each with its actor.
    pub lines: Vec<(u32, u16)>,
    /// Moments that a scrubber shows: (moment, time, kind).
    pub landmarks: Vec<(u64, u64, MarkKind)>,
    /// Everything that was ever there.
    pub ever: Ever,
    /// On which side of the topology each actor stands.
    pub sides: Vec<Side>,
}

/// What was ever there, in order of first appearance.
#[derive(Clone, Debug, Default)]
pub struct Ever {
    /// Exchanges.
    pub exchanges: Vec<PlaceName>,
    /// Queues.
    pub queues: Vec<PlaceName>,
    /// Bindings.
    pub bindings: Vec<BindingName>,
    /// Consumers: actor, queue, tag.
    pub consumers: Vec<(u16, PlaceName, Name)>,
    /// Who took from which queue by basic.get.
    pub gets: BTreeSet<(u16, PlaceName)>,
    /// Who published to which exchange.
    pub publishes: Vec<(u16, PlaceName)>,
    /// Which queues the default exchange led to.
    pub defaults: Vec<PlaceName>,
    /// Which queues dead-lettered to which exchanges.
    pub dead_letters: Vec<(PlaceName, PlaceName)>,
    seen: Seen,
}

/// What was taken in already, by number, so that a million messages cost a look-up each and no more.
#[derive(Clone, Debug, Default)]
struct Seen {
    /// Where in the list stands what was published last over each channel.
    publishes: Vec<Option<u32>>,
    /// Whether the default exchange led to each queue.
    defaults: Vec<bool>,
}

impl Index {
    /// Of a recording as it begins.
    pub fn new(recording: &Recording) -> Self {
        let mut index = Self { sides: sides(recording.program(), recording.actors()), ..Self::default() };
        let names = Names::new(recording);
        for (number, info) in recording.actors().iter().enumerate() {
            let actor = number as u16;
            let has_lane = match info.actor {
                Actor::Operator => operator_acts(recording.program()),
                Actor::Broker => false,
                Actor::Client { .. } => true,
            };
            if let Some(thing) = names.actor_thing(actor).filter(|_| has_lane) {
                let lane = index.add_lane(names.actor_kind(actor), thing, info.name.to_string());
                *slot(&mut index.lane_of_actor, u32::from(actor)) = lane;
            }
        }
        index
    }

    /// Reads what has been recorded since the last time.
    pub fn extend(&mut self, recording: &Recording) {
        let names = Names::new(recording);
        let kinds = Kinds::but(&PASSED_OVER);
        let fresh = self.records..over(recording);
        self.records = fresh.end;
        scan(recording, fresh, &kinds).for_each(|record| self.read(names, &record));
    }

    /// The lane of an actor.
    pub fn lane_of_actor(&self, actor: u16) -> Option<u16> {
        self.lane_of_actor.get(usize::from(actor)).copied().flatten()
    }

    /// The lane of a queue, by the broker's number.
    pub fn lane_of_queue(&self, queue: u32) -> Option<u16> {
        self.lane_of_queue.get(queue as usize).copied().flatten()
    }

    /// The lane that a record is drawn on.
    pub fn lane_of_record(&self, names: Names<'_>, record: &Record) -> Option<u16> {
        match place(names, record)? {
            Place::Actor(actor) => self.lane_of_actor(actor),
            Place::Queue(queue) => self.lane_of_queue(queue.0),
        }
    }

    fn add_lane(&mut self, kind: ThingKind, thing: Thing, label: String) -> Option<u16> {
        if let Some(lane) = self.lanes.iter().position(|lane| lane.thing == thing) {
            return Some(lane as u16);
        }
        if self.lanes.len() >= LANES_MAX {
            return None;
        }
        self.lanes.push(Lane { kind, thing, label });
        self.pyramids.push(Pyramid::default());
        Some(self.lanes.len() as u16 - 1)
    }

    fn read(&mut self, names: Names<'_>, record: &Record) {
        self.ever.read(names, record);
        if record.kind == Kind::QueueDeclared
            && let Some((id, info)) = record.queue().and_then(|id| Some((id, names.queue(id)?)))
        {
            let thing = Thing::Queue(info.vhost.to_string(), info.name.to_string());
            let lane = self.add_lane(ThingKind::Queue, thing, info.name.to_string());
            *slot(&mut self.lane_of_queue, id.0) = lane;
        }
        if let Some(lane) = self.lane_of_record(names, record)
            && let Some(time) = names.recording.time_of(record.number)
        {
            self.pyramids[lane as usize].add(time.0, mark_kind(names, record));
        }
        if is_line(names, record) {
            self.lines.push((record.number, record.actor));
        }
        self.landmark(names, record);
    }

    fn landmark(&mut self, names: Names<'_>, record: &Record) {
        let is_one = match record.kind {
            Kind::Excepted
            | Kind::OperatorRefused
            | Kind::Crashed
            | Kind::LineCut
            | Kind::NodeDown
            | Kind::CheckFailed
            | Kind::CheckBroken => true,
            Kind::Ended => is_own_error(names, record) || mark_kind(names, record) == MarkKind::Fault,
            _ => false,
        };
        if is_one
            && self.landmarks.len() < LANDMARKS_MAX
            && let Some(Record { step, time, .. }) = names.recording.record(record.number)
        {
            let mark = (u64::from(step) + 1, time.0, mark_kind(names, record));
            // A crash is the operator's deed and the client's end: one landmark.
            if self.landmarks.last() != Some(&mark) {
                self.landmarks.push(mark);
            }
        }
    }
}

/// A record that the output shows: what was printed, what was refused, and what ended a client.
pub fn is_line(names: Names<'_>, record: &Record) -> bool {
    match record.kind {
        Kind::Printed | Kind::Excepted | Kind::OperatorRefused => true,
        Kind::Ended => is_own_error(names, record),
        _ => false,
    }
}

/// Whether a client is ended by an error that the broker has not told already.
fn is_own_error(names: Names<'_>, record: &Record) -> bool {
    ending_error(names, record)
        .and_then(|raised| names.recording.tables().errors.get(raised.error()?))
        .is_some_and(|info| info.scope.is_none())
}

/// The error that ended a client: the last one raised before.
pub fn ending_error(names: Names<'_>, record: &Record) -> Option<Record> {
    if record.kind != Kind::Ended || record.end_reason() != Some(crate::sim::record::EndReason::Error) {
        return None;
    }
    let first = record.number.saturating_sub(RAISED_BEFORE);
    let mut before = names.recording.records(first..record.number).rev();
    before.find(|before| before.kind == Kind::Raised && before.actor == record.actor)
}

/// An error that is not caught ends its client in the same step, a few records later.
const RAISED_BEFORE: u32 = 32;

/// Whether the operator does more than declare things at the beginning.
fn operator_acts(program: &Program) -> bool {
    let first_client = program.clients.iter().map(|client| client.start).min().unwrap_or(u32::MAX);
    let own = program.code.iter().take(first_client as usize);
    let publishes = own.into_iter().any(|instr| matches!(instr, Instr::Publish(_) | Instr::Fault(_)));
    publishes || !program.ats.is_empty() || !program.whens.is_empty()
}

impl Ever {
    fn read(&mut self, names: Names<'_>, record: &Record) {
        match record.kind {
            Kind::ExchangeDeclared => {
                let Some(info) = record.exchange().and_then(|id| names.exchange(id)) else { return };
                once(&mut self.exchanges, (info.vhost.clone(), info.name.clone()));
            }
            Kind::QueueDeclared => {
                let Some(id) = record.queue() else { return };
                if let Some(name) = queue_name(names, id.0) {
                    once(&mut self.queues, name);
                }
            }
            Kind::Bound => {
                let Some(info) = names.binding(record) else { return };
                once(&mut self.bindings, BindingName::of(info));
            }
            Kind::Consuming => {
                let Some(info) = record.consumer().and_then(|id| names.consumer(id)) else { return };
                if let Some(queue) = queue_name(names, info.queue) {
                    once(&mut self.consumers, (record.actor, queue, info.tag.clone()));
                }
            }
            Kind::Got => {
                let queue = record.queue().and_then(|queue| queue_name(names, queue.0));
                self.gets.extend(queue.map(|queue| (record.actor, queue)));
            }
            Kind::Published => self.published(names, record),
            Kind::Enqueued => self.enqueued(names, record),
            Kind::DeadLettered => {
                let after = record.becomes().and_then(|id| names.message(id));
                let queue = record.queue().and_then(|queue| queue_name(names, queue.0));
                if let Some((queue, after)) = queue.zip(after) {
                    let exchange = (queue.0.clone(), after.message.exchange().clone());
                    once(&mut self.dead_letters, (queue, exchange));
                }
            }
            _ => {}
        }
    }

    /// Over a channel, which is one client's in one vhost, nearly all is published to one exchange.
    fn published(&mut self, names: Names<'_>, record: &Record) {
        let (Some(message), Some(channel)) = (record.message(), record.channel()) else { return };
        let Some(info) = names.message(message) else { return };
        let exchange = info.message.exchange();
        let last = slot(&mut self.seen.publishes, channel.0);
        let known = last.and_then(|at| self.publishes.get(at as usize));
        if known.is_some_and(|(actor, (_, name))| *actor == record.actor && name == exchange) {
            return;
        }
        let vhost = names.vhost_of_channel(record);
        let publish = (record.actor, (Name::from(vhost), exchange.clone()));
        once(&mut self.publishes, publish.clone());
        *last = self.publishes.iter().position(|other| *other == publish).map(|at| at as u32);
    }

    fn enqueued(&mut self, names: Names<'_>, record: &Record) {
        let (Some(message), Some(queue)) = (record.message(), record.queue()) else { return };
        let is_seen = slot(&mut self.seen.defaults, queue.0);
        if *is_seen {
            return;
        }
        if names.message(message).is_some_and(|info| info.message.exchange().is_empty()) {
            *is_seen = true;
            if let Some(name) = queue_name(names, queue.0) {
                once(&mut self.defaults, name);
            }
        }
    }
}

fn queue_name(names: Names<'_>, queue: u32) -> Option<PlaceName> {
    let info = names.recording.tables().queues.at(queue)?;
    Some((info.vhost.clone(), info.name.clone()))
}

/// Things of one kind that are kept: more cannot be drawn.
const EVER_MAX: usize = 500;

/// Adds what is not there yet.
fn once<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if list.len() < EVER_MAX && !list.contains(&item) {
        list.push(item);
    }
}
