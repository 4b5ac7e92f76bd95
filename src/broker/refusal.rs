//! Why the broker refuses, on its way to becoming an exception.

use crate::amqp::{Name, ReplyCode, name};

/// A reply code and the explanation behind its name.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Refusal {
    pub code: ReplyCode,
    pub explanation: String,
}

/// What a handler comes to.
pub(super) type Outcome<T = ()> = Result<T, Refusal>;

macro_rules! refusals {
    ($($name:ident = $code:ident;)*) => {
        impl Refusal {
            $(pub fn $name(explanation: impl Into<String>) -> Self {
                Self { code: ReplyCode::$code, explanation: explanation.into() }
            })*
        }
    };
}

refusals! {
    access_refused = AccessRefused;
    not_found = NotFound;
    resource_locked = ResourceLocked;
    precondition_failed = PreconditionFailed;
    connection_forced = ConnectionForced;
    command_invalid = CommandInvalid;
    channel_error = ChannelError;
    unexpected_frame = UnexpectedFrame;
    not_allowed = NotAllowed;
    not_implemented = NotImplemented;
    resource_error = ResourceError;
    internal_error = InternalError;
}

impl Refusal {
    /// The channel's process died of a mistake: the connection is closed without a word of explanation.
    pub fn crash() -> Self {
        Self::internal_error("")
    }

    /// The method that RabbitMQ names: of a crash it knows none.
    pub fn method(&self, ids: (u16, u16)) -> (u16, u16) {
        if self.is_crash() { (0, 0) } else { ids }
    }

    /// An operator may close a connection without a reason: that is none.
    fn is_crash(&self) -> bool {
        self.code == ReplyCode::InternalError && self.explanation.is_empty()
    }

    /// The whole reply text. RabbitMQ: a short string of 255 bytes; a longer one ends in `...`.
    pub fn text(&self) -> Name {
        if self.is_crash() {
            return name(self.code.name());
        }
        let mut text = format!("{} - {}", self.code.name(), self.explanation);
        if text.len() > 255 {
            let mut end = 252;
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            text.truncate(end);
            text.push_str("...");
        }
        name(&text)
    }
}
