//! What can be asked of the broker: by a client, by the operator, by time.

use std::sync::Arc;

use crate::amqp::{ChannelNumber, ConnectionId, FieldTable, Method, Name, Open};

/// One thing to do, at the moment given to `Broker::apply`.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// A client connects: the handshake and `connection.open` as one.
    Connect {
        /// A number not used before in this run.
        connection: ConnectionId,
        /// Who, where, with what.
        open: Arc<Open>,
    },
    /// A client's method on a channel (0 for methods of class connection).
    Method {
        /// On which connection.
        connection: ConnectionId,
        /// On which channel; it need not be open, which is then a 504.
        channel: ChannelNumber,
        /// What it asks.
        method: Method,
    },
    /// A frame that does not belong where it comes, on an open channel.
    StrayFrame {
        /// On which connection.
        connection: ConnectionId,
        /// On which channel.
        channel: ChannelNumber,
        /// What is out of place.
        stray: Stray,
    },
    /// The line to a client was lost: no close was sent or will be read.
    Lost {
        /// Whose line.
        connection: ConnectionId,
    },
    /// The operator does something that is no AMQP method.
    Operator(Operator),
    /// The time given by `next_deadline()` has come.
    Deadline,
}

/// What is wrong with a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stray {
    /// A header or a body without its method.
    NoMethod,
    /// A method where the header of a publish should be.
    NoHeader,
}

/// What `rabbitmqctl` and the machine's owner do. Topology and publishes of an operator are methods on a
/// connection of their own.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the fields are rabbitmqctl's arguments")]
pub enum Operator {
    AddUser {
        user: Name,
        password: Name,
        tags: Vec<Name>,
    },
    DeleteUser {
        user: Name,
    },
    ChangePassword {
        user: Name,
        password: Name,
    },
    SetUserTags {
        user: Name,
        tags: Vec<Name>,
    },
    AddVhost {
        vhost: Name,
    },
    DeleteVhost {
        vhost: Name,
    },
    SetPermissions {
        user: Name,
        vhost: Name,
        configure: Name,
        write: Name,
        read: Name,
    },
    ClearPermissions {
        user: Name,
        vhost: Name,
    },
    SetTopicPermissions {
        user: Name,
        vhost: Name,
        exchange: Name,
        write: Name,
        read: Name,
    },
    ClearTopicPermissions {
        user: Name,
        vhost: Name,
        exchange: Option<Name>,
    },
    /// Keys as rabbitmqctl writes them: `max-connections`, `max-queues`. They replace those set before.
    SetVhostLimits {
        vhost: Name,
        limits: FieldTable,
    },
    ClearVhostLimits {
        vhost: Name,
    },
    /// `max-connections`, `max-channels`. A limit that is not given stays.
    SetUserLimits {
        user: Name,
        limits: FieldTable,
    },
    /// One limit, or all.
    ClearUserLimits {
        user: Name,
        limit: Option<Name>,
    },
    SetPolicy(Policy),
    ClearPolicy {
        vhost: Name,
        name: Name,
        operator: bool,
    },
    CloseConnection {
        connection: ConnectionId,
        reason: Name,
    },
    /// Those of a vhost, or all; but the operator's own.
    CloseAllConnections {
        vhost: Option<Name>,
        reason: Name,
    },
    Alarm {
        alarm: Alarm,
        on: bool,
    },
    /// The firehose of a vhost.
    Trace {
        vhost: Name,
        on: bool,
    },
    /// The node goes; until `Start` every connect is refused.
    Stop(Stop),
    /// The node comes back with what survived.
    Start,
}

/// How a node goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// `rabbitmqctl stop` or a restart: connections are told 320, what is persistent is on disk.
    Clean,
    /// `rabbitmqctl stop_app`: as `Clean`, the Erlang node stays.
    App,
    /// The process is killed: nobody is told; what was on disk comes back, redelivered.
    Kill,
}

/// A resource alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Alarm {
    /// Disk space below the limit.
    Disk,
    /// Memory above the watermark.
    Memory,
}

/// A policy, or an operator policy.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// Where.
    pub vhost: Name,
    /// Its name; setting a name again replaces it.
    pub name: Name,
    /// Regular expression, searched in names, not anchored.
    pub pattern: Name,
    /// What it applies to.
    pub apply_to: PolicyScope,
    /// The highest wins.
    pub priority: i64,
    /// Keys as rabbitmqctl writes them, `max-length`.
    pub definition: FieldTable,
    /// An operator policy.
    pub operator: bool,
}

/// What a policy applies to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "rabbitmqctl's words")]
pub enum PolicyScope {
    All,
    Queues,
    Exchanges,
    ClassicQueues,
    QuorumQueues,
    Streams,
}
