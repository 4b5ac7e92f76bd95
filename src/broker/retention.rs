//! Retention: what a stream lets go of, segment by segment.

use crate::amqp::SimDuration;

use super::chunks::Item;
use super::effect::{MessageId, QueueId};
use super::machine::Broker;
use super::stream::{Logged, Segment};

/// RabbitMQ: the size of a stream's segments if nobody says another.
pub(super) const SEGMENT_BYTES: u64 = 500_000_000;
/// What a message weighs in the log beside its body. Playground: measured on RabbitMQ 3.10.8 and 4.0.5 for a message
/// without properties in a chunk of its own (142 and 153 bytes); the true number depends on properties and chunks.
const LOGGED_BYTES: u64 = 150;
/// What the log's own entry at the head of a segment weighs.
const OWN_BYTES: u64 = 80;

impl Broker {
    /// What a message weighs in a stream's log.
    pub(super) fn logged_bytes(&self, message: MessageId) -> u64 {
        self.body_bytes(message) + LOGGED_BYTES
    }

    /// Before a message is written: a full segment is closed and the next one begun.
    /// RabbitMQ: it begins with an entry of the log's own, which takes an offset, and retention is looked at only now.
    pub(super) fn begin_segment(&mut self, id: QueueId) {
        let (now, full) = (self.now, self.queue(id).settings.segment_bytes.unwrap_or(SEGMENT_BYTES));
        let Some(stream) = self.stream_mut(id) else { return };
        let first = stream.log.next();
        match stream.segments.back() {
            None => stream.segments.push_back(Segment { first, bytes: 0, last: now }),
            Some(last) if last.bytes < full => {}
            Some(last) => {
                stream.bytes_closed += last.bytes;
                stream.segments.push_back(Segment { first, bytes: OWN_BYTES, last: now });
                stream.push(Logged { message: MessageId::NONE, chunk: first, since: now });
                self.apply_retention(id);
            }
        }
    }

    /// Lets go of the oldest segments while the log is too large or they are too old, but never of the last.
    pub(super) fn apply_retention(&mut self, id: QueueId) {
        let now = self.now;
        let (bytes, age) = (self.queue(id).settings.max_bytes, self.queue(id).settings.max_age);
        let Some(stream) = self.stream_mut(id) else { return };
        while stream.segments.len() > 1
            && let Some(oldest) = stream.segments.front()
        {
            let all = stream.bytes_closed + stream.segments.back().map_or(0, |last| last.bytes);
            let too_large = bytes.is_some_and(|bytes| all > bytes);
            let too_old = age.is_some_and(|age| oldest.last + SimDuration::millis(age) < now);
            if !too_large && !too_old {
                break;
            }
            stream.bytes_closed -= oldest.bytes;
            stream.segments.pop_front();
        }
        if let Some(first) = stream.segments.front().map(|segment| segment.order() as u32)
            && first > stream.log.first()
        {
            self.cut_front(id, first);
        }
    }
}
