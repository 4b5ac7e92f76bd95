//! Exchanges: what they are, and their bindings in the shape that routing needs.

use std::sync::Arc;

use crate::amqp::{FieldTable, FieldValue, Name};

use super::chunks::Chunks;
use super::consistent_hash::Ring;
use super::effect::{BindingId, Effect, ExchangeId};
use super::kept::History;
use super::machine::Broker;
use super::route_cache::RouteCache;
use super::routing::Route;
use super::topic_trie::TopicTrie;
use super::vhost::VhostId;

/// How an exchange routes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ExchangeKind {
    Direct,
    Fanout,
    Topic,
    Headers,
    /// To one destination by chance (plugin).
    Random,
    /// To one queue by chance (4.0 and later).
    LocalRandom,
    /// To the destination in whose bucket the hash falls (plugin).
    ConsistentHash,
    /// To the destination whose number is the hash modulo their count (plugin; 4.3 and later without).
    ModulusHash,
    /// To all, and the last messages to whatever is bound later (plugin).
    RecentHistory,
}

/// An exchange of this type keeps delayed messages, and routes as the type that it names.
pub(super) const DELAYED: &str = "x-delayed-message";
/// The argument that names it.
pub(super) const DELAYED_TYPE: &str = "x-delayed-type";

impl ExchangeKind {
    pub fn of(kind: &str) -> Option<Self> {
        Some(match kind {
            "direct" => Self::Direct,
            "fanout" => Self::Fanout,
            "topic" => Self::Topic,
            "headers" => Self::Headers,
            "x-random" => Self::Random,
            "x-local-random" => Self::LocalRandom,
            "x-consistent-hash" => Self::ConsistentHash,
            "x-modulus-hash" => Self::ModulusHash,
            "x-recent-history" => Self::RecentHistory,
            _ => return None,
        })
    }
}

/// An exchange as it was declared.
#[derive(Clone, Debug)]
pub(super) struct ExchangeSpec {
    pub vhost: VhostId,
    pub name: Name,
    pub kind: Name,
    pub durable: bool,
    pub auto_delete: bool,
    pub internal: bool,
    pub arguments: FieldTable,
}

/// An exchange, kept after its deletion for its names.
#[derive(Clone, Debug)]
pub(super) struct Exchange {
    pub spec: Arc<ExchangeSpec>,
    pub kind: ExchangeKind,
    pub is_alive: bool,
    /// By argument or policy.
    pub alternate: Option<Name>,
    pub outgoing: Arc<Outgoing>,
    /// Bindings of which it is the destination.
    pub incoming: Arc<Chunks<BindingId>>,
    pub routes: RouteCache<Arc<Route>>,
    /// x-delayed-message: it keeps messages for a while.
    pub delays: bool,
    /// x-recent-history: what it keeps, oldest first.
    pub history: Arc<History>,
}

impl Exchange {
    pub fn is_default(&self) -> bool {
        self.spec.name.is_empty()
    }
}

/// The bindings of which an exchange is the source.
#[derive(Clone, Debug, Default)]
pub(super) struct Outgoing {
    /// In the order in which they were made.
    pub all: Chunks<BindingId>,
    /// By binding key, whatever the exchange makes of it.
    pub keys: TopicTrie,
    /// x-consistent-hash.
    pub ring: Ring,
    /// x-modulus-hash: in the order in which they are counted.
    pub counted: Vec<BindingId>,
}

impl Outgoing {
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }
}

impl Broker {
    pub(super) fn exchange_named(&self, vhost: VhostId, exchange: &str) -> Option<ExchangeId> {
        self.vhost(vhost).exchanges.get(exchange).copied()
    }

    pub(super) fn add_exchange(&mut self, spec: ExchangeSpec) -> ExchangeId {
        let id = ExchangeId(self.exchanges.len() as u32);
        let delays = &*spec.kind == DELAYED;
        let kind = if delays { delayed_type(&spec.arguments) } else { &*spec.kind };
        let kind = ExchangeKind::of(kind).unwrap_or(ExchangeKind::Fanout);
        let names = &mut self.vhosts[spec.vhost.0 as usize].exchanges;
        Arc::make_mut(names).insert(spec.name.clone(), id);
        self.exchanges.push(Exchange {
            spec: Arc::new(spec),
            kind,
            is_alive: true,
            alternate: None,
            outgoing: Arc::default(),
            incoming: Arc::default(),
            routes: RouteCache::default(),
            delays,
            history: Arc::default(),
        });
        self.apply_policy_to_exchange(id);
        self.generation += 1;
        self.put(Effect::ExchangeDeclared { exchange: id });
        id
    }

    /// Deletes an exchange, its bindings on both sides, and what that leaves unused.
    pub(super) fn delete_exchange(&mut self, id: ExchangeId) {
        self.delete_exchange_from(id, false);
    }

    /// The same; whether exchanges stay that delete themselves after their last binding.
    pub(super) fn delete_exchange_from(&mut self, id: ExchangeId, spares_exchanges: bool) {
        let exchange = &mut self.exchanges[id.index()];
        if !exchange.is_alive {
            return;
        }
        exchange.is_alive = false;
        let spec = Arc::clone(&exchange.spec);
        let outgoing: Vec<BindingId> = exchange.outgoing.all.iter().copied().collect();
        let incoming: Vec<BindingId> = exchange.incoming.iter().copied().collect();
        Arc::make_mut(&mut self.vhost_mut(spec.vhost).exchanges).remove(&spec.name);
        self.generation += 1;
        for binding in outgoing.into_iter().chain(incoming) {
            self.remove_binding(binding, spares_exchanges);
        }
        self.forget_history(id);
        self.put(Effect::ExchangeDeleted { exchange: id });
    }
}

/// The type that an x-delayed-message exchange routes as.
pub(super) fn delayed_type(arguments: &FieldTable) -> &str {
    match arguments.get(DELAYED_TYPE) {
        Some(FieldValue::Text(kind)) => kind,
        _ => "",
    }
}
