//! A script made ready to be carried out: flat instructions, expressions, constants and tables, each with the span
//! it came from. Immutable and shared; a recording keeps the one it was run from.
//!
//! Two levels. *Instructions* are statements: they may wait, so a client is a program counter and a stack of frames
//! over them. *Expressions* are postfix code that never waits: evaluated in one go over `Facts` by its three
//! callers, the client machine, the checks and `when` / `stop when`.
//!
//! Invariant: names are resolved here. Whoever carries a program out never looks at the text.

use crate::amqp::{FieldValue, Name, SimDuration, SimTime};
use crate::text::Span;

/// An index into `Program::code`.
pub type Pc = u32;

macro_rules! indices {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);
    )*};
}

indices! {
    /// An expression: index into `Program::expressions`.
    ExprId;
    /// A constant: index into `Program::constants`.
    ConstId;
    /// A question: index into `Program::questions`.
    QuestionId;
    /// A handler: index into `Program::handlers`.
    HandlerId;
    /// A client of the text (all its `times` copies): index into `Program::clients`.
    ClientDefId;
}

/// The whole script.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// All instructions: the operator's first, then each client's.
    pub code: Vec<Instr>,
    /// For each instruction, where it was written.
    pub spans: Vec<Span>,
    /// For each instruction, the channel it goes over: an index into its client's `channels` (0 is `main`).
    pub channels: Vec<u16>,
    /// Postfix code of all expressions, one after the other.
    pub ops: Vec<ExprOp>,
    /// For each of `ops`, where it was written.
    pub op_spans: Vec<Span>,
    /// Each expression: its range in `ops`.
    pub expressions: Vec<(u32, u32)>,
    /// Constants.
    pub constants: Vec<Const>,
    /// Names of world variables (top-level `let`); set by the operator's code.
    pub world: Vec<Name>,
    /// Questions to the run.
    pub questions: Vec<Question>,
    /// Handlers of consumers, `on …` and `every`.
    pub handlers: Vec<Handler>,
    /// The operator's code for time 0; ends with `End`.
    pub operator: Pc,
    /// `at` deeds, in text order.
    pub ats: Vec<At>,
    /// `when` deeds, in text order.
    pub whens: Vec<When>,
    /// Clients in text order.
    pub clients: Vec<ClientDef>,
    /// Checks in text order.
    pub checks: Vec<Check>,
    /// What the settings said.
    pub settings: Settings,
}

/// `at DURATION deed`.
#[derive(Clone, Debug)]
pub struct At {
    /// When.
    pub time: SimTime,
    /// Operator's code; ends with `End`.
    pub start: Pc,
    /// The header.
    pub span: Span,
}

/// `when cond deed`: once, after the first step that makes it true, at the same time.
#[derive(Clone, Debug)]
pub struct When {
    /// The condition.
    pub cond: ExprId,
    /// Operator's code; ends with `End`.
    pub start: Pc,
    /// The header.
    pub span: Span,
}

/// One `publisher`, `consumer` or `client`.
#[derive(Clone, Debug)]
pub struct ClientDef {
    /// Its name.
    pub name: Name,
    /// The word it was declared with; a matter of icon only.
    pub role: Role,
    /// Where the name stands.
    pub span: Span,
    /// Login.
    pub user: Name,
    /// `None`: the right one.
    pub password: Option<Name>,
    /// Vhost.
    pub vhost: Name,
    /// `starts at`.
    pub starts_at: SimTime,
    /// `times`: how many copies, at least 1.
    pub times: u16,
    /// First instruction; the body ends with `End`.
    pub start: Pc,
    /// Names of its channels; the first is `main`.
    pub channels: Vec<Name>,
    /// How many variables the body's own scope has (slots of the outermost environment).
    pub slots: u16,
    /// Names of those, in order of slot: for questions like `ready(owner.mine)` and for panels.
    pub slot_names: Vec<Name>,
}

/// What a client is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the language's words")]
pub enum Role {
    Publisher,
    Consumer,
    Client,
}

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

/// One statement, or a part of one that is carried out on its own.
#[derive(Clone, Debug, PartialEq)]
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

/// `exchange NAME TYPE options`.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "AMQP's words")]
pub struct ExchangeSpec {
    pub name: NameRef,
    /// Without one: `direct`, as AMQP's default, or passive.
    pub kind: Name,
    pub passive: bool,
    pub durable: bool,
    pub auto_delete: bool,
    pub internal: bool,
    pub arguments: Arguments,
    /// `as`.
    pub alias: Option<Var>,
    /// The operator's `vhost`, `user`.
    pub place: Place,
}

/// `queue NAME options`.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "AMQP's words")]
pub struct QueueSpec {
    pub name: NameRef,
    pub passive: bool,
    pub durable: bool,
    pub exclusive: bool,
    pub auto_delete: bool,
    pub arguments: Arguments,
    /// `as`: gets name, message_count, consumer_count.
    pub alias: Option<Var>,
    pub place: Place,
}

/// `bind NAME to NAME key …`.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "AMQP's words")]
pub struct BindSpec {
    /// `unbind`.
    pub unbind: bool,
    /// `bind exchange`.
    pub to_exchange: bool,
    pub destination: NameRef,
    pub source: NameRef,
    pub key: Option<ExprId>,
    pub arguments: Arguments,
    pub place: Place,
}

/// `publish BODY to NAME options`.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "AMQP's words")]
pub struct PublishSpec {
    pub body: ExprId,
    pub exchange: NameRef,
    pub key: Option<ExprId>,
    pub mandatory: bool,
    pub immediate: bool,
    /// Properties as options, `persistent` being delivery_mode 2.
    pub properties: Vec<(Property, ExprId)>,
    pub place: Place,
}

/// A property of a message. `Headers` takes a table; others are converted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "AMQP's words")]
pub enum Property {
    ContentType,
    ContentEncoding,
    Headers,
    DeliveryMode,
    Priority,
    CorrelationId,
    ReplyTo,
    Expiration,
    MessageId,
    Timestamp,
    Type,
    UserId,
    AppId,
    ClusterId,
}

/// `consume NAME options { … }`.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "AMQP's words")]
pub struct ConsumeSpec {
    pub queue: NameRef,
    /// `consumer_tag`; without one the client makes its own, `NAME.1`, `NAME.2`, …
    pub consumer_tag: Option<ExprId>,
    pub no_ack: bool,
    pub exclusive: bool,
    pub no_local: bool,
    pub arguments: Arguments,
    /// None: it holds what it gets.
    pub handler: Option<HandlerId>,
}

/// `x-` arguments with their AMQP names, in the order written, then a table for the rest.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Arguments {
    /// Name and value. A duration goes as whole milliseconds.
    pub named: Vec<(Name, ExprId)>,
    /// `arguments { … }`, `match MODE { … }`.
    pub table: Option<ExprId>,
}

/// Whose login and which vhost an operator's statement is for; empty in clients.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Place {
    /// `user`.
    pub user: Option<Name>,
    /// `vhost`.
    pub vhost: Option<Name>,
}

/// An operator's command by rabbitmqctl's name, with its operands by name: `user`, `vhost`, `password`,
/// `configure`, `write`, `read`, `tags`, `pattern`, `apply_to`, `priority`, `definition`, `exchange`, `queue`,
/// `reason`, `client` …
#[derive(Clone, Debug, PartialEq)]
pub struct AdminSpec {
    /// rabbitmqctl's name.
    pub command: Name,
    /// Operands.
    pub operands: Vec<(Name, ExprId)>,
    /// The client of `close_connection`.
    pub client: Option<ClientRef>,
}

/// A client by name, or one of its copies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientRef {
    /// Which.
    pub client: ClientDefId,
    /// Which copy, from 1; none: all.
    pub copy: Option<u16>,
}

/// Something goes wrong on purpose.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// The process dies: what it sent still arrives, then the line is lost.
    Crash(ClientRef),
    /// It is asked to stop: closes its connection.
    Stop(ClientRef),
    /// Runs its text from the top with fresh memory; nothing if it runs.
    Start(ClientRef),
    /// `restart broker [taking D]`.
    RestartBroker(Option<ExprId>),
    /// `kill broker [taking D]`.
    KillBroker(Option<ExprId>),
    /// `stop_app`.
    StopApp,
    /// `start_app`.
    StartApp,
    /// `network CLIENT up`, `down`.
    Line(ClientRef, bool),
    /// `network CLIENT latency D jitter D`, or of all.
    Network {
        /// None: all.
        client: Option<ClientRef>,
        /// `latency`, one way.
        latency: Option<ExprId>,
        /// `jitter`.
        jitter: Option<ExprId>,
    },
    /// `alarm memory on`.
    Alarm {
        /// Memory, else disk.
        memory: bool,
        /// On.
        on: bool,
    },
}

/// One step of postfix code. Operands come off a stack, the result goes onto it.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprOp {
    /// Pushes a constant.
    Const(ConstId),
    /// Pushes a variable.
    Var(Var),
    /// Pushes the thing that a `where` is asked about (a message, a line, an error, a consumer).
    It,
    /// A field by name: of a table, message, error, queue alias. Of null: null.
    Field(Name),
    /// `a[b]`: pops key, then table or message headers.
    Index,
    /// Pops one.
    Unary(Unary),
    /// Pops right, then left.
    Binary(Binary),
    /// `and`: if the top is definitely false, leaves it and skips that many ops; else goes on (the right side
    /// and `Binary(And)` follow).
    AndThen(u32),
    /// `or`: if the top is definitely true, leaves it and skips that many ops.
    OrElse(u32),
    /// Pops that many, pushes a list of them.
    List(u16),
    /// Pops that many pairs (name, value), pushes a table of them.
    Table(u16),
    /// Pops that many, pushes their text joined (interpolation).
    Join(u16),
    /// Calls a function with that many operands.
    Call(Function, u8),
    /// Pushes the answer to a question: a list, counted where a number is wanted.
    Ask(QuestionId),
}

/// Operators on one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the language's words")]
pub enum Unary {
    Negate,
    Not,
}

/// Operators on two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the language's words")]
pub enum Binary {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    /// `x in list`, `name in table`.
    In,
    /// `question in order [..]`.
    InOrder,
    /// `question in any order [..]`.
    InAnyOrder,
    /// `a..b`, both ends included.
    Range,
    And,
    Or,
}

/// The functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the language's words")]
pub enum Function {
    Length,
    First,
    Last,
    Number,
    Text,
    Json,
    Uuid,
    Random,
    Name,
    Now,
    Byte,
    Short,
    Int,
    Long,
    Float,
    Double,
    Decimal,
    Timestamp,
    Bytes,
}

/// A constant.
#[derive(Clone, Debug, PartialEq)]
pub enum Const {
    /// `null`.
    Null,
    /// `true`, `false`.
    Bool(bool),
    /// A whole number, or a size in bytes.
    Int(i64),
    /// A decimal.
    Float(f64),
    /// A duration.
    Duration(SimDuration),
    /// Text.
    Text(Name),
    /// A field value of a type that text and numbers do not give.
    Field(FieldValue),
}

/// A question to the run, asked of its records and of the broker's state.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// What is asked.
    pub what: Ask,
    /// Of whom.
    pub of: Subject,
    /// `where`: asked of each item, which is `It`.
    pub filter: Option<ExprId>,
    /// As written.
    pub span: Span,
}

/// The questions. Those up to `Running` are asked of clients, the others of queues (`Exists` also of exchanges).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the language's words, see the reference")]
pub enum Ask {
    Published,
    Delivered,
    Received,
    Acked,
    Returned,
    Unroutable,
    Confirmed,
    Refused,
    Printed,
    Errors,
    Running,
    Ready,
    Unacked,
    Expired,
    Dropped,
    DeadLettered,
    Consumers,
    Exists,
}

/// Whom a question is about.
#[derive(Clone, Debug, PartialEq)]
pub enum Subject {
    /// Of everybody: all clients, or all queues.
    All,
    /// A client or one copy.
    Client(ClientRef),
    /// The operator.
    Operator,
    /// A queue (or exchange) by name, of that vhost (`/` without).
    Named(NameRef, Option<NameRef>),
    /// A queue that a client's alias or variable names, at its last value.
    Held(ClientRef, Name),
}

/// A check.
#[derive(Clone, Debug)]
pub struct Check {
    /// Which.
    pub kind: CheckKind,
    /// The condition.
    pub cond: ExprId,
    /// The whole line.
    pub span: Span,
}

/// When a check is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckKind {
    /// At the last moment, or at its own.
    Expect(Option<SimTime>),
    /// After every step.
    Always,
    /// After every step.
    Never,
    /// After every step until it holds, within that time.
    Eventually(Option<SimTime>),
}

/// What the settings of a script say; what they leave out is the run's default.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// `broker VERSION`.
    pub broker: Option<(Name, Span)>,
    /// `broker … consumer_timeout D`.
    pub consumer_timeout: Option<SimDuration>,
    /// Other options of `broker`, for later.
    pub broker_options: Vec<(Name, Const)>,
    /// `seed N`.
    pub seed: Option<u64>,
    /// `run for D`.
    pub run_for: Option<SimDuration>,
    /// `limits events N`.
    pub events_max: Option<u64>,
    /// `limits memory SIZE`, bytes.
    pub memory_max: Option<u64>,
    /// `network latency D`: of all.
    pub latency: Option<SimDuration>,
    /// `network jitter D`: of all.
    pub jitter: Option<SimDuration>,
    /// `network CLIENT …`.
    pub networks: Vec<(ClientDefId, Option<SimDuration>, Option<SimDuration>)>,
}
