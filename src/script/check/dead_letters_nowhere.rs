//! A dead-letter exchange that leads to no queue: dead letters vanish there.

use super::model::{Binding, Model, Place};
use super::rewrite::{insert_after, quoted, shown};
use crate::amqp::topic;
use crate::script::ast::Expr;
use crate::script::diagnostic::{Code, Diagnostic};

/// RabbitMQ: a dead-letter exchange is an ordinary one. Without `dead_letter_routing_key` the key stays what it was.
pub(super) fn check(model: &Model<'_>, out: &mut Vec<Diagnostic>) {
    for (place, queue) in &model.queues {
        let Some(one) = queue.first().filter(|_| !model.has_computed && !model.has_policies) else {
            continue;
        };
        let Some(name) = one.options.name("dead_letter_exchange") else { continue };
        let Some(exchange) = name.literal().filter(|name| !name.is_empty()) else { continue };
        let exchange = Place { vhost: place.vhost.clone(), name: exchange.into() };
        // Of one that is never declared its own warning speaks.
        let Some(kind) = model.exchange_kind(&exchange) else { continue };
        let declared = model.exchanges.get(&exchange).map_or(&[][..], Vec::as_slice);
        if declared.iter().any(|one| one.options.has("alternate_exchange") || one.options.has("arguments")) {
            continue;
        }
        let bindings: Vec<_> = model.bound_to(&exchange).collect();
        let keys = keys(model, one.options.expr("dead_letter_routing_key").map(Expr::literal));
        let message = if bindings.is_empty() {
            format!("nothing is bound to `{}`: what dies in `{}` vanishes there", exchange.name, place.name)
        } else if keys.as_ref().is_some_and(|keys| !reaches(kind, &bindings, keys)) {
            let which = if one.options.has("dead_letter_routing_key") {
                "their key"
            } else {
                "the key they had, which they keep"
            };
            format!(
                "no binding of `{}` takes the dead letters of `{}` by {which}: they vanish there",
                exchange.name, place.name
            )
        } else {
            continue;
        };
        let parked = format!("{}_parked", place.name);
        let dead_key = one.options.expr("dead_letter_routing_key").and_then(Expr::literal);
        let key = match (kind, dead_key) {
            ("fanout" | "headers", _) => String::new(),
            ("topic", None) => " key \"#\"".to_owned(),
            (_, Some(key)) => format!(" key {}", quoted(key)),
            (_, None) => format!(" key {}", quoted(&place.name)),
        };
        let bind = format!("bind {} to {}{key}", shown(&parked), shown(&exchange.name));
        let diagnostic = Diagnostic::warning(Code::DeadLettersNowhere, name.span, message)
            .help(format!("bind a queue for them: `{bind}`"));
        let kept = keys.is_none_or(|keys| {
            kind == "fanout"
                || kind == "topic"
                || dead_key.is_some()
                || keys.iter().all(|key| **key == *place.name)
        });
        let last = declared.iter().map(|one| one.statement).chain([one.statement]).max_by_key(|one| one.span);
        out.push(match last.filter(|_| kept && kind != "headers") {
            Some(last) => diagnostic.fix(
                format!("keep them in a queue `{parked}`"),
                vec![insert_after(model.text, last.span, &[format!("queue {}", shown(&parked)), bind])],
            ),
            None => diagnostic,
        });
    }
}

/// The keys that dead letters can have; none where one is computed.
fn keys(model: &Model<'_>, own: Option<Option<&str>>) -> Option<Vec<Box<str>>> {
    match own {
        Some(key) => key.map(|key| vec![key.into()]),
        None => model.publishes.iter().map(|one| one.key.clone()).collect(),
    }
}

/// Whether any of the keys gets through any of the bindings.
fn reaches(kind: &str, bindings: &[&Binding<'_>], keys: &[Box<str>]) -> bool {
    bindings.iter().any(|binding| match (kind, &binding.key) {
        ("direct", Some(bound)) => keys.contains(bound),
        ("topic", Some(bound)) => keys.iter().any(|key| topic::matches(bound, key)),
        _ => true,
    })
}
