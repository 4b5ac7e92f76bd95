//! An `auto_delete` queue that nobody consumes from: it goes with its last consumer, so it stays.

use super::model::Model;
use super::rewrite::drop_option;
use crate::script::diagnostic::{Code, Diagnostic, Severity};

/// RabbitMQ: an auto-delete queue that never had a consumer is not deleted. `basic.get` makes none.
pub(super) fn check(model: &Model<'_>, out: &mut Vec<Diagnostic>) {
    let unknown = model.consumes.iter().any(|one| one.queue.is_none() && !one.is_get);
    for (place, queue) in &model.queues {
        let (Some(first), None) = (queue.first(), model.consumers(place).find(|one| !one.is_get)) else {
            continue;
        };
        let Some(option) = first.options.find("auto_delete").filter(|_| !unknown && queue.len() == 1) else {
            continue;
        };
        let message =
            format!("`{}` goes when its last consumer goes, and it never has one: it stays", place.name);
        out.push(
            Diagnostic::new(Severity::Note, Code::AutoDeleteUnused, option.word, message)
                .help("`expires 1m` lets an unused queue go, `exclusive` lets it go with its connection")
                .fix("take `auto_delete` away", vec![drop_option(model.text, option)]),
        );
    }
}
