//! Matching of headers exchanges.

use crate::amqp::{FieldTable, FieldValue, Name};

use super::erlang;
use super::explain::HeaderAnswer;
use super::profile::Profile;
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
pub(super) fn check(arguments: &FieldTable, profile: &Profile) -> Outcome {
    match arguments.get("x-match") {
        None => Ok(()),
        Some(FieldValue::Text(mode)) if ["all", "any", "all-with-x", "any-with-x"].contains(&&**mode) => {
            Ok(())
        }
        Some(FieldValue::Text(mode)) => Err(Refusal::precondition_failed(format!(
            "Invalid x-match field value {}; expected all, any, all-with-x, or any-with-x",
            erlang::binary(mode, profile.shows_utf8_in_binaries)
        ))),
        Some(other) => Err(Refusal::precondition_failed(format!(
            "Invalid x-match field type {} (value {}); expected longstr",
            other.type_name(),
            erlang::term(other, profile.shows_utf8_in_binaries)
        ))),
    }
}

/// Whether a binding's arguments match a message's headers.
/// RabbitMQ: keys beginning `x-` are skipped unless the mode says otherwise; a void value means "present".
pub(super) fn matches(arguments: &FieldTable, headers: Option<&FieldTable>, compare: Compare) -> bool {
    let mode = mode_of(arguments);
    let mut counting = arguments.0.iter().filter(|(key, _)| mode.counts(key));
    let holds = |(key, wanted): &(Name, FieldValue)| holds(headers.and_then(|h| h.get(key)), wanted, compare);
    if mode.any { counting.any(holds) } else { counting.all(holds) }
}

/// Each pair of a binding, and whether one of them is enough.
pub(super) fn pairs(
    arguments: &FieldTable,
    headers: Option<&FieldTable>,
    compare: Compare,
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
                holds: holds(found, wanted, compare),
                ignored: !mode.counts(key),
            }
        })
        .collect();
    (mode.any, pairs)
}

fn holds(found: Option<&FieldValue>, wanted: &FieldValue, compare: Compare) -> bool {
    found.is_some_and(|found| matches!(wanted, FieldValue::Void) || equal(wanted, found, compare))
}

/// How a version compares values.
#[derive(Clone, Copy, Debug)]
pub(super) struct Compare {
    /// 1 is not 1.0.
    strict: bool,
    /// Times of a message are in milliseconds, those of a binding as they were given.
    times_in_ms: bool,
}

impl Compare {
    pub(super) fn of(profile: &Profile) -> Self {
        Self { strict: profile.headers_compare_strictly, times_in_ms: profile.header_times_in_ms }
    }
}

/// RabbitMQ: values compare as Erlang terms: the type does not matter, only what it is made of, so that a time is an
/// integer and a text its bytes; before 3.13 the difference between 1 and 1.0 does not matter either. Within arrays and
/// tables the types are part of the terms.
fn equal(wanted: &FieldValue, found: &FieldValue, compare: Compare) -> bool {
    let scale = if compare.times_in_ms { 1000 } else { 1 };
    if let (Some(wanted), Some(found)) = (integer(wanted, 1), integer(found, scale)) {
        return wanted == found;
    }
    match (float(wanted), float(found)) {
        (Some(wanted), Some(found)) => return wanted == found,
        (Some(float), None) if !compare.strict => {
            return integer(found, scale).is_some_and(|n| n as f64 == float);
        }
        (None, Some(float)) if !compare.strict => {
            return integer(wanted, 1).is_some_and(|n| n as f64 == float);
        }
        _ => {}
    }
    match (octets(wanted), octets(found)) {
        (Some(wanted), Some(found)) => wanted == found,
        _ => wanted == found,
    }
}

/// An integer of any width, or a time in this many parts of a second.
fn integer(value: &FieldValue, parts: i128) -> Option<i128> {
    match value {
        FieldValue::Timestamp(time) => Some(i128::from(*time) * parts),
        other => other.as_integer().map(i128::from),
    }
}

fn octets(value: &FieldValue) -> Option<&[u8]> {
    match value {
        FieldValue::Text(text) => Some(text.as_bytes()),
        FieldValue::Bytes(bytes) => Some(bytes),
        _ => None,
    }
}

fn float(value: &FieldValue) -> Option<f64> {
    match value {
        FieldValue::Float(value) => Some(f64::from(*value)),
        FieldValue::Double(value) => Some(*value),
        _ => None,
    }
}
