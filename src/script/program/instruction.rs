//! Instructions: statements, which may wait.

use crate::amqp::Name;
use crate::text::Span;

use super::specification::{AdminSpec, BindSpec, ConsumeSpec, ExchangeSpec, Fault, PublishSpec, QueueSpec};
use super::whole::{ExprId, HandlerId, Pc};

/// A variable. An *environment* is one run of a block that declares variables (`PushScope`); a handler keeps the
/// environment of the place where it was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Var {
    /// Top-level `let`: index into `Program::world`.
    World(u16),
    /// In this environment or `hops` further out.
    Local {
        /// How many environments out.
        hops: u16,
        /// Which variable there.
        slot: u16,
    },
}

/// A place that takes a name: known while lowering, or computed (a string with interpolation, an alias).
#[derive(Clone, Debug, PartialEq)]
pub enum NameRef {
    /// Written out.
    Fixed(Name),
    /// Computed; a value that was declared `as` counts as its name.
    Computed(ExprId),
}

/// One statement, or a part of one that is carried out on its own. Its kind is a number of its own, which is quicker to
/// branch on than one that is hidden in a field.
#[derive(Clone, Debug, PartialEq)]
#[repr(u8)]
pub enum Instr {
    // -- control ------------------------------------------------------------------------------------------
    /// Goes on there.
    Jump(Pc),
    /// Goes on there if the condition is not true.
    Unless(ExprId, Pc),
    /// A new environment with that many variables, all null.
    PushScope(u16),
    /// Leaves that many environments.
    PopScopes(u16),
    /// Sets a variable. Takes no time, is an event where the text says `let` or `=`.
    Set(Var, ExprId),
    /// `a.b["c"] = value`: the variable, the steps into it, the value.
    SetInside(Var, Vec<ExprId>, ExprId),
    /// Begins `for`: puts the list (or range) of the expression into a hidden variable.
    ForBegin {
        /// Hidden: the list and the position in it.
        iterator: Var,
        /// The list.
        over: ExprId,
    },
    /// Next round of `for`, or on to `end`.
    ForNext {
        /// The hidden variable.
        iterator: Var,
        /// The loop's variable.
        var: Var,
        /// After the loop.
        end: Pc,
    },
    /// `repeat … every D`, between two rounds: waits until the next multiple of D since the first round began (none
    /// if that has passed), and takes up the inbox meanwhile. `since` is a hidden variable, null before the first.
    RoundWait {
        /// Hidden: when the first round began, and how many there were.
        since: Var,
        /// The distance.
        every: ExprId,
    },
    /// From here to `PopTry` an error goes on at `catch` with the error in `var` and the scopes of now.
    PushTry {
        /// Where the `catch` block begins.
        catch: Pc,
        /// Its variable, seen from the scope of now.
        var: Var,
    },
    /// End of the `try` block.
    PopTry,
    /// End of a body, of a handler, of a deed.
    End,

    // -- waiting ------------------------------------------------------------------------------------------
    /// `wait 1s`, `wait 1s..3s` (asks `Choices`).
    Wait(ExprId),
    /// `wait forever`.
    WaitForever,
    /// `wait until cond`.
    WaitUntil {
        /// The condition.
        cond: ExprId,
        /// `timeout`.
        timeout: Option<ExprId>,
        /// Where `else` begins; without one the timeout is an error.
        otherwise: Option<Pc>,
    },
    /// `wait for confirms` of this instruction's channel.
    WaitForConfirms {
        /// `timeout`.
        timeout: Option<ExprId>,
        /// Where `else` begins, for a nack or the timeout.
        otherwise: Option<Pc>,
    },

    // -- the connection and its channels ------------------------------------------------------------------
    /// Enters `channel NAME`: takes up its close if one has arrived, opens it if it is not open. The channel is
    /// this instruction's.
    EnterChannel,
    /// `close`: this channel.
    CloseChannel,
    /// `close connection`.
    CloseConnection,
    /// `crash`.
    Crash,
    /// `reconnect`.
    Reconnect {
        /// `retry`: how long between tries; none: one try.
        retry: Option<ExprId>,
        /// `timeout`.
        timeout: Option<ExprId>,
        /// Where `else` begins.
        otherwise: Option<Pc>,
    },
    /// `prefetch`.
    Prefetch {
        /// How many.
        count: ExprId,
        /// For the whole channel.
        global: bool,
    },
    /// `confirm`.
    Confirm,
    /// `tx`.
    Tx,
    /// `commit`.
    Commit,
    /// `rollback`.
    Rollback,
    /// `recover`.
    Recover,

    // -- topology ----------------------------------------------------------------------------------------
    /// `exchange`.
    Exchange(Box<ExchangeSpec>),
    /// `queue`.
    Queue(Box<QueueSpec>),
    /// `bind`, `unbind`.
    Bind(Box<BindSpec>),
    /// `delete exchange`.
    DeleteExchange {
        /// Which.
        name: NameRef,
        /// `if_unused`.
        if_unused: bool,
    },
    /// `delete queue`.
    DeleteQueue {
        /// Which.
        name: NameRef,
        /// `if_unused`.
        if_unused: bool,
        /// `if_empty`.
        if_empty: bool,
    },
    /// `purge`; the number of messages goes to the alias.
    Purge {
        /// Which.
        name: NameRef,
        /// `as`.
        alias: Option<Var>,
    },

    // -- messages ----------------------------------------------------------------------------------------
    /// `publish`.
    Publish(Box<PublishSpec>),
    /// `consume`.
    Consume(Box<ConsumeSpec>),
    /// `cancel`: that tag; in a handler without one, its own consumer.
    Cancel(Option<ExprId>),
    /// `get`: the message goes to `var`, or the run goes on at `otherwise` if there was none. Without a block the
    /// next instruction follows either way (`otherwise` is then that one, `var` null).
    Get {
        /// From which queue.
        queue: NameRef,
        /// `no_ack`.
        no_ack: bool,
        /// The message's variable.
        var: Var,
        /// Where `else`, or what follows, begins.
        otherwise: Pc,
    },
    /// `ack`, `nack`, `reject`.
    Settle {
        /// Which.
        how: Settle,
        /// A message (its tag), a number (a raw tag); none: the message of this handler or get.
        what: Option<ExprId>,
        /// `multiple`.
        multiple: bool,
        /// `requeue`.
        requeue: bool,
    },
    /// `on …`.
    On(Event, HandlerId),
    /// `every D`: a tick is an entry of the inbox; one that falls due while one is waiting is skipped.
    Every(ExprId, HandlerId),
    /// `print`.
    Print(ExprId),

    // -- the operator's own ------------------------------------------------------------------------------
    /// `add_user` … `close_connection`: name, arguments in the order of the statement table.
    Admin(Box<AdminSpec>),
    /// Crashes, stops, starts, network.
    Fault(Box<Fault>),
}

/// Which of the three.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the language's words")]
pub enum Settle {
    Ack,
    Nack,
    Reject,
}

/// What a handler is set for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Event {
    /// basic.return of this channel.
    Return,
    /// A publish of this channel was confirmed; once for each.
    Ack,
    /// A publish of this channel was refused; once for each.
    Nack,
    /// basic.cancel from the broker, on this channel.
    Cancel,
    /// This channel was closed by the broker; at client level (`connection` in `Handler`), the connection.
    Close,
    /// connection.blocked.
    Blocked,
    /// connection.unblocked.
    Unblocked,
}

/// A block that is run when something arrives.
#[derive(Clone, Debug, PartialEq)]
pub struct Handler {
    /// First instruction; ends with `End`. Runs in a new environment (`slots`) inside the one where it was set.
    pub start: Pc,
    /// How many variables its own environment has. Slot 0 is what arrived: message, error, reason.
    pub slots: u16,
    /// Written outside any `channel` block.
    pub at_client_level: bool,
    /// What it belongs to.
    pub span: Span,
}
