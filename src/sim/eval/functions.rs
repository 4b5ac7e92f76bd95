//! The functions.

use std::sync::Arc;

use crate::amqp::{FieldValue, Name, SimDuration};
use crate::script::program::Function;
use crate::sim::value::{List, ScriptError, Value, json, text_of};

use super::evaluate::{Eval, check_length};
use super::operators::whole_range;

type Result<T> = std::result::Result<T, ScriptError>;

impl Eval<'_> {
    pub(super) fn call(&mut self, function: Function, operands: Vec<Value>) -> Result<Value> {
        let operands = operands
            .into_iter()
            .map(|operand| self.operand(function, operand))
            .collect::<Result<Vec<_>>>()?;
        if operands.iter().any(|operand| matches!(operand, Value::Unknown)) {
            return Ok(Value::Unknown);
        }
        self.fuel.burn(operands.iter().map(Value::bytes).sum::<u64>() / 64)?;
        match (function, &operands[..]) {
            (Function::Length, [of]) => length(of),
            (Function::First, [list]) => Ok(list_of(list)?.first().cloned().unwrap_or(Value::Null)),
            (Function::Last, [list]) => Ok(list_of(list)?.last().cloned().unwrap_or(Value::Null)),
            (Function::First | Function::Last, [list, count]) => some_of(function, list_of(list)?, count),
            (Function::Number, []) => Ok(Value::Int(i64::from(self.number))),
            (Function::Number, [of]) => number(of),
            (Function::Text, [of]) => Ok(Value::Text(Name::from(text_of(of)))),
            (Function::Json, [of]) => {
                let text = json(of);
                check_length(text.len())?;
                Ok(Value::Text(Name::from(text)))
            }
            (Function::Uuid, []) => Ok(Value::Text(self.uuid())),
            (Function::Random, operands) => self.random(operands),
            (Function::Name, []) => Ok(Value::Text(self.name.clone())),
            (Function::Now, []) => Ok(Value::Duration(SimDuration(self.now.0))),
            (_, operands) => typed(function, operands).map(|field| Value::Field(Arc::new(field))),
        }
    }

    /// An answer is a list where a function takes one.
    fn operand(&mut self, function: Function, operand: Value) -> Result<Value> {
        match (function, operand) {
            (Function::First | Function::Last, Value::Answer(question)) => match self.items(question)? {
                Some(items) => Ok(Value::List(List::new(items)?)),
                None => Ok(Value::Unknown),
            },
            (_, operand) => self.settle(operand),
        }
    }

    /// Version 4, from the client's own stream.
    fn uuid(&mut self) -> Name {
        let (high, low) = (self.chance.draw(), self.chance.draw());
        let low = low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000;
        Name::from(format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            high >> 32,
            high >> 16 & 0xFFFF,
            high & 0xFFF,
            low >> 48,
            low & 0xFFFF_FFFF_FFFF
        ))
    }

    /// `random()` between 0 and 1, `random(6)` from 1 to 6, `random(a..b)` in a range, `random(list)` one of a list.
    fn random(&mut self, operands: &[Value]) -> Result<Value> {
        match operands {
            // 53 bits: each a double, none of them 1.
            [] => Ok(Value::Float((self.chance.draw() >> 11) as f64 / 9_007_199_254_740_992.0)),
            [Value::Int(max)] if *max >= 1 => Ok(Value::Int(1 + self.chance.below(*max as u64) as i64)),
            [Value::List(list)] if !list.items().is_empty() => {
                let at = self.chance.below(list.items().len() as u64);
                Ok(list.items().get(at as usize).cloned().unwrap_or(Value::Null))
            }
            [range @ Value::Range(ends)] => match (whole_range(range), &ends.0, &ends.1) {
                (Some((from, to)), ..) if from <= to => {
                    let span = to.abs_diff(from).saturating_add(1);
                    Ok(Value::Int(from.wrapping_add_unsigned(self.chance.below(span))))
                }
                (None, Value::Duration(from), Value::Duration(to)) if from <= to => {
                    let span = (to.0 - from.0).saturating_add(1);
                    Ok(Value::Duration(SimDuration(from.0 + self.chance.below(span))))
                }
                _ => Err(ScriptError::new("a range to choose from begins with its lower end")),
            },
            _ => Err(ScriptError::new("random takes nothing, a number from 1 on, a range or a list")),
        }
    }
}

fn length(of: &Value) -> Result<Value> {
    let count = match of {
        Value::List(list) => list.items().len(),
        Value::Table(table) => table.entries().len(),
        Value::Text(text) => text.chars().count(),
        Value::Message(message) => message.content.body.len(),
        Value::Null => 0,
        // An answer was counted already.
        Value::Int(number) => return Ok(Value::Int(*number)),
        Value::Range(_) => match whole_range(of) {
            Some((from, to)) => {
                return Ok(Value::Int(if from > to { 0 } else { to.saturating_sub(from).saturating_add(1) }));
            }
            None => return Err(ScriptError::new("only a range of whole numbers has a length")),
        },
        other => return Err(ScriptError::new(format!("{} has no length", other.type_name()))),
    };
    Ok(Value::Int(count as i64))
}

fn list_of(value: &Value) -> Result<&[Value]> {
    match value {
        Value::List(list) => Ok(list.items()),
        Value::Null => Ok(&[]),
        other => Err(ScriptError::new(format!("a list is wanted here, and this is {}", other.type_name()))),
    }
}

fn some_of(function: Function, items: &[Value], count: &Value) -> Result<Value> {
    let Value::Int(count) = count else { return Err(ScriptError::new("how many is a whole number")) };
    let count = usize::try_from((*count).max(0)).unwrap_or(usize::MAX).min(items.len());
    let some = if function == Function::First { &items[..count] } else { &items[items.len() - count..] };
    Ok(Value::List(List::new(some.to_vec())?))
}

fn number(of: &Value) -> Result<Value> {
    let no_number = |text: &str| {
        ScriptError::new(format!("\"{}\" is no number", text.chars().take(40).collect::<String>()))
    };
    match of {
        Value::Int(_) | Value::Float(_) => Ok(of.clone()),
        Value::Text(text) => {
            let text = text.trim();
            if let Ok(number) = text.parse::<i64>() {
                return Ok(Value::Int(number));
            }
            let looks_decimal = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+'));
            match text.parse::<f64>() {
                Ok(number) if looks_decimal => Ok(Value::Float(number)),
                _ => Err(no_number(text)),
            }
        }
        Value::Field(field) => match field.as_integer() {
            Some(number) => Ok(Value::Int(number)),
            None => Err(no_number(&text_of(of))),
        },
        other => Err(ScriptError::new(format!("{} is no number", other.type_name()))),
    }
}

/// `byte(1)` … `bytes("…")`.
fn typed(function: Function, operands: &[Value]) -> Result<FieldValue> {
    let wrong = || ScriptError::new("the value does not fit into this type");
    match (function, operands) {
        (Function::Byte, [Value::Int(n)]) => i8::try_from(*n).map(FieldValue::Byte).map_err(|_| wrong()),
        (Function::Short, [Value::Int(n)]) => i16::try_from(*n).map(FieldValue::Short).map_err(|_| wrong()),
        (Function::Int, [Value::Int(n)]) => i32::try_from(*n).map(FieldValue::Int).map_err(|_| wrong()),
        (Function::Long, [Value::Int(n)]) => Ok(FieldValue::Long(*n)),
        (Function::Float, [Value::Float(n)]) => Ok(FieldValue::Float(*n as f32)),
        (Function::Float, [Value::Int(n)]) => Ok(FieldValue::Float(*n as f32)),
        (Function::Double, [Value::Float(n)]) => Ok(FieldValue::Double(*n)),
        (Function::Double, [Value::Int(n)]) => Ok(FieldValue::Double(*n as f64)),
        (Function::Decimal, [Value::Int(n), Value::Int(places)]) => {
            match (i32::try_from(*n), u8::try_from(*places)) {
                (Ok(number), Ok(places)) => Ok(FieldValue::Decimal(places, number)),
                _ => Err(wrong()),
            }
        }
        (Function::Timestamp, [Value::Int(n)]) => {
            u64::try_from(*n).map(FieldValue::Timestamp).map_err(|_| wrong())
        }
        (Function::Bytes, [Value::Text(text)]) => Ok(FieldValue::Bytes(Arc::from(text.as_bytes()))),
        _ => Err(wrong()),
    }
}
