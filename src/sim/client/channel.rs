//! A client's channels, as the client knows them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::amqp::Name;
use crate::script::program::{Event, HandlerId};
use crate::sim::port::{Content, Refused};

use super::memory::EnvId;

/// A channel of the text.
#[derive(Clone, Debug, Default)]
pub(super) struct Channel {
    pub state: ChannelState,
    /// How often it was opened; what arrived on an earlier opening is thrown away.
    pub opening: u32,
    /// The close has been raised or handled; it is not raised again when its turn comes.
    pub is_close_taken: bool,
    pub confirms: bool,
    /// Of the last publish.
    pub seq: u64,
    /// Publishes that are not answered yet.
    pub unanswered: BTreeMap<u64, Content>,
    /// A nack came since the last `wait for confirms`.
    pub is_nacked: bool,
    /// The place in the inbox of the last answer, counted from the beginning.
    pub last_answer: u64,
    pub consumers: Vec<Consumer>,
    /// Which of them may well get something next: what was published to many queues comes out of one after the other.
    pub turn: usize,
    pub on: BTreeMap<Event, Registered>,
}

/// Whether a channel can be used.
#[derive(Clone, Debug, Default)]
pub(super) enum ChannelState {
    /// Not opened yet, or closed by the client.
    #[default]
    Closed,
    /// `channel.open` is under way.
    Opening,
    Open,
    /// Closed by the broker; the close has arrived, taken up or not.
    Failed(Arc<Refused>),
}

/// A consumer on a channel.
#[derive(Clone, Debug)]
pub(super) struct Consumer {
    pub tag: Name,
    pub handler: Option<Registered>,
}

/// A handler and the environment of the place where it was set.
#[derive(Clone, Copy, Debug)]
pub(super) struct Registered {
    pub handler: HandlerId,
    pub env: EnvId,
}

impl Channel {
    pub fn is_open(&self) -> bool {
        matches!(self.state, ChannelState::Open)
    }

    /// The consumer with a tag. Mostly that is the very text that the client sent: not one is read then.
    #[inline]
    pub fn consumer(&mut self, tag: &Name) -> Option<&Consumer> {
        let at = match self.consumers.get(self.turn) {
            Some(one) if Arc::ptr_eq(&one.tag, tag) => self.turn,
            _ => self.place_of(tag)?,
        };
        self.turn = if at + 1 < self.consumers.len() { at + 1 } else { 0 };
        self.consumers.get(at)
    }

    #[inline(never)]
    fn place_of(&self, tag: &Name) -> Option<usize> {
        let sent = self.consumers.iter().position(|one| Arc::ptr_eq(&one.tag, tag));
        sent.or_else(|| self.consumers.iter().position(|one| one.tag == *tag))
    }

    /// Begins a new opening; gives back what the old one's handlers of consumers held.
    pub fn reopen(&mut self) -> Vec<Consumer> {
        self.opening += 1;
        self.state = ChannelState::Opening;
        self.is_close_taken = false;
        self.confirms = false;
        self.seq = 0;
        self.unanswered.clear();
        self.is_nacked = false;
        std::mem::take(&mut self.consumers)
    }
}
