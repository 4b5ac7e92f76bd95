//! The command line.

#[cfg(target_arch = "wasm32")]
fn main() {}

#[cfg(not(target_arch = "wasm32"))]
mod native {
    use std::path::PathBuf;
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
        /// Replays recorded cases and says which come out otherwise.
        Conformance {
            /// The folder of the cases.
            folder: PathBuf,
        },
    }

    pub fn main() -> ExitCode {
        let Task::Conformance { folder } = Arguments::parse().task;
        match warren::conformance::replay_folder(&folder) {
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
