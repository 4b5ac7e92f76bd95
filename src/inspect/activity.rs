//! What went along which edge of the topology in one step.

use crate::sim::record::{Record, RecordKind as Kind, Recording};

use super::index::{BindingName, PlaceName};
use super::names::Names;
use super::view::MessageRef;

/// Messages named on one edge.
const ACTIVE_MAX: usize = 50;
/// Records of a step that are looked at: a publish to thousands of queues is one step.
const RECORDS_MAX: u32 = 5_000;

/// A message on its way, with all that tells its edge.
#[derive(Clone, Debug)]
struct Passing {
    kind: Kind,
    actor: u16,
    message: MessageRef,
    /// Exchange it was published or dead-lettered to.
    exchange: String,
    queue: Option<PlaceName>,
    binding: Option<BindingName>,
    consumer_tag: String,
}

/// All messages that moved in a step.
#[derive(Clone, Debug, Default)]
pub struct Activity {
    passing: Vec<Passing>,
}

impl Activity {
    /// Of the step that led to that moment.
    pub fn of_step(recording: &Recording, moment: u32) -> Self {
        let names = Names::new(recording);
        let Some(step) = moment.checked_sub(1).and_then(|step| recording.step(step)) else {
            return Self::default();
        };
        let end = step.end.min(step.first.saturating_add(RECORDS_MAX));
        Self {
            passing: recording
                .records(step.first..end)
                .filter_map(|record| passing(names, &record))
                .collect(),
        }
    }

    /// From a client to an exchange.
    pub fn published(&self, actor: u16, exchange: &str) -> Vec<MessageRef> {
        self.those(|one| one.kind == Kind::Published && one.actor == actor && one.exchange == exchange)
    }

    /// From the default exchange to a queue.
    pub fn by_default(&self, queue: &PlaceName) -> Vec<MessageRef> {
        self.those(|one| {
            one.kind == Kind::Enqueued && one.exchange.is_empty() && one.queue.as_ref() == Some(queue)
        })
    }

    /// Along a binding.
    pub fn routed(&self, binding: &BindingName) -> Vec<MessageRef> {
        self.those(|one| one.kind == Kind::Routed && one.binding.as_ref() == Some(binding))
    }

    /// To a consumer.
    pub fn delivered(&self, actor: u16, queue: &PlaceName, tag: &str) -> Vec<MessageRef> {
        self.those(|one| {
            one.kind == Kind::Delivered
                && one.actor == actor
                && one.consumer_tag == tag
                && one.queue.as_ref() == Some(queue)
        })
    }

    /// By basic.get.
    pub fn got(&self, actor: u16, queue: &PlaceName) -> Vec<MessageRef> {
        self.those(|one| one.kind == Kind::Got && one.actor == actor && one.queue.as_ref() == Some(queue))
    }

    /// From a queue to a dead-letter exchange.
    pub fn dead_lettered(&self, queue: &PlaceName, exchange: &str) -> Vec<MessageRef> {
        self.those(|one| {
            one.kind == Kind::DeadLettered && one.exchange == exchange && one.queue.as_ref() == Some(queue)
        })
    }

    fn those(&self, wanted: impl Fn(&Passing) -> bool) -> Vec<MessageRef> {
        let found = self.passing.iter().filter(|one| wanted(one));
        found.map(|one| one.message.clone()).take(ACTIVE_MAX).collect()
    }
}

fn passing(names: Names<'_>, record: &Record) -> Option<Passing> {
    let moves = matches!(
        record.kind,
        Kind::Published
            | Kind::Routed
            | Kind::Enqueued
            | Kind::Delivered
            | Kind::Got
            | Kind::DeadLettered
            | Kind::Republished
    );
    let id = record.message().filter(|_| moves)?;
    let now = record.becomes().unwrap_or(id);
    let queue = names.queue_of_record(record).and_then(|queue| names.queue(queue));
    let consumer = record.consumer().and_then(|consumer| names.consumer(consumer));
    Some(Passing {
        kind: record.kind,
        actor: record.actor,
        message: names.message_ref(id)?,
        exchange: names.message(now).map(|info| info.message.exchange().to_string()).unwrap_or_default(),
        queue: queue.map(|info| (info.vhost.clone(), info.name.clone())),
        binding: names.binding(record).map(BindingName::of),
        consumer_tag: consumer.map(|info| info.tag.to_string()).unwrap_or_default(),
    })
}
