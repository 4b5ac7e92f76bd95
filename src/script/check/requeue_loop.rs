//! A message that is put back whenever it comes: it comes again at once, for ever.

use super::model::Model;
use super::rewrite::drop_option;
use crate::script::ast::{Access, Block, Expr, ExprKind, Piece, Stmt, StmtKind};
use crate::script::diagnostic::{Code, Diagnostic};

/// Fields of a message that are other the next time.
const CHANGING: &[&str] = &["redelivered", "delivery_tag", "headers", "consumer_tag", "message_count"];

/// RabbitMQ: `requeue` puts a message back to its place, the head of the queue. Only a quorum queue counts.
pub(super) fn check(model: &Model<'_>, out: &mut Vec<Diagnostic>) {
    for consume in model.consumes.iter().filter(|one| !one.is_get && !one.options.has("no_ack")) {
        let (Some(handler), Some(place)) = (consume.handler, &consume.queue) else { continue };
        let is_alone = model.consumers(place).all(|one| one.statement.span == consume.statement.span);
        let Some(queue) = model.queue(&consume.queue) else { continue };
        if !is_alone || !model.is_classic(queue) || model.has_computed {
            continue;
        }
        let Some(settle) = put_back(handler, true) else { continue };
        let message = format!(
            "`{}` puts the message back to the head of `{}`, and it comes again at once: nothing ends this",
            settle.span.of(model.text),
            place.name
        );
        let mut diagnostic = Diagnostic::warning(Code::RequeueLoop, settle.span, message).help(
            "take `requeue` away and give the queue a `dead_letter_exchange`, or count: `reject requeue` and `type quorum durable delivery_limit 3`",
        );
        if let StmtKind::Settle { options, .. } = &settle.kind
            && let Some(option) = options.find("requeue")
        {
            let title = if queue.iter().any(|one| one.options.has("dead_letter_exchange")) {
                "dead-letter it: take `requeue` away"
            } else {
                "drop it: take `requeue` away"
            };
            diagnostic = diagnostic.fix(title, vec![drop_option(model.text, option)]);
        }
        out.push(diagnostic);
    }
}

/// The first settle with `requeue` that happens every time that a message of some kind comes: only conditions stand
/// around it whose answer never changes.
fn put_back(block: &Block, is_sure: bool) -> Option<&Stmt> {
    block.statements.iter().find_map(|statement| match &statement.kind {
        StmtKind::Settle { message: None, options, .. } => {
            (is_sure && options.has("requeue")).then_some(statement)
        }
        StmtKind::If { arms, otherwise } => {
            let mut sure = is_sure;
            for (condition, block) in arms {
                sure &= is_constant(condition);
                if let Some(found) = put_back(block, sure) {
                    return Some(found);
                }
            }
            otherwise.as_ref().and_then(|block| put_back(block, sure))
        }
        // What is raised or returned differs from time to time, loops and other messages are not looked into.
        _ => None,
    })
}

/// Whether the answer is the same whenever the same message comes.
fn is_constant(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Null
        | ExprKind::Bool(_)
        | ExprKind::Int(_)
        | ExprKind::Float(_)
        | ExprKind::Duration(_)
        | ExprKind::Size(_) => true,
        ExprKind::Text(pieces) => pieces.iter().all(|piece| match piece {
            Piece::Text(_) => true,
            Piece::Hole(expr) => is_constant(expr),
        }),
        ExprKind::Access { base, path } => {
            let of_message = matches!(&base.kind, ExprKind::Variable(name) if &**name == "message");
            let steady = match path.first() {
                Some(Access::Field(field)) => !CHANGING.contains(&&*field.text),
                _ => false,
            };
            of_message && steady
        }
        ExprKind::Not(inner) | ExprKind::Negative(inner) => is_constant(inner),
        ExprKind::And(parts) | ExprKind::Or(parts) | ExprKind::List(parts) => parts.iter().all(is_constant),
        ExprKind::Compare { left, right, .. } | ExprKind::Range(left, right) => {
            is_constant(left) && is_constant(right)
        }
        _ => false,
    }
}
