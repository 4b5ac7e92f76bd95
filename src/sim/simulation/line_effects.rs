//! Effects on connections: opened and gone, replies, refusals, alarms.

use std::sync::Arc;

use crate::amqp::ReplyCode;
use crate::broker::{Effect, Exception, Reply, Side, SideId};
use crate::script::program::Ask;
use crate::sim::history::Thing;
use crate::sim::port::{FromBroker, Refused};
use crate::sim::record::{Columns, Entry, NONE, RecordKind, Sink};

use super::effects::Applied;
use super::state::{BROKER, OPERATOR, Simulation};

impl Simulation {
    /// Connections, channels, replies and refusals.
    #[inline(never)]
    pub(super) fn line_effect(&mut self, effect: &Effect, applied: &mut Applied<'_>, sink: &mut impl Sink) {
        let cause = applied.cause;
        match *effect {
            Effect::Opened { connection } => {
                let record = self.of(RecordKind::Opened, connection, cause).object(connection);
                let record = self.put(sink, record);
                if let Some(link) = self.network.link_mut(connection) {
                    link.is_open = true;
                }
                self.tell(connection, record, FromBroker::Opened);
            }
            Effect::ConnectionGone { connection } => self.connection_gone(connection, cause, sink),
            Effect::ChannelOpened { channel, connection, number } => {
                self.enter_channel(channel, connection, number, sink);
                let record = self.of(RecordKind::ChannelOpened, connection, cause);
                self.put(sink, record.subject(connection).object(channel.0));
            }
            Effect::ChannelGone { channel } => {
                self.unanswered.remove(&channel.0);
                let record = Columns::new(RecordKind::ChannelGone, self.actor_at(channel), cause);
                self.put(sink, record.object(channel.0));
            }
            Effect::Replied { connection, number, side } => {
                self.replied(connection, number, side, applied, sink)
            }
            Effect::Excepted { connection, number, side } => {
                if let Some(Side::Exception(exception)) = self.broker.side(side).cloned() {
                    self.excepted(connection, number, exception, cause, sink);
                }
            }
            Effect::Blocked { connection, side } => self.blocked(connection, side, cause, sink),
            Effect::OperatorRefused { side } => {
                let Some(Side::OperatorRefused(text)) = self.broker.side(side).cloned() else { return };
                let refused = Refused { scope: None, code: 0, text: text.clone(), class_id: 0, method_id: 0 };
                self.remember(Ask::Errors, OPERATOR, || Thing::Error(Arc::new(refused)));
                let text = self.enter_text(text, None, sink);
                self.put(sink, Columns::new(RecordKind::OperatorRefused, OPERATOR, cause).detail(text));
            }
            _ => {}
        }
    }

    fn blocked(&mut self, connection: u32, side: SideId, cause: u32, sink: &mut impl Sink) {
        let reason = match self.broker.side(side) {
            Some(Side::Blocked(reason)) if side != SideId::NONE => Some(reason.clone()),
            _ => None,
        };
        let text = reason.clone().map_or(NONE, |text| self.enter_text(text, None, sink));
        let record = self.of(RecordKind::Blocked, connection, cause).object(connection);
        let record = self.put(sink, record.detail(text));
        self.tell(connection, record, FromBroker::Blocked(reason));
    }

    pub(super) fn connection_gone(&mut self, connection: u32, cause: u32, sink: &mut impl Sink) {
        let record = self.of(RecordKind::ConnectionGone, connection, cause).object(connection);
        let record = self.put(sink, record);
        self.operating.forget(connection);
        let Some(link) = self.network.link_mut(connection) else { return };
        link.is_gone = true;
        // No close was sent: nobody listened, or the node was killed.
        if !link.is_end_told && link.is_heard {
            link.is_end_told = true;
            let word = if link.is_open { FromBroker::Lost } else { FromBroker::Unreachable };
            self.tell(connection, record, word);
        }
        self.network.forget(connection);
    }

    pub(super) fn replied(
        &mut self,
        connection: u32,
        number: u16,
        side: SideId,
        applied: &mut Applied<'_>,
        sink: &mut impl Sink,
    ) {
        let Some(Side::Reply(reply)) = self.broker.side(side).cloned() else { return };
        if let Reply::GetOk { message_count } = &reply {
            applied.message_count = Some(*message_count);
        }
        let detail = match &reply {
            Reply::Done => NONE,
            _ => sink.enter(Entry::Reply(reply.clone())),
        };
        let record = self.of(RecordKind::Replied, connection, applied.cause);
        let record = self.put(sink, record.subject(u32::from(number)).object(connection).detail(detail));
        if number == 0
            && let Some(link) = self.network.link_mut(connection)
        {
            link.is_end_told = true;
        }
        self.tell(connection, record, FromBroker::Reply(number, reply));
    }

    pub(super) fn excepted(
        &mut self,
        connection: u32,
        number: u16,
        exception: Exception,
        cause: u32,
        sink: &mut impl Sink,
    ) {
        let refused = Arc::new(Refused {
            scope: Some(exception.scope),
            code: exception.code.number(),
            text: exception.text,
            class_id: exception.class_id,
            method_id: exception.method_id,
        });
        let actor = self.network.actor(connection).unwrap_or(BROKER);
        // The operator's connection is ours, not the script's: that the node took it along is no refusal.
        let record = if actor == OPERATOR && exception.code == ReplyCode::ConnectionForced {
            cause
        } else {
            self.remember(Ask::Errors, actor, || Thing::Error(refused.clone()));
            let error = self.enter_error(&refused, None, sink);
            let record = Columns::new(RecordKind::Excepted, actor, cause);
            self.put(sink, record.subject(u32::from(number)).object(connection).detail(error))
        };
        if number == 0
            && let Some(link) = self.network.link_mut(connection)
        {
            link.is_end_told = true;
        }
        self.tell(connection, record, FromBroker::Closed(number, refused));
    }
}
