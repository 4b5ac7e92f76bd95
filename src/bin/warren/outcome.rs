//! What a run came to, as text: what was printed, what was refused, the checks, the queues.

use std::fmt::Write as _;

use warren::amqp::SimTime;
use warren::inspect::{findings, view::Severity};
use warren::script::program::CheckKind;
use warren::sim::{CheckResult, CheckState, Outcome, RecordKind, Recording};
use warren::text::LineIndex;

/// What each client printed, and when.
pub fn printed(recording: &Recording) -> impl Iterator<Item = (SimTime, &str, &str)> {
    recording.find(0, |kind| kind == RecordKind::Printed).filter_map(|number| {
        let record = recording.record(number)?;
        let text = recording.tables().texts.get(record.text()?)?;
        Some((record.time, &*recording.actors().get(usize::from(record.actor))?.name, &*text.text))
    })
}

/// The closes that clients were sent, and the errors that ended them.
pub fn errors(recording: &Recording) -> impl Iterator<Item = (SimTime, &str, String)> {
    recording.find(0, |kind| matches!(kind, RecordKind::Excepted | RecordKind::OperatorRefused)).filter_map(
        |number| {
            let record = recording.record(number)?;
            let text = match record.error() {
                Some(error) => {
                    let error = recording.tables().errors.get(error)?;
                    format!("{} {}", error.code, error.text)
                }
                None => recording.tables().texts.get(record.text()?)?.text.to_string(),
            };
            Some((record.time, &*recording.actors().get(usize::from(record.actor))?.name, text))
        },
    )
}

/// Why it ended.
pub fn end_of(recording: &Recording) -> String {
    match recording.outcome() {
        Some(Outcome::Finished) => "nothing more can happen".to_owned(),
        Some(Outcome::RunForReached) => "`run for` is over".to_owned(),
        Some(Outcome::LimitReached(limit)) => format!("stopped: {}", limit.sentence()),
        Some(Outcome::Cancelled) => "stopped".to_owned(),
        None => "still running".to_owned(),
    }
}

fn word(kind: CheckKind) -> &'static str {
    match kind {
        CheckKind::Expect(_) => "expect",
        CheckKind::Always => "always",
        CheckKind::Never => "never",
        CheckKind::Eventually(_) => "eventually",
    }
}

fn verdict(result: &CheckResult) -> String {
    let moment = result.moment.map_or_else(String::new, |(step, time)| format!(" at {time}, step {step}"));
    let problem = result.problem.as_ref().map_or_else(String::new, |problem| format!(": {problem}"));
    match result.state {
        CheckState::Held => "held".to_owned(),
        CheckState::Failed => format!("FAILED{moment}{problem}"),
        CheckState::Undecided | CheckState::Pending => "UNDECIDED, the run was stopped before".to_owned(),
    }
}

/// What a document says under a script: as short as it can be and still fail when the broker changes its mind.
pub fn outcome(recording: &Recording) -> String {
    let mut out = happened(recording);
    queues(&mut out, recording);
    out + &problems(recording)
}

/// The checks that do not hold, and a limit that was reached; empty if all is well.
pub fn problems(recording: &Recording) -> String {
    let mut out = String::new();
    for result in recording.checks().iter().filter(|result| !result.has_held()) {
        check_line(&mut out, recording, result);
    }
    if !matches!(recording.outcome(), Some(Outcome::Finished | Outcome::RunForReached)) {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{}", end_of(recording));
    }
    out
}

/// Everything, for one who looks at this run.
pub fn report(recording: &Recording) -> String {
    let mut out = happened(recording);
    for result in recording.checks() {
        check_line(&mut out, recording, result);
    }
    found(&mut out, recording);
    queues(&mut out, recording);
    let version = recording.state_at(recording.steps()).broker().config().profile.version;
    let _ = writeln!(
        out,
        "RabbitMQ {version}: {} steps, {} records, until {}; {}",
        recording.steps(),
        recording.len(),
        recording.end_time(),
        end_of(recording)
    );
    let _ = writeln!(out, "recording {:032x}", recording.hash());
    out
}

/// What went otherwise than it was likely meant, each with the first moment that shows it.
fn found(out: &mut String, recording: &Recording) {
    let text = &recording.spec().source;
    let lines = LineIndex::new(text);
    for finding in findings(recording) {
        let line = finding.span.map(|span| lines.line_column(text, span.start).line);
        let line = line.map_or_else(String::new, |line| format!(", line {line}"));
        let (step, time) = finding.moment;
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "{}[{}] at {}, step {step}{line}: {}\n  help: {}",
            if finding.severity == Severity::Note { "note" } else { "warning" },
            finding.code,
            SimTime(time),
            finding.message,
            finding.help
        );
    }
}

/// What clients printed and what was refused, in the order of time.
fn happened(recording: &Recording) -> String {
    let said = printed(recording).map(|(time, who, line)| (time, format!("{who}: {line}")));
    let refused = errors(recording).map(|(time, who, error)| (time, format!("{who} was refused: {error}")));
    let mut lines: Vec<_> = said.chain(refused).collect();
    lines.sort_by_key(|(time, _)| *time);
    let mut out = String::new();
    for (time, line) in lines {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{:>10}  {}", time.to_string(), plain(&line));
    }
    out
}

/// A script prints what it likes; a terminal or a Markdown file must not obey it.
fn plain(line: &str) -> String {
    line.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

fn check_line(out: &mut String, recording: &Recording, result: &CheckResult) {
    let Some(check) = recording.program().checks.get(result.check as usize) else { return };
    let text = &recording.spec().source;
    let line = LineIndex::new(text).line_column(text, check.span.start).line;
    let source = check.span.of(text).trim().lines().next().unwrap_or("");
    let _ = writeln!(out, "check line {line}, {}: {}  | {source}", word(check.kind), verdict(result));
}

fn queues(out: &mut String, recording: &Recording) {
    let end = recording.state_at(recording.steps());
    for queue in end.broker().view().queues() {
        let place = if &*queue.vhost == "/" { String::new() } else { format!(" in vhost {}", queue.vhost) };
        let _ = writeln!(
            out,
            "queue {}{place}: {} ready, {} unacked, {} consumers",
            plain(&queue.name),
            queue.ready,
            queue.unacked,
            queue.consumer_count
        );
    }
}
