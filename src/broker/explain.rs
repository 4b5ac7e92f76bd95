//! Why: which bindings match a key and which do not, why a copy waits, why a consumer gets nothing.
//!
//! The answers come from the broker's own state and rules, at the moment; nothing here is a second broker.

use crate::amqp::topic::{self, Walk};
use crate::amqp::{FieldTable, FieldValue, Name, SimTime};

use super::binding::Destination;
use super::effect::{BindingId, ConsumerId, ExchangeId, QueueId};
use super::exchange::ExchangeKind;
use super::headers;
use super::machine::Broker;
use super::view::View;

/// Why a binding matches a message, or why not.
#[derive(Clone, Debug, PartialEq)]
pub enum BindingAnswer {
    /// direct: the routing key is, or is not, the binding key.
    Equality {
        /// It is.
        equal: bool,
    },
    /// fanout: every binding matches.
    Always,
    /// topic: the binding key laid along the routing key.
    Topic(Walk),
    /// headers: each pair of the binding.
    Headers {
        /// One pair is enough.
        any: bool,
        /// The pairs in order.
        pairs: Vec<HeaderAnswer>,
        /// All together.
        matched: bool,
    },
    /// One binding of all is taken by chance.
    Chance,
    /// One binding of all is taken by the hash of the message.
    Hash {
        /// It is this one; not known where headers or properties are hashed.
        taken: Option<bool>,
    },
}

impl BindingAnswer {
    /// Whether the binding matches (by chance: whether it can).
    pub fn is_match(&self) -> bool {
        match self {
            Self::Equality { equal } => *equal,
            Self::Always | Self::Chance => true,
            Self::Topic(walk) => walk.matched,
            Self::Headers { matched, .. } => *matched,
            Self::Hash { taken } => taken.unwrap_or(true),
        }
    }
}

/// One pair of a headers binding.
#[derive(Clone, Debug, PartialEq)]
pub struct HeaderAnswer {
    /// Its name.
    pub key: Name,
    /// The value wanted; void: any.
    pub wanted: FieldValue,
    /// The value found.
    pub found: Option<FieldValue>,
    /// It holds.
    pub holds: bool,
    /// It does not count: a key beginning `x-` where the mode does not say so.
    pub ignored: bool,
}

/// A binding and its answer.
#[derive(Clone, Debug, PartialEq)]
pub struct BindingExplained {
    /// Which.
    pub binding: BindingId,
    /// Where it leads.
    pub destination: Destination,
    /// Why.
    pub answer: BindingAnswer,
}

/// What an exchange does with a key.
#[derive(Clone, Debug, PartialEq)]
pub struct Explained {
    /// Each binding of the exchange, in the order of their making.
    pub bindings: Vec<BindingExplained>,
    /// The default exchange: the queue of that name, if there is one.
    pub queue_of_that_name: Option<QueueId>,
    /// Nothing matched, and this exchange is tried instead.
    pub alternate: Option<ExchangeId>,
}

/// What a ready copy waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waits {
    /// Nobody consumes from the queue.
    NoConsumer,
    /// Every consumer has as many unacked deliveries as its prefetch allows.
    NoCredit,
    /// The single active consumer has; the others do not get any.
    ActiveHasNoCredit,
    /// There are copies before it.
    Behind {
        /// How many.
        count: u32,
    },
    /// The node is down.
    NodeDown,
}

/// What a consumer lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Idles {
    /// It was cancelled, or its channel is closed.
    Gone,
    /// The queue is empty, or the consumer at the end of the stream.
    NothingReady,
    /// It has as many unacked deliveries as its prefetch allows.
    PrefetchReached {
        /// Unacked.
        in_flight: u32,
        /// Allowed.
        prefetch: u16,
    },
    /// The channel has as many as its prefetch allows.
    ChannelPrefetchReached {
        /// Unacked.
        in_flight: u32,
        /// Allowed.
        prefetch: u16,
    },
    /// Another one is the single active consumer.
    NotActive {
        /// Which.
        active: ConsumerId,
    },
}

impl View<'_> {
    /// Each binding of an exchange against a routing key and headers.
    pub fn explain_routing(
        self,
        exchange: ExchangeId,
        routing_key: &str,
        headers: Option<&FieldTable>,
    ) -> Option<Explained> {
        let broker = self.broker();
        let state = broker.exchanges.get(exchange.index())?;
        let hashed = broker.hashed_binding(exchange, routing_key, headers);
        let bindings: Vec<BindingExplained> = state
            .outgoing
            .all
            .iter()
            .map(|id| {
                let binding = &broker.bindings[id.index()];
                let mut answer =
                    answer(broker, state.kind, &binding.key, &binding.arguments, routing_key, headers);
                if let BindingAnswer::Hash { taken } = &mut answer {
                    *taken = hashed.map(|hashed| hashed == Some(*id));
                }
                BindingExplained { binding: *id, destination: binding.destination, answer }
            })
            .collect();
        let queue_of_that_name =
            state.is_default().then(|| broker.queue_named(state.spec.vhost, routing_key)).flatten();
        let unmatched = !bindings.iter().any(|one| one.answer.is_match()) && !state.is_default();
        let named = state.alternate.as_deref().filter(|_| unmatched);
        let alternate = named.and_then(|name| broker.exchange_named(state.spec.vhost, name));
        Some(Explained { bindings, queue_of_that_name, alternate })
    }

    /// What the copy at a place among the ready ones of a queue (from 0) waits for.
    pub fn explain_waiting(self, queue: QueueId, position: u32) -> Option<Waits> {
        let broker = self.broker();
        let state = broker.queues.get(queue.index()).filter(|state| position < state.ready.len())?;
        Some(if !broker.node_up {
            Waits::NodeDown
        } else if state.consumers.is_empty() {
            Waits::NoConsumer
        } else if state.spec.single_active && !broker.has_active_with_credit(queue) {
            Waits::ActiveHasNoCredit
        } else if !state.consumers.all().iter().any(|id| broker.can_take(broker.consumer(*id))) {
            Waits::NoCredit
        } else {
            Waits::Behind { count: position }
        })
    }

    /// What a consumer lacks to be sent another message now. `None` if it lacks nothing.
    pub fn explain_idle(self, consumer: ConsumerId) -> Option<Idles> {
        let broker = self.broker();
        let state = broker.consumers.get(consumer.index())?;
        if !state.is_alive {
            return Some(Idles::Gone);
        }
        let queue = broker.queues.get(state.queue.index())?;
        if queue.spec.single_active && queue.active != consumer {
            return Some(Idles::NotActive { active: queue.active });
        }
        if !state.has_credit() {
            return Some(Idles::PrefetchReached { in_flight: state.in_flight, prefetch: state.prefetch });
        }
        let channel = broker.channel(state.channel);
        if !broker.can_take(state) {
            let (in_flight, prefetch) = (channel.limiter.volume(), channel.limiter.limit());
            return Some(Idles::ChannelPrefetchReached { in_flight, prefetch });
        }
        let at_the_end = queue.stream.as_ref().is_none_or(|stream| stream.has_been_read_by(state));
        (queue.ready.is_empty() && at_the_end).then_some(Idles::NothingReady)
    }

    /// When an unacked delivery will be too old for its channel, by what is known now.
    pub fn timeout_of_channel(self, channel: super::effect::ChannelId) -> Option<SimTime> {
        self.broker().channels.get(channel.index())?;
        self.broker().tick_due(channel)
    }
}

fn answer(
    broker: &Broker,
    kind: ExchangeKind,
    key: &str,
    arguments: &FieldTable,
    routing_key: &str,
    headers: Option<&FieldTable>,
) -> BindingAnswer {
    match kind {
        ExchangeKind::Direct => BindingAnswer::Equality { equal: key == routing_key },
        ExchangeKind::Fanout => BindingAnswer::Always,
        ExchangeKind::Topic => BindingAnswer::Topic(topic::walk(key, routing_key)),
        ExchangeKind::Headers => {
            let compare = headers::Compare::of(&broker.profile);
            let (any, pairs) = headers::pairs(arguments, headers, compare);
            let matched = headers::matches(arguments, headers, compare);
            BindingAnswer::Headers { any, pairs, matched }
        }
        ExchangeKind::Random | ExchangeKind::LocalRandom => BindingAnswer::Chance,
        ExchangeKind::RecentHistory => BindingAnswer::Always,
        ExchangeKind::ConsistentHash | ExchangeKind::ModulusHash => BindingAnswer::Hash { taken: None },
    }
}
