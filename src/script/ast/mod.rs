//! The tree of a script, with the place of everything.
//!
//! Chains (`a + b + c`, `a.b.c`, `else if … else if`) are lists, not nests, and nests are bounded by the parser, so
//! that walking or dropping a tree never recurses deeper than [`super::DEPTH_MAX`] constructs.

mod expression;
mod name;
mod statement;
mod visit;

pub use expression::{Access, Arithmetic, Comparison, Expr, ExprKind, Place, Question};
pub use name::{Name, NameKind, Opt, OptValue, Options, Piece};
pub use statement::{Block, Check, ClientRef, Event, Ident, Plain, Role, Settle, Stmt, StmtKind, Tree, Wait};
pub use visit::{Visit, visit};
