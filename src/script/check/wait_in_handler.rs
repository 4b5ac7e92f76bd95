//! `wait until` and `wait forever` in a handler: nothing else is taken up meanwhile, so they could never end.

use super::walk::Cx;
use crate::script::ast::{Stmt, StmtKind, Wait};
use crate::script::diagnostic::{Code, Diagnostic};

pub(super) fn check(cx: &mut Cx<'_>, statement: &Stmt) {
    if !cx.around.handler {
        return;
    }
    let word = match &statement.kind {
        StmtKind::Wait { what: Wait::Until(_), .. } => "wait until",
        StmtKind::Wait { what: Wait::Forever, .. } => "wait forever",
        _ => return,
    };
    let message =
        format!("`{word}` cannot stand in a handler: while a handler works nothing else is taken up");
    let help = match word {
        "wait until" => "set a variable here and wait in the client's body: `wait until done`",
        _ => "leave it out: the handler ends, and the client goes on consuming",
    };
    cx.say(Diagnostic::error(Code::WaitInHandler, statement.head, message).help(help));
}
