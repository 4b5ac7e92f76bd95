//! The broker as one value, and its door.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use crate::amqp::{ChannelNumber, Choices, ConnectionId, Method, Name, Scope, SimTime, name};

use super::binding::Binding;
use super::by_number::ByNumber;
use super::channel::Channel;
use super::command::{Alarm, Command, Stray};
use super::config::BrokerConfig;
use super::confirm::Storing;
use super::connection::{ChannelSlot, Connection};
use super::consumer::Consumer;
use super::dead_letter::Death;
use super::effect::{ChannelId, Effect, Effects, QueueId, Reply, Side, SideId};
use super::exchange::Exchange;
use super::firehose::Traced;
use super::kept::{Delayed, Release};
use super::message::Store;
use super::permissions::User;
use super::profile::Profile;
use super::queue::Queue;
use super::refusal::{Outcome, Refusal};
use super::timers::Timers;
use super::topic_trie::TopicRoom;
use super::vhost::Vhost;

/// RabbitMQ as a state machine: the same commands at the same times give the same effects.
#[derive(Clone)]
pub struct Broker {
    pub(super) config: Arc<BrokerConfig>,
    pub(super) profile: Profile,
    pub(super) now: SimTime,
    /// Of the command under way; empty between commands.
    pub(super) effects: Vec<Effect>,
    pub(super) sides: Vec<Side>,
    pub(super) node_up: bool,
    pub(super) vhosts: Vec<Vhost>,
    pub(super) users: BTreeMap<Name, User>,
    pub(super) connections: ByNumber<ConnectionId, Connection>,
    pub(super) channels: Vec<Channel>,
    pub(super) consumers: Vec<Consumer>,
    pub(super) exchanges: Vec<Exchange>,
    pub(super) queues: Vec<Queue>,
    /// Shared by clones: what is bound seldom changes.
    pub(super) bindings: Arc<Vec<Binding>>,
    pub(super) messages: Store,
    pub(super) timers: Timers,
    pub(super) storing: Storing,
    /// Copies on their way to a dead-letter exchange.
    pub(super) deaths: VecDeque<Death>,
    /// Queues whose dead letters are to be forwarded, or tried again.
    pub(super) letters_to_forward: VecDeque<QueueId>,
    pub(super) letters_to_retry: VecDeque<QueueId>,
    /// What x-delayed-message exchanges hold.
    pub(super) delayed: Delayed,
    /// Messages that exchanges kept, on their way out.
    pub(super) releases: VecDeque<Release>,
    /// Copies of the firehose on their way to the trace exchange.
    pub(super) traced: VecDeque<Traced>,
    /// Some vhost is traced.
    pub(super) is_tracing: bool,
    /// Counts what changes routes or permissions; what was worked out under another number is out of date.
    pub(super) generation: u32,
    /// Some queue or consumer has an acknowledgement timeout of its own.
    pub(super) has_own_timeouts: bool,
    /// There is a quorum queue, or was.
    pub(super) has_quorum_queues: bool,
    /// What a match of a routing key needs room for.
    pub(super) topic_room: TopicRoom,
    /// Who waits for replies at which address.
    pub(super) requesters: BTreeMap<Name, ChannelId>,
    pub(super) alarms: BTreeSet<Alarm>,
    /// Connections that are read again, the last one first.
    pub(super) unblocked: Vec<ConnectionId>,
}

/// Where a method came in.
#[derive(Clone, Copy, Debug)]
pub(super) struct At {
    pub connection: ConnectionId,
    pub number: ChannelNumber,
    pub channel: ChannelId,
}

impl Broker {
    /// A fresh node: vhost `/` with the predeclared exchanges, user guest.
    pub fn new(config: BrokerConfig) -> Self {
        let mut broker = Self {
            profile: config.profile,
            config: Arc::new(config),
            now: SimTime::ZERO,
            effects: Vec::new(),
            sides: Vec::new(),
            node_up: true,
            vhosts: Vec::new(),
            users: BTreeMap::new(),
            connections: ByNumber::default(),
            channels: Vec::new(),
            consumers: Vec::new(),
            exchanges: Vec::new(),
            queues: Vec::new(),
            bindings: Arc::default(),
            messages: Store::default(),
            timers: Timers::default(),
            storing: Storing::default(),
            deaths: VecDeque::new(),
            letters_to_forward: VecDeque::new(),
            letters_to_retry: VecDeque::new(),
            delayed: Delayed::default(),
            releases: VecDeque::new(),
            traced: VecDeque::new(),
            is_tracing: false,
            generation: 0,
            has_own_timeouts: false,
            has_quorum_queues: false,
            topic_room: TopicRoom::default(),
            requesters: BTreeMap::new(),
            alarms: BTreeSet::new(),
            unblocked: Vec::new(),
        };
        broker.add_guest();
        broker.add_vhost(&name("/"));
        broker.grant_guest(&name("/"));
        broker.effects.clear();
        broker
    }

    /// Carries out a command at a moment, not earlier than the last one. What it does goes to `out` in the order
    /// in which it becomes visible; `choices` decides what RabbitMQ leaves to chance.
    pub fn apply(
        &mut self,
        now: SimTime,
        command: &Command,
        choices: &mut dyn Choices,
        out: &mut impl Effects,
    ) {
        self.carry_out(now, command, choices);
        out.put_all(&mut self.effects);
    }

    fn carry_out(&mut self, now: SimTime, command: &Command, choices: &mut dyn Choices) {
        self.now = self.now.max(now);
        if !self.sides.is_empty() {
            self.sides.clear();
        }
        self.messages.sweep();
        match command {
            Command::Method { connection, channel, method } => {
                self.method(*connection, *channel, method, choices)
            }
            other => self.seldom_command(other, choices),
        }
        if !self.unblocked.is_empty() {
            self.read_on(choices);
        }
        self.carry_on(choices);
        self.prune_timers();
    }

    /// What is asked of the broker beside methods.
    #[inline(never)]
    fn seldom_command(&mut self, command: &Command, choices: &mut dyn Choices) {
        match command {
            Command::Deadline => self.fire_due(choices),
            Command::Connect { connection, open } => self.connect(*connection, open),
            Command::StrayFrame { connection, stray, .. } => self.stray_frame(*connection, *stray, choices),
            Command::Lost { connection } => self.lose_connection(*connection, choices),
            Command::Operator(operator) => self.operate(operator.clone(), choices),
            Command::Method { .. } => {}
        }
    }

    /// Publishes what died, what exchanges let go, and what dies by that.
    #[inline]
    pub(super) fn carry_on(&mut self, choices: &mut dyn Choices) {
        if !self.letters_to_retry.is_empty() {
            self.retry_dead_letters(choices);
        }
        while !self.deaths.is_empty()
            || !self.releases.is_empty()
            || !self.letters_to_forward.is_empty()
            || !self.traced.is_empty()
        {
            self.publish_own(choices);
        }
    }

    #[inline(never)]
    fn publish_own(&mut self, choices: &mut dyn Choices) {
        self.bury(choices);
        self.release(choices);
        self.forward_dead_letters(choices);
        self.send_traced(choices);
    }

    /// What an effect of the last command says beside its numbers.
    pub fn side(&self, id: SideId) -> Option<&Side> {
        self.sides.get(id.index())
    }

    /// What it was made with.
    pub fn config(&self) -> &BrokerConfig {
        &self.config
    }

    #[inline(always)]
    fn method(
        &mut self,
        connection: ConnectionId,
        number: ChannelNumber,
        method: &Method,
        choices: &mut dyn Choices,
    ) {
        let open = self.connections.get_mut(connection).filter(|state| state.is_open);
        let Some(state) = open else { return };
        // RabbitMQ: with an alarm on, a connection is read up to its first publish, and that one waits, too.
        let publishes = matches!(method, Method::BasicPublish { .. });
        if state.is_blocked || (publishes && !self.alarms.is_empty()) {
            state.unread.push_back((number, method.clone()));
            return self.block(connection);
        }
        let outcome = match state.channels.get(number).copied() {
            Some(ChannelSlot::Open(channel)) => {
                self.channel_method(At { connection, number, channel }, method, choices)
            }
            slot => self.method_elsewhere(connection, number, slot, method, choices),
        };
        if let Err(refusal) = outcome {
            self.refuse(connection, number, &refusal, refusal.method(method.ids()), choices);
        }
    }

    /// A method on channel 0, or on a channel that is not open.
    #[inline(never)]
    fn method_elsewhere(
        &mut self,
        connection: ConnectionId,
        number: ChannelNumber,
        slot: Option<ChannelSlot>,
        method: &Method,
        choices: &mut dyn Choices,
    ) -> Outcome {
        match (number, slot, method) {
            (0, _, method) => self.connection_method(connection, method, choices),
            (_, _, Method::ChannelOpen) => self.channel_open(connection, number, choices),
            (_, Some(_), Method::ChannelCloseOk) => {
                self.free_number(connection, number);
                Ok(())
            }
            (_, Some(_), _) | (_, None, Method::ChannelCloseOk) => Ok(()),
            (_, None, _) => Err(Refusal::channel_error("expected 'channel.open'")),
        }
    }

    /// Carries out what unblocked connections sent while they were blocked.
    #[cold]
    fn read_on(&mut self, choices: &mut dyn Choices) {
        while let Some(connection) = self.unblocked.pop() {
            let state = self.connections.get_mut(connection);
            let Some(state) = state else { continue };
            let (unread, ends) = (std::mem::take(&mut state.unread), state.ends_unread);
            for (number, method) in unread {
                self.method(connection, number, &method, choices);
            }
            if ends {
                self.end_connection(connection, choices);
            }
        }
    }

    fn stray_frame(&mut self, connection: ConnectionId, stray: Stray, choices: &mut dyn Choices) {
        let (text, method) = match stray {
            Stray::NoMethod => ("expected method frame, got non method frame instead", (0, 0)),
            // Spec: basic.publish is method 60, 40.
            Stray::NoHeader => {
                ("expected content header for class 60, got non content header frame instead", (60, 40))
            }
        };
        self.close_connection(connection, &Refusal::unexpected_frame(text), method, choices);
    }

    fn connection_method(
        &mut self,
        connection: ConnectionId,
        method: &Method,
        choices: &mut dyn Choices,
    ) -> Outcome {
        match method {
            Method::ConnectionClose => {
                self.end_connection_politely(connection, choices);
                Ok(())
            }
            Method::ConnectionUpdateSecret { .. } => {
                self.reply_to(connection, 0, Reply::Done);
                Ok(())
            }
            _ => Err(Refusal::command_invalid("a method of a channel on channel 0")),
        }
    }

    /// RabbitMQ: queues hear of the end before the client gets close-ok.
    fn end_connection_politely(&mut self, connection: ConnectionId, choices: &mut dyn Choices) {
        let gone = self.effects.len();
        self.end_connection(connection, choices);
        let last = self.effects.len().saturating_sub(1);
        let side = self.add_side(Side::Reply(Reply::Done));
        // The reply goes in front of the word that the connection is gone.
        debug_assert!(last >= gone, "an open connection ends with an effect");
        self.effects.insert(last, Effect::Replied { connection: connection.0, number: 0, side });
    }

    #[inline(always)]
    fn channel_method(&mut self, at: At, method: &Method, choices: &mut dyn Choices) -> Outcome {
        match method {
            Method::BasicPublish { template, body } => self.basic_publish(at, template, body, choices),
            Method::BasicAck { delivery_tag, multiple } => self.basic_ack(at, *delivery_tag, *multiple),
            Method::BasicNack { delivery_tag, multiple, requeue } => {
                self.basic_nack(at, *delivery_tag, *multiple, *requeue)
            }
            Method::BasicReject { delivery_tag, requeue } => self.basic_reject(at, *delivery_tag, *requeue),
            other => self.seldom_method(at, other.clone(), choices),
        }
    }

    /// What is asked of a channel seldom, next to messages and their settlements: it can be copied for that.
    #[inline(never)]
    fn seldom_method(&mut self, at: At, method: Method, choices: &mut dyn Choices) -> Outcome {
        match method {
            Method::BasicGet { queue, no_ack } => self.basic_get(at, &queue, no_ack),
            Method::BasicConsume { queue, consumer_tag, no_local: _, no_ack, exclusive, arguments } => {
                self.basic_consume(at, &queue, consumer_tag, no_ack, exclusive, arguments)
            }
            Method::BasicCancel { consumer_tag } => self.basic_cancel(at, consumer_tag),
            Method::BasicQos { prefetch_size, prefetch_count, global } => {
                self.basic_qos(at, prefetch_size, prefetch_count, global)
            }
            Method::BasicRecover { requeue } => self.basic_recover(at, requeue),
            Method::QueueDeclare { .. }
            | Method::QueueDelete { .. }
            | Method::QueuePurge { .. }
            | Method::QueueBind { .. }
            | Method::QueueUnbind { .. } => self.queue_method(at, method),
            Method::ExchangeDeclare { .. }
            | Method::ExchangeDelete { .. }
            | Method::ExchangeBind { .. }
            | Method::ExchangeUnbind { .. } => self.exchange_method(at, method),
            Method::ConfirmSelect => self.confirm_select(at),
            Method::TxSelect => self.tx_select(at),
            Method::TxCommit => self.tx_commit(at, choices),
            Method::TxRollback => self.tx_rollback(at),
            Method::ChannelFlow { active } => {
                if !active {
                    return Err(Refusal::not_implemented("active=false"));
                }
                self.reply(at, Reply::ChannelFlow { active });
                Ok(())
            }
            Method::ChannelClose => {
                self.end_channel(at.channel, choices);
                self.free_number(at.connection, at.number);
                self.reply(at, Reply::Done);
                Ok(())
            }
            Method::ChannelOpen => self.channel_open(at.connection, at.number, choices),
            Method::ChannelCloseOk
            | Method::BasicPublish { .. }
            | Method::BasicAck { .. }
            | Method::BasicNack { .. }
            | Method::BasicReject { .. } => Ok(()),
            Method::ConnectionClose | Method::ConnectionUpdateSecret { .. } => {
                Err(Refusal::command_invalid("a method of the connection on a channel"))
            }
        }
    }

    /// Turns a refusal into an exception, and closes what it closes.
    #[cold]
    pub(super) fn refuse(
        &mut self,
        connection: ConnectionId,
        number: ChannelNumber,
        refusal: &Refusal,
        method: (u16, u16),
        choices: &mut dyn Choices,
    ) {
        if refusal.code.scope() == Scope::Connection {
            return self.close_connection(connection, refusal, method, choices);
        }
        let told = self.effects.len();
        self.put_exception(connection, number, refusal, method);
        let Some(state) = self.connections.get_mut(connection) else { return };
        if let Some(ChannelSlot::Open(channel)) = state.channels.insert(number, ChannelSlot::Closing) {
            self.end_channel(channel, choices);
            // RabbitMQ: the client hears of it after the queues; what they have delivered until then comes first.
            let is_to_it =
                |effect: &Effect| matches!(effect, Effect::Delivered { channel: to, .. } if *to == channel);
            if let Some(last) = self.effects[told..].iter().rposition(is_to_it) {
                self.effects[told..=told + last].rotate_left(1);
            }
        }
    }

    fn free_number(&mut self, connection: ConnectionId, number: ChannelNumber) {
        if let Some(state) = self.connections.get_mut(connection) {
            state.channels.remove(number);
        }
    }

    pub(super) fn put(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    pub(super) fn reply(&mut self, at: At, reply: Reply) {
        self.reply_to(at.connection, at.number, reply);
    }

    fn reply_to(&mut self, connection: ConnectionId, number: ChannelNumber, reply: Reply) {
        let side = self.add_side(Side::Reply(reply));
        self.put(Effect::Replied { connection: connection.0, number, side });
    }

    pub(super) fn add_side(&mut self, side: Side) -> SideId {
        self.sides.push(side);
        SideId(self.sides.len() as u32 - 1)
    }
}
