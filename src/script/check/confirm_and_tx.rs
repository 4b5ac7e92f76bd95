//! `confirm` and `tx` on one channel: it is the one or the other.

use std::collections::BTreeMap;

use super::model::Model;
use super::rewrite::drop_statement;
use crate::script::ast::{Block, Plain, Stmt, StmtKind};
use crate::script::diagnostic::{Code, Diagnostic};

/// RabbitMQ: `cannot switch from confirm to tx mode`, and the other way round: 406.
pub(super) fn check(model: &Model<'_>, out: &mut Vec<Diagnostic>) {
    let mut seen = std::collections::BTreeSet::new();
    for at in model.publishes.iter().map(|one| one.at).chain(model.consumes.iter().map(|one| one.at)) {
        if let Some(client) = at.client
            && seen.insert(client.name.span)
        {
            search(model, client.body, "main", &mut BTreeMap::new(), out);
        }
    }
}

fn search<'t>(
    model: &Model<'_>,
    block: &'t Block,
    channel: &'t str,
    modes: &mut BTreeMap<&'t str, (Plain, &'t Stmt)>,
    out: &mut Vec<Diagnostic>,
) {
    for statement in &block.statements {
        let mode = match statement.kind {
            StmtKind::Plain(mode @ (Plain::Confirm | Plain::Tx)) => Some(mode),
            // Opened again, a channel is in no mode.
            StmtKind::Close { .. } | StmtKind::Reconnect { .. } => {
                modes.clear();
                None
            }
            _ => None,
        };
        if let Some(mode) = mode {
            let (before, first) = *modes.entry(channel).or_insert((mode, statement));
            if before != mode {
                let word = statement.span.of(model.text);
                let message = format!(
                    "this channel is in the other mode already: the broker refuses `{word}` with 406"
                );
                out.push(
                    Diagnostic::warning(Code::ConfirmAndTx, statement.span, message)
                        .also(first.span, "its mode is set here")
                        .help(
                            "a channel confirms or has transactions: give one of them a `channel` of its own",
                        )
                        .fix(format!("take `{word}` away"), vec![drop_statement(model.text, statement.span)]),
                );
            }
        }
        let inner = match &statement.kind {
            StmtKind::Channel { name, .. } => &*name.text,
            _ => channel,
        };
        for block in statement.kind.blocks() {
            search(model, block, inner, modes, out);
        }
    }
}
