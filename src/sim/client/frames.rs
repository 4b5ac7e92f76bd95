//! A client's frames: the body's at the bottom, handlers on top of it.

use std::sync::Arc;

use crate::amqp::Name;
use crate::script::program::{Pc, Var};
use crate::sim::value::MessageValue;

use super::frame::{Frame, Wait, WaitOn};
use super::memory::EnvId;

/// `try` blocks of a frame in one another; the parser's nesting is bounded below this.
const TRIES_MAX: usize = 200;

/// The stack. What few frames have stands in stacks beside it, each frame's above what those below it have: a handler
/// begins and ends at nearly every message.
#[derive(Clone, Debug, Default)]
pub(super) struct Frames {
    frames: Vec<Frame>,
    tries: Vec<Try>,
    /// What `get` returned, with the environment after whose end it is no longer meant.
    gets: Vec<(EnvId, Arc<MessageValue>)>,
}

/// A `try` block that has not ended.
#[derive(Clone, Debug)]
pub(super) struct Try {
    pub catch: Pc,
    pub var: Var,
    pub env: EnvId,
}

impl Frames {
    pub fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// Whether the body is at work.
    pub fn is_body(&self) -> bool {
        self.frames.len() == 1
    }

    pub fn body(&self) -> Option<&Frame> {
        self.frames.first()
    }

    pub fn body_mut(&mut self) -> Option<&mut Frame> {
        self.frames.first_mut()
    }

    // By a pattern, as what `last` gives is checked twice. What is asked at each instruction is asked without an `Option`
    // of a reference: that is checked once more.
    #[inline]
    pub fn at_work(&self) -> Option<&Frame> {
        if let [.., frame] = &*self.frames { Some(frame) } else { None }
    }

    #[inline]
    pub fn at_work_mut(&mut self) -> Option<&mut Frame> {
        if let [.., frame] = &mut *self.frames { Some(frame) } else { None }
    }

    /// What the frame at work sees.
    #[inline]
    pub fn env(&self) -> EnvId {
        if let [.., frame] = &*self.frames { frame.env } else { EnvId::NONE }
    }

    /// Whether what is at work runs; none if nothing is.
    #[inline]
    pub fn runs(&self) -> Option<bool> {
        if let [.., frame] = &*self.frames { Some(frame.runs()) } else { None }
    }

    /// The instruction that is next; the frame at work goes on behind it.
    #[inline]
    pub fn next_pc(&mut self) -> Option<Pc> {
        let [.., frame] = &mut *self.frames else { return None };
        let pc = frame.pc;
        frame.pc += 1;
        Some(pc)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Frame> {
        self.frames.iter()
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Frame> {
        self.frames.iter_mut()
    }

    /// A frame begins on top of what is there: a handler's with its message and the channel of its consumer.
    #[inline]
    pub fn begin(&mut self, pc: Pc, env: EnvId, message: Option<Arc<MessageValue>>, consumer: Option<u16>) {
        let (tries_from, gets_from) = (self.tries.len() as u32, self.gets.len() as u32);
        self.frames.push(Frame { pc, env, wait: Wait::NOTHING, message, consumer, tries_from, gets_from });
    }

    /// The frame at work waits.
    #[inline]
    pub fn wait(&mut self, on: WaitOn, token: u32, pc: Pc) {
        if let [.., frame] = &mut *self.frames {
            frame.wait = Wait::on(on, token, pc);
        }
    }

    /// The frame at work goes on there.
    pub fn go_to(&mut self, pc: Pc) {
        if let [.., frame] = &mut *self.frames {
            frame.pc = pc;
        }
    }

    /// The frame at work ends; its environment.
    pub fn end(&mut self) -> Option<EnvId> {
        let &Frame { env, tries_from, gets_from, .. } = self.at_work()?;
        // Where it stands: it is not moved.
        self.frames.truncate(self.frames.len() - 1);
        if !self.tries.is_empty() || !self.gets.is_empty() {
            self.drop_beside(tries_from, gets_from);
        }
        Some(env)
    }

    /// What few frames have.
    #[inline(never)]
    fn drop_beside(&mut self, tries_from: u32, gets_from: u32) {
        self.tries.truncate(tries_from as usize);
        self.gets.truncate(gets_from as usize);
    }

    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// The text of the body has ended: it is in no block any more, and nothing that it got is meant.
    pub fn end_body(&mut self, root: EnvId, pc: Pc) {
        self.tries.clear();
        self.gets.clear();
        if let Some(body) = self.body_mut() {
            body.env = root;
            body.wait = Wait::on(WaitOn::End, 0, pc);
        }
    }

    /// The frame at work enters a `try` block; false if there are too many.
    pub fn push_try(&mut self, catch: Pc, var: Var) -> bool {
        let Some(frame) = self.at_work() else { return true };
        let is_room = self.tries.len() - (frame.tries_from as usize) < TRIES_MAX;
        if is_room {
            self.tries.push(Try { catch, var, env: frame.env });
        }
        is_room
    }

    /// The frame at work leaves its innermost `try` block.
    pub fn pop_try(&mut self) -> Option<Try> {
        let is_own = self.tries.len() > self.at_work()?.tries_from as usize;
        if is_own { self.tries.pop() } else { None }
    }

    /// How many `try` blocks the frames are in, from the bottom.
    pub fn tries(&self) -> impl Iterator<Item = u32> {
        let ends = self.iter().skip(1).map(|frame| frame.tries_from).chain([self.tries.len() as u32]);
        self.iter().zip(ends).map(|(frame, end)| end - frame.tries_from)
    }

    /// `get` returned that in this block, or nothing.
    pub fn set_got(&mut self, message: Option<Arc<MessageValue>>) {
        let Some(env) = self.at_work().map(|frame| frame.env) else { return };
        self.forget_got(env);
        self.gets.extend(message.map(|message| (env, message)));
    }

    /// What was got in that block is no longer meant.
    #[inline]
    pub fn forget_got(&mut self, block: EnvId) {
        // Few get anything.
        if !self.gets.is_empty() {
            self.gets.retain(|(env, _)| *env != block);
        }
    }

    /// The message that `ack` without operand means.
    pub fn message(&self) -> Option<&Arc<MessageValue>> {
        let frame = self.at_work()?;
        let got = self.gets.get(frame.gets_from as usize..).and_then(<[_]>::last);
        got.map(|(_, message)| message).or(frame.message.as_ref())
    }

    /// The consumer whose handler is at work: channel, tag.
    pub fn own_consumer(&self) -> Option<(u16, Name)> {
        let frame = self.at_work()?;
        Some((frame.consumer?, frame.message.as_ref()?.consumer_tag.clone()?))
    }
}
