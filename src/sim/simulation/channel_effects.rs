//! Effects on channels: deliveries, settlings, returns, confirms; and how a client hears of them.

use std::sync::Arc;

use crate::amqp::{ConnectionId, Name, Properties, Template};
use crate::broker::{ChannelId, ConsumerId, Effect, MessageId, QueueId};
use crate::script::program::Ask;
use crate::sim::history::Thing;
use crate::sim::port::{Content, FromBroker};
use crate::sim::record::{Columns, RecordKind, Sink, TagDetail};
use crate::sim::value::MessageValue;

use super::effects::Applied;
use super::state::Simulation;

impl Simulation {
    /// What a channel is sent, and what it had taken.
    pub(super) fn channel_effect(
        &mut self,
        effect: &Effect,
        applied: &mut Applied<'_>,
        sink: &mut impl Sink,
    ) {
        let cause = applied.cause;
        match *effect {
            Effect::Delivered { .. } => self.delivered(effect, applied, sink),
            Effect::Settled { channel, queue, message, tag, acked } => {
                let actor = self.actor_at(channel);
                let detail = TagDetail { tag, flag: acked }.to_number();
                let record = Columns::new(RecordKind::Settled, actor, cause).subject(message.0);
                self.put(sink, record.object(queue.0).detail(detail));
                if acked && !self.broker.view().is_stream(queue) {
                    // A stream keeps its copy. A rejected copy goes with the effect that follows.
                    self.count.copies = self.count.copies.saturating_sub(1);
                }
                self.history.touch(Ask::Unacked);
                if acked && applied.delivered != (channel, tag) {
                    self.remember_message(Ask::Acked, actor, QueueId::NONE, message, tag, false);
                }
            }
            _ => self.rarer_channel_effect(effect, applied, sink),
        }
    }

    /// A copy goes to a consumer. On its own: it is half of what most commands lead to.
    #[inline(never)]
    fn delivered(&mut self, effect: &Effect, applied: &mut Applied<'_>, sink: &mut impl Sink) {
        let Effect::Delivered { channel, consumer, message, tag, count, acquired, redelivered } = *effect
        else {
            return;
        };
        let queue = self.broker.view().consumer_queue(consumer);
        let Some(content) = self.content(message, queue, false, count, acquired) else { return };
        let taken = Taken { channel, message, tag, redelivered, content: &content };
        let delivered = self.take(RecordKind::Delivered, consumer.0, &taken, applied, sink);
        let message = self.spare.share(MessageValue {
            content,
            tag: u64::from(tag),
            redelivered,
            consumer_tag: self.broker.view().consumer_tag(consumer).cloned(),
            message_count: None,
            returned: None,
            message: message.0,
            consumer: consumer.0,
            delivered,
        });
        self.tell_channel(channel, delivered, |number| FromBroker::Delivery(number, message));
    }

    /// What happens to fewer messages than that they are delivered and settled.
    #[inline(never)]
    fn rarer_channel_effect(&mut self, effect: &Effect, applied: &mut Applied<'_>, sink: &mut impl Sink) {
        let cause = applied.cause;
        match *effect {
            Effect::Got { channel, queue, message, tag, count, acquired, redelivered } => {
                let Some(content) = self.content(message, Some(queue), true, count, acquired) else { return };
                let taken = Taken { channel, message, tag, redelivered, content: &content };
                let delivered = self.take(RecordKind::Got, queue.0, &taken, applied, sink);
                let message = self.spare.share(MessageValue {
                    tag: u64::from(tag),
                    redelivered,
                    message_count: applied.message_count.take(),
                    message: message.0,
                    delivered,
                    ..MessageValue::of(content)
                });
                self.tell_channel(channel, delivered, |number| FromBroker::Got(number, message));
            }
            Effect::Requeued { queue, message, channel, tag } => {
                let record = Columns::new(RecordKind::Requeued, self.actor_at(channel), cause);
                self.put(sink, record.subject(message.0).object(queue.0).detail(tag));
                self.history.touch(Ask::Ready);
                self.history.touch(Ask::Unacked);
            }
            Effect::Delayed { queue, message, channel, tag } => {
                let record = Columns::new(RecordKind::Delayed, self.actor_at(channel), cause);
                self.put(sink, record.subject(message.0).object(queue.0).detail(tag));
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

    /// A channel is handed a message, by delivery or get: recorded and remembered; the record.
    #[inline(always)]
    fn take(
        &mut self,
        kind: RecordKind,
        from: u32,
        taken: &Taken<'_>,
        applied: &mut Applied<'_>,
        sink: &mut impl Sink,
    ) -> u32 {
        let Taken { channel, message, tag, redelivered, content } = *taken;
        applied.delivered = (channel, tag);
        let actor = self.actor_at(channel);
        let record = Columns::new(kind, actor, applied.cause).subject(message.0).object(from);
        let record = self.put(sink, record.detail(TagDetail { tag, flag: redelivered }.to_number()));
        self.history.touch(Ask::Ready);
        self.history.touch(Ask::Unacked);
        let thing = move || Thing::Message { content: content.clone(), message: message.0, tag, redelivered };
        self.remember(Ask::Delivered, actor, thing);
        record
    }

    /// Sends the client of a channel something, which it is told with the channel's number.
    fn tell_channel(&mut self, channel: ChannelId, record: u32, word: impl FnOnce(u16) -> FromBroker) {
        if let Some((ConnectionId(connection), number)) = self.broker.view().channel_place(channel) {
            self.tell(connection, record, word(number));
        }
    }

    pub(super) fn returned(
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
    pub(super) fn confirmed(&mut self, channel: ChannelId, seq: u32, multiple: bool, ack: bool, record: u32) {
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

    pub(super) fn tell_cancel(&mut self, consumer: ConsumerId, record: u32) {
        let view = self.broker.view();
        let Some(state) = view.consumer(consumer) else { return };
        let Some((ConnectionId(connection), number)) = view.channel_place(state.channel) else { return };
        self.tell(connection, record, FromBroker::Cancelled(number, state.tag));
    }

    /// A message as it is handed out: what it was published with, and what its queue adds.
    #[inline(always)]
    pub(super) fn content(
        &self,
        message: MessageId,
        queue: Option<QueueId>,
        by_get: bool,
        count: u16,
        acquired: u16,
    ) -> Option<Content> {
        let view = self.broker.view();
        let found = view.message(message)?;
        let plain = count == 0 && acquired == 0 && !by_get && !queue.is_some_and(|id| view.is_stream(id));
        let template = if plain {
            found.template().clone()
        } else {
            let properties = view.delivered_properties(found, queue, by_get, count, acquired);
            with_properties(found.template(), properties)
        };
        Some(Content { template, body: found.body.clone() })
    }
}

/// The template with other properties; itself, if they are no others.
#[inline(never)]
fn with_properties(template: &Arc<Template>, properties: Properties) -> Arc<Template> {
    if properties == template.properties {
        return template.clone();
    }
    Arc::new(Template { properties, ..Template::clone(template) })
}

/// A copy that a channel is handed, whoever asked for it.
struct Taken<'a> {
    channel: ChannelId,
    message: MessageId,
    tag: u32,
    redelivered: bool,
    content: &'a Content,
}
