//! Transient messages in a durable queue: a restart keeps the queue and loses them.

use super::model::{Model, Place};
use super::rewrite::add_option;
use crate::script::diagnostic::{Code, Diagnostic, Severity};

/// RabbitMQ: only persistent messages (delivery mode 2) of a durable classic queue are there after a restart.
pub(super) fn check(model: &Model<'_>, out: &mut Vec<Diagnostic>) {
    for publish in &model.publishes {
        let (Some(exchange), Some(key)) = (&publish.exchange, &publish.key) else { continue };
        let place = Place { vhost: exchange.vhost.clone(), name: key.clone() };
        let Some(queue) = model.queues.get(&place).filter(|_| exchange.name.is_empty()) else { continue };
        let is_durable = queue.iter().all(|one| one.options.has("durable") && !one.options.has("exclusive"));
        let says = publish.options.has("persistent") || publish.options.has("delivery_mode");
        if !is_durable || says || !model.is_classic(queue) {
            continue;
        }
        let message =
            format!("`{}` survives a restart, this message does not: it is not `persistent`", place.name);
        let severity = if model.restart.is_some() { Severity::Warning } else { Severity::Note };
        let mut diagnostic =
            Diagnostic::new(severity, Code::TransientInDurable, publish.statement.word, message);
        if let Some(restart) = model.restart {
            diagnostic = diagnostic.also(restart.span, "the restart");
        }
        out.push(
            diagnostic
                .help("write `persistent`")
                .fix("write `persistent`", vec![add_option(publish.statement, "persistent")]),
        );
    }
}
