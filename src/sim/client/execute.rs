//! What each instruction does: the table of contents.

use crate::script::program::{Instr, Pc};

use super::output::What;
use super::step::{Done, Flow, Surroundings};

use super::machine::Client;

impl Client {
    /// What each message needs stands in the loop that calls this; the longer instructions are functions of their own.
    #[inline(always)]
    pub(super) fn execute(&mut self, cx: &mut Surroundings<'_>, pc: Pc) -> Done<Flow> {
        let program = cx.program;
        let Some(instr) = program.code.get(pc as usize) else { return Ok(self.end_frame(pc)) };
        // Asked where an instruction goes over one.
        let channel = || program.channels.get(pc as usize).copied().unwrap_or(0);
        Ok(match instr {
            Instr::Jump(to) => self.go_to(*to),
            Instr::Unless(cond, to) => self.unless(cx, *cond, *to)?,
            Instr::PushScope(slots) => self.push_scope(*slots),
            Instr::PopScopes(count) => self.pop_scopes(*count),
            Instr::Set(var, value) => self.set(cx, pc, *var, *value)?,
            Instr::ForNext { iterator, var, end } => self.for_next(cx, *iterator, *var, *end),
            Instr::RoundWait { since, every } => self.round_wait(cx, pc, *since, *every)?,
            Instr::End => self.end_frame(pc),
            Instr::Wait(length) => self.wait(cx, pc, *length)?,
            Instr::Publish(spec) => self.publish(cx, pc, channel(), spec)?,
            Instr::Settle { how, what, multiple, requeue } => {
                self.settle(cx, pc, channel(), *how, *what, *multiple, *requeue)?
            }
            rarer => self.execute_rarer(cx, pc, rarer)?,
        })
    }

    /// What few messages need. On its own, so that what each needs stays short.
    #[inline(never)]
    fn execute_rarer(&mut self, cx: &mut Surroundings<'_>, pc: Pc, instr: &Instr) -> Done<Flow> {
        let program = cx.program;
        let channel = || program.channels.get(pc as usize).copied().unwrap_or(0);
        match instr {
            // Are carried out by the caller.
            Instr::Jump(_)
            | Instr::Unless(..)
            | Instr::PushScope(_)
            | Instr::PopScopes(_)
            | Instr::Set(..)
            | Instr::ForNext { .. }
            | Instr::RoundWait { .. }
            | Instr::End
            | Instr::Wait(_)
            | Instr::Publish(_)
            | Instr::Settle { .. } => Ok(Flow::Next),
            Instr::SetInside(var, path, value) => self.set_inside(cx, pc, *var, path, *value),
            Instr::ForBegin { iterator, over } => self.for_begin(cx, *iterator, *over),
            Instr::PushTry { catch, var } => self.push_try(*catch, *var),
            Instr::PopTry => self.pop_try(),
            Instr::WaitForever => Ok(self.wait_on(super::frame::WaitOn::Forever, 0, pc)),
            Instr::WaitUntil { cond, timeout, otherwise } => {
                self.wait_until(cx, pc, *cond, *timeout, *otherwise)
            }
            Instr::WaitForConfirms { timeout, otherwise } => {
                self.wait_for_confirms(cx, pc, channel(), *timeout, *otherwise)
            }
            Instr::EnterChannel => self.enter_channel(cx, pc, channel()),
            Instr::CloseChannel => self.close_channel(cx, pc, channel()),
            Instr::CloseConnection => self.close_connection(cx, pc),
            Instr::Crash => self.crash(cx, pc),
            Instr::Reconnect { retry, timeout, otherwise } => {
                self.reconnect(cx, pc, *retry, *timeout, *otherwise)
            }
            Instr::Prefetch { count, global } => self.prefetch(cx, pc, channel(), *count, *global),
            Instr::Confirm => self.confirm(cx, pc, channel()),
            Instr::Tx => self.plain(cx, pc, channel(), crate::amqp::Method::TxSelect),
            Instr::Commit => self.plain(cx, pc, channel(), crate::amqp::Method::TxCommit),
            Instr::Rollback => self.plain(cx, pc, channel(), crate::amqp::Method::TxRollback),
            Instr::Recover => {
                self.plain(cx, pc, channel(), crate::amqp::Method::BasicRecover { requeue: true })
            }
            Instr::Exchange(spec) => self.exchange(cx, pc, channel(), spec),
            Instr::Queue(spec) => self.queue(cx, pc, channel(), spec),
            Instr::Bind(spec) => self.bind(cx, pc, channel(), spec),
            Instr::DeleteExchange { name, if_unused } => {
                self.delete_exchange(cx, pc, channel(), name, *if_unused)
            }
            Instr::DeleteQueue { name, if_unused, if_empty } => {
                self.delete_queue(cx, pc, channel(), name, *if_unused, *if_empty)
            }
            Instr::Purge { name, alias } => self.purge(cx, pc, channel(), name, *alias),
            Instr::Consume(spec) => self.consume(cx, pc, channel(), spec),
            Instr::Cancel(tag) => self.cancel(cx, pc, channel(), *tag),
            Instr::Get { queue, no_ack, var, otherwise } => {
                self.get(cx, pc, channel(), queue, *no_ack, *var, *otherwise)
            }
            Instr::On(event, handler) => self.on(channel(), *event, *handler, program),
            Instr::Every(period, handler) => self.every(cx, pc, *period, *handler),
            Instr::Print(value) => {
                let text = self.eval(cx, |eval| eval.text(*value))?;
                cx.put(pc, What::Printed(text));
                Ok(Flow::Next)
            }
            Instr::Admin(spec) => self.admin(cx, pc, spec),
            Instr::Fault(fault) => self.fault(cx, pc, fault),
        }
    }
}
