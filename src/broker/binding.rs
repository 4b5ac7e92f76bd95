//! Bindings.

use std::sync::Arc;

use crate::amqp::{FieldTable, Name};

use super::consistent_hash;
use super::effect::{BindingId, Effect, ExchangeId, QueueId};
use super::exchange::ExchangeKind;
use super::machine::Broker;

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

/// Arguments as they are compared: sorted by name.
pub(super) fn sorted(mut arguments: FieldTable) -> FieldTable {
    arguments.0.sort_by(|one, other| one.0.cmp(&other.0));
    arguments
}

impl Broker {
    pub(super) fn find_binding(
        &self,
        source: ExchangeId,
        destination: Destination,
        key: &str,
        arguments: &FieldTable,
    ) -> Option<BindingId> {
        let incoming = match destination {
            Destination::Queue(queue) => &self.queues[queue.index()].incoming,
            Destination::Exchange(exchange) => &self.exchanges[exchange.index()].incoming,
        };
        let leads_there =
            |binding: &Binding| binding.destination == destination && *binding.arguments == *arguments;
        // Ten thousand queues at a fanout exchange have one key, ten thousand keys may lead to one queue.
        let mut with_key = self.exchanges[source.index()].outgoing.keys.with_key(key);
        if with_key.size_hint().0 <= incoming.len() {
            return with_key.find(|id| leads_there(&self.bindings[id.index()]));
        }
        incoming.iter().copied().find(|id| {
            let binding = &self.bindings[id.index()];
            binding.source == source && *binding.key == *key && leads_there(binding)
        })
    }

    /// Adds a binding that is not there yet.
    pub(super) fn add_binding(
        &mut self,
        source: ExchangeId,
        destination: Destination,
        key: Name,
        arguments: FieldTable,
    ) {
        let id = BindingId(self.bindings.len() as u32);
        // Most have none: they share these.
        let last = self.bindings.last().map(|last| &last.arguments);
        let arguments = match last.filter(|last| ***last == arguments) {
            Some(same) => Arc::clone(same),
            None => Arc::new(arguments),
        };
        let binding = Binding { source, destination, key: key.clone(), arguments, is_alive: true };
        Arc::make_mut(&mut self.bindings).push(binding);
        let exchange = &mut self.exchanges[source.index()];
        Arc::make_mut(&mut exchange.outgoing).add(id, &key);
        self.count_binding(id);
        match destination {
            Destination::Queue(queue) => self.queues[queue.index()].incoming.insert(id),
            Destination::Exchange(exchange) => self.exchanges[exchange.index()].incoming.insert(id),
        };
        self.generation += 1;
        self.put(Effect::Bound { binding: id });
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
        let kind = self.exchanges[source.index()].kind;
        let mut same = self.exchanges[source.index()].outgoing.keys.with_key(&binding.key);
        let other = same.find(|id| self.bindings[id.index()].destination == destination);
        let outgoing = Arc::make_mut(&mut self.exchanges[source.index()].outgoing);
        match (kind, other) {
            (ExchangeKind::ConsistentHash, Some(other)) if self.profile.hash_binding_stands_for_its_key => {
                outgoing.ring.replace(id, other);
            }
            (ExchangeKind::ConsistentHash, _) => outgoing.ring.remove(destination),
            (ExchangeKind::ModulusHash, _) => outgoing.counted.retain(|other| *other != id),
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

    /// Removes a binding; its source, if it was the last one and the exchange is auto-delete, goes with it.
    pub(super) fn remove_binding(&mut self, id: BindingId) {
        if !self.bindings[id.index()].is_alive {
            return;
        }
        let binding = &mut Arc::make_mut(&mut self.bindings)[id.index()];
        binding.is_alive = false;
        let (source, destination, key) = (binding.source, binding.destination, binding.key.clone());
        let exchange = &mut self.exchanges[source.index()];
        Arc::make_mut(&mut exchange.outgoing).remove(id, &key);
        self.uncount_binding(id);
        let exchange = &self.exchanges[source.index()];
        let unused = exchange.is_alive && exchange.spec.auto_delete && exchange.outgoing.is_empty();
        match destination {
            Destination::Queue(queue) => self.queues[queue.index()].incoming.remove(&id),
            Destination::Exchange(exchange) => self.exchanges[exchange.index()].incoming.remove(&id),
        };
        self.generation += 1;
        self.put(Effect::Unbound { binding: id });
        if unused {
            self.delete_exchange(source);
        }
    }
}
