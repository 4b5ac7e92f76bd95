//! Names and numbers.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// The name of an exchange, queue, user, vhost, key or tag. Compared byte for byte, as RabbitMQ does.
pub type Name = Arc<str>;

/// Makes a [`Name`].
pub fn name(text: &str) -> Name {
    Arc::from(text)
}

/// A connection, numbered by whoever opens it (the simulator, a replayer). Never used twice in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ConnectionId(pub u32);

impl From<ConnectionId> for u32 {
    fn from(id: ConnectionId) -> Self {
        id.0
    }
}

/// A channel's number on its connection, from 1; 0 is the connection itself.
pub type ChannelNumber = u16;

/// `delivery-tag`: counted from 1 per channel, over deliveries and gets together.
pub type DeliveryTag = u64;

/// The number of a publish on a channel in confirm mode, from 1. A confirm carries it in its wire field
/// `delivery-tag`.
pub type PublishSeqNo = u64;
