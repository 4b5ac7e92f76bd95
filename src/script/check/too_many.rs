//! More variables in one block, or channels in one client, than there can be.

use std::collections::BTreeSet;

use super::walk::Cx;
use crate::script::ast::{Block, Stmt, StmtKind};
use crate::script::diagnostic::{Code, Diagnostic};
use crate::script::grammar::PARTS_MAX;

/// RabbitMQ: `channel_max` is 2047 unless configured.
const CHANNELS_MAX: usize = 2047;

/// The variables that the statements of one block declare.
pub(super) fn variables(cx: &mut Cx<'_>, statements: &[Stmt]) {
    let declares = |statement: &&Stmt| {
        matches!(
            statement.kind,
            StmtKind::Let { .. }
                | StmtKind::Queue { alias: Some(_), .. }
                | StmtKind::Purge { alias: Some(_), .. }
                | StmtKind::Get { body: None, .. }
        )
    };
    if let Some(last) = statements.iter().filter(declares).nth(PARTS_MAX) {
        let message = format!("more than {PARTS_MAX} variables in one block");
        cx.say(
            Diagnostic::error(Code::TooMany, last.word, message)
                .help("keep them in a list or a table: `let counts = {}`, then `counts[\"a\"] = 1`"),
        );
    }
}

pub(super) fn check(cx: &mut Cx<'_>, statement: &Stmt) {
    let StmtKind::Client { name, body, .. } = &statement.kind else { return };
    let mut channels = BTreeSet::from(["main"]);
    count(body, &mut channels);
    if channels.len() > CHANNELS_MAX {
        let message = format!(
            "`{}` uses {} channels: a connection has at most {CHANNELS_MAX}",
            name.text,
            channels.len()
        );
        cx.say(
            Diagnostic::error(Code::TooMany, name.span, message).help("use one channel for many messages"),
        );
    }
}

fn count<'t>(block: &'t Block, channels: &mut BTreeSet<&'t str>) {
    for statement in &block.statements {
        if let StmtKind::Channel { name, .. } = &statement.kind {
            channels.insert(&name.text);
        }
        statement.kind.blocks().into_iter().for_each(|block| count(block, channels));
    }
}
