//! Steps that are one AMQP method or one operator command.

use std::sync::Arc;

use serde_json::Value;

use crate::amqp::{FieldTable, Method, Name, Template, name};
use crate::broker::{Alarm, Operator, Policy, PolicyScope};

use super::values::{properties_from, table_from};

fn text(step: &Value, key: &str) -> Name {
    name(step[key].as_str().unwrap_or_default())
}

fn text_or(step: &Value, key: &str, default: &str) -> Name {
    name(step[key].as_str().unwrap_or(default))
}

fn flag(step: &Value, key: &str) -> bool {
    step[key].as_bool().unwrap_or_default()
}

fn number(step: &Value, key: &str) -> u64 {
    step[key].as_u64().unwrap_or_default()
}

fn arguments(step: &Value) -> FieldTable {
    table_from(&step["arguments"])
}

/// The method of a step; `None` if the step is not one method.
pub fn method(op: &str, step: &Value) -> Option<Method> {
    let requeue = step["requeue"].as_bool().unwrap_or(true);
    Some(match op {
        "channel.reopen" => Method::ChannelOpen,
        "channel.close" => Method::ChannelClose,
        "channel.flow" => Method::ChannelFlow { active: flag(step, "active") },
        "exchange.declare" => Method::ExchangeDeclare {
            exchange: text(step, "exchange"),
            kind: text_or(step, "type", "direct"),
            passive: flag(step, "passive"),
            durable: flag(step, "durable"),
            auto_delete: flag(step, "auto_delete"),
            internal: flag(step, "internal"),
            arguments: arguments(step),
        },
        "exchange.delete" => {
            Method::ExchangeDelete { exchange: text(step, "exchange"), if_unused: flag(step, "if_unused") }
        }
        "exchange.bind" => Method::ExchangeBind {
            destination: text(step, "destination"),
            source: text(step, "source"),
            routing_key: text(step, "routing_key"),
            arguments: arguments(step),
        },
        "exchange.unbind" => Method::ExchangeUnbind {
            destination: text(step, "destination"),
            source: text(step, "source"),
            routing_key: text(step, "routing_key"),
            arguments: arguments(step),
        },
        "basic.get" => Method::BasicGet { queue: text(step, "queue"), no_ack: flag(step, "no_ack") },
        "basic.consume" => Method::BasicConsume {
            queue: text(step, "queue"),
            consumer_tag: text(step, "consumer_tag"),
            no_local: flag(step, "no_local"),
            no_ack: flag(step, "no_ack"),
            exclusive: flag(step, "exclusive"),
            arguments: arguments(step),
        },
        "basic.cancel" => Method::BasicCancel { consumer_tag: text(step, "consumer_tag") },
        "basic.ack" => {
            Method::BasicAck { delivery_tag: number(step, "delivery_tag"), multiple: flag(step, "multiple") }
        }
        "basic.nack" => Method::BasicNack {
            delivery_tag: number(step, "delivery_tag"),
            multiple: flag(step, "multiple"),
            requeue,
        },
        "basic.reject" => Method::BasicReject { delivery_tag: number(step, "delivery_tag"), requeue },
        "basic.recover" => Method::BasicRecover { requeue },
        "basic.qos" => Method::BasicQos {
            prefetch_size: number(step, "prefetch_size") as u32,
            prefetch_count: number(step, "prefetch_count") as u16,
            global: flag(step, "global"),
        },
        "confirm.select" => Method::ConfirmSelect,
        "tx.select" => Method::TxSelect,
        "tx.commit" => Method::TxCommit,
        "tx.rollback" => Method::TxRollback,
        _ => return queue_method(op, step),
    })
}

fn queue_method(op: &str, step: &Value) -> Option<Method> {
    let queue = text(step, "queue");
    Some(match op {
        "queue.declare" => Method::QueueDeclare {
            queue,
            passive: flag(step, "passive"),
            durable: flag(step, "durable"),
            exclusive: flag(step, "exclusive"),
            auto_delete: flag(step, "auto_delete"),
            arguments: arguments(step),
        },
        "queue.delete" => Method::QueueDelete {
            queue,
            if_unused: flag(step, "if_unused"),
            if_empty: flag(step, "if_empty"),
        },
        "queue.purge" => Method::QueuePurge { queue },
        "queue.bind" => Method::QueueBind {
            queue,
            exchange: text(step, "exchange"),
            routing_key: text(step, "routing_key"),
            arguments: arguments(step),
        },
        "queue.unbind" => Method::QueueUnbind {
            queue,
            exchange: text(step, "exchange"),
            routing_key: text(step, "routing_key"),
            arguments: arguments(step),
        },
        _ => return None,
    })
}

/// The template of a publish.
pub fn template(step: &Value, key: &str) -> Arc<Template> {
    Arc::new(Template {
        exchange: text(step, "exchange"),
        routing_key: name(key),
        mandatory: flag(step, "mandatory"),
        immediate: flag(step, "immediate"),
        properties: properties_from(&step["properties"]),
    })
}

/// The operator command of a step; `None` if it is none.
pub(super) fn operator(op: &str, step: &Value) -> Option<Operator> {
    let user = text(step, "user");
    let vhost = text_or(step, "vhost", "/");
    Some(match op {
        "broker.add_user" => {
            let tags = step["tags"].as_array().into_iter().flatten();
            Operator::AddUser {
                password: step["password"].as_str().map_or_else(|| user.clone(), name),
                tags: tags.filter_map(|tag| tag.as_str().map(name)).collect(),
                user,
            }
        }
        "broker.set_permissions" => Operator::SetPermissions {
            user,
            vhost,
            configure: text(step, "configure"),
            write: text(step, "write"),
            read: text(step, "read"),
        },
        "broker.clear_permissions" => Operator::ClearPermissions { user, vhost },
        "broker.set_topic_permissions" => Operator::SetTopicPermissions {
            user,
            vhost,
            exchange: text(step, "exchange"),
            write: text(step, "write"),
            read: text(step, "read"),
        },
        "broker.clear_topic_permissions" => {
            Operator::ClearTopicPermissions { user, vhost, exchange: step["exchange"].as_str().map(name) }
        }
        "broker.delete_user" => Operator::DeleteUser { user },
        "broker.change_password" => Operator::ChangePassword { user, password: text(step, "password") },
        "broker.set_user_tags" => {
            let tags = step["tags"].as_array().into_iter().flatten();
            Operator::SetUserTags { user, tags: tags.filter_map(|tag| tag.as_str().map(name)).collect() }
        }
        "broker.set_vhost_limits" => Operator::SetVhostLimits { vhost, limits: table_from(&step["limits"]) },
        "broker.clear_vhost_limits" => Operator::ClearVhostLimits { vhost },
        "broker.set_user_limits" => Operator::SetUserLimits { user, limits: table_from(&step["limits"]) },
        "broker.clear_user_limits" => {
            let limit = step["limit"].as_str().filter(|limit| *limit != "all").map(name);
            Operator::ClearUserLimits { user, limit }
        }
        "broker.alarm" => {
            let alarm = if step["alarm"] == "disk" { Alarm::Disk } else { Alarm::Memory };
            Operator::Alarm { alarm, on: flag(step, "on") }
        }
        "broker.trace" => Operator::Trace { vhost, on: flag(step, "on") },
        "broker.add_vhost" => Operator::AddVhost { vhost },
        "broker.delete_vhost" => Operator::DeleteVhost { vhost },
        "broker.set_policy" => Operator::SetPolicy(Policy {
            vhost,
            name: text(step, "name"),
            pattern: text(step, "pattern"),
            apply_to: match step["apply_to"].as_str() {
                Some("queues") => PolicyScope::Queues,
                Some("exchanges") => PolicyScope::Exchanges,
                Some("classic_queues") => PolicyScope::ClassicQueues,
                Some("quorum_queues") => PolicyScope::QuorumQueues,
                Some("streams") => PolicyScope::Streams,
                _ => PolicyScope::All,
            },
            priority: step["priority"].as_i64().unwrap_or_default(),
            definition: table_from(&step["definition"]),
            operator: flag(step, "operator"),
        }),
        "broker.clear_policy" => {
            Operator::ClearPolicy { vhost, name: text(step, "name"), operator: flag(step, "operator") }
        }
        _ => return None,
    })
}
