//! A broker that carries out a log, looked at after each command.

use std::collections::BTreeSet;
use std::sync::Arc;

use warren::amqp::{Choices, ConnectionId, Method, Open, SimDuration, SimTime, name};
use warren::broker::{Broker, BrokerConfig, Command, Destination, Effect, Operator};

use super::ledger::{Ledger, Moment};
use super::log::Step;

/// Always the last.
struct Last;

impl Choices for Last {
    fn choose(&mut self, count: u32) -> u32 {
        count - 1
    }
}

/// A broker under test, its clock and its connections.
pub struct Run {
    pub broker: Broker,
    now: SimTime,
    connections: [ConnectionId; 3],
    next: u32,
    ledger: Ledger,
    pub effects: Vec<Effect>,
    /// Replies and exceptions, as they are told.
    pub told: Vec<String>,
}

impl Run {
    pub fn new(config: BrokerConfig) -> Self {
        let mut run = Self {
            broker: Broker::new(config),
            now: SimTime::ZERO,
            connections: [ConnectionId(0); 3],
            next: 0,
            ledger: Ledger::default(),
            effects: Vec::new(),
            told: Vec::new(),
        };
        for client in 0..3 {
            run.reconnect(client);
        }
        run
    }

    fn apply(&mut self, command: Command) {
        let from = self.effects.len();
        let stop = match &command {
            Command::Operator(Operator::Stop(stop)) if self.broker.view().is_up() => Some(*stop),
            _ => None,
        };
        let durable = stop.map(|_| self.durable_topology());
        self.note_prefetch(&command);
        self.broker.apply(self.now, &command, &mut Last, &mut self.effects);
        self.broker.check_invariants();
        let moment = Moment { now: self.now, stop };
        self.ledger.follow_all(&self.broker, &self.effects[from..], moment);
        for effect in &self.effects[from..] {
            let side = match effect {
                Effect::Replied { side, .. } | Effect::Excepted { side, .. } => self.broker.side(*side),
                _ => None,
            };
            self.told.extend(side.map(|side| format!("{side:?}")));
        }
        self.ledger.agrees_with(&self.broker);
        if let Some(durable) = durable {
            self.ledger.is_durable_alone(&self.broker);
            assert_eq!(self.durable_topology(), durable, "what is durable, and nothing else, is still there");
            let view = self.broker.view();
            assert!(view.queues().all(|queue| queue.durable), "no transient queue is left");
            let keeps = self.broker.config().profile.keeps_transient_exchanges;
            assert!(view.exchanges().all(|exchange| exchange.durable || keeps), "nor an exchange");
        }
        // Clients come back at once, so that a log is more than the first mistake.
        let came: Vec<Effect> = self.effects[from..].to_vec();
        for effect in came {
            match effect {
                Effect::Node { up: true } => (0..3).for_each(|client| self.reconnect(client)),
                Effect::Excepted { connection, number, .. } if number > 0 => {
                    let (connection, channel) = (ConnectionId(connection), number);
                    self.apply(Command::Method { connection, channel, method: Method::ChannelCloseOk });
                    self.apply(Command::Method { connection, channel, method: Method::ChannelOpen });
                }
                Effect::ConnectionGone { connection } if self.broker.view().is_up() => {
                    if let Some(client) = self.connections.iter().position(|id| id.0 == connection) {
                        self.reconnect(client);
                    }
                }
                _ => {}
            }
        }
    }

    /// basic.qos that will be taken.
    fn note_prefetch(&mut self, command: &Command) {
        let Command::Method { connection, channel, method } = command else { return };
        let Method::BasicQos { prefetch_count, global, .. } = method else { return };
        let view = self.broker.view();
        let Some(open) = view.connection(*connection) else { return };
        let channels = open.channels.iter().filter_map(|id| view.channel(*id));
        if let Some(meant) = channels.into_iter().find(|one| one.number == *channel && one.is_open) {
            // RabbitMQ 4.3: `global` means nothing.
            let global = *global && !self.broker.config().profile.global_qos_ignored;
            self.ledger.set_prefetch(meant.id, *prefetch_count, global);
        }
    }

    /// Names of the queues that survive a restart, and the bindings between survivors. What goes with its last
    /// consumer or binding may go with the clients.
    fn durable_topology(&self) -> BTreeSet<String> {
        let view = self.broker.view();
        let is_kept = |exchange| {
            view.exchange(exchange).is_some_and(|one| one.is_alive && one.durable && !one.auto_delete)
        };
        let stays = |queue| {
            let queue = view.queue(queue).filter(|queue| queue.is_alive);
            queue.is_some_and(|queue| queue.durable && !queue.auto_delete && queue.exclusive_to.is_none())
        };
        let queues = view.queues().filter(|queue| stays(queue.id)).map(|queue| queue.name.to_string());
        let exchanges =
            view.exchanges().filter(|one| is_kept(one.id)).map(|one| format!("exchange {}", one.name));
        let bindings = view.bindings().filter(|binding| {
            is_kept(binding.source)
                && match binding.destination {
                    Destination::Queue(queue) => stays(queue),
                    Destination::Exchange(exchange) => is_kept(exchange),
                }
        });
        queues.chain(exchanges).chain(bindings.map(|binding| format!("{binding:?}"))).collect()
    }

    /// The node comes up, and everything that was to come by itself comes.
    pub fn finish(&mut self) {
        self.apply(Command::Operator(Operator::Start));
        self.wait(SimDuration::secs(60));
        self.ledger.is_answered();
    }

    /// Settles the nth delivery that a channel holds.
    fn settle(&mut self, client: u32, channel: u16, nth: usize, how: (bool, bool, bool)) {
        let (ack, requeue, multiple) = how;
        let connection = self.connections[client as usize];
        let Some(view) = self.broker.view().connection(connection) else { return };
        let channels = view.channels.iter().filter_map(|id| self.broker.view().channel(*id));
        let Some(id) = channels.filter(|view| view.number == channel).map(|view| view.id).next() else {
            return;
        };
        let Some(copy) = self.broker.view().unacked_of_channel(id).nth(nth) else { return };
        let delivery_tag = u64::from(copy.tag);
        let method = if ack {
            Method::BasicAck { delivery_tag, multiple }
        } else if multiple {
            Method::BasicNack { delivery_tag, multiple, requeue }
        } else {
            Method::BasicReject { delivery_tag, requeue }
        };
        self.apply(Command::Method { connection, channel, method });
    }

    fn reconnect(&mut self, client: usize) {
        let connection = ConnectionId(self.next);
        self.next += 1;
        self.connections[client] = connection;
        let open = Open::new(name("guest"), name("/"));
        self.apply(Command::Connect { connection, open: Arc::new(open) });
        for channel in 1..3 {
            self.apply(Command::Method { connection, channel, method: Method::ChannelOpen });
        }
    }

    pub fn step(&mut self, step: &Step) {
        match step {
            Step::Method(client, channel, method) => {
                let (connection, channel) = (self.connections[*client as usize], *channel);
                self.apply(Command::Method { connection, channel, method: method.clone() });
            }
            Step::Settle(client, channel, nth, how) => self.settle(*client, *channel, *nth, *how),
            Step::Reconnect(client) => self.reconnect(*client as usize),
            Step::Lost(client) => {
                let connection = self.connections[*client as usize];
                self.apply(Command::Lost { connection });
            }
            Step::Operator(operator) => self.apply(Command::Operator(operator.clone())),
            Step::Wait(ms) => self.wait(SimDuration::millis(*ms)),
        }
    }

    fn wait(&mut self, time: SimDuration) {
        let until = self.now + time;
        let mut within = 0;
        while let Some(due) = self.broker.next_deadline().filter(|due| *due <= until) {
            within = if due > self.now { 0 } else { within + 1 };
            assert!(within < 1000, "an instant ends");
            self.now = self.now.max(due);
            self.apply(Command::Deadline);
        }
        self.now = until;
    }
}
