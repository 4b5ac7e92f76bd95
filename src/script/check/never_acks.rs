//! A consumer that takes messages and settles none: a lesson, or forgotten.

use super::rewrite::insert_last;
use super::walk::Cx;
use crate::script::ast::{Block, Stmt, StmtKind};
use crate::script::diagnostic::{Code, Diagnostic, Severity};

pub(super) fn check(cx: &mut Cx<'_>, statement: &Stmt) {
    let StmtKind::Client { body, .. } = &statement.kind else { return };
    let mut consume = None;
    if !settles(body, &mut consume)
        && let Some(consume) = consume
    {
        let StmtKind::Consume { handler: Some(handler), .. } = &consume.kind else { return };
        let edit = insert_last(cx.text, handler, "ack");
        let message = "nothing is acknowledged here: what it gets stays unacked until it goes";
        cx.say(
            Diagnostic::new(Severity::Note, Code::NeverAcks, consume.head, message)
                .help("write `ack` at the end of the block, or `no_ack` behind the queue")
                .fix("write `ack` at the end of the block", vec![edit]),
        );
    }
}

/// Whether the block settles anything, or may; the first consumer with a block that would have to.
fn settles<'t>(block: &'t Block, consume: &mut Option<&'t Stmt>) -> bool {
    block.statements.iter().any(|statement| {
        if let StmtKind::Consume { queue, options, handler: Some(_), .. } = &statement.kind
            && !options.has("no_ack")
            && queue.literal() != Some("amq.rabbitmq.reply-to")
        {
            consume.get_or_insert(statement);
        }
        matches!(statement.kind, StmtKind::Settle { .. } | StmtKind::Broken(_))
            || statement.kind.blocks().into_iter().any(|block| settles(block, consume))
    })
}
