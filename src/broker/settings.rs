//! What is in force for a queue: its arguments, its policy and its operator policy put together.

use crate::amqp::{FieldTable, FieldValue, Name};

use super::delayed_retry::DelayedRetry;
use super::machine::Broker;
use super::queue::{QueueKind, QueueSpec};
use super::stream_reader::age;

/// What a full queue does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Overflow {
    #[default]
    DropHead,
    RejectPublish,
    RejectPublishDeadLetter,
}

/// The settings in force. Times in milliseconds.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Settings {
    pub ttl: Option<u64>,
    pub expires: Option<u64>,
    pub max_length: Option<u64>,
    pub max_bytes: Option<u64>,
    pub max_priority: u8,
    pub overflow: Overflow,
    pub dead_letter_exchange: Option<Name>,
    pub dead_letter_key: Option<Name>,
    /// Dead letters stay until they have arrived.
    pub at_least_once: bool,
    pub delivery_limit: Option<i64>,
    pub consumer_timeout: Option<u64>,
    pub delayed_retry: Option<DelayedRetry>,
    /// Of a stream.
    pub max_age: Option<u64>,
    /// Of a stream.
    pub segment_bytes: Option<u64>,
}

impl Settings {
    /// Whether that many ready messages of that many bytes are too much.
    pub fn is_over(&self, messages: u64, bytes: u64) -> bool {
        self.max_length.is_some_and(|max| messages > max) || self.max_bytes.is_some_and(|max| bytes > max)
    }
}

impl Broker {
    pub(super) fn settings_of(&self, spec: &QueueSpec) -> Settings {
        let (policy, operator) = self.policies_for_queue(spec);
        let sources = Sources { arguments: &spec.arguments, policy, operator };
        if spec.kind == QueueKind::Stream {
            return stream_settings(&sources);
        }
        let quorum = spec.kind == QueueKind::Quorum;
        let overflow =
            if quorum { sources.policy_first("overflow") } else { sources.argument_first("overflow") };
        let overflow = match overflow.and_then(text) {
            Some("reject-publish") => Overflow::RejectPublish,
            // RabbitMQ: a quorum queue takes the argument and drops heads.
            Some("reject-publish-dlx") if !quorum => Overflow::RejectPublishDeadLetter,
            _ => Overflow::DropHead,
        };
        let expires = if quorum { sources.first_number("expires") } else { sources.least("expires") };
        let name = |value: &FieldValue| text(value).map(crate::amqp::name);
        Settings {
            ttl: sources.least("message-ttl"),
            expires,
            max_length: sources.least("max-length"),
            max_bytes: sources.least("max-length-bytes"),
            max_priority: self.max_priority(spec),
            overflow,
            dead_letter_exchange: sources.argument_first("dead-letter-exchange").and_then(name),
            at_least_once: quorum && overflow == Overflow::RejectPublish && sources.is_at_least_once(),
            dead_letter_key: sources.argument_first("dead-letter-routing-key").and_then(name),
            delivery_limit: quorum.then(|| self.delivery_limit(&sources)).flatten(),
            consumer_timeout: sources.least("consumer-timeout"),
            delayed_retry: (quorum && self.profile.delayed_retry).then(|| delayed_retry(&sources)).flatten(),
            max_age: None,
            segment_bytes: None,
        }
    }

    fn max_priority(&self, spec: &QueueSpec) -> u8 {
        let given = spec.arguments.get("x-max-priority").and_then(FieldValue::as_integer);
        let levels = given.filter(|_| spec.kind == QueueKind::Classic).and_then(|n| u8::try_from(n).ok());
        let least = u8::from(self.profile.priority_zero_is_one);
        levels.map_or(0, |levels| levels.max(least))
    }

    /// RabbitMQ: the least of those given; since 4.0 a negative one switches the default off, and loses against others.
    fn delivery_limit(&self, sources: &Sources<'_>) -> Option<i64> {
        let given: Vec<i64> = sources.all("delivery-limit").collect();
        let counts = |limit: &i64| *limit >= 0 || !self.profile.negative_limit_is_none;
        match given.iter().copied().filter(counts).min() {
            None if given.is_empty() => self.profile.default_delivery_limit.map(i64::from),
            least => least,
        }
    }
}

fn delayed_retry(sources: &Sources<'_>) -> Option<DelayedRetry> {
    let kind = sources.policy_first("delayed-retry-type").and_then(text);
    DelayedRetry::of(kind, sources.least("delayed-retry-min"), sources.least("delayed-retry-max"))
}

/// RabbitMQ: for a stream what a policy says goes before its arguments.
fn stream_settings(sources: &Sources<'_>) -> Settings {
    let age_of = |value: &FieldValue| text(value).and_then(|text| age(text).ok());
    Settings {
        max_bytes: sources.first_number("max-length-bytes"),
        max_age: sources.policy_first("max-age").and_then(age_of),
        segment_bytes: sources.first_number("stream-max-segment-size-bytes"),
        consumer_timeout: sources.least("consumer-timeout"),
        ..Settings::default()
    }
}

/// Where a setting can come from.
struct Sources<'a> {
    arguments: &'a FieldTable,
    policy: Option<&'a FieldTable>,
    operator: Option<&'a FieldTable>,
}

impl<'a> Sources<'a> {
    fn argument(&self, key: &str) -> Option<&'a FieldValue> {
        self.arguments.get(&format!("x-{key}"))
    }

    /// The two policies as one: the smaller where both say something.
    fn policies(&self, key: &str) -> Option<&'a FieldValue> {
        let (policy, operator) =
            (self.policy.and_then(|p| p.get(key)), self.operator.and_then(|p| p.get(key)));
        match (policy, operator) {
            (Some(one), Some(other)) => match (one.as_integer(), other.as_integer()) {
                // RabbitMQ: of two least delays the longer holds.
                (Some(a), Some(b)) if (a < b) != (key == "delayed-retry-min") => Some(one),
                _ => Some(other),
            },
            (one, other) => one.or(other),
        }
    }

    fn argument_first(&self, key: &str) -> Option<&'a FieldValue> {
        self.argument(key).or_else(|| self.policies(key))
    }

    fn policy_first(&self, key: &str) -> Option<&'a FieldValue> {
        self.policies(key).or_else(|| self.argument(key))
    }

    /// RabbitMQ: without a dead-letter exchange there is nothing to be sure of.
    fn is_at_least_once(&self) -> bool {
        self.argument_first("dead-letter-strategy").and_then(text) == Some("at-least-once")
            && self.argument_first("dead-letter-exchange").is_some()
    }

    fn all(&self, key: &str) -> impl Iterator<Item = i64> {
        [self.argument(key), self.policies(key)].into_iter().flatten().filter_map(FieldValue::as_integer)
    }

    fn least(&self, key: &str) -> Option<u64> {
        self.all(key).filter_map(|value| u64::try_from(value).ok()).min()
    }

    fn first_number(&self, key: &str) -> Option<u64> {
        self.policy_first(key).and_then(FieldValue::as_integer).and_then(|value| u64::try_from(value).ok())
    }
}

fn text(value: &FieldValue) -> Option<&str> {
    match value {
        FieldValue::Text(text) => Some(text),
        _ => None,
    }
}
