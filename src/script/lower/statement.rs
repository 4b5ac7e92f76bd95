//! Which statement is lowered where.

use crate::script::ast::{Block, Plain, Stmt, StmtKind};
use crate::script::program::Instr;
use crate::text::Span;

use super::builder::Lowering;
use super::scope::declared;

impl Lowering {
    /// Statements in a scope of their own.
    pub fn block(&mut self, block: &Block) {
        let slots = declared(block).len();
        self.environment(slots, block.span, |lowering| lowering.statements(block));
    }

    /// Statements in the scope that is open.
    pub fn statements(&mut self, block: &Block) {
        for statement in &block.statements {
            self.statement(statement);
        }
    }

    /// What `inside` lowers runs in an environment of so many slots; in that of now if it needs none.
    pub fn environment(&mut self, slots: usize, span: Span, inside: impl FnOnce(&mut Self)) {
        if slots == 0 {
            self.scopes.enter();
            inside(self);
            return self.scopes.leave();
        }
        // The checks bound how many variables a block has.
        self.emit(Instr::PushScope(u16::try_from(slots).unwrap_or(u16::MAX)), span);
        self.scopes.enter_environment();
        inside(self);
        self.scopes.leave_environment();
        self.emit(Instr::PopScopes(1), span);
    }

    /// One statement.
    pub fn statement(&mut self, statement: &Stmt) {
        let span = statement.head;
        match &statement.kind {
            StmtKind::Let { .. }
            | StmtKind::Assign { .. }
            | StmtKind::For { .. }
            | StmtKind::If { .. }
            | StmtKind::While { .. }
            | StmtKind::Repeat { .. }
            | StmtKind::Try { .. } => self.control(statement),
            StmtKind::Queue { .. }
            | StmtKind::Exchange { .. }
            | StmtKind::Bind { .. }
            | StmtKind::Delete { .. }
            | StmtKind::Purge { .. } => self.topology(statement),
            StmtKind::Publish { .. }
            | StmtKind::Settle { .. }
            | StmtKind::Consume { .. }
            | StmtKind::Get { .. }
            | StmtKind::Cancel { .. } => self.message(statement),
            StmtKind::Wait { .. }
            | StmtKind::Reconnect { .. }
            | StmtKind::On { .. }
            | StmtKind::Every { .. } => {
                self.waiting(statement);
            }
            StmtKind::Print(value) => {
                let value = self.expr(value);
                self.emit(Instr::Print(value), span);
            }
            StmtKind::Prefetch { count, options } => {
                let count = self.expr(count);
                self.emit(Instr::Prefetch { count, global: options.has("global") }, span);
            }
            StmtKind::Plain(plain) => {
                self.emit(self::plain(*plain), span);
            }
            StmtKind::Channel { name, body } => self.channel(&name.text, body, span),
            StmtKind::Close { connection: false } => drop(self.emit(Instr::CloseChannel, span)),
            StmtKind::Close { connection: true } => drop(self.emit(Instr::CloseConnection, span)),
            StmtKind::Crash { client: None } => drop(self.emit(Instr::Crash, span)),
            StmtKind::Crash { .. }
            | StmtKind::Stop { .. }
            | StmtKind::Start { .. }
            | StmtKind::Broker { .. }
            | StmtKind::Network { .. }
            | StmtKind::Alarm { .. }
            | StmtKind::Admin { .. } => self.deed(statement),
            // Settings, clients, checks and deeds at a time are lowered apart; what is broken is not carried out.
            StmtKind::Client { .. }
            | StmtKind::At { .. }
            | StmtKind::When { .. }
            | StmtKind::Check { .. }
            | StmtKind::Seed(_)
            | StmtKind::RunFor(_)
            | StmtKind::Version { .. }
            | StmtKind::Limits { .. }
            | StmtKind::Broken(_) => {}
        }
    }
}

fn plain(plain: Plain) -> Instr {
    match plain {
        Plain::Confirm => Instr::Confirm,
        Plain::Tx => Instr::Tx,
        Plain::Commit => Instr::Commit,
        Plain::Rollback => Instr::Rollback,
        Plain::Recover => Instr::Recover,
    }
}
