//! `wait for confirms` in a client that never asks for confirms: it waits for nothing.

use super::rewrite::insert_first;
use super::walk::Cx;
use crate::script::ast::{Block, Plain, Stmt, StmtKind, Wait};
use crate::script::diagnostic::{Code, Diagnostic};
use crate::text::Span;

pub(super) fn check(cx: &mut Cx<'_>, statement: &Stmt) {
    let StmtKind::Client { body, .. } = &statement.kind else { return };
    let (mut confirms, mut wait) = (false, None);
    search(body, &mut confirms, &mut wait);
    if let (false, Some(span)) = (confirms, wait) {
        cx.say(
            Diagnostic::warning(
                Code::WaitWithoutConfirm,
                span,
                "the channel was never told to confirm: this waits for nothing",
            )
            .help("write `confirm` before the first publish")
            .fix("write `confirm` at the beginning", vec![insert_first(cx.text, body, "confirm")]),
        );
    }
}

fn search(block: &Block, confirms: &mut bool, wait: &mut Option<Span>) {
    for statement in &block.statements {
        match &statement.kind {
            StmtKind::Plain(Plain::Confirm) | StmtKind::Broken(_) => *confirms = true,
            StmtKind::Wait { what: Wait::Confirms, .. } => *wait = wait.or(Some(statement.head)),
            _ => {}
        }
        statement.kind.blocks().into_iter().for_each(|block| search(block, confirms, wait));
    }
}
