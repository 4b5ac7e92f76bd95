//! `warren run`: a script from its text to what its clients printed, its checks and its queues.

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use serde_json::json;
use warren::amqp::SimTime;
use warren::broker::Version;
use warren::script::program::{CheckKind, Program};
use warren::script::{analyse, render};
use warren::sim::{CheckResult, CheckState, Outcome, RecordKind, Recording, Run, RunSpec, Simulation};
use warren::text::LineIndex;

/// What can be said about a run.
#[derive(Args)]
pub struct RunArguments {
    /// The script.
    file: std::path::PathBuf,
    /// Prints one JSON document instead of lines.
    #[arg(long)]
    json: bool,
    /// The seed, over the script's own.
    #[arg(long)]
    seed: Option<u64>,
    /// RabbitMQ's version, over the script's own: 3.10, 3.13, 4.0, 4.1, 4.2 or 4.3.
    #[arg(long, value_parser = version)]
    broker: Option<Version>,
    /// Prints only the hash of the recording.
    #[arg(long)]
    hash: bool,
    /// Prints every record.
    #[arg(long)]
    trace: bool,
}

fn version(text: &str) -> Result<Version, String> {
    Version::parse(text).ok_or_else(|| "not a version that is known here".to_owned())
}

/// Says what is wrong with scripts; success if all can be run.
pub fn check(files: &[std::path::PathBuf]) -> ExitCode {
    let mut all_run = true;
    for file in files {
        let Some(text) = read(file) else { return ExitCode::FAILURE };
        let analysis = analyse(&text);
        print!("{}", render(&analysis.diagnostics, &name_of(file), &text));
        all_run &= analysis.program.is_some();
    }
    if all_run { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn read(file: &Path) -> Option<String> {
    match std::fs::read_to_string(file) {
        Ok(text) => Some(text),
        Err(why) => {
            eprintln!("{}: {why}", file.display());
            None
        }
    }
}

/// Runs a script; success if it is whole and all its checks hold.
pub fn run(arguments: &RunArguments) -> ExitCode {
    let Some(text) = read(&arguments.file) else { return ExitCode::FAILURE };
    let analysis = analyse(&text);
    eprint!("{}", render(&analysis.diagnostics, &name_of(&arguments.file), &text));
    let Some(program) = analysis.program else { return ExitCode::FAILURE };
    let recording = carry_out(arguments, &text, program);
    let end = recording.state_at(recording.steps());
    if arguments.hash {
        println!("{:032x}", recording.hash());
    } else if arguments.json {
        println!("{}", as_json(&recording, &end, &text));
    } else {
        if arguments.trace {
            print!("{}", trace(&recording));
        }
        print!("{}", report(&recording, &end, &text));
    }
    let all_held = recording.checks().iter().all(CheckResult::has_held);
    if all_held { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn name_of(file: &Path) -> String {
    file.file_name().map_or_else(|| file.display().to_string(), |name| name.to_string_lossy().into_owned())
}

fn carry_out(arguments: &RunArguments, text: &str, program: Arc<Program>) -> Recording {
    let mut spec = RunSpec::of(text);
    let mut program = program;
    if arguments.seed.is_some() || arguments.broker.is_some() {
        // What is said here goes over what the script says.
        let settings = &mut Arc::make_mut(&mut program).settings;
        if let Some(seed) = arguments.seed {
            (settings.seed, spec.seed) = (None, seed);
        }
        if let Some(version) = arguments.broker {
            (settings.broker, spec.broker) = (None, version);
        }
    }
    Run::new(Arc::new(spec), program).finish()
}

/// What each client printed, and when.
fn printed(recording: &Recording) -> impl Iterator<Item = (SimTime, &str, &str)> {
    recording.find(0, |kind| kind == RecordKind::Printed).filter_map(|number| {
        let record = recording.record(number)?;
        let text = recording.tables().texts.get(record.text()?)?;
        Some((record.time, &*recording.actors().get(usize::from(record.actor))?.name, &*text.text))
    })
}

/// The closes that clients were sent, and the errors that ended them.
fn errors(recording: &Recording) -> impl Iterator<Item = (SimTime, &str, String)> {
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

fn outcome_of(recording: &Recording) -> String {
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

fn report(recording: &Recording, end: &Simulation, text: &str) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    for (time, who, line) in printed(recording) {
        let _ = writeln!(out, "{time:>10}  {who}: {line}");
    }
    for (time, who, error) in errors(recording) {
        let _ = writeln!(out, "{time:>10}  {who} was refused: {error}");
    }
    let lines = LineIndex::new(text);
    for result in recording.checks() {
        let Some(check) = recording.program().checks.get(result.check as usize) else { continue };
        let line = lines.line_column(text, check.span.start).line;
        let source = check.span.of(text).trim().lines().next().unwrap_or("");
        let _ = writeln!(out, "check line {line}, {}: {}  | {source}", word(check.kind), verdict(result));
    }
    for queue in end.broker().view().queues() {
        let place = if &*queue.vhost == "/" { String::new() } else { format!(" in vhost {}", queue.vhost) };
        let _ = writeln!(
            out,
            "queue {}{place}: {} ready, {} unacked, {} consumers",
            queue.name, queue.ready, queue.unacked, queue.consumer_count
        );
    }
    let version = end.broker().config().profile.version;
    let _ = writeln!(
        out,
        "RabbitMQ {version}: {} steps, {} records, until {}; {}",
        recording.steps(),
        recording.len(),
        recording.end_time(),
        outcome_of(recording)
    );
    let _ = writeln!(out, "recording {:032x}", recording.hash());
    out
}

fn as_json(recording: &Recording, end: &Simulation, text: &str) -> serde_json::Value {
    let lines = LineIndex::new(text);
    let checks: Vec<_> = recording
        .checks()
        .iter()
        .filter_map(|result| {
            let check = recording.program().checks.get(result.check as usize)?;
            Some(json!({
                "line": lines.line_column(text, check.span.start).line,
                "text": check.span.of(text).trim(),
                "state": format!("{:?}", result.state).to_lowercase(),
                "time_us": result.moment.map(|(_, time)| time.0),
                "step": result.moment.map(|(step, _)| step),
                "problem": result.problem.as_deref(),
            }))
        })
        .collect();
    let queues: Vec<_> = end
        .broker()
        .view()
        .queues()
        .map(|queue| {
            json!({
                "vhost": &*queue.vhost, "name": &*queue.name, "ready": queue.ready, "unacked": queue.unacked,
                "consumers": queue.consumer_count,
            })
        })
        .collect();
    let lines_of =
        |(time, who, line): (SimTime, &str, &str)| json!({"time_us": time.0, "who": who, "text": line});
    json!({
        "printed": printed(recording).map(lines_of).collect::<Vec<_>>(),
        "errors": errors(recording)
            .map(|(time, who, text)| json!({"time_us": time.0, "who": who, "text": text})).collect::<Vec<_>>(),
        "checks": checks,
        "queues": queues,
        "broker": end.broker().config().profile.version.name(),
        "steps": recording.steps(),
        "records": recording.len(),
        "end_us": recording.end_time().0,
        "outcome": outcome_of(recording),
        "hash": format!("{:032x}", recording.hash()),
    })
}

/// Every record on a line, for reading and comparing.
fn trace(recording: &Recording) -> String {
    let mut out = String::new();
    for record in recording.records(0..recording.len()) {
        let who = recording.actors().get(usize::from(record.actor)).map_or("?", |info| &*info.name);
        let cause = record.cause.map_or_else(|| "-".to_owned(), |cause| cause.to_string());
        let more = details(recording, &record);
        let _ = writeln!(
            out,
            "{:>6} step {:<5} {:>10}  {who:<12} {:<18} cause {cause:<6} {more}",
            record.number,
            record.step,
            record.time,
            record.kind.word()
        );
    }
    out
}

fn details(recording: &Recording, record: &warren::sim::Record) -> String {
    let tables = recording.tables();
    let mut words = Vec::new();
    if let Some(command) = record.command().and_then(|number| tables.commands.get(number)) {
        words.push(match &command.command {
            warren::broker::Command::Method { channel, method, .. } => {
                format!("{} on {channel}", method.name())
            }
            other => format!("{other:?}").chars().take(60).collect(),
        });
    }
    if let Some(info) = record.message().and_then(|message| tables.messages.at(message.0)) {
        words.push(format!("{:?}", String::from_utf8_lossy(&info.message.body)));
    }
    if let Some(queue) = record.queue().and_then(|queue| tables.queues.at(queue.0)) {
        words.push(format!("queue {}", queue.name));
    }
    if let Some(tag) = record.tag() {
        words.push(format!("tag {}{}", tag.tag, if tag.flag { " *" } else { "" }));
    }
    if let Some(text) = record.text().and_then(|text| tables.texts.get(text)) {
        words.push(text.text.to_string());
    }
    if let Some(error) = record.error().and_then(|error| tables.errors.get(error)) {
        words.push(format!("{} {}", error.code, error.text));
    }
    if let Some(wait) = record.wait_kind() {
        words.push(format!("{wait:?}"));
    }
    if let Some(reason) = record.drop_reason() {
        words.push(format!("{reason:?}"));
    }
    words.join(", ")
}
