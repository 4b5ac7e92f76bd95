//! What a simulated message costs with a full recording, and what a checkpoint of a long queue costs.
//!
//! Prints lines `peer,workload,n,metric,value`, as benches/peers do, so that both stand in one table. Minimum of
//! several rounds of wall time; nothing here can fail for being slow.

#![expect(clippy::disallowed_types, reason = "a benchmark is what a clock is for")]
#![allow(missing_docs, reason = "a program of its own")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use warren::amqp::{ConnectionId, FieldTable, Method, Open, Properties, SimTime, Template, name};
use warren::broker::{Broker, BrokerConfig, Command, Discard, Version};
use warren::script::analyse;
use warren::sim::{Purpose, Run, RunSpec, Stream};

const ROUNDS: u32 = 5;

fn main() {
    // `cargo test --benches` runs this too: one small round shows that it works.
    let full = std::env::args().any(|argument| argument == "--bench");
    let scale = if full { 1 } else { 1_000 };
    simulate("direct-1q", 300_000 / scale, 1, full);
    simulate("fanout-10q", 30_000 / scale, 10, full);
    long_queue(1_000_000 / scale, full);
}

fn row(workload: &str, n: u32, metric: &str, value: f64) {
    println!("warren,{workload},{n},{metric},{value:.3}");
}

/// Nanoseconds of the fastest round.
fn best(full: bool, mut work: impl FnMut()) -> f64 {
    let mut least = f64::MAX;
    for _ in 0..if full { ROUNDS } else { 1 } {
        let start = Instant::now();
        work();
        least = least.min(start.elapsed().as_nanos() as f64);
    }
    least
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
    let nanos = best(full, || recording = Some(Run::new(spec.clone(), program.clone()).finish()));
    let Some(recording) = recording else { return };
    row(workload, messages, "outcome_is_whole", f64::from(u8::from(recording.outcome().is_some())));
    row(workload, messages, "published_per_s", f64::from(messages) / nanos * 1e9);
    row(workload, messages, "ns_per_record", nanos / f64::from(recording.len()));
    row(workload, messages, "records_per_message", f64::from(recording.len()) / f64::from(messages));
    let columns: usize = recording.blocks().len() * 65_536 * 23;
    row(workload, messages, "column_bytes_per_record", columns as f64 / f64::from(recording.len()));
}

/// A million ready messages: a checkpoint, one more publish, a checkpoint.
fn long_queue(messages: u32, full: bool) {
    let mut broker = Broker::new(BrokerConfig::simulation(Version::default(), 1));
    let connection = ConnectionId(1);
    let open = Open {
        user: name("guest"),
        password: None,
        vhost: name("/"),
        capabilities: Default::default(),
        channel_max: None,
        frame_max: None,
        of_operator: false,
    };
    let mut choices = Stream::new(1, Purpose::Broker, 0);
    let mut apply =
        |broker: &mut Broker, command| broker.apply(SimTime::ZERO, command, &mut choices, &mut Discard);
    apply(&mut broker, Command::Connect { connection, open: Arc::new(open) });
    let mut method = |broker: &mut Broker, method| {
        apply(broker, Command::Method { connection, channel: 1, method });
    };
    method(&mut broker, Method::ChannelOpen);
    method(
        &mut broker,
        Method::QueueDeclare {
            queue: name("q"),
            passive: false,
            durable: true,
            exclusive: false,
            auto_delete: false,
            arguments: FieldTable::default(),
        },
    );
    let template = Arc::new(Template {
        exchange: name(""),
        routing_key: name("q"),
        mandatory: false,
        immediate: false,
        properties: Properties::default(),
    });
    let body: Arc<[u8]> = Arc::from(&b"0123456789ab"[..]);
    let publish = || Method::BasicPublish { template: template.clone(), body: body.clone() };
    let start = Instant::now();
    for _ in 0..messages {
        method(&mut broker, publish());
    }
    row("long-queue", messages, "enqueue_ns", start.elapsed().as_nanos() as f64 / f64::from(messages));
    row("long-queue", messages, "checkpoint_us", best(full, || drop(black_box(broker.clone()))) / 1e3);
    let nanos = best(full, || {
        let before = broker.clone();
        method(&mut broker, publish());
        let after = broker.clone();
        drop(black_box((before, after)));
    });
    row("long-queue", messages, "checkpoint_step_checkpoint_us", nanos / 1e3);
}
