//! The order of a program: the operator's time 0, its `at`, its `when`, the clients, the checks.

use crate::amqp::SimTime;
use crate::script::ast::{Check as CheckWord, ExprKind, Options, Stmt, StmtKind, Tree};
use crate::script::program::{At, Check, CheckKind, Instr, Program, Settings, Var, When};

use super::builder::Lowering;

/// Makes a program of a tree without errors.
pub fn lower(tree: &Tree) -> Program {
    let mut lowering = Lowering::new(tree);
    lowering.settings(tree);
    lowering.scopes.enter_world(&lowering.world_names);
    lowering.program.operator = lowering.pc();
    for statement in &tree.statements {
        lowering.at_the_start(statement);
    }
    lowering.end(tree);
    for statement in &tree.statements {
        lowering.later(statement);
    }
    for statement in &tree.statements {
        lowering.check(statement);
    }
    lowering.clients(tree);
    lowering.program
}

impl Lowering {
    /// What the operator does at time 0. A `let` of the top level makes a variable of the world.
    fn at_the_start(&mut self, statement: &Stmt) {
        match &statement.kind {
            StmtKind::Network { up: None, .. }
            | StmtKind::Seed(_)
            | StmtKind::RunFor(_)
            | StmtKind::Version { .. }
            | StmtKind::Limits { .. }
            | StmtKind::At { .. }
            | StmtKind::When { .. }
            | StmtKind::Client { .. }
            | StmtKind::Check { .. } => {}
            _ => self.statement(statement),
        }
    }

    /// A new variable: of the environment that is open, or of the world.
    pub fn variable(&mut self, name: &str, alias: bool) -> Var {
        if self.scopes.has_environment() {
            return self.scopes.declare(name, alias);
        }
        Var::World(self.world_slots.get(name).copied().unwrap_or(u16::MAX))
    }

    /// `at` and `when`.
    fn later(&mut self, statement: &Stmt) {
        match &statement.kind {
            StmtKind::At { time, deeds } => {
                let start = self.pc();
                self.block(deeds);
                self.emit(Instr::End, statement.head);
                self.program.ats.push(At { time: SimTime(time.value), start, span: statement.head });
            }
            StmtKind::When { condition, deeds } => {
                let cond = self.expr(condition);
                let start = self.pc();
                self.block(deeds);
                self.emit(Instr::End, statement.head);
                self.program.whens.push(When { cond, start, span: statement.head });
            }
            _ => {}
        }
    }

    fn check(&mut self, statement: &Stmt) {
        let StmtKind::Check { kind, condition, options } = &statement.kind else { return };
        let cond = self.expr(condition);
        let kind = match kind {
            CheckWord::Expect => CheckKind::Expect(time(options, "at")),
            CheckWord::Always => CheckKind::Always,
            CheckWord::Never => CheckKind::Never,
            CheckWord::Eventually => CheckKind::Eventually(time(options, "within")),
        };
        self.program.checks.push(Check { kind, cond, span: statement.span });
    }

    fn end(&mut self, tree: &Tree) {
        let span = tree.statements.last().map_or_else(Default::default, |last| last.span);
        self.emit(Instr::End, span);
    }

    fn settings(&mut self, tree: &Tree) {
        let mut settings = Settings::default();
        for statement in &tree.statements {
            self.setting(statement, &mut settings);
        }
        self.program.settings = settings;
    }
}

fn time(options: &Options, word: &str) -> Option<SimTime> {
    match options.expr(word)?.kind {
        ExprKind::Duration(micros) => Some(SimTime(micros)),
        _ => None,
    }
}
