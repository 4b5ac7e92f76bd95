//! A record as a sentence in the field's words: `tasks delivers "task 1" to slow (tag 1)`.

use crate::amqp::Scope;
use crate::broker::{Command, DropReason, MessageId, Reply};
use crate::sim::record::{EndReason, NONE, Record, RecordKind as Kind, WaitKind};

use super::clients::wait_words;
use super::mark::mark_kind;
use super::method_words::command_words;
use super::names::{Names, exchange_words, quoted_text};
use super::view::{Event, Thing};

/// Characters of a printed line or a value inside a sentence.
const TEXT_MAX: usize = 120;

/// The record as an event; none for one that only repeats what the next says.
pub fn event(names: Names<'_>, record: &Record) -> Option<Event> {
    let text = sentence(names, record)?;
    Some(Event {
        step: u64::from(record.step) + 1,
        time: record.time.0,
        kind: mark_kind(names, record),
        text,
        message: record.message().and_then(|id| names.message_ref(id)),
        things: things(names, record),
        span: names.recording.span_of(record),
    })
}

/// Who takes part.
pub fn things(names: Names<'_>, record: &Record) -> Vec<Thing> {
    let mut things = Vec::new();
    things.extend(names.actor_thing(record.actor));
    things.extend(names.queue_of_record(record).and_then(|queue| names.queue_thing(queue)));
    things.extend(exchange_of(names, record));
    things
}

/// The exchange that a record is about.
fn exchange_of(names: Names<'_>, record: &Record) -> Option<Thing> {
    if let Some(info) = record.exchange().and_then(|id| names.exchange(id)) {
        return Some(Thing::Exchange(info.vhost.to_string(), info.name.to_string()));
    }
    if let Some(info) = names.binding(record) {
        return Some(Thing::Exchange(info.vhost.to_string(), info.source.to_string()));
    }
    if record.kind == Kind::Published {
        let info = names.message(record.message()?)?;
        let vhost = names.vhost_of_channel(record);
        return Some(Thing::Exchange(vhost.to_owned(), info.message.exchange().to_string()));
    }
    None
}

fn sentence(names: Names<'_>, record: &Record) -> Option<String> {
    client_sentence(names, record)
        .or_else(|| message_sentence(names, record))
        .or_else(|| broker_sentence(names, record))
        .or_else(|| operator_sentence(names, record))
}

/// What a client does.
fn client_sentence(names: Names<'_>, record: &Record) -> Option<String> {
    let client = names.actor(record.actor);
    Some(match record.kind {
        Kind::Started if record.detail == 0 || record.detail == NONE => format!("{client} starts"),
        Kind::Started => format!("{client} starts again"),
        Kind::Connected => format!("{client} is connected"),
        Kind::Ended => match record.end_reason() {
            Some(EndReason::Error) => format!("{client} is ended by an error"),
            Some(EndReason::Crash) => format!("{client} has crashed"),
            Some(EndReason::Stop) => format!("{client} has stopped"),
            Some(EndReason::Finished) | None => format!("{client} has ended"),
        },
        Kind::Sent => format!("{client} sends {}", command(names, record)?),
        Kind::Received => {
            let what = names.quoted(record.message()?);
            let verb = if record.consumer().is_some() { "takes up" } else { "has got" };
            format!("{client} {verb} {what} (tag {})", record.detail)
        }
        Kind::ConfirmTaken => {
            let answer = if record.detail == 0 { "nack" } else { "confirm" };
            format!("{client} takes up the {answer} of publish {}", record.subject)
        }
        Kind::ReturnTaken => {
            format!("{client} takes up {}, which came back", names.quoted(record.message()?))
        }
        Kind::Printed => format!("{client} prints {}", quoted_text(&short(text(names, record)?))),
        Kind::Assigned => {
            format!("{client} sets {} to {}", assigned_name(names, record), short(text(names, record)?))
        }
        Kind::Waiting => format!("{client} {}", waits(names, record)?),
        Kind::Raised => format!("{client} meets an error: {}", error_text(names, record)?),
        Kind::Retrying => format!("{client} cannot connect and tries again in {} ms", record.detail),
        _ => return None,
    })
}

/// What becomes of messages.
fn message_sentence(names: Names<'_>, record: &Record) -> Option<String> {
    let message = record.message()?;
    let what = names.quoted(message);
    let client = names.actor(record.actor);
    let queue = names.queue_of_record(record).map_or("", |queue| names.queue_name(queue));
    let tag = record.tag().map_or(0, |tag| tag.tag);
    let is_flagged = record.tag().is_some_and(|tag| tag.flag);
    let again = if is_flagged { ", redelivered" } else { "" };
    Some(match record.kind {
        Kind::Published => {
            let message = &names.message(message)?.message;
            let exchange = exchange_words(message.exchange());
            format!("{exchange} takes {what} with key {}", quoted_text(message.routing_key()))
        }
        Kind::Routed => routed(names, record, &what),
        Kind::Enqueued => format!("{what} stands in {queue}"),
        Kind::Dropped => dropped(names, record, message),
        Kind::Returned => format!("{what} goes back to {client}: {}", return_words(record.detail)),
        Kind::Delivered => format!("{queue} delivers {what} to {client} (tag {tag}{again})"),
        Kind::Got => format!("{client} gets {what} from {queue} (tag {tag}{again})"),
        Kind::Settled if is_flagged && counts_as_acked(names, record) => {
            format!("{what} leaves {queue}: {client} consumes without acknowledgement")
        }
        Kind::Settled if is_flagged => format!("{what} leaves {queue}: acknowledged by {client} (tag {tag})"),
        Kind::Settled => format!("{what} is rejected by {client} (tag {tag})"),
        Kind::Delayed => format!("{what} is back in {queue}, and waits before it is ready again"),
        Kind::Requeued => format!("{what} is ready in {queue} again, at its old place"),
        Kind::DeadLettered => {
            let after = names.message(record.becomes()?)?;
            let reason = after.from.and_then(|(_, reason)| reason).map_or("", reason_words);
            let exchange = exchange_words(after.message.exchange());
            format!("{what} leaves {queue} for {exchange}: {reason}")
        }
        Kind::Republished => {
            let info = names.exchange(record.exchange()?)?;
            let why =
                if *info.kind == *"x-recent-history" { "to what was bound" } else { "its delay is over" };
            format!("exchange '{}' publishes {what} again: {why}", info.name)
        }
        _ => return None,
    })
}

/// With no_ack the broker settles as it hands out: the record before is that delivery.
fn counts_as_acked(names: Names<'_>, record: &Record) -> bool {
    let before = record.number.checked_sub(1).and_then(|number| names.recording.record(number));
    before.is_some_and(|before| {
        matches!(before.kind, Kind::Delivered | Kind::Got) && before.subject == record.subject
    })
}

fn routed(names: Names<'_>, record: &Record, what: &str) -> String {
    match names.binding(record) {
        Some(info) => format!(
            "the binding of {} to {} with key {} takes {what}",
            info.destination,
            info.source,
            quoted_text(&info.key)
        ),
        None => format!("the key of {what} is the queue's name"),
    }
}

/// `publish of "x" dropped: no binding of exchange 'logs' matches key 'a'`.
fn dropped(names: Names<'_>, record: &Record, message: MessageId) -> String {
    let what = names.quoted(message);
    let reason = record.drop_reason();
    if reason != Some(DropReason::Unroutable) {
        let queue = record.queue().map_or("", |queue| names.queue_name(queue));
        return format!("{what} is dropped from {queue}: {}", reason.map_or("", reason_words));
    }
    let Some(info) = names.message(message) else { return format!("{what} dropped") };
    let (exchange, key) = (info.message.exchange(), info.message.routing_key());
    let kind = published_in(names, record, message)
        .and_then(|vhost| names.exchange_named(vhost, exchange))
        .map_or("", |info| &*info.kind);
    let why = match kind {
        _ if exchange.is_empty() => format!("there is no queue '{key}'"),
        "fanout" | "x-consistent-hash" | "x-modulus-hash" | "x-random" | "x-recent-history" => {
            format!("nothing is bound to exchange '{exchange}'")
        }
        "headers" => format!("no binding of exchange '{exchange}' matches its headers"),
        _ => format!("no binding of exchange '{exchange}' matches key '{key}'"),
    };
    let verb = if info.from.is_some() { "dead-lettered" } else { "publish of" };
    format!("{verb} {what} dropped: {why}")
}

/// The vhost of a publish, found at its record a few records before this one.
fn published_in<'a>(names: Names<'a>, record: &Record, message: MessageId) -> Option<&'a str> {
    let first = record.number.saturating_sub(LOOK_BACK);
    let before = names.recording.records(first..record.number).rev();
    let is_it = |before: &Record| {
        before.kind == Kind::Published && before.subject == message.0 || before.becomes() == Some(message)
    };
    let published = before.into_iter().find(is_it)?;
    Some(match (published.queue(), published.exchange()) {
        (Some(queue), _) => names.queue(queue).map_or("/", |info| &info.vhost),
        (_, Some(exchange)) => names.exchange(exchange).map_or("/", |info| &info.vhost),
        _ => names.vhost_of_channel(&published),
    })
}

/// Between a publish and its drop stand at most the bindings it matched on the way.
const LOOK_BACK: u32 = 64;

/// What the broker does with connections, channels and topology.
fn broker_sentence(names: Names<'_>, record: &Record) -> Option<String> {
    let client = names.actor(record.actor);
    Some(match record.kind {
        Kind::Applied => {
            let info = names.recording.tables().commands.get(record.command()?)?;
            let is_publish =
                matches!(&info.command, Command::Method { method, .. } if method.name() == "basic.publish");
            if is_publish {
                return ignored(names, record, &info.command);
            }
            format!("{} of {client} arrives", command_words(&info.command))
        }
        Kind::Deadline => "a time the broker waited for has come".to_owned(),
        Kind::LineLost => format!("the broker notices that the line of {client} is lost"),
        Kind::Opened => format!("the connection of {client} is open"),
        Kind::ConnectionGone => format!("the connection of {client} is closed"),
        Kind::ChannelOpened => format!("a channel of {client} is open"),
        Kind::ChannelGone => format!("a channel of {client} is closed"),
        Kind::Replied => format!("the broker replies to {client}{}", reply_words(names, record)),
        Kind::Excepted => excepted(names, record)?,
        Kind::Blocked => match text(names, record) {
            Some(reason) => format!("the broker blocks {client}: {reason}"),
            None => format!("the broker unblocks {client}"),
        },
        Kind::Confirmed => {
            let verb = if record.detail & 1 == 1 { "confirms" } else { "refuses" };
            let all = if record.detail & 2 == 2 { " and all before it" } else { "" };
            format!("the broker {verb} publish {}{all} of {client}", record.subject)
        }
        Kind::ExchangeDeclared => {
            let info = names.exchange(record.exchange()?)?;
            format!("exchange {} ({}) exists", info.name, info.kind)
        }
        Kind::ExchangeDeleted => format!("exchange {} is deleted", names.exchange(record.exchange()?)?.name),
        Kind::QueueDeclared => format!("queue {} exists", names.queue_name(record.queue()?)),
        Kind::QueueDeleted => format!("queue {} is deleted", names.queue_name(record.queue()?)),
        Kind::Bound | Kind::Unbound => {
            let info = names.binding(record)?;
            let verb = if record.kind == Kind::Bound { "is bound to" } else { "is no longer bound to" };
            format!("{} {verb} {} with key {}", info.destination, info.source, quoted_text(&info.key))
        }
        Kind::Consuming | Kind::ConsumerGone => {
            let info = names.consumer(record.consumer()?)?;
            let queue = names.queue_of_record(record).map_or("", |queue| names.queue_name(queue));
            let tag = quoted_text(&info.tag);
            match (record.kind, record.detail) {
                (Kind::Consuming, _) => format!("{client} consumes {queue} (consumer tag {tag})"),
                (_, 1) => format!("the broker cancels consumer {tag} of {client} at {queue}"),
                _ => format!("consumer {tag} of {client} at {queue} is gone"),
            }
        }
        Kind::NodeDown => "the broker is down".to_owned(),
        Kind::NodeUp => "the broker is up again".to_owned(),
        _ => return None,
    })
}

/// What the operator does, and what befalls the run.
fn operator_sentence(names: Names<'_>, record: &Record) -> Option<String> {
    let client = names.actor(record.actor);
    Some(match record.kind {
        Kind::OperatorRefused => format!("the operator is refused: {}", text(names, record)?),
        Kind::Deed => "the operator acts".to_owned(),
        Kind::Crashed => format!("{client} is made to crash"),
        Kind::Stopped => format!("{client} is asked to stop"),
        Kind::LineCut => format!("the network of {client} is down"),
        Kind::LineUp => format!("the network of {client} is up"),
        Kind::StartedTwice => format!("{client} runs already: start does nothing"),
        Kind::CheckFailed => format!("fails: {}", names.check(record.subject)),
        Kind::CheckHeld => format!("holds: {}", names.check(record.subject)),
        Kind::CheckBroken => {
            format!("cannot be worked out: {} ({})", names.check(record.subject), error_text(names, record)?)
        }
        _ => return None,
    })
}

/// A publish whose effects say the rest; or one that has none, as its channel was closed before it came.
fn ignored(names: Names<'_>, record: &Record, command: &Command) -> Option<String> {
    let is_last = names.recording.step(record.step).is_some_and(|step| step.end == record.number + 1);
    let client = names.actor(record.actor);
    is_last
        .then(|| format!("{} of {client} comes to a closed channel and is ignored", command_words(command)))
}

fn command(names: Names<'_>, record: &Record) -> Option<String> {
    let info = names.recording.tables().commands.get(record.command()?)?;
    Some(command_words(&info.command))
}

fn text<'a>(names: Names<'a>, record: &Record) -> Option<&'a str> {
    names.recording.tables().texts.get(record.text()?).map(|info| &*info.text)
}

/// `404 NOT_FOUND - no queue 'q' in vhost '/'`; the script's own errors have no code.
pub fn error_text(names: Names<'_>, record: &Record) -> Option<String> {
    let info = names.recording.tables().errors.get(record.error()?)?;
    Some(if info.code == 0 { info.text.to_string() } else { format!("{} {}", info.code, info.text) })
}

fn excepted(names: Names<'_>, record: &Record) -> Option<String> {
    let info = names.recording.tables().errors.get(record.error()?)?;
    let what = match info.scope {
        Some(Scope::Connection) => "the connection".to_owned(),
        _ => format!("channel {}", record.subject),
    };
    let client = names.actor(record.actor);
    Some(format!("the broker closes {what} of {client}: {} {}", info.code, info.text))
}

fn reply_words(names: Names<'_>, record: &Record) -> String {
    let reply = names.recording.tables().replies.get(record.detail);
    match reply {
        Some(Reply::QueueDeclared { queue, message_count, consumer_count }) => {
            format!(": queue {queue} has {message_count} ready and {}", counted(*consumer_count, "consumer"))
        }
        Some(Reply::QueueDeleted { message_count }) => {
            format!(": {} went with it", counted(*message_count, "message"))
        }
        Some(Reply::QueuePurged { message_count }) => {
            format!(": {} purged", counted(*message_count, "message"))
        }
        Some(Reply::Consuming { consumer_tag }) => format!(": consumer tag {}", quoted_text(consumer_tag)),
        Some(Reply::Cancelled { consumer_tag }) => format!(": {} cancelled", quoted_text(consumer_tag)),
        Some(Reply::GetEmpty) => ": the queue is empty".to_owned(),
        Some(Reply::GetOk { message_count }) => format!(": {message_count} more are ready"),
        Some(Reply::ChannelFlow { active }) => format!(": flow {}", if *active { "on" } else { "off" }),
        Some(Reply::Done) | None => String::new(),
    }
}

/// What is assigned to, as written before the `=`.
fn assigned_name<'a>(names: Names<'a>, record: &Record) -> &'a str {
    let written = names.recording.span_of(record).map_or("", |span| names.written(span));
    let target = written.split('=').next().unwrap_or("").trim();
    target.strip_prefix("let ").unwrap_or(target).trim()
}

fn waits(names: Names<'_>, record: &Record) -> Option<String> {
    let written = names.recording.span_of(record).map_or("", |span| names.written(span));
    Some(match record.wait_kind()? {
        WaitKind::Idle => "is at the end of its text and lives for its consumers".to_owned(),
        WaitKind::Connecting => "connects".to_owned(),
        WaitKind::Closing => "closes its connection".to_owned(),
        kind => wait_words(kind, written),
    })
}

fn return_words(code: u32) -> &'static str {
    match code {
        312 => "312 NO_ROUTE",
        313 => "313 NO_CONSUMERS",
        _ => "returned",
    }
}

/// Why a copy is gone.
pub fn reason_words(reason: DropReason) -> &'static str {
    match reason {
        DropReason::Unroutable => "no route",
        DropReason::Rejected => "rejected",
        DropReason::Expired => "expired",
        DropReason::MaxLength => "the queue is too long",
        DropReason::DeliveryLimit => "delivered too often",
        DropReason::Purged => "purged",
        DropReason::QueueDeleted => "the queue was deleted",
        DropReason::Restart => "it was not on disk when the broker stopped",
        DropReason::DeadLetterCycle => "dead-lettering it again would be a cycle",
        DropReason::RolledBack => "the transaction was rolled back",
        DropReason::Retention => "the stream let go of its oldest segment",
    }
}

fn counted(count: u32, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn short(text: &str) -> String {
    let mut short: String = text.chars().take(TEXT_MAX).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
