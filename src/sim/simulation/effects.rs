//! What the broker does: into records, into the history, and on its way to clients.

use crate::amqp::Name;
use crate::broker::{ChannelId, Command, ConsumerId, DropReason, Effect, MessageId, QueueId};
use crate::script::program::Ask;
use crate::sim::history::{Item, Thing};
use crate::sim::port::FromBroker;
use crate::sim::record::{Columns, Entry, NONE, RecordKind, Sink, TextInfo, drop_reason};
use crate::sim::schedule::{Class, Event};

use super::state::{BROKER, FIRST_CLIENT, Simulation};

/// What is known of the command whose effects are looked at.
pub(super) struct Applied<'a> {
    /// All of them.
    pub effects: &'a [Effect],
    /// Whose command.
    pub actor: u16,
    /// Its record.
    pub cause: u32,
    /// The channel and tag of the last delivery: settled at once, it was without acknowledgement.
    pub delivered: (ChannelId, u32),
    /// Who published last, and what.
    pub publisher: u16,
    pub published: MessageId,
    /// From `get-ok`.
    pub message_count: Option<u32>,
}

impl Applied<'_> {
    /// Whether a copy stood in the queue, and was not refused while it was published.
    fn was_in(&self, message: MessageId, queue: QueueId) -> bool {
        message != self.published || self.effects.contains(&Effect::Enqueued { message, queue })
    }
}

impl Simulation {
    /// Hands a command to the broker, and carries on what it does.
    #[inline(always)]
    pub(super) fn apply(&mut self, command: &Command, actor: u16, cause: u32, sink: &mut impl Sink) {
        let mut effects = std::mem::take(&mut self.effects);
        self.broker.apply(self.now, command, &mut self.broker_chance, &mut effects);
        self.carry_on(&effects, actor, cause, sink);
        effects.clear();
        self.effects = effects;
        self.schedule_deadline();
    }

    /// The time that the broker waited for has come. Where nothing is to be done any more, nothing is recorded.
    pub(super) fn apply_deadline(&mut self, sink: &mut impl Sink) {
        let mut effects = std::mem::take(&mut self.effects);
        self.broker.apply(self.now, &Command::Deadline, &mut self.broker_chance, &mut effects);
        if !effects.is_empty() {
            let cause = self.put(sink, Columns::new(RecordKind::Deadline, BROKER, NONE));
            self.carry_on(&effects, BROKER, cause, sink);
        }
        effects.clear();
        self.effects = effects;
        self.schedule_deadline();
    }

    #[inline(never)]
    fn carry_on(&mut self, effects: &[Effect], actor: u16, cause: u32, sink: &mut impl Sink) {
        let mut applied = Applied {
            effects,
            actor,
            cause,
            delivered: (ChannelId::NONE, 0),
            publisher: actor,
            published: MessageId::NONE,
            message_count: None,
        };
        for effect in effects {
            self.effect(effect, &mut applied, sink);
        }
    }

    #[inline(always)]
    fn effect(&mut self, effect: &Effect, applied: &mut Applied<'_>, sink: &mut impl Sink) {
        match effect {
            Effect::Opened { .. }
            | Effect::ConnectionGone { .. }
            | Effect::ChannelOpened { .. }
            | Effect::ChannelGone { .. }
            | Effect::Replied { .. }
            | Effect::Excepted { .. }
            | Effect::Blocked { .. }
            | Effect::OperatorRefused { .. } => self.line_effect(effect, applied, sink),
            Effect::Delivered { .. }
            | Effect::Got { .. }
            | Effect::Settled { .. }
            | Effect::Requeued { .. }
            | Effect::Delayed { .. }
            | Effect::Returned { .. }
            | Effect::Confirmed { .. } => self.channel_effect(effect, applied, sink),
            Effect::Published { .. }
            | Effect::Traced { .. }
            | Effect::Routed { .. }
            | Effect::Enqueued { .. }
            | Effect::Dropped { .. }
            | Effect::DeadLettered { .. }
            | Effect::Republished { .. } => self.message_effect(effect, applied, sink),
            Effect::ExchangeDeclared { .. }
            | Effect::ExchangeDeleted { .. }
            | Effect::QueueDeclared { .. }
            | Effect::QueueDeleted { .. }
            | Effect::Bound { .. }
            | Effect::Unbound { .. }
            | Effect::Consuming { .. }
            | Effect::ConsumerGone { .. }
            | Effect::Node { .. } => self.topology_effect(effect, applied, sink),
        }
    }

    /// Messages and their copies.
    fn message_effect(&mut self, effect: &Effect, applied: &mut Applied<'_>, sink: &mut impl Sink) {
        let cause = applied.cause;
        match *effect {
            Effect::Published { channel, message, seq } => {
                let actor = self.actor_at(channel);
                (applied.publisher, applied.published) = (actor, message);
                self.enter_message(message, actor, None, sink);
                let record = Columns::new(RecordKind::Published, actor, cause).subject(message.0);
                self.put(sink, record.object(channel.0).detail(seq));
                self.remember_message(Ask::Published, actor, QueueId::NONE, message, seq, false);
                if seq > 0 {
                    self.unanswered.entry(channel.0).or_default().insert(seq, message);
                }
            }
            Effect::Routed { message, binding } => {
                let record = Columns::new(RecordKind::Routed, BROKER, cause).subject(message.0);
                self.put(sink, record.object(binding.0));
            }
            Effect::Enqueued { message, queue } => {
                let record = Columns::new(RecordKind::Enqueued, BROKER, cause).subject(message.0);
                self.put(sink, record.object(queue.0));
                self.count.copies += 1;
                self.history.touch(Ask::Ready);
            }
            _ => self.rarer_message_effect(effect, applied, sink),
        }
    }

    /// What happens to few messages.
    #[inline(never)]
    fn rarer_message_effect(&mut self, effect: &Effect, applied: &Applied<'_>, sink: &mut impl Sink) {
        let cause = applied.cause;
        match *effect {
            Effect::Traced { message } => self.enter_message(message, BROKER, None, sink),
            Effect::Dropped { message, queue, reason } => {
                let record = Columns::new(RecordKind::Dropped, BROKER, cause).subject(message.0);
                self.put(sink, record.object(queue.0).detail(drop_reason::to_number(reason)));
                self.dropped(message, queue, reason, applied);
            }
            Effect::DeadLettered { queue, from, to, reason } => {
                self.enter_message(to, applied.actor, Some((from, Some(reason))), sink);
                let record = Columns::new(RecordKind::DeadLettered, BROKER, cause).subject(from.0);
                self.put(sink, record.object(queue.0).detail(to.0));
                if applied.was_in(from, queue) {
                    self.count.copies = self.count.copies.saturating_sub(1);
                }
                self.history.touch(Ask::Ready);
                self.remember_message(Ask::DeadLettered, BROKER, queue, from, 0, false);
                if reason == DropReason::Expired {
                    self.remember_message(Ask::Expired, BROKER, queue, from, 0, false);
                }
            }
            Effect::Republished { exchange, from, to } => {
                self.enter_message(to, applied.actor, Some((from, None)), sink);
                let record = Columns::new(RecordKind::Republished, BROKER, cause).subject(from.0);
                self.put(sink, record.object(exchange.0).detail(to.0));
            }
            _ => {}
        }
    }

    fn dropped(&mut self, message: MessageId, queue: QueueId, reason: DropReason, applied: &Applied<'_>) {
        if queue == QueueId::NONE {
            if reason == DropReason::Unroutable && message == applied.published {
                self.remember_message(Ask::Unroutable, applied.publisher, queue, message, 0, false);
            }
            return;
        }
        if !applied.was_in(message, queue) {
            // The queue was full and refused it: its publisher is told, nothing was lost from the queue.
            return;
        }
        self.count.copies = self.count.copies.saturating_sub(1);
        self.history.touch(Ask::Ready);
        self.remember_message(Ask::Dropped, BROKER, queue, message, 0, false);
        if reason == DropReason::Expired {
            self.remember_message(Ask::Expired, BROKER, queue, message, 0, false);
        }
    }

    #[inline(never)]
    fn topology_effect(&mut self, effect: &Effect, applied: &Applied<'_>, sink: &mut impl Sink) {
        let cause = applied.cause;
        let record =
            |kind: RecordKind, actor: u16, object: u32| Columns::new(kind, actor, cause).object(object);
        match *effect {
            Effect::ExchangeDeclared { exchange } => {
                self.enter_exchange(exchange, sink);
                self.put(sink, record(RecordKind::ExchangeDeclared, BROKER, exchange.0));
                self.history.touch(Ask::Exists);
            }
            Effect::ExchangeDeleted { exchange } => {
                self.put(sink, record(RecordKind::ExchangeDeleted, BROKER, exchange.0));
                self.history.touch(Ask::Exists);
            }
            Effect::QueueDeclared { queue } => {
                self.enter_queue(queue, sink);
                self.put(sink, record(RecordKind::QueueDeclared, BROKER, queue.0));
                self.touch_queues();
            }
            Effect::QueueDeleted { queue } => {
                self.put(sink, record(RecordKind::QueueDeleted, BROKER, queue.0));
                self.touch_queues();
            }
            Effect::Bound { binding } => {
                self.enter_binding(binding, sink);
                self.put(sink, record(RecordKind::Bound, BROKER, binding.0));
            }
            Effect::Unbound { binding } => {
                self.put(sink, record(RecordKind::Unbound, BROKER, binding.0));
            }
            Effect::Consuming { consumer } => {
                self.enter_consumer(consumer, sink);
                let actor = self.actor_of_consumer(consumer);
                self.put(sink, record(RecordKind::Consuming, actor, consumer.0));
                self.history.touch(Ask::Consumers);
            }
            Effect::ConsumerGone { consumer, told } => {
                let actor = self.actor_of_consumer(consumer);
                let record = self
                    .put(sink, record(RecordKind::ConsumerGone, actor, consumer.0).detail(u32::from(told)));
                self.history.touch(Ask::Consumers);
                if told {
                    self.tell_cancel(consumer, record);
                }
            }
            Effect::Node { up } => {
                let kind = if up { RecordKind::NodeUp } else { RecordKind::NodeDown };
                self.put(sink, Columns::new(kind, BROKER, cause));
                self.touch_queues();
            }
            _ => {}
        }
    }

    fn touch_queues(&mut self) {
        for ask in [Ask::Exists, Ask::Ready, Ask::Unacked, Ask::Consumers] {
            self.history.touch(ask);
        }
    }

    /// Sends a client something. The operator hears of it at once.
    pub(super) fn tell(&mut self, connection: u32, record: u32, word: FromBroker) {
        let Some(link) = self.network.link_mut(connection) else {
            self.operating.hear(connection, word);
            return;
        };
        if !link.is_heard {
            return;
        }
        let wire = &self.wires[usize::from(link.actor - FIRST_CLIENT)];
        let earliest = self.now + wire.delay(1, &mut self.network_chance);
        let number = self.schedule.number();
        if let Some(at) = link.send_down(earliest, number, record, word) {
            self.schedule.push_numbered(at, Class::Client, number, Event::Downlink(connection));
        }
    }

    #[inline]
    pub(super) fn remember(&mut self, what: Ask, actor: u16, thing: impl FnOnce() -> Thing) {
        self.history.add(what, move || Some(Item { actor, queue: QueueId::NONE, what: thing() }));
    }

    #[inline]
    pub(super) fn remember_message(
        &mut self,
        what: Ask,
        actor: u16,
        queue: QueueId,
        message: MessageId,
        tag: u32,
        redelivered: bool,
    ) {
        let broker = &self.broker;
        self.history.add(what, move || {
            let found = broker.view().message(message)?;
            Some(Item { actor, queue, what: Thing::of(found, message.0, tag, redelivered) })
        });
    }

    /// A record about a connection's owner.
    pub(super) fn of(&self, kind: RecordKind, connection: u32, cause: u32) -> Columns {
        Columns::new(kind, self.network.actor(connection).unwrap_or(BROKER), cause)
    }

    pub(super) fn actor_at(&self, channel: ChannelId) -> u16 {
        let place = self.broker.view().channel_place(channel);
        place.and_then(|(connection, _)| self.network.actor(connection.0)).unwrap_or(BROKER)
    }

    pub(super) fn actor_of_consumer(&self, consumer: ConsumerId) -> u16 {
        self.broker.view().consumer(consumer).map_or(BROKER, |consumer| self.actor_at(consumer.channel))
    }

    pub(super) fn enter_text(&mut self, text: Name, pc: Option<u32>, sink: &mut impl Sink) -> u32 {
        self.count.bytes += 32 + text.len() as u64;
        sink.enter(Entry::Text(TextInfo { text, pc }))
    }
}
