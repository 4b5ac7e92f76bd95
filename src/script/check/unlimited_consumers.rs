//! Several consumers that take their time, without `prefetch`: messages are dealt out by turns, however busy each is.

use super::model::{Consume, Model};
use super::rewrite::insert_before;
use crate::script::ast::{Block, StmtKind, Wait};
use crate::script::diagnostic::{Code, Diagnostic, Severity};

/// RabbitMQ: without a limit all ready messages are sent at once: by turns to the consumers there are, none is left for
/// one that comes later.
pub(super) fn check(model: &Model<'_>, out: &mut Vec<Diagnostic>) {
    for place in model.queues.keys() {
        let all: Vec<_> = model.consumers(place).filter(|one| !one.is_get).collect();
        let count: i64 = all.iter().map(|one| one.at.client.map_or(1, |client| client.copies)).sum();
        let Some(first) = all.iter().find(|one| is_unlimited(one)) else { continue };
        let alone = model
            .queues
            .get(place)
            .is_some_and(|queue| queue.iter().any(|one| one.options.has("single_active_consumer")));
        // One that ends may have been alone in its time.
        let ends = all
            .iter()
            .any(|one| one.at.client.is_some_and(|client| model.stopped.contains(&*client.name.text)));
        if count < 2 || alone || ends || all.iter().any(|one| one.options.has("exclusive")) {
            continue;
        }
        let message = format!(
            "without `prefetch` the messages of `{}` are sent at once, by turns, however busy each consumer is",
            place.name
        );
        let edits = all
            .iter()
            .filter(|one| is_unlimited(one))
            .map(|one| insert_before(model.text, one.statement, "prefetch 1"))
            .collect();
        out.push(
            Diagnostic::new(Severity::Note, Code::UnlimitedConsumers, first.statement.head, message)
                .help("write `prefetch 1` before the `consume`: who is ready gets the next one")
                .fix("write `prefetch 1` before each `consume`", edits),
        );
    }
}

/// Whether its work takes time and nothing limits it.
fn is_unlimited(consume: &Consume<'_>) -> bool {
    consume.prefetch.is_none() && !consume.options.has("no_ack") && consume.handler.is_some_and(works)
}

fn works(block: &Block) -> bool {
    block.statements.iter().any(|statement| {
        matches!(statement.kind, StmtKind::Wait { what: Wait::Time(_), .. })
            || !matches!(statement.kind, StmtKind::Consume { .. })
                && statement.kind.blocks().into_iter().any(works)
    })
}
