//! A message with a priority for a classic queue that has none.

use super::model::{Model, Place};
use super::rewrite::add_option;
use crate::script::diagnostic::{Code, Diagnostic};

/// RabbitMQ: a classic queue looks at priorities only with `x-max-priority`.
pub(super) fn check(model: &Model<'_>, out: &mut Vec<Diagnostic>) {
    let mut said: Vec<Place> = Vec::new();
    for publish in &model.publishes {
        let Some(option) = publish.options.find("priority") else { continue };
        let (Some(exchange), Some(key)) = (&publish.exchange, &publish.key) else { continue };
        let place = Place { vhost: exchange.vhost.clone(), name: key.clone() };
        let Some(queue) = model.queues.get(&place).filter(|_| exchange.name.is_empty()) else { continue };
        if !model.is_classic(queue) || model.may_have(queue, "max_priority") || said.contains(&place) {
            continue;
        }
        let message = format!("`{}` is no priority queue: the priority changes nothing", place.name);
        let edits = queue.iter().map(|one| add_option(one.statement, "max_priority 10")).collect();
        out.push(
            Diagnostic::warning(Code::PriorityWithoutMaximum, option.word, message)
                .help("give the queue priorities: `max_priority 10`")
                .fix("write `max_priority 10` on the queue", edits),
        );
        said.push(place);
    }
}
