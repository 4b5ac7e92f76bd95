//! What the broker does: into records, into the history, and on its way to clients.

use std::sync::Arc;

use crate::amqp::{ConnectionId, Name};
use crate::broker::{
    ChannelId, Command, ConsumerId, DropReason, Effect, Exception, MessageId, QueueId, Reply, Side, SideId,
};
use crate::script::program::Ask;
use crate::sim::history::{Item, Thing};
use crate::sim::port::{Content, Delivery, FromBroker, Refused};
use crate::sim::record::{Columns, Entry, NONE, RecordKind, Sink, TagDetail, TextInfo, drop_reason};
use crate::sim::schedule::{Class, Event};

use super::state::{BROKER, FIRST_CLIENT, OPERATOR, Simulation};

/// What is known of the command whose effects are looked at.
pub(super) struct Applied {
    /// Whose command.
    pub actor: u16,
    /// Its record.
    pub cause: u32,
    /// It was `basic.ack`.
    is_ack: bool,
    /// The message it published last.
    published: MessageId,
    /// From `get-ok`.
    message_count: Option<u32>,
}

impl Simulation {
    /// Hands a command to the broker, and carries on what it does.
    pub(super) fn apply(&mut self, command: Command, actor: u16, cause: u32, sink: &mut impl Sink) {
        let is_ack = matches!(&command, Command::Method { method: crate::amqp::Method::BasicAck { .. }, .. });
        let mut applied = Applied { actor, cause, is_ack, published: MessageId::NONE, message_count: None };
        let mut effects = std::mem::take(&mut self.effects);
        self.broker.apply(self.now, command, &mut self.broker_chance, &mut effects);
        for effect in &effects {
            self.effect(*effect, &mut applied, sink);
        }
        effects.clear();
        self.effects = effects;
        self.schedule_deadline();
    }

    fn effect(&mut self, effect: Effect, applied: &mut Applied, sink: &mut impl Sink) {
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
            | Effect::Returned { .. }
            | Effect::Confirmed { .. } => self.channel_effect(effect, applied, sink),
            Effect::Published { .. }
            | Effect::Routed { .. }
            | Effect::Enqueued { .. }
            | Effect::Dropped { .. }
            | Effect::DeadLettered { .. } => self.message_effect(effect, applied, sink),
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

    /// Connections, channels, replies and refusals.
    fn line_effect(&mut self, effect: Effect, applied: &mut Applied, sink: &mut impl Sink) {
        let cause = applied.cause;
        match effect {
            Effect::Opened { connection } => {
                let record = self.of(RecordKind::Opened, connection, cause).object(connection);
                let record = self.put(sink, record);
                if let Some(link) = self.network.link_mut(connection) {
                    link.is_open = true;
                }
                self.tell(connection, record, FromBroker::Opened);
            }
            Effect::ConnectionGone { connection } => self.connection_gone(connection, cause, sink),
            Effect::ChannelOpened { channel, connection, number } => {
                self.enter_channel(channel, connection, number, sink);
                let record = self.of(RecordKind::ChannelOpened, connection, cause);
                self.put(sink, record.subject(connection).object(channel.0));
            }
            Effect::ChannelGone { channel } => {
                self.unanswered.remove(&channel.0);
                let record = Columns::new(RecordKind::ChannelGone, self.actor_at(channel), cause);
                self.put(sink, record.object(channel.0));
            }
            Effect::Replied { connection, number, side } => {
                self.replied(connection, number, side, applied, sink)
            }
            Effect::Excepted { connection, number, side } => {
                if let Some(Side::Exception(exception)) = self.broker.side(side).cloned() {
                    self.excepted(connection, number, exception, cause, sink);
                }
            }
            Effect::Blocked { connection, side } => {
                let reason = match self.broker.side(side) {
                    Some(Side::Blocked(reason)) if side != SideId::NONE => Some(reason.clone()),
                    _ => None,
                };
                let text = reason.clone().map_or(NONE, |text| self.enter_text(text, None, sink));
                let record = self.of(RecordKind::Blocked, connection, cause).object(connection);
                let record = self.put(sink, record.detail(text));
                self.tell(connection, record, FromBroker::Blocked(reason));
            }
            Effect::OperatorRefused { side } => {
                let Some(Side::OperatorRefused(text)) = self.broker.side(side).cloned() else { return };
                let refused = Refused { scope: None, code: 0, text: text.clone(), class_id: 0, method_id: 0 };
                self.remember(Ask::Errors, OPERATOR, || Thing::Error(Arc::new(refused)));
                let text = self.enter_text(text, None, sink);
                self.put(sink, Columns::new(RecordKind::OperatorRefused, OPERATOR, cause).detail(text));
            }
            _ => {}
        }
    }

    fn connection_gone(&mut self, connection: u32, cause: u32, sink: &mut impl Sink) {
        let record = self.of(RecordKind::ConnectionGone, connection, cause).object(connection);
        let record = self.put(sink, record);
        self.operating.forget(connection);
        let Some(link) = self.network.link_mut(connection) else { return };
        link.is_gone = true;
        // No close was sent: nobody listened, or the node was killed.
        if !link.is_end_told && link.is_heard {
            link.is_end_told = true;
            let word = if link.is_open { FromBroker::Lost } else { FromBroker::Unreachable };
            self.tell(connection, record, word);
        }
        self.network.forget(connection);
    }

    fn replied(
        &mut self,
        connection: u32,
        number: u16,
        side: SideId,
        applied: &mut Applied,
        sink: &mut impl Sink,
    ) {
        let Some(Side::Reply(reply)) = self.broker.side(side).cloned() else { return };
        if let Reply::GetOk { message_count } = &reply {
            applied.message_count = Some(*message_count);
        }
        let detail = match &reply {
            Reply::Done => NONE,
            _ => sink.enter(Entry::Reply(reply.clone())),
        };
        let record = self.of(RecordKind::Replied, connection, applied.cause);
        let record = self.put(sink, record.subject(u32::from(number)).object(connection).detail(detail));
        if number == 0
            && let Some(link) = self.network.link_mut(connection)
        {
            link.is_end_told = true;
        }
        self.tell(connection, record, FromBroker::Reply(number, reply));
    }

    fn excepted(
        &mut self,
        connection: u32,
        number: u16,
        exception: Exception,
        cause: u32,
        sink: &mut impl Sink,
    ) {
        let refused = Arc::new(Refused {
            scope: Some(exception.scope),
            code: exception.code.number(),
            text: exception.text,
            class_id: exception.class_id,
            method_id: exception.method_id,
        });
        let actor = self.network.actor(connection).unwrap_or(BROKER);
        self.remember(Ask::Errors, actor, || Thing::Error(refused.clone()));
        let error = self.enter_error(&refused, None, sink);
        let record = Columns::new(RecordKind::Excepted, actor, cause);
        let record = self.put(sink, record.subject(u32::from(number)).object(connection).detail(error));
        if number == 0
            && let Some(link) = self.network.link_mut(connection)
        {
            link.is_end_told = true;
        }
        self.tell(connection, record, FromBroker::Closed(number, refused));
    }

    /// What a channel is sent, and what it had taken.
    fn channel_effect(&mut self, effect: Effect, applied: &mut Applied, sink: &mut impl Sink) {
        let cause = applied.cause;
        match effect {
            Effect::Delivered { channel, consumer, message, tag, count, acquired, redelivered } => {
                let queue = self.broker.view().consumer_queue(consumer);
                let Some(content) = self.content(message, queue, false, count, acquired) else { return };
                let detail = TagDetail { tag, flag: redelivered }.to_number();
                let actor = self.actor_at(channel);
                let record = Columns::new(RecordKind::Delivered, actor, cause).subject(message.0);
                let delivered = self.put(sink, record.object(consumer.0).detail(detail));
                self.history.touch(Ask::Ready);
                self.history.touch(Ask::Unacked);
                let thing =
                    || Thing::Message { content: content.clone(), message: message.0, tag, redelivered };
                self.remember(Ask::Delivered, actor, thing);
                let tag_of_consumer = self.broker.view().consumer_tag(consumer).cloned();
                self.hand_out(
                    channel,
                    content,
                    tag_of_consumer,
                    consumer,
                    message,
                    tag,
                    redelivered,
                    None,
                    delivered,
                );
            }
            Effect::Got { channel, queue, message, tag, count, acquired, redelivered } => {
                let Some(content) = self.content(message, Some(queue), true, count, acquired) else { return };
                let detail = TagDetail { tag, flag: redelivered }.to_number();
                let actor = self.actor_at(channel);
                let record = Columns::new(RecordKind::Got, actor, cause).subject(message.0);
                let delivered = self.put(sink, record.object(queue.0).detail(detail));
                self.history.touch(Ask::Ready);
                self.history.touch(Ask::Unacked);
                let thing =
                    || Thing::Message { content: content.clone(), message: message.0, tag, redelivered };
                self.remember(Ask::Delivered, actor, thing);
                let left = applied.message_count.take();
                self.hand_out(
                    channel,
                    content,
                    None,
                    ConsumerId::NONE,
                    message,
                    tag,
                    redelivered,
                    left,
                    delivered,
                );
            }
            Effect::Settled { channel, queue, message, tag, acked } => {
                let actor = self.actor_at(channel);
                let detail = TagDetail { tag, flag: acked }.to_number();
                let record = Columns::new(RecordKind::Settled, actor, cause).subject(message.0);
                self.put(sink, record.object(queue.0).detail(detail));
                self.count.copies = self.count.copies.saturating_sub(1);
                self.history.touch(Ask::Unacked);
                if acked && applied.is_ack {
                    self.remember_message(Ask::Acked, actor, QueueId::NONE, message, tag, false);
                }
            }
            Effect::Requeued { queue, message, channel, tag } => {
                let record = Columns::new(RecordKind::Requeued, self.actor_at(channel), cause);
                self.put(sink, record.subject(message.0).object(queue.0).detail(tag));
                self.history.touch(Ask::Ready);
                self.history.touch(Ask::Unacked);
            }
            Effect::Returned { channel, message, code } => self.returned(channel, message, code, cause, sink),
            Effect::Confirmed { channel, seq, multiple, ack } => {
                let record = Columns::new(RecordKind::Confirmed, self.actor_at(channel), cause);
                let detail = u32::from(ack) | u32::from(multiple) << 1;
                let record = self.put(sink, record.subject(seq).object(channel.0).detail(detail));
                self.confirmed(channel, seq, multiple, ack, record);
            }
            _ => {}
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the fields of a delivery")]
    fn hand_out(
        &mut self,
        channel: ChannelId,
        content: Content,
        consumer_tag: Option<Name>,
        consumer: ConsumerId,
        message: MessageId,
        tag: u32,
        redelivered: bool,
        message_count: Option<u32>,
        delivered: u32,
    ) {
        let Some((ConnectionId(connection), number)) = self.broker.view().channel_place(channel) else {
            return;
        };
        let is_get = consumer == ConsumerId::NONE;
        let delivery = Box::new(Delivery {
            channel: number,
            consumer_tag,
            content,
            tag: u64::from(tag),
            redelivered,
            message_count,
            message: message.0,
            consumer: consumer.0,
            delivered,
        });
        let word = if is_get { FromBroker::Got(delivery) } else { FromBroker::Delivery(delivery) };
        self.tell(connection, delivered, word);
    }

    fn returned(
        &mut self,
        channel: ChannelId,
        message: MessageId,
        code: u16,
        cause: u32,
        sink: &mut impl Sink,
    ) {
        let actor = self.actor_at(channel);
        let record = Columns::new(RecordKind::Returned, actor, cause).subject(message.0);
        let record = self.put(sink, record.object(channel.0).detail(u32::from(code)));
        self.remember_message(Ask::Returned, actor, QueueId::NONE, message, 0, false);
        let Some((ConnectionId(connection), number)) = self.broker.view().channel_place(channel) else {
            return;
        };
        let Some(content) = self.content(message, None, false, 0, 0) else { return };
        let text = Name::from(if code == 313 { "NO_CONSUMERS" } else { "NO_ROUTE" });
        let word = FromBroker::Returned { channel: number, content, code, text, message: message.0 };
        self.tell(connection, record, word);
    }

    /// Takes `multiple` apart: the client is told of each publish.
    fn confirmed(&mut self, channel: ChannelId, seq: u32, multiple: bool, ack: bool, record: u32) {
        let Some((ConnectionId(connection), number)) = self.broker.view().channel_place(channel) else {
            return;
        };
        let actor = self.actor_at(channel);
        let Some(unanswered) = self.unanswered.get_mut(&channel.0) else { return };
        let answered: Vec<(u32, MessageId)> = if multiple {
            let later = unanswered.split_off(&seq.saturating_add(1));
            std::mem::replace(unanswered, later).into_iter().collect()
        } else {
            unanswered.remove(&seq).map(|message| (seq, message)).into_iter().collect()
        };
        for (seq, message) in answered {
            self.remember_message(
                if ack { Ask::Confirmed } else { Ask::Refused },
                actor,
                QueueId::NONE,
                message,
                seq,
                false,
            );
            self.tell(
                connection,
                record,
                FromBroker::Confirmed { channel: number, seq: u64::from(seq), ack },
            );
        }
    }

    /// Messages and their copies.
    fn message_effect(&mut self, effect: Effect, applied: &mut Applied, sink: &mut impl Sink) {
        let cause = applied.cause;
        match effect {
            Effect::Published { channel, message, seq } => {
                let actor = self.actor_at(channel);
                applied.published = message;
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
            Effect::Dropped { message, queue, reason } => {
                let record = Columns::new(RecordKind::Dropped, BROKER, cause).subject(message.0);
                self.put(sink, record.object(queue.0).detail(drop_reason::to_number(reason)));
                self.dropped(message, queue, reason, applied);
            }
            Effect::DeadLettered { queue, from, to, reason } => {
                self.enter_message(to, applied.actor, Some((from, reason)), sink);
                let record = Columns::new(RecordKind::DeadLettered, BROKER, cause).subject(from.0);
                self.put(sink, record.object(queue.0).detail(to.0));
                self.count.copies = self.count.copies.saturating_sub(1);
                self.history.touch(Ask::Ready);
                self.remember_message(Ask::DeadLettered, BROKER, queue, from, 0, false);
                if reason == DropReason::Expired {
                    self.remember_message(Ask::Expired, BROKER, queue, from, 0, false);
                }
            }
            _ => {}
        }
    }

    fn dropped(&mut self, message: MessageId, queue: QueueId, reason: DropReason, applied: &Applied) {
        if queue == QueueId::NONE {
            if reason == DropReason::Unroutable && message == applied.published {
                self.remember_message(Ask::Unroutable, applied.actor, queue, message, 0, false);
            }
            return;
        }
        self.count.copies = self.count.copies.saturating_sub(1);
        self.history.touch(Ask::Ready);
        self.remember_message(Ask::Dropped, BROKER, queue, message, 0, false);
        if reason == DropReason::Expired {
            self.remember_message(Ask::Expired, BROKER, queue, message, 0, false);
        }
    }

    fn topology_effect(&mut self, effect: Effect, applied: &Applied, sink: &mut impl Sink) {
        let cause = applied.cause;
        let record =
            |kind: RecordKind, actor: u16, object: u32| Columns::new(kind, actor, cause).object(object);
        match effect {
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

    fn tell_cancel(&mut self, consumer: ConsumerId, record: u32) {
        let view = self.broker.view();
        let Some(state) = view.consumer(consumer) else { return };
        let Some((ConnectionId(connection), number)) = view.channel_place(state.channel) else { return };
        self.tell(connection, record, FromBroker::Cancelled(number, state.tag));
    }

    /// Sends a client something. The operator hears of it at once.
    fn tell(&mut self, connection: u32, record: u32, word: FromBroker) {
        let Some(link) = self.network.link(connection) else {
            self.operating.hear(connection, word);
            return;
        };
        if !link.is_heard {
            return;
        }
        let wire = self.wires[usize::from(link.actor - FIRST_CLIENT)];
        let earliest = self.now + wire.delay(1, &mut self.network_chance);
        let number = self.schedule.number();
        let Some(link) = self.network.link_mut(connection) else { return };
        if let Some(at) = link.send_down(earliest, number, record, word) {
            self.schedule.push_numbered(at, Class::Client, number, Event::Downlink(connection));
        }
    }

    /// A message as it is handed out: what it was published with, and what its queue adds.
    fn content(
        &self,
        message: MessageId,
        queue: Option<QueueId>,
        by_get: bool,
        count: u16,
        acquired: u16,
    ) -> Option<Content> {
        let view = self.broker.view();
        let found = view.message(message)?;
        let template = found.template();
        let template = if count == 0 && acquired == 0 && !by_get {
            template.clone()
        } else {
            let properties = view.delivered_properties(found, queue, by_get, count, acquired);
            if properties == template.properties {
                template.clone()
            } else {
                let mut changed = crate::amqp::Template::clone(template);
                changed.properties = properties;
                Arc::new(changed)
            }
        };
        Some(Content { template, body: found.body.clone() })
    }

    fn remember(&mut self, what: Ask, actor: u16, thing: impl FnOnce() -> Thing) {
        self.history.add(what, || Some(Item { actor, queue: QueueId::NONE, what: thing() }));
    }

    fn remember_message(
        &mut self,
        what: Ask,
        actor: u16,
        queue: QueueId,
        message: MessageId,
        tag: u32,
        redelivered: bool,
    ) {
        let broker = &self.broker;
        self.history.add(what, || {
            let found = broker.view().message(message)?;
            Some(Item { actor, queue, what: Thing::of(found, message.0, tag, redelivered) })
        });
    }

    /// A record about a connection's owner.
    fn of(&self, kind: RecordKind, connection: u32, cause: u32) -> Columns {
        Columns::new(kind, self.network.actor(connection).unwrap_or(BROKER), cause)
    }

    pub(super) fn actor_at(&self, channel: ChannelId) -> u16 {
        let place = self.broker.view().channel_place(channel);
        place.and_then(|(connection, _)| self.network.actor(connection.0)).unwrap_or(BROKER)
    }

    fn actor_of_consumer(&self, consumer: ConsumerId) -> u16 {
        self.broker.view().consumer(consumer).map_or(BROKER, |consumer| self.actor_at(consumer.channel))
    }

    pub(super) fn enter_text(&mut self, text: Name, pc: Option<u32>, sink: &mut impl Sink) -> u32 {
        self.count.bytes += 32 + text.len() as u64;
        sink.enter(Entry::Text(TextInfo { text, pc }))
    }
}
