//! What arrives: replies to whoever waits for them, closes at once known, all the rest into the inbox.

use std::sync::Arc;

use crate::amqp::{ChannelNumber, Method, Scope};
use crate::broker::Reply;
use crate::sim::port::{FromBroker, Refused, ToBroker};
use crate::sim::value::MessageValue;

use super::channel::{Channel, ChannelState};
use super::errors::own;
use super::frame::{Frame, Outcome};
use super::inbox::Entry;
use super::machine::{Client, Line};
use super::output::{NO_PC, What};
use super::step::Surroundings;

impl Client {
    /// Takes what has arrived; nothing runs yet.
    pub fn receive(&mut self, cx: &mut Surroundings<'_>, arrived: FromBroker) {
        if !self.is_alive() {
            return;
        }
        match arrived {
            FromBroker::Delivery(number, message) => {
                let Some((channel, opening)) = self.opening_of(number) else { return };
                self.enter(Entry::Delivery { channel, opening, message });
            }
            rarer => self.receive_rarer(cx, rarer),
        }
    }

    /// All but deliveries. On its own, so that what is done at each message stays short.
    #[inline(never)]
    fn receive_rarer(&mut self, cx: &mut Surroundings<'_>, arrived: FromBroker) {
        match arrived {
            // Is received by the caller.
            FromBroker::Delivery(..) => {}
            FromBroker::Opened => self.receive_opened(cx),
            FromBroker::Unreachable => self.fail_line(own("connection refused")),
            FromBroker::Lost => self.fail_line(own("connection lost")),
            FromBroker::Reply(number, reply) => self.receive_reply(number, reply),
            FromBroker::Got(number, message) => self.receive_outcome(number, Outcome::Got(message)),
            FromBroker::Confirmed { channel, seq, ack } => self.receive_answer(channel, seq, ack),
            FromBroker::Returned { channel, content, code, text, message } => {
                let Some((channel, opening)) = self.opening_of(channel) else { return };
                let returned = Some(Box::new((code, text)));
                let message = MessageValue { returned, message, ..MessageValue::of(content) };
                self.enter(Entry::Returned { channel, opening, message: Arc::new(message) });
            }
            FromBroker::Cancelled(number, tag) => {
                let Some((channel, opening)) = self.opening_of(number) else { return };
                self.enter(Entry::Cancelled { channel, opening, tag });
            }
            FromBroker::Closed(number, refused) => self.receive_close(cx, number, refused),
            FromBroker::Blocked(reason) => self.enter(Entry::Blocked(reason)),
        }
    }

    /// The connection is open; its first channel follows.
    fn receive_opened(&mut self, cx: &mut Surroundings<'_>) {
        if !matches!(self.line, Line::Opening) {
            return;
        }
        if let Some(main) = self.channels.first_mut() {
            main.state = ChannelState::Opening;
        }
        cx.put(NO_PC, What::Send(ToBroker::Method(1, Method::ChannelOpen)));
    }

    fn receive_reply(&mut self, number: ChannelNumber, reply: Reply) {
        match (&self.line, number) {
            (Line::Opening, 1) => {
                if let Some(main) = self.channels.first_mut() {
                    main.state = ChannelState::Open;
                }
                self.line = Line::Open;
                if let Some(state) = self.frames.body_mut().and_then(Frame::reconnect) {
                    state.outcome = Some(Ok(()));
                }
            }
            // close-ok of the connection, after the body's end or `stop`.
            (Line::Closing, 0) => {
                self.lose_channels();
                self.enter(Entry::ConnectionEnded);
            }
            // get-ok comes with its message.
            _ if matches!(reply, Reply::GetOk { .. }) => {}
            _ => self.receive_outcome(number, Outcome::Reply(reply)),
        }
    }

    /// The connection has ended as asked: what a handler still waits for on it will not come.
    fn lose_channels(&mut self) {
        for channel in &mut self.channels {
            channel.state = ChannelState::Closed;
        }
        if let Some(asked) = self.frames.at_work_mut().and_then(Frame::unanswered) {
            asked.outcome = Some(Outcome::Refused(own("the connection is closed")));
        }
    }

    /// To the frame that waits for a reply on that channel.
    fn receive_outcome(&mut self, number: ChannelNumber, came: Outcome) {
        let of_connection = number == 0;
        if let Some(asked) = self.frames.at_work_mut().and_then(Frame::unanswered)
            && (of_connection || asked.channel + 1 == number)
        {
            asked.outcome = Some(came);
        }
    }

    fn receive_answer(&mut self, number: ChannelNumber, seq: u64, ack: bool) {
        let arrived = self.arrived;
        let Some((channel, opening)) = self.opening_of(number) else { return };
        let Some(state) = self.channels.get_mut(usize::from(channel)) else { return };
        let Some(content) = state.unanswered.remove(&seq) else { return };
        state.is_nacked |= !ack;
        state.last_answer = arrived + 1;
        let message = Arc::new(MessageValue { tag: seq, ..MessageValue::of(content) });
        self.enter(Entry::Answer { channel, opening, ack, message });
    }

    /// Known from now on. Where a reply is awaited on it, this is the reply.
    fn receive_close(&mut self, cx: &mut Surroundings<'_>, number: ChannelNumber, refused: Arc<Refused>) {
        if number == 0 || refused.scope == Some(Scope::Connection) {
            self.fail_line(refused);
            return;
        }
        // The library answers by itself.
        cx.put(NO_PC, What::Send(ToBroker::Method(number, Method::ChannelCloseOk)));
        let Some((channel, opening)) = self.opening_of(number) else { return };
        let Some(state) = self.channels.get_mut(usize::from(channel)) else { return };
        // What was delivered before the close is still taken up before it.
        state.state = ChannelState::Failed(refused.clone());
        if let Some(asked) = self.frames.at_work_mut().and_then(Frame::unanswered)
            && asked.channel == channel
        {
            asked.outcome = Some(Outcome::Refused(refused));
            if let Some(state) = self.channels.get_mut(usize::from(channel)) {
                state.is_close_taken = true;
            }
            return;
        }
        if matches!(self.line, Line::Opening) {
            self.fail_line(refused);
            return;
        }
        self.enter(Entry::ChannelClosed { channel, opening });
    }

    /// The place of a channel and its opening, if it is open: what is on its way when a channel is opened again is
    /// thrown away.
    fn opening_of(&self, number: ChannelNumber) -> Option<(u16, u32)> {
        let at = number.checked_sub(1)?;
        let channel: &Channel = self.channels.get(usize::from(at))?;
        channel.is_open().then_some((at, channel.opening))
    }
}
