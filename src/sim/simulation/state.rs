//! What a simulation holds, and its door.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use crate::amqp::SimTime;
use crate::broker::{Broker, Effect, MessageId};
use crate::script::program::Program;
use crate::sim::checks::{CheckResult, Checks};
use crate::sim::client::{Client, Output};
use crate::sim::eval::{Fuel, Seen};
use crate::sim::history::{History, Reads};
use crate::sim::network::{Network, Wire};
use crate::sim::random::Stream;
use crate::sim::record::{ActorInfo, Columns, Sink};
use crate::sim::run::{Limits, Outcome};
use crate::sim::schedule::{Event, Schedule};
use crate::sim::value::Value;

use super::operate::Operating;
use super::spare::SpareMessages;

/// A run at a moment.
#[derive(Clone)]
pub struct Simulation {
    pub(super) program: Arc<Program>,
    pub(super) actors: Arc<Vec<ActorInfo>>,
    pub(super) limits: Limits,
    pub(super) seed: u64,
    pub(super) now: SimTime,
    pub(super) broker: Broker,
    /// By actor, less [`FIRST_CLIENT`].
    #[expect(clippy::vec_box, reason = "a client is large")]
    pub(super) clients: Vec<Box<Client>>,
    /// How often each was started.
    pub(super) lives: Vec<u16>,
    /// The connection each uses now.
    pub(super) lines: Vec<Option<u32>>,
    pub(super) wires: Vec<Wire>,
    pub(super) world: Vec<Value>,
    pub(super) operating: Operating,
    pub(super) network: Network,
    pub(super) schedule: Schedule<Event>,
    /// The broker's deadline as it is scheduled.
    pub(super) deadline: Option<(SimTime, u64)>,
    pub(super) network_chance: Stream,
    pub(super) broker_chance: Stream,
    pub(super) history: History,
    pub(super) checks: Checks,
    pub(super) whens: Vec<When>,
    /// What `wait until` of all clients reads.
    pub(super) until_reads: Reads,
    /// That, and what `when` and checks read: what is looked at after a step.
    pub(super) watched: Reads,
    pub(super) seen: Vec<Seen>,
    /// Publishes that are not answered yet, by channel: sequence number, message.
    pub(super) unanswered: BTreeMap<u32, BTreeMap<u32, MessageId>>,
    /// How many messages each actor has published.
    pub(super) ordinals: Vec<u32>,
    pub(super) count: Counters,
    pub(super) going_on: Option<GoingOn>,
    pub(super) outcome: Option<Outcome>,
    /// Room that is used again; empty between calls.
    pub(super) effects: Vec<Effect>,
    pub(super) outputs: VecDeque<Output>,
    pub(super) spare: SpareMessages,
}

/// The operator is actor 0.
pub(super) const OPERATOR: u16 = 0;
/// The broker by itself is actor 1.
pub(super) const BROKER: u16 = 1;
/// The first client's actor.
pub(super) const FIRST_CLIENT: u16 = 2;

/// `when`.
#[derive(Clone, Copy, Debug)]
pub(super) struct When {
    pub reads: Reads,
    pub is_done: bool,
}

/// A client's step that was interrupted: nothing else happens before it is done.
#[derive(Clone, Copy, Debug)]
pub(super) struct GoingOn {
    pub actor: u16,
    pub fuel: Fuel,
    pub cause: u32,
}

/// Counters: of what budgets limit, and of numbers given out.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counters {
    pub steps: u32,
    /// The virtual time of the last step.
    pub step_time: SimTime,
    pub records: u32,
    pub commands: u32,
    /// Dispatches, those without a record too.
    pub dispatches: u64,
    /// Dispatches at this instant.
    pub at_instant: u32,
    /// Copies in queues.
    pub copies: u64,
    /// Logical bytes of messages, texts and tables ever made.
    pub bytes: u64,
    /// Logical bytes of what clients hold now.
    pub client_bytes: u64,
    /// The step under way has a record.
    pub is_step_open: bool,
}

/// What a pull of the scheduler came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stepped {
    /// A step was done.
    Step,
    /// No step is complete yet; go on.
    Within,
    /// The run has ended.
    End(Outcome),
}

impl std::fmt::Debug for Simulation {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Simulation after {} steps, at {}", self.count.steps, self.now)
    }
}

impl Simulation {
    /// The virtual time of the last step.
    pub fn now(&self) -> SimTime {
        self.count.step_time
    }

    /// Steps done.
    pub fn steps(&self) -> u32 {
        self.count.steps
    }

    /// The broker.
    pub fn broker(&self) -> &Broker {
        &self.broker
    }

    /// The program.
    pub fn program(&self) -> &Arc<Program> {
        &self.program
    }

    /// Who can act, by actor number.
    pub fn actors(&self) -> Vec<ActorInfo> {
        self.actors.to_vec()
    }

    /// A client, by actor number.
    pub fn client(&self, actor: u16) -> Option<&Client> {
        self.clients.get(usize::from(actor.checked_sub(FIRST_CLIENT)?)).map(|client| &**client)
    }

    /// The connection that a client uses now.
    pub fn connection_of(&self, actor: u16) -> Option<u32> {
        self.lines.get(usize::from(actor.checked_sub(FIRST_CLIENT)?)).copied().flatten()
    }

    /// Whose a connection is or was.
    pub fn actor_of(&self, connection: u32) -> Option<u16> {
        self.network.actor(connection)
    }

    /// A client's network is not cut.
    pub fn is_line_up(&self, actor: u16) -> bool {
        actor
            .checked_sub(FIRST_CLIENT)
            .and_then(|at| self.wires.get(usize::from(at)))
            .is_some_and(|wire| wire.is_up)
    }

    /// Top-level variables, in the order of `Program::world`.
    pub fn world(&self) -> &[Value] {
        &self.world
    }

    /// How many commands are on their way to the broker, and how many answers to clients, of a client.
    pub fn in_flight(&self, actor: u16) -> (u32, u32) {
        let links = self.network.all().filter(|(_, link)| link.actor == actor);
        links.fold((0, 0), |(up, down), (_, link)| (up + link.up.len(), down + link.down.len()))
    }

    /// The checks as they stand.
    pub fn check_results(&self) -> Vec<CheckResult> {
        self.checks.all.iter().map(|check| check.result.clone()).collect()
    }

    /// How it ended, if it has.
    pub fn outcome(&self) -> Option<Outcome> {
        self.outcome
    }

    /// Goes on until that many steps are done, or to the end.
    pub fn run_to(&mut self, steps: u32, sink: &mut impl Sink) {
        while self.count.steps < steps {
            if matches!(self.step(sink), Stepped::End(_)) {
                return;
            }
        }
        // A step that was interrupted is counted from its first record on.
        while self.going_on.is_some() {
            self.step(sink);
        }
    }

    /// Puts a record, and begins the step with its first one; its number.
    #[inline]
    pub(super) fn put(&mut self, sink: &mut impl Sink, record: Columns) -> u32 {
        if !self.count.is_step_open {
            self.count.is_step_open = true;
            self.count.steps += 1;
            self.count.step_time = self.now;
            sink.begin_step(self.now);
        }
        sink.put(record);
        self.count.records += 1;
        self.count.records - 1
    }

    /// Puts a record that belongs to the last step, as it says something about the moment after it.
    pub(super) fn put_late(&mut self, sink: &mut impl Sink, record: Columns) {
        if self.count.steps == 0 {
            self.put(sink, record);
            return;
        }
        sink.put(record);
        self.count.records += 1;
    }
}
