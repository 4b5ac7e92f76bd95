//! The engine: a sliced run is the same run, runs are stopped and dropped, old ones give way.

#[path = "inspect/asked.rs"]
#[allow(dead_code, reason = "shared with the tests of the inspectors")]
mod asked;

use asked::spec;
use warren::engine::Engine;
use warren::engine::protocol::{Answer, FromWorker, Help, HelpOn, Question, RunId, ToWorker, What};
use warren::inspect::view::{Severity, Summary};

const TASKS: &str = r#"queue tasks
publisher boss starts at 100ms { for i in 1..200 { publish "task {i}" to default key "tasks"; wait 1ms } }
consumer worker times 3 { prefetch 2; consume tasks { wait 5ms..20ms; ack } }
at 200ms crash worker[2]
always unacked(tasks) <= 6
expect acked(worker) == 200
"#;

/// Ends only at a budget.
const ENDLESS: &str = r#"queue ticks
client clock { every 1ms { publish "tick" to default key "ticks" } }
consumer listener { consume ticks no_ack }
"#;

fn run(source: &str, slice: u32) -> (Engine, Summary) {
    let mut engine = Engine::new();
    assert_eq!(engine.begin(1, &spec(source)), Ok(()), "{:#?}", engine.problems(source));
    while engine.work(slice).more {}
    let summary = engine.summary(1).expect("the run is known");
    (engine, summary)
}

fn ask(engine: &mut Engine, run: RunId, step: u64, what: What) -> Answer {
    engine.ask(&Question { id: 0, run, step, what })
}

#[test]
fn a_sliced_run_is_the_whole_run() {
    let (_, whole) = run(TASKS, u32::MAX);
    assert!(whole.done && !whole.limited, "{}", whole.outcome);
    for slice in [1, 7, 1_000] {
        let (_, sliced) = run(TASKS, slice);
        assert_eq!(sliced, whole, "in slices of {slice}");
    }
}

#[test]
fn questions_between_slices_change_nothing() {
    let (_, whole) = run(TASKS, u32::MAX);
    let mut engine = Engine::new();
    engine.begin(1, &spec(TASKS)).expect("it runs");
    let mut step = 0;
    while engine.work(50).more {
        step += 17;
        for what in [What::Queues, What::Topology, What::Checks, What::Moment] {
            assert_ne!(ask(&mut engine, 1, step, what), Answer::Gone);
        }
    }
    assert_eq!(engine.summary(1), Some(whole));
}

#[test]
fn the_state_at_a_moment_is_the_same_from_either_side() {
    let (mut engine, summary) = run(TASKS, u32::MAX);
    let steps: Vec<u64> = (0..=summary.steps).step_by(97).collect();
    let forwards: Vec<Answer> = steps.iter().map(|step| ask(&mut engine, 1, *step, What::Queues)).collect();
    let mut backwards: Vec<Answer> =
        steps.iter().rev().map(|step| ask(&mut engine, 1, *step, What::Queues)).collect();
    backwards.reverse();
    assert!(forwards == backwards, "the cursor moved forward shows what a checkpoint run forward shows");
}

/// Long enough that stones lie on the way.
#[test]
fn moments_are_the_same_in_whatever_order_they_are_asked_for() {
    let ordered: Vec<u64> = (0..40).map(|at| at * 499).collect();
    let mut scrambled = ordered.clone();
    scrambled.sort_by_key(|step| step * 7_919 % 1_009);
    let mut answers: Vec<Vec<(u64, Answer)>> = [ordered, scrambled]
        .into_iter()
        .map(|steps| {
            let mut engine = Engine::new();
            let mut spec = spec(ENDLESS);
            spec.limits.steps = 20_000;
            engine.begin(1, &spec).expect("it runs");
            while engine.work(1_000).more {}
            steps.into_iter().map(|step| (step, ask(&mut engine, 1, step, What::Queues))).collect()
        })
        .collect();
    answers[1].sort_by_key(|(step, _)| *step);
    assert!(answers[0] == answers[1]);
}

#[test]
fn a_stopped_run_keeps_what_there_is() {
    let mut engine = Engine::new();
    engine.begin(1, &spec(ENDLESS)).expect("it runs");
    assert!(engine.work(5_000).more);
    let Some(FromWorker::Progress { run: 1, summary }) = engine.tell(ToWorker::Stop { run: 1 }, "") else {
        panic!("a stop is answered by how far it came")
    };
    assert!(summary.done && summary.steps > 0);
    assert!(summary.outcome.starts_with("stopped by hand at "), "{}", summary.outcome);
    assert!(!engine.work(5_000).more, "nothing is left to do");
    assert_ne!(ask(&mut engine, 1, summary.steps, What::Queues), Answer::Gone);
}

#[test]
fn a_run_ends_at_its_limits_and_says_which() {
    let mut engine = Engine::new();
    let mut spec = spec(ENDLESS);
    spec.limits.steps = 3_000;
    engine.begin(1, &spec).expect("it runs");
    while engine.work(1_000).more {}
    let summary = engine.summary(1).expect("the run is known");
    assert!(summary.limited && summary.done);
    assert!(summary.outcome.contains("the budget of steps is used up"), "{}", summary.outcome);
}

#[test]
fn a_dropped_run_is_gone() {
    let (mut engine, _) = run(TASKS, u32::MAX);
    assert_eq!(engine.tell(ToWorker::Drop { run: 1 }, ""), None);
    assert_eq!(ask(&mut engine, 1, 0, What::Moment), Answer::Gone);
}

#[test]
fn of_three_runs_the_oldest_goes() {
    let mut engine = Engine::new();
    for number in 1..=3 {
        engine.begin(number, &spec("queue q")).expect("it runs");
        while engine.work(100).more {}
    }
    assert_eq!(ask(&mut engine, 1, 0, What::Moment), Answer::Gone);
    assert_ne!(ask(&mut engine, 2, 0, What::Moment), Answer::Gone);
    assert_ne!(ask(&mut engine, 3, 0, What::Moment), Answer::Gone);
}

#[test]
fn a_text_with_errors_is_refused_and_says_why() {
    let mut engine = Engine::new();
    let text = "queue q\nconsumer c { consume q { ack ack } }".to_owned();
    let Some(FromWorker::Problems { edit: 4, problems }) =
        engine.tell(ToWorker::Edit { edit: 4, text: text.clone() }, "")
    else {
        panic!("an edit is answered by its problems")
    };
    let error = problems.iter().find(|problem| problem.severity == Severity::Error).expect("there is one");
    assert_eq!(error.line_column.0, 2);
    let refused = engine.tell(ToWorker::Run { run: 1, spec: spec(&text) }, "");
    assert_eq!(refused, Some(FromWorker::Refused { run: 1, why: "the script has errors".to_owned() }));
}

#[test]
fn an_unknown_version_is_refused() {
    let mut engine = Engine::new();
    let mut spec = spec("queue q");
    spec.broker = "2.8".to_owned();
    let why = engine.begin(1, &spec).expect_err("nobody recorded that one");
    assert!(why.contains("2.8") && why.contains("4.3"), "{why}");
}

#[test]
fn spans_count_in_the_editors_units_too() {
    let engine = Engine::new();
    // 🐇 is four bytes, two units, one character.
    let problems = engine.problems("# 🐇\nqueue q durabel");
    let problem = problems.first().expect("durabel is no option");
    assert_eq!(problem.line_column, (2, 9));
    assert_eq!(problem.utf16.0 + 2, problem.span.start);
}

#[test]
fn the_worker_answers_to_its_build_and_to_pings() {
    let mut engine = Engine::new();
    let hello = engine.tell(ToWorker::Hello { build: "theirs".to_owned() }, "ours");
    assert_eq!(hello, Some(FromWorker::Hello { build: "ours".to_owned() }));
    assert_eq!(engine.tell(ToWorker::Ping(9), ""), Some(FromWorker::Pong(9)));
}

/// What the editor is told of a place; the rabbit and the é before it count as UTF-16 has them.
fn told(at: &str, what: HelpOn) -> Option<Help> {
    const TEXT: &str = "# 🐇 é\nqueue tasks durable\nconsumer c {\n  consume tasks { ack }\n}";
    let place = TEXT.find(at).expect("it is in the text");
    let at = TEXT.get(..place).expect("a boundary").encode_utf16().count() as u32;
    let message = ToWorker::Help { id: 7, text: TEXT.to_owned(), at, what };
    let Some(FromWorker::Helped { id: 7, help }) = Engine::new().tell(message, "1") else {
        panic!("not what was asked")
    };
    help
}

#[test]
fn places_of_a_text_are_told_in_the_editors_units() {
    let name = told("tasks durable", HelpOn::Name).expect("a name");
    assert_eq!((name.from, name.to, &*name.title, &*name.text), (13, 18, "queue", "tasks"));
    let places: Vec<_> = name.places.iter().map(|p| (p.from, p.to, p.line, p.declares, &*p.text)).collect();
    let expected = [(13, 18, 2, true, "queue tasks durable"), (50, 55, 4, false, "consume tasks { ack }")];
    assert_eq!(places, expected);

    let edits = told("tasks {", HelpOn::Rename("work".to_owned())).expect("an answer");
    let edits: Vec<_> = edits.places.iter().map(|edit| (edit.from, edit.to, &*edit.text)).collect();
    assert_eq!(edits, [(13, 18, "work"), (50, 55, "work")]);
    let refused = told("tasks {", HelpOn::Rename("tasks".to_owned())).expect("an answer");
    assert_eq!((refused.places.len(), &*refused.text), (0, "it is called `tasks` already"));

    let folds = told("#", HelpOn::Folds).expect("an answer").places;
    assert_eq!(folds.iter().map(|fold| (fold.from, fold.to)).collect::<Vec<_>>(), [(39, 64)]);
    let outline = told("#", HelpOn::Outline).expect("an answer").places;
    let outline: Vec<_> = outline.iter().map(|entry| (entry.line, entry.depth, &*entry.text)).collect();
    assert_eq!(outline, [(2, 0, "queue tasks durable"), (3, 0, "consumer c"), (4, 1, "consume tasks")]);

    let signature = told("durable", HelpOn::Signature).expect("a signature");
    assert_eq!((signature.from, &*signature.title), (7, "queue NAME [as VARIABLE]"));
    assert!(signature.options.iter().any(|option| option.text == "durable" && !option.is_used));
    assert_eq!(told("durable", HelpOn::Name), None);
}
