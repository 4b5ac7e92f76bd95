//! A binding to the default exchange: it takes none.

use super::model::Model;
use super::rewrite::drop_statement;
use crate::script::diagnostic::{Code, Diagnostic};

/// RabbitMQ: every queue is bound to the default exchange by its name; bind and unbind are refused with 403.
pub(super) fn check(model: &Model<'_>, out: &mut Vec<Diagnostic>) {
    for binding in &model.bindings {
        if binding.source.as_ref().is_none_or(|source| !source.name.is_empty()) {
            continue;
        }
        let message = "the default exchange takes no bindings: the broker refuses this with 403";
        out.push(
            Diagnostic::warning(Code::BindToDefault, binding.statement.span, message)
                .help(
                    "every queue is bound to it by its own name already: `publish … to default key \"tasks\"`",
                )
                .fix("take the binding away", vec![drop_statement(model.text, binding.statement.span)]),
        );
    }
}
