//! One message settled twice: the second time the tag is unknown, and the channel closes.

use super::model::Model;
use super::rewrite::drop_statement;
use crate::script::ast::{Block, Expr, ExprKind, Stmt, StmtKind};
use crate::script::diagnostic::{Code, Diagnostic};

/// RabbitMQ: `PRECONDITION_FAILED - unknown delivery tag`: 406 closes the channel.
pub(super) fn check(model: &Model<'_>, out: &mut Vec<Diagnostic>) {
    for consume in model.consumes.iter().filter(|one| !one.options.has("no_ack")) {
        if let Some(handler) = consume.handler {
            search(model, handler, out);
        }
    }
}

fn search(model: &Model<'_>, block: &Block, out: &mut Vec<Diagnostic>) {
    let mut settled: Vec<(&Stmt, &str)> = Vec::new();
    for statement in &block.statements {
        if let Some(message) = what(statement) {
            match settled.iter().find(|(_, other)| *other == message) {
                Some((first, _)) => out.push(
                    Diagnostic::warning(
                        Code::DoubleAck,
                        statement.span,
                        "this message is settled already: the broker does not know its tag any more and closes the channel with 406",
                    )
                    .also(first.span, "settled here")
                    .help("settle each message once")
                    .fix("take it away", vec![drop_statement(model.text, statement.span)]),
                ),
                None => settled.push((statement, message)),
            }
        }
        // A block of its own, or the end of what came before it.
        match statement.kind {
            StmtKind::Get { .. } | StmtKind::Assign { .. } | StmtKind::Reconnect { .. } => settled.clear(),
            StmtKind::Plain(_) | StmtKind::Close { .. } => settled.clear(),
            StmtKind::Consume { .. } => {}
            _ => statement.kind.blocks().into_iter().for_each(|block| search(model, block, out)),
        }
    }
}

/// Which message a statement settles: the variable that holds it.
fn what(statement: &Stmt) -> Option<&str> {
    match &statement.kind {
        StmtKind::Settle { message: None, .. } => Some("message"),
        StmtKind::Settle { message: Some(Expr { kind: ExprKind::Variable(name), .. }), .. } => Some(name),
        _ => None,
    }
}
