//! What crosses between a client and a broker: two plain enums. The simulator is one caller of the client machine;
//! a driver that speaks AMQP to a real broker is another.
//!
//! Outcomes may come in any order; only replies on one channel are in order.

use std::sync::Arc;

use crate::amqp::{ChannelNumber, Method, Name, Open, PublishSeqNo, Scope, Template};
use crate::broker::Reply;

use super::value::MessageValue;

/// What a client sends.
#[derive(Clone, Debug, PartialEq)]
pub enum ToBroker {
    /// Connects: the handshake and `connection.open` as one.
    Open(Arc<Open>),
    /// A method on a channel, 0 for the connection.
    Method(ChannelNumber, Method),
    /// The client is gone without a word: what it sent still arrives, then the line is lost.
    Drop,
}

/// What a client is told.
#[derive(Clone, Debug, PartialEq)]
pub enum FromBroker {
    /// The connection is open.
    Opened,
    /// The connection was refused without a close frame: nobody listens.
    Unreachable,
    /// The reply to a method.
    Reply(ChannelNumber, Reply),
    /// A delivery to a consumer.
    Delivery(ChannelNumber, Arc<MessageValue>),
    /// What a get returned.
    Got(ChannelNumber, Arc<MessageValue>),
    /// A publish of that number was confirmed (ack) or refused (nack).
    Confirmed {
        /// Channel.
        channel: ChannelNumber,
        /// Publish sequence number; `multiple` has been taken apart.
        seq: PublishSeqNo,
        /// basic.ack, else basic.nack.
        ack: bool,
    },
    /// A mandatory message came back.
    Returned {
        /// Channel.
        channel: ChannelNumber,
        /// The message.
        content: Content,
        /// 312, 313.
        code: u16,
        /// `NO_ROUTE`.
        text: Name,
        /// The caller's number for the message, only to be handed back.
        message: u32,
    },
    /// The broker cancelled a consumer.
    Cancelled(ChannelNumber, Name),
    /// The broker closed a channel or the connection (then channel 0).
    Closed(ChannelNumber, Arc<Refused>),
    /// The connection is gone without a close: the line was lost, or heartbeats gave up.
    Lost,
    /// `connection.blocked` with its reason; none: unblocked.
    Blocked(Option<Name>),
}

impl FromBroker {
    /// What it says, without the caller's numbers: two that look alike have the same effect.
    pub fn shape(&self) -> String {
        match self {
            Self::Delivery(channel, message) | Self::Got(channel, message) => format!(
                "{channel} {:?} {:?} {} {}",
                message.consumer_tag, message.content, message.tag, message.redelivered
            ),
            Self::Returned { channel, content, code, .. } => format!("{channel} {content:?} {code}"),
            other => format!("{other:?}"),
        }
    }
}

/// A message, shared with whoever else holds it.
#[derive(Clone, Debug, PartialEq)]
pub struct Content {
    /// Exchange, key, properties.
    pub template: Arc<Template>,
    /// Body.
    pub body: Arc<[u8]>,
}

/// A close as the client is told it, and what `error` is in a script.
#[derive(Clone, Debug, PartialEq)]
pub struct Refused {
    /// What it closes; none for the script's own errors (timeout, overflow).
    pub scope: Option<Scope>,
    /// Reply code, 0 for the script's own errors.
    pub code: u16,
    /// Reply text.
    pub text: Name,
    /// The class of the method that failed, 0 if none did.
    pub class_id: u16,
    /// Its number, 0 if none did.
    pub method_id: u16,
}
