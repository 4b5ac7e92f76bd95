//! Operators: arithmetic, comparison, membership, and the truth of values.

use std::cmp::Ordering;
use std::sync::Arc;

use crate::amqp::{FieldValue, Name, SimDuration};
use crate::script::program::{Ask, Binary, Unary};
use crate::sim::value::{List, ScriptError, Value, text_of, value_of_field};

use super::evaluate::{Eval, Fuel, check_length};

type Result<T> = std::result::Result<T, ScriptError>;

/// A number among values.
#[derive(Clone, Copy, Debug)]
enum Number {
    Int(i64),
    Float(f64),
    Duration(SimDuration),
}

fn number_of(value: &Value) -> Option<Number> {
    match value {
        Value::Int(number) => Some(Number::Int(*number)),
        Value::Float(number) => Some(Number::Float(*number)),
        Value::Duration(duration) => Some(Number::Duration(*duration)),
        Value::Field(field) => match &**field {
            FieldValue::Float(number) => Some(Number::Float(f64::from(*number))),
            FieldValue::Timestamp(at) => i64::try_from(*at).ok().map(Number::Int),
            field => field.as_integer().map(Number::Int),
        },
        _ => None,
    }
}

/// What a value is called as the name of an entry or header.
pub(super) fn key_of(value: &Value) -> Name {
    match value {
        Value::Text(text) => text.clone(),
        other => Name::from(text_of(other)),
    }
}

impl Eval<'_> {
    /// Whether a value counts as true; none: unknown.
    pub(super) fn truth(&mut self, value: &Value) -> Result<Option<bool>> {
        Ok(match value {
            Value::Bool(is) => Some(*is),
            Value::Unknown => None,
            Value::Answer(question) => self.count(*question)?.map(|count| count > 0),
            Value::Null => Some(false),
            other => {
                return Err(ScriptError::new(format!(
                    "a condition is wanted here, and this is {}",
                    other.type_name()
                )));
            }
        })
    }

    pub(super) fn index(&mut self, of: &Value, key: &Value) -> Result<Value> {
        let key = self.settle(key.clone())?;
        match (of, &key) {
            (Value::Null, _) => Ok(Value::Null),
            (Value::Unknown, _) | (_, Value::Unknown) => Ok(Value::Unknown),
            (Value::Table(table), _) => {
                self.fuel.burn(table.entries().len() as u64 / 16)?;
                Ok(table.get(&key_of(&key)).cloned().unwrap_or(Value::Null))
            }
            (Value::Message(_) | Value::Error(_) | Value::Queue(_), _) => Ok(of.field(&key_of(&key))),
            (other, _) => Err(ScriptError::new(format!("{} has no entries", other.type_name()))),
        }
    }

    pub(super) fn unary(&mut self, unary: Unary, operand: &Value) -> Result<Value> {
        match unary {
            Unary::Not => Ok(self.truth(operand)?.map_or(Value::Unknown, |is| Value::Bool(!is))),
            Unary::Negate => match self.settle(operand.clone())? {
                Value::Unknown => Ok(Value::Unknown),
                Value::Float(number) => Ok(Value::Float(-number)),
                value => match number_of(&value) {
                    Some(Number::Int(number)) => number.checked_neg().map(Value::Int).ok_or_else(overflow),
                    Some(Number::Float(number)) => Ok(Value::Float(-number)),
                    _ => Err(ScriptError::new(format!("{} has no negative", value.type_name()))),
                },
            },
        }
    }

    pub(super) fn binary(&mut self, binary: Binary, left: Value, right: Value) -> Result<Value> {
        match binary {
            Binary::And | Binary::Or => return self.junction(binary == Binary::Or, &left, &right),
            Binary::InOrder | Binary::InAnyOrder => {
                return self.in_order(&left, &right, binary == Binary::InOrder);
            }
            Binary::In => return self.membership(&left, &right),
            Binary::Equal | Binary::NotEqual => {
                let equal = self.answer_equals(left, right)?;
                return Ok(
                    equal.map_or(Value::Unknown, |equal| Value::Bool(equal == (binary == Binary::Equal)))
                );
            }
            _ => {}
        }
        let (left, right) = (self.settle(left)?, self.settle(right)?);
        if matches!(left, Value::Unknown) || matches!(right, Value::Unknown) {
            return Ok(Value::Unknown);
        }
        match binary {
            Binary::Range => Ok(Value::Range(Arc::new((left, right)))),
            Binary::Less | Binary::LessOrEqual | Binary::Greater | Binary::GreaterOrEqual => {
                let order = compare(&left, &right)?;
                Ok(Value::Bool(match binary {
                    Binary::Less => order.is_some_and(Ordering::is_lt),
                    Binary::LessOrEqual => order.is_some_and(Ordering::is_le),
                    Binary::Greater => order.is_some_and(Ordering::is_gt),
                    _ => order.is_some_and(Ordering::is_ge),
                }))
            }
            _ => self.arithmetic(binary, left, right),
        }
    }

    /// `and`, `or` over true, false and unknown.
    fn junction(&mut self, or: bool, left: &Value, right: &Value) -> Result<Value> {
        let (left, right) = (self.truth(left)?, self.truth(right)?);
        if left == Some(or) || right == Some(or) {
            return Ok(Value::Bool(or));
        }
        Ok(if left.is_some() && right.is_some() { Value::Bool(!or) } else { Value::Unknown })
    }

    /// `==`, where an answer is a number beside a number, a list beside a list, and true or false beside those.
    fn answer_equals(&mut self, left: Value, right: Value) -> Result<Option<bool>> {
        match (&left, &right) {
            (Value::Answer(question), Value::List(list)) | (Value::List(list), Value::Answer(question)) => {
                let Some(texts) = self.texts(*question)? else { return Ok(None) };
                Ok(Some(texts.iter().map(|text| &**text).eq(list.items().iter().map(text_of))))
            }
            (Value::Answer(question), Value::Bool(is)) | (Value::Bool(is), Value::Answer(question)) => {
                Ok(self.count(*question)?.map(|count| (count > 0) == *is))
            }
            _ => {
                let (left, right) = (self.settle(left)?, self.settle(right)?);
                if matches!(left, Value::Unknown) || matches!(right, Value::Unknown) {
                    return Ok(None);
                }
                self.fuel.burn(left.bytes().min(right.bytes()) / 16)?;
                Ok(Some(equals(&left, &right)))
            }
        }
    }

    /// `left in order right`: bodies, lines or "code text" one by one.
    fn in_order(&mut self, left: &Value, right: &Value, ordered: bool) -> Result<Value> {
        let (Some(mut left), Some(mut right)) = (self.text_list(left)?, self.text_list(right)?) else {
            return Ok(Value::Unknown);
        };
        if !ordered {
            left.sort();
            right.sort();
        }
        Ok(Value::Bool(left == right))
    }

    fn text_list(&mut self, value: &Value) -> Result<Option<Vec<Name>>> {
        match value {
            Value::Answer(question) => self.texts(*question),
            Value::List(list) => {
                self.fuel.burn(list.bytes() / 16)?;
                Ok(Some(list.items().iter().map(|item| Name::from(text_of(item))).collect()))
            }
            Value::Range(_) => {
                let Some((from, to)) = whole_range(value) else {
                    return Err(ScriptError::new("a range of whole numbers is wanted here"));
                };
                self.fuel.burn(to.saturating_sub(from).max(0) as u64)?;
                Ok(Some((from..=to).map(|number| Name::from(number.to_string())).collect()))
            }
            Value::Unknown => Ok(None),
            other => {
                Err(ScriptError::new(format!("a list is wanted here, and this is {}", other.type_name())))
            }
        }
    }

    /// `left in right`.
    fn membership(&mut self, left: &Value, right: &Value) -> Result<Value> {
        let left = self.settle(left.clone())?;
        if matches!(left, Value::Unknown) {
            return Ok(Value::Unknown);
        }
        let found = match right {
            Value::List(list) => {
                self.fuel.burn(list.items().len() as u64)?;
                list.items().iter().any(|item| equals(item, &left))
            }
            Value::Table(table) => {
                self.fuel.burn(table.entries().len() as u64 / 16)?;
                table.get(&key_of(&left)).is_some()
            }
            Value::Range(ends) => {
                compare(&left, &ends.0)?.is_some_and(Ordering::is_ge)
                    && compare(&left, &ends.1)?.is_some_and(Ordering::is_le)
            }
            Value::Answer(question) => match self.texts(*question)? {
                Some(texts) => texts.contains(&key_of(&left)),
                None => return Ok(Value::Unknown),
            },
            Value::Text(text) => {
                self.fuel.burn(text.len() as u64 / 16)?;
                text.contains(&*key_of(&left))
            }
            Value::Null => false,
            Value::Unknown => return Ok(Value::Unknown),
            other => return Err(ScriptError::new(format!("nothing is in {}", other.type_name()))),
        };
        Ok(Value::Bool(found))
    }

    fn arithmetic(&mut self, binary: Binary, left: Value, right: Value) -> Result<Value> {
        match (binary, &left, &right) {
            (Binary::Add, Value::List(one), Value::List(other)) => {
                self.fuel.burn((one.items().len() + other.items().len()) as u64 / 4)?;
                let items = one.items().iter().chain(other.items()).cloned().collect();
                return Ok(Value::List(List::new(items)?));
            }
            (Binary::Subtract, Value::List(one), Value::List(other)) => {
                self.fuel.burn(one.items().len() as u64 * other.items().len().max(1) as u64)?;
                let kept = |item: &&Value| !other.items().iter().any(|gone| equals(gone, item));
                return Ok(Value::List(List::new(one.items().iter().filter(kept).cloned().collect())?));
            }
            (Binary::Add, Value::Text(one), Value::Text(other)) => {
                check_length(one.len() + other.len())?;
                self.fuel.burn((one.len() + other.len()) as u64 / 16)?;
                return Ok(Value::Text(Name::from(format!("{one}{other}"))));
            }
            _ => {}
        }
        let (Some(one), Some(other)) = (number_of(&left), number_of(&right)) else {
            return Err(ScriptError::new(format!(
                "{} and {} cannot be computed with",
                left.type_name(),
                right.type_name()
            )));
        };
        match (one, other) {
            (Number::Int(one), Number::Int(other)) => int(binary, one, other).map(Value::Int),
            (Number::Float(_) | Number::Int(_), Number::Float(_) | Number::Int(_)) => {
                Ok(Value::Float(float(binary, as_float(one), as_float(other))))
            }
            (Number::Duration(one), Number::Duration(other)) => durations(binary, one, other),
            (Number::Duration(one), Number::Int(other)) => scaled(binary, one, other),
            (Number::Int(one), Number::Duration(other)) if binary == Binary::Multiply => {
                scaled(binary, other, one)
            }
            _ => Err(ScriptError::new(
                "a duration is added to durations, and multiplied or divided by whole numbers",
            )),
        }
    }
}

/// Two whole numbers, as most conditions have them, without the detours that other values need; none where it makes
/// no difference that they are whole.
pub(super) fn whole(fuel: &mut Fuel, binary: Binary, one: i64, other: i64) -> Option<Result<Value>> {
    let holds = match binary {
        // To compare costs fuel by length.
        Binary::Equal => return Some(fuel.burn(1).map(|()| Value::Bool(one == other))),
        Binary::NotEqual => return Some(fuel.burn(1).map(|()| Value::Bool(one != other))),
        Binary::Less => one < other,
        Binary::LessOrEqual => one <= other,
        Binary::Greater => one > other,
        Binary::GreaterOrEqual => one >= other,
        Binary::Add | Binary::Subtract | Binary::Multiply | Binary::Divide | Binary::Remainder => {
            return Some(int(binary, one, other).map(Value::Int));
        }
        Binary::In | Binary::InOrder | Binary::InAnyOrder | Binary::Range | Binary::And | Binary::Or => {
            return None;
        }
    };
    Some(Ok(Value::Bool(holds)))
}

#[cold]
fn overflow() -> ScriptError {
    ScriptError::new("the number is too large")
}

fn as_float(number: Number) -> f64 {
    match number {
        Number::Int(number) => number as f64,
        Number::Float(number) => number,
        Number::Duration(duration) => duration.0 as f64,
    }
}

fn int(binary: Binary, one: i64, other: i64) -> Result<i64> {
    let by_zero = || ScriptError::new("division by zero");
    match binary {
        Binary::Add => one.checked_add(other),
        Binary::Subtract => one.checked_sub(other),
        Binary::Multiply => one.checked_mul(other),
        Binary::Divide if other == 0 => return Err(by_zero()),
        Binary::Divide => one.checked_div(other),
        _ if other == 0 => return Err(by_zero()),
        _ => one.checked_rem(other),
    }
    .ok_or_else(overflow)
}

fn float(binary: Binary, one: f64, other: f64) -> f64 {
    match binary {
        Binary::Add => one + other,
        Binary::Subtract => one - other,
        Binary::Multiply => one * other,
        Binary::Divide => one / other,
        // The remainder by operations that are the same everywhere.
        _ => one - other * (one / other).floor(),
    }
}

fn durations(binary: Binary, one: SimDuration, other: SimDuration) -> Result<Value> {
    match binary {
        Binary::Add => one.0.checked_add(other.0).map(SimDuration).map(Value::Duration).ok_or_else(overflow),
        Binary::Subtract => (one.0.checked_sub(other.0).map(SimDuration).map(Value::Duration))
            .ok_or_else(|| ScriptError::new("a duration is never negative")),
        Binary::Divide if other.0 > 0 => {
            i64::try_from(one.0 / other.0).map(Value::Int).map_err(|_| overflow())
        }
        Binary::Remainder if other.0 > 0 => Ok(Value::Duration(SimDuration(one.0 % other.0))),
        _ => Err(ScriptError::new("two durations cannot be computed with like that")),
    }
}

fn scaled(binary: Binary, one: SimDuration, other: i64) -> Result<Value> {
    let by = u64::try_from(other).map_err(|_| ScriptError::new("a duration is never negative"))?;
    match binary {
        Binary::Multiply => one.0.checked_mul(by).map(SimDuration).map(Value::Duration).ok_or_else(overflow),
        Binary::Divide if by > 0 => Ok(Value::Duration(SimDuration(one.0 / by))),
        Binary::Divide => Err(ScriptError::new("division by zero")),
        _ => Err(ScriptError::new(
            "a duration is added to durations, and multiplied or divided by whole numbers",
        )),
    }
}

/// The ends of a range of whole numbers.
pub(in crate::sim) fn whole_range(value: &Value) -> Option<(i64, i64)> {
    let Value::Range(ends) = value else { return None };
    match (&ends.0, &ends.1) {
        (Value::Int(from), Value::Int(to)) => Some((*from, *to)),
        _ => None,
    }
}

/// The order of two values; none for decimals that are no numbers.
fn compare(left: &Value, right: &Value) -> Result<Option<Ordering>> {
    match (left, right) {
        (Value::Text(one), Value::Text(other)) => return Ok(Some(one.cmp(other))),
        (Value::Bool(one), Value::Bool(other)) => return Ok(Some(one.cmp(other))),
        _ => {}
    }
    match (number_of(left), number_of(right)) {
        (Some(Number::Int(one)), Some(Number::Int(other))) => Ok(Some(one.cmp(&other))),
        (Some(Number::Duration(one)), Some(Number::Duration(other))) => Ok(Some(one.cmp(&other))),
        (Some(one), Some(other))
            if !matches!((one, other), (Number::Duration(_), _) | (_, Number::Duration(_))) =>
        {
            Ok(as_float(one).partial_cmp(&as_float(other)))
        }
        _ => Err(ScriptError::new(format!("{} and {} have no order", left.type_name(), right.type_name()))),
    }
}

/// Whether two values are the same. Text and numbers never are; an alias is its name.
pub(super) fn equals(left: &Value, right: &Value) -> bool {
    if let (Some(one), Some(other)) = (number_of(left), number_of(right)) {
        return match (one, other) {
            (Number::Int(one), Number::Int(other)) => one == other,
            (Number::Duration(one), Number::Duration(other)) => one == other,
            (Number::Duration(_), _) | (_, Number::Duration(_)) => false,
            (one, other) => as_float(one) == as_float(other),
        };
    }
    match (left, right) {
        (Value::Null, Value::Null) => true,
        (Value::Bool(one), Value::Bool(other)) => one == other,
        (Value::Text(one), Value::Text(other)) => one == other,
        (Value::Queue(alias), Value::Text(text)) | (Value::Text(text), Value::Queue(alias)) => {
            alias.name == *text
        }
        (Value::Queue(one), Value::Queue(other)) => one.name == other.name,
        (Value::List(one), Value::List(other)) => {
            one.items().len() == other.items().len()
                && one.items().iter().zip(other.items()).all(|(one, other)| equals(one, other))
        }
        (Value::Table(one), Value::Table(other)) => {
            one.entries().len() == other.entries().len()
                && one
                    .entries()
                    .iter()
                    .all(|(name, value)| other.get(name).is_some_and(|other| equals(value, other)))
        }
        (Value::Range(one), Value::Range(other)) => equals(&one.0, &other.0) && equals(&one.1, &other.1),
        (Value::Message(one), Value::Message(other)) => one.message == other.message && one.tag == other.tag,
        (Value::Field(one), Value::Field(other)) => one == other,
        (Value::Field(one), other) | (other, Value::Field(one)) => match value_of_field(one) {
            Value::Field(_) => false,
            value => equals(&value, other),
        },
        (Value::Error(one), Value::Error(other)) => one == other,
        _ => false,
    }
}

/// Whether a question is answered by yes or no.
pub(super) fn is_yes_or_no(ask: Ask) -> bool {
    matches!(ask, Ask::Exists)
}
