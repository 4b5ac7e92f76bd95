//! A message with a short time to live behind one with a longer: messages expire at the head of a queue only.

use super::model::{Model, Place, Publish};
use crate::script::ast::ExprKind;
use crate::script::diagnostic::{Code, Diagnostic};

/// RabbitMQ: per-message TTL: a message is dropped when it reaches the head of its queue.
pub(super) fn check(model: &Model<'_>, out: &mut Vec<Diagnostic>) {
    let timed: Vec<(Place, u64, &Publish<'_>)> =
        model.publishes.iter().filter_map(|one| timed(model, one)).collect();
    for (number, (place, short, publish)) in timed.iter().enumerate() {
        let longer = timed.iter().take(number).rev().find(|(other, long, before)| {
            other == place
                && long > short
                && before.at.channel == publish.at.channel
                && before.at.client.map(|client| client.name.span)
                    == publish.at.client.map(|client| client.name.span)
        });
        let Some((_, _, before)) = longer else { continue };
        let Some(option) = publish.options.find("expiration") else { continue };
        let message = format!(
            "this expires no sooner than the message before it in `{}`: only the head of a queue expires",
            place.name
        );
        out.push(
            Diagnostic::warning(Code::ShortTtlBehindLong, option.word, message)
                .also(before.statement.span, "it stands before it, and lives longer")
                .help("make a queue for each delay, with `message_ttl` instead of `expiration`"),
        );
    }
}

/// A message with a time to live for a queue that nobody takes anything from.
fn timed<'m, 't>(model: &Model<'_>, one: &'m Publish<'t>) -> Option<(Place, u64, &'m Publish<'t>)> {
    let exchange = one.exchange.as_ref().filter(|exchange| exchange.name.is_empty())?;
    let place = Place { vhost: exchange.vhost.clone(), name: one.key.clone()? };
    let ExprKind::Duration(time) = one.options.expr("expiration")?.kind else { return None };
    let queue = model.queues.get(&place)?;
    let is_taken = model.consumers(&place).next().is_some() || model.has_computed;
    (!is_taken && !model.may_have(queue, "max_priority")).then_some((place, time, one))
}
