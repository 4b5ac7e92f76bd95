//! The scripts that the page ships: each is in its list and says what it is.

use std::path::{Path, PathBuf};

use warren::script::{Severity, analyse, render};
use warren::session::{EXAMPLES, groups};

/// Examples whose lesson is what the checks warn of.
const WARNED_OF: &[(&str, &str)] = &[
    ("durability/confirms", "unknown-queue"),
    ("errors/missing-exchange", "unknown-exchange"),
    ("errors/missing-exchange-3000", "unknown-exchange"),
    ("errors/missing-exchange-bind", "unknown-exchange"),
    ("errors/missing-exchange-confirm", "unknown-exchange"),
    ("errors/missing-exchange-pause", "unknown-exchange"),
    ("errors/nobody-declares", "unknown-queue"),
    ("first-steps/no-such-user", "unknown-user"),
    ("permissions/refused-commands", "unknown-vhost"),
];

/// All scripts below `folder`, as the list names them.
fn scripts(folder: &Path, from: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a readable folder") {
        let path: PathBuf = entry.expect("a readable folder").path();
        if path.is_dir() {
            found.extend(scripts(&path, from));
        } else if let Some(name) = path.strip_prefix(from).ok().and_then(Path::to_str) {
            found.extend(name.strip_suffix(".warren").map(str::to_owned));
        }
    }
    found
}

#[test]
fn the_list_is_the_folder() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/examples");
    let mut shipped = scripts(&folder, &folder);
    let mut listed: Vec<_> = EXAMPLES.iter().map(|example| example.id.to_owned()).collect();
    shipped.sort_unstable();
    listed.sort_unstable();
    assert_eq!(listed, shipped, "left: src/session/examples.rs, right: www/examples");
}

#[test]
fn each_says_what_it_is() {
    let mut titles: Vec<_> = EXAMPLES.iter().map(|example| (example.group(), example.title())).collect();
    titles.sort_unstable();
    titles.dedup();
    assert_eq!(titles.len(), EXAMPLES.len(), "two examples of a group have the same title");
    for example in EXAMPLES {
        assert_ne!(example.title(), example.id, "{} has no title", example.id);
        assert!(example.look().ends_with(['.', '?']), "{}: `look` is no sentence", example.id);
        assert!(example.look().len() <= 140, "{}: `look` is longer than two lines on a phone", example.id);
    }
    let grouped: usize = groups().iter().map(|(_, examples)| examples.len()).sum();
    assert_eq!(grouped, EXAMPLES.len(), "an example stands in no known group");
    assert!(groups().iter().all(|(_, examples)| !examples.is_empty()), "a group is empty");
}

#[test]
fn each_parses_without_diagnostics() {
    let mut warned_of: Vec<(&str, &str)> = Vec::new();
    for example in EXAMPLES {
        let diagnostics = analyse(example.text).diagnostics;
        let unexpected: Vec<_> = diagnostics
            .iter()
            .filter(|diagnostic| {
                let lesson = (example.id, diagnostic.code.name());
                let expected = diagnostic.severity == Severity::Warning && WARNED_OF.contains(&lesson);
                warned_of.extend(expected.then_some(lesson));
                !expected
            })
            .cloned()
            .collect();
        assert!(unexpected.is_empty(), "{}", render(&unexpected, example.id, example.text));
    }
    warned_of.sort_unstable();
    warned_of.dedup();
    assert_eq!(warned_of, WARNED_OF);
}
