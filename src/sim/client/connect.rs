//! The connection and its channels: opening, closing, reconnecting, ending.

use std::sync::Arc;

use crate::amqp::{Method, Open};
use crate::script::program::{Event, ExprId, Pc, Place};
use crate::sim::port::ToBroker;
use crate::sim::record::EndReason;
use crate::sim::value::Value;

use super::channel::{ChannelState, Consumer};
use super::frame::{Call, Frame, Reconnect, WaitOn, Word};
use super::machine::{Client, Life, Line, Login};
use super::output::{NO_PC, What};
use super::step::{Done, Failure, Flow, Surroundings};

impl Client {
    /// Begins the text: connects.
    pub fn start(&mut self, cx: &mut Surroundings<'_>) {
        self.life = Life::Running;
        self.open_line(cx, NO_PC);
    }

    /// The operator begins a deed.
    pub fn begin_deed(&mut self, start: Pc) {
        self.frames.clear();
        self.frames.begin(start, self.root, None, None);
    }

    /// Whether the operator has nothing to do.
    pub fn is_idle(&self) -> bool {
        self.frames.is_empty()
    }

    /// Asked to stop: closes its connection, whatever it is doing.
    pub fn stop(&mut self, cx: &mut Surroundings<'_>) {
        self.life = Life::Stopping;
        self.inbox.clear();
        self.tickers.clear();
        for channel in &mut self.channels {
            channel.consumers.clear();
        }
        let pc = self.frames.at_work().map_or(0, |frame| frame.pc);
        self.frames.clear();
        self.frames.begin(pc, self.root, None, None);
        self.frames.wait(WaitOn::End, 0, pc);
        if matches!(self.line, Line::Open) {
            cx.put(pc, What::Send(ToBroker::Method(0, Method::ConnectionClose)));
            self.line = Line::Closing;
        } else {
            self.leave_line(cx, pc);
            self.end(cx, pc, EndReason::Stop);
        }
    }

    /// The process dies. What it sent still arrives.
    pub fn kill(&mut self, cx: &mut Surroundings<'_>, pc: Pc) {
        self.leave_line(cx, pc);
        self.end(cx, pc, EndReason::Crash);
    }

    pub(super) fn crash(&mut self, cx: &mut Surroundings<'_>, pc: Pc) -> Done<Flow> {
        self.kill(cx, pc);
        Ok(Flow::Next)
    }

    fn open_line(&mut self, cx: &mut Surroundings<'_>, pc: Pc) {
        self.line = Line::Opening;
        for index in 0..self.channels.len() {
            let consumers = self.channels[index].reopen();
            self.channels[index].state = ChannelState::Closed;
            self.let_go(consumers);
        }
        let Login { user, password, vhost } = &self.login;
        let open = Open { password: password.clone(), ..Open::new(user.clone(), vhost.clone()) };
        cx.put(pc, What::Send(ToBroker::Open(Arc::new(open))));
    }

    pub(super) fn let_go(&mut self, consumers: Vec<Consumer>) {
        for registered in consumers.into_iter().filter_map(|consumer| consumer.handler) {
            self.arena.release(registered.env);
        }
    }

    /// The client has just begun: its body follows when the first channel is open.
    pub(super) fn look_at_opening(&mut self, cx: &mut Surroundings<'_>) -> Done<bool> {
        match &mut self.line {
            Line::Open => {
                let start = self.start_of_body(cx);
                self.frames.begin(start, self.root, None, None);
                Ok(true)
            }
            Line::Failed { refused, is_taken } => {
                *is_taken = true;
                Err(Failure::Raised(refused.clone()))
            }
            Line::Down | Line::Opening | Line::Closing => Ok(false),
        }
    }

    pub(super) fn enter_channel(&mut self, cx: &mut Surroundings<'_>, pc: Pc, channel: u16) -> Done<Flow> {
        if self.is_operator {
            return Ok(Flow::Next);
        }
        let index = usize::from(channel);
        let Some(state) = self.channels.get_mut(index) else { return Ok(Flow::Next) };
        if matches!(self.line, Line::Open | Line::Closing) {
            match &state.state {
                ChannelState::Open => return Ok(Flow::Next),
                ChannelState::Failed(refused) if !state.is_close_taken => {
                    // Its close is taken up first; then this instruction comes again.
                    state.is_close_taken = true;
                    let refused = refused.clone();
                    let Some(handler) = state.on.get(&Event::Close).copied() else {
                        return Err(Failure::Raised(refused));
                    };
                    self.frames.go_to(pc);
                    self.begin_handler(cx, handler, Value::Error(refused));
                    return Ok(Flow::Next);
                }
                ChannelState::Failed(_) | ChannelState::Closed | ChannelState::Opening => {}
            }
            let consumers = self.channels[index].reopen();
            self.let_go(consumers);
            cx.put(pc, What::Send(ToBroker::Method(channel + 1, Method::ChannelOpen)));
            return Ok(self.wait_on(WaitOn::reply(channel, Call::Open), 0, pc));
        }
        self.check_usable(channel)?;
        Ok(Flow::Next)
    }

    pub(super) fn close_channel(&mut self, cx: &mut Surroundings<'_>, pc: Pc, channel: u16) -> Done<Flow> {
        self.ask(cx, pc, channel, &Place::default(), Method::ChannelClose, Call::CloseChannel)
    }

    pub(super) fn close_connection(&mut self, cx: &mut Surroundings<'_>, pc: Pc) -> Done<Flow> {
        match &self.line {
            Line::Open => {
                cx.put(pc, What::Send(ToBroker::Method(0, Method::ConnectionClose)));
                Ok(self.wait_on(WaitOn::reply(0, Call::CloseConnection), 0, pc))
            }
            Line::Failed { .. } => self.check_usable(0).map(|()| Flow::Next),
            Line::Down | Line::Opening | Line::Closing => Ok(Flow::Next),
        }
    }

    pub(super) fn reconnect(
        &mut self,
        cx: &mut Surroundings<'_>,
        pc: Pc,
        retry: Option<ExprId>,
        timeout: Option<ExprId>,
        otherwise: Option<Pc>,
    ) -> Done<Flow> {
        let retry = retry.map(|retry| self.duration(cx, retry)).transpose()?;
        let timeout = timeout.map(|time| self.duration(cx, time)).transpose()?;
        self.leave_line(cx, pc);
        let token = timeout.map_or(0, |length| self.timer(cx, pc, length));
        self.open_line(cx, pc);
        let reconnect = Reconnect {
            retry: retry.map(|retry| retry.0),
            retry_token: 0,
            is_retry_due: false,
            otherwise,
            outcome: None,
        };
        Ok(self.wait_on(WaitOn::Word(Box::new(Word::Reconnect(reconnect))), token, pc))
    }

    /// Goes on when the connection is open; tries again, or gives up, when it was refused.
    pub(super) fn look_at_reconnect(
        &mut self,
        cx: &mut Surroundings<'_>,
        is_expired: bool,
        pc: Pc,
    ) -> Done<bool> {
        let Some(state) = self.frames.at_work_mut().and_then(Frame::reconnect) else { return Ok(false) };
        let otherwise = state.otherwise;
        match state.outcome.take() {
            Some(Ok(())) => {
                cx.put(pc, What::Connected);
                return Ok(self.resume(None));
            }
            Some(Err(refused)) => match (state.retry, otherwise) {
                (Some(retry), _) => {
                    let length = crate::amqp::SimDuration(retry);
                    let token = self.timer(cx, pc, length);
                    if let Some(state) = self.frames.at_work_mut().and_then(Frame::reconnect) {
                        state.retry_token = token;
                    }
                    cx.put(pc, What::Retrying(length));
                }
                (None, Some(to)) => return Ok(self.resume(Some(to))),
                (None, None) => {
                    self.resume(None);
                    return Err(Failure::Raised(refused));
                }
            },
            None if state.is_retry_due => {
                (state.is_retry_due, state.retry_token) = (false, 0);
                self.open_line(cx, pc);
            }
            None => {}
        }
        if is_expired {
            self.abandon_opening(cx, pc);
            return self.time_out(otherwise);
        }
        Ok(false)
    }

    /// Gives up connecting.
    pub(super) fn abandon_opening(&mut self, cx: &mut Surroundings<'_>, pc: Pc) {
        self.leave_line(cx, pc);
    }

    /// The body has ended. Without consumer and `every` the connection is closed; when it is gone, the client ends.
    #[inline]
    pub(super) fn look_at_end(&mut self, cx: &mut Surroundings<'_>, pc: Pc) -> bool {
        let lives_on = !self.tickers.is_empty()
            || self.channels.iter().any(|channel| channel.is_open() && !channel.consumers.is_empty());
        let is_over = !lives_on || matches!(self.line, Line::Down);
        is_over && self.close_at_end(cx, pc)
    }

    /// On its own, as few looks come to it.
    #[inline(never)]
    fn close_at_end(&mut self, cx: &mut Surroundings<'_>, pc: Pc) -> bool {
        let taken_up = self.inbox.is_empty();
        match &self.line {
            Line::Open => {
                cx.put(pc, What::Send(ToBroker::Method(0, Method::ConnectionClose)));
                self.line = Line::Closing;
                true
            }
            Line::Failed { is_taken: true, .. } | Line::Down if taken_up && self.tickers.is_empty() => {
                self.end(
                    cx,
                    pc,
                    if self.life == Life::Stopping { EndReason::Stop } else { EndReason::Finished },
                );
                true
            }
            Line::Failed { .. } | Line::Down | Line::Opening | Line::Closing => false,
        }
    }

    /// The other side is gone, or refused the connection: known from now on.
    pub(super) fn fail_line(&mut self, refused: Arc<crate::sim::port::Refused>) {
        let was_opening = matches!(self.line, Line::Opening);
        if was_opening && let Some(state) = self.frames.body_mut().and_then(Frame::reconnect) {
            state.outcome = Some(Err(refused));
            self.line = Line::Down;
            return;
        }
        let mut is_taken = false;
        if let Some(asked) = self.frames.at_work_mut().and_then(Frame::unanswered) {
            asked.outcome = Some(super::frame::Outcome::Refused(refused.clone()));
            is_taken = true;
        }
        if matches!(self.line, Line::Closing)
            && self.frames.at_work().is_some_and(|f| matches!(f.wait.on, WaitOn::End))
        {
            // What was to be closed is closed.
            is_taken = matches!(refused.code, 0);
        }
        self.line = Line::Failed { refused, is_taken };
        for channel in &mut self.channels {
            channel.state = ChannelState::Closed;
        }
        if !is_taken {
            self.enter(super::inbox::Entry::ConnectionClosed);
        }
    }

    /// Where the text begins; the body's first steps follow.
    fn start_of_body(&mut self, cx: &mut Surroundings<'_>) -> Pc {
        cx.put(self.start, What::Connected);
        self.start
    }
}
