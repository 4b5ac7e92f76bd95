//! A hash of everything that can influence the future, and of nothing else: times count from now, messages are
//! known by what they are, numbers given out do not count. Two moments that hash alike go on alike.

use crate::amqp::{Properties, SimTime};
use crate::broker::{Command, Message, MessageId};
use crate::sim::record::RunningHash;
use crate::sim::schedule::Event;

use super::state::{FIRST_CLIENT, Simulation};

impl Simulation {
    /// The hash of what can influence the future.
    pub fn fingerprint(&self) -> u128 {
        let mut hash = RunningHash::default();
        hash.word(u64::from(self.broker.view().is_up()));
        self.hash_queues(&mut hash);
        self.hash_topology(&mut hash);
        self.hash_connections(&mut hash);
        self.hash_schedule(&mut hash);
        for value in &self.world {
            hash.bytes(crate::sim::value::text_of(value).as_bytes());
        }
        for client in &self.clients {
            client.hash_into(&mut hash, self.now);
        }
        self.operating.operator.hash_into(&mut hash, self.now);
        hash.word(self.network_chance.state());
        hash.word(self.broker_chance.state());
        for when in &self.whens {
            hash.word(u64::from(when.is_done));
        }
        hash.value()
    }

    fn since(&self, time: SimTime) -> u64 {
        time.0.wrapping_sub(self.now.0)
    }

    fn hash_queues(&self, hash: &mut RunningHash) {
        let view = self.broker.view();
        for queue in view.queues() {
            hash.bytes(queue.vhost.as_bytes());
            hash.bytes(queue.name.as_bytes());
            hash.bytes(format!("{:?}{:?}", queue.kind, queue.arguments).as_bytes());
            hash.word(u64::from(queue.durable) | u64::from(queue.auto_delete) << 1);
            hash.word(u64::from(queue.ready));
            for copy in view.ready(queue.id) {
                self.hash_message(hash, copy.message);
                hash.word(u64::from(copy.redelivered) | u64::from(copy.count) << 1);
                hash.word(copy.expires.map_or(u64::MAX, |expires| self.since(expires)));
            }
            // Whose turn it is decides who gets the next one.
            for consumer in queue.consumers {
                hash.word(u64::from(queue.active == Some(consumer)));
                if let Some(consumer) = view.consumer(consumer) {
                    hash.bytes(consumer.tag.as_bytes());
                    hash.word(u64::from(consumer.in_flight) | u64::from(consumer.prefetch) << 32);
                    hash.word(u64::from(self.actor_at(consumer.channel)));
                    hash.word(consumer.offset.map_or(0, |offset| u64::from(offset) + 1));
                }
            }
        }
    }

    fn hash_message(&self, hash: &mut RunningHash, message: MessageId) {
        let Some(message) = self.broker.view().message(message) else { return };
        let (exchange, key): (&str, &str) = (Message::exchange(message), Message::routing_key(message));
        hash.bytes(exchange.as_bytes());
        hash.bytes(key.as_bytes());
        hash.bytes(&message.body);
        let properties: &Properties = message.properties();
        if *properties != Properties::default() {
            hash.bytes(format!("{properties:?}").as_bytes());
        }
    }

    fn hash_topology(&self, hash: &mut RunningHash) {
        let view = self.broker.view();
        for exchange in view.exchanges() {
            hash.bytes(exchange.vhost.as_bytes());
            hash.bytes(exchange.name.as_bytes());
            hash.bytes(exchange.kind.as_bytes());
        }
        for binding in view.bindings() {
            let source = view.exchange_name(binding.source).map_or("", |name| &**name);
            hash.bytes(source.as_bytes());
            hash.bytes(binding.key.as_bytes());
            let destination = match binding.destination {
                crate::broker::Destination::Queue(queue) => view.queue_name(queue),
                crate::broker::Destination::Exchange(exchange) => view.exchange_name(exchange),
            };
            hash.bytes(destination.map_or("", |name| &**name).as_bytes());
        }
    }

    fn hash_connections(&self, hash: &mut RunningHash) {
        let view = self.broker.view();
        for connection in view.connections() {
            hash.word(u64::from(self.network.actor(connection.id.0).unwrap_or(u16::MAX)));
            let (unread, ends) = view.unread(connection.id);
            hash.word(u64::from(connection.is_blocked) | u64::from(ends) << 1);
            for (number, method) in unread {
                hash.word(u64::from(*number));
                hash.bytes(format!("{method:?}").as_bytes());
            }
            for channel in connection.channels {
                let Some(state) = view.channel(channel) else { continue };
                hash.word(u64::from(state.number) | u64::from(state.prefetch) << 16);
                hash.word(u64::from(state.is_confirming) | u64::from(state.is_transactional) << 1);
                for copy in view.unacked_of_channel(channel) {
                    hash.word(u64::from(copy.tag));
                    self.hash_message(hash, copy.message);
                }
            }
        }
        for (_, link) in self.network.all() {
            hash.pair(u32::from(link.actor), link.up.len());
            let wire = self.wires.get(usize::from(link.actor.wrapping_sub(FIRST_CLIENT)));
            hash.word(wire.and_then(|wire| wire.since_look(link, self.now)).unwrap_or(u64::MAX));
            for sent in link.up.iter() {
                hash.word(self.since(sent.arrives));
                hash.bytes(shape(&sent.what.command).as_bytes());
            }
            hash.word(u64::from(link.down.len()));
            for sent in link.down.iter() {
                hash.word(self.since(sent.arrives));
                hash.bytes(sent.what.shape().as_bytes());
            }
        }
    }

    fn hash_schedule(&self, hash: &mut RunningHash) {
        for (time, event) in self.schedule.in_order() {
            let (kind, of) = match event {
                Event::Operate => (0, 0),
                Event::At(at) => (1, at),
                Event::NodeUp => (2, 0),
                Event::Uplink(connection) => (3, self.actor_number(connection)),
                Event::HeartbeatLost(connection, _) => (4, self.actor_number(connection)),
                Event::Deadline => (5, 0),
                Event::Start(actor) => (6, u32::from(actor)),
                Event::Downlink(connection) => (7, self.actor_number(connection)),
                Event::Timer(actor, life, token, _) => {
                    let counts = self.life_of(actor) == life
                        && self.client(actor).is_some_and(|client| client.awaits(token));
                    if !counts {
                        continue;
                    }
                    (8, u32::from(actor))
                }
                Event::Again(actor, ..) => (9, u32::from(actor)),
            };
            hash.word(self.since(time));
            hash.pair(kind, of);
        }
    }

    fn actor_number(&self, connection: u32) -> u32 {
        self.network.actor(connection).map_or(u32::MAX, u32::from)
    }
}

/// What a command says, without the number of its connection.
fn shape(command: &Command) -> String {
    match command {
        Command::Method { channel, method, .. } => format!("{channel} {method:?}"),
        Command::Connect { open, .. } => format!("{open:?}"),
        Command::Lost { .. } => "lost".to_owned(),
        other => format!("{other:?}"),
    }
}
