//! `ack` where there is no message to acknowledge.

use super::walk::Cx;
use crate::script::ast::{Stmt, StmtKind};
use crate::script::diagnostic::{Code, Diagnostic};

pub(super) fn check(cx: &mut Cx<'_>, statement: &Stmt) {
    let StmtKind::Settle { message: None, .. } = &statement.kind else { return };
    if cx.around.message || cx.around.client.is_none() {
        return;
    }
    cx.say(
        Diagnostic::error(Code::NoMessage, statement.word, "there is no message here to settle")
            .help("it belongs in the block of `consume` or `get`; by its tag: `ack 1`"),
    );
}
