//! What a record says.

use serde::{Deserialize, Serialize};

macro_rules! record_kinds {
    ($($(#[$doc:meta])* $name:ident $word:literal;)*) => {
        /// What happened, and what the columns of such a record mean. Each comment says *actor*: *subject*, *object*,
        /// *detail*; a column that is not named is [`NONE`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[repr(u8)]
        pub enum RecordKind { $($(#[$doc])* $name),* }

        impl RecordKind {
            /// Every kind, by number.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The kind of that number.
            pub fn from_number(number: u8) -> Option<Self> {
                Self::ALL.get(number as usize).copied()
            }

            /// Its name in lists and filters.
            pub fn word(self) -> &'static str {
                match self { $(Self::$name => $word),* }
            }
        }
    };
}

/// Stands for none in a column.
pub const NONE: u32 = u32::MAX;

record_kinds! {
    // -- clients -------------------------------------------------------------------------------------------
    /// A client began its text. Client: its life (0 at first, 1 after the first `start`).
    Started "started";
    /// The connection and its first channel are open. Client: object the connection.
    Connected "connected";
    /// The client is no more. Client: detail an [`super::EndReason`].
    Ended "ended";
    /// A command left. Client: subject the channel number, object the connection, detail the command.
    Sent "sent";
    /// A handler began with a message, or `get` returned one. Client: subject the message, object the consumer
    /// (none: `get`), detail the delivery tag.
    Received "received";
    /// The client took up a confirm. Client: subject the message's publish sequence number, object the channel number, detail 1
    /// for an ack, 0 for a nack.
    ConfirmTaken "confirm taken up";
    /// The client took up a returned message. Client: subject the message.
    ReturnTaken "return taken up";
    /// `print`. Client: detail the text.
    Printed "printed";
    /// `let` or `=`. Client or operator: detail the text `name = value`.
    Assigned "assigned";
    /// The client began to wait for more than a reply. Client: subject a [`super::WaitKind`], object the instruction. It
    /// goes on at its next record that was caused by something else.
    Waiting "waiting";
    /// An error was raised in the script. Client or operator: detail the error.
    Raised "error raised";
    /// The connection could not be opened, and the next try is set. Client: detail milliseconds until then.
    Retrying "retrying";

    // -- what reaches the broker ---------------------------------------------------------------------------
    /// A command was applied; its effects follow. Client or operator: subject the channel number, object the connection, detail
    /// the command.
    Applied "applied";
    /// A time the broker waited for has come; its effects follow. Broker.
    Deadline "deadline";
    /// A connection's line was lost, as the broker sees it. Client: object the connection.
    LineLost "line lost";

    // -- effects -------------------------------------------------------------------------------------------
    /// A connection is open. Client: object the connection.
    Opened "connection opened";
    /// A connection is gone. Client: object the connection.
    ConnectionGone "connection closed";
    /// A channel is open. Client: subject the connection, object the channel.
    ChannelOpened "channel opened";
    /// A channel is gone. Client: object the channel.
    ChannelGone "channel closed";
    /// A reply. Client: subject the channel number, object the connection, detail the reply (none: without content).
    Replied "replied";
    /// A channel or connection exception. Client: subject the channel number, object the connection, detail the error.
    Excepted "refused";
    /// `connection.blocked` or `unblocked`. Client: object the connection, detail the text of the reason, none: unblocked.
    Blocked "blocked";
    /// The operator's command was refused. Operator: detail the text.
    OperatorRefused "operator refused";
    /// A publish was taken. Client: subject the message, object the channel, detail the publish sequence number, 0 without
    /// confirms.
    Published "published";
    /// A binding matched. Broker: subject the message, object the binding (none: the implicit one).
    Routed "routed";
    /// A copy stands in a queue. Broker: subject the message, object the queue.
    Enqueued "enqueued";
    /// Nobody gets it. Broker: subject the message, object the queue (none: the message reached none), detail a
    /// [`super::drop_reason`].
    Dropped "dropped";
    /// `basic.return`. Client: subject the message, object the channel, detail the code.
    Returned "returned";
    /// `basic.deliver`. Client: subject the message, object the consumer, detail a [`super::TagDetail`].
    Delivered "delivered";
    /// `basic.get-ok`. Client: subject the message, object the queue, detail a [`super::TagDetail`].
    Got "got";
    /// An unacked copy is done with. Client: subject the message, object the queue, detail a [`super::TagDetail`] whose flag says
    /// acked.
    Settled "settled";
    /// An unacked copy is ready again. Client: subject the message, object the queue, detail the tag it had.
    Requeued "requeued";
    /// A copy left its queue for a dead-letter exchange. Broker: subject the message it was, object the queue, detail the
    /// message it is from now on, whose [`super::MessageInfo`] has the reason.
    DeadLettered "dead-lettered";
    /// An exchange published a message that it kept. Broker: subject the message it was, object the exchange, detail the
    /// message it is from now on.
    Republished "published again";
    /// A confirm went out. Client: subject the publish sequence number, object the channel, detail bit 0 ack, bit 1 multiple.
    Confirmed "confirmed";
    /// Exchange: object the exchange.
    ExchangeDeclared "exchange declared";
    /// Exchange: object the exchange.
    ExchangeDeleted "exchange deleted";
    /// Queue: object the queue.
    QueueDeclared "queue declared";
    /// Queue: object the queue.
    QueueDeleted "queue deleted";
    /// Binding: object the binding.
    Bound "bound";
    /// Binding: object the binding.
    Unbound "unbound";
    /// A consumer stands at its queue. Client: object the consumer.
    Consuming "consuming";
    /// A consumer is gone. Client: object the consumer, detail 1 if the client is told by basic.cancel.
    ConsumerGone "consumer gone";
    /// The node went. Broker.
    NodeDown "node down";
    /// The node came back. Broker.
    NodeUp "node up";

    // -- the operator and the run --------------------------------------------------------------------------
    /// The operator began a deed (time 0, `at`, `when`). Operator: object the instruction.
    Deed "operator";
    /// A client was made to crash. Client: object the operator's instruction.
    Crashed "crashed";
    /// A client was asked to stop. Client: object the operator's instruction.
    Stopped "stopped";
    /// A client's network was cut. Client.
    LineCut "network down";
    /// A client's network is back. Client.
    LineUp "network up";
    /// A client that ran already was to be started. Client: object the operator's instruction.
    StartedTwice "already running";
    /// A check failed at this step. Operator: subject the check.
    CheckFailed "check failed";
    /// An `eventually` or an `expect … at` held at this step. Operator: subject the check.
    CheckHeld "check held";
    /// A check could not be worked out: overflow, a type that does not fit. Operator: subject the check, detail the error.
    CheckBroken "check broken";
    /// An unacked copy came back and waits for its delayed retry. Client: subject the message, object the queue, detail the tag
    /// it had.
    Delayed "delayed";
}
