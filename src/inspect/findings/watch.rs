//! What is kept in mind while the records of a run go by, and what is found in them.

use std::collections::{BTreeMap, BTreeSet};

use crate::amqp::{FieldValue, Method, Name};
use crate::broker::{Command, DropReason, MessageId, QueueId};
use crate::script::Code;
use crate::sim::record::{Actor, EndReason, NONE, Record, RecordKind as Kind};

use super::super::names::Names;
use super::gather::{FINDINGS_MAX, Found};

/// A message delivered this often goes round.
const LOOP: u8 = 5;
/// A consumer that holds this many keeps others waiting.
const HOARD: u32 = 3;
/// Expiry is told if it is later than this, in microseconds.
const LATE: u64 = 1_000;

/// What is known so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Watch {
    pub found: Vec<Found>,
    /// How often each message was delivered, by its number.
    delivered: Vec<u8>,
    /// The record at which each message was last taken up, plus one, and by whom.
    taken_up: Vec<(u32, u16)>,
    /// The first redelivery of each message that was delivered more than once.
    redelivered: BTreeMap<u32, Record>,
    /// Copies handed out and not settled: by message and queue, the record and the consumer.
    held: BTreeMap<(u32, u32), (Record, u32)>,
    /// How many each consumer holds.
    holding: BTreeMap<u32, u32>,
    /// When a message with a time to live came into its queue.
    enqueued: BTreeMap<(u32, u32), u64>,
    /// The latest message that was taken up from each queue.
    latest: BTreeMap<u32, u32>,
    /// Sent without acknowledgement and not taken up yet, by actor.
    under_way: BTreeMap<u16, BTreeSet<u32>>,
    /// Consumers that came while another held much: the consumer it waits for, how many that one has settled since.
    waiting: BTreeMap<u32, (Record, u32, u32)>,
    /// The last record at which an actor's client or connection ended.
    ended: BTreeMap<u16, u32>,
    publishers: BTreeSet<u16>,
    /// Clients that the broker does not read from, or whose publishes wait for a commit: nothing follows a publish.
    deferred: BTreeSet<u16>,
    /// The message published last, and the queues that took it.
    publishing: (u32, Vec<u32>),
    /// Queues with a single active consumer.
    single: BTreeSet<Name>,
    /// A publish that was applied and has shown no effect yet.
    applied: Option<Record>,
}

impl Watch {
    /// Takes one record in.
    pub fn read(&mut self, names: Names<'_>, record: &Record) {
        self.unanswered_publish(record);
        match record.kind {
            Kind::Applied => self.applied(names, record),
            Kind::Published => {
                self.publishers.insert(record.actor);
                self.publishing.0 = record.subject;
                self.publishing.1.clear();
            }
            Kind::Enqueued => self.enqueued(names, record),
            Kind::Delivered | Kind::Got => self.delivered(names, record),
            Kind::Received => self.received(names, record),
            Kind::Settled => self.given_back(record),
            Kind::Requeued => self.given_back(record),
            Kind::Dropped => self.dropped(names, record),
            Kind::DeadLettered => self.dead_lettered(names, record),
            Kind::Consuming => self.consuming(names, record),
            Kind::Ended => self.ended(record),
            Kind::ConnectionGone => drop(self.ended.insert(record.actor, record.number)),
            _ => self.told(names, record),
        }
    }

    /// Copies that consumers hold when nothing more can happen.
    pub fn at_end(&self, names: Names<'_>) -> Vec<Found> {
        let mut found: Vec<Found> = Vec::new();
        for ((_, queue), (record, consumer)) in &self.held {
            if *consumer == NONE {
                continue;
            }
            let key = (u32::from(record.actor), *queue, Name::default());
            match found.iter_mut().find(|one| one.key == key) {
                Some(one) => {
                    one.count += 1;
                    if record.number < one.first.number {
                        one.first = *record;
                    }
                }
                None => found.push(Found {
                    code: Code::UnackedAtEnd,
                    key,
                    first: *record,
                    other: u64::from(*queue),
                    count: 1,
                }),
            }
        }
        for (waiting, (record, hoarder, _)) in &self.waiting {
            if self.holding.get(hoarder).copied().unwrap_or(0) >= HOARD {
                found.push(starved(names, *waiting, *record, *hoarder));
            }
        }
        found
    }

    fn find(&mut self, code: Code, record: &Record, key: (u32, u32, Name), other: u64) {
        if let Some(one) = self.found.iter_mut().find(|one| one.code == code && one.key == key) {
            one.count = one.count.saturating_add(1);
        } else if self.found.len() < FINDINGS_MAX {
            self.found.push(Found { code, key, first: *record, other, count: 1 });
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
    fn unanswered_publish(&mut self, record: &Record) {
        let Some(applied) = self.applied.take() else { return };
        let is_effect = record.cause == Some(applied.number) && record.step == applied.step;
        if !is_effect {
            self.of_actor(Code::PublishedIntoClosed, &applied);
        }
    }

    fn applied(&mut self, names: Names<'_>, record: &Record) {
        let command = record.command().and_then(|number| names.recording.tables().commands.get(number));
        let Some(Command::Method { method, .. }) = command.map(|info| info.command) else { return };
        match method {
            Method::BasicPublish { .. } if self.deferred.contains(&record.actor) => {}
            Method::BasicPublish { .. } => self.applied = Some(*record),
            Method::TxSelect => drop(self.deferred.insert(record.actor)),
            Method::QueueDeclare { queue, arguments, .. }
                if arguments.get("x-single-active-consumer") == Some(&FieldValue::Bool(true)) =>
            {
                self.single.insert(queue.clone());
            }
            _ => {}
        }
    }

    fn enqueued(&mut self, names: Names<'_>, record: &Record) {
        let Some(message) = record.message() else { return };
        if message.0 == self.publishing.0 {
            self.publishing.1.push(record.object);
        }
        let has_limit = names
            .message(message)
            .is_some_and(|info| info.from.is_none() && info.message.properties().expiration.is_some());
        if has_limit {
            self.enqueued.insert((message.0, record.object), record.time.0);
        }
    }

    fn delivered(&mut self, names: Names<'_>, record: &Record) {
        let (Some(message), Some(queue)) = (record.message(), names.queue_of_record(record)) else { return };
        if is_stream(names, queue) {
            return;
        }
        let consumer = record.consumer();
        let number = consumer.map_or(NONE, |consumer| consumer.0);
        self.enqueued.remove(&(message.0, queue.0));
        self.waiting.remove(&number);
        self.held.insert((message.0, queue.0), (*record, number));
        *self.holding.entry(number).or_insert(0) += 1;
        if consumer.and_then(|consumer| names.consumer(consumer)).is_some_and(|consumer| consumer.no_ack) {
            self.under_way.entry(record.actor).or_default().insert(message.0);
        }
        let count = slot(&mut self.delivered, message.0);
        *count = count.saturating_add(1);
        match *count {
            2 => drop(self.redelivered.insert(message.0, *record)),
            LOOP => {
                let first = self.redelivered.get(&message.0).copied().unwrap_or(*record);
                self.find(
                    Code::RedeliveryLoop,
                    &first,
                    (message.0, queue.0, Name::default()),
                    u64::from(queue.0),
                );
            }
            many if many > LOOP => {
                self.find(Code::RedeliveryLoop, record, (message.0, queue.0, Name::default()), 0);
            }
            _ => {}
        }
    }

    fn received(&mut self, names: Names<'_>, record: &Record) {
        let Some(message) = record.message() else { return };
        if record
            .consumer()
            .and_then(|consumer| names.queue_of(consumer))
            .is_some_and(|id| is_stream(names, id))
        {
            return;
        }
        if let Some(under_way) = self.under_way.get_mut(&record.actor) {
            under_way.remove(&message.0);
        }
        let (before, by) = *slot(&mut self.taken_up, message.0);
        let key = (message.0, NONE, Name::default());
        if before > 0 && self.ended.get(&by).is_some_and(|end| *end >= before) {
            self.find(Code::HandledTwice, record, key.clone(), u64::from(by));
        }
        *slot(&mut self.taken_up, message.0) = (record.number + 1, record.actor);
        let Some(queue) = record.consumer().and_then(|consumer| names.queue_of(consumer)) else { return };
        let latest = self.latest.entry(queue.0).or_insert(message.0);
        let (is_late, after) = (*latest > message.0, *latest);
        *latest = (*latest).max(message.0);
        let again = self.delivered.get(message.0 as usize).is_some_and(|count| *count > 1);
        if is_late && again {
            self.find(Code::Overtaken, record, (queue.0, NONE, Name::default()), u64::from(after));
        }
    }

    /// A copy that nobody holds any more.
    fn given_back(&mut self, record: &Record) {
        let Some((_, consumer)) = self.held.remove(&(record.subject, record.object)) else { return };
        if let Some(count) = self.holding.get_mut(&consumer) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.holding.remove(&consumer);
            }
        }
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
                if record.subject == self.publishing.0 && !self.publishing.1.contains(&record.object) => {}
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
        if record.time.0 > due.saturating_add(LATE) {
            let late = record.time.0 - due;
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
        let of_queue = |one: u32| names.queue_of(crate::broker::ConsumerId(one)) == Some(queue);
        let hoarder =
            self.holding.iter().filter(|(one, count)| **one != NONE && **count >= HOARD && of_queue(**one));
        if let Some((hoarder, _)) = hoarder.max_by_key(|(_, count)| **count) {
            self.waiting.insert(consumer.0, (*record, *hoarder, 0));
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
        let is_operator = names
            .recording
            .actors()
            .get(usize::from(record.actor))
            .is_some_and(|info| info.actor == Actor::Operator);
        match record.kind {
            Kind::Excepted => {
                let Some(error) =
                    record.error().and_then(|number| names.recording.tables().errors.get(number))
                else {
                    return;
                };
                // 320 is the operator's doing, and told as such.
                if error.code != 320 {
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
                if self.deferred.insert(record.actor) && self.publishers.contains(&record.actor) =>
            {
                self.of_actor(Code::PublisherBlocked, record);
            }
            Kind::Confirmed if record.detail & 1 == 0 => self.of_actor(Code::RefusedPublish, record),
            Kind::StartedTwice => self.of_actor(Code::AlreadyRunning, record),
            _ => {}
        }
    }
}

/// Of a stream each consumer gets every message: nothing is withheld, overtaken or handed out again.
fn is_stream(names: Names<'_>, queue: QueueId) -> bool {
    names.queue(queue).is_some_and(|info| *info.kind == *"stream")
}

fn starved(names: Names<'_>, consumer: u32, record: Record, hoarder: u32) -> Found {
    let queue = names.queue_of(crate::broker::ConsumerId(consumer)).unwrap_or(QueueId::NONE);
    Found {
        code: Code::StarvedConsumer,
        key: (consumer, queue.0, Name::default()),
        first: record,
        other: u64::from(hoarder),
        count: 1,
    }
}

/// The place of a number in a list that grows.
fn slot<T: Clone + Default>(list: &mut Vec<T>, at: u32) -> &mut T {
    let at = at as usize;
    if list.len() <= at {
        list.resize(at + 1, T::default());
    }
    &mut list[at]
}
