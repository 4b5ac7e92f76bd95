//! RabbitMQ as a state machine: one door, `Broker::apply(now, command, out)`, with effects into a sink, and
//! `next_deadline()`.
//!
//! Invariant: no clock, no IO, no randomness of its own, no notion of text or of client scripts. A refusal is an
//! effect with its reply code and text, never a Rust error.

mod command;
mod effect;

pub use command::{Alarm, Command, Operator, Policy, PolicyScope, Stop};
pub use effect::{
    BindingId, ChannelId, ConsumerId, Discard, DropReason, Effect, Effects, Exception, ExchangeId, MessageId,
    QueueId, Reply, Side, SideId,
};
