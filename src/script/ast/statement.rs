//! Statements and blocks.

pub use crate::script::program::{Event, Role, Settle};
use crate::text::{Span, Spanned};

use super::{Access, Expr, Name, Options};

/// A whole script.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tree {
    /// The statements of the top level.
    pub statements: Vec<Stmt>,
}

/// Statements in braces.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// From brace to brace.
    pub span: Span,
    /// What stands in it.
    pub statements: Vec<Stmt>,
}

/// A word with its place: a variable, a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ident {
    /// The word.
    pub text: Box<str>,
    /// Its place.
    pub span: Span,
}

/// A statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Stmt {
    /// All of it.
    pub span: Span,
    /// The word it begins with.
    pub word: Span,
    /// What stands before its first block; without one all of it.
    pub head: Span,
    /// What it is.
    pub kind: StmtKind,
}

/// The statements.
#[expect(missing_docs, reason = "each variant shows what is written")]
#[derive(Clone, Debug, PartialEq)]
pub enum StmtKind {
    /// `let x = 1`
    Let { variable: Ident, value: Expr },
    /// `x.a[b] = 1`
    Assign { variable: Ident, path: Vec<Access>, value: Expr },
    /// `for x in list { … }`
    For { variable: Ident, list: Expr, body: Block },
    /// `if a { … } else if b { … } else { … }`
    If { arms: Vec<(Expr, Block)>, otherwise: Option<Block> },
    /// `while a { … }`
    While { condition: Expr, body: Block },
    /// `repeat 3 as i every 1s { … }`
    Repeat { count: Expr, variable: Option<Ident>, every: Option<Expr>, body: Block },
    /// `every 1s { … }`
    Every { period: Expr, body: Block },
    /// `try { … } catch error { … }`
    Try { body: Block, variable: Ident, handler: Block },
    /// `print x`
    Print(Expr),
    /// `queue tasks durable`
    Queue { name: Name, options: Options, alias: Option<Ident> },
    /// `exchange logs fanout`
    Exchange { name: Name, kind: Option<Name>, options: Options },
    /// `bind pdfs to docs key "…"`, `unbind …`
    Bind { unbind: bool, exchange: bool, destination: Name, source: Name, options: Options },
    /// `delete queue tasks`
    Delete { exchange: bool, name: Name, options: Options },
    /// `purge tasks as p`
    Purge { queue: Name, options: Options, alias: Option<Ident> },
    /// `publish "x" to default key "tasks"`
    Publish { body: Expr, exchange: Name, options: Options },
    /// `ack`, `nack m multiple requeue`
    Settle { how: Settle, message: Option<Expr>, options: Options },
    /// `consume tasks { … }`
    Consume { queue: Name, alias: Option<Ident>, options: Options, handler: Option<Block> },
    /// `get tasks as m { … } else { … }`
    Get { queue: Name, alias: Option<Ident>, options: Options, body: Option<Block>, otherwise: Option<Block> },
    /// `prefetch 1`
    Prefetch { count: Expr, options: Options },
    /// `confirm`, `tx`, `commit`, `rollback`, `recover`
    Plain(Plain),
    /// `cancel`, `cancel "tag"`
    Cancel { tag: Option<Expr> },
    /// `channel out { … }`
    Channel { name: Ident, body: Block },
    /// `close`, `close connection`
    Close { connection: bool },
    /// `reconnect retry 1s else { … }`
    Reconnect { options: Options, otherwise: Option<Block> },
    /// `wait …`
    Wait { what: Wait, options: Options, otherwise: Option<Block> },
    /// `on return as m { … }`
    On { event: Spanned<Event>, variable: Option<Ident>, handler: Block },
    /// `consumer worker times 2 { … }`
    Client { role: Role, name: Ident, options: Options, body: Block },
    /// `at 5s crash worker`
    At { time: Spanned<u64>, deeds: Block },
    /// `when received(worker) == 3 { … }`
    When { condition: Expr, deeds: Block },
    /// `expect ready(tasks) == 0 at 5s`
    Check { kind: Check, condition: Expr, options: Options },
    /// `crash`, in a client its own, else `crash worker[2]`
    Crash { client: Option<ClientRef> },
    /// `stop worker`
    Stop { client: ClientRef },
    /// `start worker`
    Start { client: ClientRef },
    /// `restart broker taking 3s`, `kill broker`
    Broker { kill: bool, options: Options },
    /// `network latency 5ms`, `network worker down`
    Network { client: Option<ClientRef>, up: Option<bool>, options: Options },
    /// `alarm memory on`
    Alarm { disk: bool, on: bool },
    /// `add_user alex password "x"`, `set_policy limits pattern "^tmp" { max_length: 3 }`
    Admin { command: &'static str, name: Option<Name>, options: Options, table: Option<Expr> },
    /// `seed 7`
    Seed(u64),
    /// `run for 20s`
    RunFor(Spanned<u64>),
    /// `broker 3.10 consumer_timeout 10s`
    Version { version: Spanned<Box<str>>, options: Options },
    /// `limits events 10000`
    Limits { options: Options },
    /// Something that could not be read; its blocks could.
    Broken(Vec<Block>),
}

impl StmtKind {
    /// The blocks of a statement, in the order of the text.
    pub fn blocks(&self) -> Vec<&Block> {
        match self {
            Self::For { body, .. }
            | Self::While { body, .. }
            | Self::Repeat { body, .. }
            | Self::Every { body, .. }
            | Self::Channel { body, .. }
            | Self::Client { body, .. } => vec![body],
            Self::At { deeds, .. } | Self::When { deeds, .. } => vec![deeds],
            Self::If { arms, otherwise } => arms.iter().map(|(_, block)| block).chain(otherwise).collect(),
            Self::Try { body, handler, .. } => vec![body, handler],
            Self::Consume { handler, .. } => handler.iter().collect(),
            Self::Get { body, otherwise, .. } => body.iter().chain(otherwise).collect(),
            Self::Reconnect { otherwise, .. } | Self::Wait { otherwise, .. } => otherwise.iter().collect(),
            Self::On { handler, .. } => vec![handler],
            Self::Broken(blocks) => blocks.iter().collect(),
            _ => Vec::new(),
        }
    }

    /// The options of a statement that has any.
    pub fn options(&self) -> Option<&Options> {
        match self {
            Self::Queue { options, .. }
            | Self::Exchange { options, .. }
            | Self::Bind { options, .. }
            | Self::Delete { options, .. }
            | Self::Purge { options, .. }
            | Self::Publish { options, .. }
            | Self::Settle { options, .. }
            | Self::Consume { options, .. }
            | Self::Get { options, .. }
            | Self::Prefetch { options, .. }
            | Self::Reconnect { options, .. }
            | Self::Wait { options, .. }
            | Self::Client { options, .. }
            | Self::Check { options, .. }
            | Self::Broker { options, .. }
            | Self::Network { options, .. }
            | Self::Admin { options, .. }
            | Self::Version { options, .. }
            | Self::Limits { options } => Some(options),
            _ => None,
        }
    }
}

/// Statements of one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plain {
    /// `confirm`
    Confirm,
    /// `tx`
    Tx,
    /// `commit`
    Commit,
    /// `rollback`
    Rollback,
    /// `recover`
    Recover,
}

/// What a wait waits for.
#[derive(Clone, Debug, PartialEq)]
pub enum Wait {
    /// `wait 1s`
    Time(Expr),
    /// `wait forever`
    Forever,
    /// `wait until answer != null`
    Until(Expr),
    /// `wait for confirms`
    Confirms,
}

impl Event {
    /// The events with their words.
    pub const ALL: &[(&'static str, Self)] = &[
        ("return", Self::Return),
        ("ack", Self::Ack),
        ("nack", Self::Nack),
        ("cancel", Self::Cancel),
        ("close", Self::Close),
        ("blocked", Self::Blocked),
        ("unblocked", Self::Unblocked),
    ];

    /// The variable that its handler has without `as`.
    pub fn variable(self) -> &'static str {
        match self {
            Self::Return | Self::Ack | Self::Nack => "message",
            Self::Cancel | Self::Close | Self::Blocked | Self::Unblocked => "error",
        }
    }
}

/// The kinds of check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// `expect`
    Expect,
    /// `always`
    Always,
    /// `never`
    Never,
    /// `eventually`
    Eventually,
}

/// A client, or one of its copies: `worker`, `worker[2]`.
#[derive(Clone, Debug, PartialEq)]
pub struct ClientRef {
    /// Its name.
    pub name: Ident,
    /// The copy, from 1.
    pub copy: Option<Spanned<u32>>,
}
