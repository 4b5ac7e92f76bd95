//! What `set_policy` and `set_operator_policy` take, and what they say when they do not.

use crate::amqp::FieldValue;

use super::command::{Policy, PolicyScope};
use super::erlang;
use super::permissions::{Fault, Pattern};
use super::profile::Profile;
use super::publish::TTL_MAX;
use super::stream_reader::age;

/// What a policy may set in every version.
const KEYS: [&str; 20] = [
    "alternate-exchange",
    "dead-letter-exchange",
    "dead-letter-routing-key",
    "dead-letter-strategy",
    "delivery-limit",
    "expires",
    "initial-cluster-size",
    "max-age",
    "max-in-memory-bytes",
    "max-in-memory-length",
    "max-length",
    "max-length-bytes",
    "message-ttl",
    "overflow",
    "queue-leader-locator",
    "queue-master-locator",
    "queue-mode",
    "queue-version",
    "stream-max-segment-size-bytes",
    "ha-mode",
];

/// What an operator policy may set in every version.
const OPERATOR_KEYS: [&str; 7] = [
    "delivery-limit",
    "expires",
    "max-in-memory-bytes",
    "max-in-memory-length",
    "max-length",
    "max-length-bytes",
    "message-ttl",
];

/// A table that does not fit into it is printed with a line for each entry. RabbitMQ: Erlang's pretty printer.
const LINE: usize = 80;

/// The policy's pattern, or what rabbitmqctl prints.
pub(super) fn check(profile: &Profile, policy: &Policy) -> Result<Pattern, String> {
    let failed = |why: String| format!("Validation failed\n\n{why}\n");
    let pattern = Pattern::parse(&policy.pattern).map_err(|fault| match fault {
        Fault::Other(why) => why,
        fault => failed(pattern_fault(profile, &fault)),
    })?;
    check_scope(profile, policy.apply_to).map_err(failed)?;
    check_definition(profile, policy).map_err(failed)?;
    Ok(pattern)
}

fn pattern_fault(profile: &Profile, fault: &Fault) -> String {
    let (words, at) = match fault {
        Fault::NothingToRepeat(at) if profile.regular_expressions_are_pcre2 => {
            ("quantifier does not follow a repeatable item", at + 1)
        }
        Fault::NothingToRepeat(at) => ("nothing to repeat", *at),
        Fault::UnclosedClass(at) => ("missing terminating ] for character class", *at),
        Fault::Other(why) => return why.clone(),
    };
    let text = "pattern should be regular expression but is invalid: {";
    let line = format!("{text}\"{words}\",{at}}}");
    if line.len() <= LINE {
        return line;
    }
    format!("{text}\"{words}\",\n{}{at}}}", " ".repeat(text.len()))
}

fn check_scope(profile: &Profile, scope: PolicyScope) -> Result<(), String> {
    let word = match scope {
        PolicyScope::ClassicQueues => "classic_queues",
        PolicyScope::QuorumQueues => "quorum_queues",
        PolicyScope::Streams => "streams",
        PolicyScope::All | PolicyScope::Queues | PolicyScope::Exchanges => return Ok(()),
    };
    if profile.policies_by_queue_type {
        return Ok(());
    }
    Err(format!("apply-to '{word}' unrecognised; should be 'queues', 'exchanges' or 'all'"))
}

/// RabbitMQ: first what nobody knows, all of it, then value by value.
fn check_definition(profile: &Profile, policy: &Policy) -> Result<(), String> {
    let mut entries: Vec<(&str, &FieldValue)> =
        policy.definition.0.iter().map(|(key, value)| (&**key, value)).collect();
    entries.sort_by_key(|(key, _)| *key);
    if entries.is_empty() {
        return Err("no policy provided".to_owned());
    }
    let utf8 = profile.shows_utf8_in_binaries;
    let unknown = entries.iter().filter(|(key, _)| !is_known(profile, key, policy.operator));
    let unknown: Vec<String> = unknown
        .map(|(key, value)| format!("{{{},{}}}", erlang::binary(key, utf8), erlang::term(value, utf8)))
        .collect();
    if !unknown.is_empty() {
        let line = unknown.join(",");
        let terms = if line.len() + 2 <= LINE { line } else { unknown.join(",\n ") };
        return Err(format!("[{terms}] are not recognised policy settings"));
    }
    for (key, value) in &entries {
        check_value(profile, key, value)?;
    }
    check_delays(policy)
}

fn is_known(profile: &Profile, key: &str, operator: bool) -> bool {
    match key {
        "delayed-retry-type" | "delayed-retry-min" | "delayed-retry-max" => profile.delayed_retry,
        "consumer-timeout" => !operator && profile.timeout_per_queue,
        "ha-mode" => !operator && profile.mirrors_classic_queues,
        "target-group-size" => profile.operator_policies_say_more,
        "stream-filter-size-bytes" => !operator && profile.streams_filter,
        "overflow" | "queue-version" if operator => profile.operator_policies_say_more,
        _ if operator => OPERATOR_KEYS.contains(&key),
        _ => KEYS.contains(&key),
    }
}

fn check_value(profile: &Profile, key: &str, value: &FieldValue) -> Result<(), String> {
    let number = value.as_integer();
    let at_least = |least: i64| number.is_some_and(|number| number >= least);
    let text = matches!(value, FieldValue::Text(_));
    let one_of = |words: &[&str]| matches!(value, FieldValue::Text(text) if words.contains(&&**text));
    let ten_years = i64::try_from(TTL_MAX).unwrap_or(i64::MAX);
    let (valid, what) = match key {
        "message-ttl" => (at_least(0) && number <= Some(ten_years), "message TTL"),
        "expires" => (at_least(1) && number <= Some(ten_years), "queue expiry"),
        "max-length" => (at_least(0), "maximum length"),
        "max-length-bytes" => (at_least(0), "maximum length in bytes"),
        "max-in-memory-length" | "max-in-memory-bytes" => (at_least(0), "maximum memory in bytes"),
        "delivery-limit" => {
            let any = profile.default_delivery_limit.is_some();
            (if any { number.is_some() } else { at_least(0) }, "delivery limit")
        }
        "consumer-timeout" => (at_least(0), "consumer timeout"),
        "overflow" => (one_of(&["drop-head", "reject-publish", "reject-publish-dlx"]), "overflow value"),
        "dead-letter-strategy" => (one_of(&["at-most-once", "at-least-once"]), "dead letter strategy"),
        "dead-letter-exchange" => (text, "dead letter exchange name"),
        "dead-letter-routing-key" => (text, "dead letter routing key"),
        "alternate-exchange" => (text, "alternate exchange name"),
        "queue-mode" => (one_of(&["default", "lazy"]), "queue-mode value"),
        "queue-version" => (matches!(number, Some(1 | 2)), "queue-version value"),
        "queue-leader-locator" => {
            (one_of(&["client-local", "balanced", "random", "least-leaders"]), "queue leader locator value")
        }
        "queue-master-locator" if profile.refuses_master_locator => {
            return Err("use of deprecated queue-master-locator argument is not permitted".to_owned());
        }
        "target-group-size" => (at_least(1), "qq target count value"),
        // RabbitMQ: 0 is taken, though it is none in an argument.
        "initial-cluster-size" => (at_least(0), "cluster size"),
        "stream-filter-size-bytes" => (at_least(0), "filter size"),
        "max-age" => (matches!(value, FieldValue::Text(text) if age(text).is_ok()), "max age"),
        "stream-max-segment-size-bytes" => (at_least(0), "segment size"),
        "delayed-retry-type" => (
            one_of(&["all", "failed", "returned", "disabled"]),
            "delayed retry type. Must be one of: all, failed, returned, disabled",
        ),
        "delayed-retry-min" => (at_least(1), "delayed retry minimum delay. Must be a positive integer"),
        "delayed-retry-max" => (at_least(1), "delayed retry maximum delay. Must be a positive integer"),
        _ => (true, ""),
    };
    if valid {
        Ok(())
    } else {
        Err(format!("{} is not a valid {what}", erlang::term(value, profile.shows_utf8_in_binaries)))
    }
}

/// What the delays of a delayed retry must be together.
fn check_delays(policy: &Policy) -> Result<(), String> {
    let get = |key: &str| policy.definition.get(key);
    let (least, most) = (
        get("delayed-retry-min").and_then(FieldValue::as_integer),
        get("delayed-retry-max").and_then(FieldValue::as_integer),
    );
    match (get("delayed-retry-type"), least, most) {
        (Some(FieldValue::Text(kind)), None, _) if **kind != *"disabled" => {
            Err(format!("delayed-retry-min is required when delayed-retry-type is {kind}"))
        }
        (_, Some(least), Some(most)) if most < least => {
            Err(format!("delayed-retry-max ({most}) must not be smaller than delayed-retry-min ({least})"))
        }
        _ => Ok(()),
    }
}
