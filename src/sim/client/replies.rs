//! What a reply leads to.

use std::sync::Arc;

use crate::broker::Reply;
use crate::script::program::Pc;
use crate::sim::value::{QueueAlias, Value};

use super::channel::{ChannelState, Consumer};
use super::frame::{Call, Outcome};
use super::machine::{Client, Line};
use super::output::What;
use super::step::{Done, Failure, Surroundings};

impl Client {
    /// A blocking call has its answer; the frame goes on, or an error is raised.
    pub(super) fn complete(
        &mut self,
        cx: &mut Surroundings<'_>,
        pc: Pc,
        channel: u16,
        call: Call,
        outcome: Outcome,
    ) -> Done<()> {
        let (reply, got) = match outcome {
            Outcome::Refused(refused) if self.is_operator => {
                // What the operator is refused is in `errors(operator)`; the run goes on.
                let _ = refused;
                return Ok(());
            }
            Outcome::Refused(refused) => return Err(Failure::Raised(refused)),
            Outcome::Reply(reply) => (reply, None),
            Outcome::Got(message) => (Reply::Done, Some(message)),
        };
        match (call, reply) {
            (Call::Plain, _) => {}
            (Call::Open, _) => self.with_channel(channel, |one| one.state = ChannelState::Open),
            (Call::Confirm, _) => self.with_channel(channel, |one| one.confirms = true),
            (Call::CloseChannel, _) => {
                let mut consumers = Vec::new();
                self.with_channel(channel, |one| {
                    one.state = ChannelState::Closed;
                    consumers = std::mem::take(&mut one.consumers);
                    one.unanswered.clear();
                });
                self.let_go(consumers);
            }
            (Call::CloseConnection, _) => {
                self.line = Line::Down;
                for index in 0..self.channels.len() {
                    let consumers = self.channels[index].reopen();
                    self.channels[index].state = ChannelState::Closed;
                    self.let_go(consumers);
                }
            }
            (Call::Queue { alias }, Reply::QueueDeclared { queue, message_count, consumer_count }) => {
                if let Some(alias) = alias {
                    let value = QueueAlias { name: queue, message_count, consumer_count };
                    self.assign(cx, alias, Value::Queue(Arc::new(value)));
                }
            }
            (Call::Purge { alias }, Reply::QueuePurged { message_count }) => {
                if let Some(alias) = alias {
                    self.assign(cx, alias, Value::Int(i64::from(message_count)));
                }
            }
            (Call::Consume { tag, handler }, reply) => {
                let tag = if let Reply::Consuming { consumer_tag } = reply { consumer_tag } else { tag };
                let handler = handler.map(|handler| self.register(handler)).transpose()?;
                self.with_channel(channel, |one| one.consumers.push(Consumer { tag, handler }));
            }
            (Call::Cancel { tag }, _) => {
                let mut gone = Vec::new();
                self.with_channel(channel, |one| {
                    let all = std::mem::take(&mut one.consumers);
                    (gone, one.consumers) = all.into_iter().partition(|consumer| consumer.tag == tag);
                });
                self.let_go(gone);
            }
            (Call::Get { var, .. }, _) if got.is_some() => {
                let Some(message) = got else { return Ok(()) };
                self.assign(cx, var, Value::Message(message.clone()));
                self.frames.set_got(Some(message.clone()));
                cx.put(pc, What::Received(message));
            }
            (Call::Get { var, otherwise }, _) => {
                self.assign(cx, var, Value::Null);
                self.frames.set_got(None);
                self.frames.go_to(otherwise);
            }
            (Call::Queue { .. } | Call::Purge { .. }, _) => {}
        }
        Ok(())
    }

    fn with_channel(&mut self, channel: u16, change: impl FnOnce(&mut super::channel::Channel)) {
        if let Some(state) = self.channels.get_mut(usize::from(channel)) {
            change(state);
        }
    }
}
