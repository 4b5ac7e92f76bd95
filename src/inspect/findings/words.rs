//! Findings in words: what happened, and what to type.

use crate::amqp::Scope;
use crate::broker::{ConsumerId, MessageId, QueueId};
use crate::script::Code;
use crate::sim::record::Record;

use super::super::names::{Names, exchange_words};
use super::super::view::{FindingRow, Severity};
use super::gather::Found;

/// A finding as a row.
pub(super) fn row(names: Names<'_>, found: &Found) -> FindingRow {
    let (severity, message, help) = words(names, found);
    let record = &found.first;
    FindingRow {
        code: found.code.name().to_owned(),
        severity,
        message,
        help: help.to_owned(),
        moment: (u64::from(record.step) + 1, record.time.0),
        count: found.count,
        span: names.recording.span_of(record),
    }
}

fn many(count: u32, one: &str, more: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {more}") }
}

fn messages(count: u32) -> String {
    many(count, "message", "messages")
}

fn words(names: Names<'_>, found: &Found) -> (Severity, String, &'static str) {
    use Severity::{Note, Warning};
    let record = &found.first;
    let (count, who) = (found.count, names.actor(record.actor));
    let body = || record.message().map_or_else(String::new, |message| names.quoted(message));
    let queue = || names.queue_of_record(record).map_or("", |queue| names.queue_name(queue));
    match found.code {
        Code::Unroutable => (
            Warning,
            format!("{} dropped: {}", messages(count), nobody(names, record)),
            "bind a queue before it is published, or write `mandatory` and `on return { … }`",
        ),
        Code::DeadLetterLost => (
            Warning,
            format!(
                "{} lost: as dead letters with the key `{}` they reach no queue through {}",
                messages(count),
                key(names, record),
                exchange(names, record)
            ),
            "bind a queue to the dead-letter exchange, or write `dead_letter_routing_key`",
        ),
        Code::RedeliveryLoop => (
            Warning,
            format!("{} of `{}` goes round: delivered {} times", body(), queue(), count.saturating_add(4)),
            "reject it into a `dead_letter_exchange`, or count: `reject requeue` and `type quorum durable delivery_limit 3`",
        ),
        Code::LateExpiry => (
            Warning,
            format!(
                "{} of `{}` expired {} late: only the head of a queue expires",
                body(),
                queue(),
                crate::amqp::SimDuration::micros(found.other)
            ),
            "make a queue for each delay, with `message_ttl` instead of `expiration`",
        ),
        Code::StarvedConsumer => starved(names, found),
        Code::UnackedAtEnd => (
            Warning,
            format!(
                "`{who}` holds {} of `{}` to the end, unacknowledged",
                messages(count),
                names.queue_name(QueueId(found.other as u32))
            ),
            "write `ack` at the end of each way through the handler",
        ),
        Code::LostAtRestart => (
            Warning,
            format!("{} of `{}` lost when the broker stopped", messages(count), queue()),
            "it takes both: `durable` on the queue, `persistent` on the message",
        ),
        Code::DroppedInCycle => (
            Warning,
            format!(
                "{} dropped: dead letters that came back to `{}` without a rejection in between",
                messages(count),
                queue()
            ),
            "let a consumer reject it, or publish it anew",
        ),
        Code::DroppedByLength => (
            Warning,
            format!("{} dropped from `{}`, which was full: the oldest go first", messages(count), queue()),
            "`overflow reject_publish` refuses new ones instead, `dead_letter_exchange` keeps what is dropped",
        ),
        Code::RejectedAndLost => (
            Note,
            format!(
                "{} of `{}` rejected and gone: no `dead_letter_exchange` keeps what is rejected",
                messages(count),
                queue()
            ),
            "give the queue a `dead_letter_exchange`",
        ),
        Code::LostWithConsumer => (
            Warning,
            format!(
                "{} lost with `{who}`: sent with `no_ack`, not taken up when it went",
                messages(found.other as u32)
            ),
            "take `no_ack` away and write `ack` at the end of the handler",
        ),
        Code::HandledTwice => (
            Warning,
            format!(
                "`{who}` took {} up again: `{}` went before it was acknowledged",
                body(),
                names.actor(found.other as u16)
            ),
            "make the work idempotent, by an id of your own: `message_id`",
        ),
        Code::Overtaken => (
            Note,
            format!(
                "{} of `{}` was taken up after {}, which came later",
                body(),
                queue(),
                names.quoted(MessageId(found.other as u32))
            ),
            "to keep the order: `single_active_consumer` on the queue, `prefetch 1` in the consumers",
        ),
        _ => told(names, found, who, count),
    }
}

/// What clients and the operator were told.
fn told(names: Names<'_>, found: &Found, who: &str, count: u32) -> (Severity, String, &'static str) {
    use Severity::{Note, Warning};
    let record = &found.first;
    match found.code {
        Code::ClosedByError => {
            let error = record.error().and_then(|number| names.recording.tables().errors.get(number));
            let (code, text) = error.map_or((0, ""), |error| (error.code, &*error.text));
            let times = if count > 1 { format!(", {count} times") } else { String::new() };
            let scope = error.and_then(|error| error.scope);
            let what = if scope == Some(Scope::Connection) { "connection" } else { "channel" };
            (Warning, format!("the broker closed a {what} of `{who}`{times}: {code} {text}"), why(code))
        }
        Code::PublisherBlocked => (
            Note,
            format!("`{who}` was blocked by an alarm: the broker did not read what it published"),
            "`on blocked { … }` and `on unblocked { … }` hear of it",
        ),
        Code::PublishedIntoClosed => (
            Warning,
            format!("{} of `{who}` ignored: the channel was closed already", messages(count)),
            "`confirm` and `wait for confirms` tell which publishes were taken",
        ),
        Code::RefusedPublish => (
            Note,
            format!(
                "`{who}` got {} instead of an ack: a queue would not take it",
                many(count, "nack", "nacks")
            ),
            "`on nack { … }`, or `wait for confirms else { … }`, and publish it again",
        ),
        Code::AlreadyRunning => {
            (Note, format!("`start` did nothing: `{who}` was running"), "`crash` or `stop` it before")
        }
        _ => {
            let tables = names.recording.tables();
            let error = record.error().and_then(|number| tables.errors.get(number));
            let text = match error {
                Some(error) => format!("{} {}", error.code, error.text),
                None => record
                    .text()
                    .and_then(|number| tables.texts.get(number))
                    .map_or_else(String::new, |info| info.text.to_string()),
            };
            (Warning, format!("the operator was refused: {text}"), "the run went on without it")
        }
    }
}

fn starved(names: Names<'_>, found: &Found) -> (Severity, String, &'static str) {
    let hoarder = ConsumerId(found.other as u32);
    let queue = names.queue_of(hoarder).map_or("", |queue| names.queue_name(queue));
    let other = names
        .consumer(hoarder)
        .and_then(|info| names.recording.tables().channels.at(info.channel))
        .and_then(|info| names.actor_of_connection(info.connection))
        .map_or("another consumer", |actor| names.actor(actor));
    let who = names.actor(found.first.actor);
    let message = format!("`{who}` finds `{queue}` empty: `{other}` holds what was in it, unacknowledged");
    (Severity::Warning, message, "write `prefetch 1` before the `consume` of both")
}

/// What to do about a reply code.
fn why(code: u16) -> &'static str {
    match code {
        311 => "the message is larger than the broker takes",
        403 => "a permission lacks, or the name is the broker's own: see `set_permissions`",
        404 => "declare the queue or exchange before it is used",
        405 => "the queue is another connection's: take `exclusive` away",
        406 => {
            "the reply text says what does not fit: the same arguments as before, each tag settled once, over its own channel"
        }
        530 => "a tag in use, or a vhost without permission",
        540 => "RabbitMQ does not have this: take it away",
        _ => "`on close { … }` and `try { … } catch error { … }` hear of it",
    }
}

/// Why a message reached no queue.
fn nobody(names: Names<'_>, record: &Record) -> String {
    let key = key(names, record);
    let message = record.message().and_then(|message| names.message(message));
    if message.is_some_and(|info| info.message.exchange().is_empty()) {
        return format!("there is no queue `{key}`");
    }
    let what = if key.is_empty() { "a message without a key".to_owned() } else { format!("the key `{key}`") };
    format!("no binding of {} takes {what}", exchange(names, record))
}

fn exchange(names: Names<'_>, record: &Record) -> String {
    let message = record.message().and_then(|message| names.message(message));
    message.map_or_else(String::new, |info| exchange_words(info.message.exchange()))
}

fn key(names: Names<'_>, record: &Record) -> String {
    let message = record.message().and_then(|message| names.message(message));
    message.map_or_else(String::new, |info| info.message.routing_key().to_string())
}
