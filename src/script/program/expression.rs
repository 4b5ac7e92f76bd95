//! Expressions: postfix code, which never waits, its constants and its questions.

use crate::amqp::{FieldValue, Name, SimDuration};
use crate::text::Span;

use super::instruction::{NameRef, Var};
use super::specification::ClientRef;
use super::whole::{ConstId, ExprId, QuestionId};

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

/// The functions; `script::question` has their words and help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
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
