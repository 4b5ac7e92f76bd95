//! What the instructions with many options hold.

use crate::amqp::Name;

use super::instruction::{NameRef, Var};
use super::whole::{ClientDefId, ExprId, HandlerId};

/// `exchange NAME TYPE options`.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "AMQP's words")]
pub struct ExchangeSpec {
    pub name: NameRef,
    /// Without one: `direct`, as AMQP's default, or passive.
    pub kind: Name,
    pub passive: bool,
    pub durable: bool,
    pub auto_delete: bool,
    pub internal: bool,
    pub arguments: Arguments,
    /// `as`.
    pub alias: Option<Var>,
    /// The operator's `vhost`, `user`.
    pub place: Place,
}

/// `queue NAME options`.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "AMQP's words")]
pub struct QueueSpec {
    pub name: NameRef,
    pub passive: bool,
    pub durable: bool,
    pub exclusive: bool,
    pub auto_delete: bool,
    pub arguments: Arguments,
    /// `as`: gets name, message_count, consumer_count.
    pub alias: Option<Var>,
    pub place: Place,
}

/// `bind NAME to NAME key …`.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "AMQP's words")]
pub struct BindSpec {
    /// `unbind`.
    pub unbind: bool,
    /// `bind exchange`.
    pub to_exchange: bool,
    pub destination: NameRef,
    pub source: NameRef,
    pub key: Option<ExprId>,
    pub arguments: Arguments,
    pub place: Place,
}

/// `publish BODY to NAME options`.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "AMQP's words")]
pub struct PublishSpec {
    pub body: ExprId,
    pub exchange: NameRef,
    pub key: Option<ExprId>,
    pub mandatory: bool,
    pub immediate: bool,
    /// Properties as options, `persistent` being delivery_mode 2.
    pub properties: Vec<(Property, ExprId)>,
    pub place: Place,
}

/// A property of a message. `Headers` takes a table; others are converted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "AMQP's words")]
pub enum Property {
    ContentType,
    ContentEncoding,
    Headers,
    DeliveryMode,
    Priority,
    CorrelationId,
    ReplyTo,
    Expiration,
    MessageId,
    Timestamp,
    Type,
    UserId,
    AppId,
    ClusterId,
}

/// `consume NAME options { … }`.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "AMQP's words")]
pub struct ConsumeSpec {
    pub queue: NameRef,
    /// `consumer_tag`; without one the client makes its own, `NAME.1`, `NAME.2`, …
    pub consumer_tag: Option<ExprId>,
    pub no_ack: bool,
    pub exclusive: bool,
    pub no_local: bool,
    pub arguments: Arguments,
    /// None: it holds what it gets.
    pub handler: Option<HandlerId>,
}

/// `x-` arguments with their AMQP names, in the order written, then a table for the rest.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Arguments {
    /// Name and value. A duration goes as whole milliseconds.
    pub named: Vec<(Name, ExprId)>,
    /// `arguments { … }`, `match MODE { … }`.
    pub table: Option<ExprId>,
}

/// Whose login and which vhost an operator's statement is for; empty in clients.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Place {
    /// `user`.
    pub user: Option<Name>,
    /// `vhost`.
    pub vhost: Option<Name>,
}

/// An operator's command by rabbitmqctl's name, with its operands by name: `user`, `vhost`, `password`,
/// `configure`, `write`, `read`, `tags`, `pattern`, `apply_to`, `priority`, `definition`, `exchange`, `queue`,
/// `reason`, `client` …
#[derive(Clone, Debug, PartialEq)]
pub struct AdminSpec {
    /// rabbitmqctl's name.
    pub command: Name,
    /// Operands.
    pub operands: Vec<(Name, ExprId)>,
    /// The client of `close_connection`.
    pub client: Option<ClientRef>,
}

/// A client by name, or one of its copies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientRef {
    /// Which.
    pub client: ClientDefId,
    /// Which copy, from 1; none: all.
    pub copy: Option<u16>,
}

/// Something goes wrong on purpose.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// The process dies: what it sent still arrives, then the line is lost.
    Crash(ClientRef),
    /// It is asked to stop: closes its connection.
    Stop(ClientRef),
    /// Runs its text from the top with fresh memory; nothing if it runs.
    Start(ClientRef),
    /// `restart broker [taking D]`.
    RestartBroker(Option<ExprId>),
    /// `kill broker [taking D]`.
    KillBroker(Option<ExprId>),
    /// `stop_app`.
    StopApp,
    /// `start_app`.
    StartApp,
    /// `network CLIENT up`, `down`.
    Line(ClientRef, bool),
    /// `network CLIENT latency D jitter D`, or of all.
    Network {
        /// None: all.
        client: Option<ClientRef>,
        /// `latency`, one way.
        latency: Option<ExprId>,
        /// `jitter`.
        jitter: Option<ExprId>,
    },
    /// `alarm memory on`.
    Alarm {
        /// Memory, else disk.
        memory: bool,
        /// On.
        on: bool,
    },
}
