//! basic.publish, up to the queues.

use std::borrow::Cow;
use std::sync::Arc;

use crate::amqp::{Choices, FieldValue, Name, Properties, ReplyCode, Template};

use super::effect::{ChannelId, DropReason, Effect, ExchangeId, MessageId, QueueId};
use super::erlang;
use super::machine::{At, Broker};
use super::message::{Content, Message};
use super::permissions::Access;
use super::profile::Profile;
use super::refusal::{Outcome, Refusal};
use super::routing::Route;

/// A template that was checked: nothing about it needs to be asked again while nothing changes.
#[derive(Clone, Debug)]
pub(super) struct Prepared {
    /// Held so that the same address means the same template.
    template: Arc<Template>,
    generation: u32,
    exchange: ExchangeId,
    content: Arc<Content>,
    /// Where it goes, if that depends on the template alone.
    route: Option<Arc<Route>>,
}

impl Prepared {
    /// Whether it is what a template comes to, and nothing has changed since.
    fn is_of(&self, template: &Arc<Template>, generation: u32) -> bool {
        Arc::ptr_eq(&self.template, template) && self.generation == generation
    }
}

/// What a queue did with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// It has it, and may confirm it.
    Stored,
    /// It has it; the confirm comes later.
    Storing,
    /// It is full and refuses.
    Refused,
}

impl Broker {
    #[inline]
    pub(super) fn basic_publish(
        &mut self,
        at: At,
        template: &Arc<Template>,
        body: &Arc<[u8]>,
        choices: &mut dyn Choices,
    ) -> Outcome {
        let size_max = self.config.max_message_size.unwrap_or(self.profile.message_size_max);
        if body.len() as u64 > size_max && !template.immediate {
            return Err(Refusal::precondition_failed(format!(
                "message size {} is larger than configured max size {size_max}",
                body.len()
            )));
        }
        let last = self.channel(at.channel).prepared.as_ref();
        let prepared = match last.filter(|last| last.is_of(template, self.generation)) {
            Some(prepared) => prepared,
            None => self.prepare(at, template)?,
        };
        let (exchange, content) = (prepared.exchange, Arc::clone(&prepared.content));
        let route = match prepared.route.clone() {
            Some(route) => route,
            None => self.route(exchange, &content, choices),
        };
        if self.is_tracing {
            self.trace_publish(at.channel, &content, body, &route);
        }
        let message = Message { content, body: Arc::clone(body) };
        let channel = self.channel_mut(at.channel);
        if let Some(transaction) = &mut channel.transaction {
            transaction.publish(message.clone(), Arc::clone(&route), template.mandatory);
            self.keep(MessageId::NONE, &message, &route);
            return Ok(());
        }
        if let Some(others) = self.breaks_at_stream(&message.content, &route) {
            self.publish(at.channel, message, 0, &others, false, choices);
            return Err(Refusal::crash());
        }
        let seq = self.channel_mut(at.channel).confirms.number();
        if !route.keepers.is_empty() {
            self.keep(self.messages.next(), &message, &route);
        }
        self.publish(at.channel, message, seq, &route, template.mandatory, choices);
        Ok(())
    }

    /// A message that passed all checks is taken: routed, put into queues, returned, confirmed.
    pub(super) fn publish(
        &mut self,
        channel: ChannelId,
        message: Message,
        seq: u32,
        route: &Route,
        mandatory: bool,
        choices: &mut dyn Choices,
    ) -> bool {
        let id = self.messages.push(message);
        self.put(Effect::Published { channel, message: id, seq });
        for binding in &route.bindings {
            self.put(Effect::Routed { message: id, binding: *binding });
        }
        if let Some(address) = &route.reply_to {
            // RabbitMQ: until it was a queue, a reply was handed over on the way, and what is left of the route
            // decides, whether or not somebody got it.
            if mandatory && route.queues.is_empty() && !self.profile.replies_count_as_routed {
                self.return_message(channel, id);
            }
            self.deliver_reply(address, id);
        } else if route.queues.is_empty() {
            if !route.delayed {
                let reason = DropReason::Unroutable;
                self.put(Effect::Dropped { message: id, queue: QueueId::NONE, reason });
            }
            if mandatory {
                self.return_message(channel, id);
            }
        }
        let (mut storing, mut refused) = (0, false);
        let mut put = |broker: &mut Self, queue: QueueId| match broker.enqueue(queue, id, channel, seq) {
            Taken::Stored => {}
            Taken::Storing => storing += 1,
            Taken::Refused => refused = true,
        };
        let late = if self.has_quorum_queues { self.registers_at(channel, route) } else { None };
        if let Some(late) = late {
            let others = route.queues.iter().filter(|queue| !late.contains(queue));
            others.for_each(|queue| put(self, *queue));
            self.bury(choices);
            late.iter().for_each(|queue| put(self, *queue));
        } else {
            route.queues.iter().for_each(|queue| put(self, *queue));
        }
        if seq != 0 {
            self.record_confirm(channel, seq, storing, refused);
        }
        refused
    }

    /// The quorum queues among several to which a channel publishes for the first time. RabbitMQ: it registers with them,
    /// and waits for that; what other queues dead-letter meanwhile comes first.
    #[inline(never)]
    fn registers_at(&mut self, channel: ChannelId, route: &Route) -> Option<Vec<QueueId>> {
        let mut late = Vec::new();
        for queue in route.queues.iter().filter(|queue| self.queues[queue.index()].is_quorum()) {
            let known = &mut self.channels[channel.index()].registered;
            if let Err(at) = known.binary_search(queue) {
                known.insert(at, *queue);
                late.push(*queue);
            }
        }
        (route.queues.len() > 1 && !late.is_empty()).then_some(late)
    }

    fn return_message(&mut self, channel: ChannelId, message: MessageId) {
        self.put(Effect::Returned { channel, message, code: ReplyCode::NoRoute.number() });
    }

    /// Checks a template that is another than that of the last publish.
    #[inline(never)]
    fn prepare(&mut self, at: At, template: &Arc<Template>) -> Outcome<&Prepared> {
        let generation = self.generation;
        let last = self.channel(at.channel).prepared.as_ref().filter(|last| last.generation == generation);
        // The exchange of the last publish may be written, and is there.
        let known = last.filter(|last| last.template.exchange == template.exchange).map(|last| last.exchange);
        let (exchange, content) = self.check_publish(at, template, known)?;
        let route = self.fixed_route(exchange, &content);
        let prepared = Prepared { template: Arc::clone(template), generation, exchange, content, route };
        Ok(self.channel_mut(at.channel).prepared.insert(prepared))
    }

    /// RabbitMQ: the checks of basic.publish, in its order.
    fn check_publish(
        &self,
        at: At,
        template: &Arc<Template>,
        known: Option<ExchangeId>,
    ) -> Outcome<(ExchangeId, Arc<Content>)> {
        if template.immediate {
            return Err(Refusal::not_implemented("immediate=true"));
        }
        let exchange = match known {
            Some(exchange) => exchange,
            None => self.exchange_to_publish_to(at, &template.exchange)?,
        };
        self.check_topic_access(at.connection, exchange, Access::Write, &template.routing_key)?;
        let mut properties = Cow::Borrowed(&template.properties);
        self.rewrite_reply_to(at, &mut properties)?;
        if self.profile.checks_expiration_first {
            expiration(properties.expiration.as_deref(), &self.profile)?;
        }
        self.check_user_id(at, &properties)?;
        let content = content_of(template, properties, &self.profile)?;
        if self.profile.checks_topic_of_cc {
            for key in &content.more_keys {
                self.check_topic_access(at.connection, exchange, Access::Write, key)?;
            }
        }
        Ok((exchange, Arc::new(content)))
    }

    fn exchange_to_publish_to(&self, at: At, exchange: &str) -> Outcome<ExchangeId> {
        self.check_access(at.connection, Access::Write, "exchange", exchange)?;
        let vhost = self.vhost_of(at.connection);
        let id = self.expect_exchange(vhost, exchange)?;
        if self.exchanges[id.index()].spec.internal {
            return Err(Refusal::access_refused(format!(
                "cannot publish to internal exchange '{exchange}' in vhost '{}'",
                self.vhost(vhost).name
            )));
        }
        Ok(id)
    }

    /// RabbitMQ: user-id must be the login, unless the user may impersonate.
    fn check_user_id(&self, at: At, properties: &Properties) -> Outcome {
        let Some(claimed) = &properties.user_id else { return Ok(()) };
        let login = self.user_of(at.connection);
        let may =
            self.users.get(&login).is_some_and(|user| user.tags.iter().any(|tag| **tag == *"impersonator"));
        if *claimed == login || may {
            return Ok(());
        }
        Err(Refusal::precondition_failed(format!(
            "user_id property set to '{claimed}' but authenticated user was '{login}'"
        )))
    }
}

/// What the broker reads in a message's properties, and the message as it will be delivered.
fn content_of(
    template: &Arc<Template>,
    mut properties: Cow<'_, Properties>,
    profile: &Profile,
) -> Outcome<Content> {
    let ttl = expiration(properties.expiration.as_deref(), profile)?;
    let mut more_keys = Vec::new();
    let mut cc_count = 0;
    let mut has_bcc = false;
    if let Some(headers) = &properties.headers {
        keys_in(headers.get("CC"), "CC", &mut more_keys)?;
        cc_count = more_keys.len() as u32;
        keys_in(headers.get("BCC"), "BCC", &mut more_keys)?;
        has_bcc = headers.get("BCC").is_some();
    }
    if has_bcc && let Some(headers) = &mut properties.to_mut().headers {
        headers.remove("BCC");
    }
    let persistent = is_persistent(properties.delivery_mode, profile)?;
    let priority = properties.priority;
    let template = match properties {
        Cow::Owned(properties) => {
            let Template { exchange, routing_key, mandatory, immediate, .. } = &**template;
            let (exchange, routing_key) = (exchange.clone(), routing_key.clone());
            Arc::new(Template {
                exchange,
                routing_key,
                mandatory: *mandatory,
                immediate: *immediate,
                properties,
            })
        }
        Cow::Borrowed(_) => Arc::clone(template),
    };
    let property_bytes = profile.property_bytes(&template.properties);
    Ok(Content {
        property_bytes,
        template,
        more_keys,
        cc_count,
        persistent,
        priority,
        ttl,
        has_died: false,
        delivery_count: 0,
    })
}

/// RabbitMQ: what is not 2 is transient; in old versions it has to be 1 then.
fn is_persistent(delivery_mode: Option<u8>, profile: &Profile) -> Outcome<bool> {
    match delivery_mode {
        Some(other) if profile.checks_delivery_mode && !(1..=2).contains(&other) => {
            Err(Refusal::precondition_failed(format!("invalid message: {{delivery_mode_unknown,{other}}}")))
        }
        mode => Ok(mode == Some(2)),
    }
}

/// RabbitMQ: an array of long strings; elements of other types are skipped.
fn keys_in(header: Option<&FieldValue>, which: &str, keys: &mut Vec<Name>) -> Outcome {
    match header {
        None => Ok(()),
        Some(FieldValue::Array(values)) => {
            keys.extend(values.iter().filter_map(|value| match value {
                FieldValue::Text(key) => Some(key.clone()),
                _ => None,
            }));
            Ok(())
        }
        Some(other) => Err(Refusal::precondition_failed(format!(
            "invalid message: {{unacceptable_type_in_header,\"{which}\",{}}}",
            other.type_name()
        ))),
    }
}

/// RabbitMQ: the longest time to live, ten years.
pub(super) const TTL_MAX: u64 = 315_360_000_000;

/// RabbitMQ: milliseconds as a string, read by `string:to_integer/1`.
fn expiration(text: Option<&str>, profile: &Profile) -> Outcome<Option<u64>> {
    let Some(text) = text else { return Ok(None) };
    let before = format!("invalid expiration '{text}': ");
    let refuse = |tag: &str, value: &str| {
        let why = erlang::pair(tag, value, before.chars().count());
        Err(Refusal::precondition_failed(format!("{before}{why}")))
    };
    let (negative, digits) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    let end = digits.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(digits.len());
    let (number, left_over) = digits.split_at(end);
    if number.is_empty() {
        return Err(Refusal::precondition_failed(format!("{before}no_integer")));
    }
    if !left_over.is_empty() {
        return refuse(
            "leftover_string",
            &erlang::bytes_as_characters(left_over, profile.shows_utf8_in_binaries),
        );
    }
    let shown = number.trim_start_matches('0');
    let shown = if shown.is_empty() { "0" } else { shown };
    match number.parse::<u64>() {
        Ok(value) if negative && value > 0 => refuse("value_negative", &format!("-{shown}")),
        Ok(value) if value <= TTL_MAX => Ok(Some(value)),
        _ if negative => refuse("value_negative", &format!("-{shown}")),
        _ => refuse("value_too_large", shown),
    }
}
