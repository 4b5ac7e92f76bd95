//! `ack` before the work: a crash in between loses the message.

use super::model::Model;
use super::rewrite::{drop_statement, insert_last};
use crate::script::ast::{Block, Settle, Stmt, StmtKind, Wait};
use crate::script::diagnostic::{Code, Diagnostic, Severity};

pub(super) fn check(model: &Model<'_>, out: &mut Vec<Diagnostic>) {
    for consume in model.consumes.iter().filter(|one| !one.is_get && !one.options.has("no_ack")) {
        let Some(handler) = consume.handler else { continue };
        let Some(early) = early_ack(handler) else { continue };
        let message = "this is acknowledged before the work is done: a crash in between loses it";
        out.push(
            Diagnostic::new(Severity::Note, Code::AckBeforeWork, early.span, message)
                .help("put it behind the work, at the end of the block")
                .fix(
                    "acknowledge at the end",
                    vec![
                        drop_statement(model.text, early.span),
                        insert_last(model.text, handler, early.span.of(model.text)),
                    ],
                ),
        );
    }
}

/// An `ack` of the handler's own message with a `wait` of some time behind it, and nothing that settles after that.
fn early_ack(handler: &Block) -> Option<&Stmt> {
    let is_ack = |one: &&Stmt| matches!(one.kind, StmtKind::Settle { how: Settle::Ack, message: None, .. });
    let at = handler.statements.iter().position(|one| is_ack(&one))?;
    let works = handler
        .statements
        .iter()
        .skip(at + 1)
        .any(|one| matches!(one.kind, StmtKind::Wait { what: Wait::Time(_), .. }));
    works.then(|| handler.statements.get(at)).flatten()
}
