//! Streams: a log that keeps what was consumed.
//!
//! Messages stand in the log by offset; consumers go through it, each at its own pace (`stream_reader`), and nothing
//! but retention takes a message out (`retention`). What arrives while the chunk before is being committed makes up
//! the next chunk; only what is committed is read and confirmed.
//!
//! Playground: RabbitMQ's writer makes a chunk of whatever waits for it, which depends on the load of the node; here
//! a chunk is what arrives within `BrokerConfig::stream_commit`, and a single message where that is zero.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::amqp::{SimDuration, SimTime};

use super::chunks::{Chunks, Item};
use super::effect::{ChannelId, ConsumerId, DropReason, Effect, MessageId, QueueId};
use super::machine::Broker;
use super::publish::Taken;
use super::queue::Queue;
use super::timers::Timer;

/// Places in a block of the log.
const BLOCK: u32 = 256;

/// RabbitMQ: the counts that declare-ok reports are taken every five seconds.
const COUNTED_EVERY: SimDuration = SimDuration::secs(5);

/// What stands at an offset.
#[derive(Clone, Copy, Debug)]
pub(super) struct Logged {
    /// `NONE`: the log's own entry at the head of a segment.
    pub message: MessageId,
    /// The offset at which its chunk begins.
    pub chunk: u32,
    /// When its chunk was begun.
    pub since: SimTime,
}

/// The log: blocks that clones share, found by offset.
#[derive(Clone, Debug, Default)]
pub(super) struct Log {
    blocks: VecDeque<Arc<Vec<Logged>>>,
    /// The offset at which the first block begins.
    base: u32,
    /// The first offset that is kept.
    first: u32,
    /// The offset of what is written next.
    next: u32,
}

impl Log {
    pub fn first(&self) -> u32 {
        self.first
    }

    pub fn next(&self) -> u32 {
        self.next
    }

    pub fn get(&self, offset: u32) -> Option<&Logged> {
        if offset < self.first {
            return None;
        }
        let at = offset - self.base;
        self.blocks.get((at / BLOCK) as usize)?.get((at % BLOCK) as usize)
    }

    fn push(&mut self, logged: Logged) {
        match self.blocks.back_mut() {
            Some(last) if last.len() < BLOCK as usize => Arc::make_mut(last).push(logged),
            _ => self.blocks.push_back(Arc::new(vec![logged])),
        }
        self.next += 1;
    }

    /// Lets go of everything before an offset; gives back the messages.
    fn cut_front(&mut self, to: u32) -> Vec<MessageId> {
        let cut = self.messages(self.first, to).collect();
        self.first = to.min(self.next);
        while self.first - self.base >= BLOCK && self.blocks.len() > 1 {
            self.blocks.pop_front();
            self.base += BLOCK;
        }
        cut
    }

    /// Lets go of everything from an offset on; gives back the messages.
    fn cut_back(&mut self, from: u32) -> Vec<MessageId> {
        let cut = self.messages(from, self.next).collect();
        while self.next > from {
            let Some(last) = self.blocks.back_mut() else { break };
            Arc::make_mut(last).pop();
            if last.is_empty() {
                self.blocks.pop_back();
            }
            self.next -= 1;
        }
        cut
    }

    /// The messages between two offsets.
    fn messages(&self, from: u32, to: u32) -> impl Iterator<Item = MessageId> {
        let all = (from.max(self.first)..to.min(self.next)).filter_map(|offset| self.get(offset));
        all.map(|logged| logged.message).filter(|message| *message != MessageId::NONE)
    }

    /// The first offset at or after which chunks are not older than a moment, before an end.
    pub fn offset_at(&self, time: SimTime, end: u32) -> u32 {
        let (mut low, mut high) = (self.first, end);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.get(middle).is_some_and(|logged| logged.since < time) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        low
    }
}

/// A part of the log that goes as a whole.
#[derive(Clone, Copy, Debug)]
pub(super) struct Segment {
    pub first: u32,
    pub bytes: u64,
    /// When its last chunk was begun.
    pub last: SimTime,
}

impl Item for Segment {
    fn order(&self) -> u64 {
        u64::from(self.first)
    }
}

impl Queue {
    /// The messages in it that nobody holds; in a stream all that it keeps.
    pub fn held(&self) -> u32 {
        self.stream.as_ref().map_or(self.ready.len(), |stream| stream.len())
    }

    /// The copies in it that somebody holds; none in a stream, where they stay what they are.
    pub fn unacked_shown(&self) -> u32 {
        if self.is_stream() { 0 } else { self.unacked }
    }
}

/// The log of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamView {
    /// The first offset it keeps.
    pub first: u32,
    /// The offset its next message gets.
    pub next: u32,
    /// The offset up to which it may be read.
    pub committed: u32,
}

/// What a stream is besides a queue.
#[derive(Clone, Debug)]
pub(super) struct Stream {
    pub log: Log,
    pub segments: Chunks<Segment>,
    /// Bytes of all segments but the last.
    pub bytes_closed: u64,
    /// Messages in the log.
    len: u32,
    /// Bytes of their bodies.
    body_bytes: u64,
    /// The offset up to which the log may be read.
    pub committed: u32,
    /// When what is written behind that is committed.
    commits_at: SimTime,
    /// Publishes in it that wait for a confirm.
    waiting: Vec<(ChannelId, u32)>,
    /// Its consumers, in the order in which they are served.
    pub readers: Vec<ConsumerId>,
    /// How many messages were counted last, and in which period that count was overtaken.
    counted: u32,
    counted_in: u64,
}

impl Stream {
    pub fn new(now: SimTime) -> Self {
        Self {
            log: Log::default(),
            segments: Chunks::default(),
            bytes_closed: 0,
            len: 0,
            body_bytes: 0,
            committed: 0,
            commits_at: SimTime::MAX,
            waiting: Vec::new(),
            readers: Vec::new(),
            counted: 0,
            counted_in: period(now),
        }
    }

    pub fn len(&self) -> u32 {
        self.len
    }

    pub fn shown(&self) -> StreamView {
        StreamView { first: self.log.first(), next: self.log.next(), committed: self.committed }
    }

    pub fn body_bytes(&self) -> u64 {
        self.body_bytes
    }

    /// All messages, the oldest first.
    pub fn messages(&self) -> impl Iterator<Item = MessageId> {
        self.log.messages(self.log.first(), self.log.next())
    }

    pub fn push(&mut self, logged: Logged) {
        self.log.push(logged);
    }

    /// Segments that began behind the end of the log are lost with what was in them.
    fn forget_segments(&mut self) {
        while let Some(last) = self.segments.back().copied().filter(|last| last.first >= self.log.next()) {
            self.segments.remove(last.order());
            self.bytes_closed -= self.segments.back().map_or(0, |open| open.bytes);
        }
    }

    /// Where the chunk that is not committed yet begins, and since when it is.
    fn open_chunk(&self) -> Option<(u32, SimTime)> {
        let last = self.log.next().checked_sub(1).filter(|last| *last >= self.committed)?;
        let logged = self.log.get(last).filter(|logged| logged.message != MessageId::NONE)?;
        Some((logged.chunk, logged.since))
    }

    /// When the open chunk is committed.
    pub fn due(&self) -> Option<SimTime> {
        (self.committed < self.log.next()).then_some(self.commits_at)
    }

    /// How many messages the stream says it has.
    /// RabbitMQ: a count is taken every five seconds. Playground: at multiples of them, for all streams at once.
    pub fn counted(&self, now: SimTime) -> u32 {
        if period(now) > self.counted_in { self.offsets() } else { self.counted }
    }

    /// RabbitMQ: what it counts are offsets, the log's own entries among them.
    pub fn offsets(&self) -> u32 {
        self.log.next() - self.log.first()
    }

    /// The number of messages is about to change.
    fn count(&mut self, now: SimTime) {
        if period(now) > self.counted_in {
            (self.counted, self.counted_in) = (self.offsets(), period(now));
        }
    }
}

fn period(now: SimTime) -> u64 {
    now.0 / COUNTED_EVERY.0
}

impl Broker {
    /// The stream that a queue is.
    pub(super) fn stream(&self, id: QueueId) -> Option<&Stream> {
        self.queue(id).stream.as_deref()
    }

    pub(super) fn stream_mut(&mut self, id: QueueId) -> Option<&mut Stream> {
        self.queue_mut(id).stream.as_deref_mut()
    }

    /// Writes a message to a stream.
    pub(super) fn append(&mut self, id: QueueId, message: MessageId, channel: ChannelId, seq: u32) -> Taken {
        self.put(Effect::Enqueued { message, queue: id });
        self.messages.retain(message);
        self.begin_segment(id);
        let (now, delay) = (self.now, self.config.stream_commit);
        let (body, size) = (self.body_bytes(message), self.logged_bytes(message));
        let Some(stream) = self.stream_mut(id) else { return Taken::Stored };
        stream.count(now);
        if stream.committed == stream.log.next() {
            stream.commits_at = now + delay;
        }
        let (chunk, since) = stream.open_chunk().unwrap_or((stream.log.next(), now));
        stream.push(Logged { message, chunk, since });
        stream.len += 1;
        stream.body_bytes += body;
        if let Some(last) = stream.segments.back().map(Item::order) {
            stream.segments.update(last, |segment| {
                segment.bytes += size;
                segment.last = since;
            });
        }
        if delay == SimDuration::ZERO {
            self.commit(id);
            return Taken::Stored;
        }
        if seq != 0 {
            stream.waiting.push((channel, seq));
        }
        self.arm(Timer::Head(id));
        if seq == 0 { Taken::Stored } else { Taken::Storing }
    }

    /// A queue gets what the broker publishes itself: a dead letter, a copy of the firehose, what an exchange kept.
    /// RabbitMQ 3.10: on the way to a stream it is lost.
    pub(super) fn enqueue_own(&mut self, id: QueueId, message: MessageId) {
        if self.queue(id).is_stream() && !self.profile.own_messages_into_streams {
            self.put(Effect::Dropped { message, queue: id, reason: DropReason::Unroutable });
        } else {
            self.enqueue(id, message, ChannelId::NONE, 0);
        }
    }

    /// The open chunk is committed: publishers hear of it, and consumers may have it.
    pub(super) fn commit(&mut self, id: QueueId) {
        let Some(stream) = self.stream_mut(id) else { return };
        stream.committed = stream.log.next();
        for (channel, seq) in std::mem::take(&mut stream.waiting) {
            self.confirmed_by_queue(channel, seq);
        }
        self.feed_all(id);
    }

    /// The chunk that was being committed when the node went: after a kill it is not there.
    pub(super) fn end_chunk(&mut self, id: QueueId, lost: bool) {
        let now = self.now;
        let Some(stream) = self.stream_mut(id) else { return };
        stream.waiting.clear();
        if !lost {
            stream.committed = stream.log.next();
            return;
        }
        stream.count(now);
        let cut = stream.log.cut_back(stream.committed);
        stream.forget_segments();
        // What a lost chunk weighed stays with its segment: nobody can tell.
        self.forget_logged(id, cut, DropReason::Restart);
    }

    /// Lets go of everything before an offset.
    pub(super) fn cut_front(&mut self, id: QueueId, to: u32) {
        let now = self.now;
        let Some(stream) = self.stream_mut(id) else { return };
        stream.count(now);
        let cut = stream.log.cut_front(to);
        self.forget_logged(id, cut, DropReason::Retention);
    }

    /// A stream is deleted with all in it.
    pub(super) fn clear_stream(&mut self, id: QueueId) {
        let Some(stream) = self.stream_mut(id) else { return };
        let waiting = std::mem::take(&mut stream.waiting);
        let cut = stream.log.cut_front(stream.log.next());
        stream.committed = stream.log.next();
        self.forget_logged(id, cut, DropReason::QueueDeleted);
        for (channel, seq) in waiting {
            self.confirmed_by_queue(channel, seq);
        }
    }

    fn forget_logged(&mut self, id: QueueId, messages: Vec<MessageId>, reason: DropReason) {
        for message in messages {
            let body = self.body_bytes(message);
            if let Some(stream) = self.stream_mut(id) {
                stream.len -= 1;
                stream.body_bytes -= body;
            }
            self.put(Effect::Dropped { message, queue: id, reason });
            self.messages.release(message);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Log, Logged};
    use crate::amqp::SimTime;
    use crate::broker::effect::MessageId;

    fn log(count: u32) -> Log {
        let mut log = Log::default();
        for n in 0..count {
            log.push(Logged { message: MessageId(n), chunk: n, since: SimTime(u64::from(n / 10)) });
        }
        log
    }

    #[test]
    fn what_is_cut_is_gone_and_the_rest_keeps_its_offsets() {
        let mut log = log(1000);
        let clone = log.clone();
        assert_eq!(log.cut_front(700).len(), 700);
        assert_eq!(log.cut_back(990).len(), 10);
        assert!(log.get(699).is_none() && log.get(990).is_none());
        assert_eq!(log.get(700).map(|logged| logged.message), Some(MessageId(700)));
        log.push(Logged { message: MessageId(5000), chunk: 990, since: SimTime(99) });
        assert_eq!(log.get(990).map(|logged| logged.message), Some(MessageId(5000)));
        assert_eq!(clone.get(0).map(|logged| logged.message), Some(MessageId(0)), "a clone keeps its own");
        assert_eq!(log.messages(0, 1000).count(), 291);
    }

    #[test]
    fn a_moment_is_found_at_the_first_chunk_that_is_not_older() {
        let log = log(100);
        assert_eq!(log.offset_at(SimTime(0), 100), 0);
        assert_eq!(log.offset_at(SimTime(3), 100), 30);
        assert_eq!(log.offset_at(SimTime(50), 100), 100);
    }
}
