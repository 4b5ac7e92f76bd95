//! Waits: how they begin, and when they are over.

use crate::amqp::SimDuration;
use crate::script::program::{Const, ExprId, Operand, Pc};
use crate::sim::random::Stream;
use crate::sim::value::{ScriptError, Value};

use super::errors::own;
use super::frame::{Frame, Wait, WaitOn};
use super::machine::Client;
use super::output::What;
use super::step::{Done, Failure, Flow, Surroundings};

/// A duration, or one of a range by chance.
fn duration(value: &Value, chance: &mut Stream) -> Result<SimDuration, ScriptError> {
    match value {
        Value::Duration(duration) => Ok(*duration),
        Value::Range(ends) => match (&ends.0, &ends.1) {
            (Value::Duration(from), Value::Duration(to)) if from <= to => Ok(between(*from, *to, chance)),
            _ => Err(ScriptError::new("a range of durations begins with the shorter one")),
        },
        other => Err(ScriptError::new(format!(
            "a duration is wanted here, such as 1s or 200ms, and this is {}",
            other.type_name()
        ))),
    }
}

/// One by chance, both ends included.
fn between(from: SimDuration, to: SimDuration, chance: &mut Stream) -> SimDuration {
    SimDuration(from.0 + chance.below((to.0 - from.0).saturating_add(1)))
}

impl Client {
    /// Nearly all durations are written out: no value is made of them.
    pub(super) fn duration(&mut self, cx: &mut Surroundings<'_>, id: ExprId) -> Done<SimDuration> {
        match cx.program.only(id) {
            Some(Operand::Constant(Const::Duration(length))) => {
                cx.fuel.burn(1)?;
                Ok(*length)
            }
            Some(Operand::Range(Const::Duration(from), Const::Duration(to))) if from <= to => {
                // Two operands and the operator.
                cx.fuel.burn(3)?;
                Ok(between(*from, *to, &mut self.chance))
            }
            _ => {
                let value = self.settled(cx, id)?;
                Ok(duration(&value, &mut self.chance)?)
            }
        }
    }

    pub(super) fn wait(&mut self, cx: &mut Surroundings<'_>, pc: Pc, length: ExprId) -> Done<Flow> {
        let length = self.duration(cx, length)?;
        let token = self.timer(cx, pc, length);
        Ok(Flow::Wait(WaitOn::Timer, token))
    }

    pub(super) fn wait_until(
        &mut self,
        cx: &mut Surroundings<'_>,
        pc: Pc,
        cond: ExprId,
        timeout: Option<ExprId>,
        otherwise: Option<Pc>,
    ) -> Done<Flow> {
        if self.eval(cx, |eval| eval.condition(cond))? == Some(true) {
            return Ok(Flow::Next);
        }
        let token = self.timeout(cx, pc, timeout)?;
        Ok(Flow::Wait(WaitOn::Until { cond, otherwise }, token))
    }

    pub(super) fn wait_for_confirms(
        &mut self,
        cx: &mut Surroundings<'_>,
        pc: Pc,
        channel: u16,
        timeout: Option<ExprId>,
        otherwise: Option<Pc>,
    ) -> Done<Flow> {
        self.check_usable(channel)?;
        let token = self.timeout(cx, pc, timeout)?;
        Ok(Flow::Wait(WaitOn::Confirms { channel, otherwise }, token))
    }

    fn timeout(&mut self, cx: &mut Surroundings<'_>, pc: Pc, timeout: Option<ExprId>) -> Done<u32> {
        let Some(timeout) = timeout else { return Ok(0) };
        let length = self.duration(cx, timeout)?;
        Ok(self.timer(cx, pc, length))
    }

    pub(super) fn timer(&mut self, cx: &mut Surroundings<'_>, pc: Pc, length: SimDuration) -> u32 {
        let token = self.token();
        cx.put(pc, What::Timer(cx.now + length, token));
        token
    }

    /// A timer has come: of a wait, of a try to connect, of a tick.
    pub fn fire(&mut self, cx: &mut Surroundings<'_>, token: u32) {
        for frame in &mut self.frames {
            if frame.wait.token == token {
                frame.wait.is_expired = true;
                return;
            }
            if let WaitOn::Reconnect(reconnect) = &mut frame.wait.on
                && reconnect.retry_token == token
            {
                reconnect.is_retry_due = true;
                return;
            }
        }
        self.tick(cx, token);
    }

    /// Whether a timer of that number still matters.
    pub fn awaits(&self, token: u32) -> bool {
        self.is_alive()
            && (self.frames.iter().any(|frame| {
                frame.wait.token == token
                    || matches!(&frame.wait.on, WaitOn::Reconnect(one) if one.retry_token == token)
            }) || self.ticker(token).is_some())
    }

    /// Goes on if the wait of the frame at work is over; else the body's wait takes up the inbox.
    pub(super) fn look_at_wait(&mut self, cx: &mut Surroundings<'_>) -> Done<bool> {
        let is_body = self.frames.len() == 1;
        let Some(frame) = self.frames.last_mut() else { return Ok(false) };
        let (is_expired, pc) = (frame.wait.is_expired, frame.wait.pc);
        match &mut frame.wait.on {
            WaitOn::Nothing => return Ok(true),
            WaitOn::Timer if is_expired => return Ok(self.resume(None)),
            WaitOn::Timer | WaitOn::Forever => {}
            WaitOn::Until { cond, otherwise } => {
                let (cond, otherwise) = (*cond, *otherwise);
                if self.eval(cx, |eval| eval.condition(cond))? == Some(true) {
                    return Ok(self.resume(None));
                }
                if is_expired {
                    return self.time_out(otherwise);
                }
            }
            WaitOn::Confirms { channel, otherwise } => {
                let (channel, otherwise) = (*channel, *otherwise);
                if let Some(went_on) = self.look_at_confirms(channel, otherwise, is_body)? {
                    return Ok(went_on);
                }
                if is_expired {
                    return self.time_out(otherwise);
                }
            }
            WaitOn::Reply { channel, call, outcome } => {
                let Some(outcome) = outcome.take() else { return Ok(false) };
                let (channel, call) = (*channel, call.clone());
                self.resume(None);
                return self.complete(cx, pc, channel, call, *outcome).map(|()| true);
            }
            WaitOn::Reconnect(_) => {
                if self.look_at_reconnect(cx, is_expired, pc)? {
                    return Ok(true);
                }
            }
            WaitOn::End => {
                if self.look_at_end(cx, pc) {
                    return Ok(true);
                }
            }
        }
        let takes_up = is_body && self.frames.last().is_some_and(Frame::takes_up);
        if takes_up { self.take_up(cx) } else { Ok(false) }
    }

    /// Ends the wait of the frame at work.
    pub(super) fn resume(&mut self, to: Option<Pc>) -> bool {
        if let Some(frame) = self.frames.last_mut() {
            frame.wait = Wait::NOTHING;
            if let Some(to) = to {
                frame.pc = to;
            }
        }
        true
    }

    /// The timeout ran out: the `else`, or an error.
    pub(super) fn time_out(&mut self, otherwise: Option<Pc>) -> Done<bool> {
        match otherwise {
            Some(to) => Ok(self.resume(Some(to))),
            None => {
                self.resume(None);
                Err(Failure::Raised(own("timeout")))
            }
        }
    }

    /// Whether all publishes are answered and, in the body, all answers taken up.
    fn look_at_confirms(&mut self, channel: u16, otherwise: Option<Pc>, is_body: bool) -> Done<Option<bool>> {
        let taken = self.taken;
        let Some(state) = self.channels.get_mut(usize::from(channel)) else {
            return Ok(Some(self.resume(None)));
        };
        if state.unanswered.is_empty() && (!is_body || taken >= state.last_answer) {
            let is_nacked = std::mem::take(&mut state.is_nacked);
            return Ok(Some(self.resume(otherwise.filter(|_| is_nacked))));
        }
        // What will never be answered: in a handler at once, in the body when the close has had its turn.
        let is_lost = !state.is_open() && (state.is_close_taken || !is_body);
        let is_line_lost =
            matches!(&self.line, super::machine::Line::Failed { is_taken, .. } if *is_taken || !is_body);
        if is_lost || is_line_lost {
            self.resume(None);
            self.check_usable(channel)?;
        }
        Ok(None)
    }
}
