//! Expressions and questions.

use crate::script::question::{Ask, Function};
use crate::text::{Span, Spanned};

use super::{Ident, Name, Piece};

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// Its place.
    pub span: Span,
    /// What it is.
    pub kind: ExprKind,
}

impl Expr {
    /// A text that is written out.
    pub fn literal(&self) -> Option<&str> {
        match &self.kind {
            ExprKind::Text(pieces) => Piece::literal(pieces),
            _ => None,
        }
    }

    /// The expressions that it is made of, in the order of the text. A question's are not among them: it has names, and a
    /// scope of its own.
    pub fn operands<'t>(&'t self, each: &mut impl FnMut(&'t Self)) {
        match &self.kind {
            ExprKind::Text(pieces) => pieces.iter().filter_map(Piece::hole).for_each(each),
            ExprKind::List(entries)
            | ExprKind::And(entries)
            | ExprKind::Or(entries)
            | ExprKind::Call { arguments: entries, .. } => entries.iter().for_each(each),
            ExprKind::Table(entries) => entries.iter().for_each(|(_, value)| each(value)),
            ExprKind::Access { base, path } => {
                each(base);
                path.iter().filter_map(Access::index).for_each(each);
            }
            ExprKind::Not(operand) | ExprKind::Negative(operand) => each(operand),
            ExprKind::Compare { left, right, .. } | ExprKind::Range(left, right) => {
                each(left);
                each(right);
            }
            ExprKind::Chain { first, rest } => {
                each(first);
                rest.iter().for_each(|(_, operand)| each(operand));
            }
            _ => {}
        }
    }
}

/// The expressions.
#[expect(missing_docs, reason = "each variant shows what is written")]
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// `3`
    Int(i64),
    /// `1.5`
    Float(f64),
    /// `500ms`, in microseconds
    Duration(u64),
    /// `64kB`, in bytes
    Size(u64),
    /// `"task {i}"`
    Text(Vec<Piece>),
    /// `i`
    Variable(Box<str>),
    /// `[1, 2]`
    List(Vec<Expr>),
    /// `{ a: 1 }`
    Table(Vec<(Spanned<Box<str>>, Expr)>),
    /// `message.headers["x-death"]`
    Access { base: Box<Expr>, path: Vec<Access> },
    /// `length(list)`
    Call { function: Function, word: Span, arguments: Vec<Expr> },
    /// `ready(tasks)`
    Question(Box<Question>),
    /// `not a`
    Not(Box<Expr>),
    /// `-a`
    Negative(Box<Expr>),
    /// `a and b and c`
    And(Vec<Expr>),
    /// `a or b or c`
    Or(Vec<Expr>),
    /// `a == b`
    Compare { left: Box<Expr>, how: Comparison, right: Box<Expr> },
    /// `a + b - c`, `a * b / c`
    Chain { first: Box<Expr>, rest: Vec<(Spanned<Arithmetic>, Expr)> },
    /// `1..3`
    Range(Box<Expr>, Box<Expr>),
    /// What could not be read.
    Broken,
}

/// A step into a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Access {
    /// `.body`
    Field(Ident),
    /// `["x-death"]`
    Index(Expr),
}

impl Access {
    /// The index.
    pub fn index(&self) -> Option<&Expr> {
        match self {
            Self::Index(index) => Some(index),
            Self::Field(_) => None,
        }
    }
}

/// Comparisons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// `in`
    In,
    /// `in order`
    InOrder,
    /// `in any order`
    InAnyOrder,
}

/// Arithmetic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arithmetic {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Remainder,
}

/// A question to the run: `received(worker where message.redelivered)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// Which.
    pub kind: Ask,
    /// Its word.
    pub word: Span,
    /// Of what; of all where nothing is named.
    pub place: Option<Place>,
    /// In which vhost.
    pub vhost: Option<Name>,
    /// Only those for which it holds.
    pub filter: Option<Expr>,
}

/// What a question is about: `tasks`, `worker[2]`, `audit.inbox`.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// All of it.
    pub span: Span,
    /// The queue, exchange or client.
    pub name: Name,
    /// The copy of a client, from 1.
    pub copy: Option<Spanned<u32>>,
    /// A variable of the client.
    pub field: Option<Ident>,
}
