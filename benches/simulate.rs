//! What a simulated message costs with a full recording, what a checkpoint of a long queue costs, what the broker's
//! work costs by itself, and what an edit of a script costs.
//!
//! Prints lines `peer,workload,n,metric,value`, as benches/peers do, so that both stand in one table. Minimum of
//! several rounds of CPU time where the system tells it, else of wall time; nothing here can fail for being slow.
//! Compiled to wasm, it runs in a page (benches/browser.mjs).

#![allow(missing_docs, reason = "a program of its own")]

use std::hint::black_box;
use std::sync::Arc;

use warren::amqp::{SimDuration, SimTime};
use warren::inspect::{Findings, Index};
use warren::script::analyse;
use warren::script::program::Program;
use warren::sim::record::BLOCK_RECORDS;
use warren::sim::{Class, Outcome, Run, RunSpec, Schedule};

use host::{best, clock, measures, memory, row};

#[path = "simulate/host.rs"]
mod host;
#[path = "simulate/language.rs"]
mod language;
#[path = "simulate/node.rs"]
mod node;
#[path = "simulate/program.rs"]
mod program;
#[path = "simulate/scripts.rs"]
mod scripts;
#[path = "simulate/topics.rs"]
mod topics;
// The peers' workload, word for word.
#[allow(clippy::all, dead_code)]
#[path = "peers/kernel/src/rng.rs"]
mod rng;
#[allow(clippy::all, dead_code)]
#[path = "peers/kernel/src/workload.rs"]
mod workload;

fn main() {
    let full = measures();
    let scale = if full { 1 } else { 1_000 };
    // `cargo bench --bench simulate -- direct` measures only that.
    let only = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let is_wanted = |name: &str| only.as_ref().is_none_or(|only| name.starts_with(only.as_str()));
    let messages = 300_000 / scale;
    for (workload, queues) in [("direct-1q", 1), ("fanout-10q", 10)] {
        for (ack, acks_each) in [("", true), ("-multiack", false)] {
            let (workload, messages) = (format!("{workload}{ack}"), messages / queues);
            if is_wanted(&workload) {
                simulate(&workload, messages, &scripts::deliveries(messages, queues, acks_each), full);
            }
        }
    }
    if is_wanted("fanout-10c") {
        simulate("fanout-10c", messages / 10, &scripts::deliveries_to_clients(messages / 10, 10), full);
    }
    if is_wanted("topic-1000b-10q") {
        simulate("topic-1000b-10q", messages, &scripts::topic(messages), full);
    }
    if is_wanted("mm1") {
        let nanos = simulate("mm1", messages, &scripts::one_server(messages), full);
        // Publish, deliver, ack.
        row("mm1", messages, "ns_per_event", nanos / f64::from(3 * messages));
        program::rows(messages, full);
    }
    if is_wanted("hold") {
        hold(100_000 / scale, full);
    }
    if is_wanted("timers") {
        timers(100_000 / scale, full);
    }
    if is_wanted("loop") {
        loops("requeue-loop", "queue q", "nack requeue", 600_000 / scale, full);
        let circle = "queue q dead_letter_exchange default dead_letter_routing_key \"q\"";
        loops("dead-letter-loop", circle, "nack", 600_000 / scale, full);
    }
    if is_wanted("long-queue") {
        long_queue(1_000_000 / scale, full);
    }
    if is_wanted("node") {
        node::rows(scale, full);
    }
    if is_wanted("topic") {
        topics::rows(scale, full);
    }
    if is_wanted("language") {
        language::rows(scale, full);
    }
}

/// A run recorded in full: nanoseconds of the fastest round.
fn simulate(workload: &str, messages: u32, source: &str, full: bool) -> f64 {
    let (spec, program) = prepared(source);
    let mut recording = None;
    let before = memory();
    let first = Run::new(spec.clone(), program.clone()).finish();
    let used = memory() - before;
    row(workload, messages, "memory_bytes_per_record", used / f64::from(first.len()));
    drop(first);
    let nanos = best(full, || recording = Some(Run::new(spec.clone(), program.clone()).finish()));
    let Some(recording) = recording else { return nanos };
    row(
        workload,
        messages,
        "outcome_is_whole",
        f64::from(u8::from(recording.outcome() == Some(&Outcome::Finished))),
    );
    row(workload, messages, "published_per_s", f64::from(messages) / nanos * 1e9);
    row(workload, messages, "ns_per_record", nanos / f64::from(recording.len()));
    row(workload, messages, "records_per_message", f64::from(recording.len()) / f64::from(messages));
    let per_record = |nanos: f64| nanos / f64::from(recording.len());
    let index = || {
        let mut index = Index::new(&recording);
        index.extend(&recording);
        drop(black_box(index));
    };
    row(workload, messages, "index_ns_per_record", per_record(best(full, index)));
    let findings = || {
        let mut findings = Findings::default();
        findings.extend(&recording);
        drop(black_box(findings));
    };
    row(workload, messages, "findings_ns_per_record", per_record(best(full, findings)));
    let columns: usize = recording.blocks().len() * BLOCK_RECORDS as usize * 24;
    row(workload, messages, "column_bytes_per_record", columns as f64 / f64::from(recording.len()));
    nanos
}

fn prepared(source: &str) -> (Arc<RunSpec>, Arc<Program>) {
    let analysis = analyse(source);
    let Some(program) = analysis.program else { panic!("{:?}", analysis.diagnostics) };
    (Arc::new(RunSpec::of(source)), program)
}

/// The event queue by itself, as the peers' kernel asks theirs: so many events pending, the next one taken, another put in
/// at an exponential distance.
fn hold(pending: u32, full: bool) {
    let steps = 10 * pending;
    let nanos = [0, steps].map(|steps| {
        best(full, || {
            let (mut schedule, mut chance) = (Schedule::default(), rng::Rng(7));
            let mut after = || SimDuration((chance.exp(1.0) * 1e6) as u64);
            for event in 0..pending {
                schedule.push(SimTime::ZERO + after(), Class::Client, event);
            }
            for _ in 0..steps {
                let Some(next) = schedule.pop() else { break };
                schedule.push(next.time + after(), Class::Client, next.event);
            }
            drop(black_box(schedule));
        })
    });
    row("hold", pending, "ns_per_event", (nanos[1] - nanos[0]) / f64::from(steps));
}

/// So many timers at a time, each set again when it rings: what one more ring costs.
fn timers(pending: u32, full: bool) {
    let nanos = [2, 7].map(|seconds| {
        let (spec, program) = prepared(&scripts::timers(pending, seconds));
        best(full, || drop(Run::new(spec.clone(), program.clone()).finish()))
    });
    // Periods from 500 to 1500 ms by chance: on average ln 3 rings a second.
    row("timers", pending, "ns_per_timer", (nanos[1] - nanos[0]) / (5.0 * 1.0986 * f64::from(pending)));
}

/// One message that goes round until the recording is full.
fn loops(workload: &str, queue: &str, settle: &str, records: u32, full: bool) {
    let source = format!(
        "limits events {records} memory 400MB\n{queue}\npublish \"x\" to default key \"q\"\n\
         consumer c {{ prefetch 1; consume q {{ {settle} }} }}\n"
    );
    let (spec, program) = prepared(&source);
    let mut made = 0;
    let nanos = best(full, || made = Run::new(spec.clone(), program.clone()).finish().len());
    row(workload, records, "ns_per_record", nanos / f64::from(made));
}

/// A million ready messages: a checkpoint, one more publish, a checkpoint.
fn long_queue(messages: u32, full: bool) {
    let mut node = node::Node::new();
    node.declare("q");
    let publish = node::publish("", "q");
    let (start, before) = (clock(), memory());
    for _ in 0..messages {
        node.method(publish.clone());
    }
    row("long-queue", messages, "enqueue_ns", (clock() - start) / f64::from(messages));
    row("long-queue", messages, "memory_bytes_per_message", (memory() - before) / f64::from(messages));
    row("long-queue", messages, "checkpoint_us", best(full, || drop(black_box(node.broker.clone()))) / 1e3);
    let nanos = best(full, || {
        let before = node.broker.clone();
        node.method(publish.clone());
        let after = node.broker.clone();
        drop(black_box((before, after)));
    });
    row("long-queue", messages, "checkpoint_step_checkpoint_us", nanos / 1e3);
}
