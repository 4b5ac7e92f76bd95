//! Dead letters that come back to their own queue: the default exchange, and the key they had.

use super::model::Model;
use super::rewrite::{insert_after, quoted, shown};
use crate::script::ast::Expr;
use crate::script::diagnostic::{Code, Diagnostic};
use crate::text::TextEdit;

/// RabbitMQ: without `dead_letter_routing_key` a dead letter keeps its key, which to the default exchange is its queue.
pub(super) fn check(model: &Model<'_>, out: &mut Vec<Diagnostic>) {
    for (place, queue) in &model.queues {
        let [one] = queue.as_slice() else { continue };
        let Some(option) = one.options.find("dead_letter_exchange") else { continue };
        if one.options.name("dead_letter_exchange").and_then(|name| name.literal()) != Some("") {
            continue;
        }
        let key = one.options.find("dead_letter_routing_key");
        let back = match key {
            Some(_) => {
                one.options.expr("dead_letter_routing_key").and_then(Expr::literal) == Some(&*place.name)
            }
            // Through another exchange a message may have another key.
            None => {
                model.bindings.iter().all(|one| one.destination.as_ref() != Some(place))
                    && !model.has_computed
            }
        };
        if !back {
            continue;
        }
        let message = format!(
            "a dead letter of `{0}` has the key `{0}`: through the default exchange it comes back to `{0}`",
            place.name
        );
        let parked = format!("{}_parked", place.name);
        let diagnostic = Diagnostic::warning(Code::DeadLetterToItself, option.word, message)
            .help(format!("write `dead_letter_routing_key {}`, and make that queue", quoted(&parked)));
        let put = match one.options.expr("dead_letter_routing_key") {
            Some(expr) => TextEdit::replace(expr.span, quoted(&parked)),
            None => TextEdit::insert(
                one.statement.span.end,
                format!(" dead_letter_routing_key {}", quoted(&parked)),
            ),
        };
        let make = insert_after(model.text, one.statement.span, &[format!("queue {}", shown(&parked))]);
        // Both stand at the end of the statement where the key is new.
        let edits = if put.span == make.span {
            vec![TextEdit::insert(put.span.start, format!("{}{}", put.text, make.text))]
        } else {
            vec![put, make]
        };
        out.push(diagnostic.fix(format!("park them in a queue `{parked}`"), edits));
    }
}
