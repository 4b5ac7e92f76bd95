//! Virtual hosts: their names for exchanges and queues.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::amqp::{FieldTable, Name, name};

use super::effect::{ExchangeId, QueueId};
use super::exchange::ExchangeSpec;
use super::limits::Limits;
use super::machine::Broker;
use super::policy::Policies;

/// A place in the arena of vhosts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct VhostId(pub u32);

/// A vhost. Its names are behind `Arc`, as a clone of the broker seldom changes them.
#[derive(Clone, Debug)]
pub(super) struct Vhost {
    pub name: Name,
    pub is_alive: bool,
    pub exchanges: Arc<BTreeMap<Name, ExchangeId>>,
    pub queues: Arc<BTreeMap<Name, QueueId>>,
    pub policies: Arc<Policies>,
    pub limits: Limits,
    /// The firehose is on.
    pub is_traced: bool,
}

/// What every vhost begins with: name, type, internal. All are durable.
const PREDECLARED: [(&str, &str, bool); 7] = [
    ("", "direct", false),
    ("amq.direct", "direct", false),
    ("amq.fanout", "fanout", false),
    ("amq.topic", "topic", false),
    ("amq.headers", "headers", false),
    ("amq.match", "headers", false),
    ("amq.rabbitmq.trace", "topic", true),
];

impl Broker {
    pub(super) fn vhost(&self, id: VhostId) -> &Vhost {
        &self.vhosts[id.0 as usize]
    }

    pub(super) fn vhost_mut(&mut self, id: VhostId) -> &mut Vhost {
        &mut self.vhosts[id.0 as usize]
    }

    pub(super) fn vhost_named(&self, vhost: &str) -> Option<VhostId> {
        let at = self.vhosts.iter().position(|one| one.is_alive && *one.name == *vhost)?;
        Some(VhostId(at as u32))
    }

    /// Makes a vhost. RabbitMQ: nobody has permissions in it yet.
    pub(super) fn add_vhost(&mut self, vhost: &Name) {
        let id = VhostId(self.vhosts.len() as u32);
        self.vhosts.push(Vhost {
            name: vhost.clone(),
            is_alive: true,
            exchanges: Arc::default(),
            queues: Arc::default(),
            policies: Arc::default(),
            limits: Limits::default(),
            is_traced: false,
        });
        for (exchange, kind, internal) in PREDECLARED {
            self.add_exchange(ExchangeSpec {
                vhost: id,
                name: name(exchange),
                kind: name(kind),
                durable: true,
                auto_delete: false,
                internal,
                arguments: FieldTable::default(),
            });
        }
    }
}
