//! `overflow` on a queue that has no limit: nothing ever overflows.

use super::model::Model;
use super::rewrite::add_option;
use crate::script::diagnostic::{Code, Diagnostic};

pub(super) fn check(model: &Model<'_>, out: &mut Vec<Diagnostic>) {
    for (place, queue) in &model.queues {
        // RabbitMQ: at-least-once dead-lettering asks for `reject_publish`, limit or no limit.
        let is_asked_for = queue.iter().any(|one| one.options.has("dead_letter_strategy"));
        if is_asked_for || model.may_have(queue, "max_length") || model.may_have(queue, "max_length_bytes") {
            continue;
        }
        for (one, option) in queue.iter().filter_map(|one| Some((one, one.options.find("overflow")?))) {
            let message = format!("`{}` has no limit, so it never overflows", place.name);
            out.push(
                Diagnostic::warning(Code::OverflowWithoutLimit, option.word, message)
                    .help("write how many it may hold: `max_length 1000`")
                    .fix("write `max_length 1000`", vec![add_option(one.statement, "max_length 1000")]),
            );
        }
    }
}
