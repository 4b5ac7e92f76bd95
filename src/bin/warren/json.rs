//! `warren run --json`: the recording as one document, written as it is read, since a run may have millions of records.
//!
//! Its shape is part of the command line: fields may be added, none changes its meaning.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::{Map, Value, json};
use warren::inspect::{self, view::Thing};
use warren::sim::{Record, Recording};
use warren::text::{LineIndex, Span};

use super::outcome::{end_of, errors, printed};

/// A recording that is written as JSON.
pub struct Document<'a> {
    recording: &'a Recording,
    lines: LineIndex,
}

impl<'a> Document<'a> {
    pub fn new(recording: &'a Recording) -> Self {
        Self { recording, lines: LineIndex::new(&recording.spec().source) }
    }

    fn line(&self, span: Span) -> u32 {
        self.lines.line_column(&self.recording.spec().source, span.start).line
    }

    fn checks(&self) -> Vec<Value> {
        let (recording, text) = (self.recording, &self.recording.spec().source);
        let told = recording.checks().iter().filter_map(|result| {
            let check = recording.program().checks.get(result.check as usize)?;
            Some(json!({
                "line": self.line(check.span),
                "text": check.span.of(text).trim(),
                "state": format!("{:?}", result.state).to_lowercase(),
                "time_us": result.moment.map(|(_, time)| time.0),
                "step": result.moment.map(|(step, _)| step),
                "problem": result.problem.as_deref(),
            }))
        });
        told.collect()
    }

    fn findings(&self) -> Vec<Value> {
        let told = inspect::findings(self.recording);
        let told = told.iter().map(|finding| {
            json!({
                "code": finding.code,
                "message": finding.message,
                "help": finding.help,
                "count": finding.count,
                "step": finding.moment.0,
                "time_us": finding.moment.1,
                "line": finding.span.map(|span| self.line(span)),
            })
        });
        told.collect()
    }

    fn queues(&self) -> Vec<Value> {
        let end = self.recording.state_at(self.recording.steps());
        let told = end.broker().view().queues().map(|queue| {
            json!({
                "vhost": &*queue.vhost, "name": &*queue.name, "ready": queue.ready, "unacked": queue.unacked,
                "consumers": queue.consumer_count,
            })
        });
        told.collect()
    }

    /// One record: what happened, in words and in numbers. What a record has nothing of is left out.
    fn event(&self, record: &Record) -> Value {
        let recording = self.recording;
        let mut event = Map::new();
        let mut put = |name: &str, value: Value| event.insert(name.to_owned(), value);
        put("record", record.number.into());
        put("step", record.step.into());
        put("time_us", record.time.0.into());
        put("kind", record.kind.word().into());
        put("who", recording.actors().get(usize::from(record.actor)).map_or("", |info| &*info.name).into());
        if let Some(cause) = record.cause {
            put("cause", cause.into());
        }
        if let Some(tag) = record.tag() {
            put("tag", tag.tag.into());
        }
        if let Some(info) = record.message().and_then(|id| recording.tables().messages.at(id.0)) {
            put("body", String::from_utf8_lossy(&info.message.body).into());
            put("routing_key", (&**info.message.routing_key()).into());
        }
        if let Some(info) = record.binding().and_then(|id| recording.tables().bindings.at(id.0)) {
            let (source, to) = (&*info.source, &*info.destination);
            put("binding", json!({ "source": source, "destination": to, "key": &*info.key }));
        }
        if let Some(said) = inspect::told(recording, record) {
            put("text", said.text.into());
            if let Some(message) = said.message {
                put("message", json!({ "client": message.client, "ordinal": message.ordinal }));
            }
            for thing in said.things {
                match thing {
                    Thing::Queue(vhost, name) => put("queue", json!({ "vhost": vhost, "name": name })),
                    Thing::Exchange(vhost, name) => put("exchange", json!({ "vhost": vhost, "name": name })),
                    Thing::Client(_) | Thing::Message(_) => None,
                };
            }
        }
        if let Some(span) = recording.span_of(record) {
            put("line", self.line(span).into());
        }
        Value::Object(event)
    }
}

impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let recording = self.recording;
        let line = |(time, who, text): (warren::amqp::SimTime, &str, String)| json!({ "time_us": time.0, "who": who, "text": text });
        let said = printed(recording).map(|(time, who, text)| line((time, who, text.to_owned())));
        let end = recording.state_at(recording.steps());
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("broker", end.broker().config().profile.version.name())?;
        map.serialize_entry("seed", &recording.spec().seed)?;
        map.serialize_entry("outcome", &end_of(recording))?;
        map.serialize_entry("end_us", &recording.end_time().0)?;
        map.serialize_entry("steps", &recording.steps())?;
        map.serialize_entry("records", &recording.len())?;
        map.serialize_entry("hash", &format!("{:032x}", recording.hash()))?;
        map.serialize_entry("printed", &said.collect::<Vec<_>>())?;
        map.serialize_entry("errors", &errors(recording).map(line).collect::<Vec<_>>())?;
        map.serialize_entry("checks", &self.checks())?;
        map.serialize_entry("findings", &self.findings())?;
        map.serialize_entry("queues", &self.queues())?;
        map.serialize_entry("events", &Events(self))?;
        map.end()
    }
}

struct Events<'a>(&'a Document<'a>);

impl Serialize for Events<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let recording = self.0.recording;
        serializer.collect_seq(recording.records(0..recording.len()).map(|record| self.0.event(&record)))
    }
}
