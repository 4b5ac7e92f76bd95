//! What the fuzzers try (tests/fuzz/README.md), in short: the same targets over random bytes, and all that they once
//! found over again.

use std::path::Path;

use proptest::prelude::*;

#[path = "fuzz/commands.rs"]
mod commands;
#[path = "fuzz/script.rs"]
mod script;

/// The files of `tests/data/fuzz/NAME`, by name.
fn found(name: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/fuzz").join(name);
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<_> = entries
        .flatten()
        .map(|entry| {
            (entry.file_name().to_string_lossy().into_owned(), std::fs::read(entry.path()).expect("readable"))
        })
        .collect();
    files.sort();
    files
}

#[test]
fn what_the_fuzzers_found_stays_mended() {
    for (name, bytes) in found("broker") {
        println!("broker/{name}");
        commands::carry_out(&bytes);
    }
    for (name, bytes) in found("language") {
        println!("language/{name}");
        script::try_text(&String::from_utf8_lossy(&bytes));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_commands_that_the_broker_stands(bytes in prop::collection::vec(any::<u8>(), 0..4000)) {
        commands::carry_out(&bytes);
    }

    #[test]
    fn any_text_is_a_script_that_is_answered(text in "(\\PC|[a-z_{}\"\\[\\]=#\n ]){0,300}") {
        script::try_text(&text);
    }
}
