//! Arguments and properties that the queue's type refuses: the declaration will be a 406.

use super::model::{Declared, Model};
use super::rewrite::{add_option, drop_option};
use crate::script::diagnostic::{Code, Diagnostic};

/// RabbitMQ: arguments that only quorum queues know.
const QUORUM_ONLY: &[&str] = &["delivery_limit", "dead_letter_strategy", "quorum_initial_group_size"];
/// RabbitMQ: what only classic queues know.
const CLASSIC_ONLY: &[&str] = &["max_priority"];

pub(super) fn check(model: &Model<'_>, out: &mut Vec<Diagnostic>) {
    for queue in model.queues.values().flatten() {
        let kind = queue.options.name("type").and_then(|kind| kind.literal());
        let default_is_known = !model.sets_queue_type && !queue.options.has("arguments");
        match kind {
            Some("quorum") => quorum(model, queue, out),
            None | Some("classic") if kind.is_some() || default_is_known => classic(model, queue, out),
            _ => {}
        }
    }
}

fn classic(model: &Model<'_>, queue: &Declared<'_>, out: &mut Vec<Diagnostic>) {
    for option in queue.options.0.iter().filter(|option| QUORUM_ONLY.contains(&option.spec.word)) {
        let word = option.spec.word;
        let message = format!("a classic queue refuses `{word}` with 406: only quorum queues have it");
        let mut edits = Vec::new();
        let mut words = vec!["type quorum"];
        if !queue.options.has("durable") {
            words.push("durable");
        }
        let diagnostic = Diagnostic::warning(Code::ArgumentOfOtherType, option.word, message)
            .help(format!("make it a quorum queue: `{}`", words.join(" ")));
        let is_plain =
            ["type", "exclusive", "auto_delete", "max_priority"].iter().all(|word| !queue.options.has(word));
        out.push(if is_plain {
            edits.push(add_option(queue.statement, &words.join(" ")));
            diagnostic.fix(format!("write `{}`", words.join(" ")), edits)
        } else {
            diagnostic.fix(format!("take `{word}` away"), vec![drop_option(model.text, option)])
        });
    }
}

fn quorum(model: &Model<'_>, queue: &Declared<'_>, out: &mut Vec<Diagnostic>) {
    let Some(kind) = queue.options.find("type") else { return };
    if !queue.options.has("durable") {
        let message = "a quorum queue must be durable: the broker refuses it with 406";
        out.push(
            Diagnostic::warning(Code::ArgumentOfOtherType, kind.word, message)
                .help("write `durable`")
                .fix("write `durable`", vec![add_option(queue.statement, "durable")]),
        );
    }
    let refused = ["exclusive", "auto_delete"];
    let options = queue.options.0.iter();
    for option in options
        .filter(|option| refused.contains(&option.spec.word) || CLASSIC_ONLY.contains(&option.spec.word))
    {
        let word = option.spec.word;
        let message = format!("a quorum queue refuses `{word}` with 406");
        out.push(
            Diagnostic::warning(Code::ArgumentOfOtherType, option.word, message)
                .help(format!("take `{word}` away, or `type quorum`"))
                .fix(format!("take `{word}` away"), vec![drop_option(model.text, option)]),
        );
    }
}
