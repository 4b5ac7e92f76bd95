//! Reading a stream: where a consumer begins, which chunks its filter lets through, and how it is served.

use std::sync::Arc;

use crate::amqp::{FieldTable, FieldValue, Name, Properties, SimTime};

use super::channel::Unacked;
use super::consumer::Consumer;
use super::effect::{ChannelId, ConsumerId, Effect, MessageId, QueueId};
use super::machine::{At, Broker};
use super::message::Content;
use super::queue::Entry;
use super::refusal::{Outcome, Refusal};
use super::routing::Route;
use super::stream::Stream;

/// Where a consumer is in a stream.
#[derive(Clone, Debug, Default)]
pub(super) struct Reader {
    /// The offset it reads next.
    pub next: u32,
    /// The chunk that its filter let through last, plus one.
    passed: u32,
    filter: Option<Arc<Filter>>,
    /// What it may hold beyond its prefetch count.
    lent: u32,
}

/// Which chunks a consumer wants. RabbitMQ: a chunk comes as a whole if one of its messages may have the value; that
/// a Bloom filter can be mistaken is left out here.
#[derive(Debug)]
struct Filter {
    values: Vec<Name>,
    unfiltered: bool,
}

/// Where a consumer wants to begin.
enum Offset {
    First,
    Last,
    Next,
    At(i64),
    /// Milliseconds since 1970.
    Since(u64),
    /// Milliseconds ago.
    Ago(u64),
}

/// The units of `x-max-age`, in seconds. RabbitMQ: a month has 30 days, a year 365.
const AGES: [(&str, u64); 6] =
    [("Y", 365 * 86_400), ("M", 30 * 86_400), ("D", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];

/// An age that is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BadAge {
    /// It does not begin with a digit; older versions break at it.
    NoNumber,
    /// Its number is 0, or its unit unknown.
    Invalid,
}

/// An age like `7D` in milliseconds.
pub(super) fn age(text: &str) -> Result<u64, BadAge> {
    let end = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    let (digits, unit) = text.split_at(end);
    if digits.is_empty() {
        return Err(BadAge::NoNumber);
    }
    let seconds = AGES.iter().find(|(name, _)| *name == unit).ok_or(BadAge::Invalid)?.1;
    // More than there is time is for ever.
    match digits.parse::<u64>().unwrap_or(u64::MAX) {
        0 => Err(BadAge::Invalid),
        number => Ok(number.saturating_mul(seconds).saturating_mul(1000)),
    }
}

/// An offset travels in the two counts of a delivery, which streams do not have.
pub(super) fn halves(offset: u32) -> (u16, u16) {
    (offset as u16, (offset >> 16) as u16)
}

/// The offset that [`halves`] took apart.
pub(super) fn whole((low, high): (u16, u16)) -> u32 {
    u32::from(low) | u32::from(high) << 16
}

impl Broker {
    /// Whether a stream takes a consumer like this, and where it begins.
    /// RabbitMQ: prefetch, then acknowledgements, then the channel's prefetch, then the offset.
    pub(super) fn check_reader(
        &self,
        at: At,
        place: &str,
        id: QueueId,
        no_ack: bool,
        arguments: &FieldTable,
    ) -> Outcome<Reader> {
        let channel = self.channel(at.channel);
        let quotes = self.profile.stream_texts_quote;
        if channel.prefetch == 0 {
            let what = if quotes { format!("'{place}'") } else { format!("stream {place}") };
            return Err(Refusal::precondition_failed(format!(
                "consumer prefetch count is not set for {what}"
            )));
        }
        if no_ack {
            let queues = if quotes { "queues " } else { "" };
            return Err(Refusal::not_implemented(format!(
                "automatic acknowledgement not supported by stream {queues}{place}"
            )));
        }
        if channel.limiter.is_on() {
            return Err(Refusal::not_implemented(format!("{place} does not support global qos")));
        }
        let Some(stream) = self.stream(id) else { return Ok(Reader::default()) };
        let offset = self.offset(place, arguments)?;
        let filter = if self.profile.streams_filter { filter(arguments)? } else { None };
        Ok(Reader { next: self.place_of(stream, offset), passed: 0, filter: filter.map(Arc::new), lent: 0 })
    }

    /// RabbitMQ: a text is looked at with a consumer's other arguments, before anything else; what is none breaks the reader
    /// later.
    pub(super) fn check_offset(&self, place: &str, arguments: &FieldTable) -> Outcome {
        match arguments.get("x-stream-offset") {
            Some(FieldValue::Text(_)) => self.offset(place, arguments).map(drop),
            _ => Ok(()),
        }
    }

    fn offset(&self, place: &str, arguments: &FieldTable) -> Outcome<Offset> {
        let Some(value) = arguments.get("x-stream-offset") else { return Ok(Offset::Next) };
        let text = match value {
            FieldValue::Text(text) => text,
            FieldValue::Timestamp(seconds) => return Ok(Offset::Since(seconds.saturating_mul(1000))),
            other => {
                // RabbitMQ: a value of another type breaks the reader, and with it the connection.
                return other.as_integer().map(Offset::At).ok_or_else(Refusal::crash);
            }
        };
        match &**text {
            "first" => return Ok(Offset::First),
            "last" => return Ok(Offset::Last),
            "next" => return Ok(Offset::Next),
            _ => {}
        }
        age(text).map(Offset::Ago).map_err(|bad| {
            if bad == BadAge::NoNumber && self.profile.age_without_number_breaks {
                return Refusal::crash();
            }
            let shown = super::erlang::binary(text, self.profile.shows_utf8_in_binaries);
            Refusal::precondition_failed(format!(
                "invalid arg 'x-stream-offset' for {place}: {{invalid_stream_offset_arg,{{longstr,{shown}}}}}"
            ))
        })
    }

    /// The offset at which reading begins. RabbitMQ: one that is still to come is waited for; a moment is found by
    /// the chunk, the first that is not older.
    fn place_of(&self, stream: &Stream, offset: Offset) -> u32 {
        let since = |time: SimTime| stream.log.offset_at(time, stream.committed);
        match offset {
            Offset::First => stream.log.first(),
            Offset::Next => stream.committed,
            Offset::Last => {
                let last = stream.committed.checked_sub(1).and_then(|last| stream.log.get(last));
                last.map_or(stream.committed, |last| last.chunk)
            }
            Offset::At(number) => u32::try_from(number.max(0)).unwrap_or(u32::MAX),
            Offset::Since(millis) => {
                let here = millis.saturating_sub(self.config.epoch.saturating_mul(1000));
                since(SimTime(here.saturating_mul(1000)))
            }
            Offset::Ago(millis) => since(SimTime(self.now.0.saturating_sub(millis.saturating_mul(1000)))),
        }
    }

    /// A consumer stands at a stream. RabbitMQ: each channel serves its own, those with later tags first.
    pub(super) fn add_reader(&mut self, id: QueueId, consumer: ConsumerId) {
        let Some(stream) = self.stream(id) else { return };
        let new = self.consumer(consumer);
        let of_channel = |other: &&ConsumerId| self.consumer(**other).channel == new.channel;
        let first = stream.readers.iter().position(|other| of_channel(&other));
        let at = first.map_or(stream.readers.len(), |first| {
            let later = stream.readers[first..].iter().take_while(of_channel);
            first + later.filter(|other| self.consumer(**other).tag > new.tag).count()
        });
        if let Some(stream) = self.stream_mut(id) {
            stream.readers.insert(at, consumer);
        }
    }

    /// Serves all consumers of a stream.
    pub(super) fn feed_all(&mut self, id: QueueId) {
        let count = self.stream(id).map_or(0, |stream| stream.readers.len());
        for at in 0..count {
            if let Some(consumer) = self.stream(id).and_then(|stream| stream.readers.get(at)).copied() {
                self.feed(consumer);
            }
        }
    }

    /// Sends a consumer of a stream what it has credit for.
    /// RabbitMQ: 3.10 sends a chunk it has begun to its end, beyond the prefetch count.
    pub(super) fn feed(&mut self, consumer: ConsumerId) {
        let whole_chunks = self.profile.stream_sends_whole_chunks;
        let mut begun = u32::MAX;
        while self.node_up {
            let state = self.consumer(consumer);
            let credit = state.in_flight < u32::from(state.prefetch) + state.reader.lent;
            if !state.is_alive || !(credit || whole_chunks && begun != u32::MAX) {
                return;
            }
            let Some((offset, chunk, message)) = self.next_logged(consumer) else { return };
            if !credit && chunk != begun {
                return;
            }
            begun = chunk;
            self.consumer_mut(consumer).reader.next = offset + 1;
            self.hand_out_logged(consumer, offset, message);
        }
    }

    /// What a consumer gets next: offset, chunk and message. Passes over what its filter does not let through, over
    /// the log's own entries, and over what retention took from before it.
    fn next_logged(&mut self, consumer: ConsumerId) -> Option<(u32, u32, MessageId)> {
        loop {
            let state = self.consumer(consumer);
            let stream = self.stream(state.queue)?;
            let next = state.reader.next.max(stream.log.first());
            if next >= stream.committed {
                return None;
            }
            let logged = *stream.log.get(next)?;
            if logged.message == MessageId::NONE {
                self.consumer_mut(consumer).reader.next = next + 1;
                continue;
            }
            let Some(filter) =
                state.reader.filter.clone().filter(|_| state.reader.passed != logged.chunk + 1)
            else {
                return Some((next, logged.chunk, logged.message));
            };
            let (passes, end) = self.look_through(stream, &filter, logged.chunk);
            let reader = &mut self.consumer_mut(consumer).reader;
            if passes {
                (reader.passed, reader.next) = (logged.chunk + 1, next);
            } else {
                reader.next = end;
            }
        }
    }

    /// Whether a chunk holds something for a filter, and where it ends.
    fn look_through(&self, stream: &Stream, filter: &Filter, chunk: u32) -> (bool, u32) {
        let mut passes = false;
        let mut at = chunk.max(stream.log.first());
        while let Some(logged) =
            stream.log.get(at).filter(|logged| logged.chunk == chunk && at < stream.committed)
        {
            passes |= self.passes(filter, logged.message);
            at += 1;
        }
        (passes, at)
    }

    fn passes(&self, filter: &Filter, message: MessageId) -> bool {
        let value = self.messages.get(message).and_then(|message| filter_value(message.properties()).ok()?);
        value.map_or(filter.unfiltered, |value| filter.values.contains(value))
    }

    /// The rest of a route along which a message breaks the channel, if it does. RabbitMQ: it does at a stream, if the value
    /// by which it is filtered is none; queues of other types have got it by then.
    #[inline]
    pub(super) fn breaks_at_stream(&self, content: &Content, route: &Route) -> Option<Route> {
        if !self.profile.streams_filter || filter_value(&content.template.properties).is_ok() {
            return None;
        }
        self.without_streams(route)
    }

    #[inline(never)]
    fn without_streams(&self, route: &Route) -> Option<Route> {
        let is_stream = |queue: &QueueId| self.queue(*queue).is_stream();
        route.queues.iter().any(is_stream).then(|| {
            let mut others = route.clone();
            others.queues.retain(|queue| !is_stream(queue));
            others
        })
    }

    fn hand_out_logged(&mut self, consumer: ConsumerId, offset: u32, message: MessageId) {
        let (channel, queue) = (self.consumer(consumer).channel, self.consumer(consumer).queue);
        let tag = self.next_tag(channel);
        let (count, acquired) = halves(offset);
        self.put(Effect::Delivered { channel, consumer, message, tag, count, acquired, redelivered: false });
        self.messages.retain(message);
        self.consumer_mut(consumer).in_flight += 1;
        self.hold(
            channel,
            Unacked { tag, queue, consumer, entry: Entry::logged(message, offset), since: self.now },
        );
    }

    /// Deliveries of a stream are settled: each gives its consumer one more, and that is all.
    /// RabbitMQ: whoever has its tag now, in whatever stream has the name now.
    pub(super) fn settle_logged(&mut self, channel: ChannelId, group: &[Unacked], acked: bool) {
        let Some(first) = group.first() else { return };
        for one in group {
            self.let_go(one);
            let message = one.entry.message;
            if self.queue(one.queue).is_alive {
                self.put(Effect::Settled { channel, queue: one.queue, message, tag: one.tag, acked });
            }
            self.messages.release(message);
        }
        let tag = &self.consumer(first.consumer).tag;
        let Some(heir) = self.channel(channel).consumers.get(tag).copied() else { return };
        if heir != first.consumer {
            if !self.is_same_stream(first.queue, self.consumer(heir).queue) {
                return;
            }
            self.consumer_mut(heir).reader.lent += group.len() as u32;
        }
        self.feed(heir);
    }

    /// Whether two queues of a vhost are one stream to a channel, which knows it by its name.
    fn is_same_stream(&self, one: QueueId, other: QueueId) -> bool {
        if one == QueueId::NONE || other == QueueId::NONE {
            return false;
        }
        let (one, other) = (self.queue(one), self.queue(other));
        one.is_stream() && other.is_stream() && one.spec.name == other.spec.name
    }

    /// Copies that were taken out of a channel to be given back: those of a stream cannot be, and stay held.
    #[inline(never)]
    pub(super) fn check_no_stream(&mut self, channel: ChannelId, held: &[Unacked]) -> Outcome {
        let refused = self.refuses_back(held);
        if refused.is_err() {
            for one in held {
                self.channel_mut(channel).unacked.insert(*one);
            }
        }
        refused
    }

    /// RabbitMQ 3.10: nothing of a stream can be given back.
    pub(super) fn refuses_back(&self, held: &[Unacked]) -> Outcome {
        if !self.profile.stream_refuses_nack {
            return Ok(());
        }
        match held.iter().find(|one| self.queue(one.queue).is_stream() && self.knows_stream_of(one)) {
            Some(one) => Err(Refusal::not_implemented(format!(
                "basic.nack and basic.reject not supported by stream queues {}",
                self.queue_place(one.queue)
            ))),
            None => Ok(()),
        }
    }

    /// Whether a channel still knows the stream of a delivery. RabbitMQ: it forgets one that is gone; another of its name
    /// is that one again once the channel consumes from it. Playground: or publishes to it, which is left out.
    fn knows_stream_of(&self, one: &Unacked) -> bool {
        let channel = self.channel(self.consumer(one.consumer).channel);
        let mut queues = channel.consumers.values().map(|consumer| self.consumer(*consumer).queue);
        self.queue(one.queue).is_alive || queues.any(|queue| self.is_same_stream(one.queue, queue))
    }
}

/// Whether the value by which a message is filtered is one. RabbitMQ: another type breaks the channel.
fn filter_value(properties: &Properties) -> Outcome<Option<&Name>> {
    match properties.headers.as_ref().and_then(|headers| headers.get("x-stream-filter-value")) {
        None => Ok(None),
        Some(FieldValue::Text(value)) => Ok(Some(value)),
        Some(_) => Err(Refusal::crash()),
    }
}

/// RabbitMQ: a text, or the texts of a list; other values do not count, and a list without any breaks the channel.
fn filter(arguments: &FieldTable) -> Outcome<Option<Filter>> {
    let text = |value: &FieldValue| match value {
        FieldValue::Text(text) => Some(text.clone()),
        _ => None,
    };
    let values: Vec<Name> = match arguments.get("x-stream-filter") {
        Some(FieldValue::Array(values)) => values.iter().filter_map(text).collect(),
        Some(value @ FieldValue::Text(_)) => text(value).into_iter().collect(),
        _ => return Ok(None),
    };
    if values.is_empty() {
        return Err(Refusal::crash());
    }
    let unfiltered = arguments.get("x-stream-match-unfiltered") == Some(&FieldValue::Bool(true));
    Ok(Some(Filter { values, unfiltered }))
}

impl Stream {
    /// Whether a consumer has read all that there is for it.
    pub fn has_been_read_by(&self, consumer: &Consumer) -> bool {
        consumer.reader.next >= self.committed
    }
}
