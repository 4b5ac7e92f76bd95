//! Checks: what each says, how it stands, and what was found where it failed.

use crate::sim::Simulation;
use crate::sim::record::Recording;
use crate::sim::{CheckResult, CheckState};

use super::names::{Names, body_text};
use super::view::{CheckRow, Verdict};

/// Characters of a check's line.
const TEXT_MAX: usize = 400;
/// Characters of what was found.
const FOUND_MAX: usize = 400;

/// All checks in the order of the text. `found` says what a check that did not hold found at its moment.
pub fn checks(recording: &Recording, mut found: impl FnMut(&CheckResult) -> String) -> Vec<CheckRow> {
    recording.checks().iter().map(|result| row(recording, result, &mut found)).collect()
}

fn row(
    recording: &Recording,
    result: &CheckResult,
    found: &mut impl FnMut(&CheckResult) -> String,
) -> CheckRow {
    let program = recording.program();
    let span = program.checks.get(result.check as usize).map(|check| check.span).unwrap_or_default();
    let verdict = match result.state {
        CheckState::Pending => Verdict::Pending,
        CheckState::Held => Verdict::Held,
        CheckState::Failed => Verdict::Failed,
        CheckState::Undecided => Verdict::Undecided,
    };
    CheckRow {
        text: body_text(Names::new(recording).check(result.check).as_bytes(), TEXT_MAX),
        span,
        verdict,
        moment: result.moment.map(|(step, time)| (u64::from(step), time.0)),
        found: if is_worth_finding(result) { found(result) } else { String::new() },
    }
}

fn is_worth_finding(result: &CheckResult) -> bool {
    matches!(result.state, CheckState::Failed | CheckState::Undecided)
}

/// What the questions of a check answer in the state of its moment: `received(c1) was 3`.
pub fn found(recording: &Recording, simulation: &Simulation, result: &CheckResult) -> String {
    let source = &recording.spec().source;
    let mut parts: Vec<String> = Vec::new();
    for (span, answer) in simulation.answers_of(result.check) {
        let part = format!("{} was {answer}", span.of(source));
        if !parts.contains(&part) {
            parts.push(part);
        }
    }
    if let Some(problem) = &result.problem {
        parts.push(problem.to_string());
    }
    body_text(parts.join(", ").as_bytes(), FOUND_MAX)
}
