//! What the numbers of a recording are called on the screen.
//!
//! Invariant: no broker number passes; a message is named by who published it and its how-manieth publish it was.

use crate::amqp::Name;
use crate::broker::{ConsumerId, ExchangeId, MessageId, QueueId};
use crate::script::program::Role;
use crate::sim::record::{
    Actor, BindingInfo, ConsumerInfo, Meaning, MessageInfo, NONE, PlaceInfo, Record, Recording,
};
use crate::text::Span;

use super::view::{MessageRef, Thing, ThingKind};

/// Characters of a body inside a sentence.
const IN_SENTENCE: usize = 40;
/// A message dead-lettered more often than this is named by what it was this many times ago.
const CHAIN_MAX: u32 = 100_000;

/// The names of one recording.
#[derive(Clone, Copy, Debug)]
pub struct Names<'a> {
    /// The recording.
    pub recording: &'a Recording,
}

impl<'a> Names<'a> {
    /// Of that recording.
    pub fn new(recording: &'a Recording) -> Self {
        Self { recording }
    }

    /// An actor's name: `worker[2]`.
    pub fn actor(&self, actor: u16) -> &'a str {
        self.recording.actors().get(actor as usize).map_or("", |info| &info.name)
    }

    /// The actor of that name.
    pub fn actor_named(&self, name: &str) -> Option<u16> {
        self.recording.actors().iter().position(|info| &*info.name == name).map(|at| at as u16)
    }

    /// The thing an actor is; the broker is none.
    pub fn actor_thing(&self, actor: u16) -> Option<Thing> {
        let info = self.recording.actors().get(actor as usize)?;
        (info.actor != Actor::Broker).then(|| Thing::Client(info.name.to_string()))
    }

    /// Its hue and shape.
    pub fn actor_kind(&self, actor: u16) -> ThingKind {
        match self.recording.actors().get(actor as usize).map(|info| info.actor) {
            Some(Actor::Client { client, .. }) => {
                match self.recording.program().clients.get(client.0 as usize).map(|client| client.role) {
                    Some(Role::Publisher) => ThingKind::Publisher,
                    Some(Role::Consumer) => ThingKind::Consumer,
                    Some(Role::Client) | None => ThingKind::Client,
                }
            }
            Some(Actor::Operator | Actor::Broker) | None => ThingKind::Operator,
        }
    }

    /// A message as it was published or dead-lettered.
    pub fn message(&self, id: MessageId) -> Option<&'a MessageInfo> {
        self.recording.tables().messages.at(id.0)
    }

    /// What a message was when it was published: itself, unless it was dead-lettered.
    pub fn origin(&self, id: MessageId) -> MessageId {
        let mut at = id;
        for _ in 0..CHAIN_MAX {
            match self.message(at).and_then(|info| info.from) {
                Some((before, _)) => at = before,
                None => break,
            }
        }
        at
    }

    /// The name of a message, the same through all its dead-letterings.
    pub fn message_ref(&self, id: MessageId) -> Option<MessageRef> {
        let info = self.message(self.origin(id))?;
        Some(MessageRef { client: self.actor(info.actor).to_owned(), ordinal: info.ordinal })
    }

    /// The message of that name: a scan of the table.
    pub fn message_named(&self, name: &MessageRef) -> Option<MessageId> {
        let actor = self.actor_named(&name.client)?;
        let messages = self.recording.tables().messages.iter().zip(0..);
        let is_it =
            |info: &MessageInfo| info.actor == actor && info.ordinal == name.ordinal && info.from.is_none();
        messages
            .filter_map(|(info, number)| Some((info.as_ref()?, number)))
            .find(|(info, _)| is_it(info))
            .map(|(_, number)| MessageId(number))
    }

    /// The message's body in quotes, short enough for a sentence.
    pub fn quoted(&self, id: MessageId) -> String {
        self.message(id).map_or_else(|| "a message".to_owned(), |info| quoted(&info.message.body))
    }

    /// A queue.
    pub fn queue(&self, id: QueueId) -> Option<&'a PlaceInfo> {
        self.recording.tables().queues.at(id.0)
    }

    /// A queue's name.
    pub fn queue_name(&self, id: QueueId) -> &'a str {
        self.queue(id).map_or("", |info| &info.name)
    }

    /// A queue as a thing.
    pub fn queue_thing(&self, id: QueueId) -> Option<Thing> {
        self.queue(id).map(|info| Thing::Queue(info.vhost.to_string(), info.name.to_string()))
    }

    /// An exchange.
    pub fn exchange(&self, id: ExchangeId) -> Option<&'a PlaceInfo> {
        self.recording.tables().exchanges.at(id.0)
    }

    /// The exchange of that name that was declared last.
    pub fn exchange_named(&self, vhost: &str, name: &str) -> Option<&'a PlaceInfo> {
        let all = self.recording.tables().exchanges.iter().flatten();
        all.filter(|info| &*info.vhost == vhost && &*info.name == name).last()
    }

    /// A consumer.
    pub fn consumer(&self, id: ConsumerId) -> Option<&'a ConsumerInfo> {
        self.recording.tables().consumers.at(id.0)
    }

    /// A consumer's queue.
    pub fn queue_of(&self, id: ConsumerId) -> Option<QueueId> {
        self.consumer(id).map(|info| info.queue).filter(|queue| *queue != NONE).map(QueueId)
    }

    /// The binding of a record.
    pub fn binding(&self, record: &Record) -> Option<&'a BindingInfo> {
        self.recording.tables().bindings.at(record.binding()?.0)
    }

    /// Whose connection it is.
    pub fn actor_of_connection(&self, connection: u32) -> Option<u16> {
        self.recording.tables().connections.at(connection).map(|info| info.actor)
    }

    /// The name of a channel in the script: they are numbered in the order of the text, from 1.
    pub fn channel_name(&self, actor: u16, number: u16) -> String {
        let def = match self.recording.actors().get(actor as usize).map(|info| info.actor) {
            Some(Actor::Client { client, .. }) => self.recording.program().clients.get(client.0 as usize),
            _ => None,
        };
        let written = number.checked_sub(1).and_then(|index| def?.channels.get(index as usize));
        written.map_or_else(|| format!("channel {number}"), ToString::to_string)
    }

    /// The vhost of a connection.
    pub fn vhost_of_connection(&self, connection: u32) -> &'a str {
        self.recording.tables().connections.at(connection).map_or("/", |info| &info.vhost)
    }

    /// The vhost a message was published in: that of the channel it came over, or of the queue it left.
    pub fn vhost_of_channel(&self, record: &Record) -> &'a str {
        let channel = record.channel().and_then(|id| self.recording.tables().channels.at(id.0));
        channel.map_or("/", |info| self.vhost_of_connection(info.connection))
    }

    /// The queue a record is about, be it through its consumer.
    pub fn queue_of_record(&self, record: &Record) -> Option<QueueId> {
        record.queue().or_else(|| self.queue_of(record.consumer()?))
    }

    /// What a record's command is to messages.
    pub fn meaning(&self, record: &Record) -> Option<Meaning<'a>> {
        self.recording.tables().commands.meaning(record.command()?)
    }

    /// The check's line, as written.
    pub fn check(&self, check: u32) -> &'a str {
        let span = self.recording.program().checks.get(check as usize).map(|check| check.span);
        span.map_or("", |span| self.written(span))
    }

    /// The first line of what stands there in the script that was run.
    pub fn written(&self, span: Span) -> &'a str {
        span.of(&self.recording.spec().source).lines().next().unwrap_or("").trim()
    }
}

/// An exchange in a sentence.
pub fn exchange_words(name: &str) -> String {
    if name.is_empty() { "the default exchange".to_owned() } else { format!("exchange {name}") }
}

/// A queue's or exchange's name in a sentence; the empty name is one that the server makes.
pub fn name_words(name: &Name) -> &str {
    if name.is_empty() { "(a name from the server)" } else { name }
}

/// The first characters of a body as text. Bytes that are no text show as U+FFFD.
pub fn body_text(body: &[u8], chars_max: usize) -> String {
    // No character is longer than four bytes: more need not be decoded.
    let cut = &body[..body.len().min(chars_max.saturating_mul(4).saturating_add(4))];
    let text = String::from_utf8_lossy(cut);
    let mut short: String = text.chars().take(chars_max).collect();
    if cut.len() < body.len() || text.chars().nth(chars_max).is_some() {
        short.push('…');
    }
    short
}

/// A body in quotes, on one line, short enough for a sentence.
pub fn quoted(body: &[u8]) -> String {
    quoted_text(&body_text(body, IN_SENTENCE))
}

/// A text in quotes, on one line.
pub fn quoted_text(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            c if c.is_control() => out.extend(c.escape_default()),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::{body_text, quoted};

    #[test]
    fn bodies_are_cut_at_characters() {
        assert_eq!(body_text("grün".as_bytes(), 3), "grü…");
        assert_eq!(body_text("grün".as_bytes(), 4), "grün");
        assert_eq!(body_text(&[b'a'; 100_000], 3), "aaa…");
        assert_eq!(body_text(&[0xff, b'a'], 9), "\u{fffd}a");
    }

    #[test]
    fn a_sentence_stays_on_its_line() {
        assert_eq!(quoted(b"a\n\"b\""), r#""a\n\"b\"""#);
    }
}
