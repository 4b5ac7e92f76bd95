//! The properties of a message (`basic` content header).

use super::{FieldTable, Name};

/// Properties as the publisher set them; `None` is not set.
/// Spec: AMQP 0-9-1 class basic, fields.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Properties {
    /// MIME type.
    pub content_type: Option<Name>,
    /// MIME encoding.
    pub content_encoding: Option<Name>,
    /// Headers.
    pub headers: Option<FieldTable>,
    /// 1 transient, 2 persistent; others are refused by the broker.
    pub delivery_mode: Option<u8>,
    /// Message priority.
    pub priority: Option<u8>,
    /// For pairing a reply with its request.
    pub correlation_id: Option<Name>,
    /// Where to reply.
    pub reply_to: Option<Name>,
    /// Time to live: digits, in milliseconds, as text.
    pub expiration: Option<Name>,
    /// The application's own id.
    pub message_id: Option<Name>,
    /// Seconds since the epoch.
    pub timestamp: Option<u64>,
    /// The application's type name.
    pub kind: Option<Name>,
    /// Checked by the broker against the login.
    pub user_id: Option<Name>,
    /// The application's own id.
    pub app_id: Option<Name>,
    /// Deprecated; carried through.
    pub cluster_id: Option<Name>,
}
