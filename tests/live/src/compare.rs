//! Whether both brokers did the same at a step, where the order between queues is nobody's promise.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use warren::conformance::{same, same_state};

/// How the outcomes of a step compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// As a recorded case demands.
    Same,
    /// The same but for the order of things that come from different processes.
    Reordered,
    /// Not the same.
    Different,
}

/// Compares what the real broker did at a step with what ours did.
pub fn compare(step: &Value, real: &Value, ours: &Value) -> Verdict {
    if step["op"] == "broker.inspect" {
        return if same_state(&real["ok"], &ours["ok"]) { Verdict::Same } else { Verdict::Different };
    }
    let (real, ours) = (&on_one_line(real), &on_one_line(ours));
    if same(real, ours) {
        return Verdict::Same;
    }
    if same(&without_order(real), &without_order(ours)) { Verdict::Reordered } else { Verdict::Different }
}

/// Where Erlang breaks a printed term into lines depends on how long the names are, the vhost's among them.
fn on_one_line(value: &Value) -> Value {
    match value {
        Value::String(text) if text.contains(",\n") => {
            let lines: Vec<&str> = text.split('\n').map(str::trim_start).collect();
            json!(lines.concat())
        }
        Value::Array(values) => values.iter().map(on_one_line).collect(),
        Value::Object(object) => {
            object.iter().map(|(key, value)| (key.clone(), on_one_line(value))).collect::<Map<_, _>>().into()
        }
        other => other.clone(),
    }
}

/// Events of a label by where they come from: the deliveries of each consumer in their order, returns in theirs,
/// confirms by tag. Delivery tags only say in which order deliveries came.
fn without_order(outcome: &Value) -> Value {
    let mut outcome = outcome.clone();
    let Some(labels) = outcome.get_mut("events").and_then(Value::as_object_mut) else { return outcome };
    for events in labels.values_mut() {
        let mut groups: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for event in events.as_array().into_iter().flatten() {
            let mut event = event.clone();
            let kind = event["type"].as_str().unwrap_or_default().to_owned();
            let group = match kind.as_str() {
                "deliver" => {
                    event["delivery_tag"] = json!(0);
                    format!("deliver {}", event["consumer_tag"])
                }
                "confirm.ack" | "confirm.nack" => "confirm".to_owned(),
                _ => kind,
            };
            groups.entry(group).or_default().push(event);
        }
        for (group, events) in &mut groups {
            if group == "confirm" || group == "cancel" {
                events.sort_by_key(|event| (event["tag"].as_u64(), event.to_string()));
            }
        }
        let groups: Map<String, Value> =
            groups.into_iter().map(|(group, events)| (group, Value::Array(events))).collect();
        *events = Value::Object(groups);
    }
    outcome
}
