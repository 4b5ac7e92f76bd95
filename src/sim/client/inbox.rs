//! The inbox: all that arrives, in order, taken up one entry after the other while the body waits.

use std::sync::Arc;

use crate::amqp::Name;
use crate::script::program::{Event, Pc};
use crate::sim::value::{MessageValue, Table, Value};

use super::channel::{ChannelState, Registered};
use super::machine::{Client, Line};
use super::output::What;
use super::step::{Done, Failure, Surroundings};

/// What arrived. Entries of a channel name the opening they belong to.
#[derive(Clone, Debug)]
pub(super) enum Entry {
    Delivery {
        channel: u16,
        opening: u32,
        message: Arc<MessageValue>,
    },
    Returned {
        channel: u16,
        opening: u32,
        message: Arc<MessageValue>,
    },
    Answer {
        channel: u16,
        opening: u32,
        ack: bool,
        /// What was published; its tag is the sequence number.
        message: Arc<MessageValue>,
    },
    Cancelled {
        channel: u16,
        opening: u32,
        tag: Name,
    },
    ChannelClosed {
        channel: u16,
        opening: u32,
    },
    /// By the other side.
    ConnectionClosed,
    /// As asked.
    ConnectionEnded,
    Blocked(Option<Name>),
    /// Of the ticker with that place.
    Tick(u32),
}

impl Client {
    #[inline]
    pub(super) fn enter(&mut self, entry: Entry) {
        self.inbox.push_back(entry);
        self.arrived += 1;
    }

    /// Takes up the next entry. True if something may have changed; one handler begins in a step at most.
    pub(super) fn take_up(&mut self, cx: &mut Surroundings<'_>) -> Done<bool> {
        if self.inbox.is_empty() {
            return Ok(false);
        }
        if self.has_taken {
            if !self.is_again_asked {
                self.is_again_asked = true;
                cx.put(0, What::Again);
            }
            return Ok(false);
        }
        cx.fuel.burn(1)?;
        let Some(entry) = self.inbox.pop_front() else { return Ok(false) };
        self.taken += 1;
        match entry {
            Entry::Delivery { channel, opening, message } => {
                self.take_delivery(cx, channel, opening, message);
            }
            rarer => self.take_rarer(cx, rarer)?,
        }
        Ok(true)
    }

    /// It belongs to a channel that was opened again, or a connection that was left.
    fn is_stale(&self, entry: &Entry) -> bool {
        match entry {
            Entry::Delivery { channel, opening, .. }
            | Entry::Returned { channel, opening, .. }
            | Entry::Answer { channel, opening, .. }
            | Entry::Cancelled { channel, opening, .. }
            | Entry::ChannelClosed { channel, opening } => {
                self.channels.get(usize::from(*channel)).is_none_or(|one| one.opening != *opening)
            }
            Entry::ConnectionClosed | Entry::ConnectionEnded | Entry::Blocked(_) | Entry::Tick(_) => false,
        }
    }

    /// All but deliveries. On its own, so that what is done at each message stays short.
    #[inline(never)]
    fn take_rarer(&mut self, cx: &mut Surroundings<'_>, entry: Entry) -> Done<()> {
        if self.is_stale(&entry) {
            return Ok(());
        }
        match entry {
            // Is taken up by the caller.
            Entry::Delivery { .. } => {}
            Entry::Returned { channel, message, .. } => {
                cx.put(self.pc(), What::Returned(message.clone()));
                self.begin_if_set(cx, channel, Event::Return, Value::Message(message));
            }
            Entry::Answer { channel, ack, message, .. } => {
                cx.put(self.pc(), What::Answered(channel + 1, message.tag, ack));
                let event = if ack { Event::Ack } else { Event::Nack };
                self.begin_if_set(cx, channel, event, Value::Message(message));
            }
            Entry::Cancelled { channel, tag, .. } => self.take_cancel(cx, channel, &tag),
            Entry::ChannelClosed { channel, .. } => return self.take_channel_close(cx, channel),
            Entry::ConnectionClosed => return self.take_connection_close(cx),
            Entry::ConnectionEnded => self.line = Line::Down,
            Entry::Blocked(reason) => {
                let event = if reason.is_some() { Event::Blocked } else { Event::Unblocked };
                let value = reason.map_or(Value::Null, |reason| table("reason", reason));
                if let Some(handler) = self.on.get(&event).copied() {
                    self.begin_handler(cx, handler, value);
                }
            }
            Entry::Tick(at) => {
                if let Some(ticker) = self.tickers.get_mut(at as usize) {
                    ticker.is_waiting = false;
                    let handler = ticker.registered;
                    self.begin_handler(cx, handler, Value::Null);
                }
            }
        }
        Ok(())
    }

    /// A consumer without a handler holds what it gets.
    #[inline(never)]
    fn take_delivery(
        &mut self,
        cx: &mut Surroundings<'_>,
        channel: u16,
        opening: u32,
        message: Arc<MessageValue>,
    ) {
        let Some(state) = self.channels.get_mut(usize::from(channel)) else { return };
        if state.opening != opening {
            return;
        }
        let Some(tag) = &message.consumer_tag else { return };
        let Some(handler) = state.consumer(tag).and_then(|consumer| consumer.handler) else { return };
        let pc = self.begin(cx, handler, Value::Message(message.clone()), Some(channel));
        cx.put(pc, What::Received(message));
    }

    fn take_cancel(&mut self, cx: &mut Surroundings<'_>, channel: u16, tag: &Name) {
        if let Some(state) = self.channels.get_mut(usize::from(channel)) {
            let at = state.consumers.iter().position(|consumer| consumer.tag == *tag);
            if let Some(at) = at {
                let gone = state.consumers.remove(at);
                self.let_go(vec![gone]);
            }
        }
        self.begin_if_set(cx, channel, Event::Cancel, table("consumer_tag", tag.clone()));
    }

    /// `on close` of that channel, or an error at the body's wait.
    fn take_channel_close(&mut self, cx: &mut Surroundings<'_>, channel: u16) -> Done<()> {
        let Some(state) = self.channels.get_mut(usize::from(channel)) else { return Ok(()) };
        let ChannelState::Failed(refused) = &state.state else { return Ok(()) };
        if state.is_close_taken {
            return Ok(());
        }
        state.is_close_taken = true;
        let refused = refused.clone();
        match state.on.get(&Event::Close).copied() {
            Some(handler) => {
                self.begin_handler(cx, handler, Value::Error(refused));
                Ok(())
            }
            None => Err(Failure::Raised(refused)),
        }
    }

    /// `on close` at client level, or an error at the body's wait.
    fn take_connection_close(&mut self, cx: &mut Surroundings<'_>) -> Done<()> {
        let Line::Failed { refused, is_taken } = &mut self.line else { return Ok(()) };
        if *is_taken {
            return Ok(());
        }
        *is_taken = true;
        let refused = refused.clone();
        match self.on.get(&Event::Close).copied() {
            Some(handler) => {
                self.begin_handler(cx, handler, Value::Error(refused));
                Ok(())
            }
            None => Err(Failure::Raised(refused)),
        }
    }

    fn begin_if_set(&mut self, cx: &mut Surroundings<'_>, channel: u16, event: Event, value: Value) {
        let handler =
            self.channels.get(usize::from(channel)).and_then(|channel| channel.on.get(&event)).copied();
        if let Some(handler) = handler {
            self.begin_handler(cx, handler, value);
        }
    }

    /// A handler begins that is no consumer's.
    #[inline(never)]
    pub(super) fn begin_handler(
        &mut self,
        cx: &mut Surroundings<'_>,
        registered: Registered,
        arrived: Value,
    ) {
        self.begin(cx, registered, arrived, None);
    }

    /// A handler begins on top of what is there, a consumer's over the channel of that: at which instruction.
    #[inline(always)]
    fn begin(
        &mut self,
        cx: &mut Surroundings<'_>,
        registered: Registered,
        arrived: Value,
        consumer: Option<u16>,
    ) -> Pc {
        let Some(handler) = cx.program.handlers.get(registered.handler.0 as usize) else { return 0 };
        let message = if let Value::Message(message) = &arrived { Some(message.clone()) } else { None };
        let env = self.arena.inside(registered.env, arrived, handler.slots);
        self.frames.begin(handler.start, env, message, consumer);
        self.has_taken = true;
        handler.start
    }

    /// The ticker with that timer ticks: an entry, unless one waits already.
    pub(super) fn tick(&mut self, cx: &mut Surroundings<'_>, token: u32) {
        let Some(at) = self.ticker(token) else { return };
        let ticker = &mut self.tickers[at];
        ticker.due = crate::amqp::SimTime(ticker.due.0.saturating_add(ticker.period));
        let (due, was_waiting) = (ticker.due, std::mem::replace(&mut ticker.is_waiting, true));
        cx.put(0, What::Timer(due, token));
        if !was_waiting {
            self.enter(Entry::Tick(at as u32));
        }
    }

    /// The place of the ticker with that timer. Their numbers go up, mostly by one: a search through a thousand of them
    /// would wait for memory at each step.
    pub(super) fn ticker(&self, token: u32) -> Option<usize> {
        let guess = token.checked_sub(self.tickers.first()?.token)? as usize;
        if self.tickers.get(guess).is_some_and(|ticker| ticker.token == token) {
            return Some(guess);
        }
        self.tickers.binary_search_by_key(&token, |ticker| ticker.token).ok()
    }

    fn pc(&self) -> Pc {
        self.frames.at_work().map_or(0, |frame| frame.wait.pc)
    }
}

fn table(name: &str, value: Name) -> Value {
    Table::new(vec![(Name::from(name), Value::Text(value))]).map_or(Value::Null, Value::Table)
}
