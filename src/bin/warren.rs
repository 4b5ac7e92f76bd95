//! The command line.

#[cfg(target_arch = "wasm32")]
fn main() {}

#[cfg(not(target_arch = "wasm32"))]
#[path = "warren/run.rs"]
mod run;

#[cfg(not(target_arch = "wasm32"))]
mod native {
    use std::path::{Path, PathBuf};
    use std::process::ExitCode;

    use clap::{Parser, Subcommand};

    /// A RabbitMQ playground.
    #[derive(Parser)]
    #[command(version)]
    struct Arguments {
        #[command(subcommand)]
        task: Task,
    }

    #[derive(Subcommand)]
    enum Task {
        /// Runs a script, and prints what its clients printed, its checks and its queues.
        Run(crate::run::RunArguments),
        /// Says what is wrong with scripts.
        Check {
            /// The scripts.
            #[arg(required = true)]
            files: Vec<PathBuf>,
        },
        /// Replays recorded cases and says which come out otherwise.
        Conformance {
            /// The folder of the cases.
            folder: PathBuf,
        },
    }

    pub fn main() -> ExitCode {
        match Arguments::parse().task {
            Task::Run(arguments) => crate::run::run(&arguments),
            Task::Check { files } => crate::run::check(&files),
            Task::Conformance { folder } => conformance(&folder),
        }
    }

    fn conformance(folder: &Path) -> ExitCode {
        match warren::conformance::replay_folder(folder) {
            Ok(report) => {
                println!("{report}");
                if report.failed() == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
            }
            Err(why) => {
                eprintln!("{why}");
                ExitCode::FAILURE
            }
        }
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    native::main()
}
