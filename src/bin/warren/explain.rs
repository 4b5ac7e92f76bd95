//! `warren explain`: what a diagnostic or a finding means.

use std::process::ExitCode;

use clap::Args;
use warren::script::Code;
use warren::script::statement::nearest;

use super::say;

/// What is to be explained.
#[derive(Args)]
pub struct ExplainArguments {
    /// The code, as it stands in brackets: `error[unknown-option]`. Without it, all codes are listed.
    code: Option<String>,
}

/// Prints the page of a code, or the list; success if there is such a code.
pub fn explain(arguments: &ExplainArguments) -> ExitCode {
    let Some(written) = &arguments.code else {
        say(&list());
        return ExitCode::SUCCESS;
    };
    // As it is copied from a terminal.
    let name = written.rsplit('[').next().unwrap_or(written).trim_end_matches([']', ':']);
    if let Some(code) = Code::find(name) {
        say(code.explanation());
        return ExitCode::SUCCESS;
    }
    let meant = nearest(name, Code::ALL.iter().map(|code| code.name()));
    let help = meant.map_or_else(
        || "`warren explain` lists all codes".to_owned(),
        |meant| format!("did you mean `{meant}`?"),
    );
    anstream::eprintln!("there is no code {name:?}: {help}");
    ExitCode::FAILURE
}

/// Each code with the title of its page.
fn list() -> String {
    let line = |code: &Code| {
        let title = code.explanation().lines().next().unwrap_or("").trim_start_matches('#').trim();
        let meaning = title.split_once(": ").map_or(title, |(_, meaning)| meaning);
        format!("{:<28} {meaning}\n", code.name())
    };
    Code::ALL.iter().map(line).collect()
}
