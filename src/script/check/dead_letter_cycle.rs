//! Queues that dead-letter to one another by time alone: the broker drops what comes round.

use super::model::{Model, Place};
use crate::script::diagnostic::{Code, Diagnostic};

/// RabbitMQ: a message that would reach a queue it has been in before is dropped, unless it was rejected in between.
pub(super) fn check(model: &Model<'_>, out: &mut Vec<Diagnostic>) {
    for (place, queue) in &model.queues {
        let mut way = vec![place.clone()];
        while let Some(next) = way.last().and_then(|last| by_time(model, last)) {
            if next == *place && way.len() > 1 {
                // Said once, at the first of them by name.
                if way.iter().all(|other| place <= other)
                    && let Some(first) = queue.first()
                {
                    let names: Vec<_> = way.iter().map(|one| format!("`{}`", one.name)).collect();
                    let message = format!(
                        "messages go round between {} by time alone: the broker drops them when they come back",
                        names.join(" and ")
                    );
                    let mut diagnostic =
                        Diagnostic::warning(Code::DeadLetterCycle, first.statement.head, message);
                    for other in way.iter().skip(1) {
                        if let Some(one) = model.queues.get(other).and_then(|queue| queue.first()) {
                            diagnostic = diagnostic.also(one.statement.head, "and on from here");
                        }
                    }
                    out.push(diagnostic.help(
                        "a round goes on only with a `reject` in it: let a consumer reject the message, or publish it anew",
                    ));
                }
                break;
            }
            if way.contains(&next) {
                break;
            }
            way.push(next);
        }
    }
}

/// The queue that what expires in this one goes to, where nobody consumes from it.
fn by_time(model: &Model<'_>, place: &Place) -> Option<Place> {
    let queue = model.queues.get(place)?;
    let [one] = queue.as_slice() else { return None };
    let consumed = model.consumers(place).next().is_some();
    if consumed || model.has_computed || model.has_policies || !one.options.has("message_ttl") {
        return None;
    }
    let exchange = one.options.name("dead_letter_exchange")?.literal()?;
    let key = one.options.expr("dead_letter_routing_key")?.literal()?;
    exchange.is_empty().then(|| Place { vhost: place.vhost.clone(), name: key.into() })
}
