//! The state of a vhost, as `broker.inspect` shows it.

use serde_json::{Value, json};

use crate::broker::{Broker, Destination};

use super::values::arguments_to;

pub(super) fn state(broker: &Broker, vhost: &str) -> Value {
    let view = broker.view();
    let queues: Vec<Value> = view
        .queues()
        .filter(|queue| &*queue.vhost == vhost)
        .map(|queue| {
            json!({
                "name": &*queue.name,
                // RabbitMQ counts the offsets of a stream, the log's own entries among them.
                "ready": queue.stream.map_or(queue.ready, |stream| stream.next - stream.first),
                "unacked": queue.unacked,
                "consumers": queue.consumer_count,
            })
        })
        .collect();
    let exchanges: Vec<Value> = view
        .exchanges()
        .filter(|exchange| &*exchange.vhost == vhost)
        .filter(|exchange| !exchange.name.is_empty() && !exchange.name.starts_with("amq."))
        .map(|exchange| {
            json!({
                "name": &*exchange.name,
                "type": &*exchange.kind,
                "durable": exchange.durable,
                "auto_delete": exchange.auto_delete,
                "internal": exchange.internal,
            })
        })
        .collect();
    let mut bindings = Vec::new();
    for binding in view.bindings() {
        let Some(source) = view.exchange(binding.source).filter(|source| &*source.vhost == vhost) else {
            continue;
        };
        let (kind, destination) = match binding.destination {
            Destination::Queue(queue) => ("queue", view.queue_name(queue).cloned()),
            Destination::Exchange(exchange) => ("exchange", view.exchange_name(exchange).cloned()),
        };
        bindings.push(json!({
            "source": &*source.name,
            "destination": destination.as_deref(),
            "destination_type": kind,
            "routing_key": &*binding.key,
            "arguments": arguments_to(&binding.arguments),
        }));
    }
    json!({ "queues": queues, "exchanges": exchanges, "bindings": bindings })
}
