//! Bindings.

use std::sync::Arc;

use crate::amqp::{FieldTable, Name};

use super::chunks::{Chunks, Item};
use super::consistent_hash;
use super::effect::{BindingId, Effect, ExchangeId, QueueId};
use super::exchange::ExchangeKind;
use super::machine::Broker;
use super::topic_trie::Spot;

/// Where a binding leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Destination {
    /// To a queue.
    Queue(QueueId),
    /// To another exchange.
    Exchange(ExchangeId),
}

/// A binding, kept after its removal for its names. Source, destination, key and arguments are its identity.
#[derive(Clone, Debug)]
pub(super) struct Binding {
    pub source: ExchangeId,
    pub destination: Destination,
    pub key: Name,
    /// Sorted by name.
    pub arguments: Arc<FieldTable>,
    pub is_alive: bool,
}

/// Bindings stand in the order in which they were made.
impl Item for BindingId {
    fn order(&self) -> u64 {
        u64::from(self.0)
    }
}

/// Arguments as they are compared: sorted by name.
pub(super) fn sorted(mut arguments: FieldTable) -> FieldTable {
    arguments.0.sort_by(|one, other| one.0.cmp(&other.0));
    arguments
}

impl Broker {
    /// The binding, and where its key stands among those of the source.
    pub(super) fn find_binding(
        &self,
        source: ExchangeId,
        destination: Destination,
        key: &str,
        arguments: &FieldTable,
    ) -> (Option<BindingId>, Spot) {
        let incoming = match destination {
            Destination::Queue(queue) => &self.queues[queue.index()].incoming,
            Destination::Exchange(exchange) => &self.exchanges[exchange.index()].incoming,
        };
        let leads_there =
            |binding: &Binding| binding.destination == destination && *binding.arguments == *arguments;
        let keys = &self.exchanges[source.index()].outgoing.keys;
        let spot = keys.reach(key);
        // Ten thousand queues at a fanout exchange have one key, ten thousand keys may lead to one queue.
        let mut with_key = keys.bindings_at(spot);
        if with_key.size_hint().0 <= incoming.len() as usize {
            return (with_key.find(|id| leads_there(&self.bindings[id.index()])), spot);
        }
        let found = incoming.iter().copied().find(|id| {
            let binding = &self.bindings[id.index()];
            binding.source == source && *binding.key == *key && leads_there(binding)
        });
        (found, spot)
    }

    /// Adds a binding that is not there yet; `spot` is where it was looked for.
    pub(super) fn add_binding(
        &mut self,
        source: ExchangeId,
        destination: Destination,
        key: Name,
        arguments: FieldTable,
        spot: Spot,
    ) {
        let id = BindingId(self.bindings.len() as u32);
        // Most have none: they share these.
        let last = self.bindings.last().map(|last| &last.arguments);
        let arguments = match last.filter(|last| ***last == arguments) {
            Some(same) => Arc::clone(same),
            None => Arc::new(arguments),
        };
        let outgoing = Arc::make_mut(&mut self.exchanges[source.index()].outgoing);
        outgoing.all.push_back(id);
        outgoing.keys.insert_at(spot, &key, id);
        let binding = Binding { source, destination, key, arguments, is_alive: true };
        Arc::make_mut(&mut self.bindings).push(binding);
        self.count_binding(id);
        self.incoming_mut(destination).push_back(id);
        self.generation += 1;
        self.put(Effect::Bound { binding: id });
    }

    fn incoming_mut(&mut self, destination: Destination) -> &mut Chunks<BindingId> {
        Arc::make_mut(match destination {
            Destination::Queue(queue) => &mut self.queues[queue.index()].incoming,
            Destination::Exchange(exchange) => &mut self.exchanges[exchange.index()].incoming,
        })
    }

    /// The hashing exchanges have their own order of bindings.
    fn count_binding(&mut self, id: BindingId) {
        let binding = &self.bindings[id.index()];
        let (source, destination) = (binding.source, binding.destination);
        match self.exchanges[source.index()].kind {
            ExchangeKind::ConsistentHash => {
                let weight = consistent_hash::weight(&binding.key, &self.profile).unwrap_or(1);
                let outgoing = Arc::make_mut(&mut self.exchanges[source.index()].outgoing);
                outgoing.ring.add(id, destination, weight);
            }
            ExchangeKind::ModulusHash => {
                let counted = &self.exchanges[source.index()].outgoing.counted;
                let at = counted.partition_point(|other| self.counts_before(*other, id));
                Arc::make_mut(&mut self.exchanges[source.index()].outgoing).counted.insert(at, id);
            }
            _ => {}
        }
    }

    fn uncount_binding(&mut self, id: BindingId) {
        let binding = &self.bindings[id.index()];
        let (source, destination) = (binding.source, binding.destination);
        match self.exchanges[source.index()].kind {
            ExchangeKind::ConsistentHash => {
                let mut same = self.exchanges[source.index()].outgoing.keys.with_key(&binding.key);
                let other = same.find(|id| self.bindings[id.index()].destination == destination);
                let ring = &mut Arc::make_mut(&mut self.exchanges[source.index()].outgoing).ring;
                match other {
                    Some(other) if self.profile.hash_binding_stands_for_its_key => ring.replace(id, other),
                    _ => ring.remove(destination),
                }
            }
            ExchangeKind::ModulusHash => {
                let outgoing = Arc::make_mut(&mut self.exchanges[source.index()].outgoing);
                outgoing.counted.retain(|other| *other != id);
            }
            _ => {}
        }
    }

    /// RabbitMQ: by key, then destination, exchanges first, as the table of bindings is sorted; 4.3 sorts what they
    /// lead to.
    fn counts_before(&self, one: BindingId, other: BindingId) -> bool {
        let place = |id: BindingId| {
            let binding = &self.bindings[id.index()];
            let (to_queue, name) = match binding.destination {
                Destination::Exchange(exchange) => (false, &self.exchanges[exchange.index()].spec.name),
                Destination::Queue(queue) => (true, &self.queue(queue).spec.name),
            };
            let key = (!self.profile.modulus_sorts_by_name).then_some(&binding.key);
            (key, to_queue, name, id)
        };
        place(one) < place(other)
    }

    /// Removes a binding, unless it is gone; its source, if it was the last one and the exchange is auto-delete, goes
    /// with it, but if it is spared.
    pub(super) fn remove_binding(&mut self, id: BindingId, spares_exchanges: bool) {
        let binding = &self.bindings[id.index()];
        if binding.is_alive {
            let spot = self.exchanges[binding.source.index()].outgoing.keys.reach(&binding.key);
            let unused = self.take_out(id, spot);
            if let Some(unused) = unused.filter(|_| !spares_exchanges) {
                self.delete_exchange(unused);
            }
        }
    }

    /// The same where it was found by its key.
    pub(super) fn remove_found(&mut self, id: BindingId, spot: Spot) {
        if let Some(unused) = self.take_out(id, spot) {
            self.delete_exchange(unused);
        }
    }

    /// Takes a binding out of both its ends; its source, if that is to go with it.
    fn take_out(&mut self, id: BindingId, spot: Spot) -> Option<ExchangeId> {
        let binding = &mut Arc::make_mut(&mut self.bindings)[id.index()];
        binding.is_alive = false;
        let (source, destination) = (binding.source, binding.destination);
        let exchange = &mut self.exchanges[source.index()];
        let outgoing = Arc::make_mut(&mut exchange.outgoing);
        outgoing.all.remove(id.order());
        outgoing.keys.remove_at(spot, id);
        self.uncount_binding(id);
        let exchange = &self.exchanges[source.index()];
        let unused = exchange.is_alive && exchange.spec.auto_delete && exchange.outgoing.is_empty();
        self.incoming_mut(destination).remove(id.order());
        self.generation += 1;
        self.put(Effect::Unbound { binding: id });
        unused.then_some(source)
    }
}
