//! What a run of a row's script did, in the form in which the rows say it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use warren::amqp::SimTime;
use warren::broker::{BindingView, Destination, Version, View};
use warren::script::analyse;
use warren::sim::record::{Record, RecordKind, Recording};
use warren::sim::{Outcome, Run, RunSpec};

use super::row::{Queue, Row};

/// The version that the rows were recorded on.
const RECORDED_ON: Version = Version::V3_10;

/// What was seen in a run.
#[derive(Default)]
pub struct Seen {
    printed: BTreeMap<String, Vec<String>>,
    delivered: BTreeMap<String, Vec<(String, bool)>>,
    errors: BTreeMap<String, Vec<(u64, String)>>,
    /// The state at each moment of the row.
    pub moments: Vec<State>,
    /// Ready bodies at the end, by queue.
    pub ready: BTreeMap<String, Vec<String>>,
}

/// The broker at a moment.
pub struct State {
    /// All queues.
    pub queues: Vec<Queue>,
    /// All exchanges that it does not have by itself: name and type.
    pub exchanges: Vec<(String, String)>,
    /// All bindings but those of the default exchange: exchange, queue, key.
    pub bindings: Vec<(String, String, String)>,
}

impl Seen {
    /// What a client printed.
    pub fn printed(&self, client: &str) -> Vec<String> {
        self.printed.get(client).cloned().unwrap_or_default()
    }

    /// What the broker sent a client, and whether as redelivered.
    pub fn delivered(&self, client: &str) -> Vec<(String, bool)> {
        self.delivered.get(client).cloned().unwrap_or_default()
    }

    /// The closes that a client was sent.
    pub fn errors(&self, client: &str) -> Vec<String> {
        self.errors.get(client).into_iter().flatten().map(|(_, close)| close.clone()).collect()
    }

    /// When it was sent them, in milliseconds.
    pub fn error_times(&self, client: &str) -> Vec<u64> {
        self.errors.get(client).into_iter().flatten().map(|(at, _)| at / 1000).collect()
    }
}

/// Carries the row's script out, as on the recorded version.
pub fn run(row: &Row) -> Result<Seen, String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/examples").join(&row.script);
    let source = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", row.script))?;
    let program = analyse(&source).program.ok_or_else(|| format!("{} has errors", row.script))?;
    let spec = RunSpec { broker: RECORDED_ON, ..RunSpec::of(&source) };
    let recording = Run::new(Arc::new(spec), program).finish();
    if recording.outcome() != Some(&Outcome::Finished) {
        return Err(format!("{} ended with {:?}", row.script, recording.outcome()));
    }
    Ok(see(&recording, row))
}

fn see(recording: &Recording, row: &Row) -> Seen {
    let mut seen = Seen::default();
    let window = row.window_ms.map_or(0..u64::MAX, |(from, to)| from * 1000..to * 1000);
    let all = recording.records(0..recording.len());
    for record in all.filter(|record| window.contains(&record.time.0)) {
        see_record(recording, &record, &mut seen);
    }
    for moment in &row.moments {
        let steps = recording.steps_until(SimTime(moment.at_ms * 1000));
        let simulation = recording.state_at(steps);
        let view = simulation.broker().view();
        seen.moments.push(State {
            queues: queues(view),
            exchanges: exchanges(view),
            bindings: bindings(view),
        });
    }
    let end = recording.state_at(recording.steps());
    let view = end.broker().view();
    for queue in view.queues() {
        let bodies = view.ready(queue.id).filter_map(|copy| view.message(copy.message));
        seen.ready.insert(queue.name.to_string(), bodies.map(|message| text(&message.body)).collect());
    }
    seen
}

fn see_record(recording: &Recording, record: &Record, seen: &mut Seen) {
    let tables = recording.tables();
    let Some(actor) = recording.actors().get(usize::from(record.actor)) else { return };
    let name = actor.name.to_string();
    match record.kind {
        RecordKind::Printed => {
            let line = record.text().and_then(|text| tables.texts.get(text));
            seen.printed.entry(name).or_default().extend(line.map(|line| nameless(&line.text)));
        }
        RecordKind::Delivered => {
            let message = record.message().and_then(|id| tables.messages.get(id.0)?.as_ref());
            let redelivered = record.tag().is_some_and(|tag| tag.flag);
            let delivery = message.map(|info| (text(&info.message.body), redelivered));
            seen.delivered.entry(name).or_default().extend(delivery);
        }
        RecordKind::Excepted => {
            let error = record.error().and_then(|error| tables.errors.get(error));
            let close =
                error.map(|error| (record.time.0, format!("{} {}", error.code, nameless(&error.text))));
            seen.errors.entry(name).or_default().extend(close);
        }
        RecordKind::OperatorRefused => {
            let why = record.text().and_then(|text| tables.texts.get(text));
            seen.errors.entry(name).or_default().extend(why.map(|why| (record.time.0, why.text.to_string())));
        }
        _ => {}
    }
}

/// As `rabbitmqctl list_queues`, in order of name and counts.
fn queues(view: View<'_>) -> Vec<Queue> {
    let line = |queue: warren::broker::QueueView| Queue {
        name: nameless(&queue.name),
        ready: queue.ready,
        unacked: queue.unacked,
        consumers: queue.consumer_count,
        durable: queue.durable,
        auto_delete: queue.auto_delete,
    };
    let mut queues: Vec<_> = view.queues().map(line).collect();
    queues.sort();
    queues
}

/// As `rabbitmqctl list_exchanges`, without those the broker has by itself.
fn exchanges(view: View<'_>) -> Vec<(String, String)> {
    let made =
        view.exchanges().filter(|exchange| !exchange.name.is_empty() && !exchange.name.starts_with("amq."));
    let mut exchanges: Vec<_> =
        made.map(|exchange| (exchange.name.to_string(), exchange.kind.to_string())).collect();
    exchanges.sort();
    exchanges
}

/// As `rabbitmqctl list_bindings`, without those of the default exchange.
fn bindings(view: View<'_>) -> Vec<(String, String, String)> {
    let line = |binding: BindingView| {
        let Destination::Queue(queue) = binding.destination else { return None };
        let source = view.exchange(binding.source)?;
        let key = if *source.kind == *"fanout" { String::new() } else { binding.key.to_string() };
        Some((source.name.to_string(), nameless(view.queue_name(queue)?), key))
    };
    let mut bindings: Vec<_> = view.bindings().filter_map(line).collect();
    bindings.sort();
    bindings
}

fn text(body: &[u8]) -> String {
    String::from_utf8_lossy(body).into_owned()
}

/// A generated name differs from run to run in the recordings, so its own part is left out.
fn nameless(text: &str) -> String {
    const GENERATED: &str = "amq.gen-";
    let mut parts = text.split(GENERATED);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_');
        out.push_str(GENERATED);
        out.push('*');
        out.push_str(rest);
    }
    out
}
