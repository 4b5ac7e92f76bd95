//! Dead-lettering: copies that leave a queue for another exchange.

use std::sync::Arc;

use crate::amqp::{Choices, FieldTable, FieldValue, Name, Properties, Template, name};

use super::effect::{DropReason, Effect, MessageId, QueueId};
use super::machine::Broker;
use super::message::{Content, Message};
use super::queue::Entry;
use super::routing::Route;

/// A copy on its way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Death {
    pub queue: QueueId,
    pub message: MessageId,
    pub reason: DropReason,
    /// How often it had come back.
    pub count: u16,
}

/// A refused message that was dead-lettered has no place in the queue it leaves.
fn reason_word(reason: DropReason) -> &'static str {
    match reason {
        DropReason::Expired => "expired",
        DropReason::MaxLength => "maxlen",
        DropReason::DeliveryLimit => "delivery_limit",
        _ => "rejected",
    }
}

impl Broker {
    /// A copy is out of its queue: to the dead-letter exchange, if the queue has one and it exists.
    pub(super) fn drop_copy(&mut self, queue: QueueId, entry: Entry, reason: DropReason) {
        let message = entry.message;
        if self.queue(queue).settings.at_least_once && reason != DropReason::MaxLength {
            self.hold_dead_letter(queue, entry, reason);
        } else if self.dead_letter_target(queue).is_some() {
            self.deaths.push_back(Death { queue, message, reason, count: entry.count });
        } else {
            self.put(Effect::Dropped { message, queue, reason });
            self.messages.release(message);
        }
    }

    /// A full queue refuses a message and dead-letters it.
    pub(super) fn dead_letter_refused(&mut self, queue: QueueId, message: MessageId) {
        if self.dead_letter_target(queue).is_some() {
            self.messages.retain(message);
            let reason = DropReason::MaxLength;
            self.deaths.push_back(Death { queue, message, reason, count: 0 });
        }
    }

    pub(super) fn dead_letter_target(&self, queue: QueueId) -> Option<super::effect::ExchangeId> {
        let queue = self.queue(queue);
        self.exchange_named(queue.spec.vhost, queue.settings.dead_letter_exchange.as_deref()?)
    }

    /// Publishes what died during this command, and what dies by that.
    pub(super) fn bury(&mut self, choices: &mut dyn Choices) {
        while let Some(death) = self.deaths.pop_front() {
            self.bury_one(death, choices);
        }
    }

    fn bury_one(&mut self, death: Death, choices: &mut dyn Choices) {
        let Death { queue, message, reason, count } = death;
        let target = self.dead_letter_target(queue);
        let old = self.messages.get(message).cloned();
        let (Some(exchange), Some(old)) = (target, old) else {
            self.put(Effect::Dropped { message, queue, reason });
            return self.messages.release(message);
        };
        let content = self.dead_content(queue, &old.content, reason, count);
        let route = self.route(exchange, &content, choices);
        let new = self.messages.push(Message { content: Arc::new(content), body: old.body });
        self.put(Effect::DeadLettered { queue, from: message, to: new, reason });
        if let Some(message) = self.messages.get(new).filter(|_| !route.keepers.is_empty()).cloned() {
            self.keep(new, &message, &route);
        }
        self.messages.release(message);
        for binding in &route.bindings {
            self.put(Effect::Routed { message: new, binding: *binding });
        }
        self.put_dead_into_queues(new, &route, reason);
    }

    fn put_dead_into_queues(&mut self, message: MessageId, route: &Route, reason: DropReason) {
        if route.queues.is_empty() && !route.delayed {
            self.put(Effect::Dropped { message, queue: QueueId::NONE, reason: DropReason::Unroutable });
        }
        for queue in &route.queues {
            if reason != DropReason::Rejected && self.closes_cycle(message, *queue) {
                let reason = DropReason::DeadLetterCycle;
                self.put(Effect::Dropped { message, queue: *queue, reason });
                continue;
            }
            self.enqueue_own(*queue, message);
        }
    }

    /// RabbitMQ: a queue that is in `x-death` already is left out, if nobody rejected the message since.
    pub(super) fn closes_cycle(&self, message: MessageId, queue: QueueId) -> bool {
        let headers = self.messages.get(message).and_then(|m| m.properties().headers.as_ref());
        let Some(FieldValue::Array(deaths)) = headers.and_then(|headers| headers.get("x-death")) else {
            return false;
        };
        let name = &self.queue(queue).spec.name;
        for death in deaths {
            let FieldValue::Table(death) = death else { continue };
            if death.get("reason") == Some(&FieldValue::text("rejected")) {
                return false;
            }
            if death.get("queue") == Some(&FieldValue::Text(name.clone())) {
                return true;
            }
        }
        false
    }

    /// The message as it is published again, after it had come back `count` times.
    pub(super) fn dead_content(
        &self,
        queue: QueueId,
        old: &Content,
        reason: DropReason,
        count: u16,
    ) -> Content {
        let settings = &self.queue(queue).settings;
        let exchange = settings.dead_letter_exchange.clone().unwrap_or_else(|| name(""));
        let key = settings.dead_letter_key.clone();
        let mut properties = old.template.properties.clone();
        let mut headers = properties.headers.take().unwrap_or_default();
        if key.is_some() && self.profile.dead_letter_key_removes_cc {
            headers.remove("CC");
        }
        let expiration = properties.expiration.take();
        self.write_death(&mut headers, queue, old, reason, expiration);
        properties.headers = Some(headers);
        let more_keys = if key.is_some() { Vec::new() } else { old.more_keys.clone() };
        let template = Template {
            exchange,
            routing_key: key.unwrap_or_else(|| old.template.routing_key.clone()),
            mandatory: false,
            immediate: false,
            properties: Properties { ..properties },
        };
        Content {
            cc_count: if more_keys.is_empty() { 0 } else { old.cc_count },
            more_keys,
            template: Arc::new(template),
            persistent: old.persistent,
            priority: old.priority,
            ttl: None,
            has_died: true,
            property_bytes: old.property_bytes,
            delivery_count: if count > 0 && self.profile.dead_letters_keep_count {
                count
            } else {
                old.delivery_count
            },
        }
    }

    /// Writes a death into `x-death`, and the first one into `x-first-death-*`.
    fn write_death(
        &self,
        headers: &mut FieldTable,
        queue: QueueId,
        old: &Content,
        reason: DropReason,
        expiration: Option<Name>,
    ) {
        let queue_name = FieldValue::Text(self.queue(queue).spec.name.clone());
        let reason = FieldValue::text(reason_word(reason));
        let exchange = FieldValue::Text(old.template.exchange.clone());
        if !self.profile.honours_foreign_x_death && !old.has_died {
            // Written by a client: it means nothing, and gives way.
            for header in ["x-death", "x-first-death-exchange", "x-first-death-queue", "x-first-death-reason"]
            {
                headers.remove(header);
            }
        }
        let had_deaths = headers.get("x-death").is_some();
        let mut deaths = match headers.remove("x-death") {
            Some(FieldValue::Array(deaths)) => deaths,
            _ => Vec::new(),
        };
        deaths.retain(|death| matches!(death, FieldValue::Table(_)));
        let same = deaths.iter().position(|death| {
            matches!(death, FieldValue::Table(death)
                if death.get("queue") == Some(&queue_name) && death.get("reason") == Some(&reason))
        });
        let entry = match same.map(|at| deaths.remove(at)) {
            Some(FieldValue::Table(mut entry)) => {
                let count = entry.get("count").and_then(FieldValue::as_integer).unwrap_or(0);
                entry.set("count", FieldValue::Long(count + 1));
                entry
            }
            _ => self.new_death(&queue_name, &reason, &exchange, old, expiration),
        };
        if !self.profile.orders_x_death {
            deaths.reverse();
        }
        deaths.insert(0, FieldValue::Table(entry));
        headers.set("x-death", FieldValue::Array(deaths));
        if !had_deaths {
            headers.set("x-first-death-exchange", exchange.clone());
            headers.set("x-first-death-queue", queue_name.clone());
            headers.set("x-first-death-reason", reason.clone());
        }
        if self.profile.last_death_headers {
            headers.set("x-last-death-exchange", exchange);
            headers.set("x-last-death-queue", queue_name);
            headers.set("x-last-death-reason", reason);
        }
    }

    fn new_death(
        &self,
        queue: &FieldValue,
        reason: &FieldValue,
        exchange: &FieldValue,
        old: &Content,
        expiration: Option<Name>,
    ) -> FieldTable {
        let keys = std::iter::once(&old.template.routing_key)
            .chain(old.more_keys.iter().take(old.cc_count as usize))
            .map(|key| FieldValue::Text(key.clone()))
            .collect();
        let mut entry = FieldTable::default();
        entry.set("count", FieldValue::Long(1));
        entry.set("reason", reason.clone());
        entry.set("queue", queue.clone());
        entry.set("time", FieldValue::Timestamp(self.config.epoch + self.now.0 / 1_000_000));
        entry.set("exchange", exchange.clone());
        entry.set("routing-keys", FieldValue::Array(keys));
        if let Some(expiration) = expiration {
            entry.set("original-expiration", FieldValue::Text(expiration));
        }
        entry
    }
}
