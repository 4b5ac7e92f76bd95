//! What crosses between a client and a broker: two plain enums. The simulator is one caller of the client machine;
//! a driver that speaks AMQP to a real broker is another.
//!
//! Outcomes may come in any order; only replies on one channel are in order.

use std::sync::Arc;

use crate::amqp::{ChannelNumber, DeliveryTag, Method, Name, Open, PublishSeqNo, Scope, Template};
use crate::broker::Reply;

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
    Delivery(Box<Delivery>),
    /// What a get returned.
    Got(Box<Delivery>),
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
            Self::Delivery(delivery) | Self::Got(delivery) => format!(
                "{} {:?} {:?} {} {}",
                delivery.channel, delivery.consumer_tag, delivery.content, delivery.tag, delivery.redelivered
            ),
            Self::Returned { channel, content, code, .. } => format!("{channel} {content:?} {code}"),
            other => format!("{other:?}"),
        }
    }
}

/// A message and what belongs to this handing over of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    /// Channel.
    pub channel: ChannelNumber,
    /// Consumer tag; none for a get.
    pub consumer_tag: Option<Name>,
    /// The message.
    pub content: Content,
    /// Delivery tag.
    pub tag: DeliveryTag,
    /// Handed out before.
    pub redelivered: bool,
    /// How many are left in the queue, of a get.
    pub message_count: Option<u32>,
    /// The caller's number for the message, only to be handed back.
    pub message: u32,
    /// The caller's number for the consumer, only to be handed back.
    pub consumer: u32,
    /// The caller's number for this delivery, only to be handed back.
    pub delivered: u32,
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
