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

impl Properties {
    /// Bytes that they take in a content header, flags included.
    /// Spec: AMQP 0-9-1, 4.2.6.1 (flags), 4.2.5 (values).
    pub fn encoded_bytes(&self) -> usize {
        const FLAGS: usize = 2;
        let texts = [
            &self.content_type,
            &self.content_encoding,
            &self.correlation_id,
            &self.reply_to,
            &self.expiration,
            &self.message_id,
            &self.kind,
            &self.user_id,
            &self.app_id,
            &self.cluster_id,
        ];
        let short = |text: &&Option<Name>| text.as_ref().map_or(0, |text| 1 + text.len());
        FLAGS
            + texts.iter().map(short).sum::<usize>()
            + self.headers.as_ref().map_or(0, FieldTable::encoded_bytes)
            + usize::from(self.delivery_mode.is_some())
            + usize::from(self.priority.is_some())
            + self.timestamp.map_or(0, |_| 8)
    }
}
