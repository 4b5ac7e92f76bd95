//! Exchanges that keep messages: `x-recent-history`, which publishes the last ones again to whatever is bound, and
//! `x-delayed-message`, which publishes each when its delay is over.
//!
//! RabbitMQ: both keep a message while it is being routed, so what a transaction takes back later stays kept.
//! `x-delayed-message` follows the plugin's source and README; Debian does not ship it, so it is not recorded.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use crate::amqp::{Choices, FieldTable, FieldValue, SimDuration, SimTime, Template};

use super::binding::Destination;
use super::effect::{DropReason, Effect, ExchangeId, MessageId, QueueId};
use super::erlang;
use super::exchange::ExchangeKind;
use super::machine::Broker;
use super::message::{Content, Message};
use super::profile::Profile;
use super::refusal::{Outcome, Refusal};
use super::routing::Route;
use super::timers::Timer;

/// RabbitMQ: how many messages are kept unless the exchange says so.
const HISTORY: usize = 20;
const HISTORY_LENGTH: &str = "x-recent-history-length";

/// RabbitMQ: the longest timer of Erlang, in milliseconds.
const DELAY_MAX: i64 = 4_294_967_295;

/// A message that an exchange holds, and what it was when it was published.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    /// `NONE`: its transaction is still open.
    from: MessageId,
    message: Message,
}

/// What x-delayed-message exchanges hold, by due time and order of arrival.
#[derive(Clone, Debug)]
pub(super) struct Delayed {
    held: BTreeMap<(SimTime, u32), (ExchangeId, Kept)>,
    next: u32,
    pub armed: SimTime,
}

impl Default for Delayed {
    fn default() -> Self {
        Self { held: BTreeMap::new(), next: 0, armed: SimTime::MAX }
    }
}

impl Delayed {
    pub fn due(&self) -> Option<SimTime> {
        self.held.keys().next().map(|(due, _)| *due)
    }
}

/// A kept message on its way out.
#[derive(Clone, Debug)]
pub(super) struct Release {
    exchange: ExchangeId,
    kept: Kept,
    to: Recipient,
}

#[derive(Clone, Copy, Debug)]
enum Recipient {
    /// A queue that was bound.
    Queue(QueueId),
    /// An exchange that was bound, or the holder itself.
    Exchange(ExchangeId),
}

/// RabbitMQ: the check of exchange.declare.
pub(super) fn check_history(arguments: &FieldTable, profile: &Profile) -> Outcome {
    let Some(value) = arguments.get(HISTORY_LENGTH) else { return Ok(()) };
    if value.as_integer().is_some_and(|length| length > 0) {
        return Ok(());
    }
    let shown = erlang::term(value, profile.shows_utf8_in_binaries);
    Err(Refusal::precondition_failed(format!(
        "Invalid argument {shown}, '{HISTORY_LENGTH}' must be a positive integer"
    )))
}

fn history_length(arguments: &FieldTable) -> usize {
    let length = arguments.get(HISTORY_LENGTH).and_then(FieldValue::as_integer);
    length.and_then(|length| usize::try_from(length).ok()).unwrap_or(HISTORY)
}

/// RabbitMQ: milliseconds as any number or a text of digits; none, 0, negative or too large is no delay.
pub(super) fn delay_of(content: &Content) -> Option<SimDuration> {
    let headers = content.template.properties.headers.as_ref()?;
    let delay = asked_delay(headers)?;
    (1..=DELAY_MAX).contains(&delay).then(|| SimDuration::millis(delay as u64))
}

fn asked_delay(headers: &FieldTable) -> Option<i64> {
    match headers.get("x-delay")? {
        FieldValue::Text(text) => text.parse().ok(),
        // Towards zero, and what is out of range is no delay whichever way it is cut.
        FieldValue::Double(delay) => Some(*delay as i64),
        FieldValue::Float(delay) => Some(*delay as i64),
        other => other.as_integer(),
    }
}

impl Broker {
    /// The exchanges on a message's way keep it, those that keep.
    pub(super) fn keep(&mut self, from: MessageId, message: &Message, route: &Route) {
        for exchange in &route.keepers {
            let kept = Kept { from, message: message.clone() };
            let state = &mut self.exchanges[exchange.index()];
            if state.delays {
                let Some(delay) = delay_of(&message.content) else { continue };
                let key = (self.now + delay, self.delayed.next);
                self.delayed.next += 1;
                self.delayed.held.insert(key, (*exchange, kept));
                self.arm(Timer::Delayed);
            } else if is_stored(&message.content) {
                let length = history_length(&state.spec.arguments);
                let history = Arc::make_mut(&mut state.history);
                history.push_back(kept);
                while history.len() > length {
                    history.pop_front();
                }
            }
        }
    }

    /// x-recent-history: what it keeps goes to what is bound now, to a queue oldest first.
    /// RabbitMQ: to an exchange newest first; and if that leads to no queue, the bind fails.
    pub(super) fn replay_history(&mut self, exchange: ExchangeId, to: Destination) -> Outcome {
        if self.exchanges[exchange.index()].kind != ExchangeKind::RecentHistory {
            return Ok(());
        }
        let kept: Vec<Kept> = self.exchanges[exchange.index()].history.iter().cloned().collect();
        let release = |to| move |kept| Release { exchange, kept, to };
        match to {
            Destination::Queue(queue) => {
                self.releases.extend(kept.into_iter().map(release(Recipient::Queue(queue))));
            }
            Destination::Exchange(next) => {
                for one in kept.into_iter().rev() {
                    let route = self.route_to_first(next, &one.message.content);
                    let leads_on = !route.queues.is_empty();
                    if !leads_on && self.profile.failed_replay_binds {
                        // RabbitMQ: what it passed on the way has kept it again.
                        self.keep(one.from, &one.message, &route);
                        return Err(Refusal::internal_error("could not find queue/exchange ''"));
                    } else if !leads_on {
                        return Err(Refusal::crash());
                    }
                    self.releases.push_back(release(Recipient::Exchange(next))(one));
                }
            }
        }
        Ok(())
    }

    /// Delays are over.
    pub(super) fn delays_over(&mut self) {
        while let Some(entry) = self.delayed.held.first_entry()
            && entry.key().0 <= self.now
        {
            let (exchange, kept) = entry.remove();
            self.releases.push_back(Release { exchange, kept, to: Recipient::Exchange(exchange) });
        }
    }

    /// Publishes what exchanges let go during this command.
    pub(super) fn release(&mut self, choices: &mut dyn Choices) {
        while let Some(Release { exchange, kept, to }) = self.releases.pop_front() {
            let mut message = kept.message;
            if self.exchanges[exchange.index()].delays {
                message.content = Arc::new(delivered_after(&message.content));
            }
            let content = Arc::clone(&message.content);
            let id = self.messages.push(message.clone());
            self.put(Effect::Republished { exchange, from: kept.from, to: id });
            let route = match to {
                Recipient::Queue(queue) => Arc::new(Route::to(queue)),
                Recipient::Exchange(next) if self.exchanges[next.index()].is_alive => {
                    self.route(next, &content, choices)
                }
                Recipient::Exchange(_) => Arc::default(),
            };
            self.keep(id, &message, &route);
            for binding in &route.bindings {
                self.put(Effect::Routed { message: id, binding: *binding });
            }
            if route.queues.is_empty() && !route.delayed {
                let reason = DropReason::Unroutable;
                self.put(Effect::Dropped { message: id, queue: QueueId::NONE, reason });
            }
            for queue in &route.queues {
                self.enqueue_own(*queue, id);
            }
        }
    }

    /// An exchange is gone, and what it kept for later bindings with it.
    /// RabbitMQ: delayed messages stay until they are due; then nothing is bound any more.
    pub(super) fn forget_history(&mut self, exchange: ExchangeId) {
        self.exchanges[exchange.index()].history = Arc::default();
    }
}

/// x-recent-history: not what says so in a header.
fn is_stored(content: &Content) -> bool {
    let headers = content.template.properties.headers.as_ref();
    headers.and_then(|headers| headers.get("x-recent-history-no-store")) != Some(&FieldValue::Bool(true))
}

/// RabbitMQ: the header becomes negative, so that it is not delayed again and everybody sees that it was.
fn delivered_after(content: &Content) -> Content {
    let mut properties = content.template.properties.clone();
    if let Some(headers) = &mut properties.headers
        && let Some(delay) = asked_delay(headers)
    {
        headers.set("x-delay", FieldValue::integer(-delay));
    }
    Content { template: Arc::new(Template { properties, ..(*content.template).clone() }), ..content.clone() }
}

/// What is kept for bindings to come.
pub(super) type History = VecDeque<Kept>;
