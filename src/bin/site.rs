//! Builds the documentation: `cargo run --example site -- FOLDER`. A hook of Trunk's build, which names the folder by
//! itself; an example and no binary, so that installing `warren` does not install it.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

fn main() -> ExitCode {
    let staging = || Some(PathBuf::from(std::env::var_os("TRUNK_STAGING_DIR")?).join("docs"));
    let Some(out) = std::env::args_os().nth(1).map(PathBuf::from).or_else(staging) else {
        eprintln!("usage: site FOLDER");
        return ExitCode::FAILURE;
    };
    match warren::site::build(Path::new(env!("CARGO_MANIFEST_DIR")), &out) {
        Ok(pages) => {
            println!("{} pages of documentation", pages.len());
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}
