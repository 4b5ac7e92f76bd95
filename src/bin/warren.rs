//! The command line.

#[cfg(target_arch = "wasm32")]
fn main() {}

#[cfg(not(target_arch = "wasm32"))]
#[path = "warren"]
mod native {
    mod check;
    mod explain;
    mod fmt;
    mod json;
    mod outcome;
    mod run;
    mod trace;

    use std::io::Write as _;
    use std::path::{Path, PathBuf};
    use std::process::ExitCode;

    use clap::{Parser, Subcommand};

    /// A RabbitMQ playground.
    #[derive(Parser)]
    #[command(version)]
    struct Arguments {
        #[command(subcommand)]
        task: Task,
        #[command(flatten)]
        color: colorchoice_clap::Color,
    }

    #[derive(Subcommand)]
    enum Task {
        /// Runs a script, and prints what its clients printed, its checks and its queues.
        Run(run::RunArguments),
        /// Holds scripts, and the scripts in Markdown, to what they say of themselves.
        Check(check::CheckArguments),
        /// Explains a diagnostic or a finding by its code.
        Explain(explain::ExplainArguments),
        /// Lays out scripts, and the scripts in Markdown, in the house style.
        Fmt(fmt::FmtArguments),
        /// Replays recorded cases and says which come out otherwise.
        Conformance {
            /// The folder of the cases.
            folder: PathBuf,
        },
    }

    pub fn main() -> ExitCode {
        let arguments = Arguments::parse();
        arguments.color.write_global();
        match arguments.task {
            Task::Run(arguments) => run::run(&arguments),
            Task::Check(arguments) => check::check(&arguments),
            Task::Explain(arguments) => explain::explain(&arguments),
            Task::Fmt(arguments) => fmt::fmt(&arguments),
            Task::Conformance { folder } => conformance(&folder),
        }
    }

    fn conformance(folder: &Path) -> ExitCode {
        match warren::conformance::replay_folder(folder) {
            Ok(report) => {
                say(&format!("{report}\n"));
                if report.failed() == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
            }
            Err(why) => {
                anstream::eprintln!("{why}");
                ExitCode::FAILURE
            }
        }
    }

    /// Whether it is Markdown; else it is a script.
    fn is_markdown(file: &Path) -> bool {
        file.extension().is_some_and(|extension| extension == "md" || extension == "markdown")
    }

    /// Prints it. Whoever reads may have stopped reading (`| head`): nothing is wrong then.
    fn say(text: &str) {
        let _ = anstream::stdout().write_all(text.as_bytes());
    }

    /// A file's text; what is wrong with the file is said.
    fn read(file: &Path) -> Option<String> {
        match std::fs::read_to_string(file) {
            Ok(text) => Some(text),
            Err(why) => {
                anstream::eprintln!("{}: {why}", file.display());
                None
            }
        }
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    native::main()
}
