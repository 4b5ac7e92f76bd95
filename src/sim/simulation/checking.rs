//! After each step: checks, `when`, and whoever waits until something is true.

use std::sync::Arc;

use crate::amqp::{Name, SimTime};
use crate::script::program::{CheckKind, ExprId, Program};
use crate::sim::checks::{CheckState, Checks};
use crate::sim::eval::{Eval, Fuel};
use crate::sim::history::Reads;
use crate::sim::random::{Purpose, Stream};
use crate::sim::record::{Columns, ErrorInfo, NONE, RecordKind, Sink};
use crate::sim::run::{Limit, Outcome};
use crate::sim::schedule::{Class, Event};
use crate::sim::value::ScriptError;

use super::state::{FIRST_CLIENT, OPERATOR, Simulation};

/// A check may cost as much as this each time it is asked.
const CHECK_FUEL: u64 = 2_000_000;

impl Simulation {
    /// What follows from a step.
    pub(super) fn after_step(&mut self, sink: &mut impl Sink) {
        let mut touched = std::mem::replace(&mut self.history.touched, Reads::NOTHING).with(Reads::TIME);
        if self.count.steps == 1 {
            touched = Reads::EVERYTHING;
        }
        if !self.watched.meets(touched) {
            return;
        }
        self.poke(touched);
        let program = Arc::clone(&self.program);
        self.ask_whens(&program, touched);
        for number in 0..self.checks.all.len() {
            let check = &self.checks.all[number];
            let Some(def) = program.checks.get(number) else { continue };
            if check.result.state == CheckState::Pending
                && Checks::is_asked_after_steps(def.kind)
                && check.reads.meets(touched)
            {
                self.ask_check(number, &program, false, sink);
            }
        }
    }

    /// Who waits until something is true looks again, if that may have changed.
    fn poke(&mut self, touched: Reads) {
        if !self.until_reads.meets(touched) {
            return;
        }
        let cause = self.count.records.saturating_sub(1);
        for at in 0..self.clients.len() {
            if self.clients[at].waits_until() {
                let event = Event::Again(FIRST_CLIENT + at as u16, self.lives[at], cause);
                self.schedule.push(self.now, Class::Client, event);
            }
        }
    }

    fn ask_whens(&mut self, program: &Program, touched: Reads) {
        for (number, when) in program.whens.iter().enumerate() {
            let Some(state) = self.whens.get(number) else { continue };
            if state.is_done || !state.reads.meets(touched) {
                continue;
            }
            if matches!(self.ask(program, when.cond), Ok(Some(true))) {
                self.whens[number].is_done = true;
                self.operating.add(when.start);
                self.schedule.push(self.now, Class::Operator, Event::Operate);
            }
        }
    }

    /// Evaluates a condition over the run; it changes nothing.
    fn ask(&mut self, program: &Program, cond: ExprId) -> Result<Option<bool>, ScriptError> {
        let mut seen = std::mem::take(&mut self.seen);
        let mut chance = Stream::new(self.seed, Purpose::Operator, 1);
        let mut fuel = Fuel(CHECK_FUEL);
        let name = Name::from("operator");
        let mut eval = Eval {
            program,
            facts: &self.view(),
            world: &self.world,
            local: None,
            now: self.count.step_time,
            name: &name,
            number: 1,
            chance: &mut chance,
            fuel: &mut fuel,
            seen: &mut seen,
            message: None,
            it: None,
            stack: &mut Vec::new(),
        };
        let answer = eval.condition(cond);
        self.seen = seen;
        answer
    }

    /// Asks a check; `last`: it will not be asked again.
    fn ask_check(&mut self, number: usize, program: &Program, last: bool, sink: &mut impl Sink) {
        let Some(def) = program.checks.get(number) else { return };
        let answer = self.ask(program, def.cond);
        let (state, problem) = match (answer, def.kind) {
            (Err(error), _) => {
                let error = ErrorInfo {
                    scope: None,
                    code: 0,
                    text: Name::from(error.text()),
                    class_id: 0,
                    method_id: 0,
                    pc: None,
                };
                let problem = error.text.clone();
                let detail = sink.enter(crate::sim::record::Entry::Error(error));
                let record = Columns::new(RecordKind::CheckBroken, OPERATOR, self.last_record());
                self.put_late(sink, record.subject(number as u32).detail(detail));
                (CheckState::Failed, Some(problem))
            }
            (Ok(Some(true)), CheckKind::Expect(_) | CheckKind::Eventually(_)) => (CheckState::Held, None),
            (Ok(Some(true)), CheckKind::Never) | (Ok(Some(false)), CheckKind::Always) => {
                (CheckState::Failed, None)
            }
            (Ok(Some(false)), CheckKind::Expect(_)) => (CheckState::Failed, None),
            (Ok(None), CheckKind::Expect(_)) => {
                (CheckState::Failed, Some(Name::from("what it asks about is not there")))
            }
            (Ok(_), CheckKind::Eventually(_)) if last => (CheckState::Failed, None),
            (Ok(_), CheckKind::Always | CheckKind::Never) if last => (CheckState::Held, None),
            _ => return,
        };
        self.decide(number, state, problem, sink);
    }

    fn decide(&mut self, number: usize, state: CheckState, problem: Option<Name>, sink: &mut impl Sink) {
        let moment = (self.count.steps, self.count.step_time);
        let Some(check) = self.checks.all.get_mut(number) else { return };
        check.result.state = state;
        check.result.moment = Some(moment);
        check.result.problem = problem;
        let kind = match state {
            CheckState::Held => RecordKind::CheckHeld,
            CheckState::Failed => RecordKind::CheckFailed,
            CheckState::Pending | CheckState::Undecided => return,
        };
        let record = Columns::new(kind, OPERATOR, self.last_record()).subject(number as u32);
        self.put_late(sink, record);
    }

    fn last_record(&self) -> u32 {
        self.count.records.checked_sub(1).unwrap_or(NONE)
    }

    /// What must be known before the clock goes on to that time: checks with a time of their own, and whether the
    /// run ends before it.
    pub(super) fn check_time(&mut self, next: SimTime, sink: &mut impl Sink) -> Result<(), Outcome> {
        let end = self.program.settings.run_for.map(|length| SimTime::ZERO + length);
        if end.is_some_and(|end| next > end) {
            return Err(Outcome::RunForReached);
        }
        if next > SimTime::ZERO + self.limits.time {
            return Err(Outcome::LimitReached(Limit::Time));
        }
        while let Some(time) = self.checks.next_time.filter(|time| *time < next) {
            let program = Arc::clone(&self.program);
            for (number, def) in program.checks.iter().enumerate() {
                let is_due = match def.kind {
                    CheckKind::Expect(at) | CheckKind::Eventually(at) => at == Some(time),
                    CheckKind::Always | CheckKind::Never => false,
                };
                if is_due && self.checks.all[number].result.state == CheckState::Pending {
                    self.ask_check(number, &program, true, sink);
                }
            }
            self.checks.look_for_next_time(&program);
            if self.checks.next_time == Some(time) {
                break;
            }
        }
        Ok(())
    }

    /// The run is over: the checks that are left are decided, or cannot be.
    pub(super) fn close_checks(&mut self, outcome: Outcome, sink: &mut impl Sink) {
        let program = Arc::clone(&self.program);
        let is_whole = matches!(outcome, Outcome::Finished | Outcome::RunForReached);
        for number in 0..self.checks.all.len() {
            if self.checks.all[number].result.state != CheckState::Pending {
                continue;
            }
            if is_whole {
                self.ask_check(number, &program, true, sink);
            } else {
                self.decide(number, CheckState::Undecided, None, sink);
            }
        }
    }
}
