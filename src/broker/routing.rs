//! From an exchange and a message to queues.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::amqp::{Choices, FieldTable, Name};

use super::binding::Destination;
use super::chunks::Chunks;
use super::consistent_hash;
use super::effect::{BindingId, ExchangeId, QueueId};
use super::exchange::ExchangeKind;
use super::headers;
use super::kept;
use super::machine::Broker;
use super::message::Content;
use super::topic_trie::TopicRoom;

/// Where a message goes.
#[derive(Clone, Debug, Default)]
pub(super) struct Route {
    /// The bindings that matched, in the order asked; `NONE` for the default exchange and alternate exchanges.
    pub bindings: Vec<BindingId>,
    /// Each once, in the order of their names' bytes, as RabbitMQ sorts them.
    pub queues: Vec<QueueId>,
    /// A direct reply-to address.
    pub reply_to: Option<Name>,
    /// Exchanges on the way that keep messages.
    pub keepers: Vec<ExchangeId>,
    /// One of them holds it back until its delay is over.
    pub delayed: bool,
    /// Headers or chance had a part in it.
    by_more_than_keys: bool,
}

impl Route {
    /// Past all bindings.
    pub fn to(queue: QueueId) -> Self {
        Self { queues: vec![queue], ..Self::default() }
    }
}

impl Broker {
    /// The route, if the message's template alone decides it.
    pub(super) fn fixed_route(&mut self, exchange: ExchangeId, content: &Content) -> Option<Arc<Route>> {
        let key = &content.template.routing_key;
        let by_one_key = content.more_keys.is_empty();
        let known = self.exchanges[exchange.index()].routes.get(key, self.generation);
        if by_one_key && known.is_some() {
            return known.cloned();
        }
        let mut fixed = true;
        let mut room = std::mem::take(&mut self.topic_room);
        let route = Arc::new(self.walk_exchanges(exchange, content, &mut room, &mut |_| {
            fixed = false;
            0
        }));
        self.topic_room = room;
        if by_one_key && !route.by_more_than_keys {
            let generation = self.generation;
            self.exchanges[exchange.index()].routes.put(key, generation, Arc::clone(&route));
        }
        fixed.then_some(route)
    }

    /// The route of one message.
    pub(super) fn route(
        &mut self,
        exchange: ExchangeId,
        content: &Content,
        choices: &mut dyn Choices,
    ) -> Arc<Route> {
        let mut room = std::mem::take(&mut self.topic_room);
        let route = self.walk_exchanges(exchange, content, &mut room, &mut |count| choices.choose(count));
        self.topic_room = room;
        Arc::new(route)
    }

    /// The route if chance takes the first of everything: whether there is one at all.
    pub(super) fn route_to_first(&self, exchange: ExchangeId, content: &Content) -> Route {
        self.walk_exchanges(exchange, content, &mut TopicRoom::default(), &mut |_| 0)
    }

    /// RabbitMQ: a worklist of exchanges, each visited at most once, so that cycles end. An exchange's alternate
    /// is tried when its own bindings matched nothing.
    fn walk_exchanges(
        &self,
        exchange: ExchangeId,
        content: &Content,
        room: &mut TopicRoom,
        choose: &mut dyn FnMut(u32) -> u32,
    ) -> Route {
        let mut route = Route::default();
        let start = &self.exchanges[exchange.index()];
        if start.is_default() {
            return self.route_by_queue_name(exchange, content);
        }
        let mut seen = BTreeSet::new();
        let mut open = Vec::new();
        let mut next = Some(exchange);
        while let Some(at) = next {
            let held = self.note_keeper(at, content, &mut route);
            // RabbitMQ: to the rest of the broker a delayed message is unroutable, alternate exchange included.
            let found = if held { Vec::new() } else { self.matching(at, content, room, choose) };
            route.by_more_than_keys |= self.reads_more_than_keys(at);
            let mut lead_on = |next: ExchangeId| {
                if next != exchange && seen.insert(next) {
                    open.push(next);
                }
            };
            if found.is_empty() {
                let alternate = self.exchanges[at.index()].alternate.as_deref();
                let vhost = self.exchanges[at.index()].spec.vhost;
                if let Some(next) = alternate.and_then(|name| self.exchange_named(vhost, name)) {
                    route.bindings.push(BindingId::NONE);
                    lead_on(next);
                }
            }
            for id in &found {
                match self.bindings[id.index()].destination {
                    Destination::Queue(queue) => route.queues.push(queue),
                    Destination::Exchange(next) => lead_on(next),
                }
            }
            if route.bindings.is_empty() {
                route.bindings = found;
            } else {
                route.bindings.extend(found);
            }
            next = open.pop();
        }
        self.order_by_name(&mut route.queues);
        route
    }

    fn order_by_name(&self, queues: &mut Vec<QueueId>) {
        queues.sort_unstable();
        queues.dedup();
        let name = |id: &QueueId| &self.queue(*id).spec.name;
        queues.sort_by(|one, other| name(one).cmp(name(other)));
    }

    /// Whether the exchange holds the message back.
    fn note_keeper(&self, at: ExchangeId, content: &Content, route: &mut Route) -> bool {
        let exchange = &self.exchanges[at.index()];
        let held = exchange.delays && kept::delay_of(content).is_some();
        if held || exchange.kind == ExchangeKind::RecentHistory {
            route.keepers.push(at);
        }
        route.delayed |= held;
        held
    }

    fn reads_more_than_keys(&self, at: ExchangeId) -> bool {
        let exchange = &self.exchanges[at.index()];
        exchange.delays
            || match exchange.kind {
                ExchangeKind::Headers | ExchangeKind::Random | ExchangeKind::LocalRandom => true,
                ExchangeKind::ConsistentHash => consistent_hash::reads_properties(&exchange.spec),
                _ => false,
            }
    }

    /// The default exchange: each key is the name of a queue.
    pub(super) fn route_by_queue_name(&self, exchange: ExchangeId, content: &Content) -> Route {
        let vhost = self.exchanges[exchange.index()].spec.vhost;
        let keys: BTreeSet<&Name> = keys_of(content).collect();
        let mut route = Route::default();
        for key in keys {
            if super::reply_to::is_address(key) {
                route.reply_to = Some(key.clone());
            } else if let Some(queue) = self.queue_named(vhost, key) {
                route.bindings.push(BindingId::NONE);
                route.queues.push(queue);
            }
        }
        route
    }

    /// The bindings of one exchange that match, in the order in which they were made.
    fn matching(
        &self,
        exchange: ExchangeId,
        content: &Content,
        room: &mut TopicRoom,
        choose: &mut dyn FnMut(u32) -> u32,
    ) -> Vec<BindingId> {
        let exchange = &self.exchanges[exchange.index()];
        let outgoing = &exchange.outgoing;
        match exchange.kind {
            ExchangeKind::Fanout | ExchangeKind::RecentHistory => outgoing.all.iter().copied().collect(),
            ExchangeKind::Direct if exchange.is_default() => Vec::new(),
            ExchangeKind::Direct => {
                let mut found: Vec<BindingId> =
                    keys_of(content).flat_map(|key| outgoing.keys.with_key(key)).collect();
                found.sort();
                found.dedup();
                found
            }
            ExchangeKind::Topic => {
                let mut found = Vec::new();
                keys_of(content).for_each(|key| outgoing.keys.matches(key, room, &mut found));
                found.sort_unstable();
                found.dedup();
                found
            }
            ExchangeKind::Headers => {
                let headers = content.template.properties.headers.as_ref();
                let compare = headers::Compare::of(&self.profile);
                self.matching_one_by_one(&outgoing.all, |binding| {
                    headers::matches(&binding.arguments, headers, compare)
                })
            }
            ExchangeKind::ConsistentHash => {
                outgoing.ring.pick(&exchange.spec, content, &self.profile).into_iter().collect()
            }
            ExchangeKind::ModulusHash => match outgoing.counted.len() as u32 {
                0 => Vec::new(),
                count => vec![outgoing.counted[consistent_hash::modulus(content, count) as usize]],
            },
            ExchangeKind::Random | ExchangeKind::LocalRandom => {
                let all: Vec<BindingId> = outgoing.all.iter().copied().collect();
                match all.len() as u32 {
                    0 => Vec::new(),
                    count => vec![all[(choose(count) % count) as usize]],
                }
            }
        }
    }

    /// The binding that a hashing exchange takes for such a message. `None`: it hashes something else of it.
    pub(super) fn hashed_binding(
        &self,
        exchange: ExchangeId,
        routing_key: &str,
        headers: Option<&FieldTable>,
    ) -> Option<Option<BindingId>> {
        let state = &self.exchanges[exchange.index()];
        let by_header = state.spec.arguments.get("hash-header").is_some();
        let is_known = match state.kind {
            ExchangeKind::ModulusHash => true,
            ExchangeKind::ConsistentHash => by_header || !consistent_hash::reads_properties(&state.spec),
            _ => false,
        };
        is_known.then(|| {
            let content = Content::of_key(&state.spec.name, routing_key, headers);
            self.matching(exchange, &content, &mut TopicRoom::default(), &mut |_| 0).first().copied()
        })
    }

    fn matching_one_by_one(
        &self,
        all: &Chunks<BindingId>,
        matches: impl Fn(&super::binding::Binding) -> bool,
    ) -> Vec<BindingId> {
        all.iter().copied().filter(|id| matches(&self.bindings[id.index()])).collect()
    }
}

/// The routing key, then those of CC and BCC.
fn keys_of(content: &Content) -> impl Iterator<Item = &Name> {
    std::iter::once(&content.template.routing_key).chain(&content.more_keys)
}
