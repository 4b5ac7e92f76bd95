//! Errors: where they go.

use std::sync::Arc;

use crate::amqp::Name;
use crate::sim::port::{Refused, ToBroker};
use crate::sim::record::EndReason;
use crate::sim::value::Value;

use super::channel::ChannelState;
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
        let pc = self.frames.last().map_or(NO_PC, |frame| match frame.wait.on {
            WaitOn::Nothing => frame.pc.saturating_sub(1),
            _ => frame.wait.pc,
        });
        cx.put(pc, What::Raised(error.clone()));
        while let Some(frame) = self.frames.last_mut() {
            if let Some(attempt) = frame.tries.pop() {
                if matches!(frame.wait.on, WaitOn::Reconnect(_)) {
                    self.abandon_opening(cx, pc);
                }
                self.unwind_to(attempt.env);
                self.assign(cx, attempt.var, Value::Error(error.clone()));
                if let Some(frame) = self.frames.last_mut() {
                    frame.wait = Wait::NOTHING;
                    frame.pc = attempt.catch;
                }
                return;
            }
            if self.frames.len() == 1 {
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
        while self.frames.last().is_some_and(|frame| frame.env != env) {
            if !self.leave_scope() {
                return;
            }
        }
    }

    /// Leaves one block of the frame at work; false where there is none.
    pub(super) fn leave_scope(&mut self) -> bool {
        let Some(frame) = self.frames.last_mut() else { return false };
        let inner = frame.env;
        frame.gets.retain(|(env, _)| *env != inner);
        let outer = self.arena.leave(inner);
        frame.env = outer;
        outer != inner
    }

    /// Whether a channel can be used; where its close is known, that is raised now and not again.
    pub(super) fn check_usable(&mut self, channel: u16) -> Done<()> {
        if self.is_operator {
            return Ok(());
        }
        match &mut self.line {
            Line::Open | Line::Closing => {}
            Line::Failed { refused, is_taken } => {
                *is_taken = true;
                return Err(Failure::Raised(refused.clone()));
            }
            Line::Down | Line::Opening => return Err(Failure::Raised(own("the connection is closed"))),
        }
        let Some(channel) = self.channels.get_mut(usize::from(channel)) else {
            return Err(Failure::Raised(own("no such channel")));
        };
        match &channel.state {
            ChannelState::Open => Ok(()),
            ChannelState::Failed(refused) => {
                channel.is_close_taken = true;
                Err(Failure::Raised(refused.clone()))
            }
            ChannelState::Closed | ChannelState::Opening => {
                Err(Failure::Raised(own("the channel is closed")))
            }
        }
    }
}
