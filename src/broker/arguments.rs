//! `x-` arguments of exchanges and queues: validity and equivalence.

use crate::amqp::{FieldTable, FieldValue, Name, name};

use super::erlang;
use super::profile::{Profile, TimeoutOf};
use super::publish::TTL_MAX;
use super::queue::QueueKind;
use super::refusal::{Outcome, Refusal};
use super::stream_reader::{BadAge, age};

/// RabbitMQ: carriage returns and line feeds are taken out of the names of what is declared, deleted, bound and
/// unbound; not where it publishes, consumes, gets or purges.
pub(super) fn plain_name(given: &Name) -> Name {
    if given.bytes().any(|byte| matches!(byte, b'\r' | b'\n')) {
        name(&given.replace(['\r', '\n'], ""))
    } else {
        given.clone()
    }
}

/// RabbitMQ: named arguments compare by kind of type and value, the others do not matter.
pub(super) fn check_equivalent(
    place: &str,
    keys: &[&str],
    profile: &Profile,
    received: &FieldTable,
    current: &FieldTable,
) -> Outcome {
    let utf8 = profile.shows_utf8_in_binaries;
    for key in keys {
        let (new, old) = (received.get(key), current.get(key));
        let ages = profile.compares_ages.then(|| (new.map(as_age), old.map(as_age)));
        let (new, old) = match &ages {
            Some((new, old)) if *key == "x-max-age" => (new.as_ref(), old.as_ref()),
            _ => (new, old),
        };
        let text = match (new, old) {
            (None, None) => continue,
            (Some(new), Some(old)) if same(new, old) => continue,
            // RabbitMQ: of a decimal it knows no text, and breaks.
            (Some(FieldValue::Decimal(..)), _) | (_, Some(FieldValue::Decimal(..))) => {
                return Err(Refusal::crash());
            }
            (Some(new), Some(old)) => {
                format!("received {} but current is {}", quoted(new, utf8), quoted(old, utf8))
            }
            (new, old) => format!("received {} but current is {}", describe(new, utf8), describe(old, utf8)),
        };
        return Err(Refusal::precondition_failed(format!("inequivalent arg '{key}' for {place}: {text}")));
    }
    Ok(())
}

/// RabbitMQ 4.3: ages are compared, and shown, in milliseconds.
fn as_age(value: &FieldValue) -> FieldValue {
    match value {
        FieldValue::Text(text) => {
            age(text).map_or_else(|_| value.clone(), |age| FieldValue::text(&age.to_string()))
        }
        other => other.clone(),
    }
}

fn same(one: &FieldValue, other: &FieldValue) -> bool {
    match (one.as_integer(), other.as_integer()) {
        (Some(one), Some(other)) => one == other,
        _ => one == other,
    }
}

/// RabbitMQ: the value that is none has no quotes.
fn quoted(value: &FieldValue, utf8: bool) -> String {
    if *value == FieldValue::Void { "none".to_owned() } else { format!("'{}'", erlang::shown(value, utf8)) }
}

fn describe(value: Option<&FieldValue>, utf8: bool) -> String {
    value.map_or_else(
        || "none".to_owned(),
        |value| format!("the value '{}' of type '{}'", erlang::shown(value, utf8), value.type_name()),
    )
}

/// Which values a queue argument takes.
#[derive(Clone, Copy)]
enum Rule {
    Expires,
    Ttl,
    Text,
    NonNegative,
    MaxPriority,
    Overflow,
    QueueMode,
    SingleActive,
    QueueType,
    QueueVersion,
    DeadLetterKey,
    Integer,
    Positive,
    MaxAge,
    Locator,
    Strategy,
}

/// RabbitMQ: rabbit_amqqueue:declare_args/0, in its order, which decides which of two mistakes is named.
const RULES: [(&str, Rule); 24] = [
    ("x-expires", Rule::Expires),
    ("x-message-ttl", Rule::Ttl),
    ("x-dead-letter-exchange", Rule::Text),
    ("x-dead-letter-routing-key", Rule::DeadLetterKey),
    ("x-dead-letter-strategy", Rule::Strategy),
    ("x-max-length", Rule::NonNegative),
    ("x-max-length-bytes", Rule::NonNegative),
    ("x-max-in-memory-length", Rule::NonNegative),
    ("x-max-in-memory-bytes", Rule::NonNegative),
    ("x-max-priority", Rule::MaxPriority),
    ("x-overflow", Rule::Overflow),
    ("x-queue-mode", Rule::QueueMode),
    ("x-queue-version", Rule::QueueVersion),
    ("x-single-active-consumer", Rule::SingleActive),
    ("x-queue-type", Rule::QueueType),
    ("x-quorum-initial-group-size", Rule::NonNegative),
    ("x-max-age", Rule::MaxAge),
    ("x-stream-max-segment-size-bytes", Rule::NonNegative),
    ("x-stream-filter-size-bytes", Rule::NonNegative),
    ("x-initial-cluster-size", Rule::Positive),
    ("x-delivery-limit", Rule::Integer),
    ("x-consumer-timeout", Rule::NonNegative),
    ("x-queue-leader-locator", Rule::Locator),
    ("x-queue-master-locator", Rule::Locator),
];

/// RabbitMQ: rabbit_queue_location, those it calls deprecated among them.
const LOCATORS: [&str; 5] = ["client-local", "balanced", "random", "least-leaders", "min-masters"];

impl Profile {
    /// Whether this version has an argument of queues. One that it does not know is taken and means nothing.
    pub(super) fn knows_argument(&self, key: &str) -> bool {
        match key {
            "x-consumer-timeout" => self.timeout_of == TimeoutOf::QuorumConsumers,
            "x-delayed-retry-type" | "x-delayed-retry-min" | "x-delayed-retry-max" => self.delayed_retry,
            "x-queue-mode" => !self.ignores_queue_mode,
            "x-stream-filter-size-bytes" => self.knows_filter_size,
            _ => true,
        }
    }
}

/// Arguments that compare, and are known, in a classic queue.
pub(super) const CLASSIC: [&str; 13] = [
    "x-expires",
    "x-message-ttl",
    "x-dead-letter-exchange",
    "x-dead-letter-routing-key",
    "x-max-length",
    "x-max-length-bytes",
    "x-max-priority",
    "x-overflow",
    "x-queue-mode",
    "x-queue-version",
    "x-single-active-consumer",
    "x-queue-type",
    "x-queue-master-locator",
];

/// Arguments that compare, and are known, in a quorum queue. RabbitMQ: in the order of `rabbit_quorum_queue`, which
/// decides which of two differences is named.
pub(super) const QUORUM: [&str; 19] = [
    "x-dead-letter-exchange",
    "x-dead-letter-routing-key",
    "x-dead-letter-strategy",
    "x-expires",
    "x-max-length",
    "x-max-length-bytes",
    "x-max-in-memory-length",
    "x-max-in-memory-bytes",
    "x-overflow",
    "x-single-active-consumer",
    "x-queue-type",
    "x-quorum-initial-group-size",
    "x-delivery-limit",
    "x-message-ttl",
    "x-queue-leader-locator",
    "x-consumer-timeout",
    "x-delayed-retry-type",
    "x-delayed-retry-min",
    "x-delayed-retry-max",
];

/// Arguments that compare, and are known, in a stream.
const STREAM: [&str; 7] = [
    "x-max-length-bytes",
    "x-queue-type",
    "x-max-age",
    "x-stream-max-segment-size-bytes",
    "x-stream-filter-size-bytes",
    "x-initial-cluster-size",
    "x-queue-leader-locator",
];

/// The arguments that compare in a queue of that type, where the version knows them.
pub(super) fn known(kind: QueueKind) -> &'static [&'static str] {
    match kind {
        QueueKind::Classic => &CLASSIC,
        QueueKind::Quorum => &QUORUM,
        QueueKind::Stream => &STREAM,
    }
}

/// Checks the arguments of a queue. RabbitMQ: the type first, then what that type knows.
pub(super) fn check_queue(profile: &Profile, place: &str, arguments: &FieldTable) -> Outcome {
    let kind_first = RULES.iter().filter(|(key, _)| *key == "x-queue-type");
    let others = RULES.iter().filter(|(key, _)| {
        let kind = QueueKind::of(arguments);
        let located = *key == "x-queue-leader-locator" && profile.classic_takes_leader_locator;
        *key != "x-queue-type" && profile.knows_argument(key) && (known(kind).contains(key) || located)
    });
    for (key, rule) in kind_first.chain(others) {
        let Some(value) = arguments.get(key) else { continue };
        if let (Rule::MaxAge, FieldValue::Text(text)) = (*rule, value)
            && age(text) == Err(BadAge::NoNumber)
            && profile.age_without_number_breaks
        {
            return Err(Refusal::crash());
        }
        check(profile, *rule, value, arguments)
            .map_err(|why| Refusal::precondition_failed(format!("invalid arg '{key}' for {place}: {why}")))?;
    }
    Ok(())
}

/// RabbitMQ: the largest segment of a stream, and the sizes of its filters.
const SEGMENT_MAX: i64 = 3_000_000_000;
const FILTER_SIZES: std::ops::RangeInclusive<i64> = 16..=255;

/// Checks the sizes in the arguments of a stream.
pub(super) fn check_stream_sizes(profile: &Profile, arguments: &FieldTable) -> Outcome {
    let number = |key: &str| arguments.get(key).and_then(FieldValue::as_integer);
    if number("x-stream-max-segment-size-bytes").is_some_and(|size| size > SEGMENT_MAX) {
        return Err(Refusal::precondition_failed("Exceeded max value for x-stream-max-segment-size-bytes"));
    }
    let given = arguments.get("x-stream-filter-size-bytes").filter(|_| profile.streams_filter);
    if given.is_some_and(|size| !size.as_integer().is_some_and(|size| FILTER_SIZES.contains(&size))) {
        let space = if profile.knows_filter_size { "" } else { " " };
        return Err(Refusal::precondition_failed(format!(
            "Invalid value for {space}x-stream-filter-size-bytes"
        )));
    }
    Ok(())
}

fn check(profile: &Profile, rule: Rule, value: &FieldValue, arguments: &FieldTable) -> Result<(), String> {
    match rule {
        Rule::Positive => positive(value),
        Rule::MaxAge => age(text(value)?).map(drop).map_err(|_| "invalid_max_age".to_owned()),
        Rule::Expires => positive(value).and_then(|()| not_too_large(value)),
        Rule::Ttl => non_negative(value).and_then(|()| not_too_large(value)),
        Rule::NonNegative => non_negative(value),
        Rule::Integer => integer(value).map(drop),
        Rule::Text => text(value).map(drop),
        Rule::DeadLetterKey => {
            text(value)?;
            let has = arguments.get("x-dead-letter-exchange").is_some();
            if has { Ok(()) } else { Err("routing_key_but_no_dlx_defined".to_owned()) }
        }
        Rule::MaxPriority => {
            non_negative(value)?;
            match integer(value)? {
                n if n > 255 => Err(format!("{{max_value_exceeded,{n}}}")),
                _ => Ok(()),
            }
        }
        Rule::Overflow => one_of(value, &["drop-head", "reject-publish", "reject-publish-dlx"], |_| {
            "invalid_overflow".to_owned()
        }),
        Rule::Strategy => {
            one_of(value, &["at-most-once", "at-least-once"], |_| "invalid_dlx_strategy".to_owned())
        }
        Rule::QueueMode => one_of(value, &["default", "lazy"], |other| {
            erlang::characters(&format!("unsupported queue mode '{other}'"), profile.shows_utf8_in_binaries)
        }),
        Rule::QueueType => one_of(value, &["classic", "quorum", "stream"], |other| {
            erlang::characters(&format!("unsupported queue type '{other}'"), profile.shows_utf8_in_binaries)
        }),
        Rule::Locator => one_of(value, &LOCATORS, |_| "invalid_queue_locator_arg".to_owned()),
        Rule::SingleActive => match value {
            FieldValue::Bool(_) => Ok(()),
            other => Err(unacceptable(other)),
        },
        Rule::QueueVersion => match integer(value)? {
            1 if profile.refuses_queue_version_1 => Err("\"unsupported queue version '1'\"".to_owned()),
            1 | 2 => Ok(()),
            other => Err(format!("\"unsupported queue version '{other}'\"")),
        },
    }
}

/// The consumer arguments a queue type takes in some version.
fn consumer_arguments(kind: QueueKind, profile: &Profile) -> Vec<&'static str> {
    let (ha, filters) = (profile.cancels_on_failover, profile.streams_filter);
    let timeouts = profile.knows_argument("x-consumer-timeout");
    let all: &[(&str, bool)] = match kind {
        QueueKind::Classic => &[("x-priority", true), ("x-cancel-on-ha-failover", ha)],
        QueueKind::Quorum => &[("x-priority", true), ("x-consumer-timeout", timeouts)],
        QueueKind::Stream => {
            &[("x-stream-offset", true), ("x-stream-filter", filters), ("x-stream-match-unfiltered", filters)]
        }
    };
    all.iter().filter(|(_, here)| *here).map(|(key, _)| *key).collect()
}

/// Checks the arguments of a consumer that its queue type has, but for a stream's. RabbitMQ: before `check_consumer_keys`.
pub(super) fn check_consumer_values(
    profile: &Profile,
    place: &str,
    kind: QueueKind,
    arguments: &FieldTable,
) -> Outcome {
    if !consumer_arguments(kind, profile).contains(&"x-priority") {
        return Ok(());
    }
    match arguments.get("x-priority").map(integer) {
        Some(Err(why)) => {
            Err(Refusal::precondition_failed(format!("invalid arg 'x-priority' for {place}: {why}")))
        }
        _ => Ok(()),
    }
}

/// Checks the arguments of a consumer for those of another queue type.
pub(super) fn check_consumer_keys(
    profile: &Profile,
    place: &str,
    kind: QueueKind,
    arguments: &FieldTable,
) -> Outcome {
    let own = consumer_arguments(kind, profile);
    let kinds = [QueueKind::Classic, QueueKind::Quorum, QueueKind::Stream];
    let known: Vec<&str> = kinds.into_iter().flat_map(|kind| consumer_arguments(kind, profile)).collect();
    match arguments.0.iter().find(|(key, _)| known.contains(&&**key) && !own.contains(&&**key)) {
        Some((key, _)) => Err(Refusal::precondition_failed(format!(
            "invalid arg '{key}' for {place} of queue type {}",
            kind.module()
        ))),
        None => Ok(()),
    }
}

fn unacceptable(value: &FieldValue) -> String {
    format!("{{unacceptable_type,{}}}", value.type_name())
}

fn integer(value: &FieldValue) -> Result<i64, String> {
    value.as_integer().ok_or_else(|| format!("\"expected integer, got {}\"", value.type_name()))
}

fn text(value: &FieldValue) -> Result<&str, String> {
    match value {
        FieldValue::Text(text) => Ok(text),
        other => Err(unacceptable(other)),
    }
}

fn one_of(value: &FieldValue, known: &[&str], why: impl Fn(&str) -> String) -> Result<(), String> {
    let text = text(value)?;
    if known.contains(&text) { Ok(()) } else { Err(why(text)) }
}

fn non_negative(value: &FieldValue) -> Result<(), String> {
    match integer(value)? {
        n if n < 0 => Err(format!("{{value_negative,{n}}}")),
        _ => Ok(()),
    }
}

fn positive(value: &FieldValue) -> Result<(), String> {
    match integer(value)? {
        0 => Err("{value_zero,0}".to_owned()),
        _ => non_negative(value),
    }
}

fn not_too_large(value: &FieldValue) -> Result<(), String> {
    match integer(value)? {
        n if n > TTL_MAX as i64 => Err(format!("{{value_too_large,{n}}}")),
        _ => Ok(()),
    }
}
