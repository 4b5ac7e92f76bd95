//! Whether what happened is what was recorded.

use std::fmt;

use serde_json::Value;

/// The first difference of a case.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Which step, from 0; `None`: the state after the last.
    pub step: Option<u32>,
    /// What the step is.
    pub what: String,
    /// As recorded.
    pub expected: Value,
    /// As it came out here.
    pub got: Value,
}

impl fmt::Display for Difference {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.step {
            Some(step) => write!(out, "step {step} {}", self.what)?,
            None => write!(out, "final state")?,
        }
        write!(out, ": expected {}, got {}", self.expected, self.got)
    }
}

/// Equal, where `<time>` stands for any timestamp, and integers compare by value.
pub fn same(expected: &Value, got: &Value) -> bool {
    match (expected, got) {
        (Value::String(text), Value::Object(object)) if text == "<time>" => object.contains_key("$timestamp"),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(key, value)| other.get(key).is_some_and(|found| same(value, found)))
        }
        _ => expected == got,
    }
}

/// State lists are sets.
pub fn same_state(expected: &Value, got: &Value) -> bool {
    ["queues", "exchanges", "bindings"].into_iter().all(|key| {
        let (Some(one), Some(other)) = (expected[key].as_array(), got[key].as_array()) else { return false };
        one.len() == other.len() && one.iter().all(|item| other.iter().any(|found| same(item, found)))
    })
}
