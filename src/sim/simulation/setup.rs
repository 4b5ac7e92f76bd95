//! How a simulation begins.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::amqp::{Name, SimTime};
use crate::broker::{Broker, BrokerConfig, Plugins, Version};
use crate::script::program::{ClientDef, ClientDefId, ClientRef, Const, Instr, Program};
use crate::sim::checks::Checks;
use crate::sim::client::Client;
use crate::sim::eval::Seen;
use crate::sim::history::{History, Reads};
use crate::sim::network::{Network, Wire};
use crate::sim::random::{Purpose, Stream};
use crate::sim::record::{Actor, ActorInfo};
use crate::sim::run::{Limit, Outcome, RunSpec};
use crate::sim::schedule::{Class, Event, Schedule};
use crate::sim::value::Value;

use super::operate::Operating;
use super::spare::SpareMessages;
use super::state::{Counters, FIRST_CLIENT, Simulation, When};

/// Clients, `times` counted: each costs some hundred bytes and a lane on the screen.
const CLIENTS_MAX: u64 = 10_000;

impl Simulation {
    /// The beginning of a run: time 0, nothing has happened.
    pub fn new(spec: &RunSpec, program: &Arc<Program>) -> Self {
        let settings = &program.settings;
        let seed = settings.seed.unwrap_or(spec.seed);
        let too_many = program.clients.iter().map(|def| u64::from(def.times)).sum::<u64>() > CLIENTS_MAX;
        let defs: &[ClientDef] = if too_many { &[] } else { &program.clients };
        let actors = actors(defs);
        let clients =
            actors.iter().filter_map(|info| client(program, seed, info, 0)).map(Box::new).collect::<Vec<_>>();
        let mut simulation = Self {
            broker: Broker::new(config(spec, program, seed)),
            wires: wires(spec, program, &actors),
            lives: vec![0; clients.len()],
            lines: vec![None; clients.len()],
            ordinals: vec![0; clients.len() + usize::from(FIRST_CLIENT)],
            clients,
            actors: Arc::new(actors),
            limits: spec.limits.with(settings),
            seed,
            now: SimTime::ZERO,
            world: vec![Value::Null; program.world.len()],
            operating: Operating::new(program, Stream::new(seed, Purpose::Operator, 0)),
            network: Network::default(),
            schedule: Schedule::default(),
            deadline: None,
            network_chance: Stream::new(seed, Purpose::Network, 0),
            broker_chance: Stream::new(seed, Purpose::Broker, 0),
            history: History::new(program),
            checks: Checks::new(program),
            whens: program
                .whens
                .iter()
                .map(|when| When { reads: Reads::of(program, when.cond), is_done: false })
                .collect(),
            until_reads: until_reads(program),
            watched: watched(program),
            seen: vec![Seen::default(); program.questions.len()],
            unanswered: Default::default(),
            count: Counters::default(),
            going_on: None,
            outcome: too_many.then_some(Outcome::LimitReached(Limit::Clients)),
            effects: Vec::new(),
            outputs: VecDeque::new(),
            spare: SpareMessages::default(),
            program: Arc::clone(program),
        };
        simulation.begin();
        simulation
    }

    /// The operator at 0, each `at` at its time, clients at theirs: in text order.
    fn begin(&mut self) {
        let program = Arc::clone(&self.program);
        self.schedule.push(SimTime::ZERO, Class::Operator, Event::Operate);
        for (at, number) in program.ats.iter().zip(0..) {
            self.schedule.push(at.time, Class::Operator, Event::At(number));
        }
        for (info, actor) in Arc::clone(&self.actors).iter().zip(0..) {
            if let Actor::Client { client, .. } = info.actor
                && let Some(def) = program.clients.get(client.0 as usize)
            {
                self.schedule.push(def.starts_at, Class::Client, Event::Start(actor));
            }
        }
    }

    /// A client with fresh memory.
    pub(super) fn fresh_client(&self, actor: u16, life: u16) -> Option<Client> {
        client(&self.program, self.seed, self.actors.get(usize::from(actor))?, life)
    }

    /// The actors a reference means: a client, or all its copies.
    pub(super) fn actors_of(&self, wanted: ClientRef) -> Vec<u16> {
        let all = self.actors.iter().zip(0..);
        all.filter(|(info, _)| info.actor.is_meant(wanted)).map(|(_, actor)| actor).collect()
    }
}

/// The operator, the broker, then each client copy in text order.
fn actors(defs: &[ClientDef]) -> Vec<ActorInfo> {
    let mut actors = vec![
        ActorInfo { actor: Actor::Operator, name: Name::from("operator") },
        ActorInfo { actor: Actor::Broker, name: Name::from("broker") },
    ];
    for (def, number) in defs.iter().zip(0..) {
        for copy in 1..=def.times.max(1) {
            let name =
                if def.times > 1 { Name::from(format!("{}[{copy}]", def.name)) } else { def.name.clone() };
            actors.push(ActorInfo { actor: Actor::Client { client: ClientDefId(number), copy }, name });
        }
    }
    actors
}

fn client(program: &Program, seed: u64, info: &ActorInfo, life: u16) -> Option<Client> {
    let Actor::Client { client, copy } = info.actor else { return None };
    let def = program.clients.get(client.0 as usize)?;
    // By name and number, not by place: another client in the text does not change what this one draws.
    let of = info.name.bytes().fold(u64::from(life), |mixed, byte| {
        crate::sim::random::mix(mixed ^ u64::from(byte)).wrapping_add(u64::from(copy))
    });
    Some(Client::new(def, info.name.clone(), copy, Stream::new(seed, Purpose::Client, of)))
}

fn config(spec: &RunSpec, program: &Program, seed: u64) -> BrokerConfig {
    let asked = program.settings.broker.as_ref().and_then(|(version, _)| Version::parse(version));
    let mut config = BrokerConfig::simulation(asked.unwrap_or(spec.broker), seed);
    if let Some(timeout) = program.settings.consumer_timeout {
        config.consumer_timeout = timeout;
    }
    for (option, value) in &program.settings.broker_options {
        match (&**option, value) {
            ("max_message_size", Const::Int(bytes)) => config.max_message_size = u64::try_from(*bytes).ok(),
            // RabbitMQ: 0 is no limit; a channel's number has 16 bits.
            ("channel_max", Const::Int(0)) => config.channel_max = u16::MAX,
            ("channel_max", Const::Int(most)) => {
                config.channel_max = u16::try_from(*most).unwrap_or(u16::MAX)
            }
            ("default_queue_type", Const::Text(kind)) => config.default_queue_type = Some(kind.clone()),
            _ => {}
        }
    }
    for (option, value) in &program.settings.broker_options {
        if let ("plugins", Const::Text(which)) = (&**option, value) {
            config.plugins = match &**which {
                "none" => Plugins::None,
                "shipped" => Plugins::Shipped,
                _ => Plugins::All,
            };
        }
    }
    config
}

fn wires(spec: &RunSpec, program: &Program, actors: &[ActorInfo]) -> Vec<Wire> {
    let settings = &program.settings;
    let (latency, jitter) = (settings.latency.unwrap_or(spec.latency), settings.jitter.unwrap_or_default());
    let wire = |info: &ActorInfo| {
        let Actor::Client { client, .. } = info.actor else { return None };
        let mut wire = Wire::new(latency, jitter, program.clients.get(client.0 as usize)?.heartbeat);
        for (_, latency, jitter) in settings.networks.iter().filter(|(of, ..)| *of == client) {
            wire.set(*latency, *jitter);
        }
        Some(wire)
    };
    actors.iter().filter_map(wire).collect()
}

/// What is looked at after a step: by checks that are asked then, by `when`, by whoever waits until something is true.
fn watched(program: &Program) -> Reads {
    let checks = program.checks.iter().filter(|check| Checks::is_asked_after_steps(check.kind));
    let conditions = checks.map(|check| check.cond).chain(program.whens.iter().map(|when| when.cond));
    conditions.map(|cond| Reads::of(program, cond)).fold(until_reads(program), Reads::with)
}

/// What any `wait until` reads, which others can change.
fn until_reads(program: &Program) -> Reads {
    let conditions = program.code.iter().filter_map(|instr| match instr {
        Instr::WaitUntil { cond, .. } => Some(Reads::of(program, *cond)),
        _ => None,
    });
    conditions.fold(Reads::NOTHING, Reads::with)
}
