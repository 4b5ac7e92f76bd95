//! A script made ready to be carried out: flat instructions, expressions, constants and tables, each with the span
//! it came from. Immutable and shared; a recording keeps the one it was run from.
//!
//! Two levels. *Instructions* are statements: they may wait, so a client is a program counter and a stack of frames
//! over them. *Expressions* are postfix code that never waits: evaluated in one go over `Facts` by its three
//! callers, the client machine, the checks and `when` / `stop when`.
//!
//! Invariant: names are resolved here. Whoever carries a program out never looks at the text.

mod expression;
mod instruction;
mod specification;
mod whole;

pub use expression::{Ask, Binary, Const, ExprOp, Function, Question, Subject, Unary};
pub use instruction::{Event, Handler, Instr, NameRef, Settle, Var};
pub use specification::{
    AdminSpec, Arguments, BindSpec, ClientRef, ConsumeSpec, ExchangeSpec, Fault, Place, Property,
    PublishSpec, QueueSpec,
};
pub use whole::{
    At, Check, CheckKind, ClientDef, ClientDefId, ConstId, ExprId, HEARTBEAT, HandlerId, Operand, Pc,
    Program, QuestionId, Role, Settings, When,
};
