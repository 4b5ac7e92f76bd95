//! The scripts that the page ships: each is in its list, says what it is, and does what it says.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use warren::broker::Version;
use warren::script::analyse;
use warren::session::{EXAMPLES, groups};
use warren::sim::{Outcome, Recording, Run, RunSpec};

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

/// A script that a version decides says `broker`; all others do the same on both.
#[test]
fn each_runs_to_its_end_and_holds_its_checks() {
    for example in EXAMPLES {
        let program = analyse(example.text).program.expect("it has no errors");
        assert!(!program.checks.is_empty(), "{} checks nothing", example.id);
        for broker in [Version::V3_10, Version::V4_3] {
            let spec = RunSpec { broker, ..RunSpec::of(example.text) };
            let recording = Run::new(Arc::new(spec), Arc::clone(&program)).finish();
            let on = format!("{} on {}", example.id, broker.name());
            assert!(
                matches!(recording.outcome(), Some(Outcome::Finished | Outcome::RunForReached)),
                "{on} ended with {:?}",
                recording.outcome()
            );
            assert_eq!(
                not_held(&recording, example.text),
                Vec::<&str>::new(),
                "{on} does not hold its checks"
            );
        }
    }
}

/// The checks that did not hold, as they are written.
fn not_held<'t>(recording: &Recording, text: &'t str) -> Vec<&'t str> {
    let checks = &recording.program().checks;
    let failed = recording.checks().iter().filter(|result| !result.has_held());
    let spans = failed.filter_map(|result| Some(checks.get(result.check as usize)?.span));
    spans.filter_map(|span| text.get(span.start as usize..span.end as usize)).collect()
}
