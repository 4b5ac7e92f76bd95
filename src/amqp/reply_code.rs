//! The reply codes and how far each reaches.

use serde::{Deserialize, Serialize};

/// What an exception closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Scope {
    /// Soft: the channel.
    Channel,
    /// Hard: the whole connection.
    Connection,
}

macro_rules! reply_codes {
    ($($(#[$doc:meta])* $variant:ident = $code:literal $name:literal $scope:ident;)*) => {
        /// A reply code.
        /// Spec: AMQP 0-9-1 constants; soft errors close the channel, hard errors the connection.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum ReplyCode { $($(#[$doc])* $variant = $code),* }

        impl ReplyCode {
            /// Every code, by number.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The name that begins the reply text, `NOT_FOUND`.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            /// What it closes.
            pub fn scope(self) -> Scope {
                match self { $(Self::$variant => Scope::$scope),* }
            }
        }
    };
}

reply_codes! {
    /// Normal end.
    ReplySuccess = 200 "REPLY_SUCCESS" Connection;
    /// The message is larger than the broker takes.
    ContentTooLarge = 311 "CONTENT_TOO_LARGE" Channel;
    /// Only in basic.return: no queue was reached.
    NoRoute = 312 "NO_ROUTE" Channel;
    /// Only in basic.return of `immediate`.
    NoConsumers = 313 "NO_CONSUMERS" Channel;
    /// The operator closed the connection.
    ConnectionForced = 320 "CONNECTION_FORCED" Connection;
    /// Unknown vhost.
    InvalidPath = 402 "INVALID_PATH" Connection;
    /// No permission.
    AccessRefused = 403 "ACCESS_REFUSED" Channel;
    /// No such thing.
    NotFound = 404 "NOT_FOUND" Channel;
    /// Another connection's exclusive queue.
    ResourceLocked = 405 "RESOURCE_LOCKED" Channel;
    /// A condition does not hold: inequivalent arguments, unknown tags.
    PreconditionFailed = 406 "PRECONDITION_FAILED" Channel;
    /// A malformed frame.
    FrameError = 501 "FRAME_ERROR" Connection;
    /// A malformed method.
    SyntaxError = 502 "SYNTAX_ERROR" Connection;
    /// A method that cannot be carried out as asked.
    CommandInvalid = 503 "COMMAND_INVALID" Connection;
    /// A channel that is not open, or used after it was closed.
    ChannelError = 504 "CHANNEL_ERROR" Connection;
    /// A frame out of place.
    UnexpectedFrame = 505 "UNEXPECTED_FRAME" Connection;
    /// Not enough of something.
    ResourceError = 506 "RESOURCE_ERROR" Connection;
    /// Against a rule of the site.
    NotAllowed = 530 "NOT_ALLOWED" Connection;
    /// Not implemented by the broker.
    NotImplemented = 540 "NOT_IMPLEMENTED" Connection;
    /// The broker broke.
    InternalError = 541 "INTERNAL_ERROR" Connection;
}

impl ReplyCode {
    /// The number on the wire.
    pub fn number(self) -> u16 {
        self as u16
    }
}
