//! Names that begin with `amq.`: they are the broker's own.

use super::model::Model;
use super::rewrite::shown;
use crate::script::diagnostic::{Code, Diagnostic};

/// RabbitMQ: declaring a name with the prefix `amq.` is refused with 403, unless such an exchange is there.
pub(super) fn check(model: &Model<'_>, out: &mut Vec<Diagnostic>) {
    for (places, what) in [(&model.queues, "queue"), (&model.exchanges, "exchange")] {
        for (place, declared) in places {
            let Some(rest) = place.name.strip_prefix("amq.") else { continue };
            let own = ["direct", "fanout", "topic", "headers", "match", "rabbitmq.trace", "rabbitmq.log"];
            if what == "exchange" && own.contains(&rest) || rest.starts_with("rabbitmq.reply-to") {
                continue;
            }
            for one in declared {
                let message = format!(
                    "names that begin with `amq.` are the broker's own: it refuses {what} `{}` with 403",
                    place.name
                );
                let free = shown(if rest.is_empty() { "tasks" } else { rest });
                out.push(
                    Diagnostic::warning(Code::ReservedName, one.name.span, message)
                        .help(format!("write `{what} {free}`"))
                        .replace(free),
                );
            }
        }
    }
}
