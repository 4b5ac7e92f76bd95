//! Ten thousand scripts that nobody means well with, carried out: grown at random, and the contract's with slips in
//! them. Each ends within its limits, none panics, and the same script gives the same recording.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use warren::script::analyse;
use warren::sim::{Limits, Recording, Run, RunSpec};

#[path = "script/grow.rs"]
mod grow;

use grow::Chance;

/// Steps that one script may take here.
const STEPS: u32 = 10_000;

fn run(text: &str) -> Option<Recording> {
    let program = analyse(text).program?;
    let limits = Limits { steps: STEPS, records: 100_000, fuel: 200_000, ..Limits::default() };
    Some(Run::new(Arc::new(RunSpec { limits, ..RunSpec::of(text) }), program).finish())
}

/// Runs it; whether it could be run.
fn check(name: &str, text: &str, twice: bool) -> bool {
    let carried_out = catch_unwind(AssertUnwindSafe(|| {
        let Some(recording) = run(text) else { return false };
        assert!(recording.outcome().is_some(), "it ended");
        assert!(recording.steps() <= STEPS + 1, "{} steps", recording.steps());
        if twice {
            let again = run(text).expect("it runs");
            assert_eq!(again.hash(), recording.hash(), "the same recording");
        }
        true
    }));
    carried_out.unwrap_or_else(|_| panic!("{name} failed:\n{text}"))
}

#[test]
fn grown_scripts_end() {
    let mut ran = 0;
    for seed in 0..5_000 {
        let text = grow::script(&mut Chance::new(seed));
        ran += u32::from(check(&format!("grown {seed}"), &text, seed % 50 == 0));
    }
    assert!(ran > 3_000, "only {ran} of 5000 could be run: the scripts grow wrong");
}

#[test]
fn scripts_with_slips_end() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/script/ok");
    let mut scripts: Vec<_> = std::fs::read_dir(folder)
        .expect("the scripts")
        .map(|entry| std::fs::read_to_string(entry.expect("readable").path()).expect("readable"))
        .collect();
    scripts.sort();
    let mut ran = 0;
    for seed in 0..5_000 {
        let mut chance = Chance::new(seed);
        let text = grow::slipped(&mut chance, &scripts);
        ran += u32::from(check(&format!("slipped {seed}"), &text, seed % 50 == 0));
    }
    assert!(ran > 500, "only {ran} of 5000 could be run: the slips are too coarse");
}
