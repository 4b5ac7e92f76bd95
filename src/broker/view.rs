//! Questions about the broker's state, answered without changing it.
//!
//! Numbers stay known after what they stood for is gone, so that records can be shown with names.

use std::sync::Arc;

use crate::amqp::{ChannelNumber, ConnectionId, FieldTable, Method, Name, SimTime};

use super::binding::Destination as Target;
use super::connection::ChannelSlot;
use super::effect::{BindingId, ChannelId, ConsumerId, ExchangeId, MessageId, QueueId};
use super::machine::Broker;
use super::message::Message;
use super::queue::{Queue, QueueKind};
use super::stream::{Stream, StreamView};

pub use super::binding::Destination;

/// The broker, to be looked at.
#[derive(Clone, Copy)]
pub struct View<'a> {
    broker: &'a Broker,
}

/// An exchange.
#[derive(Clone, Debug, PartialEq)]
pub struct ExchangeView {
    /// Its number.
    pub id: ExchangeId,
    /// Its vhost.
    pub vhost: Name,
    /// Its name; empty is the default exchange.
    pub name: Name,
    /// `direct`, `fanout`, …
    pub kind: Name,
    /// Survives a restart.
    pub durable: bool,
    /// Goes with its last binding.
    pub auto_delete: bool,
    /// Cannot be published to.
    pub internal: bool,
    /// As declared.
    pub arguments: FieldTable,
    /// Where unmatched messages go.
    pub alternate: Option<Name>,
    /// It was not deleted.
    pub is_alive: bool,
}

/// A queue.
#[derive(Clone, Debug, PartialEq)]
pub struct QueueView {
    /// Its number.
    pub id: QueueId,
    /// Its vhost.
    pub vhost: Name,
    /// Its name.
    pub name: Name,
    /// classic, quorum.
    pub kind: QueueKind,
    /// Survives a restart.
    pub durable: bool,
    /// The connection it is exclusive to.
    pub exclusive_to: Option<ConnectionId>,
    /// Goes with its last consumer.
    pub auto_delete: bool,
    /// As declared.
    pub arguments: FieldTable,
    /// Messages ready; all that a stream keeps.
    pub ready: u32,
    /// Bytes of the bodies of those.
    pub ready_bytes: u64,
    /// Messages delivered and not acknowledged; none in a stream, where they stay what they are.
    pub unacked: u32,
    /// Dead letters that have not arrived yet (quorum queues, at-least-once).
    pub dead_letters: u32,
    /// What it is as a stream.
    pub stream: Option<StreamView>,
    /// Consumers as the queue reports them.
    pub consumer_count: u32,
    /// Its consumers, in the order in which they came.
    pub consumers: Vec<ConsumerId>,
    /// The single active consumer, where there is such a thing.
    pub active: Option<ConsumerId>,
    /// It was not deleted.
    pub is_alive: bool,
}

/// A copy that is ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadyCopy {
    /// The message.
    pub message: MessageId,
    /// It will be delivered with this flag.
    pub redelivered: bool,
    /// How often it came back (quorum queues).
    pub count: u16,
    /// When it expires.
    pub expires: Option<SimTime>,
    /// Its priority in this queue.
    pub priority: u8,
}

/// A copy that waits for its acknowledgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnackedCopy {
    /// The channel that holds it.
    pub channel: ChannelId,
    /// The consumer it went to; `None`: by get.
    pub consumer: Option<ConsumerId>,
    /// Delivery tag.
    pub tag: u32,
    /// The queue it is in.
    pub queue: QueueId,
    /// The message.
    pub message: MessageId,
    /// It was delivered with this flag.
    pub redelivered: bool,
    /// Delivered at.
    pub since: SimTime,
}

/// A binding.
#[derive(Clone, Debug, PartialEq)]
pub struct BindingView {
    /// Its number.
    pub id: BindingId,
    /// From.
    pub source: ExchangeId,
    /// To.
    pub destination: Target,
    /// Its binding key.
    pub key: Name,
    /// Its arguments, sorted by name.
    pub arguments: Arc<FieldTable>,
    /// It was not removed.
    pub is_alive: bool,
}

/// A channel.
#[derive(Clone, Debug, PartialEq)]
pub struct ChannelView {
    /// Its number in the run.
    pub id: ChannelId,
    /// Its connection.
    pub connection: ConnectionId,
    /// Its number there.
    pub number: u16,
    /// It is open.
    pub is_open: bool,
    /// Prefetch count for consumers that start now; 0 is unlimited.
    pub prefetch: u16,
    /// Prefetch count of the channel; 0 is unlimited.
    pub global_prefetch: u16,
    /// Deliveries not acknowledged.
    pub unacked: u32,
    /// In confirm mode.
    pub is_confirming: bool,
    /// Publishes not confirmed.
    pub unconfirmed: u32,
    /// In transaction mode.
    pub is_transactional: bool,
    /// Its consumers, by tag.
    pub consumers: Vec<ConsumerId>,
}

/// A consumer.
#[derive(Clone, Debug, PartialEq)]
pub struct ConsumerView {
    /// Its number.
    pub id: ConsumerId,
    /// Its channel.
    pub channel: ChannelId,
    /// Its queue; `None`: direct reply-to.
    pub queue: Option<QueueId>,
    /// Its tag.
    pub tag: Name,
    /// It does not acknowledge.
    pub no_ack: bool,
    /// It has the queue for itself.
    pub exclusive: bool,
    /// Prefetch count; 0 is unlimited.
    pub prefetch: u16,
    /// `x-priority`.
    pub priority: i64,
    /// Deliveries not acknowledged.
    pub in_flight: u32,
    /// It may be sent one more message now.
    pub has_credit: bool,
    /// The offset it reads next, at a stream.
    pub offset: Option<u32>,
    /// It was not cancelled.
    pub is_alive: bool,
}

/// A connection.
#[derive(Clone, Debug, PartialEq)]
pub struct ConnectionView {
    /// Its number.
    pub id: ConnectionId,
    /// Who.
    pub user: Name,
    /// Where.
    pub vhost: Name,
    /// It is open.
    pub is_open: bool,
    /// An alarm blocks it.
    pub is_blocked: bool,
    /// Its open channels, by number.
    pub channels: Vec<ChannelId>,
}

impl Broker {
    /// The state, to be looked at.
    pub fn view(&self) -> View<'_> {
        View { broker: self }
    }
}

impl<'a> View<'a> {
    /// The broker itself, for `explain`.
    pub(super) fn broker(self) -> &'a Broker {
        self.broker
    }

    /// The node is up.
    pub fn is_up(self) -> bool {
        self.broker.node_up
    }

    /// The vhosts that exist, in the order of their making.
    pub fn vhosts(self) -> impl Iterator<Item = &'a Name> {
        self.broker.vhosts.iter().filter(|vhost| vhost.is_alive).map(|vhost| &vhost.name)
    }

    /// The users, by name.
    pub fn users(self) -> impl Iterator<Item = &'a Name> {
        self.broker.users.keys()
    }

    /// The number of the exchange that has that name now.
    pub fn exchange_named(self, vhost: &str, exchange: &str) -> Option<ExchangeId> {
        self.broker.exchange_named(self.broker.vhost_named(vhost)?, exchange)
    }

    /// The number of the queue that has that name now.
    pub fn queue_named(self, vhost: &str, queue: &str) -> Option<QueueId> {
        self.broker.queue_named(self.broker.vhost_named(vhost)?, queue)
    }

    /// The exchanges that exist, in the order of their declaration, the predeclared ones first.
    pub fn exchanges(self) -> impl Iterator<Item = ExchangeView> + 'a {
        let ids = (0..self.broker.exchanges.len() as u32).map(ExchangeId);
        ids.filter(move |id| self.broker.exchanges[id.index()].is_alive)
            .filter_map(move |id| self.exchange(id))
    }

    /// The queues that exist, in the order of their declaration.
    pub fn queues(self) -> impl Iterator<Item = QueueView> + 'a {
        let ids = (0..self.broker.queues.len() as u32).map(QueueId);
        ids.filter(move |id| self.broker.queues[id.index()].is_alive).filter_map(move |id| self.queue(id))
    }

    /// The bindings that exist, without the default exchange's implicit ones, in the order of their making.
    pub fn bindings(self) -> impl Iterator<Item = BindingView> + 'a {
        let ids = (0..self.broker.bindings.len() as u32).map(BindingId);
        ids.filter_map(move |id| self.binding(id)).filter(|binding| binding.is_alive)
    }

    /// The connections that are open.
    pub fn connections(self) -> impl Iterator<Item = ConnectionView> + 'a {
        let open = self.broker.connections.iter().filter(|(_, state)| state.is_open);
        open.filter_map(move |(id, _)| self.connection(id))
    }

    /// An exchange, deleted or not.
    pub fn exchange(self, id: ExchangeId) -> Option<ExchangeView> {
        let exchange = self.broker.exchanges.get(id.index())?;
        let spec = &exchange.spec;
        Some(ExchangeView {
            id,
            vhost: self.broker.vhost(spec.vhost).name.clone(),
            name: spec.name.clone(),
            kind: spec.kind.clone(),
            durable: spec.durable,
            auto_delete: spec.auto_delete,
            internal: spec.internal,
            arguments: spec.arguments.clone(),
            alternate: exchange.alternate.clone(),
            is_alive: exchange.is_alive,
        })
    }

    /// A queue, deleted or not.
    pub fn queue(self, id: QueueId) -> Option<QueueView> {
        let queue = self.broker.queues.get(id.index())?;
        let spec = &queue.spec;
        Some(QueueView {
            id,
            vhost: self.broker.vhost(spec.vhost).name.clone(),
            name: spec.name.clone(),
            kind: spec.kind,
            durable: spec.durable,
            exclusive_to: spec.owner,
            auto_delete: spec.auto_delete,
            arguments: spec.arguments.clone(),
            ready: queue.held(),
            ready_bytes: queue.stream.as_ref().map_or(queue.ready.bytes(), |stream| stream.body_bytes()),
            dead_letters: queue.dead_letters.len(),
            unacked: queue.unacked_shown(),
            stream: queue.stream.as_deref().map(Stream::shown),
            consumer_count: self.broker.consumer_count(id),
            consumers: queue.consumers.all().to_vec(),
            active: Some(queue.active).filter(|active| *active != ConsumerId::NONE),
            is_alive: queue.is_alive,
        })
    }

    /// The name of a queue, without the rest.
    pub fn queue_name(self, id: QueueId) -> Option<&'a Name> {
        Some(&self.broker.queues.get(id.index())?.spec.name)
    }

    /// The name of an exchange, without the rest.
    pub fn exchange_name(self, id: ExchangeId) -> Option<&'a Name> {
        Some(&self.broker.exchanges.get(id.index())?.spec.name)
    }

    /// (ready, unacked) of a queue; cheap.
    pub fn queue_counts(self, id: QueueId) -> Option<(u32, u32)> {
        let queue = self.broker.queues.get(id.index())?;
        Some((queue.held(), queue.unacked_shown()))
    }

    /// Whether a queue is a stream; cheap.
    pub fn is_stream(self, id: QueueId) -> bool {
        self.broker.queues.get(id.index()).is_some_and(Queue::is_stream)
    }

    /// What is ready in a queue, in the order in which it will be delivered; what a stream keeps, by offset.
    pub fn ready(self, id: QueueId) -> impl Iterator<Item = ReadyCopy> + 'a {
        let queue = self.broker.queues.get(id.index());
        queue
            .into_iter()
            .flat_map(|queue| queue.ready.iter())
            .map(|entry| ReadyCopy {
                message: entry.message,
                redelivered: entry.redelivered,
                count: entry.count,
                expires: (entry.expires != SimTime::MAX).then_some(entry.expires),
                priority: entry.priority,
            })
            .chain(
                queue.and_then(|queue| queue.stream.as_deref()).into_iter().flat_map(Stream::messages).map(
                    |message| ReadyCopy { message, redelivered: false, count: 0, expires: None, priority: 0 },
                ),
            )
    }

    /// What is unacked in a queue, by channel and tag.
    pub fn unacked(self, id: QueueId) -> impl Iterator<Item = UnackedCopy> + 'a {
        let channels = (0..self.broker.channels.len() as u32).map(ChannelId);
        channels
            .flat_map(move |channel| self.unacked_of_channel(channel))
            .filter(move |copy| copy.queue == id)
    }

    /// What a channel holds, by tag.
    pub fn unacked_of_channel(self, channel: ChannelId) -> impl Iterator<Item = UnackedCopy> + 'a {
        let state = self.broker.channels.get(channel.index());
        state.into_iter().flat_map(|state| state.unacked.iter()).map(move |one| UnackedCopy {
            channel,
            consumer: Some(one.consumer).filter(|consumer| *consumer != ConsumerId::NONE),
            tag: one.tag,
            queue: one.queue,
            message: one.entry.message,
            redelivered: one.entry.redelivered,
            since: one.since,
        })
    }

    /// A binding, removed or not.
    pub fn binding(self, id: BindingId) -> Option<BindingView> {
        let binding = self.broker.bindings.get(id.index())?;
        Some(BindingView {
            id,
            source: binding.source,
            destination: binding.destination,
            key: binding.key.clone(),
            arguments: Arc::clone(&binding.arguments),
            is_alive: binding.is_alive,
        })
    }

    /// A channel, open or not.
    pub fn channel(self, id: ChannelId) -> Option<ChannelView> {
        let channel = self.broker.channels.get(id.index())?;
        Some(ChannelView {
            id,
            connection: channel.connection,
            number: channel.number,
            is_open: channel.is_open,
            prefetch: channel.prefetch,
            global_prefetch: channel.limiter.limit(),
            unacked: channel.unacked.len(),
            is_confirming: channel.confirms.is_on(),
            unconfirmed: channel.confirms.unconfirmed(),
            is_transactional: channel.transaction.is_some(),
            consumers: channel.consumers.values().copied().collect(),
        })
    }

    /// The connection and number of a channel; cheap.
    pub fn channel_place(self, id: ChannelId) -> Option<(ConnectionId, u16)> {
        let channel = self.broker.channels.get(id.index())?;
        Some((channel.connection, channel.number))
    }

    /// A consumer, cancelled or not.
    pub fn consumer(self, id: ConsumerId) -> Option<ConsumerView> {
        let consumer = self.broker.consumers.get(id.index())?;
        Some(ConsumerView {
            id,
            channel: consumer.channel,
            queue: Some(consumer.queue).filter(|queue| *queue != QueueId::NONE),
            tag: consumer.tag.clone(),
            no_ack: consumer.no_ack,
            exclusive: consumer.exclusive,
            prefetch: consumer.prefetch,
            priority: consumer.priority,
            in_flight: consumer.in_flight,
            offset: (consumer.queue != QueueId::NONE && self.is_stream(consumer.queue))
                .then_some(consumer.reader.next),
            has_credit: consumer.is_alive && self.broker.can_take(consumer),
            is_alive: consumer.is_alive,
        })
    }

    /// The tag of a consumer; cheap.
    pub fn consumer_tag(self, id: ConsumerId) -> Option<&'a Name> {
        Some(&self.broker.consumers.get(id.index())?.tag)
    }

    /// The queue of a consumer; cheap. `None`: direct reply-to, or no such consumer.
    pub fn consumer_queue(self, id: ConsumerId) -> Option<QueueId> {
        Some(self.broker.consumers.get(id.index())?.queue).filter(|queue| *queue != QueueId::NONE)
    }

    /// A connection, open or not.
    pub fn connection(self, id: ConnectionId) -> Option<ConnectionView> {
        let state = self.broker.connections.get(id)?;
        let open = |slot: &ChannelSlot| match slot {
            ChannelSlot::Open(channel) => Some(*channel),
            ChannelSlot::Closing => None,
        };
        Some(ConnectionView {
            id,
            user: state.user.clone(),
            vhost: self.broker.vhost(state.vhost).name.clone(),
            is_open: state.is_open,
            is_blocked: state.is_blocked,
            channels: state.channels.values().filter_map(open).collect(),
        })
    }

    /// Whether an alarm blocks a connection; cheap.
    pub fn is_blocked(self, id: ConnectionId) -> bool {
        self.broker.connections.get(id).is_some_and(|state| state.is_blocked)
    }

    /// What a blocked connection has sent and nobody has read yet; whether the line ends behind it.
    pub fn unread(self, id: ConnectionId) -> (impl Iterator<Item = &'a (ChannelNumber, Method)>, bool) {
        let state = self.broker.connections.get(id);
        let unread = state.into_iter().flat_map(|state| &state.unread);
        (unread, state.is_some_and(|state| state.ends_unread))
    }

    /// A message that a copy still refers to, or that the last command settled.
    pub fn message(self, id: MessageId) -> Option<&'a Message> {
        self.broker.messages.get(id)
    }

    /// The number the next message will have.
    pub fn next_message(self) -> MessageId {
        self.broker.messages.next()
    }

    /// Logical bytes of the messages held: 64 each and their bodies.
    pub fn message_bytes(self) -> u64 {
        self.broker.messages.bytes()
    }
}
