//! Errors: where they go.

use std::sync::Arc;

use crate::amqp::Name;
use crate::sim::port::{Refused, ToBroker};
use crate::sim::record::EndReason;
use crate::sim::value::Value;

use super::channel::{Channel, ChannelState};
use super::frame::{Wait, WaitOn};
use super::machine::{Client, Line};
use super::output::{NO_PC, What};
use super::step::{Done, Failure, Surroundings};

/// An error of the script's own: code 0.
pub(super) fn own(text: &str) -> Arc<Refused> {
    Arc::new(Refused { scope: None, code: 0, text: Name::from(text), class_id: 0, method_id: 0 })
}

impl Client {
    /// Raises an error: in the handler at work, then at the body's wait; not caught there, it ends the client.
    pub(super) fn raise(&mut self, cx: &mut Surroundings<'_>, error: &Arc<Refused>) {
        let pc = self.frames.at_work().map_or(NO_PC, |frame| match frame.wait.on {
            WaitOn::Nothing => frame.pc.saturating_sub(1),
            _ => frame.wait.pc,
        });
        cx.put(pc, What::Raised(error.clone()));
        while let Some(frame) = self.frames.at_work_mut() {
            let is_reconnecting = frame.reconnect().is_some();
            if let Some(attempt) = self.frames.pop_try() {
                if is_reconnecting {
                    self.abandon_opening(cx, pc);
                }
                self.unwind_to(attempt.env);
                self.assign(cx, attempt.var, Value::Error(error.clone()));
                if let Some(frame) = self.frames.at_work_mut() {
                    frame.wait = Wait::NOTHING;
                    frame.pc = attempt.catch;
                }
                return;
            }
            if self.frames.is_body() {
                break;
            }
            self.pop_frame();
        }
        if self.is_operator {
            self.frames.clear();
            return;
        }
        self.leave_line(cx, pc);
        self.end(cx, pc, EndReason::Error);
    }

    /// Goes without a word: what was unacked goes back.
    pub(super) fn leave_line(&mut self, cx: &mut Surroundings<'_>, pc: u32) {
        if matches!(self.line, Line::Opening | Line::Open | Line::Closing) {
            cx.put(pc, What::Send(ToBroker::Drop));
        }
        self.line = Line::Down;
    }

    /// Leaves blocks of the frame at work until `env` is the innermost.
    fn unwind_to(&mut self, env: super::memory::EnvId) {
        while self.frames.at_work().is_some_and(|frame| frame.env != env) {
            if !self.leave_scope() {
                return;
            }
        }
    }

    /// Leaves one block of the frame at work; false where there is none.
    pub(super) fn leave_scope(&mut self) -> bool {
        let Some(frame) = self.frames.at_work_mut() else { return false };
        let inner = frame.env;
        let outer = self.arena.leave(inner);
        frame.env = outer;
        self.frames.forget_got(inner);
        outer != inner
    }

    /// Whether a channel can be used; where its close is known, that is raised now and not again.
    #[inline]
    pub(super) fn check_usable(&mut self, channel: u16) -> Done<()> {
        let is_open = matches!(self.line, Line::Open | Line::Closing)
            && self.channels.get(usize::from(channel)).is_some_and(Channel::is_open);
        if is_open || self.is_operator { Ok(()) } else { Err(self.why_unusable(channel)) }
    }

    #[cold]
    fn why_unusable(&mut self, channel: u16) -> Failure {
        match &mut self.line {
            Line::Open | Line::Closing => {}
            Line::Failed { refused, is_taken } => {
                *is_taken = true;
                return Failure::Raised(refused.clone());
            }
            Line::Down | Line::Opening => return Failure::Raised(own("the connection is closed")),
        }
        let Some(channel) = self.channels.get_mut(usize::from(channel)) else {
            return Failure::Raised(own("no such channel"));
        };
        match &channel.state {
            ChannelState::Failed(refused) => {
                channel.is_close_taken = true;
                Failure::Raised(refused.clone())
            }
            ChannelState::Open | ChannelState::Closed | ChannelState::Opening => {
                Failure::Raised(own("the channel is closed"))
            }
        }
    }
}
