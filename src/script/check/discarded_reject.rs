//! `reject` or `nack` without `requeue`, and no dead-letter exchange: the message is gone.

use super::model::{Model, Place};
use super::rewrite::{insert_before, shown};
use crate::script::ast::{Block, Settle, Stmt, StmtKind};
use crate::script::diagnostic::{Code, Diagnostic, Severity};
use crate::text::TextEdit;

/// RabbitMQ: a rejected message is discarded unless its queue has a dead-letter exchange.
pub(super) fn check(model: &Model<'_>, out: &mut Vec<Diagnostic>) {
    let mut said: Vec<&Place> = Vec::new();
    for consume in &model.consumes {
        let (Some(handler), Some(place)) = (consume.handler, &consume.queue) else { continue };
        let Some(queue) = model.queue(&consume.queue) else { continue };
        if model.may_have(queue, "dead_letter_exchange") || said.contains(&place) {
            continue;
        }
        let (Some(settle), Some(first)) = (rejection(handler), queue.first()) else { continue };
        said.push(place);
        let word = settle.word.of(model.text);
        let message = format!(
            "`{word}` without `requeue` throws the message away: `{}` has no `dead_letter_exchange`",
            place.name
        );
        let parked = format!("{}_parked", place.name);
        let options = format!(" dead_letter_exchange default dead_letter_routing_key \"{parked}\"");
        let mut edits: Vec<_> =
            queue.iter().map(|one| TextEdit::insert(one.name.span.end, options.clone())).collect();
        edits.push(insert_before(model.text, first.statement, &format!("queue {}", shown(&parked))));
        let diagnostic =
            Diagnostic::new(Severity::Note, Code::DiscardedReject, settle.span, message).help(format!(
                "keep it: `queue {} dead_letter_exchange default dead_letter_routing_key \"{parked}\"`",
                shown(&place.name)
            ));
        out.push(diagnostic.fix(format!("keep rejected messages in a queue `{parked}`"), edits));
    }
}

/// The first of the message at hand in the handler, not in another message's block.
fn rejection(block: &Block) -> Option<&Stmt> {
    block.statements.iter().find_map(|statement| match &statement.kind {
        StmtKind::Settle { how: Settle::Nack | Settle::Reject, message: None, options } => {
            (!options.has("requeue")).then_some(statement)
        }
        StmtKind::Consume { .. } | StmtKind::Get { .. } | StmtKind::On { .. } => None,
        kind => kind.blocks().into_iter().find_map(rejection),
    })
}
