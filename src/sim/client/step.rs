//! One step of a client: it runs until it waits, ends or has used its fuel.

use std::collections::VecDeque;

use crate::amqp::SimTime;
use crate::script::program::{ExprId, Operand, Pc, Program};
use crate::sim::eval::{Eval, Facts, Fuel};
use crate::sim::record::{EndReason, WaitKind};
use crate::sim::value::{ScriptError, Value};

use super::machine::{Client, Life};
use super::output::{Output, What};

/// What a client sees and where what it does goes.
pub struct Surroundings<'a> {
    /// The moment.
    pub now: SimTime,
    /// The program.
    pub program: &'a Program,
    /// The run.
    pub facts: &'a dyn Facts,
    /// Top-level variables.
    pub world: &'a mut Vec<Value>,
    /// Whether one of them was set.
    pub is_world_touched: bool,
    /// Work that may still be done in this step.
    pub fuel: Fuel,
    /// What it does.
    pub out: &'a mut VecDeque<Output>,
    /// Whether what `let` and `=` do is to be put into words.
    pub tells_assignments: bool,
}

/// Why a client stopped running.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pause {
    /// It waits, or has ended.
    Waits,
    /// It has more to do in this step; the caller may look at other things, but at nothing of the run.
    More,
    /// The work of this step is used up.
    OutOfFuel,
}

/// Instructions in one go: under a millisecond, so that a long step can be interrupted.
const SLICE: u32 = 10_000;

/// What an instruction leads to.
pub(super) enum Flow {
    /// The next one of the frame at work.
    Next,
    /// None: the frame waits, or has ended.
    Stop,
}

/// Why an instruction fails.
pub(super) enum Failure {
    /// An error that can be caught.
    Raised(std::sync::Arc<crate::sim::port::Refused>),
    /// The work of this step is used up.
    OutOfFuel,
}

impl From<ScriptError> for Failure {
    #[cold]
    fn from(error: ScriptError) -> Self {
        match error {
            ScriptError::OutOfFuel => Self::OutOfFuel,
            ScriptError::Wrong(text) => Self::Raised(super::errors::own(&text)),
        }
    }
}

pub(super) type Done<T> = Result<T, Failure>;

impl Surroundings<'_> {
    pub(super) fn put(&mut self, pc: Pc, what: What) {
        self.out.push_back(Output { what, pc });
    }
}

impl Client {
    /// Begins a step: the next entry of the inbox may be taken up.
    pub fn begin_step(&mut self) {
        self.has_taken = false;
        self.is_again_asked = false;
    }

    /// Runs until it waits, ends, has used its fuel, or has done enough for now.
    pub fn run(&mut self, cx: &mut Surroundings<'_>) -> Pause {
        let mut left = SLICE;
        while self.is_alive() {
            if left == 0 {
                return Pause::More;
            }
            let went_on = match self.frames.runs() {
                Some(true) => self.carry_on(cx, &mut left).map(|()| true),
                Some(false) => {
                    left -= 1;
                    self.look_at_wait(cx)
                }
                None => {
                    left -= 1;
                    self.begin_body(cx)
                }
            };
            match went_on {
                Ok(true) => {}
                Ok(false) if self.is_alive() => {
                    self.tell_wait(cx);
                    return Pause::Waits;
                }
                Ok(false) => {}
                Err(Failure::OutOfFuel) => return Pause::OutOfFuel,
                Err(Failure::Raised(error)) => self.raise(cx, &error),
            }
        }
        Pause::Waits
    }

    /// The body begins when the connection and its first channel are open.
    fn begin_body(&mut self, cx: &mut Surroundings<'_>) -> Done<bool> {
        if self.is_operator {
            return Ok(false);
        }
        self.look_at_opening(cx)
    }

    /// Carries out instructions, until what is at work waits or ends, or as many are done as are left.
    /// On its own, so that the loop around it stays short.
    #[inline(never)]
    fn carry_on(&mut self, cx: &mut Surroundings<'_>, left: &mut u32) -> Done<()> {
        // Without a frame it has crashed.
        while *left > 0 && !self.frames.is_empty() {
            *left -= 1;
            cx.fuel.burn(1)?;
            let Some(pc) = self.frames.next_pc() else { break };
            if matches!(self.execute(cx, pc)?, Flow::Stop) {
                break;
            }
        }
        Ok(())
    }

    /// A handler ends: what is below goes on waiting. The body ends: it waits for ever, or closes its connection.
    #[inline]
    pub(super) fn end_frame(&mut self, pc: Pc) -> Flow {
        if self.frames.is_body() && !self.is_operator {
            self.frames.end_body(self.root, pc);
        } else {
            self.pop_frame();
        }
        Flow::Stop
    }

    pub(super) fn pop_frame(&mut self) {
        if let Some(env) = self.frames.end()
            && env != self.root
        {
            self.arena.release(env);
        }
    }

    /// Makes a record of what it waits for, once for each wait that is more than a reply.
    fn tell_wait(&mut self, cx: &mut Surroundings<'_>) {
        if self.is_operator || self.frames.at_work().is_none_or(|frame| frame.wait.is_told) {
            return;
        }
        let Some((kind, pc)) = self.waits_for() else { return };
        if matches!(kind, WaitKind::Reply) {
            return;
        }
        if let Some(frame) = self.frames.at_work_mut() {
            frame.wait.is_told = true;
        }
        cx.put(pc, What::Waiting(kind));
    }

    /// Ends the client.
    pub(super) fn end(&mut self, cx: &mut Surroundings<'_>, pc: Pc, reason: EndReason) {
        self.life = Life::Ended(reason);
        self.frames.clear();
        self.inbox.clear();
        cx.put(pc, What::Ended(reason));
    }

    /// What a variable can hold. What is written out or stands in a variable needs nobody to evaluate it.
    pub(super) fn settled(&mut self, cx: &mut Surroundings<'_>, id: ExprId) -> Done<Value> {
        let value = match cx.program.only(id) {
            Some(Operand::Constant(constant)) => Value::of(constant),
            Some(Operand::Variable(var)) => self.variable(cx, var).clone(),
            Some(Operand::Range(..)) | None => return self.eval(cx, |eval| eval.settled(id)),
        };
        cx.fuel.burn(1)?;
        Ok(value)
    }

    /// Such a value in its place, if it stands in a variable.
    pub(super) fn in_variable<'a>(
        &'a self,
        cx: &'a mut Surroundings<'_>,
        id: ExprId,
    ) -> Done<Option<&'a Value>> {
        let Some(Operand::Variable(var)) = cx.program.only(id) else { return Ok(None) };
        cx.fuel.burn(1)?;
        Ok(Some(self.variable(cx, var)))
    }

    /// Evaluates with what a frame sees.
    pub(super) fn eval<T>(
        &mut self,
        cx: &mut Surroundings<'_>,
        evaluate: impl FnOnce(&mut Eval<'_>) -> Result<T, ScriptError>,
    ) -> Done<T> {
        let local = self.frames.at_work().map(|frame| (&self.arena, frame.env));
        let mut eval = Eval {
            program: cx.program,
            facts: cx.facts,
            world: cx.world,
            local,
            now: cx.now,
            name: &self.name,
            number: self.number,
            chance: &mut self.chance,
            fuel: &mut cx.fuel,
            seen: &mut [],
            message: self.frames.message(),
            it: None,
            stack: &mut self.stack,
        };
        Ok(evaluate(&mut eval)?)
    }
}
