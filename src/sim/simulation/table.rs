//! Entries of side tables: made from the broker's state at the moment they are first needed, and only where the
//! sink keeps them. What they cost is counted either way.

use crate::amqp::{ChannelNumber, ConnectionId, Method};
use crate::broker::{
    BindingId, ChannelId, Command, ConsumerId, Destination, DropReason, ExchangeId, MessageId, QueueId,
};
use crate::script::program::Pc;
use crate::sim::port::Refused;
use crate::sim::record::{
    BindingInfo, ChannelInfo, CommandInfo, ConnectionInfo, ConsumerInfo, Entry, ErrorInfo, MessageInfo, NONE,
    PlaceInfo, Sink,
};

use super::state::Simulation;

/// Logical bytes of an entry that is not counted by its content.
const ENTRY_BYTES: u64 = 64;

impl Simulation {
    pub(super) fn enter_message<S: Sink>(
        &mut self,
        id: MessageId,
        actor: u16,
        from: Option<(MessageId, Option<DropReason>)>,
        sink: &mut S,
    ) {
        self.count.bytes += ENTRY_BYTES;
        let mut ordinal = 0;
        if from.is_none()
            && let Some(count) = self.ordinals.get_mut(usize::from(actor))
        {
            *count += 1;
            ordinal = *count;
        }
        if S::KEEPS
            && let Some(message) = self.broker.view().message(id)
        {
            sink.enter_message(id, MessageInfo { message: message.clone(), actor, ordinal, from });
        }
    }

    pub(super) fn enter_queue<S: Sink>(&mut self, id: QueueId, sink: &mut S) {
        self.count.bytes += ENTRY_BYTES;
        if S::KEEPS
            && let Some(queue) = self.broker.view().queue(id)
        {
            let kind = format!("{:?}", queue.kind).to_lowercase();
            sink.enter(Entry::Queue(
                id,
                PlaceInfo { vhost: queue.vhost, name: queue.name, kind: kind.into() },
            ));
        }
    }

    pub(super) fn enter_exchange<S: Sink>(&mut self, id: ExchangeId, sink: &mut S) {
        self.count.bytes += ENTRY_BYTES;
        if S::KEEPS
            && let Some(exchange) = self.broker.view().exchange(id)
        {
            let info = PlaceInfo { vhost: exchange.vhost, name: exchange.name, kind: exchange.kind };
            sink.enter(Entry::Exchange(id, info));
        }
    }

    pub(super) fn enter_binding<S: Sink>(&mut self, id: BindingId, sink: &mut S) {
        self.count.bytes += ENTRY_BYTES;
        let view = self.broker.view();
        if !S::KEEPS {
            return;
        }
        let Some(binding) = view.binding(id) else { return };
        let Some(source) = view.exchange(binding.source) else { return };
        let (destination, to_exchange) = match binding.destination {
            Destination::Queue(queue) => (view.queue_name(queue).cloned(), false),
            Destination::Exchange(exchange) => (view.exchange_name(exchange).cloned(), true),
        };
        let info = BindingInfo {
            vhost: source.vhost,
            source: source.name,
            destination: destination.unwrap_or_else(|| "".into()),
            to_exchange,
            key: binding.key,
            arguments: (*binding.arguments).clone(),
        };
        sink.enter(Entry::Binding(id, info));
    }

    pub(super) fn enter_channel<S: Sink>(
        &mut self,
        id: ChannelId,
        connection: u32,
        number: u16,
        sink: &mut S,
    ) {
        self.count.bytes += ENTRY_BYTES;
        if S::KEEPS {
            sink.enter(Entry::Channel(id, ChannelInfo { connection, number }));
        }
    }

    pub(super) fn enter_consumer<S: Sink>(&mut self, id: ConsumerId, sink: &mut S) {
        self.count.bytes += ENTRY_BYTES;
        if S::KEEPS
            && let Some(consumer) = self.broker.view().consumer(id)
        {
            let info = ConsumerInfo {
                tag: consumer.tag,
                queue: consumer.queue.map_or(NONE, |queue| queue.0),
                channel: consumer.channel.0,
                no_ack: consumer.no_ack,
            };
            sink.enter(Entry::Consumer(id, info));
        }
    }

    /// A command goes into the table when it is sent; its number there is counted whether it is kept or not.
    #[inline(always)]
    pub(super) fn enter_command<S: Sink>(
        &mut self,
        command: &Command,
        pc: Option<Pc>,
        actor: u16,
        sink: &mut S,
    ) -> u32 {
        if let Command::Method { connection, channel, method } = command {
            return self.enter_method(*connection, *channel, method, pc, sink);
        }
        self.enter_rarer(command, pc, actor, sink)
    }

    /// Connections begin and end.
    #[inline(never)]
    fn enter_rarer<S: Sink>(&mut self, command: &Command, pc: Option<Pc>, actor: u16, sink: &mut S) -> u32 {
        if S::KEEPS {
            if let Command::Connect { connection: ConnectionId(connection), open } = command {
                let info = ConnectionInfo { actor, user: open.user.clone(), vhost: open.vhost.clone() };
                sink.enter(Entry::Connection(*connection, info));
            }
            sink.enter(Entry::Command(CommandInfo { command: command.clone(), pc }));
        }
        self.count_command(0)
    }

    /// As `enter_command`, for a method.
    #[inline]
    pub(super) fn enter_method(
        &mut self,
        connection: ConnectionId,
        channel: ChannelNumber,
        method: &Method,
        pc: Option<Pc>,
        sink: &mut impl Sink,
    ) -> u32 {
        sink.enter_method(connection, channel, method, pc);
        let body = if let Method::BasicPublish { body, .. } = method { body.len() as u64 } else { 0 };
        self.count_command(body)
    }

    fn count_command(&mut self, body_bytes: u64) -> u32 {
        self.count.bytes += ENTRY_BYTES + body_bytes;
        self.count.commands += 1;
        self.count.commands - 1
    }

    pub(super) fn enter_error(&mut self, error: &Refused, pc: Option<Pc>, sink: &mut impl Sink) -> u32 {
        self.count.bytes += ENTRY_BYTES + error.text.len() as u64;
        sink.enter(Entry::Error(ErrorInfo {
            scope: error.scope,
            code: error.code,
            text: error.text.clone(),
            class_id: error.class_id,
            method_id: error.method_id,
            pc,
        }))
    }
}
