//! `expect`, `always`, `never`, `eventually`: asked while the run goes.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::amqp::{Name, SimTime};
use crate::script::program::{CheckKind, Program};

use super::history::Reads;

/// What became of a check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckResult {
    /// Which, in text order.
    pub check: u32,
    /// How it stands.
    pub state: CheckState,
    /// The moment that decided it: how many steps were done, and the virtual time.
    pub moment: Option<(u32, SimTime)>,
    /// Why it could not be worked out, or was unknown.
    pub problem: Option<Name>,
}

/// How a check stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CheckState {
    /// The run goes on.
    Pending,
    /// It held.
    Held,
    /// It failed; the first moment is known.
    Failed,
    /// The run was stopped before it could be said: counts as failed.
    Undecided,
}

impl CheckResult {
    /// Whether it counts as passed.
    pub fn has_held(&self) -> bool {
        self.state == CheckState::Held
    }
}

/// A check during a run.
#[derive(Clone, Debug)]
pub(super) struct Running {
    pub result: CheckResult,
    pub reads: Reads,
}

/// All checks of a script.
#[derive(Clone, Debug)]
pub(super) struct Checks {
    pub all: Vec<Running>,
    /// The next time of an `expect … at`, or end of an `eventually … within`.
    pub next_time: Option<SimTime>,
}

impl Checks {
    pub fn new(program: &Arc<Program>) -> Self {
        let all = program
            .checks
            .iter()
            .zip(0..)
            .map(|(check, number)| Running {
                result: CheckResult {
                    check: number,
                    state: CheckState::Pending,
                    moment: None,
                    problem: None,
                },
                reads: Reads::of(program, check.cond),
            })
            .collect();
        let mut checks = Self { all, next_time: None };
        checks.look_for_next_time(program);
        checks
    }

    /// Whether a check is asked after each step, or only at its time or the end.
    pub fn is_asked_after_steps(kind: CheckKind) -> bool {
        matches!(kind, CheckKind::Always | CheckKind::Never | CheckKind::Eventually(_))
    }

    pub fn look_for_next_time(&mut self, program: &Program) {
        let pending =
            self.all.iter().zip(&program.checks).filter(|(one, _)| one.result.state == CheckState::Pending);
        self.next_time = pending
            .filter_map(|(_, check)| match check.kind {
                CheckKind::Expect(time) | CheckKind::Eventually(time) => time,
                CheckKind::Always | CheckKind::Never => None,
            })
            .min();
    }
}
