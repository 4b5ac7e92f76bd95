//! The scheduler: one pull takes the next event and carries it out.

use std::sync::Arc;

use crate::amqp::{ConnectionId, SimTime};
use crate::broker::Command;
use crate::sim::client::{Client, Life, Pause, Surroundings};
use crate::sim::eval::Fuel;
use crate::sim::network::{Network, Sent};
use crate::sim::port::FromBroker;
use crate::sim::record::{Columns, NONE, RecordKind, Sink};
use crate::sim::run::{Limit, Outcome};
use crate::sim::schedule::{Class, Event, Schedule};

use super::facts::{Clients, View};
use super::state::{FIRST_CLIENT, GoingOn, OPERATOR, Simulation, Stepped};

/// Events without a record in one pull, so that a pull stays short.
const SILENT_MAX: u32 = 1_000;

/// What is on its way to clients.
pub(super) struct Post<'a> {
    network: &'a mut Network,
    schedule: &'a mut Schedule<Event>,
}

impl Post<'_> {
    /// Hands over what has arrived over a connection by now, in order; the record that sent the last of it.
    #[inline]
    fn hand_over(&mut self, connection: u32, now: SimTime, mut take: impl FnMut(FromBroker)) -> u32 {
        let mut cause = NONE;
        let Some(link) = self.network.link_mut(connection) else { return cause };
        while link.down.front().is_some_and(|front| front.arrives <= now)
            && let Some(Sent { record, what, .. }) = link.down.pop_front()
        {
            cause = record;
            take(what);
        }
        if let Some(next) = link.down.front() {
            let (time, number) = (next.arrives, next.number);
            self.schedule.push_numbered(time, Class::Client, number, Event::Downlink(connection));
        }
        if link.is_gone {
            self.network.forget(connection);
        }
        cause
    }
}

impl Simulation {
    /// Goes on to the end of the next step, or for a while within it.
    pub fn step(&mut self, sink: &mut impl Sink) -> Stepped {
        if let Some(outcome) = self.outcome {
            return Stepped::End(outcome);
        }
        for _ in 0..SILENT_MAX {
            let ended = if self.going_on.is_some() { self.go_on(sink) } else { self.next_event(sink) };
            if let Err(outcome) = ended.and_then(|()| self.check_budgets()) {
                self.conclude(outcome, sink);
                return Stepped::End(outcome);
            }
            if self.going_on.is_some() {
                return Stepped::Within;
            }
            if self.count.is_step_open {
                self.after_step(sink);
                return Stepped::Step;
            }
        }
        Stepped::Within
    }

    fn next_event(&mut self, sink: &mut impl Sink) -> Result<(), Outcome> {
        let Some(next) = self.schedule.pop() else { return Err(Outcome::Finished) };
        let (time, number, event) = (next.time, next.number(), next.event);
        self.count.is_step_open = false;
        // A deadline that the broker waits for no more is no event: it must not keep a run from being over.
        if event == Event::Deadline && self.deadline.is_none_or(|(_, awaited)| awaited != number) {
            return Ok(());
        }
        if time > self.now {
            if let Err(outcome) = self.check_time(time, sink) {
                self.schedule.put_back(next);
                return Err(outcome);
            }
            self.count.at_instant = 0;
            self.now = time;
        }
        self.count.dispatches += 1;
        self.count.at_instant += 1;
        match event {
            Event::Operate => self.operate(sink),
            Event::At(at) => {
                if let Some(at) = Arc::clone(&self.program).ats.get(at as usize) {
                    self.operating.add(at.start);
                    self.operate(sink);
                }
            }
            Event::NodeUp => self.node_up(sink),
            Event::Uplink(connection) => self.uplink(connection, number, sink),
            Event::HeartbeatLost(connection, cut) => self.heartbeat_lost(connection, cut, sink),
            Event::Deadline => {
                self.deadline = None;
                self.apply_deadline(sink);
            }
            Event::Start(actor) => self.start_client(actor, NONE, sink),
            Event::Downlink(connection) => self.downlink(connection, sink),
            Event::Timer(actor, life, token, cause) => {
                let is_awaited = |client: &Client| client.awaits(token);
                if self.is_life(actor, life) && self.client(actor).is_some_and(is_awaited) {
                    self.with_client(actor, sink, |client, cx, _| {
                        client.fire(cx, token);
                        cause
                    });
                }
            }
            Event::Again(actor, life, cause) => {
                if self.is_life(actor, life) {
                    self.with_client(actor, sink, |_, _, _| cause);
                }
            }
        }
        Ok(())
    }

    fn is_life(&self, actor: u16, life: u16) -> bool {
        self.lives.get(usize::from(actor.wrapping_sub(FIRST_CLIENT))) == Some(&life)
            && self.client(actor).is_some_and(Client::is_alive)
    }

    /// The front of what a client sent arrives and is applied.
    fn uplink(&mut self, connection: u32, number: u64, sink: &mut impl Sink) {
        let now = self.now;
        let Some(link) = self.network.link_mut(connection) else { return };
        let actor = link.actor;
        if !self.wires[usize::from(actor - FIRST_CLIENT)].is_up {
            return;
        }
        // After a cut was mended the same arrival may be scheduled twice.
        if link.up.front().is_none_or(|front| front.number != number) {
            return;
        }
        // It stays where it was taken to: a command is large.
        let taken = link.up.pop_front();
        let Some(sent) = &taken else { return };
        if let Some(next) = link.up.front() {
            let (time, number) = (next.arrives.max(now), next.number);
            self.schedule.push_numbered(time, Class::Command, number, Event::Uplink(connection));
        }
        let is_gone = link.is_gone;
        let (kind, channel) = match &sent.what.command {
            Command::Connect { .. } => {
                link.watched = Some(now);
                (RecordKind::Applied, 0)
            }
            Command::Method { channel, .. } => (RecordKind::Applied, *channel),
            _ => (RecordKind::LineLost, 0),
        };
        let record = Columns::new(kind, actor, sent.record).subject(u32::from(channel)).object(connection);
        let cause = self.put(sink, record.detail(sent.what.number));
        self.apply(&sent.what.command, actor, cause, sink);
        if is_gone {
            self.network.forget(connection);
        }
    }

    /// Heartbeats give up: both sides see the line as lost, and what was on its way is.
    fn heartbeat_lost(&mut self, connection: u32, cut: u32, sink: &mut impl Sink) {
        let now = self.now;
        let is_blocked = self.broker.view().is_blocked(ConnectionId(connection));
        let Some(link) = self.network.link_mut(connection) else { return };
        let actor = link.actor;
        let wire = self.wires[usize::from(actor - FIRST_CLIENT)];
        if wire.is_up || wire.cut != cut {
            return;
        }
        if is_blocked || !wire.can_be_noticed(link, now) {
            return self.given_up(connection, actor, sink);
        }
        link.up.clear();
        link.down.clear();
        let cause = self.put(sink, Columns::new(RecordKind::LineLost, actor, NONE).object(connection));
        self.apply(&Command::Lost { connection: ConnectionId(connection) }, actor, cause, sink);
        if let Some(link) = self.network.link_mut(connection) {
            link.is_gone = true;
        }
        self.lose_down(connection, cause);
    }

    /// RabbitMQ does not look for the heartbeats of a connection that it has blocked. The client gives up all the same; what
    /// it had sent arrives if the line is mended, and behind it that nobody is there.
    fn given_up(&mut self, connection: u32, actor: u16, sink: &mut impl Sink) {
        if self.network.link(connection).is_none_or(|link| !link.is_heard) {
            return;
        }
        let command = Command::Lost { connection: ConnectionId(connection) };
        let number = self.enter_command(&command, None, actor, sink);
        self.set_out(actor, connection, 1, NONE, command, number);
        self.lose_down(connection, NONE);
        if let Some(link) = self.network.link_mut(connection) {
            link.is_heard = false;
        }
    }

    /// A client that still listens learns that the line is lost, and nothing else that was sent to it.
    fn lose_down(&mut self, connection: u32, cause: u32) {
        let (now, number) = (self.now, self.schedule.number());
        let Some(link) = self.network.link_mut(connection) else { return };
        link.clear_down();
        if !link.is_heard {
            return;
        }
        if let Some(at) = link.send_down(now, number, cause, FromBroker::Lost) {
            self.schedule.push_numbered(at.max(now), Class::Client, number, Event::Downlink(connection));
        }
    }

    /// What has arrived for a client goes into its inbox, and it runs if it waits for it.
    fn downlink(&mut self, connection: u32, sink: &mut impl Sink) {
        let now = self.now;
        let Some(link) = self.network.link(connection) else { return };
        let (actor, life, is_heard) = (link.actor, link.life, link.is_heard);
        // The client gives up by itself.
        let is_lost = matches!(link.down.front().map(|front| &front.what), Some(FromBroker::Lost))
            && (link.is_gone || !is_heard);
        if !self.wires[usize::from(actor - FIRST_CLIENT)].is_up && !is_lost {
            return;
        }
        let is_current = self.lines.get(usize::from(actor - FIRST_CLIENT)) == Some(&Some(connection));
        if (is_heard || is_lost) && is_current && self.is_life(actor, life) {
            self.with_client(actor, sink, |client, cx, post| {
                post.hand_over(connection, now, |word| client.receive(cx, word))
            });
        } else {
            self.post().hand_over(connection, now, drop);
        }
    }

    fn post(&mut self) -> Post<'_> {
        Post { network: &mut self.network, schedule: &mut self.schedule }
    }

    /// A client begins its text.
    pub(super) fn start_client(&mut self, actor: u16, cause: u32, sink: &mut impl Sink) {
        let Some(client) = self.client(actor) else { return };
        match client.life() {
            Life::Running | Life::Stopping => {
                self.put(sink, Columns::new(RecordKind::StartedTwice, actor, cause));
                return;
            }
            Life::Waiting => {}
            Life::Ended(_) => {
                let at = usize::from(actor - FIRST_CLIENT);
                self.lives[at] = self.lives[at].saturating_add(1);
                let Some(fresh) = self.fresh_client(actor, self.lives[at]) else { return };
                let before = std::mem::replace(&mut *self.clients[at], fresh).bytes();
                self.count.client_bytes =
                    (self.count.client_bytes + self.clients[at].bytes()).saturating_sub(before);
            }
        }
        let life = self.lives[usize::from(actor - FIRST_CLIENT)];
        let cause = self.put(sink, Columns::new(RecordKind::Started, actor, cause).subject(u32::from(life)));
        self.history.touch(crate::script::program::Ask::Running);
        self.with_client(actor, sink, |client, cx, _| {
            client.start(cx);
            cause
        });
    }

    /// Lets a client take something in and run, then carries out what it did. The input says which record causes it.
    pub(super) fn with_client(
        &mut self,
        actor: u16,
        sink: &mut impl Sink,
        input: impl FnOnce(&mut Client, &mut Surroundings<'_>, &mut Post<'_>) -> u32,
    ) {
        let fuel = Fuel(self.limits.fuel);
        self.run_client(actor, fuel, sink, |client, cx, post| {
            client.begin_step();
            input(client, cx, post)
        });
    }

    /// Goes on with a step that was interrupted.
    fn go_on(&mut self, sink: &mut impl Sink) -> Result<(), Outcome> {
        if let Some(GoingOn { actor, fuel, cause }) = self.going_on.take() {
            self.run_client(actor, fuel, sink, |_, _, _| cause);
            if actor == OPERATOR && self.going_on.is_none() {
                self.operator_went_on();
            }
        }
        Ok(())
    }

    fn run_client<S: Sink>(
        &mut self,
        actor: u16,
        fuel: Fuel,
        sink: &mut S,
        input: impl FnOnce(&mut Client, &mut Surroundings<'_>, &mut Post<'_>) -> u32,
    ) {
        let Self { program, actors, broker, history, world, outputs, clients, operating, .. } = self;
        let mut post = Post { network: &mut self.network, schedule: &mut self.schedule };
        let (client, clients) = if actor == OPERATOR {
            (&mut operating.operator, Clients::all(clients))
        } else {
            let Some(at) = actor.checked_sub(FIRST_CLIENT) else { return };
            let Some((before, rest)) = clients.split_at_mut_checked(usize::from(at)) else { return };
            let Some((client, after)) = rest.split_first_mut() else { return };
            let at_work = Some(client.is_alive());
            (&mut **client, Clients { before, at_work, after })
        };
        let bytes_before = client.bytes();
        let mut cx = Surroundings {
            now: self.now,
            program,
            facts: &View { program, actors, broker, history, clients },
            world,
            is_world_touched: false,
            fuel,
            out: outputs,
            tells_assignments: S::KEEPS,
        };
        let cause = input(client, &mut cx, &mut post);
        let pause = client.run(&mut cx);
        let (fuel, is_world_touched) = (cx.fuel, cx.is_world_touched);
        self.count.client_bytes = (self.count.client_bytes + client.bytes()).saturating_sub(bytes_before);
        if is_world_touched {
            self.history.touched = self.history.touched.with(crate::sim::history::Reads::WORLD);
        }
        let cause = self.carry_out(actor, cause, sink);
        match pause {
            Pause::Waits => {}
            Pause::More => self.going_on = Some(GoingOn { actor, fuel, cause }),
            Pause::OutOfFuel => self.outcome = Some(Outcome::LimitReached(Limit::Fuel)),
        }
    }

    /// Schedules the broker's next deadline, if it has changed.
    pub(super) fn schedule_deadline(&mut self) {
        let due = self.broker.next_deadline().map(|due| due.max(self.now));
        if due == self.deadline.map(|(time, _)| time) {
            return;
        }
        self.deadline =
            due.map(|due: SimTime| (due, self.schedule.push(due, Class::Deadline, Event::Deadline)));
    }
}
