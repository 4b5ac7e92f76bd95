//! What a client is in the middle of: a stack of frames, the body's at the bottom, handlers on top of it.

use std::sync::Arc;

use crate::amqp::Name;
use crate::broker::Reply;
use crate::script::program::{ExprId, HandlerId, Pc, Var};
use crate::sim::port::Refused;
use crate::sim::value::MessageValue;

use super::memory::EnvId;

/// A body or a handler being carried out.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    /// The next instruction.
    pub pc: Pc,
    pub env: EnvId,
    pub tries: Vec<Try>,
    pub wait: Wait,
    /// The message of the handler.
    pub message: Option<Arc<MessageValue>>,
    /// What `get` returned, with the environment after whose end it is no longer meant.
    pub gets: Vec<(EnvId, Arc<MessageValue>)>,
    /// The channel of the consumer whose handler this is.
    pub consumer: Option<u16>,
}

/// A `try` block that has not ended.
#[derive(Clone, Debug)]
pub(super) struct Try {
    pub catch: Pc,
    pub var: Var,
    pub env: EnvId,
}

/// What a frame waits for.
#[derive(Clone, Debug)]
pub(super) struct Wait {
    pub on: WaitOn,
    /// The timer that ends it, 0: none.
    pub token: u32,
    /// That timer has come.
    pub is_expired: bool,
    /// The instruction that waits.
    pub pc: Pc,
    /// A record was made of it.
    pub is_told: bool,
}

#[derive(Clone, Debug)]
pub(super) enum WaitOn {
    /// It runs.
    Nothing,
    /// `wait D`, the next round of `repeat … every`.
    Timer,
    /// `wait forever`.
    Forever,
    /// `wait until`.
    Until { cond: ExprId, otherwise: Option<Pc> },
    /// `wait for confirms` on a channel.
    Confirms { channel: u16, otherwise: Option<Pc> },
    /// A reply on a channel; what is to be done with it, and it once it is there.
    Reply { channel: u16, call: Call, outcome: Option<Box<Outcome>> },
    /// `reconnect`.
    Reconnect(Box<Reconnect>),
    /// The body has ended.
    End,
}

/// What a blocking call came to.
#[derive(Clone, Debug)]
pub(super) enum Outcome {
    Reply(Reply),
    Got(Arc<MessageValue>),
    Refused(Arc<Refused>),
}

/// What is to be done with a reply.
#[derive(Clone, Debug)]
pub(super) enum Call {
    /// Nothing.
    Plain,
    /// The channel is open.
    Open,
    /// The channel is closed, as asked.
    CloseChannel,
    /// The connection is closed, as asked.
    CloseConnection,
    /// The channel confirms.
    Confirm,
    /// The queue's alias.
    Queue { alias: Option<Var> },
    /// The number of messages purged.
    Purge { alias: Option<Var> },
    /// The consumer stands.
    Consume { tag: Name, handler: Option<HandlerId> },
    /// The consumer is gone.
    Cancel { tag: Name },
    /// The message, or none.
    Get { var: Var, otherwise: Pc },
}

/// Where `reconnect` is.
#[derive(Clone, Debug)]
pub(super) struct Reconnect {
    /// Microseconds between tries.
    pub retry: Option<u64>,
    /// The timer of the next try, 0: a try is under way.
    pub retry_token: u32,
    pub is_retry_due: bool,
    pub otherwise: Option<Pc>,
    /// How it came out.
    pub outcome: Option<Result<(), Arc<Refused>>>,
}

impl Wait {
    pub const NOTHING: Self =
        Self { on: WaitOn::Nothing, token: 0, is_expired: false, pc: 0, is_told: false };

    pub fn on(on: WaitOn, token: u32, pc: Pc) -> Self {
        Self { on, token, is_expired: false, pc, is_told: false }
    }
}

impl Frame {
    pub fn new(pc: Pc, env: EnvId) -> Self {
        Self {
            pc,
            env,
            tries: Vec::new(),
            wait: Wait::NOTHING,
            message: None,
            gets: Vec::new(),
            consumer: None,
        }
    }

    /// Whether it waits in a way in which the inbox is taken up, when it is the body.
    pub fn takes_up(&self) -> bool {
        matches!(
            self.wait.on,
            WaitOn::Timer
                | WaitOn::Forever
                | WaitOn::Until { .. }
                | WaitOn::Confirms { .. }
                | WaitOn::Reconnect(_)
                | WaitOn::End
        )
    }

    /// The consumer whose handler this is: channel, tag.
    pub fn own_consumer(&self) -> Option<(u16, Name)> {
        Some((self.consumer?, self.message.as_ref()?.consumer_tag.clone()?))
    }

    /// The message that `ack` without operand means.
    pub fn current_message(&self) -> Option<&Arc<MessageValue>> {
        self.gets.last().map(|(_, message)| message).or(self.message.as_ref())
    }
}
