//! A message settled over another channel than it came by: delivery tags are each channel's own.

use super::model::Model;
use super::rewrite::{drop_statement, insert_after};
use crate::script::ast::{Block, Expr, ExprKind, Stmt, StmtKind};
use crate::script::diagnostic::{Code, Diagnostic};

/// Spec: AMQP 0-9-1: a delivery tag is valid only within the channel on which the message was received.
pub(super) fn check(model: &Model<'_>, out: &mut Vec<Diagnostic>) {
    for consume in model.consumes.iter().filter(|one| !one.options.has("no_ack")) {
        let Some(handler) = consume.handler else { continue };
        let alias = match &consume.statement.kind {
            StmtKind::Consume { alias, .. } | StmtKind::Get { alias, .. } => alias.as_ref(),
            _ => None,
        };
        search(model, handler, consume.at.channel, alias.map(|alias| &*alias.text), out);
    }
}

fn search(model: &Model<'_>, block: &Block, own: &str, alias: Option<&str>, out: &mut Vec<Diagnostic>) {
    for statement in &block.statements {
        match &statement.kind {
            StmtKind::Channel { name, body } if *name.text != *own => {
                for settle in body.statements.iter().filter(|inner| settles(inner, alias)) {
                    say(model, statement, settle, own, &name.text, out);
                }
            }
            // Another message is meant there.
            StmtKind::Consume { .. } | StmtKind::Get { .. } | StmtKind::On { .. } => {}
            _ => {
                for block in statement.kind.blocks() {
                    search(model, block, own, alias, out);
                }
            }
        }
    }
}

fn settles(statement: &Stmt, alias: Option<&str>) -> bool {
    let StmtKind::Settle { message, .. } = &statement.kind else { return false };
    match message {
        None => true,
        Some(Expr { kind: ExprKind::Variable(name), .. }) => &**name == "message" || Some(&**name) == alias,
        Some(_) => false,
    }
}

fn say(model: &Model<'_>, channel: &Stmt, settle: &Stmt, own: &str, other: &str, out: &mut Vec<Diagnostic>) {
    let message = format!(
        "this goes over channel `{other}`, the message came by `{own}`: a delivery tag is its channel's own, so the broker closes `{other}` with 406"
    );
    let written = settle.span.of(model.text).to_owned();
    out.push(
        Diagnostic::warning(Code::AckOnOtherChannel, settle.span, message)
            .help(format!("put it behind the block of channel `{other}`"))
            .fix(
                format!("move `{written}` out of channel `{other}`"),
                vec![
                    drop_statement(model.text, settle.span),
                    insert_after(model.text, channel.span, &[written]),
                ],
            ),
    );
}
