//! A message with a key that no binding of its exchange takes.

use super::model::{Binding, Model, Publish};
use super::rewrite::{add_option, quoted};
use crate::amqp::topic;
use crate::script::diagnostic::{Code, Diagnostic};
use crate::script::statement::nearest;

/// RabbitMQ: a direct exchange compares binding keys, a topic exchange matches them; the name of a queue is neither.
pub(super) fn check(model: &Model<'_>, out: &mut Vec<Diagnostic>) {
    for publish in &model.publishes {
        let (Some(exchange), Some(key)) = (&publish.exchange, &publish.key) else { continue };
        // CC and BCC are further keys.
        let has_more = ["mandatory", "headers"].iter().any(|word| publish.options.has(word));
        // Of wildcards `glob_key` speaks.
        let is_pattern = key.split('.').any(|word| word == "*" || word == "#");
        if has_more || is_pattern || model.has_computed || model.has_policies {
            continue;
        }
        let Some(kind) = model.exchange_kind(exchange).filter(|kind| ["direct", "topic"].contains(kind))
        else {
            continue;
        };
        let detour = |word: &str| {
            model.exchanges.get(exchange).is_some_and(|all| all.iter().any(|one| one.options.has(word)))
        };
        let bindings: Vec<_> = model.bound_to(exchange).collect();
        if bindings.is_empty() || detour("alternate_exchange") || detour("arguments") {
            continue;
        }
        if bindings.iter().all(|binding| !takes(kind, binding, key)) {
            out.push(say(model, publish, &exchange.name, key, &bindings));
        }
    }
}

/// Whether a binding takes the key, or may.
fn takes(kind: &str, binding: &Binding<'_>, key: &str) -> bool {
    match &binding.key {
        Some(bound) if kind == "direct" => **bound == *key,
        Some(bound) => topic::matches(bound, key),
        None => true,
    }
}

fn say(
    model: &Model<'_>,
    publish: &Publish<'_>,
    exchange: &str,
    key: &str,
    bindings: &[&Binding<'_>],
) -> Diagnostic {
    let expr = publish.options.expr("key");
    let span = expr.map_or(publish.statement.head, |expr| expr.span);
    let message = match (key, expr) {
        ("", None) => format!("no binding of `{exchange}` takes a message without a key: it is dropped"),
        _ => format!("no binding of `{exchange}` takes the key `{key}`: the message is dropped"),
    };
    let diagnostic = Diagnostic::warning(Code::UnboundKey, span, message);
    let is_plain =
        |bound: &&str| !bound.is_empty() && !bound.split('.').any(|word| word == "*" || word == "#");
    let bound = || bindings.iter().filter_map(|binding| binding.key.as_deref()).filter(is_plain);
    let mandatory = add_option(publish.statement, "mandatory");
    let names_queue = model.queues.keys().any(|queue| *queue.name == *key);
    if let (Some(near), Some(expr)) = (nearest(key, bound()), expr) {
        let near = quoted(near);
        return diagnostic
            .help(format!("did you mean `{near}`?"))
            .fix(format!("write `{near}`"), vec![crate::text::TextEdit::replace(expr.span, near)]);
    }
    let diagnostic = if names_queue {
        diagnostic.help(format!(
            "the name of a queue is its key for `default` only: `bind {key} to {exchange} key {}`",
            quoted(key)
        ))
    } else {
        let some: Vec<_> = bindings
            .iter()
            .filter_map(|binding| binding.key.as_deref())
            .take(4)
            .map(|key| format!("`{}`", quoted(key)))
            .collect();
        diagnostic.help(format!("its bindings have the keys {}", some.join(", ")))
    };
    diagnostic.fix("have it returned: `mandatory`", vec![mandatory])
}
