//! Waiting, handlers, channels.

use crate::script::ast::{Block, Options, Stmt, StmtKind, Wait};
use crate::script::program::{Instr, Pc};
use crate::text::Span;

use super::builder::Lowering;

impl Lowering {
    pub fn waiting(&mut self, statement: &Stmt) {
        let span = statement.head;
        match &statement.kind {
            StmtKind::Wait { what, options, otherwise } => self.wait(what, options, otherwise.as_ref(), span),
            StmtKind::Reconnect { options, otherwise } => {
                let retry = options.expr("retry").map(|retry| self.expr(retry));
                let timeout = options.expr("timeout").map(|timeout| self.expr(timeout));
                let wait = self.emit(Instr::Reconnect { retry, timeout, otherwise: None }, span);
                self.otherwise(wait, otherwise.as_ref(), span);
            }
            StmtKind::On { event, variable, handler } => {
                let handler = self.handler(handler, event.value.variable(), variable.as_ref(), span);
                self.emit(Instr::On(event.value, handler), span);
            }
            StmtKind::Every { period, body } => {
                let handler = self.handler(body, "", None, span);
                let period = self.expr(period);
                self.emit(Instr::Every(period, handler), span);
            }
            _ => {}
        }
    }

    fn wait(&mut self, what: &Wait, options: &Options, otherwise: Option<&Block>, span: Span) {
        let instr = match what {
            Wait::Time(time) => Instr::Wait(self.expr(time)),
            Wait::Forever => Instr::WaitForever,
            Wait::Until(condition) => {
                let cond = self.expr(condition);
                let timeout = options.expr("timeout").map(|timeout| self.expr(timeout));
                Instr::WaitUntil { cond, timeout, otherwise: None }
            }
            Wait::Confirms => {
                let timeout = options.expr("timeout").map(|timeout| self.expr(timeout));
                Instr::WaitForConfirms { timeout, otherwise: None }
            }
        };
        let wait = self.emit(instr, span);
        self.otherwise(wait, otherwise, span);
    }

    /// The `else` of a wait, jumped over when the wait ends well.
    fn otherwise(&mut self, wait: Pc, block: Option<&Block>, span: Span) {
        let Some(block) = block else { return };
        let end = self.emit_jump(span);
        self.land(wait);
        self.block(block);
        self.land(end);
    }

    /// What stands in the block goes over the channel; so does entering it.
    pub fn channel(&mut self, name: &str, body: &Block, span: Span) {
        let name = self.name(name);
        let index = match self.channels.iter().position(|channel| *channel == name) {
            Some(index) => index,
            None => {
                self.channels.push(name);
                self.channels.len() - 1
            }
        };
        // The checks bound how many channels a client has.
        let before = (self.channel, self.in_channel);
        (self.channel, self.in_channel) = (u16::try_from(index).unwrap_or(0), true);
        self.emit(Instr::EnterChannel, span);
        self.block(body);
        (self.channel, self.in_channel) = before;
    }
}
