//! One step of a client: it runs until it waits, ends or has used its fuel.

use std::collections::VecDeque;

use crate::amqp::SimTime;
use crate::script::program::{ExprId, Operand, Pc, Program};
use crate::sim::eval::{Eval, Facts, Fuel};
use crate::sim::record::{EndReason, WaitKind};
use crate::sim::value::{ScriptError, Value};

use super::frame::{Frame, Wait, WaitOn};
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
    /// The next one.
    Next,
    /// Another one.
    To(Pc),
    /// It waits; the next one follows when that is over.
    Wait(WaitOn, u32),
    /// The frame ends.
    End,
}

/// Why an instruction fails.
pub(super) enum Failure {
    /// An error that can be caught.
    Raised(std::sync::Arc<crate::sim::port::Refused>),
    /// The work of this step is used up.
    OutOfFuel,
}

impl From<ScriptError> for Failure {
    fn from(error: ScriptError) -> Self {
        if error.is_out_of_fuel { Self::OutOfFuel } else { Self::Raised(super::errors::own(&error.text)) }
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
        if !self.is_alive() {
            return Pause::Waits;
        }
        for _ in 0..SLICE {
            let went_on = match self.frames.last() {
                None => self.begin_body(cx),
                Some(frame) if matches!(frame.wait.on, WaitOn::Nothing) => {
                    self.instruction(cx).map(|()| true)
                }
                Some(_) => self.look_at_wait(cx),
            };
            let went_on = match went_on {
                Ok(went_on) => went_on,
                Err(Failure::OutOfFuel) => return Pause::OutOfFuel,
                Err(Failure::Raised(error)) => {
                    self.raise(cx, &error);
                    true
                }
            };
            if !self.is_alive() {
                return Pause::Waits;
            }
            if !went_on {
                self.tell_wait(cx);
                return Pause::Waits;
            }
        }
        Pause::More
    }

    /// The body begins when the connection and its first channel are open.
    fn begin_body(&mut self, cx: &mut Surroundings<'_>) -> Done<bool> {
        if self.is_operator {
            return Ok(false);
        }
        self.look_at_opening(cx)
    }

    fn instruction(&mut self, cx: &mut Surroundings<'_>) -> Done<()> {
        cx.fuel.burn(1)?;
        let Some(frame) = self.frames.last_mut() else { return Ok(()) };
        let pc = frame.pc;
        frame.pc += 1;
        match self.execute(cx, pc)? {
            Flow::Next => {}
            Flow::To(to) => {
                if let Some(frame) = self.frames.last_mut() {
                    frame.pc = to;
                }
            }
            Flow::Wait(on, token) => {
                if let Some(frame) = self.frames.last_mut() {
                    frame.wait = Wait::on(on, token, pc);
                }
            }
            Flow::End => self.end_frame(pc),
        }
        Ok(())
    }

    /// A handler ends: what is below goes on waiting. The body ends: it waits for ever, or closes its connection.
    fn end_frame(&mut self, pc: Pc) {
        let is_body = self.frames.len() == 1;
        if is_body && self.is_operator {
            self.pop_frame();
        } else if is_body {
            let root = self.root;
            if let Some(frame) = self.frames.last_mut() {
                frame.tries.clear();
                frame.gets.clear();
                frame.env = root;
                frame.wait = Wait::on(WaitOn::End, 0, pc);
            }
        } else {
            self.pop_frame();
        }
    }

    pub(super) fn pop_frame(&mut self) {
        let Some(env) = self.frames.last().map(|frame| frame.env) else { return };
        // Dropped where it stands.
        self.frames.truncate(self.frames.len() - 1);
        let keeps = env == self.root;
        if !keeps {
            self.arena.release(env);
        }
    }

    /// Makes a record of what it waits for, once for each wait that is more than a reply.
    fn tell_wait(&mut self, cx: &mut Surroundings<'_>) {
        let Some((kind, pc)) = self.waits_for() else { return };
        let Some(frame) = self.frames.last_mut() else { return };
        if self.is_operator || frame.wait.is_told || matches!(kind, WaitKind::Reply) {
            return;
        }
        frame.wait.is_told = true;
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
            Some(Operand::Variable(var)) => self.variable(cx, var),
            Some(Operand::Range(..)) | None => return self.eval(cx, |eval| eval.settled(id)),
        };
        cx.fuel.burn(1)?;
        Ok(value)
    }

    /// Evaluates with what a frame sees.
    pub(super) fn eval<T>(
        &mut self,
        cx: &mut Surroundings<'_>,
        evaluate: impl FnOnce(&mut Eval<'_>) -> Result<T, ScriptError>,
    ) -> Done<T> {
        let local = self.frames.last().map(|frame| (&self.arena, frame.env));
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
            message: self.frames.last().and_then(Frame::current_message),
            it: None,
            stack: std::mem::take(&mut self.stack),
        };
        let value = evaluate(&mut eval);
        self.stack = eval.stack;
        Ok(value?)
    }
}
