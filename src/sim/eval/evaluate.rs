//! The loop over the postfix code.

use std::sync::Arc;

use crate::amqp::{Name, SimTime};
use crate::script::program::{ExprId, ExprOp, NameRef, Program, Var};
use crate::sim::client::{Arena, EnvId};
use crate::sim::random::Stream;
use crate::sim::value::{List, MessageValue, ScriptError, Table, Value, text_of};

use super::operators;
use super::questions::{Facts, Seen};

/// Work that may still be done in this step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fuel(pub u64);

impl Fuel {
    /// Takes that much away.
    pub fn burn(&mut self, amount: u64) -> Result<()> {
        match self.0.checked_sub(amount) {
            Some(rest) => {
                self.0 = rest;
                Ok(())
            }
            None => {
                self.0 = 0;
                Err(ScriptError::out_of_fuel())
            }
        }
    }
}

/// The longest text that a script can make: as long as what RabbitMQ takes in a few frames, and printed at once.
const TEXT_MAX: usize = 1 << 20;

/// Whoever evaluates, and what it sees.
pub struct Eval<'a> {
    /// The program.
    pub program: &'a Program,
    /// The run.
    pub facts: &'a dyn Facts,
    /// Top-level variables.
    pub world: &'a [Value],
    /// A client's own variables, as seen from an environment.
    pub local: Option<(&'a Arena, EnvId)>,
    /// The moment.
    pub now: SimTime,
    /// `name()`.
    pub name: &'a Name,
    /// `number()`.
    pub number: u16,
    /// For `random()` and `uuid()`.
    pub chance: &'a mut Stream,
    /// Work that may still be done.
    pub fuel: &'a mut Fuel,
    /// How far each question was answered before; empty where nothing is kept.
    pub seen: &'a mut [Seen],
    /// The message at hand.
    pub message: Option<&'a Arc<MessageValue>>,
    /// What `where` is asked about.
    pub it: Option<Value>,
    /// Room for operands, used again.
    pub stack: Vec<Value>,
}

type Result<T> = std::result::Result<T, ScriptError>;

impl Eval<'_> {
    /// The value of an expression; an answer stays one.
    pub fn value(&mut self, id: ExprId) -> Result<Value> {
        let program = self.program;
        let Some(&(start, end)) = program.expressions.get(id.0 as usize) else {
            return Err(ScriptError::new("no such expression"));
        };
        let ops = program.ops.get(start as usize..end as usize).unwrap_or(&[]);
        if let [op] = ops {
            self.fuel.burn(1)?;
            return self.leaf(op);
        }
        self.run(ops)
    }

    /// The value of an expression, answers to questions counted: what a variable can hold.
    pub fn settled(&mut self, id: ExprId) -> Result<Value> {
        match self.value(id)? {
            Value::Answer(question) => Ok(self.count(question)?.map_or(Value::Unknown, Value::Int)),
            value => Ok(value),
        }
    }

    /// Whether a condition holds; none: unknown.
    pub fn condition(&mut self, id: ExprId) -> Result<Option<bool>> {
        let value = self.value(id)?;
        self.truth(&value)
    }

    /// The text of an expression.
    pub fn text(&mut self, id: ExprId) -> Result<Name> {
        match self.settled(id)? {
            Value::Text(text) => Ok(text),
            Value::Queue(alias) => Ok(alias.name.clone()),
            value => Ok(Name::from(text_of(&value))),
        }
    }

    /// A name that was written out or is computed.
    pub fn name_of(&mut self, name: &NameRef) -> Result<Name> {
        match name {
            NameRef::Fixed(name) => Ok(name.clone()),
            NameRef::Computed(id) => match self.settled(*id)? {
                value @ (Value::Null | Value::Unknown) => {
                    Err(ScriptError::new(format!("a name is wanted here, and this is {}", value.type_name())))
                }
                Value::Text(text) => Ok(text),
                value => Ok(Name::from(text_of(&value))),
            },
        }
    }

    fn leaf(&mut self, op: &ExprOp) -> Result<Value> {
        match op {
            ExprOp::Const(id) => Ok(self.program.constants.get(id.0 as usize).map_or(Value::Null, Value::of)),
            ExprOp::Var(var) => Ok(self.variable(*var)),
            ExprOp::It => Ok(match (&self.it, self.message) {
                (Some(it), _) => it.clone(),
                (None, Some(message)) => Value::Message(Arc::clone(message)),
                (None, None) => Value::Unknown,
            }),
            ExprOp::Ask(id) => self.ask(*id),
            ExprOp::Call(function, 0) => self.call(*function, &[]),
            ExprOp::List(0) => Ok(Value::List(List::new(Vec::new())?)),
            ExprOp::Table(0) => Ok(Value::Table(Table::empty())),
            ExprOp::Join(0) => Ok(Value::text("")),
            _ => Err(ScriptError::new("an operand is missing")),
        }
    }

    pub(super) fn variable(&self, var: Var) -> Value {
        match var {
            Var::World(slot) => self.world.get(usize::from(slot)).cloned().unwrap_or(Value::Null),
            Var::Local { hops, slot } => {
                self.local.map_or(Value::Null, |(arena, env)| arena.get(env, hops, slot).clone())
            }
        }
    }

    fn run(&mut self, ops: &[ExprOp]) -> Result<Value> {
        let mut stack = std::mem::take(&mut self.stack);
        let value = self.run_on(ops, &mut stack);
        stack.clear();
        self.stack = stack;
        value
    }

    fn run_on(&mut self, ops: &[ExprOp], stack: &mut Vec<Value>) -> Result<Value> {
        let mut at = 0;
        while let Some(op) = ops.get(at) {
            at += 1;
            self.fuel.burn(1)?;
            match op {
                ExprOp::AndThen(skip) | ExprOp::OrElse(skip) => {
                    let decided = matches!(op, ExprOp::OrElse(_));
                    let top = pop(stack)?;
                    if self.truth(&top)? == Some(decided) {
                        stack.push(Value::Bool(decided));
                        at += *skip as usize;
                    } else {
                        stack.push(top);
                    }
                }
                _ => {
                    let value = self.operate(op, stack)?;
                    stack.push(value);
                }
            }
        }
        pop(stack)
    }

    fn operate(&mut self, op: &ExprOp, stack: &mut Vec<Value>) -> Result<Value> {
        match op {
            ExprOp::Field(name) => {
                let of = pop(stack)?;
                if let Value::Message(message) = &of {
                    self.burn_message(message)?;
                }
                Ok(of.field(name))
            }
            ExprOp::Index => {
                let key = pop(stack)?;
                let of = pop(stack)?;
                self.index(&of, &key)
            }
            ExprOp::Unary(unary) => {
                let operand = pop(stack)?;
                self.unary(*unary, &operand)
            }
            ExprOp::Binary(binary) => {
                let right = pop(stack)?;
                let left = pop(stack)?;
                self.binary(*binary, left, right)
            }
            ExprOp::List(count) if *count > 0 => {
                let items = take(stack, usize::from(*count))?;
                let items = items.into_iter().map(|item| self.settle(item)).collect::<Result<Vec<_>>>()?;
                let list = List::new(items)?;
                self.fuel.burn(list.bytes() / 16)?;
                Ok(Value::List(list))
            }
            ExprOp::Table(count) if *count > 0 => {
                let mut operands = take(stack, usize::from(*count) * 2)?.into_iter();
                let mut entries = Vec::with_capacity(usize::from(*count));
                while let (Some(name), Some(value)) = (operands.next(), operands.next()) {
                    entries.push((operators::key_of(&name), self.settle(value)?));
                }
                self.fuel.burn(entries.len() as u64 * entries.len() as u64 / 16)?;
                Ok(Value::Table(Table::new(entries)?))
            }
            ExprOp::Join(count) if *count > 0 => {
                let at = start_of(stack, usize::from(*count))?;
                self.join(stack.drain(at..))
            }
            ExprOp::Call(function, count) if *count > 0 => {
                let at = start_of(stack, usize::from(*count))?;
                let value = self.call(*function, &stack[at..])?;
                stack.truncate(at);
                Ok(value)
            }
            _ => self.leaf(op),
        }
    }

    /// Interpolation.
    fn join(&mut self, parts: impl Iterator<Item = Value>) -> Result<Value> {
        let mut text = String::new();
        for part in parts {
            let part = self.settle(part)?;
            match &part {
                Value::Unknown => return Ok(Value::Unknown),
                Value::Text(more) => text.push_str(more),
                other => {
                    self.fuel.burn(other.bytes() / 16)?;
                    text.push_str(&text_of(other));
                }
            }
            check_length(text.len())?;
        }
        self.fuel.burn(text.len() as u64 / 16)?;
        Ok(Value::Text(Name::from(text)))
    }

    /// An answer counted, anything else as it is.
    pub(super) fn settle(&mut self, value: Value) -> Result<Value> {
        match value {
            Value::Answer(question) => Ok(self.count(question)?.map_or(Value::Unknown, Value::Int)),
            value => Ok(value),
        }
    }

    fn burn_message(&mut self, message: &MessageValue) -> Result<()> {
        self.fuel.burn(message.content.body.len() as u64 / 16)
    }
}

/// Whether a text of that length may be made.
pub(super) fn check_length(length: usize) -> Result<()> {
    if length > TEXT_MAX { Err(ScriptError::new("a text is at most 1 MiB long")) } else { Ok(()) }
}

fn pop(stack: &mut Vec<Value>) -> Result<Value> {
    stack.pop().ok_or_else(|| ScriptError::new("an operand is missing"))
}

fn take(stack: &mut Vec<Value>, count: usize) -> Result<Vec<Value>> {
    Ok(stack.split_off(start_of(stack, count)?))
}

/// Where the last so many operands begin.
fn start_of(stack: &[Value], count: usize) -> Result<usize> {
    stack.len().checked_sub(count).ok_or_else(|| ScriptError::new("an operand is missing"))
}
