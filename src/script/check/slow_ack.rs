//! Work that takes longer than the broker waits for an acknowledgement.

use super::model::{Consume, Model};
use crate::script::ast::{Block, ExprKind, Stmt, StmtKind, Wait};
use crate::script::diagnostic::{Code, Diagnostic};

/// RabbitMQ: `consumer_timeout`, 30 minutes unless set.
const TIMEOUT: u64 = 30 * 60 * 1_000_000;

/// RabbitMQ: past it, the channel is closed with 406; since 4.3 only quorum queues have it, and cancel the consumer.
pub(super) fn check(model: &Model<'_>, out: &mut Vec<Diagnostic>) {
    for consume in model.consumes.iter().filter(|one| !one.is_get && !one.options.has("no_ack")) {
        let Some(handler) = consume.handler else { continue };
        let Some(limit) = timeout(model, consume) else { continue };
        let Some((wait, _)) = longest(handler).filter(|(_, time)| *time > limit) else { continue };
        let message = if model.is_since("4.3") {
            "this takes longer than the broker waits for an `ack`: it cancels the consumer, and the message goes to another"
        } else {
            "this takes longer than the broker waits for an `ack`: it closes the channel with 406, and the message goes to another"
        };
        out.push(
            Diagnostic::warning(Code::SlowAck, wait.span, message)
                .help("raise the limit, `broker consumer_timeout 2h`, or acknowledge and keep the work's state yourself"),
        );
    }
}

/// What holds for a consumer's queue; none where nothing does or it is not known.
fn timeout(model: &Model<'_>, consume: &Consume<'_>) -> Option<u64> {
    let queue = model.queue(&consume.queue)?;
    let is_quorum =
        queue.iter().any(|one| one.options.name("type").and_then(|kind| kind.literal()) == Some("quorum"));
    if model.is_since("4.3") && !is_quorum || model.may_have(queue, "consumer_timeout") {
        return None;
    }
    Some(model.consumer_timeout.unwrap_or(TIMEOUT))
}

/// The longest `wait` of some time that surely happens before the end of the handler or its settling.
fn longest(block: &Block) -> Option<(&Stmt, u64)> {
    let before_settling =
        block.statements.iter().take_while(|one| !matches!(one.kind, StmtKind::Settle { .. }));
    let waits = before_settling.filter_map(|one| match &one.kind {
        StmtKind::Wait { what: Wait::Time(time), .. } => match &time.kind {
            ExprKind::Duration(time) => Some((one, *time)),
            ExprKind::Range(from, _) => match from.kind {
                ExprKind::Duration(time) => Some((one, time)),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    });
    waits.max_by_key(|(_, time)| *time)
}
