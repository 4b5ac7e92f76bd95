//! basic.consume, basic.cancel, basic.get.

use crate::amqp::{FieldTable, Name};

use super::arguments;
use super::channel::Unacked;
use super::consumer::Consumer;
use super::effect::{ConsumerId, Effect, QueueId, Reply};
use super::machine::{At, Broker};
use super::permissions::Access;
use super::queue::QueueKind;
use super::refusal::{Outcome, Refusal};
use super::reply_to;
use super::stream_reader::Reader;
use super::timers::Timer;

impl Broker {
    pub(super) fn basic_consume(
        &mut self,
        at: At,
        queue: &Name,
        tag: Name,
        no_ack: bool,
        exclusive: bool,
        arguments: FieldTable,
    ) -> Outcome {
        if **queue == *reply_to::PSEUDO_QUEUE {
            return self.consume_replies(at, tag, no_ack);
        }
        let name = self.queue_name_or_last(at, queue)?;
        self.check_access(at.connection, Access::Read, "queue", &name)?;
        if !tag.is_empty() && self.channel(at.channel).consumers.contains_key(&tag) {
            return Err(Refusal::not_allowed(format!("attempt to reuse consumer tag '{tag}'")));
        }
        if self.is_volatile(&name) {
            return Err(Refusal::precondition_failed(format!(
                "only creator channel may consume from queue '{name}' in vhost '{}'",
                self.vhost(self.vhost_of(at.connection)).name
            )));
        }
        let id = self.expect_queue(at, &name)?;
        self.check_unlocked(at, id)?;
        self.check_consumer(at, id, exclusive, &arguments)?;
        let reader = if self.queue(id).is_stream() {
            self.check_reader(at, &self.queue_place(id), id, no_ack, &arguments)?
        } else {
            Reader::default()
        };
        let tag = if tag.is_empty() { self.generate_name(at.connection, "amq.ctag-") } else { tag };
        let priority = arguments.get("x-priority").and_then(|value| value.as_integer()).unwrap_or(0);
        // RabbitMQ: quorum queues and streams do not care.
        let exclusive = exclusive && self.queue(id).spec.kind == QueueKind::Classic;
        self.has_own_timeouts |= arguments.get("x-consumer-timeout").is_some();
        let consumer = self.add_consumer(Consumer {
            channel: at.channel,
            queue: id,
            tag: tag.clone(),
            no_ack,
            exclusive,
            prefetch: self.channel(at.channel).prefetch,
            priority,
            arguments,
            is_alive: true,
            in_flight: 0,
            heir_of: ConsumerId::NONE,
            is_lost: false,
            blocked: 0,
            reader,
        });
        self.add_reader(id, consumer);
        let queue = self.queue_mut(id);
        queue.had_consumer = true;
        queue.consumers.add(consumer, priority);
        if exclusive {
            queue.exclusive_consumer = consumer;
        }
        if queue.is_quorum() && queue.active == ConsumerId::NONE {
            self.inherit(consumer);
            self.leave_without_credit(consumer);
        }
        self.add_to_single_active(id, consumer);
        self.reply(at, Reply::Consuming { consumer_tag: tag });
        if self.queue(id).is_stream() {
            self.feed(consumer);
        } else {
            self.settle_queue(id);
        }
        Ok(())
    }

    pub(super) fn add_consumer(&mut self, consumer: Consumer) -> ConsumerId {
        let id = ConsumerId(self.consumers.len() as u32);
        let (channel, tag) = (consumer.channel, consumer.tag.clone());
        self.consumers.push(consumer);
        self.channel_mut(channel).consumers.insert(tag, id);
        self.put(Effect::Consuming { consumer: id });
        id
    }

    /// Whether a queue takes a consumer like this.
    fn check_consumer(&self, at: At, id: QueueId, exclusive: bool, arguments: &FieldTable) -> Outcome {
        let queue = self.queue(id);
        let place =
            || format!("queue '{}' in vhost '{}'", queue.spec.name, self.vhost(queue.spec.vhost).name);
        if queue.is_quorum() && self.channel(at.channel).limiter.is_on() {
            return Err(Refusal::not_implemented(format!("{} does not support global qos", place())));
        }
        arguments::check_consumer_values(&self.profile, &place(), queue.spec.kind, arguments)?;
        if queue.is_stream() {
            self.check_offset(&place(), arguments)?;
        }
        arguments::check_consumer_keys(&self.profile, &place(), queue.spec.kind, arguments)?;
        let classic = queue.spec.kind == QueueKind::Classic;
        let in_use = queue.exclusive_consumer != ConsumerId::NONE
            || (exclusive && classic && (queue.spec.single_active || !queue.consumers.is_empty()));
        if in_use {
            return Err(Refusal::access_refused(format!("{} in exclusive use", place())));
        }
        Ok(())
    }

    /// RabbitMQ: the unacked ones stay with the channel; an unknown tag is fine.
    pub(super) fn basic_cancel(&mut self, at: At, tag: Name) -> Outcome {
        let consumer = self.channel_mut(at.channel).consumers.remove(&tag);
        if let Some(consumer) = consumer {
            let queue = self.remove_consumer(consumer, false);
            self.forget_reply_consumer(at.channel, consumer);
            self.reply(at, Reply::Cancelled { consumer_tag: tag });
            self.delete_if_unused(queue);
            if queue != QueueId::NONE && self.queue(queue).is_alive {
                self.settle_queue(queue);
            }
        } else {
            self.reply(at, Reply::Cancelled { consumer_tag: tag });
        }
        Ok(())
    }

    /// The queue is gone: its consumer is told, if its client can hear it.
    pub(super) fn cancel_by_broker(&mut self, consumer: ConsumerId) {
        let state = self.consumer(consumer);
        if !state.is_alive {
            return;
        }
        let (channel, tag) = (state.channel, state.tag.clone());
        self.channel_mut(channel).consumers.remove(&tag);
        let connection = self.channel(channel).connection;
        let told = self.connections.get(connection).is_some_and(|c| c.capabilities.consumer_cancel_notify);
        self.remove_consumer(consumer, told);
    }

    pub(super) fn basic_get(&mut self, at: At, queue: &Name, no_ack: bool) -> Outcome {
        let name = self.queue_name_or_last(at, queue)?;
        self.check_access(at.connection, Access::Read, "queue", &name)?;
        if self.is_volatile(&name) {
            return Err(Refusal::not_implemented(format!(
                "basic.get not supported by volatile queue '{name}' in vhost '{}'",
                self.vhost(self.vhost_of(at.connection)).name
            )));
        }
        let id = self.expect_queue(at, &name)?;
        self.check_unlocked(at, id)?;
        let queue = self.queue(id);
        if queue.is_stream() {
            return Err(Refusal::not_implemented(format!(
                "basic.get not supported by stream queues {}",
                self.queue_place(id)
            )));
        }
        if queue.is_quorum() && queue.spec.single_active {
            let kind = if self.profile.prints_queue_type { "<<\"quorum\">>" } else { "quorum" };
            return Err(Refusal::resource_locked(format!(
                "cannot obtain access to locked queue '{}' in vhost '{}'. basic.get operations are not supported \
                 by {kind} queues with single active consumer",
                queue.spec.name,
                self.vhost(queue.spec.vhost).name
            )));
        }
        let now = self.now;
        self.queue_mut(id).last_used = now;
        self.expire_heads(id);
        let Some(mut entry) = self.queue_mut(id).ready.pop() else {
            self.reply(at, Reply::GetEmpty);
            return Ok(());
        };
        // RabbitMQ: what is behind it and too old goes before a classic queue takes the count, and after a quorum queue does.
        let is_quorum = self.queue(id).is_quorum();
        if !is_quorum {
            self.expire_heads(id);
        }
        let message_count = self.queue(id).ready.len();
        self.reply(at, Reply::GetOk { message_count });
        let (channel, message) = (at.channel, entry.message);
        let tag = self.next_tag(channel);
        let (count, acquired, redelivered) = (entry.count, entry.acquired, entry.redelivered);
        self.put(Effect::Got { channel, queue: id, message, tag, count, acquired, redelivered });
        if self.is_tracing {
            self.trace_handed_out(channel, id, &entry, true);
        }
        if no_ack {
            self.put(Effect::Settled { channel, queue: id, message, tag, acked: true });
            self.confirm_early(id, message);
            self.messages.release(message);
        } else {
            entry.acquired = entry.acquired.saturating_add(1);
            self.hold(channel, Unacked { tag, queue: id, consumer: ConsumerId::NONE, entry, since: now });
        }
        if is_quorum {
            self.expire_heads(id);
        }
        self.note_limits(id);
        self.arm(Timer::Head(id));
        Ok(())
    }
}
