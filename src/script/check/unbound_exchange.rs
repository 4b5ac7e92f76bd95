//! A message to an exchange that nothing is ever bound to.

use super::model::Model;
use super::rewrite::add_option;
use crate::script::diagnostic::{Code, Diagnostic};

/// RabbitMQ: a message that no binding takes is dropped, and its publisher hears of it only if it is `mandatory`.
pub(super) fn check(model: &Model<'_>, out: &mut Vec<Diagnostic>) {
    for publish in &model.publishes {
        let Some(exchange) = publish.exchange.as_ref().filter(|_| !model.has_computed) else { continue };
        let Some(declared) = model.exchanges.get(exchange) else { continue };
        let detours = ["alternate_exchange", "arguments", "passive"];
        let takes_a_detour = declared.iter().any(|one| detours.iter().any(|word| one.options.has(word)));
        let is_known = model
            .exchange_kind(exchange)
            .is_some_and(|kind| ["direct", "fanout", "topic", "headers"].contains(&kind));
        let warned = publish.options.has("mandatory") || publish.options.has("headers");
        if takes_a_detour
            || !is_known
            || warned
            || model.has_policies
            || model.bound_to(exchange).next().is_some()
        {
            continue;
        }
        let message = format!("nothing is bound to `{}`: what is published there is dropped", exchange.name);
        let help = match model.queues.keys().find(|queue| queue.vhost == exchange.vhost) {
            Some(queue) => format!("bind a queue to it: `bind {} to {}`", queue.name, exchange.name),
            None => format!("bind a queue to it: `queue tasks; bind tasks to {}`", exchange.name),
        };
        out.push(
            Diagnostic::warning(Code::UnboundExchange, publish.statement.head, message)
                .help(help)
                .fix("have it returned: `mandatory`", vec![add_option(publish.statement, "mandatory")]),
        );
    }
}
