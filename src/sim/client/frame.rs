//! What a client is in the middle of.

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
    pub wait: Wait,
    /// The message of the handler.
    pub message: Option<Arc<MessageValue>>,
    /// The channel of the consumer whose handler this is.
    pub consumer: Option<u16>,
    /// Where its `try` blocks and what it got begin among those of all frames.
    pub tries_from: u32,
    pub gets_from: u32,
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

// The kind stands by itself: it is asked at each look at a client, and one hidden in a field takes more to find.
#[repr(u32)]
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
    /// A word from the other side. All in one box: most waits hold nothing that would have to be dropped.
    Word(Box<Word>),
    /// The body has ended.
    End,
}

/// A word from the other side that is waited for.
#[derive(Clone, Debug)]
pub(super) enum Word {
    /// A reply.
    Reply(Asked),
    /// `reconnect`: how that came out.
    Reconnect(Reconnect),
}

/// A blocking call.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    /// The channel on which the reply comes.
    pub channel: u16,
    /// What is to be done with it.
    pub call: Call,
    /// It, once it is there.
    pub outcome: Option<Outcome>,
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

impl WaitOn {
    /// The reply on a channel.
    pub fn reply(channel: u16, call: Call) -> Self {
        Self::Word(Box::new(Word::Reply(Asked { channel, call, outcome: None })))
    }
}

impl Frame {
    /// Whether it runs, as it does not wait.
    pub fn runs(&self) -> bool {
        matches!(self.wait.on, WaitOn::Nothing)
    }

    /// The blocking call that it waits for, while that has no outcome.
    pub fn unanswered(&mut self) -> Option<&mut Asked> {
        let WaitOn::Word(word) = &mut self.wait.on else { return None };
        match &mut **word {
            Word::Reply(asked) if asked.outcome.is_none() => Some(asked),
            Word::Reply(_) | Word::Reconnect(_) => None,
        }
    }

    /// Where the `reconnect` is that it waits for.
    pub fn reconnect(&mut self) -> Option<&mut Reconnect> {
        let WaitOn::Word(word) = &mut self.wait.on else { return None };
        match &mut **word {
            Word::Reconnect(reconnect) => Some(reconnect),
            Word::Reply(_) => None,
        }
    }

    /// Whether a timer of that number matters to it.
    pub fn awaits(&self, token: u32) -> bool {
        let retries = |word: &Word| matches!(word, Word::Reconnect(one) if one.retry_token == token);
        self.wait.token == token || matches!(&self.wait.on, WaitOn::Word(word) if retries(word))
    }
}
