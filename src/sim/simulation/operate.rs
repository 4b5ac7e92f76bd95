//! The operator: carries out the top level, `at` and `when`, each command at once and each a step of its own.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use crate::amqp::{ConnectionId, Method, Name, Open};
use crate::broker::{Command, Operator, Reply, Stop};
use crate::script::program::{Ask, Pc, Place, Program};
use crate::sim::client::{Client, Deed};
use crate::sim::port::FromBroker;
use crate::sim::random::Stream;
use crate::sim::record::{Columns, NONE, RecordKind, Sink};
use crate::sim::schedule::{Class, Event};

use super::state::{FIRST_CLIENT, OPERATOR, Simulation};

/// The operator and what it has to do.
#[derive(Clone)]
pub(super) struct Operating {
    pub operator: Client,
    /// Deeds whose time has come: where each begins.
    deeds: VecDeque<Pc>,
    /// Commands of the instruction at work.
    commands: VecDeque<Pending>,
    /// Hidden connections, by user and vhost.
    lines: BTreeMap<(Name, Name), HiddenLine>,
    /// What the broker answered to the last command.
    heard: Option<FromBroker>,
    /// The record of the deed at work.
    cause: u32,
}

#[derive(Clone)]
struct Pending {
    command: Command,
    /// Its place in the table.
    number: u32,
    cause: u32,
}

#[derive(Clone, Copy)]
struct HiddenLine {
    connection: u32,
    has_channel: bool,
    /// The channel was closed by the broker, which waits for the answer.
    is_close_due: bool,
}

impl Operating {
    pub fn new(program: &Program, chance: Stream) -> Self {
        Self {
            operator: Client::operator(chance),
            deeds: VecDeque::from([program.operator]),
            commands: VecDeque::new(),
            lines: BTreeMap::new(),
            heard: None,
            cause: NONE,
        }
    }

    /// A deed's time has come.
    pub fn add(&mut self, start: Pc) {
        self.deeds.push_back(start);
    }

    /// The broker answers on a hidden connection, at once.
    pub fn hear(&mut self, connection: u32, word: FromBroker) {
        let line = self.lines.values_mut().find(|line| line.connection == connection);
        match (&word, line) {
            (FromBroker::Closed(0, _), _) => self.forget(connection),
            (FromBroker::Closed(..), Some(line)) => (line.has_channel, line.is_close_due) = (false, true),
            (FromBroker::Reply(..) | FromBroker::Got(..), _) => {}
            _ => return,
        }
        self.heard = Some(word);
    }

    /// A connection is gone; if it was a hidden one, the next statement opens another.
    pub fn forget(&mut self, connection: u32) {
        self.lines.retain(|_, line| line.connection != connection);
    }
}

impl Simulation {
    /// Carries out the operator's next command, or lets it go on.
    pub(super) fn operate(&mut self, sink: &mut impl Sink) {
        if let Some(pending) = self.operating.commands.pop_front() {
            let (number, connection) = match &pending.command {
                Command::Method { connection, channel, .. } => (u32::from(*channel), connection.0),
                Command::Connect { connection, .. } => (0, connection.0),
                _ => (0, NONE),
            };
            let record = Columns::new(RecordKind::Applied, OPERATOR, pending.cause).subject(number);
            let cause = self.put(sink, record.object(connection).detail(pending.number));
            if self.operating.commands.is_empty() {
                // What was answered to the connecting before it does not matter.
                self.operating.heard = None;
            }
            let is_alarm = matches!(&pending.command, Command::Operator(Operator::Alarm { .. }));
            let blocked = if is_alarm { self.blocked_lines() } else { Vec::new() };
            self.apply(&pending.command, OPERATOR, cause, sink);
            self.watch_again(&blocked);
            self.schedule.push(self.now, Class::Operator, Event::Operate);
            return;
        }
        if self.operating.operator.is_idle() {
            let Some(start) = self.operating.deeds.pop_front() else { return };
            self.operating.operator.begin_deed(start);
            self.operating.cause = NONE;
            let is_empty = matches!(
                self.program.code.get(start as usize),
                None | Some(crate::script::program::Instr::End)
            );
            if !is_empty {
                let record = Columns::new(RecordKind::Deed, OPERATOR, NONE).object(start);
                self.operating.cause = self.put(sink, record);
            }
            let cause = self.operating.cause;
            self.with_client(OPERATOR, sink, |_, _, _| cause);
        } else {
            let word = self.operating.heard.take().unwrap_or(FromBroker::Reply(0, Reply::Done));
            let cause = self.operating.cause;
            self.with_client(OPERATOR, sink, |operator, cx, _| {
                operator.receive(cx, word);
                cause
            });
        }
        let has_more = !self.operating.commands.is_empty()
            || !self.operating.operator.is_idle()
            || !self.operating.deeds.is_empty();
        if has_more && self.going_on.is_none() {
            self.schedule.push(self.now, Class::Operator, Event::Operate);
        }
    }

    /// Whether the operator was interrupted within a step and has now done it.
    pub(super) fn operator_went_on(&mut self) {
        if !self.operating.commands.is_empty()
            || !self.operating.operator.is_idle()
            || !self.operating.deeds.is_empty()
        {
            self.schedule.push(self.now, Class::Operator, Event::Operate);
        }
    }

    /// A method of the operator: over a connection for that user and vhost, opened where there is none.
    pub(super) fn operate_method(
        &mut self,
        place: &Place,
        method: Method,
        pc: Pc,
        cause: u32,
        sink: &mut impl Sink,
    ) {
        let user = place.user.clone().unwrap_or_else(|| Name::from("guest"));
        let vhost = place.vhost.clone().unwrap_or_else(|| Name::from("/"));
        let key = (user, vhost);
        let mut line = match self.operating.lines.get(&key) {
            Some(line) => *line,
            None => {
                let connection = self.network.open_hidden(OPERATOR);
                let open = Open { of_operator: true, ..Open::new(key.0.clone(), key.1.clone()) };
                let connect = Command::Connect { connection: ConnectionId(connection), open: Arc::new(open) };
                self.command(connect, None, cause, sink);
                HiddenLine { connection, has_channel: false, is_close_due: false }
            }
        };
        let on_channel =
            |method| Command::Method { connection: ConnectionId(line.connection), channel: 1, method };
        if line.is_close_due {
            self.command(on_channel(Method::ChannelCloseOk), None, cause, sink);
        }
        if !line.has_channel {
            self.command(on_channel(Method::ChannelOpen), None, cause, sink);
        }
        self.command(on_channel(method), Some(pc), cause, sink);
        (line.has_channel, line.is_close_due) = (true, false);
        self.operating.lines.insert(key, line);
    }

    fn command(&mut self, command: Command, pc: Option<Pc>, cause: u32, sink: &mut impl Sink) {
        let number = self.enter_command(&command, pc, OPERATOR, sink);
        self.operating.commands.push_back(Pending { command, number, cause });
    }

    /// What only the operator can do.
    pub(super) fn do_deed(&mut self, deed: Deed, pc: Pc, cause: u32, sink: &mut impl Sink) {
        self.operating.heard = None;
        let of_client = |kind, actor| Columns::new(kind, actor, cause).object(pc);
        match deed {
            Deed::Admin(operator) => self.command(Command::Operator(operator), Some(pc), cause, sink),
            Deed::StopApp => {
                self.command(Command::Operator(Operator::Stop(Stop::App)), Some(pc), cause, sink)
            }
            Deed::StartApp => self.command(Command::Operator(Operator::Start), Some(pc), cause, sink),
            Deed::Bounce(stop, taking) => {
                self.command(Command::Operator(Operator::Stop(stop)), Some(pc), cause, sink);
                self.schedule.push(self.now + taking, Class::Operator, Event::NodeUp);
            }
            Deed::CloseConnection(client, reason) => {
                for actor in self.actors_of(client) {
                    if let Some(connection) = self.connection_of(actor) {
                        let connection = ConnectionId(connection);
                        let close = Operator::CloseConnection { connection, reason: reason.clone() };
                        self.command(Command::Operator(close), Some(pc), cause, sink);
                    }
                }
            }
            Deed::Crash(client) => {
                for actor in self.living(client) {
                    let cause = self.put(sink, of_client(RecordKind::Crashed, actor));
                    self.with_client(actor, sink, |client, cx, _| {
                        client.kill(cx, pc);
                        cause
                    });
                }
            }
            Deed::Stop(client) => {
                for actor in self.living(client) {
                    let cause = self.put(sink, of_client(RecordKind::Stopped, actor));
                    self.with_client(actor, sink, |client, cx, _| {
                        client.stop(cx);
                        cause
                    });
                }
            }
            Deed::Start(client) => {
                for actor in self.actors_of(client) {
                    self.start_client(actor, cause, sink);
                }
            }
            Deed::Line(client, up) => {
                for actor in self.actors_of(client) {
                    let kind = if up { RecordKind::LineUp } else { RecordKind::LineCut };
                    self.put(sink, of_client(kind, actor));
                    if up { self.mend_line(actor) } else { self.cut_line(actor) }
                }
            }
            Deed::Network { client, latency, jitter } => {
                let actors = match client {
                    Some(client) => self.actors_of(client),
                    None => (FIRST_CLIENT..FIRST_CLIENT + self.wires.len() as u16).collect(),
                };
                for actor in actors {
                    if let Some(wire) = self.wires.get_mut(usize::from(actor - FIRST_CLIENT)) {
                        wire.set(latency, jitter);
                    }
                }
            }
        }
    }

    fn living(&self, client: crate::script::program::ClientRef) -> Vec<u16> {
        let mut actors = self.actors_of(client);
        actors.retain(|actor| self.client(*actor).is_some_and(Client::is_alive));
        actors
    }

    /// Nothing goes through any more; heartbeats notice in time.
    fn cut_line(&mut self, actor: u16) {
        let Some(wire) = self.wires.get_mut(usize::from(actor - FIRST_CLIENT)) else { return };
        if !wire.is_up {
            return;
        }
        wire.is_up = false;
        wire.cut += 1;
        let wire = *wire;
        for connection in self.network.of(actor) {
            let link = self.network.link(connection);
            if let Some(noticed) = link.and_then(|link| wire.notices_cut(link, self.now)) {
                self.schedule.push(noticed, Class::Command, Event::HeartbeatLost(connection, wire.cut));
            }
        }
    }

    fn blocked_lines(&self) -> Vec<u32> {
        let is_blocked = |connection: &u32| self.broker.view().is_blocked(ConnectionId(*connection));
        self.network.all().map(|(connection, _)| connection).filter(is_blocked).collect()
    }

    /// RabbitMQ (recorded with a heartbeat of 2 s on 3.10.8 and 4.3.6): nobody looks for the heartbeats of a connection that
    /// is blocked, and after the unblocking it begins anew.
    fn watch_again(&mut self, blocked: &[u32]) {
        for connection in blocked {
            let is_blocked = self.broker.view().is_blocked(ConnectionId(*connection));
            let Some(link) = self.network.link_mut(*connection).filter(|_| !is_blocked) else { continue };
            link.watched = Some(self.now);
            let wire = self.wires[usize::from(link.actor - FIRST_CLIENT)];
            if !wire.is_up
                && let Some(noticed) = wire.notices_cut(link, self.now)
            {
                let lost = Event::HeartbeatLost(*connection, wire.cut);
                self.schedule.push(noticed, Class::Command, lost);
            }
        }
    }

    /// What was held back by TCP goes through now.
    fn mend_line(&mut self, actor: u16) {
        let Some(wire) = self.wires.get_mut(usize::from(actor - FIRST_CLIENT)) else { return };
        if wire.is_up {
            return;
        }
        wire.is_up = true;
        let earliest = self.now + wire.delay(1, &mut self.network_chance);
        for connection in self.network.of(actor) {
            let Some(link) = self.network.link_mut(connection) else { continue };
            if let Some(front) = link.up.front() {
                let (at, number) = (front.arrives.max(earliest), front.number);
                self.schedule.push_numbered(at, Class::Command, number, Event::Uplink(connection));
            }
            if let Some(front) = link.down.front() {
                let (at, number) = (front.arrives.max(earliest), front.number);
                self.schedule.push_numbered(at, Class::Client, number, Event::Downlink(connection));
            }
        }
    }

    /// The node comes back.
    pub(super) fn node_up(&mut self, sink: &mut impl Sink) {
        self.command(Command::Operator(Operator::Start), None, NONE, sink);
        self.history.touch(Ask::Exists);
        self.operate(sink);
    }
}
