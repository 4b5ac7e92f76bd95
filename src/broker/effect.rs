//! What the broker does: small, `Copy`, in the order in which it becomes visible.
//!
//! An effect holds numbers. What they stand for is asked of the broker (`Broker::view`); what is rare and has
//! text (replies, exceptions) stands in the broker's side table until the next `apply`.

use crate::amqp::{Name, ReplyCode, Scope};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);

        impl $name {
            /// Stands for none.
            pub const NONE: Self = Self(u32::MAX);

            /// Its place in an arena.
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

ids! {
    /// The state of one message: exchange, key, properties, body. A dead-lettered message is a new one that knows
    /// where it came from. A message is in a queue at most once, so (message, queue) names a copy.
    MessageId;
    /// An exchange of some vhost. Not used again after its deletion.
    ExchangeId;
    /// A queue of some vhost. Not used again after its deletion; after a restart a queue keeps its number.
    QueueId;
    /// A binding. Not used again after its removal.
    BindingId;
    /// A channel of a connection: one number for each time it was opened.
    ChannelId;
    /// A consumer: one number for each basic.consume.
    ConsumerId;
    /// A place in the side table of the last `apply`.
    SideId;
}

/// Something the broker did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// A connection is open (answer to `Connect`).
    Opened {
        /// Connection.
        connection: u32,
    },
    /// The connection is gone, by its own close, a loss, a refusal, the operator or the node's end. Comes after
    /// the exception that closed it, if any, and after what its end did to queues.
    ConnectionGone {
        /// Connection.
        connection: u32,
    },
    /// A channel is open.
    ChannelOpened {
        /// Channel; `Broker::view` knows its connection and number.
        channel: ChannelId,
        /// Connection.
        connection: u32,
        /// Its number there.
        number: u16,
    },
    /// A channel is gone; its unacked deliveries have been requeued before.
    ChannelGone {
        /// Channel.
        channel: ChannelId,
    },
    /// The reply to a method (not to ack, nack, reject, publish, which have none).
    Replied {
        /// Connection.
        connection: u32,
        /// Channel number, 0 for the connection.
        number: u16,
        /// The reply, in the side table.
        side: SideId,
    },
    /// A channel or connection exception, sent to the client.
    Excepted {
        /// Connection.
        connection: u32,
        /// Channel number, 0 for the connection.
        number: u16,
        /// The exception, in the side table.
        side: SideId,
    },
    /// `connection.blocked`; the reason in the side table. Or the unblocking.
    Blocked {
        /// Connection.
        connection: u32,
        /// `SideId::NONE`: unblocked.
        side: SideId,
    },
    /// The operator's command was refused, text in the side table as a `Reply::OperatorRefused`.
    OperatorRefused {
        /// The text, in the side table.
        side: SideId,
    },
    /// A publish was taken (its exchange exists, it may be written) and has this number from now on.
    Published {
        /// From this channel.
        channel: ChannelId,
        /// The message.
        message: MessageId,
        /// Publish sequence number in confirm mode, else 0.
        seq: u32,
    },
    /// A binding matched. One for each that did, in the order asked, before what it leads to.
    Routed {
        /// The message.
        message: MessageId,
        /// `BindingId::NONE`: the default exchange's implicit binding, or an alternate exchange.
        binding: BindingId,
    },
    /// A copy stands in a queue. Comes even if it is delivered at once.
    Enqueued {
        /// The message.
        message: MessageId,
        /// The queue.
        queue: QueueId,
    },
    /// Nobody gets it: a copy, or the whole message when `queue` is `QueueId::NONE`.
    Dropped {
        /// The message.
        message: MessageId,
        /// Where it was or would have been.
        queue: QueueId,
        /// Why.
        reason: DropReason,
    },
    /// `basic.return` to the publisher. Follows `Dropped` with reason unroutable.
    Returned {
        /// To this channel.
        channel: ChannelId,
        /// The message.
        message: MessageId,
        /// 312 or 313.
        code: u16,
    },
    /// `basic.deliver`. With `no_ack` a `Settled` follows at once.
    Delivered {
        /// To this channel.
        channel: ChannelId,
        /// To this consumer; its queue is known by it.
        consumer: ConsumerId,
        /// The message.
        message: MessageId,
        /// Delivery tag.
        tag: u32,
        /// How often it was taken back before (`x-delivery-count`), where the queue counts it. From a stream: the
        /// low half of the offset.
        count: u16,
        /// How often it was handed out before (`x-acquired-count`), where the queue counts it. From a stream: the
        /// high half of the offset.
        acquired: u16,
        /// Handed out before.
        redelivered: bool,
    },
    /// `basic.get-ok`. With `no_ack` a `Settled` follows at once. (`get-empty` is a `Reply`.)
    Got {
        /// To this channel.
        channel: ChannelId,
        /// From this queue.
        queue: QueueId,
        /// The message.
        message: MessageId,
        /// Delivery tag.
        tag: u32,
        /// As in `Delivered`.
        count: u16,
        /// As in `Delivered`.
        acquired: u16,
        /// Handed out before.
        redelivered: bool,
    },
    /// An unacked copy is done with (a stream keeps it all the same): acknowledged, or rejected and dropped (a `Dropped` or `DeadLettered` follows).
    Settled {
        /// The channel that had it.
        channel: ChannelId,
        /// The queue it was in.
        queue: QueueId,
        /// The message.
        message: MessageId,
        /// Delivery tag.
        tag: u32,
        /// By ack (or no_ack); else by nack or reject without requeue.
        acked: bool,
    },
    /// An unacked copy is ready again, at its place.
    Requeued {
        /// The queue.
        queue: QueueId,
        /// The message.
        message: MessageId,
        /// The channel that had it.
        channel: ChannelId,
        /// Delivery tag it had.
        tag: u32,
    },
    /// An unacked copy came back and waits, before it is ready again, for as long as its queue's delayed retry says. A
    /// `Requeued` follows then.
    Delayed {
        /// The queue.
        queue: QueueId,
        /// The message.
        message: MessageId,
        /// The channel that had it.
        channel: ChannelId,
        /// Delivery tag it had.
        tag: u32,
    },
    /// The firehose made a message, a copy of one that was published or delivered. `Routed` and `Enqueued` follow.
    Traced {
        /// The message.
        message: MessageId,
    },
    /// A copy left its queue for a dead-letter exchange and is a new message from now on. `Routed`, `Enqueued` or
    /// `Dropped` of the new one follow.
    DeadLettered {
        /// The queue it leaves.
        queue: QueueId,
        /// The message it was.
        from: MessageId,
        /// The message it is.
        to: MessageId,
        /// Why.
        reason: DropReason,
    },
    /// An exchange publishes a message that it kept: x-recent-history to what was bound, x-delayed-message when the
    /// delay is over. It is a new message from now on; `Routed`, `Enqueued` or `Dropped` follow.
    Republished {
        /// The exchange.
        exchange: ExchangeId,
        /// The message it was; `NONE` if it never came to be, as its transaction did not commit.
        from: MessageId,
        /// The message it is.
        to: MessageId,
    },
    /// A confirm as it goes over the wire.
    Confirmed {
        /// To this channel.
        channel: ChannelId,
        /// Publish sequence number.
        seq: u32,
        /// All up to it that are not answered yet.
        multiple: bool,
        /// basic.ack, else basic.nack.
        ack: bool,
    },
    /// An exchange exists from now on.
    ExchangeDeclared {
        /// The exchange.
        exchange: ExchangeId,
    },
    /// An exchange is gone.
    ExchangeDeleted {
        /// The exchange.
        exchange: ExchangeId,
    },
    /// A queue exists from now on.
    QueueDeclared {
        /// The queue.
        queue: QueueId,
    },
    /// A queue is gone, with all in it (a `Dropped` for each copy came before).
    QueueDeleted {
        /// The queue.
        queue: QueueId,
    },
    /// A binding exists from now on.
    Bound {
        /// The binding.
        binding: BindingId,
    },
    /// A binding is gone.
    Unbound {
        /// The binding.
        binding: BindingId,
    },
    /// A consumer stands at its queue.
    Consuming {
        /// The consumer.
        consumer: ConsumerId,
    },
    /// A consumer is gone.
    ConsumerGone {
        /// The consumer.
        consumer: ConsumerId,
        /// The broker tells the client by basic.cancel.
        told: bool,
    },
    /// The node is down, or up again.
    Node {
        /// Up.
        up: bool,
    },
}

/// Why a copy or message is gone without having been acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DropReason {
    /// No binding led to a queue.
    Unroutable,
    /// Rejected without requeue.
    Rejected,
    /// Its time to live was over.
    Expired,
    /// The queue was too long.
    MaxLength,
    /// A quorum queue's delivery limit.
    DeliveryLimit,
    /// The queue was purged.
    Purged,
    /// The queue was deleted.
    QueueDeleted,
    /// The node stopped and it was not on disk.
    Restart,
    /// Dead-lettering it would have closed a cycle without a rejection.
    DeadLetterCycle,
    /// The transaction was rolled back.
    RolledBack,
    /// A stream let go of its oldest segment.
    Retention,
}

/// What stands in the side table.
#[derive(Clone, Debug, PartialEq)]
pub enum Side {
    /// A reply.
    Reply(Reply),
    /// An exception.
    Exception(Exception),
    /// Why connections are blocked: `low on memory`.
    Blocked(Name),
    /// What rabbitmqctl prints when it refuses.
    OperatorRefused(Name),
}

/// A reply with its content; those without content are `Done`.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the fields are the specification's")]
pub enum Reply {
    Done,
    ChannelFlow {
        active: bool,
    },
    QueueDeclared {
        queue: Name,
        message_count: u32,
        consumer_count: u32,
    },
    QueueDeleted {
        message_count: u32,
    },
    QueuePurged {
        message_count: u32,
    },
    Consuming {
        consumer_tag: Name,
    },
    Cancelled {
        consumer_tag: Name,
    },
    GetEmpty,
    /// Comes before the `Got` it belongs to.
    GetOk {
        message_count: u32,
    },
}

/// A channel or connection exception as the client is told it.
#[derive(Clone, Debug, PartialEq)]
pub struct Exception {
    /// What it closes.
    pub scope: Scope,
    /// The code.
    pub code: ReplyCode,
    /// The whole reply text, `NOT_FOUND - no queue 'q' in vhost '/'`, cut at 255 bytes as RabbitMQ does.
    pub text: Name,
    /// The class of the method that failed, 0 if none did.
    pub class_id: u16,
    /// Its number, 0 if none did.
    pub method_id: u16,
}

/// Where effects go: a recording, counts, nothing, or a `Vec` in tests.
pub trait Effects {
    /// Takes one effect.
    fn put(&mut self, effect: Effect);

    /// Takes all of a command, and leaves room for the next one's.
    fn put_all(&mut self, effects: &mut Vec<Effect>) {
        effects.drain(..).for_each(|effect| self.put(effect));
    }
}

impl Effects for Vec<Effect> {
    fn put(&mut self, effect: Effect) {
        self.push(effect);
    }

    #[inline]
    fn put_all(&mut self, effects: &mut Vec<Effect>) {
        if self.is_empty() {
            std::mem::swap(self, effects);
        } else {
            self.append(effects);
        }
    }
}

/// Takes nothing in: for re-running and exploring.
pub struct Discard;

impl Effects for Discard {
    fn put(&mut self, _: Effect) {}

    fn put_all(&mut self, effects: &mut Vec<Effect>) {
        effects.clear();
    }
}

const _: () = assert!(size_of::<Effect>() <= 24, "effects are copied for every message");
