//! `warren fmt`: scripts, and the scripts in Markdown, in the house layout.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use warren::script::{format, render};
use warren::site::{rewrite, scripts};

use super::{is_markdown, say};

/// What can be said about formatting.
#[derive(Args)]
pub struct FmtArguments {
    /// Scripts, or Markdown with blocks fenced as `warren`; `-` is what is read from the standard input.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Changes nothing, and names the files that would change; fails if there are any.
    #[arg(long)]
    check: bool,
}

/// Formats each file; success if all could be read and, with `--check`, none would change.
pub fn fmt(arguments: &FmtArguments) -> ExitCode {
    let mut is_well = true;
    for file in &arguments.files {
        is_well &= one(file, arguments.check).unwrap_or_else(|why| {
            anstream::eprint!("{why}");
            false
        });
    }
    if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Whether the file is as it should be now.
fn one(file: &Path, check: bool) -> Result<bool, String> {
    let name = file.display().to_string();
    let is_input = name == "-";
    let text = read(file, is_input).map_err(|why| format!("{name}: {why}\n"))?;
    let formatted = if is_markdown(file) { markdown(&text) } else { script(&text, &name)? };
    if is_input && !check {
        say(&formatted);
    } else if formatted != text {
        say(&format!("{name}\n"));
        if check {
            return Ok(false);
        }
        std::fs::write(file, formatted).map_err(|why| format!("{name}: {why}\n"))?;
    }
    Ok(true)
}

fn read(file: &Path, is_input: bool) -> std::io::Result<String> {
    if !is_input {
        return std::fs::read_to_string(file);
    }
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    Ok(text)
}

/// A script that cannot be read is left alone: its errors are told.
fn script(text: &str, name: &str) -> Result<String, String> {
    format(text).map_err(|errors| render(&errors, name, text))
}

/// The same text with its scripts formatted. Those that cannot be read stay: a document may show mistakes.
fn markdown(text: &str) -> String {
    let blocks = scripts(text);
    let whole = blocks.iter().filter(|block| !block.is_fragment);
    let formatted: Vec<_> =
        whole.filter_map(|block| Some((&block.script, format(&block.script.text).ok()?))).collect();
    rewrite(text, formatted.iter().map(|(written, formatted)| (*written, &**formatted)))
}
