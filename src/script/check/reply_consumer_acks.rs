//! Direct reply-to without `no_ack`: 406.

use super::model::Model;
use crate::script::ast::StmtKind;
use crate::script::diagnostic::{Code, Diagnostic};
use crate::text::TextEdit;

/// RabbitMQ: `PRECONDITION_FAILED - reply consumer cannot acknowledge`.
pub(super) fn check(model: &Model<'_>, out: &mut Vec<Diagnostic>) {
    for consume in model.consumes.iter().filter(|one| !one.is_get && !one.options.has("no_ack")) {
        let StmtKind::Consume { queue, .. } = &consume.statement.kind else { continue };
        if queue.literal() != Some("amq.rabbitmq.reply-to") {
            continue;
        }
        let message = "replies come without acknowledgement: the broker refuses this consumer with 406";
        out.push(
            Diagnostic::warning(Code::ReplyConsumerAcks, consume.statement.head, message)
                .help("write `no_ack`")
                .fix("write `no_ack`", vec![TextEdit::insert(queue.span.end, " no_ack")]),
        );
    }
}
