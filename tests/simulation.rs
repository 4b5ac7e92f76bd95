//! Scripts carried out in virtual time: the language's own scripts hold their checks, and a run is the same however
//! it is looked at.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use warren::broker::Version;
use warren::script::analyse;
use warren::script::program::Program;
use warren::sim::record::Unrecorded;
use warren::sim::{CheckState, Limits, Outcome, Recording, Run, RunSpec, Simulation, Stepped};

/// The scripts that the language must carry, and those about single rules of what runs when.
fn scripts() -> Vec<(String, String)> {
    let mut scripts = scripts_in("tests/data/script/ok");
    scripts.extend(scripts_in("tests/data/simulation"));
    scripts
}

fn scripts_in(folder: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    let name = |file: &Path| file.file_stem().expect("a name").to_string_lossy().into_owned();
    files.iter().map(|file| (name(file), std::fs::read_to_string(file).expect("a text"))).collect()
}

fn program(name: &str, text: &str) -> Arc<Program> {
    analyse(text).program.unwrap_or_else(|| panic!("{name} has errors"))
}

fn spec(name: &str, text: &str) -> RunSpec {
    let mut spec = RunSpec::of(text);
    // Recorded on 3.10: other versions word the refusal otherwise, and count a nack otherwise.
    if ["a13", "b2_solution", "b2_start"].contains(&name) {
        spec.broker = Version::V3_10;
    }
    spec
}

fn run(name: &str, text: &str) -> Recording {
    Run::new(Arc::new(spec(name, text)), program(name, text)).finish()
}

#[test]
fn the_scripts_of_the_language_hold() {
    let mut wrong = Vec::new();
    for (name, text) in scripts() {
        // The start of an exercise must fail: that is the exercise.
        let is_start = name.ends_with("_start");
        let recording = run(&name, &text);
        let failed: Vec<_> = recording
            .checks()
            .iter()
            .filter(|check| check.state != CheckState::Held)
            .map(|check| recording.program().checks[check.check as usize].span.of(&text).trim().to_owned())
            .collect();
        if failed.is_empty() == is_start {
            wrong.push(format!("{name}: {failed:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_same_script_and_seed_give_the_same_recording() {
    for (name, text) in scripts() {
        let (one, other) = (run(&name, &text), run(&name, &text));
        assert_eq!(one.hash(), other.hash(), "{name}");
        assert_eq!((one.len(), one.steps()), (other.len(), other.steps()), "{name}");
    }
}

#[test]
fn another_seed_changes_only_what_is_left_to_chance() {
    let text = "consumer c { wait 1s..2s; print random(1..1000000) }";
    let of_seed = |seed| {
        let spec = RunSpec { seed, ..RunSpec::of(text) };
        Run::new(Arc::new(spec), program("chance", text)).finish()
    };
    assert_ne!(of_seed(1).hash(), of_seed(2).hash());
    let (_, quiet) = scripts().into_iter().find(|(name, _)| name == "a3").expect("a3");
    let of_seed = |seed| {
        let spec = RunSpec { seed, ..RunSpec::of(&quiet) };
        Run::new(Arc::new(spec), program("a3", &quiet)).finish()
    };
    assert_eq!(of_seed(1).hash(), of_seed(2).hash());
}

#[test]
fn a_sliced_run_is_a_whole_run() {
    for (name, text) in scripts() {
        let whole = run(&name, &text);
        let mut run = Run::new(Arc::new(spec(&name, &text)), program(&name, &text));
        let mut pulls = 1;
        while !run.work(pulls).is_finished {
            pulls = pulls % 7 + 1;
        }
        assert_eq!(run.recording().hash(), whole.hash(), "{name}");
    }
}

#[test]
fn a_clone_at_any_step_goes_on_as_the_original() {
    for (name, text) in scripts() {
        let program = program(&name, &text);
        let spec = spec(&name, &text);
        let recording = run(&name, &text);
        let last = recording.state_at(recording.steps()).fingerprint();
        let mut simulation = Simulation::new(&spec, &program);
        let stride = recording.steps() / 40 + 1;
        while let Stepped::Step | Stepped::Within = simulation.step(&mut Unrecorded) {
            if !simulation.steps().is_multiple_of(stride) {
                continue;
            }
            let mut clone = simulation.clone();
            assert_eq!(clone.fingerprint(), simulation.fingerprint(), "{name}");
            clone.run_to(recording.steps(), &mut Unrecorded);
            assert_eq!(clone.fingerprint(), last, "{name} from step {}", simulation.steps());
        }
    }
}

#[test]
fn the_state_at_a_step_is_the_state_it_was_in() {
    for (name, text) in scripts() {
        let recording = run(&name, &text);
        let program = program(&name, &text);
        let mut simulation = Simulation::new(&spec(&name, &text), &program);
        let stride = recording.steps() / 25 + 1;
        for step in (0..recording.steps()).step_by(stride as usize) {
            simulation.run_to(step, &mut Unrecorded);
            assert_eq!(
                recording.state_at(step).fingerprint(),
                simulation.fingerprint(),
                "{name}, step {step}"
            );
            assert_eq!(simulation.steps(), step, "{name}");
        }
    }
}

#[test]
fn records_belong_to_their_steps_and_causes_come_first() {
    for (name, text) in scripts() {
        let recording = run(&name, &text);
        let mut next = 0;
        for step in 0..recording.steps() {
            let info = recording.step(step).expect("a step");
            assert_eq!(info.first, next, "{name}");
            assert!(info.end > info.first, "{name}: step {step} is empty");
            next = info.end;
            for record in recording.records(info.first..info.end) {
                assert_eq!(record.step, step, "{name}");
                assert_eq!(record.time, info.time, "{name}");
                assert!(record.cause.is_none_or(|cause| cause < record.number), "{name}: {record:?}");
            }
        }
        assert_eq!(next, recording.len(), "{name}");
    }
}

#[track_caller]
fn outcome(text: &str, limits: Limits) -> Outcome {
    let spec = RunSpec { limits, ..RunSpec::of(text) };
    let recording = Run::new(Arc::new(spec), program("limits", text)).finish();
    *recording.outcome().expect("an outcome")
}

#[test]
fn each_budget_stops_what_it_is_for() {
    use warren::sim::Limit;
    let limits = Limits::default();
    let reached = Outcome::LimitReached;
    assert_eq!(outcome("client c { while true { let x = 1 } }", limits), reached(Limit::Records));
    assert_eq!(outcome("client c { while true { } }", limits), reached(Limit::Fuel));
    let few = Limits { instant_steps: 10_000, ..limits };
    assert_eq!(outcome("client c { while true { wait 0s } }", few), reached(Limit::InstantSteps));
    assert_eq!(
        outcome("client c { every 1us { } }", Limits { steps: 10_000, ..limits }),
        reached(Limit::Steps)
    );
    assert_eq!(outcome("client c { every 1h { print 1 } }", limits), reached(Limit::Time));
    let grows = "queue q\nclient c { while true { publish \"0123456789\" to default key \"q\"; wait 1ms } }";
    assert_eq!(outcome(grows, Limits { memory: 1 << 20, ..limits }), reached(Limit::Memory));
    assert_eq!(outcome("client c { while true { wait 1s } }\nrun for 10s", limits), Outcome::RunForReached);
    assert_eq!(outcome("client c { print 1 }", limits), Outcome::Finished);
}

#[test]
fn doubling_a_text_ends_in_an_error_that_can_be_caught() {
    let text = "client c { let s = \"x\"\n repeat 60 { s = \"{s}{s}\" } }";
    let recording = run("doubling", text);
    assert_eq!(recording.outcome(), Some(&Outcome::Finished));
    let caught = "client c { let s = \"x\"\n try { repeat 60 { s = \"{s}{s}\" } } catch error { print error.text } }\n\
                  expect printed(c) in order [\"a text is at most 1 MiB long\"]";
    assert!(run("caught", caught).checks()[0].has_held());
}
