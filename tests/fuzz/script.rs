//! What the language must stand: shared by the fuzzer and by the test that runs what it found.

use std::sync::Arc;

use warren::amqp::SimDuration;
use warren::script::highlight::highlight;
use warren::script::{analyse, format, render};
use warren::sim::{Limits, Run, RunSpec};
use warren::text::Span;

/// Steps that a script may take.
const STEPS: u32 = 2_000;

/// Panics if the text breaks something.
pub fn try_text(text: &str) {
    let is_of_it = |span: Span| text.get(span.start as usize..span.end as usize).is_some();
    for (span, tag) in highlight(text) {
        assert!(is_of_it(span), "{tag:?} at {span:?}");
    }
    let analysis = analyse(text);
    for diagnostic in &analysis.diagnostics {
        let places = diagnostic.secondary.iter().chain([&diagnostic.primary]);
        assert!(places.map(|label| label.span).all(is_of_it), "{diagnostic:?}");
        assert!(
            diagnostic.fix.as_ref().is_none_or(|fix| fix.edits.iter().all(|edit| is_of_it(edit.span))),
            "{diagnostic:?}"
        );
    }
    let first = &analysis.diagnostics[..analysis.diagnostics.len().min(20)];
    render(first, "any.warren", text);
    if let Ok(laid_out) = format(text) {
        assert_eq!(format(&laid_out).as_deref().ok(), Some(&*laid_out), "laid out twice");
        assert_eq!(analyse(&laid_out).program.is_some(), analysis.program.is_some(), "{laid_out}");
    }
    let Some(program) = analysis.program else { return };
    let limits = Limits {
        steps: STEPS,
        records: 20_000,
        instant_steps: STEPS,
        memory: 4 << 20,
        fuel: 50_000,
        time: SimDuration::secs(3_600),
    };
    let mut run = Run::new(Arc::new(RunSpec { limits, ..RunSpec::of(text) }), program);
    let mut pulls = 0;
    while !run.work(500).is_finished {
        pulls += 500;
        assert!(pulls <= STEPS * 10, "it ends: {:?}", run.progress());
    }
    assert!(run.progress().steps <= STEPS + 1, "{:?}", run.progress());
}
