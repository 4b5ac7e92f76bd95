//! Queues: what they are.

use std::sync::Arc;

use crate::amqp::{ConnectionId, FieldTable, FieldValue, Name, SimDuration, SimTime};

use super::chunks::{Chunks, Item};
use super::consumer::Rows;
use super::dead_letter_worker::DeadLetters;
use super::delayed_retry::Delayed;
use super::effect::{BindingId, ConsumerId, DropReason, Effect, MessageId, QueueId};
use super::machine::Broker;
use super::profile::QuorumPriority;
use super::ready::Ready;
use super::settings::Settings;
use super::stream::Stream;
use super::timers::{Timer, sooner};
use super::vhost::VhostId;

/// The type of a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueueKind {
    /// `classic`
    Classic,
    /// `quorum`
    Quorum,
    /// `stream`
    Stream,
}

impl QueueKind {
    /// The type that arguments ask for.
    pub(super) fn of(arguments: &FieldTable) -> Self {
        match arguments.get("x-queue-type") {
            Some(FieldValue::Text(kind)) if **kind == *"quorum" => Self::Quorum,
            Some(FieldValue::Text(kind)) if **kind == *"stream" => Self::Stream,
            _ => Self::Classic,
        }
    }

    /// RabbitMQ's module for it, as error texts name it.
    pub(super) fn module(self) -> &'static str {
        match self {
            Self::Classic => "rabbit_classic_queue",
            Self::Quorum => "rabbit_quorum_queue",
            Self::Stream => "rabbit_stream_queue",
        }
    }
}

/// A queue as it was declared.
#[derive(Clone, Debug)]
pub(super) struct QueueSpec {
    pub vhost: VhostId,
    pub name: Name,
    pub kind: QueueKind,
    pub durable: bool,
    /// The connection it is exclusive to.
    pub owner: Option<ConnectionId>,
    pub auto_delete: bool,
    pub arguments: FieldTable,
    pub single_active: bool,
}

/// A copy of a message in a queue.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub message: MessageId,
    /// Its place in its row; kept while it is unacked, so that it can return to it.
    pub place: u32,
    /// `MAX`: never.
    pub expires: SimTime,
    /// What it counts in the bytes of the queue.
    pub bytes: u64,
    /// How often it came back in a way that counts, also in the queues where it died before.
    pub count: u16,
    /// How often it was handed out.
    pub acquired: u16,
    pub redelivered: bool,
    pub priority: u8,
}

impl Entry {
    /// A message of a stream, as a channel holds it: its place is its offset.
    pub fn logged(message: MessageId, offset: u32) -> Self {
        Self {
            message,
            place: offset,
            expires: SimTime::MAX,
            bytes: 0,
            count: 0,
            acquired: 0,
            redelivered: false,
            priority: 0,
        }
    }
}

impl Item for Entry {
    fn order(&self) -> u64 {
        u64::from(self.place)
    }
}

/// A queue, kept after its deletion for its names.
#[derive(Clone, Debug)]
pub(super) struct Queue {
    pub spec: Arc<QueueSpec>,
    pub settings: Arc<Settings>,
    pub is_alive: bool,
    /// Empty in a stream, which has its messages in its log.
    pub ready: Ready,
    /// What came back and waits for its delayed retry: neither ready nor unacked.
    pub delayed: Delayed,
    pub stream: Option<Box<Stream>>,
    pub unacked: u32,
    pub next_place: u32,
    pub consumers: Rows,
    /// The single active consumer.
    pub active: ConsumerId,
    /// It is to yield as soon as it holds nothing any more, and gets nothing until then.
    pub is_quiescing: bool,
    /// The consumer that has the queue for itself.
    pub exclusive_consumer: ConsumerId,
    pub had_consumer: bool,
    /// A quorum queue that was over its limit and is not well below it yet.
    pub is_refusing: bool,
    /// Last declare, get or end of a consumer.
    pub last_used: SimTime,
    pub head_armed: SimTime,
    /// It was purged since the node is up.
    pub was_purged: bool,
    /// What died here and has not arrived yet (at-least-once).
    pub dead_letters: DeadLetters,
    pub lease_armed: SimTime,
    pub incoming: Arc<Chunks<BindingId>>,
}

impl Queue {
    pub fn is_quorum(&self) -> bool {
        self.spec.kind == QueueKind::Quorum
    }

    pub fn is_stream(&self) -> bool {
        self.stream.is_some()
    }

    /// When its head expires, or, in a stream, when what was written last is committed.
    pub fn head_due(&self) -> Option<SimTime> {
        if let Some(stream) = &self.stream {
            return stream.due();
        }
        sooner(self.ready.expires_at(), self.delayed.due())
    }

    /// Nothing in it expires, waits for its delay or can be too much.
    pub fn is_plain(&self) -> bool {
        !self.ready.expires()
            && self.delayed.len() == 0
            && self.stream.is_none()
            && self.settings.max_length.is_none()
            && self.settings.max_bytes.is_none()
    }

    /// Something is ready, and somebody may be there to take it.
    pub fn may_hand_out(&self) -> bool {
        !self.ready.is_empty() && (self.spec.single_active || self.consumers.stands_somebody())
    }

    /// The messages and bytes that its limits are about.
    pub fn limited(&self) -> (u64, u64) {
        // RabbitMQ: dead letters that have not arrived count, too.
        let messages = self.ready.len() + self.delayed.len() + self.dead_letters.len();
        (u64::from(messages), self.ready.bytes() + self.delayed.bytes() + self.dead_letters.bytes())
    }

    pub fn lease_due(&self) -> Option<SimTime> {
        let expires = self.settings.expires.filter(|_| self.is_alive && self.consumers.is_empty())?;
        Some(self.last_used + SimDuration::millis(expires))
    }
}

impl Broker {
    pub(super) fn queue(&self, id: QueueId) -> &Queue {
        &self.queues[id.index()]
    }

    pub(super) fn queue_mut(&mut self, id: QueueId) -> &mut Queue {
        &mut self.queues[id.index()]
    }

    pub(super) fn add_queue(&mut self, spec: QueueSpec) -> QueueId {
        let id = QueueId(self.queues.len() as u32);
        let names = &mut self.vhosts[spec.vhost.0 as usize].queues;
        Arc::make_mut(names).insert(spec.name.clone(), id);
        let settings = self.settings_of(&spec);
        let owner = spec.owner;
        let (priorities, two_levels) = match (spec.kind, self.profile.quorum_priority) {
            (QueueKind::Classic, _) => (settings.max_priority, false),
            (QueueKind::Stream, _) => (0, false),
            (QueueKind::Quorum, QuorumPriority::Ignored) => (0, false),
            (QueueKind::Quorum, QuorumPriority::TwoLevels) => (1, true),
            (QueueKind::Quorum, QuorumPriority::Strict) => (31, false),
        };
        let expires_each_row = spec.kind == QueueKind::Quorum && self.profile.quorum_expires_each_row;
        self.has_quorum_queues |= spec.kind == QueueKind::Quorum;
        let stream = (spec.kind == QueueKind::Stream).then(|| Box::new(Stream::new(self.now)));
        self.queues.push(Queue {
            spec: Arc::new(spec),
            settings: Arc::new(settings),
            is_alive: true,
            ready: Ready::new(priorities, two_levels, expires_each_row),
            was_purged: false,
            delayed: Delayed::default(),
            stream,
            unacked: 0,
            next_place: 0,
            consumers: Rows::default(),
            active: ConsumerId::NONE,
            is_quiescing: false,
            exclusive_consumer: ConsumerId::NONE,
            had_consumer: false,
            is_refusing: false,
            last_used: self.now,
            head_armed: SimTime::MAX,
            dead_letters: DeadLetters::default(),
            lease_armed: SimTime::MAX,
            incoming: Arc::default(),
        });
        if let Some(state) = owner.and_then(|owner| self.connections.get_mut(owner)) {
            state.exclusive.push(id);
        }
        self.generation += 1;
        self.put(Effect::QueueDeclared { queue: id });
        self.arm(Timer::Lease(id));
        id
    }

    /// Deletes a queue with all in it. Its consumers are told; what was unacked is lost; bindings go, and with
    /// them auto-delete exchanges. RabbitMQ: nothing is dead-lettered, and what waits for a confirm is acked.
    pub(super) fn delete_queue(&mut self, id: QueueId) -> u32 {
        self.delete_queue_from(id, false)
    }

    /// The same; whether exchanges stay that delete themselves after their last binding.
    pub(super) fn delete_queue_from(&mut self, id: QueueId, spares_exchanges: bool) -> u32 {
        let queue = self.queue_mut(id);
        if !queue.is_alive {
            return 0;
        }
        queue.is_alive = false;
        let spec = Arc::clone(&queue.spec);
        let ready = queue.ready.clear();
        let delayed = queue.delayed.clear();
        let unacked = std::mem::take(&mut queue.unacked);
        let consumers = queue.consumers.all().to_vec();
        let incoming: Vec<BindingId> = queue.incoming.iter().copied().collect();
        Arc::make_mut(&mut self.vhost_mut(spec.vhost).queues).remove(&spec.name);
        self.generation += 1;
        for consumer in consumers {
            self.cancel_by_broker(consumer);
        }
        for message in ready.iter().map(|entry| entry.message).chain(delayed) {
            self.put(Effect::Dropped { message, queue: id, reason: DropReason::QueueDeleted });
            self.messages.release(message);
        }
        if self.queue(id).is_stream() {
            self.clear_stream(id);
        } else if unacked > 0 {
            self.drop_unacked_of(id);
        }
        self.lose_dead_letters(id);
        self.confirm_deleted(id);
        for binding in incoming {
            self.remove_binding(binding, spares_exchanges);
        }
        self.put(Effect::QueueDeleted { queue: id });
        ready.len() as u32
    }

    /// Auto-delete: after its last consumer.
    pub(super) fn delete_if_unused(&mut self, id: QueueId) {
        if id == QueueId::NONE {
            return;
        }
        let queue = self.queue(id);
        if queue.is_alive && queue.spec.auto_delete && queue.had_consumer && queue.consumers.is_empty() {
            self.delete_queue(id);
        }
    }

    pub(super) fn delete_exclusive_queues(&mut self, connection: ConnectionId) {
        let state = self.connections.get_mut(connection);
        for queue in state.map(|state| std::mem::take(&mut state.exclusive)).unwrap_or_default() {
            self.delete_queue(queue);
        }
    }

    pub(super) fn lease_expired(&mut self, id: QueueId) {
        self.delete_queue(id);
    }

    pub(super) fn queue_named(&self, vhost: VhostId, queue: &str) -> Option<QueueId> {
        self.vhost(vhost).queues.get(queue).copied()
    }

    pub(super) fn body_bytes(&self, message: MessageId) -> u64 {
        self.messages.get(message).map_or(0, |message| message.body.len() as u64)
    }

    /// What a message counts in the bytes of a queue.
    pub(super) fn bytes_in(&self, queue: QueueId, message: MessageId) -> u64 {
        let is_quorum = self.queue(queue).is_quorum();
        self.messages.get(message).map_or(0, |message| message.bytes_in(is_quorum))
    }
}
