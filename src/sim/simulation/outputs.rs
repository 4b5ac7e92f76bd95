//! What a client did: into records, the history, the network and the schedule.

use std::sync::Arc;

use crate::amqp::{ChannelNumber, ConnectionId, Method};
use crate::broker::{Command, QueueId};
use crate::script::program::{Ask, Pc};
use crate::sim::client::{NO_PC, Output, What};
use crate::sim::history::{Item, Thing};
use crate::sim::network::HANDSHAKE_WAYS;
use crate::sim::port::{Refused, ToBroker};
use crate::sim::record::{Columns, NONE, RecordKind, Sink};
use crate::sim::schedule::{Class, Event};
use crate::sim::value::MessageValue;

use super::state::{FIRST_CLIENT, Simulation};

impl Simulation {
    /// Carries out what an actor did, in order; the record that causes what it does next in this step.
    pub(super) fn carry_out(&mut self, actor: u16, mut cause: u32, sink: &mut impl Sink) -> u32 {
        while let Some(Output { what, pc }) = self.outputs.front() {
            let pc = *pc;
            match *what {
                What::Timer(at, token) => {
                    self.pass_output();
                    let timer = Event::Timer(actor, self.life_of(actor), token, cause);
                    self.schedule.push(at.max(self.now), Class::Client, timer);
                }
                What::Again => {
                    self.pass_output();
                    let again = Event::Again(actor, self.life_of(actor), cause);
                    self.schedule.push(self.now, Class::Client, again);
                }
                What::Waiting(kind) => {
                    self.pass_output();
                    let record = Columns::new(RecordKind::Waiting, actor, cause).subject(kind as u32);
                    self.put(sink, record.object(pc));
                }
                // What owns something is taken apart as it is taken out, and not moved before.
                What::Send(ToBroker::Method(..)) => {
                    let Some(Output { what: What::Send(ToBroker::Method(channel, method)), .. }) =
                        self.outputs.pop_front()
                    else {
                        return cause;
                    };
                    self.send_method(actor, channel, method, pc, cause, sink);
                }
                What::Received(_) => {
                    let Some(Output { what: What::Received(message), .. }) = self.outputs.pop_front() else {
                        return cause;
                    };
                    cause = self.received(actor, message, cause, sink);
                }
                _ => {
                    let Some(Output { what, .. }) = self.outputs.pop_front() else { return cause };
                    cause = self.carry_out_rarer(what, pc, actor, cause, sink);
                }
            }
        }
        cause
    }

    /// Leaves an output behind that owns nothing: it is neither moved nor dropped, as it is large.
    #[inline]
    fn pass_output(&mut self) {
        std::mem::forget(self.outputs.pop_front());
    }

    /// What few messages lead to. On its own, so that what each leads to stays short.
    #[inline(never)]
    fn carry_out_rarer(&mut self, what: What, pc: Pc, actor: u16, cause: u32, sink: &mut impl Sink) -> u32 {
        match what {
            // Is carried out by the caller.
            What::Received(_) | What::Timer(..) | What::Again | What::Waiting(_) => {}
            What::Send(message) => self.send_rarer(actor, message, pc, cause, sink),
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
                return self.put(sink, record.object(u32::from(channel)).detail(u32::from(ack)));
            }
            What::Returned(message) => {
                let record = Columns::new(RecordKind::ReturnTaken, actor, cause).subject(message.message);
                return self.put(sink, record);
            }
            What::Raised(error) => return self.raised(&error, pc, actor, cause, sink),
            What::Ended(reason) => {
                self.history.touch(Ask::Running);
                self.put(sink, Columns::new(RecordKind::Ended, actor, cause).detail(reason as u32));
            }
            What::Operate(place, method) => self.operate_method(&place, *method, pc, cause, sink),
            What::Deed(deed) => self.do_deed(*deed, pc, cause, sink),
        }
        cause
    }

    fn raised(&mut self, error: &Arc<Refused>, pc: Pc, actor: u16, cause: u32, sink: &mut impl Sink) -> u32 {
        let detail = self.enter_error(error, known(pc), sink);
        let record = self.put(sink, Columns::new(RecordKind::Raised, actor, cause).detail(detail));
        if actor == super::state::OPERATOR {
            let thing = Thing::Error(Arc::clone(error));
            self.history.add(Ask::Errors, || Some(Item { actor, queue: QueueId::NONE, what: thing }));
        }
        record
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
        let shown = &message;
        self.history.add(Ask::Received, move || {
            let what = Thing::Message {
                content: shown.content.clone(),
                message: shown.message,
                tag: shown.tag as u32,
                redelivered: shown.redelivered,
            };
            Some(Item { actor, queue: QueueId::NONE, what })
        });
        self.spare.keep(message);
        record
    }

    /// Puts a method on its way.
    #[inline]
    fn send_method(
        &mut self,
        actor: u16,
        channel: ChannelNumber,
        method: Method,
        pc: Pc,
        cause: u32,
        sink: &mut impl Sink,
    ) {
        let Some(connection) = self.line_of(actor) else { return };
        let id = ConnectionId(connection);
        let command = Command::Method { connection: id, channel, method };
        let number = self.enter_command(&command, known(pc), actor, sink);
        let sent = Columns::new(RecordKind::Sent, actor, cause).subject(u32::from(channel));
        let record = self.put(sink, sent.object(connection).detail(number));
        self.set_out(actor, connection, 1, record, command, number);
    }

    /// Puts on its way how a connection begins, or ends without a word.
    fn send_rarer(&mut self, actor: u16, message: ToBroker, pc: Pc, cause: u32, sink: &mut impl Sink) {
        let at = usize::from(actor.wrapping_sub(FIRST_CLIENT));
        match message {
            // Is carried out by the caller.
            ToBroker::Method(..) => {}
            ToBroker::Open(open) => {
                let connection = self.network.open(actor, self.life_of(actor));
                if let Some(line) = self.lines.get_mut(at) {
                    *line = Some(connection);
                }
                let command = Command::Connect { connection: ConnectionId(connection), open };
                let number = self.enter_command(&command, known(pc), actor, sink);
                let sent = Columns::new(RecordKind::Sent, actor, cause).subject(0).object(connection);
                let record = self.put(sink, sent.detail(number));
                self.set_out(actor, connection, HANDSHAKE_WAYS, record, command, number);
                // A connection that begins while the line is cut was not there when it was.
                if let Some(wire) = self.wires.get(at).filter(|wire| !wire.is_up) {
                    let gives_up = self.now + crate::sim::network::CONNECT_LOSS;
                    let lost = Event::HeartbeatLost(connection, wire.cut);
                    self.schedule.push(gives_up, Class::Command, lost);
                }
            }
            ToBroker::Drop => {
                let Some(connection) = self.line_of(actor) else { return };
                let command = Command::Lost { connection: ConnectionId(connection) };
                let number = self.enter_command(&command, known(pc), actor, sink);
                self.lines[at] = None;
                // What was sent to it is dropped; what it had sent still arrives.
                if let Some(link) = self.network.link_mut(connection) {
                    link.is_heard = false;
                    link.down.clear();
                }
                self.set_out(actor, connection, 1, cause, command, number);
            }
        }
    }

    /// Hands something to the network, which takes that many ways' time.
    #[inline(always)]
    pub(super) fn set_out(
        &mut self,
        actor: u16,
        connection: u32,
        ways: u32,
        record: u32,
        command: Command,
        number: u32,
    ) {
        let Some(wire) = self.wires.get(usize::from(actor.wrapping_sub(FIRST_CLIENT))) else { return };
        let earliest = self.now + wire.delay(ways, &mut self.network_chance);
        let place = self.schedule.number();
        let Some(link) = self.network.link_mut(connection) else { return };
        if let Some(at) = link.send_up(earliest, place, record, command, number) {
            self.schedule.push_numbered(at, Class::Command, place, Event::Uplink(connection));
        }
    }
}

fn known(pc: Pc) -> Option<Pc> {
    (pc != NO_PC).then_some(pc)
}
