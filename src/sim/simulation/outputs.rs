//! What a client did: into records, the history, the network and the schedule.

use std::sync::Arc;

use crate::amqp::ConnectionId;
use crate::broker::{Command, QueueId};
use crate::script::program::{Ask, Pc};
use crate::sim::client::{NO_PC, Output, What};
use crate::sim::history::{Item, Thing};
use crate::sim::network::{HANDSHAKE_WAYS, Up};
use crate::sim::port::ToBroker;
use crate::sim::record::{Columns, NONE, RecordKind, Sink};
use crate::sim::schedule::{Class, Event};
use crate::sim::value::MessageValue;

use super::state::{FIRST_CLIENT, Simulation};

impl Simulation {
    /// Carries out what an actor did, in order; the record that causes what it does next in this step.
    pub(super) fn carry_out(&mut self, actor: u16, mut cause: u32, sink: &mut impl Sink) -> u32 {
        while let Some(Output { what, pc }) = self.outputs.pop_front() {
            match what {
                What::Send(message) => self.send(actor, message, pc, cause, sink),
                What::Timer(at, token) => {
                    let life = self.life_of(actor);
                    self.schedule.push(
                        at.max(self.now),
                        Class::Client,
                        Event::Timer(actor, life, token, cause),
                    );
                }
                What::Again => {
                    let life = self.life_of(actor);
                    self.schedule.push(self.now, Class::Client, Event::Again(actor, life, cause));
                }
                What::Received(message) => cause = self.received(actor, message, cause, sink),
                What::Printed(text) => {
                    let shown = text.clone();
                    self.history.add(Ask::Printed, || {
                        Some(Item { actor, queue: QueueId::NONE, what: Thing::Text(shown) })
                    });
                    let text = self.enter_text(text, Some(pc), sink);
                    self.put(sink, Columns::new(RecordKind::Printed, actor, cause).detail(text));
                }
                What::Assigned(text) => {
                    // Its length is not the same where nobody records.
                    self.count.bytes += 64;
                    let text = sink.enter(crate::sim::record::Entry::Text(crate::sim::record::TextInfo {
                        text,
                        pc: Some(pc),
                    }));
                    self.put(sink, Columns::new(RecordKind::Assigned, actor, cause).detail(text));
                }
                What::Connected => {
                    let connection = self.line_of(actor).unwrap_or(NONE);
                    self.put(sink, Columns::new(RecordKind::Connected, actor, cause).object(connection));
                }
                What::Retrying(length) => {
                    let millis = u32::try_from(length.as_millis()).unwrap_or(NONE);
                    self.put(sink, Columns::new(RecordKind::Retrying, actor, cause).detail(millis));
                }
                What::Answered(channel, seq, ack) => {
                    let record = Columns::new(RecordKind::ConfirmTaken, actor, cause).subject(seq as u32);
                    cause = self.put(sink, record.object(u32::from(channel)).detail(u32::from(ack)));
                }
                What::Returned(message) => {
                    let record = Columns::new(RecordKind::ReturnTaken, actor, cause).subject(message.message);
                    cause = self.put(sink, record);
                }
                What::Waiting(kind) => {
                    let record = Columns::new(RecordKind::Waiting, actor, cause).subject(kind as u32);
                    self.put(sink, record.object(pc));
                }
                What::Raised(error) => {
                    let detail = self.enter_error(&error, known(pc), sink);
                    cause = self.put(sink, Columns::new(RecordKind::Raised, actor, cause).detail(detail));
                    if actor == super::state::OPERATOR {
                        let thing = Thing::Error(Arc::clone(&error));
                        self.history
                            .add(Ask::Errors, || Some(Item { actor, queue: QueueId::NONE, what: thing }));
                    }
                }
                What::Ended(reason) => {
                    self.history.touch(Ask::Running);
                    self.put(sink, Columns::new(RecordKind::Ended, actor, cause).detail(reason as u32));
                }
                What::Operate(place, method) => self.operate_method(&place, *method, pc, cause, sink),
                What::Deed(deed) => self.do_deed(*deed, pc, cause, sink),
            }
        }
        cause
    }

    pub(super) fn life_of(&self, actor: u16) -> u16 {
        self.lives.get(usize::from(actor.wrapping_sub(FIRST_CLIENT))).copied().unwrap_or(0)
    }

    fn line_of(&self, actor: u16) -> Option<u32> {
        self.lines.get(usize::from(actor.wrapping_sub(FIRST_CLIENT))).copied().flatten()
    }

    /// A handler began with a message: its delivery is the cause, and it causes what the handler does.
    fn received(&mut self, actor: u16, message: Arc<MessageValue>, cause: u32, sink: &mut impl Sink) -> u32 {
        let cause = if message.delivered == NONE { cause } else { message.delivered };
        let record = Columns::new(RecordKind::Received, actor, cause).subject(message.message);
        let record = self.put(sink, record.object(message.consumer).detail(message.tag as u32));
        self.history.add(Ask::Received, || {
            let what = Thing::Message {
                content: message.content.clone(),
                message: message.message,
                tag: message.tag as u32,
                redelivered: message.redelivered,
            };
            Some(Item { actor, queue: QueueId::NONE, what })
        });
        self.spare.keep(message);
        record
    }

    /// Puts what a client sends on its way.
    fn send(&mut self, actor: u16, message: ToBroker, pc: Pc, cause: u32, sink: &mut impl Sink) {
        let at = usize::from(actor.wrapping_sub(FIRST_CLIENT));
        let (ways, connection) = match &message {
            ToBroker::Open(_) => {
                let connection = self.network.open(actor, self.life_of(actor));
                if let Some(line) = self.lines.get_mut(at) {
                    *line = Some(connection);
                }
                (HANDSHAKE_WAYS, connection)
            }
            ToBroker::Method(..) | ToBroker::Drop => match self.line_of(actor) {
                Some(connection) => (1, connection),
                None => return,
            },
        };
        let is_drop = matches!(message, ToBroker::Drop);
        let command = message.on(ConnectionId(connection));
        let number = self.enter_command(&command, known(pc), actor, sink);
        let mut record = cause;
        if is_drop {
            self.lines[at] = None;
        } else {
            let channel = if let Command::Method { channel, .. } = command { channel } else { 0 };
            let sent = Columns::new(RecordKind::Sent, actor, cause).subject(u32::from(channel));
            record = self.put(sink, sent.object(connection).detail(number));
        }
        let Some(wire) = self.wires.get(at) else { return };
        let earliest = self.now + wire.delay(ways, &mut self.network_chance);
        let place = self.schedule.number();
        let Some(link) = self.network.link_mut(connection) else { return };
        if is_drop {
            // What was sent to it is dropped; what it had sent still arrives.
            link.is_heard = false;
            link.down.clear();
        }
        if let Some(at) = link.send_up(earliest, place, record, Up { command, number }) {
            self.schedule.push_numbered(at, Class::Command, place, Event::Uplink(connection));
        }
        // A connection that begins while the line is cut was not there when it was.
        if !wire.is_up && ways == HANDSHAKE_WAYS {
            let gives_up = self.now + crate::sim::network::CONNECT_LOSS;
            self.schedule.push(gives_up, Class::Command, Event::HeartbeatLost(connection, wire.cut));
        }
    }
}

fn known(pc: Pc) -> Option<Pc> {
    (pc != NO_PC).then_some(pc)
}
