//! What a client asks for: one variant per AMQP method, spelt as the field spells it.

use std::sync::Arc;

use super::{DeliveryTag, FieldTable, Name, Properties};

/// The handshake up to `connection.open`, as one request.
#[derive(Clone, Debug, PartialEq)]
pub struct Open {
    /// The user logging in (PLAIN).
    pub user: Name,
    /// The password given; `None`: the right one, whatever it is.
    pub password: Option<Name>,
    /// The vhost to open.
    pub vhost: Name,
    /// What the client announced.
    pub capabilities: Capabilities,
    /// The client's proposal in tune-ok; `None` takes the broker's.
    pub channel_max: Option<u16>,
    /// The client's proposal in tune-ok, in bytes; `None` takes the broker's.
    pub frame_max: Option<u32>,
    /// The operator's own connection: limits of users and vhosts do not count it.
    pub of_operator: bool,
}

impl Open {
    /// As that user, who has the right password, and as most clients do it.
    pub fn new(user: Name, vhost: Name) -> Self {
        Self {
            user,
            password: None,
            vhost,
            capabilities: Capabilities::default(),
            channel_max: None,
            frame_max: None,
            of_operator: false,
        }
    }
}

/// Capabilities a client announces in `connection.start-ok`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// It knows confirms.
    pub publisher_confirms: bool,
    /// It knows basic.nack.
    pub basic_nack: bool,
    /// It wants to be told of cancelled consumers.
    pub consumer_cancel_notify: bool,
    /// It knows exchange.bind.
    pub exchange_exchange_bindings: bool,
    /// It wants a close with 403 instead of a closed socket when the login is refused.
    pub authentication_failure_close: bool,
    /// It wants connection.blocked and unblocked.
    pub connection_blocked: bool,
}

impl Default for Capabilities {
    fn default() -> Self {
        Self {
            publisher_confirms: true,
            basic_nack: true,
            consumer_cancel_notify: true,
            exchange_exchange_bindings: true,
            authentication_failure_close: true,
            connection_blocked: true,
        }
    }
}

/// What all messages of one publish instruction have in common. Made once, shared by all of them, and made
/// again only when an interpolated part changes.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    /// The exchange; empty is the default exchange.
    pub exchange: Name,
    /// The routing key.
    pub routing_key: Name,
    /// Return it when it reaches no queue.
    pub mandatory: bool,
    /// Refused by RabbitMQ with 540.
    pub immediate: bool,
    /// The properties.
    pub properties: Properties,
}

/// A method sent by a client. `nowait` is never set: no client library of today uses it.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the fields are the specification's")]
pub enum Method {
    ConnectionClose,
    ConnectionUpdateSecret {
        secret: Name,
    },
    ChannelOpen,
    ChannelFlow {
        active: bool,
    },
    ChannelClose,
    /// The client has read the broker's channel.close. Until then what it sends on that channel is ignored.
    /// (`ChannelOpen` on that number counts as one, too.)
    ChannelCloseOk,
    ExchangeDeclare {
        exchange: Name,
        kind: Name,
        passive: bool,
        durable: bool,
        auto_delete: bool,
        internal: bool,
        arguments: FieldTable,
    },
    ExchangeDelete {
        exchange: Name,
        if_unused: bool,
    },
    ExchangeBind {
        destination: Name,
        source: Name,
        routing_key: Name,
        arguments: FieldTable,
    },
    ExchangeUnbind {
        destination: Name,
        source: Name,
        routing_key: Name,
        arguments: FieldTable,
    },
    QueueDeclare {
        queue: Name,
        passive: bool,
        durable: bool,
        exclusive: bool,
        auto_delete: bool,
        arguments: FieldTable,
    },
    QueueBind {
        queue: Name,
        exchange: Name,
        routing_key: Name,
        arguments: FieldTable,
    },
    QueueUnbind {
        queue: Name,
        exchange: Name,
        routing_key: Name,
        arguments: FieldTable,
    },
    QueuePurge {
        queue: Name,
    },
    QueueDelete {
        queue: Name,
        if_unused: bool,
        if_empty: bool,
    },
    BasicQos {
        prefetch_size: u32,
        prefetch_count: u16,
        global: bool,
    },
    BasicConsume {
        queue: Name,
        consumer_tag: Name,
        no_local: bool,
        no_ack: bool,
        exclusive: bool,
        arguments: FieldTable,
    },
    BasicCancel {
        consumer_tag: Name,
    },
    BasicPublish {
        template: Arc<Template>,
        body: Arc<[u8]>,
    },
    BasicGet {
        queue: Name,
        no_ack: bool,
    },
    BasicAck {
        delivery_tag: DeliveryTag,
        multiple: bool,
    },
    BasicReject {
        delivery_tag: DeliveryTag,
        requeue: bool,
    },
    BasicRecover {
        requeue: bool,
    },
    BasicNack {
        delivery_tag: DeliveryTag,
        multiple: bool,
        requeue: bool,
    },
    ConfirmSelect,
    TxSelect,
    TxCommit,
    TxRollback,
}

impl Method {
    /// Class and method number, as close frames and error reports name the method that failed.
    /// Spec: AMQP 0-9-1, generated reference.
    pub fn ids(&self) -> (u16, u16) {
        match self {
            Self::ConnectionClose => (10, 50),
            Self::ConnectionUpdateSecret { .. } => (10, 70),
            Self::ChannelOpen => (20, 10),
            Self::ChannelFlow { .. } => (20, 20),
            Self::ChannelClose => (20, 40),
            Self::ChannelCloseOk => (20, 41),
            Self::ExchangeDeclare { .. } => (40, 10),
            Self::ExchangeDelete { .. } => (40, 20),
            Self::ExchangeBind { .. } => (40, 30),
            Self::ExchangeUnbind { .. } => (40, 40),
            Self::QueueDeclare { .. } => (50, 10),
            Self::QueueBind { .. } => (50, 20),
            Self::QueuePurge { .. } => (50, 30),
            Self::QueueDelete { .. } => (50, 40),
            Self::QueueUnbind { .. } => (50, 50),
            Self::BasicQos { .. } => (60, 10),
            Self::BasicConsume { .. } => (60, 20),
            Self::BasicCancel { .. } => (60, 30),
            Self::BasicPublish { .. } => (60, 40),
            Self::BasicGet { .. } => (60, 70),
            Self::BasicAck { .. } => (60, 80),
            Self::BasicReject { .. } => (60, 90),
            Self::BasicRecover { .. } => (60, 110),
            Self::BasicNack { .. } => (60, 120),
            Self::ConfirmSelect => (85, 10),
            Self::TxSelect => (90, 10),
            Self::TxCommit => (90, 20),
            Self::TxRollback => (90, 30),
        }
    }

    /// The method's name as the specification writes it, `queue.declare`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::ConnectionClose => "connection.close",
            Self::ConnectionUpdateSecret { .. } => "connection.update-secret",
            Self::ChannelOpen => "channel.open",
            Self::ChannelFlow { .. } => "channel.flow",
            Self::ChannelClose => "channel.close",
            Self::ChannelCloseOk => "channel.close-ok",
            Self::ExchangeDeclare { .. } => "exchange.declare",
            Self::ExchangeDelete { .. } => "exchange.delete",
            Self::ExchangeBind { .. } => "exchange.bind",
            Self::ExchangeUnbind { .. } => "exchange.unbind",
            Self::QueueDeclare { .. } => "queue.declare",
            Self::QueueBind { .. } => "queue.bind",
            Self::QueuePurge { .. } => "queue.purge",
            Self::QueueDelete { .. } => "queue.delete",
            Self::QueueUnbind { .. } => "queue.unbind",
            Self::BasicQos { .. } => "basic.qos",
            Self::BasicConsume { .. } => "basic.consume",
            Self::BasicCancel { .. } => "basic.cancel",
            Self::BasicPublish { .. } => "basic.publish",
            Self::BasicGet { .. } => "basic.get",
            Self::BasicAck { .. } => "basic.ack",
            Self::BasicReject { .. } => "basic.reject",
            Self::BasicRecover { .. } => "basic.recover",
            Self::BasicNack { .. } => "basic.nack",
            Self::ConfirmSelect => "confirm.select",
            Self::TxSelect => "tx.select",
            Self::TxCommit => "tx.commit",
            Self::TxRollback => "tx.rollback",
        }
    }
}
