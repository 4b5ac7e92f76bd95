//! `ack` in the handler of a consumer with `no_ack`: the broker has no such tag and closes the channel.

use super::walk::Cx;
use crate::script::ast::{Stmt, StmtKind};
use crate::script::diagnostic::{Code, Diagnostic};

pub(super) fn check(cx: &mut Cx<'_>, statement: &Stmt) {
    let StmtKind::Settle { message: None, .. } = &statement.kind else { return };
    if cx.around.message && cx.around.no_ack {
        let message = "with `no_ack` there is nothing to settle: the broker closes the channel with 406";
        cx.say(
            Diagnostic::warning(Code::AckWithNoAck, statement.span, message)
                .help("take `no_ack` away, or this line"),
        );
    }
}
