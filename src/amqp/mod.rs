//! AMQP 0-9-1's plain vocabulary, shared by every layer: names, numbers, field values, properties,
//! methods, the reply-code table, virtual time, topic matching and the `Choices` that a run makes.
//!
//! Invariant: plain data and its validity. Nothing here behaves like a broker.

mod choices;
mod ids;
mod method;
mod properties;
mod reply_code;
mod time;
pub mod topic;
mod value;

pub use choices::Choices;
pub use ids::{ChannelNumber, ConnectionId, DeliveryTag, Name, PublishSeqNo, name};
pub use method::{Capabilities, Method, Open, Template};
pub use properties::Properties;
pub use reply_code::{ReplyCode, Scope};
pub use time::{SimDuration, SimTime};
pub use value::{FieldTable, FieldValue};
