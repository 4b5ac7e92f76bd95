//! `prefetch` before consumers with `no_ack`: it limits what is unacknowledged, and there nothing is.

use super::model::Model;
use super::rewrite::drop_option;
use crate::script::ast::{ExprKind, StmtKind};
use crate::script::diagnostic::{Code, Diagnostic};

/// RabbitMQ: the limit is of unacknowledged deliveries; with `no-ack` it is ignored.
pub(super) fn check(model: &Model<'_>, out: &mut Vec<Diagnostic>) {
    for (number, consume) in model.consumes.iter().enumerate() {
        let Some(prefetch) = consume.prefetch else { continue };
        let StmtKind::Prefetch { count, .. } = &prefetch.kind else { continue };
        let under_it = || {
            model
                .consumes
                .iter()
                .filter(|one| !one.is_get)
                .filter(|one| one.prefetch.is_some_and(|other| other.span == prefetch.span))
        };
        let is_first = model
            .consumes
            .iter()
            .take(number)
            .all(|one| one.is_get || one.prefetch.is_none_or(|other| other.span != prefetch.span));
        let all_automatic = under_it().all(|one| one.options.has("no_ack"));
        if consume.is_get || !is_first || !all_automatic || matches!(count.kind, ExprKind::Int(0)) {
            continue;
        }
        let message = "this limits nothing: with `no_ack` a message is done once it was sent";
        let edits = under_it()
            .filter_map(|one| one.options.find("no_ack"))
            .map(|option| drop_option(model.text, option))
            .collect();
        out.push(
            Diagnostic::warning(Code::PrefetchWithNoAck, prefetch.head, message)
                .also(consume.statement.head, "it acknowledges nothing")
                .help("take `no_ack` away and write `ack` at the end of the block")
                .fix("take `no_ack` away", edits),
        );
    }
}
