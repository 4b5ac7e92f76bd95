//! Methods and operator's commands in a few words: AMQP's name, then what tells this one from others.

use crate::amqp::{FieldTable, Method, Name};
use crate::broker::{Alarm, Command, Operator, Stop};

use super::names::{exchange_words, name_words, quoted, quoted_text};

/// What a command asks for.
pub fn command_words(command: &Command) -> String {
    match command {
        Command::Connect { open, .. } => {
            format!("connection.open as {} to vhost {}", open.user, open.vhost)
        }
        Command::Method { method, .. } => method_words(method),
        Command::StrayFrame { .. } => "a frame out of place".to_owned(),
        Command::Lost { .. } => "the line is lost".to_owned(),
        Command::Operator(operator) => operator_words(operator),
        Command::Deadline => "a time the broker waited for has come".to_owned(),
    }
}

/// What a method asks for.
pub fn method_words(method: &Method) -> String {
    let name = method.name();
    match method {
        Method::BasicPublish { template, body } => format!(
            "{name} {} to {} with key {}",
            quoted(body),
            exchange_words(&template.exchange),
            quoted_text(&template.routing_key)
        ),
        Method::ExchangeDeclare { exchange, kind, passive, durable, auto_delete, internal, .. } => {
            let kind: &str = kind;
            let words = [
                (!passive).then_some(kind),
                passive.then_some("passive"),
                durable.then_some("durable"),
                auto_delete.then_some("auto_delete"),
                internal.then_some("internal"),
            ];
            with(format!("{name} {}", name_words(exchange)), &words)
        }
        Method::QueueDeclare { queue, passive, durable, exclusive, auto_delete, .. } => {
            let words = [
                passive.then_some("passive"),
                durable.then_some("durable"),
                exclusive.then_some("exclusive"),
                auto_delete.then_some("auto_delete"),
            ];
            with(format!("{name} {}", name_words(queue)), &words)
        }
        Method::ExchangeBind { destination, source, routing_key, arguments }
        | Method::ExchangeUnbind { destination, source, routing_key, arguments } => {
            format!("{name} {}", binding_words(destination, source, routing_key, arguments))
        }
        Method::QueueBind { queue, exchange, routing_key, arguments }
        | Method::QueueUnbind { queue, exchange, routing_key, arguments } => {
            format!("{name} {}", binding_words(queue, exchange, routing_key, arguments))
        }
        Method::ExchangeDelete { exchange, if_unused } => {
            with(format!("{name} {exchange}"), &[if_unused.then_some("if_unused")])
        }
        Method::QueueDelete { queue, if_unused, if_empty } => {
            let words = [if_unused.then_some("if_unused"), if_empty.then_some("if_empty")];
            with(format!("{name} {queue}"), &words)
        }
        Method::QueuePurge { queue } => format!("{name} {queue}"),
        Method::BasicQos { prefetch_count, global, .. } => {
            format!("{name} prefetch {prefetch_count} per {}", if *global { "channel" } else { "consumer" })
        }
        Method::BasicConsume { queue, no_ack, exclusive, .. } => with(
            format!("{name} {}", name_words(queue)),
            &[no_ack.then_some("no_ack"), exclusive.then_some("exclusive")],
        ),
        Method::BasicCancel { consumer_tag } => format!("{name} {}", quoted_text(consumer_tag)),
        Method::BasicGet { queue, no_ack } => {
            with(format!("{name} {}", name_words(queue)), &[no_ack.then_some("no_ack")])
        }
        Method::BasicAck { delivery_tag, multiple } => {
            with(format!("{name} {delivery_tag}"), &[multiple.then_some("multiple")])
        }
        Method::BasicNack { delivery_tag, multiple, requeue } => with(
            format!("{name} {delivery_tag}"),
            &[multiple.then_some("multiple"), requeue.then_some("requeue")],
        ),
        Method::BasicReject { delivery_tag, requeue } => {
            with(format!("{name} {delivery_tag}"), &[requeue.then_some("requeue")])
        }
        Method::ConnectionClose
        | Method::ConnectionUpdateSecret { .. }
        | Method::ChannelOpen
        | Method::ChannelFlow { .. }
        | Method::ChannelClose
        | Method::ChannelCloseOk
        | Method::BasicRecover { .. }
        | Method::ConfirmSelect
        | Method::TxSelect
        | Method::TxCommit
        | Method::TxRollback => name.to_owned(),
    }
}

/// `pdfs to docs with key "a.*"`.
fn binding_words(destination: &Name, source: &Name, key: &Name, arguments: &FieldTable) -> String {
    if arguments.is_empty() {
        format!("{} to {source} with key {}", name_words(destination), quoted_text(key))
    } else {
        format!("{} to {source} with arguments", name_words(destination))
    }
}

/// The words that are there, in brackets.
fn with(text: String, words: &[Option<&str>]) -> String {
    let words: Vec<&str> = words.iter().copied().flatten().filter(|word| !word.is_empty()).collect();
    if words.is_empty() { text } else { format!("{text} ({})", words.join(", ")) }
}

/// An operator's command as rabbitmqctl names it. Passwords are not shown.
fn operator_words(operator: &Operator) -> String {
    match operator {
        Operator::AddUser { user, .. } => format!("add_user {user}"),
        Operator::DeleteUser { user } => format!("delete_user {user}"),
        Operator::ChangePassword { user, .. } => format!("change_password {user}"),
        Operator::SetUserTags { user, .. } => format!("set_user_tags {user}"),
        Operator::AddVhost { vhost } => format!("add_vhost {vhost}"),
        Operator::DeleteVhost { vhost } => format!("delete_vhost {vhost}"),
        Operator::SetPermissions { user, vhost, configure, write, read } => {
            format!(
                "set_permissions {user} vhost {vhost} configure '{configure}' write '{write}' read '{read}'"
            )
        }
        Operator::ClearPermissions { user, vhost } => format!("clear_permissions {user} vhost {vhost}"),
        Operator::SetTopicPermissions { user, vhost, exchange, .. } => {
            format!("set_topic_permissions {user} vhost {vhost} exchange {exchange}")
        }
        Operator::ClearTopicPermissions { user, vhost, .. } => {
            format!("clear_topic_permissions {user} vhost {vhost}")
        }
        Operator::SetPolicy(policy) => format!("set_policy {} pattern '{}'", policy.name, policy.pattern),
        Operator::ClearPolicy { name, .. } => format!("clear_policy {name}"),
        Operator::SetVhostLimits { vhost, .. } => format!("set_vhost_limits {vhost}"),
        Operator::ClearVhostLimits { vhost } => format!("clear_vhost_limits {vhost}"),
        Operator::SetUserLimits { user, .. } => format!("set_user_limits {user}"),
        Operator::ClearUserLimits { user, .. } => format!("clear_user_limits {user}"),
        Operator::CloseConnection { reason, .. } => format!("close_connection: {reason}"),
        Operator::CloseAllConnections { reason, .. } => format!("close_all_connections: {reason}"),
        Operator::Alarm { alarm, on } => format!(
            "alarm {} {}",
            match alarm {
                Alarm::Memory => "memory",
                Alarm::Disk => "disk",
            },
            if *on { "on" } else { "off" }
        ),
        Operator::Trace { vhost, on: true } => format!("trace_on {vhost}"),
        Operator::Trace { vhost, on: false } => format!("trace_off {vhost}"),
        Operator::Stop(Stop::Clean) => "stop broker".to_owned(),
        Operator::Stop(Stop::App) => "stop_app".to_owned(),
        Operator::Stop(Stop::Kill) => "kill broker".to_owned(),
        Operator::Start => "start broker".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::method_words;
    use crate::amqp::{FieldTable, Method, name};

    #[test]
    fn methods_say_what_tells_them_apart() {
        let declare = |queue, durable| Method::QueueDeclare {
            queue: name(queue),
            passive: false,
            durable,
            exclusive: false,
            auto_delete: false,
            arguments: FieldTable::default(),
        };
        assert_eq!(method_words(&declare("tasks", true)), "queue.declare tasks (durable)");
        assert_eq!(method_words(&declare("", false)), "queue.declare (a name from the server)");
        let nack = Method::BasicNack { delivery_tag: 3, multiple: true, requeue: true };
        assert_eq!(method_words(&nack), "basic.nack 3 (multiple, requeue)");
        let qos = Method::BasicQos { prefetch_size: 0, prefetch_count: 1, global: false };
        assert_eq!(method_words(&qos), "basic.qos prefetch 1 per consumer");
    }
}
