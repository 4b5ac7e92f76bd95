//! Variables, loops, conditions and `try` as jumps.

use crate::script::ast::{Access, Block, Expr, Ident, Stmt, StmtKind};
use crate::script::program::{ExprId, Instr, Var};
use crate::text::Span;

use super::builder::Lowering;
use super::scope::{Meaning, declared};

impl Lowering {
    pub fn control(&mut self, statement: &Stmt) {
        let span = statement.head;
        match &statement.kind {
            StmtKind::Let { variable, value } => {
                // The value does not see the variable yet: `let x = x` is the outer one.
                let value = self.expr(value);
                let var = self.variable(&variable.text, false);
                self.emit(Instr::Set(var, value), span);
            }
            StmtKind::Assign { variable, path, value } => self.assign(variable, path, value, span),
            StmtKind::For { variable, list, body } => self.for_(Some(variable), list, None, body, span),
            StmtKind::Repeat { count, variable, every, body } => {
                self.for_(variable.as_ref(), count, every.as_ref(), body, span);
            }
            StmtKind::If { arms, otherwise } => self.if_(arms, otherwise.as_ref(), span),
            StmtKind::While { condition, body } => {
                let again = self.pc();
                let condition = self.expr(condition);
                let leave = self.emit(Instr::Unless(condition, 0), span);
                self.block(body);
                self.emit(Instr::Jump(again), span);
                self.land(leave);
            }
            StmtKind::Try { body, variable, handler } => self.try_(body, variable, handler, span),
            _ => {}
        }
    }

    fn assign(&mut self, variable: &Ident, path: &[Access], value: &Expr, span: Span) {
        let Some(Meaning::Variable(var, _)) = self.scopes.find(&variable.text) else { return };
        let steps: Vec<ExprId> = path
            .iter()
            .map(|access| match access {
                Access::Field(field) => self.text_expr(&field.text, field.span),
                Access::Index(index) => self.expr(index),
            })
            .collect();
        let value = self.expr(value);
        let instr =
            if steps.is_empty() { Instr::Set(var, value) } else { Instr::SetInside(var, steps, value) };
        self.emit(instr, span);
    }

    /// `for` and `repeat`: the hidden variables live as long as the loop, those of the block one round.
    fn for_(
        &mut self,
        variable: Option<&Ident>,
        over: &Expr,
        every: Option<&Expr>,
        body: &Block,
        span: Span,
    ) {
        let is_bare = variable.is_none() && declared(body).is_empty();
        let hidden = 1 + usize::from(every.is_some()) + usize::from(is_bare);
        self.environment(hidden, span, |lowering| {
            let iterator = lowering.scopes.hidden();
            if every.is_some() {
                lowering.scopes.hidden();
            }
            let unnamed = is_bare.then(|| lowering.scopes.hidden());
            let over = lowering.expr(over);
            lowering.emit(Instr::ForBegin { iterator, over }, span);
            let again = lowering.pc();
            let round = lowering.round(variable, unnamed, every, body, span);
            lowering.emit(Instr::Jump(again), span);
            lowering.land(round);
            if !is_bare {
                // The last look for a next round has opened the environment of a round that does not come.
                lowering.emit(Instr::PopScopes(1), span);
            }
        });
    }

    /// One round; the instruction that leaves the loop. It has an environment of its own, unless nothing in it has a name:
    /// then `unnamed` takes what the loop goes over.
    fn round(
        &mut self,
        variable: Option<&Ident>,
        unnamed: Option<Var>,
        every: Option<&Expr>,
        body: &Block,
        span: Span,
    ) -> u32 {
        let mut leave = 0;
        let slots = if unnamed.is_some() { 0 } else { 1 + declared(body).len() };
        self.environment(slots, span, |lowering| {
            let hops = u16::from(unnamed.is_none());
            let var = match (unnamed, variable) {
                (Some(unnamed), _) => unnamed,
                (None, Some(variable)) => lowering.scopes.declare(&variable.text, false),
                (None, None) => lowering.scopes.hidden(),
            };
            let iterator = Var::Local { hops, slot: 0 };
            leave = lowering.emit(Instr::ForNext { iterator, var, end: 0 }, span);
            if let Some(every) = every {
                let every = lowering.expr(every);
                lowering.emit(Instr::RoundWait { since: Var::Local { hops, slot: 1 }, every }, span);
            }
            lowering.statements(body);
        });
        leave
    }

    fn if_(&mut self, arms: &[(Expr, Block)], otherwise: Option<&Block>, span: Span) {
        let mut ends = Vec::new();
        for (at, (condition, block)) in arms.iter().enumerate() {
            let condition = self.expr(condition);
            let next = self.emit(Instr::Unless(condition, 0), span);
            self.block(block);
            if at + 1 < arms.len() || otherwise.is_some() {
                ends.push(self.emit_jump(span));
            }
            self.land(next);
        }
        if let Some(block) = otherwise {
            self.block(block);
        }
        for end in ends {
            self.land(end);
        }
    }

    /// The error's variable has an environment around both blocks, that the `catch` finds in the scopes of the `try`.
    fn try_(&mut self, body: &Block, variable: &Ident, handler: &Block, span: Span) {
        self.environment(1, span, |lowering| {
            let var = lowering.scopes.hidden();
            let catch = lowering.emit(Instr::PushTry { catch: 0, var }, span);
            lowering.block(body);
            lowering.emit(Instr::PopTry, span);
            let end = lowering.emit_jump(span);
            lowering.land(catch);
            lowering.scopes.enter();
            lowering.scopes.call(&variable.text, 0);
            lowering.block(handler);
            lowering.scopes.leave();
            lowering.land(end);
        });
    }
}
