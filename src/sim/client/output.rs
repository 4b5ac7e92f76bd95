//! What a client does that others see.

use std::sync::Arc;

use crate::amqp::{Method, Name, SimDuration, SimTime};
use crate::broker;
use crate::script::program::{ClientRef, Pc, Place};
use crate::sim::port::{Refused, ToBroker};
use crate::sim::record::{EndReason, WaitKind};
use crate::sim::value::MessageValue;

/// Something that a client did, and at which instruction.
#[derive(Clone, Debug)]
pub struct Output {
    /// What.
    pub what: What,
    /// The instruction.
    pub pc: Pc,
}

/// Stands for no instruction: what the client library does by itself.
pub const NO_PC: Pc = u32::MAX;

/// What a client or the operator did.
#[derive(Clone, Debug)]
pub enum What {
    /// It sends something.
    Send(ToBroker),
    /// It wants to be told when a time has come, by that number.
    Timer(SimTime, u32),
    /// It goes on at this instant with what is in its inbox.
    Again,
    /// The connection and the first channel are open.
    Connected,
    /// The next try to connect comes after that time.
    Retrying(SimDuration),
    /// `print`.
    Printed(Name),
    /// `let`, `=`: what the text is worth saying; empty where nobody records.
    Assigned(Name),
    /// A handler began with a message, or `get` returned one.
    Received(Arc<MessageValue>),
    /// An answer to a publish was taken up: channel number, sequence number, ack.
    Answered(u16, u64, bool),
    /// A returned message was taken up.
    Returned(Arc<MessageValue>),
    /// It waits.
    Waiting(WaitKind),
    /// An error was raised.
    Raised(Arc<Refused>),
    /// It is no more.
    Ended(EndReason),
    /// The operator sends a method over a connection of the place's own.
    Operate(Place, Box<Method>),
    /// The operator does something else.
    Deed(Box<Deed>),
}

/// What only the operator can do.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "as in the program's faults, operands worked out")]
pub enum Deed {
    Admin(broker::Operator),
    CloseConnection(ClientRef, Name),
    Crash(ClientRef),
    Stop(ClientRef),
    Start(ClientRef),
    /// The node goes and comes back after that time.
    Bounce(broker::Stop, SimDuration),
    StopApp,
    StartApp,
    Line(ClientRef, bool),
    Network {
        client: Option<ClientRef>,
        latency: Option<SimDuration>,
        jitter: Option<SimDuration>,
    },
}
