//! `warren fmt`: scripts, and the scripts in Markdown, in the house layout.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use warren::script::{format, render};

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
            eprint!("{why}");
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
    let is_markdown = file.extension().is_some_and(|ending| ending == "md");
    let formatted = if is_markdown { markdown(&text) } else { script(&text, &name)? };
    if is_input && !check {
        print!("{formatted}");
    } else if formatted != text {
        println!("{name}");
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

/// The same text with its blocks of script formatted. Blocks that cannot be read stay: a document may show mistakes.
fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut block: Option<String> = None;
    for line in text.split_inclusive('\n') {
        match &mut block {
            None => {
                out.push_str(line);
                let language = line.trim_end().strip_prefix("```");
                // `warren ignore` is a fragment, as it is for `warren check`.
                if language == Some("warren") {
                    block = Some(String::new());
                }
            }
            Some(script) if line.trim_end() == "```" => {
                out.push_str(&format(script).unwrap_or_else(|_| script.clone()));
                out.push_str(line);
                block = None;
            }
            Some(script) => script.push_str(line),
        }
    }
    out + &block.unwrap_or_default()
}
