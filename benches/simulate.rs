//! What a simulated message costs with a full recording, what a checkpoint of a long queue costs, what the broker's
//! work costs by itself, and what an edit of a script costs.
//!
//! Prints lines `peer,workload,n,metric,value`, as benches/peers do, so that both stand in one table. Minimum of
//! several rounds of CPU time where the system tells it, else of wall time; nothing here can fail for being slow.
//! Compiled to wasm, it runs in a page (benches/browser.mjs).

#![expect(clippy::disallowed_types, reason = "a benchmark is what a clock is for")]
#![allow(missing_docs, reason = "a program of its own")]

use std::hint::black_box;
use std::sync::Arc;

use warren::script::analyse;
use warren::sim::{Run, RunSpec};

use host::{best, clock, measures, memory, row};

#[path = "simulate/host.rs"]
mod host;
#[path = "simulate/language.rs"]
mod language;
#[path = "simulate/node.rs"]
mod node;
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
    simulate("direct-1q", 300_000 / scale, 1, full);
    simulate("fanout-10q", 30_000 / scale, 10, full);
    loops("requeue-loop", "queue q", "nack requeue", 600_000 / scale, full);
    let circle = "queue q dead_letter_exchange default dead_letter_routing_key \"q\"";
    loops("dead-letter-loop", circle, "nack", 600_000 / scale, full);
    long_queue(1_000_000 / scale, full);
    node::rows(scale, full);
    topics::rows(scale, full);
    language::rows(scale, full);
}

/// Publish, route, deliver, ack over a network, as a script: one publisher, a consumer with prefetch 100 at each
/// queue. benches/browser.mjs runs the same text in Chromium.
fn script(messages: u32, queues: u32) -> String {
    let mut text = String::from("limits events 8000000 memory 400MB\nexchange logs fanout\n");
    for queue in 1..=queues {
        text += &format!("queue q{queue}\nbind q{queue} to logs\n");
        text += &format!("consumer c{queue} {{ prefetch 100; consume q{queue} {{ ack }} }}\n");
    }
    let to = if queues == 1 { "default key \"q1\"" } else { "logs" };
    text += &format!(
        "publisher p starts at 100ms {{ repeat {messages} every 10us {{ publish \"0123456789ab\" to {to} }} }}\n"
    );
    text
}

fn simulate(workload: &str, messages: u32, queues: u32, full: bool) {
    let source = script(messages, queues);
    let analysis = analyse(&source);
    let Some(program) = analysis.program else { panic!("{:?}", analysis.diagnostics) };
    let spec = Arc::new(RunSpec::of(&source));
    let mut recording = None;
    let before = memory();
    let first = Run::new(spec.clone(), program.clone()).finish();
    let used = memory() - before;
    row(workload, messages, "memory_bytes_per_record", used / f64::from(first.len()));
    drop(first);
    let nanos = best(full, || recording = Some(Run::new(spec.clone(), program.clone()).finish()));
    let Some(recording) = recording else { return };
    row(workload, messages, "outcome_is_whole", f64::from(u8::from(recording.outcome().is_some())));
    row(workload, messages, "published_per_s", f64::from(messages) / nanos * 1e9);
    row(workload, messages, "ns_per_record", nanos / f64::from(recording.len()));
    row(workload, messages, "records_per_message", f64::from(recording.len()) / f64::from(messages));
    let columns: usize = recording.blocks().len() * 65_536 * 23;
    row(workload, messages, "column_bytes_per_record", columns as f64 / f64::from(recording.len()));
}

/// One message that goes round until the recording is full.
fn loops(workload: &str, queue: &str, settle: &str, records: u32, full: bool) {
    let source = format!(
        "limits events {records} memory 400MB\n{queue}\npublish \"x\" to default key \"q\"\n\
         consumer c {{ prefetch 1; consume q {{ {settle} }} }}\n"
    );
    let analysis = analyse(&source);
    let Some(program) = analysis.program else { panic!("{:?}", analysis.diagnostics) };
    let spec = Arc::new(RunSpec::of(&source));
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
