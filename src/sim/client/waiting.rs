//! Waits: how they begin, and when they are over.

use crate::amqp::SimDuration;
use crate::script::program::{Const, ExprId, Operand, Pc};
use crate::sim::random::Stream;
use crate::sim::value::{ScriptError, Value};

use super::errors::own;
use super::frame::{Asked, Wait, WaitOn, Word};
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
    #[inline(always)]
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
            _ => self.computed_duration(cx, id),
        }
    }

    #[inline(never)]
    fn computed_duration(&mut self, cx: &mut Surroundings<'_>, id: ExprId) -> Done<SimDuration> {
        let value = self.settled(cx, id)?;
        Ok(duration(&value, &mut self.chance)?)
    }

    #[inline(never)]
    pub(super) fn wait(&mut self, cx: &mut Surroundings<'_>, pc: Pc, length: ExprId) -> Done<Flow> {
        let length = self.duration(cx, length)?;
        let token = self.timer(cx, pc, length);
        Ok(self.wait_on(WaitOn::Timer, token, pc))
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
        Ok(self.wait_on(WaitOn::Until { cond, otherwise }, token, pc))
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
        Ok(self.wait_on(WaitOn::Confirms { channel, otherwise }, token, pc))
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
        for frame in self.frames.iter_mut() {
            if frame.wait.token == token {
                frame.wait.is_expired = true;
                return;
            }
            if let Some(reconnect) = frame.reconnect()
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
            && (self.frames.iter().any(|frame| frame.awaits(token)) || self.ticker(token).is_some())
    }

    /// The frame at work waits at an instruction.
    #[inline]
    pub(super) fn wait_on(&mut self, on: WaitOn, token: u32, pc: Pc) -> Flow {
        self.frames.wait(on, token, pc);
        Flow::Stop
    }

    /// Goes on if the wait of the frame at work is over; else the body's wait takes up the inbox.
    pub(super) fn look_at_wait(&mut self, cx: &mut Surroundings<'_>) -> Done<bool> {
        let Some(frame) = self.frames.at_work() else { return Ok(false) };
        let pc = frame.wait.pc;
        match frame.wait.on {
            WaitOn::Timer if frame.wait.is_expired => return Ok(self.resume(None)),
            WaitOn::Timer | WaitOn::Forever => {}
            WaitOn::End => {
                if self.look_at_end(cx, pc) {
                    return Ok(true);
                }
            }
            _ => {
                if let Some(went_on) = self.look_at_rarer(cx)? {
                    return Ok(went_on);
                }
            }
        }
        if self.frames.is_body() { self.take_up(cx) } else { Ok(false) }
    }

    /// The rest of the waits: whether it went on, where that is decided before the inbox is looked at.
    #[inline(never)]
    fn look_at_rarer(&mut self, cx: &mut Surroundings<'_>) -> Done<Option<bool>> {
        let Some(frame) = self.frames.at_work() else { return Ok(Some(false)) };
        let (is_expired, pc) = (frame.wait.is_expired, frame.wait.pc);
        let otherwise = match frame.wait.on {
            WaitOn::Until { cond, otherwise } => {
                if self.eval(cx, |eval| eval.condition(cond))? == Some(true) {
                    return Ok(Some(self.resume(None)));
                }
                otherwise
            }
            WaitOn::Confirms { channel, otherwise } => {
                if let Some(went_on) = self.look_at_confirms(channel, otherwise)? {
                    return Ok(Some(went_on));
                }
                otherwise
            }
            WaitOn::Word(ref word) => {
                let is_reply = matches!(**word, Word::Reply(_));
                return if is_reply {
                    // The inbox is not taken up meanwhile.
                    self.look_at_reply(cx, pc).map(Some)
                } else {
                    self.look_at_reconnect(cx, is_expired, pc).map(|went_on| went_on.then_some(true))
                };
            }
            WaitOn::Nothing | WaitOn::Timer | WaitOn::Forever | WaitOn::End => return Ok(None),
        };
        if is_expired { self.time_out(otherwise).map(Some) } else { Ok(None) }
    }

    /// Goes on with the outcome of a blocking call, once it is there.
    fn look_at_reply(&mut self, cx: &mut Surroundings<'_>, pc: Pc) -> Done<bool> {
        let Some(frame) = self.frames.at_work_mut() else { return Ok(false) };
        if frame.unanswered().is_some() {
            return Ok(false);
        }
        let wait = std::mem::replace(&mut frame.wait, Wait::NOTHING);
        let WaitOn::Word(word) = wait.on else { return Ok(true) };
        let Word::Reply(Asked { channel, call, outcome: Some(outcome) }) = *word else { return Ok(true) };
        self.complete(cx, pc, channel, call, outcome).map(|()| true)
    }

    /// Ends the wait of the frame at work.
    pub(super) fn resume(&mut self, to: Option<Pc>) -> bool {
        if let Some(frame) = self.frames.at_work_mut() {
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
    fn look_at_confirms(&mut self, channel: u16, otherwise: Option<Pc>) -> Done<Option<bool>> {
        let (taken, is_body) = (self.taken, self.frames.is_body());
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
            return self.check_usable(channel).map(|()| Some(true));
        }
        Ok(None)
    }
}
