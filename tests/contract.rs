//! The scripts that the language was designed on, carried out: the tutorial's rows (A), exercises with what they begin
//! with and how they are solved (B), and hard ones (C). What they expect holds; where an exercise begins it does not.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use warren::script::analyse;
use warren::sim::{CheckState, Run, RunSpec};

/// Scripts that cannot hold yet, and why. One that holds unnoticed fails the test.
const NOT_YET: &[(&str, &str)] =
    &[("b2_solution", "quorum queues and their delivery limit come with the complete broker")];

#[test]
fn scripts_do_what_they_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/script/ok");
    let mut paths: Vec<_> =
        fs::read_dir(folder).expect("the scripts").map(|entry| entry.expect("readable").path()).collect();
    paths.sort();
    let mut wrong = String::new();
    for path in paths {
        let name = path.file_stem().expect("a file").to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).expect("readable");
        let Some(program) = analyse(&text).program else {
            wrong += &format!("{name} has errors\n");
            continue;
        };
        let recording = Run::new(Arc::new(RunSpec::of(&text)), program.clone()).finish();
        let failed: Vec<String> = recording
            .checks()
            .iter()
            .zip(&program.checks)
            .filter(|(result, _)| result.state != CheckState::Held)
            .map(|(result, check)| {
                format!("  {:?} {:?}: {}\n", result.state, result.problem, check.span.of(&text))
            })
            .collect();
        let holds = failed.is_empty();
        let not_yet = NOT_YET.iter().find(|(script, _)| *script == name);
        match (name.ends_with("_start"), not_yet) {
            (true, _) if holds => wrong += &format!("{name}: where the exercise begins, it is solved\n"),
            (false, None) if !holds => wrong += &format!("{name}:\n{}", failed.concat()),
            (_, Some((_, reason))) if holds => {
                wrong += &format!("{name} holds now, though it was said: {reason}\n")
            }
            _ => {}
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}
