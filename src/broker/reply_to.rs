//! Direct reply-to: a pseudo-queue that leads back to the requester's channel.

use std::borrow::Cow;

use crate::amqp::{Name, Properties, name};

use super::consumer::Consumer;
use super::effect::{ChannelId, ConsumerId, Effect, MessageId, QueueId, Reply};
use super::machine::{At, Broker};
use super::refusal::{Outcome, Refusal};

use crate::amqp::FieldTable;

/// What a requester consumes from and writes into `reply_to`.
pub(super) const PSEUDO_QUEUE: &str = "amq.rabbitmq.reply-to";

/// What the broker writes there instead begins with this.
const ADDRESS: &str = "amq.rabbitmq.reply-to.";

/// Whether a routing key is the address of a requester.
pub(super) fn is_address(key: &str) -> bool {
    key.starts_with(ADDRESS)
}

impl Broker {
    pub(super) fn consume_replies(&mut self, at: At, tag: Name, no_ack: bool) -> Outcome {
        if !no_ack {
            return Err(Refusal::precondition_failed("reply consumer cannot acknowledge"));
        }
        if self.channel(at.channel).reply_consumer.is_some() {
            return Err(Refusal::precondition_failed("reply consumer already set"));
        }
        let tag = if tag.is_empty() { self.generate_name(at.connection, "amq.ctag-") } else { tag };
        let consumer = self.add_consumer(Consumer {
            channel: at.channel,
            queue: QueueId::NONE,
            tag: tag.clone(),
            no_ack,
            exclusive: false,
            prefetch: 0,
            priority: 0,
            arguments: FieldTable::default(),
            is_alive: true,
            in_flight: 0,
            heir_of: ConsumerId::NONE,
            is_lost: false,
            blocked: 0,
            reader: super::stream_reader::Reader::default(),
        });
        let address = self.generate_name(at.connection, ADDRESS);
        self.requesters.insert(address.clone(), at.channel);
        self.channel_mut(at.channel).reply_consumer = Some((consumer, address));
        self.generation += 1;
        self.reply(at, Reply::Consuming { consumer_tag: tag });
        Ok(())
    }

    pub(super) fn forget_reply_consumer(&mut self, channel: ChannelId, consumer: ConsumerId) {
        let state = self.channel_mut(channel);
        if state.reply_consumer.as_ref().is_some_and(|(own, _)| *own == consumer)
            && let Some((_, address)) = state.reply_consumer.take()
        {
            self.requesters.remove(&address);
            self.generation += 1;
        }
    }

    /// Puts the requester's address in the place of the pseudo-queue's name.
    pub(super) fn rewrite_reply_to(&self, at: At, properties: &mut Cow<'_, Properties>) -> Outcome {
        if properties.reply_to.as_deref() != Some(PSEUDO_QUEUE) {
            return Ok(());
        }
        match &self.channel(at.channel).reply_consumer {
            Some((_, address)) => {
                properties.to_mut().reply_to = Some(address.clone());
                Ok(())
            }
            None => Err(Refusal::precondition_failed("fast reply consumer does not exist")),
        }
    }

    /// Whether somebody waits for replies at that address.
    pub(super) fn requester(&self, address: &str) -> Option<(ChannelId, ConsumerId)> {
        let channel = *self.requesters.get(address)?;
        let state = self.channel(channel);
        let (consumer, _) = state.reply_consumer.as_ref().filter(|_| state.is_open)?;
        Some((channel, *consumer))
    }

    /// RabbitMQ: since 4.3 an address that is alive is the name of a queue, which has nothing in it.
    pub(super) fn is_volatile(&self, queue: &str) -> bool {
        self.profile.volatile_reply_queues && self.requester(queue).is_some()
    }

    /// A reply goes straight to its requester.
    pub(super) fn deliver_reply(&mut self, address: &Name, message: MessageId) {
        let Some((channel, consumer)) = self.requester(address) else {
            let reason = super::effect::DropReason::Unroutable;
            self.put(Effect::Dropped { message, queue: QueueId::NONE, reason });
            return;
        };
        // RabbitMQ: until it was a queue, a reply bore the next tag without using it up.
        let tag = match self.profile.volatile_reply_queues {
            true => self.next_tag(channel),
            false => self.channel(channel).last_tag + 1,
        };
        let (count, acquired, redelivered) = (0, 0, false);
        self.put(Effect::Delivered { channel, consumer, message, tag, count, acquired, redelivered });
        if self.profile.volatile_reply_queues {
            self.trace_reply(channel, address, message);
        }
    }

    /// RabbitMQ: declaring the pseudo-queue, or an address that is alive, answers as if there were one.
    pub(super) fn declare_reply_queue(&mut self, at: At, queue: &Name) -> bool {
        let known = **queue == *PSEUDO_QUEUE || self.requester(queue).is_some();
        if known {
            let queue = name(queue);
            self.reply(at, Reply::QueueDeclared { queue, message_count: 0, consumer_count: 1 });
        }
        known
    }
}
