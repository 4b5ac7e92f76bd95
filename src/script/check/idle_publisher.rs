//! A client called `publisher` that never publishes.

use super::walk::Cx;
use crate::script::ast::{Block, Role, Stmt, StmtKind};
use crate::script::diagnostic::{Code, Diagnostic};
use crate::text::TextEdit;

pub(super) fn check(cx: &mut Cx<'_>, statement: &Stmt) {
    let StmtKind::Client { role: Role::Publisher, name, body, .. } = &statement.kind else { return };
    if publishes(body) {
        return;
    }
    let message = format!("the publisher `{}` publishes nothing", name.text);
    cx.say(
        Diagnostic::warning(Code::IdlePublisher, name.span, message)
            .help("write `publish \"hello\" to default key \"tasks\"` in it, or call it `client`: the words mean the same")
            .fix("call it `client`", vec![TextEdit::replace(statement.word, "client")]),
    );
}

/// What could not be read may have been a publish.
fn publishes(block: &Block) -> bool {
    block.statements.iter().any(|statement| {
        matches!(statement.kind, StmtKind::Publish { .. } | StmtKind::Broken(_))
            || statement.kind.blocks().into_iter().any(publishes)
    })
}
