//! What the broker says, in the words of a recorded case.

use amq_protocol::protocol::{AMQPClass, basic, channel, confirm, exchange, queue, tx};
use serde_json::{Value, json};

/// The content of a reply, as a recorded case has it.
pub fn reply(class: AMQPClass) -> Value {
    match class {
        AMQPClass::Channel(channel::AMQPMethod::FlowOk(flow)) => json!({"active": flow.active}),
        AMQPClass::Queue(queue::AMQPMethod::DeclareOk(ok)) => json!({
            "queue": ok.queue.as_str(), "message_count": ok.message_count, "consumer_count": ok.consumer_count,
        }),
        AMQPClass::Queue(queue::AMQPMethod::DeleteOk(ok)) => json!({"message_count": ok.message_count}),
        AMQPClass::Queue(queue::AMQPMethod::PurgeOk(ok)) => json!({"message_count": ok.message_count}),
        AMQPClass::Basic(basic::AMQPMethod::ConsumeOk(ok)) => {
            json!({"consumer_tag": ok.consumer_tag.as_str()})
        }
        AMQPClass::Basic(basic::AMQPMethod::CancelOk(ok)) => {
            json!({"consumer_tag": ok.consumer_tag.as_str()})
        }
        AMQPClass::Basic(basic::AMQPMethod::GetEmpty(_)) => json!({"message": false}),
        AMQPClass::Basic(basic::AMQPMethod::QosOk(_) | basic::AMQPMethod::RecoverOk(_))
        | AMQPClass::Channel(channel::AMQPMethod::OpenOk(_) | channel::AMQPMethod::CloseOk(_))
        | AMQPClass::Exchange(
            exchange::AMQPMethod::DeclareOk(_)
            | exchange::AMQPMethod::DeleteOk(_)
            | exchange::AMQPMethod::BindOk(_)
            | exchange::AMQPMethod::UnbindOk(_),
        )
        | AMQPClass::Queue(queue::AMQPMethod::BindOk(_) | queue::AMQPMethod::UnbindOk(_))
        | AMQPClass::Tx(
            tx::AMQPMethod::SelectOk(_) | tx::AMQPMethod::CommitOk(_) | tx::AMQPMethod::RollbackOk(_),
        )
        | AMQPClass::Confirm(confirm::AMQPMethod::SelectOk(_)) => json!({}),
        other => json!({"unexpected": format!("{other:?}")}),
    }
}

/// The times in `x-death` are the real broker's own.
pub fn hide_times(properties: &mut Value) {
    let deaths = properties.pointer_mut("/headers/x-death").and_then(Value::as_array_mut);
    for death in deaths.into_iter().flatten() {
        if let Some(time) = death.get_mut("time").filter(|time| time.get("$timestamp").is_some()) {
            *time = json!("<time>");
        }
    }
}
