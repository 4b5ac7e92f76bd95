//! The program: its code, its tables, its clients and checks.

use crate::amqp::{Name, SimDuration, SimTime};
use crate::text::Span;

use super::expression::{Binary, Const, ExprOp, Question};
use super::instruction::{Handler, Instr, Var};

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

/// What an expression is that nothing has to be computed for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Operand<'a> {
    /// Written out.
    Constant(&'a Const),
    /// As a variable holds it.
    Variable(Var),
    /// A range, both ends written out.
    Range(&'a Const, &'a Const),
}

impl Program {
    /// What an expression is, if it is only that.
    pub fn only(&self, expression: ExprId) -> Option<Operand<'_>> {
        let &(start, end) = self.expressions.get(expression.0 as usize)?;
        match self.ops.get(start as usize..end as usize)? {
            [ExprOp::Const(id)] => self.constants.get(id.0 as usize).map(Operand::Constant),
            [ExprOp::Var(var)] => Some(Operand::Variable(*var)),
            [ExprOp::Const(from), ExprOp::Const(to), ExprOp::Binary(Binary::Range)] => {
                let end = |id: &ConstId| self.constants.get(id.0 as usize);
                Some(Operand::Range(end(from)?, end(to)?))
            }
            _ => None,
        }
    }

    /// The constant that an expression is, if it is nothing else.
    pub fn constant(&self, expression: ExprId) -> Option<&Const> {
        match self.only(expression)? {
            Operand::Constant(constant) => Some(constant),
            Operand::Variable(_) | Operand::Range(..) => None,
        }
    }
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
    /// `heartbeat`: the interval that is negotiated; zero is none.
    pub heartbeat: SimDuration,
    /// First instruction; the body ends with `End`.
    pub start: Pc,
    /// Names of its channels; the first is `main`.
    pub channels: Vec<Name>,
    /// How many variables the body's own scope has (slots of the outermost environment).
    pub slots: u16,
    /// Names of those, in order of slot: for questions like `ready(owner.mine)` and for panels.
    pub slot_names: Vec<Name>,
}

/// RabbitMQ proposes it, and client libraries take it.
pub const HEARTBEAT: SimDuration = SimDuration::secs(60);

/// What a client is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the language's words")]
pub enum Role {
    Publisher,
    Consumer,
    Client,
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
