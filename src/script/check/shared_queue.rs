//! Two services at one queue of a fanout exchange: each message goes to one of them, not to both.

use super::model::Model;
use crate::script::diagnostic::{Code, Diagnostic};

/// RabbitMQ: consumers of one queue compete; a fanout exchange gives a copy to each queue, not to each consumer.
pub(super) fn check(model: &Model<'_>, out: &mut Vec<Diagnostic>) {
    for (place, queue) in &model.queues {
        let fans = model.bindings.iter().find(|binding| {
            binding.destination.as_ref() == Some(place)
                && !binding.to_exchange
                && binding.source.as_ref().and_then(|source| model.exchange_kind(source)) == Some("fanout")
        });
        let (Some(binding), Some(exchange)) = (fans, fans.and_then(|binding| binding.source.as_ref())) else {
            continue;
        };
        if queue.iter().any(|one| one.options.has("single_active_consumer")) {
            continue;
        }
        let mut consumers = model.consumers(place).filter(|one| !one.is_get);
        let stem = |name: &str| name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '_').to_owned();
        let Some(first) = consumers.next() else { continue };
        let Some(own) = first.at.client else { continue };
        let other = consumers.find_map(|one| {
            let client = one.at.client?;
            (stem(&client.name.text) != stem(&own.name.text)).then_some((one, client))
        });
        let Some((second, other)) = other else { continue };
        let message = format!(
            "`{}` and `{}` share `{}`: each message goes to one of them, not to both",
            own.name.text, other.name.text, place.name
        );
        out.push(
            Diagnostic::warning(Code::SharedQueue, second.statement.head, message)
                .also(first.statement.head, "the other consumer")
                .also(binding.statement.span, "the copy that they share")
                .help(format!(
                    "give each a queue of its own, bound to `{}`: `queue \"\" exclusive as mine; bind mine to {}`",
                    exchange.name, exchange.name
                )),
        );
    }
}
