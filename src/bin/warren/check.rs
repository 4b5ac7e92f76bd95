//! `warren check`: scripts, and the scripts in Markdown, held to what they say of themselves.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use warren::script::{Palette, analyse, render, render_in};
use warren::site::{rewrite, scripts};

use super::run::{Over, carry_out};
use super::{is_markdown, outcome, read, say};

/// What is to be checked.
#[derive(Args)]
pub struct CheckArguments {
    /// Scripts (`.warren`): each must run to its end, and its checks must hold. Documents (`.md`): so must each block fenced
    /// as `warren`, and what comes of it must be what a block fenced as `outcome` under it says.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Rewrites the outcomes in documents.
    #[arg(long)]
    update: bool,
    #[command(flatten)]
    over: Over,
}

/// What was looked at.
#[derive(Default)]
struct Tally {
    scripts: usize,
    wrong: usize,
}

/// Checks all files; success if nothing is wrong.
pub fn check(arguments: &CheckArguments) -> ExitCode {
    let mut tally = Tally::default();
    for file in &arguments.files {
        let Some(text) = read(file) else {
            tally.wrong += 1;
            continue;
        };
        if is_markdown(file) {
            check_document(arguments, file, &text, &mut tally);
        } else {
            tally.scripts += 1;
            let problems = try_script(&arguments.over, &file.display().to_string(), &text).err();
            tell(&mut tally, problems);
        }
    }
    say(&format!("{} scripts checked, {} wrong\n", tally.scripts, tally.wrong));
    if tally.wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn tell(tally: &mut Tally, problems: Option<String>) {
    if let Some(problems) = problems {
        tally.wrong += 1;
        say(&problems);
    }
}

fn check_document(arguments: &CheckArguments, file: &Path, document: &str, tally: &mut Tally) {
    let blocks = scripts(document);
    let mut outcomes = Vec::new();
    for block in blocks.iter().filter(|block| !block.is_fragment) {
        tally.scripts += 1;
        let (place, script) = (format!("{}:{}", file.display(), block.line), &block.script.text);
        let Some(written) = &block.outcome else {
            tell(tally, try_script(&arguments.over, &place, script).err());
            continue;
        };
        let comes = outcome_of(&arguments.over, script);
        if !arguments.update && comes != trimmed(&written.text) {
            let said =
                format!("{place}: comes out otherwise than the document says (--update rewrites it)\n");
            tell(tally, Some(said + &difference(&written.text, &comes)));
        }
        outcomes.push((written, comes));
    }
    let rewritten = rewrite(document, outcomes.iter().map(|(written, comes)| (*written, &**comes)));
    if arguments.update && rewritten != document {
        match std::fs::write(file, rewritten) {
            Ok(()) => say(&format!("{} rewritten\n", file.display())),
            Err(why) => tell(tally, Some(format!("{}: {why}\n", file.display()))),
        }
    }
}

/// What must be told of a script that stands by itself: its errors, or the checks that do not hold.
fn try_script(over: &Over, name: &str, text: &str) -> Result<(), String> {
    let analysis = analyse(text);
    let told = render_in(Palette::TERMINAL, &analysis.diagnostics, name, text);
    let Some(program) = analysis.program else { return Err(told) };
    // A warning is told and fails nothing: a document may show what it warns of.
    say(&told);
    let recording = carry_out(over, text, program);
    let problems = outcome::problems(&recording);
    if problems.is_empty() { Ok(()) } else { Err(format!("{name}:\n{problems}")) }
}

/// What stands under a script in a document: what comes of it, or what is wrong with it.
fn outcome_of(over: &Over, text: &str) -> String {
    let analysis = analyse(text);
    let told = match analysis.program {
        Some(program) => outcome::outcome(&carry_out(over, text, program)),
        None => render(&analysis.diagnostics, "script", text),
    };
    trimmed(&told)
}

/// Without space at the ends of lines: editors take it away.
fn trimmed(text: &str) -> String {
    text.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

/// The lines that differ, the written ones with `-`, the true ones with `+`.
fn difference(written: &str, comes: &str) -> String {
    let (written, comes): (Vec<_>, Vec<_>) = (written.lines().collect(), comes.lines().collect());
    let same = written.iter().zip(&comes).take_while(|(a, b)| a.trim_end() == b.trim_end()).count();
    let rest = (written.len().min(comes.len())) - same;
    let tail = written.iter().rev().zip(comes.iter().rev()).take(rest).take_while(|(a, b)| a == b).count();
    let lines = |of: &[&str], sign| -> String {
        of.get(same..of.len() - tail).unwrap_or(&[]).iter().map(|line| format!("  {sign} {line}\n")).collect()
    };
    lines(&written, '-') + &lines(&comes, '+')
}
