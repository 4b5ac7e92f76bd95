//! What is kept in mind while the records of a run go by, and what is found in them.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use crate::amqp::{FieldValue, Method, Name};
use crate::broker::{Command, ConsumerId, DropReason, MessageId, QueueId};
use crate::script::Code;
use crate::sim::record::{Actor, EndReason, Meaning, NONE, Record, RecordKind as Kind};

use super::super::names::Names;
use super::super::scan::bare_record;
use super::super::slot::slot;
use super::gather::{FINDINGS_MAX, Found};
use super::held::{HOARD, Held, HeldCopy, Key, TakenUp};

/// A message delivered this often goes round.
const LOOP: u8 = 5;
/// Expiry is told if it is later than this, in microseconds.
const LATE: u64 = 1_000;

/// Of the kinds that show nothing, those that recordings are full of.
pub(super) const PASSED_OVER: [Kind; 6] =
    [Kind::Sent, Kind::Routed, Kind::Waiting, Kind::Replied, Kind::ConfirmTaken, Kind::Deadline];

/// What is known so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Watch {
    /// By what makes two of them one: besides the code whose, where, which key or text.
    pub found: BTreeMap<(Code, Whose), Found>,
    /// Copies handed out and not settled.
    held: Held,
    /// Copies that came back to their queue.
    back: BTreeMap<Key, Back>,
    /// When a message with a time to live came into its queue.
    enqueued: BTreeMap<(u32, u32), u64>,
    /// What is known of each queue, by its number.
    queues: Vec<OfQueue>,
    /// Sent without acknowledgement and not taken up yet, by actor.
    under_way: BTreeMap<u16, BTreeSet<u32>>,
    /// Consumers that came while another held much: the consumer it waits for, how many that one has settled since.
    waiting: BTreeMap<u32, (Record, u32, u32)>,
    /// The last record at which an actor's client or connection ended.
    ended: BTreeMap<u16, u32>,
    /// Whether an actor published, by its number.
    publishers: Vec<bool>,
    /// Clients that the broker does not read from, or whose publishes wait for a commit: nothing follows a publish.
    deferred: BTreeSet<u16>,
    publishing: Publishing,
    /// Queues with a single active consumer.
    single: BTreeSet<Name>,
    /// A publish that was applied, while nothing is known of what comes behind it.
    applied: Option<Record>,
    /// So far records can be read.
    end: u32,
}

/// Whose or where it is, and a text.
type Whose = (u32, u32, Name);

/// What is known of a copy that came back. Those of one message in several queues have nothing to do with each other.
#[derive(Clone, Copy, Debug, Default)]
struct Back {
    /// How often it was handed out.
    times: u8,
    /// The record of the second time.
    second: u32,
    /// When it was taken up last before it came back.
    taken_up: Option<TakenUp>,
}

/// Some facts of a queue.
#[derive(Clone, Copy, Debug, Default)]
struct OfQueue {
    /// Of a stream each consumer gets every message: nothing is withheld, overtaken or handed out again.
    is_stream: bool,
    /// The latest message that was taken up from it.
    latest: u32,
}

/// The message published last.
#[derive(Clone, Debug, Default)]
struct Publishing {
    message: u32,
    /// Whether it has a time to live.
    is_limited: bool,
    /// The queues that took it.
    queues: Vec<u32>,
}

impl Watch {
    /// From now on records can be read as far as that.
    pub fn goes_on(&mut self, names: Names<'_>, end: u32) {
        self.end = end;
        self.unanswered_publish(names);
    }

    /// Takes one record in.
    pub fn read(&mut self, names: Names<'_>, record: &Record) {
        match record.kind {
            Kind::Applied => self.applied(names, record),
            Kind::Published => self.published(names, record),
            Kind::Enqueued => self.enqueued(names, record),
            Kind::Delivered => self.delivered(names, record),
            Kind::Got => self.got(names, record),
            Kind::Received => self.received(names, record),
            Kind::Settled => drop(self.given_back(record)),
            Kind::Requeued | Kind::Delayed => self.came_back(record),
            Kind::Dropped => self.dropped(names, record),
            Kind::DeadLettered => self.dead_lettered(names, record),
            Kind::QueueDeclared => self.queue_declared(names, record),
            Kind::Consuming => self.consuming(names, record),
            Kind::Ended => self.ended(record),
            Kind::ConnectionGone => drop(self.ended.insert(record.actor, record.number)),
            Kind::Excepted | Kind::OperatorRefused | Kind::Blocked | Kind::Confirmed | Kind::StartedTwice => {
                self.told(names, record)
            }
            _ => {}
        }
    }

    /// Copies that consumers hold when nothing more can happen.
    pub fn at_end(&self, names: Names<'_>) -> Vec<Found> {
        // By actor and queue: the first delivery, and how many.
        let mut unacked: BTreeMap<(u16, u32), (u32, u32)> = BTreeMap::new();
        for copy in self.held.iter().filter(|copy| copy.consumer != NONE) {
            let Some(record) = bare_record(names.recording, copy.delivery) else { continue };
            let (first, count) = unacked.entry((record.actor, copy.key.1)).or_insert((copy.delivery, 0));
            *first = (*first).min(copy.delivery);
            *count += 1;
        }
        let unacked = unacked.into_iter().filter_map(|((_, queue), (first, count))| {
            let first = bare_record(names.recording, first)?;
            Some(Found { code: Code::UnackedAtEnd, first, other: u64::from(queue), count })
        });
        let starved = self.waiting.values().filter(|(_, hoarder, _)| self.held.of(*hoarder) >= HOARD).map(
            |(record, hoarder, _)| Found {
                code: Code::StarvedConsumer,
                first: *record,
                other: u64::from(*hoarder),
                count: 1,
            },
        );
        unacked.chain(starved).collect()
    }

    fn find(&mut self, code: Code, record: &Record, whose: Whose, other: u64) {
        let is_full = self.found.len() >= FINDINGS_MAX;
        match self.found.entry((code, whose)) {
            Entry::Occupied(mut one) => one.get_mut().count = one.get().count.saturating_add(1),
            Entry::Vacant(_) if is_full => {}
            Entry::Vacant(place) => drop(place.insert(Found { code, first: *record, other, count: 1 })),
        }
    }

    /// A finding about an actor.
    fn of_actor(&mut self, code: Code, record: &Record) {
        self.find(code, record, (u32::from(record.actor), NONE, Name::default()), 0);
    }

    /// A finding about a queue.
    fn of_queue(&mut self, code: Code, record: &Record) {
        self.find(code, record, (NONE, record.object, Name::default()), 0);
    }

    /// A publish whose effects, which come right behind it, do not begin with its own: the channel is closed.
    fn unanswered_publish(&mut self, names: Names<'_>) {
        let Some(applied) = self.applied.filter(|applied| applied.number + 1 < self.end) else { return };
        let Some(next) = bare_record(names.recording, applied.number + 1) else { return };
        self.applied = None;
        let step_of = |record: &Record| names.recording.step_of(record.number);
        let is_caused = next.cause == Some(applied.number);
        // That a message was taken is told at once: no need to search for the step.
        if !is_caused || next.kind != Kind::Published && step_of(&next) != step_of(&applied) {
            self.of_actor(Code::PublishedIntoClosed, &applied);
        }
    }

    fn applied(&mut self, names: Names<'_>, record: &Record) {
        match names.meaning(record) {
            Some(Meaning::Publish) if !self.deferred.contains(&record.actor) => {
                self.applied = Some(*record);
                self.unanswered_publish(names);
            }
            Some(Meaning::Other(Command::Method { method, .. })) => self.asked(record, method),
            _ => {}
        }
    }

    /// Any method but publishes and settlements.
    fn asked(&mut self, record: &Record, method: &Method) {
        match method {
            Method::TxSelect => drop(self.deferred.insert(record.actor)),
            Method::QueueDeclare { queue, arguments, .. }
                if arguments.get("x-single-active-consumer") == Some(&FieldValue::Bool(true)) =>
            {
                self.single.insert(queue.clone());
            }
            _ => {}
        }
    }

    fn published(&mut self, names: Names<'_>, record: &Record) {
        *slot(&mut self.publishers, u32::from(record.actor)) = true;
        self.publishing.message = record.subject;
        self.publishing.is_limited = is_limited(names, MessageId(record.subject));
        self.publishing.queues.clear();
    }

    fn enqueued(&mut self, names: Names<'_>, record: &Record) {
        let Some(message) = record.message() else { return };
        let is_limited = if message.0 == self.publishing.message {
            self.publishing.queues.push(record.object);
            self.publishing.is_limited
        } else {
            is_limited(names, message)
        };
        if is_limited && let Some(time) = names.recording.time_of(record.number) {
            self.enqueued.insert((message.0, record.object), time.0);
        }
    }

    fn queue_declared(&mut self, names: Names<'_>, record: &Record) {
        let Some((id, info)) = record.queue().and_then(|id| Some((id, names.queue(id)?))) else { return };
        slot(&mut self.queues, id.0).is_stream = *info.kind == *"stream";
    }

    fn delivered(&mut self, names: Names<'_>, record: &Record) {
        let Some((consumer, info)) = record.consumer().and_then(|id| Some((id, names.consumer(id)?))) else {
            return;
        };
        if info.queue == NONE || self.is_stream(QueueId(info.queue)) {
            return;
        }
        if info.no_ack {
            self.under_way.entry(record.actor).or_default().insert(record.subject);
        }
        self.waiting.remove(&consumer.0);
        self.handed_out(names, record, info.queue, consumer.0);
    }

    fn got(&mut self, names: Names<'_>, record: &Record) {
        if let Some(queue) = record.queue().filter(|queue| !self.is_stream(*queue)) {
            self.handed_out(names, record, queue.0, NONE);
        }
    }

    fn handed_out(&mut self, names: Names<'_>, record: &Record, queue: u32, consumer: u32) {
        let Some(message) = record.message() else { return };
        let key = (message.0, queue);
        self.enqueued.remove(&key);
        let back = self.back.get_mut(&key);
        let taken_up = back.as_ref().and_then(|back| back.taken_up);
        self.held.insert(HeldCopy { key, delivery: record.number, consumer, taken_up });
        let Some(back) = back else { return };
        back.times = back.times.saturating_add(1);
        let (times, second) = (back.times, back.second);
        match times {
            2 => back.second = record.number,
            LOOP => {
                let first = bare_record(names.recording, second).unwrap_or(*record);
                self.goes_round(&first, key);
            }
            many if many > LOOP => self.goes_round(record, key),
            _ => {}
        }
    }

    fn goes_round(&mut self, record: &Record, (message, queue): (u32, u32)) {
        self.find(Code::RedeliveryLoop, record, (message, queue, Name::default()), 0);
    }

    fn received(&mut self, names: Names<'_>, record: &Record) {
        let Some(message) = record.message() else { return };
        let Some(queue) = taken_from(names, record).filter(|queue| !self.is_stream(*queue)) else { return };
        if let Some(under_way) = self.under_way.get_mut(&record.actor) {
            under_way.remove(&message.0);
        }
        let key = (message.0, queue.0);
        let now = TakenUp { record: record.number, by: record.actor };
        let before = self.held.get_mut(key).and_then(|copy| copy.taken_up.replace(now));
        if let Some(TakenUp { record: before, by }) = before
            && self.ended.get(&by).is_some_and(|end| *end > before)
        {
            self.find(Code::HandledTwice, record, (message.0, NONE, Name::default()), u64::from(by));
        }
        if record.consumer().is_none() {
            return;
        }
        let latest = &mut slot(&mut self.queues, queue.0).latest;
        let after = *latest;
        *latest = after.max(message.0);
        if after > message.0 && self.back.contains_key(&key) {
            self.find(Code::Overtaken, record, (queue.0, NONE, Name::default()), u64::from(after));
        }
    }

    fn is_stream(&self, queue: QueueId) -> bool {
        self.queues.get(queue.0 as usize).is_some_and(|of| of.is_stream)
    }

    /// A copy that nobody holds any more.
    fn given_back(&mut self, record: &Record) -> Option<HeldCopy> {
        let copy = self.held.remove((record.subject, record.object))?;
        if !self.waiting.is_empty() {
            self.settled_by(copy.consumer);
        }
        Some(copy)
    }

    /// A copy is in its queue again.
    fn came_back(&mut self, record: &Record) {
        let copy = self.given_back(record);
        let back =
            self.back.entry((record.subject, record.object)).or_insert(Back { times: 1, ..Back::default() });
        back.taken_up = copy.and_then(|copy| copy.taken_up).or(back.taken_up);
    }

    /// Those that wait for it have waited for one more.
    fn settled_by(&mut self, consumer: u32) {
        let waiting: Vec<u32> = self
            .waiting
            .iter()
            .filter(|(_, (_, hoarder, _))| *hoarder == consumer)
            .map(|(one, _)| *one)
            .collect();
        for one in waiting {
            let Some((first, hoarder, settled)) = self.waiting.get_mut(&one) else { continue };
            *settled += 1;
            if *settled >= HOARD {
                let (first, hoarder) = (*first, *hoarder);
                self.waiting.remove(&one);
                self.find(Code::StarvedConsumer, &first, (one, NONE, Name::default()), u64::from(hoarder));
            }
        }
    }

    fn dropped(&mut self, names: Names<'_>, record: &Record) {
        let (Some(message), Some(reason)) = (record.message(), record.drop_reason()) else { return };
        match reason {
            DropReason::Unroutable => self.unroutable(names, record, message),
            DropReason::Rejected => self.of_queue(Code::RejectedAndLost, record),
            // A full queue that refuses new ones says so of a message that never stood in it.
            DropReason::MaxLength
                if record.subject == self.publishing.message
                    && !self.publishing.queues.contains(&record.object) => {}
            DropReason::MaxLength => self.of_queue(Code::DroppedByLength, record),
            DropReason::Restart => self.of_queue(Code::LostAtRestart, record),
            DropReason::DeadLetterCycle => self.of_queue(Code::DroppedInCycle, record),
            DropReason::Expired => self.expired(names, record, message),
            DropReason::DeliveryLimit
            | DropReason::Purged
            | DropReason::QueueDeleted
            | DropReason::RolledBack
            | DropReason::Retention => {}
        }
        self.given_back(record);
        self.enqueued.remove(&(record.subject, record.object));
    }

    fn unroutable(&mut self, names: Names<'_>, record: &Record, message: MessageId) {
        let Some(info) = names.message(message) else { return };
        let template = info.message.template();
        let key = Name::from(format!("{}\n{}", template.exchange, template.routing_key));
        if info.from.is_some_and(|(_, why)| why.is_some()) {
            self.find(Code::DeadLetterLost, record, (NONE, NONE, key), 0);
        } else if !template.mandatory {
            self.find(Code::Unroutable, record, (u32::from(info.actor), NONE, key), 0);
        }
    }

    fn expired(&mut self, names: Names<'_>, record: &Record, message: MessageId) {
        let Some(entered) = self.enqueued.remove(&(message.0, record.object)) else { return };
        let limit = names.message(message).and_then(|info| {
            info.message.properties().expiration.as_ref().and_then(|text| text.parse::<u64>().ok())
        });
        let Some(due) =
            limit.and_then(|limit| limit.checked_mul(1000)).and_then(|limit| entered.checked_add(limit))
        else {
            return;
        };
        let now = names.recording.time_of(record.number).map_or(0, |time| time.0);
        if now > due.saturating_add(LATE) {
            let late = now - due;
            self.find(Code::LateExpiry, record, (NONE, record.object, Name::default()), late);
        }
    }

    fn dead_lettered(&mut self, names: Names<'_>, record: &Record) {
        if let (Some(message), Some(after)) = (record.message(), record.becomes())
            && names
                .message(after)
                .and_then(|info| info.from)
                .is_some_and(|(_, why)| why == Some(DropReason::Expired))
        {
            self.expired(names, record, message);
        }
        self.given_back(record);
    }

    /// A consumer comes, and what there is is with another one.
    fn consuming(&mut self, names: Names<'_>, record: &Record) {
        let Some(consumer) = record.consumer() else { return };
        let Some(queue) = names.queue_of(consumer) else { return };
        if self.single.contains(names.queue_name(queue)) {
            return;
        }
        let of_queue = self.held.hoarders().filter(|one| names.queue_of(ConsumerId(*one)) == Some(queue));
        if let Some(hoarder) = of_queue.max_by_key(|one| self.held.of(*one)) {
            self.waiting.insert(consumer.0, (*record, hoarder, 0));
        }
    }

    fn ended(&mut self, record: &Record) {
        self.ended.insert(record.actor, record.number);
        let lost = self.under_way.remove(&record.actor).map_or(0, |lost| lost.len() as u64);
        if lost > 0 && record.end_reason() != Some(EndReason::Finished) {
            let key = (u32::from(record.actor), NONE, Name::default());
            self.find(Code::LostWithConsumer, record, key, lost);
        }
    }

    /// What clients and the operator are told.
    fn told(&mut self, names: Names<'_>, record: &Record) {
        match record.kind {
            Kind::Excepted => {
                let Some(error) =
                    record.error().and_then(|number| names.recording.tables().errors.get(number))
                else {
                    return;
                };
                // 320 is the operator's doing, and told as such.
                if error.code != 320 {
                    let who = names.recording.actors().get(usize::from(record.actor));
                    let is_operator = who.is_some_and(|info| info.actor == Actor::Operator);
                    let code = if is_operator { Code::RefusedCommand } else { Code::ClosedByError };
                    self.find(code, record, (u32::from(record.actor), NONE, error.text.clone()), 0);
                }
            }
            Kind::OperatorRefused => {
                let text = record.text().and_then(|number| names.recording.tables().texts.get(number));
                let text = text.map(|info| info.text.clone()).unwrap_or_default();
                self.find(Code::RefusedCommand, record, (u32::from(record.actor), NONE, text), 0);
            }
            Kind::Blocked if record.text().is_none() => drop(self.deferred.remove(&record.actor)),
            Kind::Blocked
                if self.deferred.insert(record.actor)
                    && self.publishers.get(usize::from(record.actor)) == Some(&true) =>
            {
                self.of_actor(Code::PublisherBlocked, record);
            }
            Kind::Confirmed if record.detail & 1 == 0 => self.of_actor(Code::RefusedPublish, record),
            Kind::StartedTwice => self.of_actor(Code::AlreadyRunning, record),
            _ => {}
        }
    }
}

/// The queue of a message that is taken up: its consumer's, or the one that `get` asked.
fn taken_from(names: Names<'_>, record: &Record) -> Option<QueueId> {
    match record.consumer() {
        Some(consumer) => names.queue_of(consumer),
        None => bare_record(names.recording, record.cause?)?.queue(),
    }
}

/// Whether it expires by itself: a dead letter does not any more.
fn is_limited(names: Names<'_>, message: MessageId) -> bool {
    names
        .message(message)
        .is_some_and(|info| info.from.is_none() && info.message.properties().expiration.is_some())
}
