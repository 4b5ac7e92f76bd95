//! What of a client can influence its future.

use crate::amqp::SimTime;
use crate::sim::record::RunningHash;

use super::frame::{WaitOn, Word};
use super::inbox::Entry;
use super::machine::{Client, Life, Line};

impl Client {
    /// Takes that into a hash.
    pub(in crate::sim) fn hash_into(&self, hash: &mut RunningHash, now: SimTime) {
        hash.word(match self.life {
            Life::Waiting => 0,
            Life::Running => 1,
            Life::Stopping => 2,
            Life::Ended(_) => 3,
        });
        hash.word(match &self.line {
            Line::Down => 0,
            Line::Opening => 1,
            Line::Open => 2,
            Line::Closing => 3,
            Line::Failed { is_taken, .. } => 4 + u64::from(*is_taken),
        });
        hash.word(self.chance.state());
        for (frame, tries) in self.frames.iter().zip(self.frames.tries()) {
            hash.pair(frame.pc, tries);
            let kind = match &frame.wait.on {
                WaitOn::Nothing => 0,
                WaitOn::Timer => 1,
                WaitOn::Forever => 2,
                WaitOn::Until { .. } => 3,
                WaitOn::Confirms { .. } => 4,
                WaitOn::Word(word) => match **word {
                    Word::Reply(_) => 5,
                    Word::Reconnect(_) => 6,
                },
                WaitOn::End => 7,
            };
            hash.pair(kind, u32::from(frame.wait.is_expired));
        }
        self.arena.hash_into(hash);
        for channel in &self.channels {
            hash.word(u64::from(channel.is_open()) | u64::from(channel.confirms) << 1);
            hash.word(channel.unanswered.len() as u64);
            for consumer in &channel.consumers {
                hash.bytes(consumer.tag.as_bytes());
            }
        }
        for ticker in &self.tickers {
            hash.word(ticker.due.0.wrapping_sub(now.0));
            hash.word(u64::from(ticker.is_waiting));
        }
        for entry in self.inbox.iter() {
            hash_entry(hash, entry);
        }
    }
}

fn hash_entry(hash: &mut RunningHash, entry: &Entry) {
    let (kind, channel, bytes): (u64, u16, &[u8]) = match entry {
        Entry::Delivery { channel, message, .. } => (0, *channel, &message.content.body),
        Entry::Returned { channel, message, .. } => (1, *channel, &message.content.body),
        Entry::Answer { channel, ack, message, .. } => {
            (2 + u64::from(*ack) * 16, *channel, &message.content.body)
        }
        Entry::Cancelled { channel, tag, .. } => (3, *channel, tag.as_bytes()),
        Entry::ChannelClosed { channel, .. } => (4, *channel, &[]),
        Entry::ConnectionClosed => (5, 0, &[]),
        Entry::ConnectionEnded => (6, 0, &[]),
        Entry::Blocked(reason) => (7, 0, reason.as_deref().unwrap_or("").as_bytes()),
        Entry::Tick(at) => (8, *at as u16, &[]),
    };
    hash.word(kind);
    hash.word(u64::from(channel));
    hash.bytes(bytes);
}
