//! What checks ask about: what has happened so far, as far as some question of the script asks for it.

use crate::amqp::Name;
use crate::broker::{Message, QueueId};
use crate::script::program::{Ask, ExprId, ExprOp, Function, NameRef, Program, Question, Subject, Var};

use super::log::Log;
use super::port::Content;
use super::value::{MessageValue, Value};

/// Something that happened to a client or in a queue.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// Of the client.
    pub actor: u16,
    /// Of the queue.
    pub queue: QueueId,
    pub what: Thing,
}

/// What a question shows.
#[derive(Clone, Debug)]
pub(super) enum Thing {
    Message { content: Content, message: u32, tag: u32, redelivered: bool },
    Text(Name),
    Error(std::sync::Arc<super::port::Refused>),
}

impl Item {
    pub fn value(&self) -> Value {
        match &self.what {
            Thing::Text(text) => Value::Text(text.clone()),
            Thing::Error(error) => Value::Error(error.clone()),
            Thing::Message { content, message, tag, redelivered } => {
                Value::Message(std::sync::Arc::new(MessageValue {
                    tag: u64::from(*tag),
                    redelivered: *redelivered,
                    message: *message,
                    ..MessageValue::of(content.clone())
                }))
            }
        }
    }
}

impl Thing {
    pub fn of(message: &Message, number: u32, tag: u32, redelivered: bool) -> Self {
        let content = Content { template: message.template().clone(), body: message.body.clone() };
        Self::Message { content, message: number, tag, redelivered }
    }
}

/// A set of [`Ask`]s, of "the world's variables" and of "the time".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Reads(u32);

impl Reads {
    pub const NOTHING: Self = Self(0);
    pub const EVERYTHING: Self = Self(u32::MAX);
    pub const WORLD: Self = Self(1 << 30);
    pub const TIME: Self = Self(1 << 31);

    pub fn ask(what: Ask) -> Self {
        Self(1 << what as u32)
    }

    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// What the value of an expression depends on.
    pub fn of(program: &Program, id: ExprId) -> Self {
        let Some(&(start, end)) = program.expressions.get(id.0 as usize) else { return Self::NOTHING };
        let ops = program.ops.get(start as usize..end as usize).unwrap_or(&[]);
        ops.iter().fold(Self::NOTHING, |reads, op| {
            reads.with(match op {
                // A client's own variables change in its own steps only.
                ExprOp::Var(Var::World(_)) => Self::WORLD,
                ExprOp::Call(Function::Now | Function::Random | Function::Uuid, _) => Self::TIME,
                ExprOp::Ask(question) => program
                    .questions
                    .get(question.0 as usize)
                    .map_or(Self::NOTHING, |question| Self::of_question(program, question)),
                _ => Self::NOTHING,
            })
        })
    }

    fn of_question(program: &Program, question: &Question) -> Self {
        let mut reads = Self::ask(question.what);
        if let Some(filter) = question.filter {
            reads = reads.with(Self::of(program, filter));
        }
        match &question.of {
            Subject::Named(NameRef::Computed(id), _) => reads.with(Self::of(program, *id)),
            // The variables of clients change at any of their steps.
            Subject::Held(..) => Self::EVERYTHING,
            _ => reads,
        }
    }
}

/// The questions whose answers are kept as they come; the others are answered by the broker's state.
const LOGGED: [Ask; 13] = [
    Ask::Published,
    Ask::Delivered,
    Ask::Received,
    Ask::Acked,
    Ask::Returned,
    Ask::Unroutable,
    Ask::Confirmed,
    Ask::Refused,
    Ask::Printed,
    Ask::Errors,
    Ask::Expired,
    Ask::Dropped,
    Ask::DeadLettered,
];

/// One more than the number of the last question that is kept.
const LOGS: usize = Ask::DeadLettered as usize + 1;

/// Everything so far, a log for each kind of question that the script asks.
#[derive(Clone, Debug)]
pub(super) struct History {
    /// By the question's number; empty for those that are not kept.
    logs: Vec<Log<Item>>,
    kept: Reads,
    /// Touched in this step.
    pub touched: Reads,
    /// Logical bytes.
    pub bytes: u64,
}

impl History {
    pub fn new(program: &Program) -> Self {
        let asked = |ask: &Ask| program.questions.iter().any(|question| question.what == *ask);
        let kept = LOGGED.iter().filter(|ask| asked(ask)).map(|ask| Reads::ask(*ask));
        let kept = kept.fold(Reads::NOTHING, Reads::with);
        Self { logs: vec![Log::default(); LOGS], kept, touched: Reads::NOTHING, bytes: 0 }
    }

    pub fn log(&self, what: Ask) -> Option<&Log<Item>> {
        self.kept.meets(Reads::ask(what)).then(|| &self.logs[what as usize])
    }

    /// Keeps what happened, if some question asks for it.
    #[inline]
    pub fn add(&mut self, what: Ask, item: impl FnOnce() -> Option<Item>) {
        self.touch(what);
        if self.kept.meets(Reads::ask(what)) {
            self.keep(what, item);
        }
    }

    #[inline(never)]
    fn keep(&mut self, what: Ask, item: impl FnOnce() -> Option<Item>) {
        if let Some(item) = item() {
            self.logs[what as usize].push(item);
            self.bytes += 64;
        }
    }

    /// What a question reads has changed.
    #[inline]
    pub fn touch(&mut self, what: Ask) {
        self.touched = self.touched.with(Reads::ask(what));
    }
}
