//! The side tables: what the numbers in a record's columns stand for.

use serde::{Deserialize, Serialize};

use crate::amqp::{FieldTable, Name, Scope};
use crate::broker::{Command, DropReason, Message, MessageId, Reply};
use crate::script::program::{ClientDefId, ClientRef, Pc};

use super::blocks::Table;
use super::commands::Commands;

/// All side tables of a recording.
#[derive(Clone, Debug, Default)]
pub struct Tables {
    /// Who can act, by `actor`: the operator, the broker, then each client copy.
    pub actors: Vec<ActorInfo>,
    /// Messages, by [`MessageId`].
    pub messages: Table<Option<MessageInfo>>,
    /// Queues, by number.
    pub queues: Table<Option<PlaceInfo>>,
    /// Exchanges, by number.
    pub exchanges: Table<Option<PlaceInfo>>,
    /// Bindings, by number.
    pub bindings: Table<Option<BindingInfo>>,
    /// Channels, by the broker's number.
    pub channels: Table<Option<ChannelInfo>>,
    /// Consumers, by number.
    pub consumers: Table<Option<ConsumerInfo>>,
    /// Connections, by number.
    pub connections: Table<Option<ConnectionInfo>>,
    /// Every command that a client or the operator sent, in full: a broker alone can be fed them again.
    pub commands: Commands,
    /// Printed lines, assignments, reasons.
    pub texts: Table<TextInfo>,
    /// Exceptions and errors raised.
    pub errors: Table<ErrorInfo>,
    /// Replies with content.
    pub replies: Table<Reply>,
}

/// Who an actor is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Who carries out the top level.
    Operator,
    /// The broker by itself.
    Broker,
    /// A client.
    Client {
        /// Its text.
        client: ClientDefId,
        /// Which copy, from 1.
        copy: u16,
    },
}

impl Actor {
    /// Whether a reference means it: a client, or all its copies.
    pub(in crate::sim) fn is_meant(self, by: ClientRef) -> bool {
        match self {
            Self::Client { client, copy } => {
                client == by.client && by.copy.is_none_or(|wanted| wanted == copy)
            }
            Self::Operator | Self::Broker => false,
        }
    }
}

/// An actor and its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActorInfo {
    /// Who.
    pub actor: Actor,
    /// `operator`, `broker`, `worker`, `worker[2]`.
    pub name: Name,
}

/// A message as it was published or dead-lettered.
#[derive(Clone, Debug)]
pub struct MessageInfo {
    /// Exchange, key, properties, body.
    pub message: Message,
    /// Who published it; for a dead-lettered one, who published the first.
    pub actor: u16,
    /// Its ordinal among this actor's publishes, from 1; 0 for one that was another before.
    pub ordinal: u32,
    /// What it was before it was dead-lettered, and why, or before an exchange that kept it published it again.
    pub from: Option<(MessageId, Option<DropReason>)>,
}

/// A queue or exchange.
#[derive(Clone, Debug, PartialEq)]
pub struct PlaceInfo {
    /// Its vhost.
    pub vhost: Name,
    /// Its name.
    pub name: Name,
    /// Type: `direct`, …, `classic`, `quorum`, …
    pub kind: Name,
}

/// A binding.
#[derive(Clone, Debug, PartialEq)]
pub struct BindingInfo {
    /// Its vhost.
    pub vhost: Name,
    /// The exchange it leads from.
    pub source: Name,
    /// What it leads to.
    pub destination: Name,
    /// Whether that is an exchange.
    pub to_exchange: bool,
    /// Binding key.
    pub key: Name,
    /// Arguments.
    pub arguments: FieldTable,
}

/// A channel: one number for each time it was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChannelInfo {
    /// Its connection.
    pub connection: u32,
    /// Its number there.
    pub number: u16,
}

/// A consumer.
#[derive(Clone, Debug, PartialEq)]
pub struct ConsumerInfo {
    /// Consumer tag.
    pub tag: Name,
    /// The broker's number of its queue.
    pub queue: u32,
    /// The broker's number of its channel.
    pub channel: u32,
    /// Without acknowledgement.
    pub no_ack: bool,
}

/// A connection.
#[derive(Clone, Debug, PartialEq)]
pub struct ConnectionInfo {
    /// Whose.
    pub actor: u16,
    /// Login.
    pub user: Name,
    /// Vhost.
    pub vhost: Name,
}

/// A command and where it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct CommandInfo {
    /// The command.
    pub command: Command,
    /// The instruction, if one made it.
    pub pc: Option<Pc>,
}

/// A text and where it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct TextInfo {
    /// The text.
    pub text: Name,
    /// The instruction, if one made it.
    pub pc: Option<Pc>,
}

/// An exception or an error of the script.
#[derive(Clone, Debug, PartialEq)]
pub struct ErrorInfo {
    /// What it closed; none: nothing, the script's own (timeout, overflow).
    pub scope: Option<Scope>,
    /// Reply code, 0 for the script's own.
    pub code: u16,
    /// Reply text.
    pub text: Name,
    /// The class of the method that failed, 0 if none did.
    pub class_id: u16,
    /// Its number, 0 if none did.
    pub method_id: u16,
    /// Where it was raised, if in a client.
    pub pc: Option<Pc>,
}

macro_rules! numbered {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $number:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name { $($(#[$vdoc])* $variant = $number),* }

        impl $name {
            /// From its number in a column.
            pub fn from_number(number: u32) -> Option<Self> {
                match number { $($number => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

numbered! {
    /// How a client ended.
    EndReason {
        /// Its text was carried out, and its connection closed.
        Finished = 0,
        /// By an error that it did not catch.
        Error = 1,
        /// By `crash`.
        Crash = 2,
        /// By `stop`.
        Stop = 3,
    }
}

numbered! {
    /// What a client waits for.
    WaitKind {
        /// `wait D`.
        Timer = 0,
        /// `wait forever`.
        Forever = 1,
        /// `wait until`.
        Until = 2,
        /// `wait for confirms`.
        Confirms = 3,
        /// The next round of `repeat … every`.
        Round = 4,
        /// A reply.
        Reply = 5,
        /// Its connection, at the start or in `reconnect`.
        Connecting = 6,
        /// Its body has ended; it lives for its consumers.
        Idle = 7,
        /// The end of its connection.
        Closing = 8,
    }
}

/// A delivery tag with a flag: redelivered (of a delivery), acked (of a settling).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TagDetail {
    /// Delivery tag.
    pub tag: u32,
    /// Redelivered, or acked.
    pub flag: bool,
}

impl TagDetail {
    /// As a column. Tags stay below 2^31, as no recording has more records.
    pub fn to_number(self) -> u32 {
        self.tag & 0x7FFF_FFFF | u32::from(self.flag) << 31
    }

    /// From a column.
    pub fn from_number(number: u32) -> Self {
        Self { tag: number & 0x7FFF_FFFF, flag: number >> 31 == 1 }
    }
}

/// Drop reasons as column numbers.
pub mod drop_reason {
    use crate::broker::DropReason;

    const ALL: [DropReason; 11] = [
        DropReason::Unroutable,
        DropReason::Rejected,
        DropReason::Expired,
        DropReason::MaxLength,
        DropReason::DeliveryLimit,
        DropReason::Purged,
        DropReason::QueueDeleted,
        DropReason::Restart,
        DropReason::DeadLetterCycle,
        DropReason::RolledBack,
        DropReason::Retention,
    ];

    /// As a column.
    pub fn to_number(reason: DropReason) -> u32 {
        ALL.iter().position(|other| *other == reason).map_or(super::super::NONE, |at| at as u32)
    }

    /// From a column.
    pub fn from_number(number: u32) -> Option<DropReason> {
        ALL.get(number as usize).copied()
    }
}
