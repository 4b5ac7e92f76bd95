//! The loop over the postfix code.

use std::sync::Arc;

use crate::amqp::{Name, SimTime};
use crate::script::program::{Binary, Const, ExprId, ExprOp, NameRef, Program, Var};
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
                Err(ScriptError::OutOfFuel)
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
    pub stack: &'a mut Vec<Value>,
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
            ExprOp::Call(function, 0) => self.call(*function, Vec::new()),
            ExprOp::List(0) => Ok(Value::List(List::new(Vec::new())?)),
            ExprOp::Table(0) => Ok(Value::Table(Table::empty())),
            ExprOp::Join(0) => Ok(Value::text("")),
            _ => Err(missing()),
        }
    }

    pub(super) fn variable(&self, var: Var) -> Value {
        variable(self.world, self.local, var).clone()
    }

    /// Whatever was on the stack stays there: a `where` is evaluated in the midst of its question.
    fn run(&mut self, ops: &[ExprOp]) -> Result<Value> {
        let below = self.stack.len();
        let value = self.run_on(ops);
        self.stack.truncate(below);
        value
    }

    /// What nearly every condition is made of works on the operands where they lie; the rest is `operate`.
    fn run_on(&mut self, ops: &[ExprOp]) -> Result<Value> {
        let mut at = 0;
        while let Some(op) = ops.get(at) {
            at += 1;
            self.fuel.burn(1)?;
            match op {
                ExprOp::AndThen(skip) | ExprOp::OrElse(skip) => {
                    let decided = matches!(op, ExprOp::OrElse(_));
                    let top = self.pop()?;
                    if self.truth(&top)? == Some(decided) {
                        self.stack.push(Value::Bool(decided));
                        at += *skip as usize;
                    } else {
                        self.stack.push(top);
                    }
                }
                ExprOp::Const(id) => match (self.program.constants.get(id.0 as usize), ops.get(at)) {
                    // `x % 50`: the number need not go onto the stack.
                    (Some(Const::Int(number)), Some(ExprOp::Binary(binary)))
                        if !self.stack.is_empty() && self.on_number(*binary, *number)? =>
                    {
                        at += 1;
                        self.fuel.burn(1)?;
                    }
                    (constant, _) => self.stack.push(constant.map_or(Value::Null, Value::of)),
                },
                ExprOp::Var(var) => {
                    let value = variable(self.world, self.local, *var);
                    let value = match ops.get(at) {
                        Some(ExprOp::Field(name)) => {
                            at += 1;
                            self.fuel.burn(1)?;
                            field(self.fuel, value, name)?
                        }
                        _ => value.clone(),
                    };
                    self.stack.push(value);
                }
                ExprOp::Field(name) => {
                    let of = last(self.stack)?;
                    *of = field(self.fuel, of, name)?;
                }
                ExprOp::Binary(binary) => self.on_two(*binary)?,
                _ => {
                    let value = self.operate(op)?;
                    self.stack.push(value);
                }
            }
        }
        self.pop()
    }

    /// An operator with a whole number on its right; false if there is none on its left.
    fn on_number(&mut self, binary: Binary, right: i64) -> Result<bool> {
        let left = last(self.stack)?;
        let Value::Int(number) = *left else { return Ok(false) };
        let Some(value) = operators::whole(self.fuel, binary, number, right) else { return Ok(false) };
        *left = value?;
        Ok(true)
    }

    fn on_two(&mut self, binary: Binary) -> Result<()> {
        let right = self.pop()?;
        if let Value::Int(number) = right
            && self.on_number(binary, number)?
        {
            return Ok(());
        }
        let left = last(self.stack)?;
        let left = std::mem::replace(left, Value::Null);
        let value = self.binary(binary, left, right)?;
        *last(self.stack)? = value;
        Ok(())
    }

    #[inline(never)]
    fn operate(&mut self, op: &ExprOp) -> Result<Value> {
        match op {
            ExprOp::Index => {
                let key = self.pop()?;
                let of = self.pop()?;
                self.index(&of, &key)
            }
            ExprOp::Unary(unary) => {
                let operand = self.pop()?;
                self.unary(*unary, &operand)
            }
            ExprOp::List(count) if *count > 0 => {
                let items = self.take(usize::from(*count))?;
                let items = items.into_iter().map(|item| self.settle(item)).collect::<Result<Vec<_>>>()?;
                let list = List::new(items)?;
                self.fuel.burn(list.bytes() / 16)?;
                Ok(Value::List(list))
            }
            ExprOp::Table(count) if *count > 0 => {
                let mut operands = self.take(usize::from(*count) * 2)?.into_iter();
                let mut entries = Vec::with_capacity(usize::from(*count));
                while let (Some(name), Some(value)) = (operands.next(), operands.next()) {
                    entries.push((operators::key_of(&name), self.settle(value)?));
                }
                self.fuel.burn(entries.len() as u64 * entries.len() as u64 / 16)?;
                Ok(Value::Table(Table::new(entries)?))
            }
            ExprOp::Join(count) if *count > 0 => {
                let parts = self.take(usize::from(*count))?;
                self.join(parts)
            }
            ExprOp::Call(function, count) if *count > 0 => {
                let operands = self.take(usize::from(*count))?;
                self.call(*function, operands)
            }
            _ => self.leaf(op),
        }
    }

    /// Interpolation.
    fn join(&mut self, parts: Vec<Value>) -> Result<Value> {
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

    fn pop(&mut self) -> Result<Value> {
        self.stack.pop().ok_or_else(missing)
    }

    /// The last so many operands.
    fn take(&mut self, count: usize) -> Result<Vec<Value>> {
        let at = self.stack.len().checked_sub(count).ok_or_else(missing)?;
        Ok(self.stack.split_off(at))
    }
}

/// A field of a value. A message's costs by its body, which one of them is.
fn field(fuel: &mut Fuel, of: &Value, name: &str) -> Result<Value> {
    if let Value::Message(message) = of {
        fuel.burn(message.content.body.len() as u64 / 16)?;
    }
    Ok(of.field(name))
}

static NULL: Value = Value::Null;

fn variable<'a>(world: &'a [Value], local: Option<(&'a Arena, EnvId)>, var: Var) -> &'a Value {
    match var {
        Var::World(slot) => world.get(usize::from(slot)).unwrap_or(&NULL),
        Var::Local { hops, slot } => local.map_or(&NULL, |(arena, env)| arena.get(env, hops, slot)),
    }
}

/// Whether a text of that length may be made.
pub(super) fn check_length(length: usize) -> Result<()> {
    if length > TEXT_MAX { Err(ScriptError::new("a text is at most 1 MiB long")) } else { Ok(()) }
}

fn last(stack: &mut [Value]) -> Result<&mut Value> {
    stack.last_mut().ok_or_else(missing)
}

#[cold]
fn missing() -> ScriptError {
    ScriptError::new("an operand is missing")
}
