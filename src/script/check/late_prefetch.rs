//! `prefetch` after the last `consume`: it counts for the consumers made after it, and there are none.

use super::rewrite::{drop_statement, insert_before};
use super::walk::Cx;
use crate::script::ast::{Options, Stmt, StmtKind};
use crate::script::diagnostic::{Code, Diagnostic};

/// Spec: AMQP 0-9-1 basic.qos. RabbitMQ: without `global` it applies to each new consumer on the channel.
pub(super) fn check(cx: &mut Cx<'_>, statements: &[Stmt]) {
    let Some(last) =
        statements.iter().rposition(|statement| matches!(statement.kind, StmtKind::Consume { .. }))
    else {
        return;
    };
    let is_late = |statement: &&Stmt| matches!(&statement.kind, StmtKind::Prefetch { options: Options(options), .. } if options.is_empty());
    // A block with consumers of its own may follow: in a `channel` or a loop.
    let consumes_later =
        statements.iter().skip(last + 1).any(|statement| !statement.kind.blocks().is_empty());
    if consumes_later {
        return;
    }
    if let (Some(late), Some(consume)) = (statements.iter().skip(last).find(is_late), statements.get(last)) {
        let message = "this limits no consumer: `prefetch` counts for those made after it";
        cx.say(
            Diagnostic::warning(Code::LatePrefetch, late.head, message)
                .also(consume.head, "the consumer made before it has no limit")
                .help("put it before the `consume`")
                .fix(
                    "put it before the `consume`",
                    vec![
                        insert_before(cx.text, consume, late.span.of(cx.text)),
                        drop_statement(cx.text, late.span),
                    ],
                ),
        );
    }
}
