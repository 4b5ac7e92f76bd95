//! `warren run`: a script from its text to what its clients printed, its checks and its queues.

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use warren::broker::Version;
use warren::script::program::Program;
use warren::script::{Palette, analyse, render_in};
use warren::sim::{CheckResult, Recording, Run, RunSpec};

use super::{json, outcome, read, say, trace};

/// What can be said about a run.
#[derive(Args)]
pub struct RunArguments {
    /// The script.
    file: std::path::PathBuf,
    /// Prints the recording as one JSON document instead of lines.
    #[arg(long)]
    json: bool,
    /// Prints only the hash of the recording.
    #[arg(long, conflicts_with = "json")]
    hash: bool,
    /// Prints every record.
    #[arg(long, conflicts_with_all = ["json", "hash"])]
    trace: bool,
    #[command(flatten)]
    over: Over,
}

/// What is said over the script's own settings.
#[derive(Args, Default)]
pub struct Over {
    /// The seed, over the script's own.
    #[arg(long)]
    seed: Option<u64>,
    /// RabbitMQ's version, over the script's own: 3.10, 3.13, 4.0, 4.1, 4.2 or 4.3.
    #[arg(long, value_parser = version)]
    broker: Option<Version>,
}

fn version(text: &str) -> Result<Version, String> {
    Version::parse(text).ok_or_else(|| "not a version that is known here".to_owned())
}

/// Runs a script; success if it is whole and all its checks hold.
pub fn run(arguments: &RunArguments) -> ExitCode {
    let Some(text) = read(&arguments.file) else { return ExitCode::FAILURE };
    let analysis = analyse(&text);
    let name = arguments.file.display().to_string();
    anstream::eprint!("{}", render_in(Palette::TERMINAL, &analysis.diagnostics, &name, &text));
    let Some(program) = analysis.program else { return ExitCode::FAILURE };
    let recording = carry_out(&arguments.over, &text, program);
    if arguments.hash {
        say(&format!("{:032x}\n", recording.hash()));
    } else if arguments.json {
        // Whoever reads it may stop reading: nothing is wrong then.
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        if serde_json::to_writer(&mut out, &json::Document::new(&recording)).is_ok() {
            let _ = writeln!(out).and_then(|()| out.flush());
        }
    } else {
        if arguments.trace {
            trace::print(&recording);
        }
        say(&outcome::report(&recording));
    }
    let all_held = recording.checks().iter().all(CheckResult::has_held);
    if all_held { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Runs a program to its end.
pub fn carry_out(over: &Over, text: &str, mut program: Arc<Program>) -> Recording {
    let mut spec = RunSpec::of(text);
    if over.seed.is_some() || over.broker.is_some() {
        // What is said here goes over what the script says.
        let settings = &mut Arc::make_mut(&mut program).settings;
        if let Some(seed) = over.seed {
            (settings.seed, spec.seed) = (None, seed);
        }
        if let Some(version) = over.broker {
            (settings.broker, spec.broker) = (None, version);
        }
    }
    Run::new(Arc::new(spec), program).finish()
}
