//! An exclusive queue that another connection wants: 405.

use super::model::{At, Model};
use super::rewrite::drop_option;
use crate::script::diagnostic::{Code, Diagnostic};
use crate::text::Span;

/// RabbitMQ: `RESOURCE_LOCKED`: an exclusive queue belongs to the connection that declared it.
pub(super) fn check(model: &Model<'_>, out: &mut Vec<Diagnostic>) {
    for (place, queue) in &model.queues {
        let Some(owner) = queue.iter().find(|one| one.options.has("exclusive")) else { continue };
        let Some(option) = owner.options.find("exclusive") else { continue };
        let is_other = |at: At<'_>| name(at) != name(owner.at);
        let mut others: Vec<(Span, At<'_>)> =
            queue.iter().filter(|one| is_other(one.at)).map(|one| (one.statement.head, one.at)).collect();
        others.extend(
            model.consumers(place).filter(|one| is_other(one.at)).map(|one| (one.statement.head, one.at)),
        );
        others.sort_by_key(|(span, _)| *span);
        let copies = owner.at.client.filter(|client| client.copies > 1);
        let (message, other) = match (others.first(), copies) {
            (Some((span, at)), _) => (
                format!(
                    "`{}` is exclusive: it belongs to {}, and the broker refuses {} with 405",
                    place.name,
                    who(owner.at),
                    who(*at)
                ),
                Some(*span),
            ),
            (None, Some(client)) => (
                format!(
                    "`{}` is exclusive: the first of the {} copies has it, and the broker refuses the others with 405",
                    place.name, client.copies
                ),
                None,
            ),
            (None, None) => continue,
        };
        let mut diagnostic = Diagnostic::warning(Code::ExclusiveShared, option.word, message);
        if let Some(span) = other {
            diagnostic = diagnostic.also(span, "wanted here");
        }
        let edits = queue
            .iter()
            .filter_map(|one| one.options.find("exclusive"))
            .map(|option| drop_option(model.text, option))
            .collect();
        out.push(
            diagnostic
                .help("take `exclusive` away; a queue of one's own is `queue \"\" exclusive as mine`")
                .fix("take `exclusive` away", edits),
        );
    }
}

fn name<'t>(at: At<'t>) -> &'t str {
    at.client.map_or("", |client| &client.name.text)
}

fn who(at: At<'_>) -> String {
    at.client.map_or_else(|| "the operator".to_owned(), |client| format!("`{}`", client.name.text))
}
