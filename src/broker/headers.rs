//! Matching of headers exchanges.

use crate::amqp::{FieldTable, FieldValue, Name};

use super::arguments::show;
use super::explain::HeaderAnswer;
use super::refusal::{Outcome, Refusal};

/// How the pairs of a binding are put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mode {
    any: bool,
    with_x: bool,
}

impl Mode {
    fn counts(self, key: &str) -> bool {
        key != "x-match" && (self.with_x || !key.starts_with("x-"))
    }
}

fn mode_of(arguments: &FieldTable) -> Mode {
    let text = match arguments.get("x-match") {
        Some(FieldValue::Text(text)) => &**text,
        _ => "all",
    };
    Mode { any: text.starts_with("any"), with_x: text.ends_with("-with-x") }
}

/// RabbitMQ: what a binding to a headers exchange may say.
pub(super) fn check(arguments: &FieldTable) -> Outcome {
    match arguments.get("x-match") {
        None => Ok(()),
        Some(FieldValue::Text(mode)) if ["all", "any", "all-with-x", "any-with-x"].contains(&&**mode) => {
            Ok(())
        }
        Some(FieldValue::Text(mode)) => Err(Refusal::precondition_failed(format!(
            "Invalid x-match field value <<\"{mode}\">>; expected all, any, all-with-x, or any-with-x"
        ))),
        Some(other) => Err(Refusal::precondition_failed(format!(
            "Invalid x-match field type {} (value {}); expected longstr",
            other.type_name(),
            show(other)
        ))),
    }
}

/// Whether a binding's arguments match a message's headers.
/// RabbitMQ: keys beginning `x-` are skipped unless the mode says otherwise; a void value means "present".
pub(super) fn matches(arguments: &FieldTable, headers: Option<&FieldTable>, strict: bool) -> bool {
    let mode = mode_of(arguments);
    let mut counting = arguments.0.iter().filter(|(key, _)| mode.counts(key));
    let holds = |(key, wanted): &(Name, FieldValue)| holds(headers.and_then(|h| h.get(key)), wanted, strict);
    if mode.any { counting.any(holds) } else { counting.all(holds) }
}

/// Each pair of a binding, and whether one of them is enough.
pub(super) fn pairs(
    arguments: &FieldTable,
    headers: Option<&FieldTable>,
    strict: bool,
) -> (bool, Vec<HeaderAnswer>) {
    let mode = mode_of(arguments);
    let pairs = arguments
        .0
        .iter()
        .filter(|(key, _)| &**key != "x-match")
        .map(|(key, wanted)| {
            let found = headers.and_then(|headers| headers.get(key));
            HeaderAnswer {
                key: key.clone(),
                wanted: wanted.clone(),
                found: found.cloned(),
                holds: holds(found, wanted, strict),
                ignored: !mode.counts(key),
            }
        })
        .collect();
    (mode.any, pairs)
}

fn holds(found: Option<&FieldValue>, wanted: &FieldValue, strict: bool) -> bool {
    found.is_some_and(|found| matches!(wanted, FieldValue::Void) || equal(wanted, found, strict))
}

/// RabbitMQ: values compare as Erlang terms; the width of integers does not matter, and before 3.13 neither does
/// the difference between 1 and 1.0.
fn equal(one: &FieldValue, other: &FieldValue, strict: bool) -> bool {
    if let (Some(one), Some(other)) = (one.as_integer(), other.as_integer()) {
        return one == other;
    }
    match (float(one), float(other)) {
        (Some(one), Some(other)) => return one == other,
        (Some(float), None) if !strict => return other.as_integer().is_some_and(|n| n as f64 == float),
        (None, Some(float)) if !strict => return one.as_integer().is_some_and(|n| n as f64 == float),
        _ => {}
    }
    match (one, other) {
        (FieldValue::Timestamp(one), FieldValue::Timestamp(other)) => one == other,
        (FieldValue::Timestamp(time), value) | (value, FieldValue::Timestamp(time)) => {
            value.as_integer().is_some_and(|n| u64::try_from(n) == Ok(*time))
        }
        (one, other) => one == other,
    }
}

fn float(value: &FieldValue) -> Option<f64> {
    match value {
        FieldValue::Float(value) => Some(f64::from(*value)),
        FieldValue::Double(value) => Some(*value),
        _ => None,
    }
}
