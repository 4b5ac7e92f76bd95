//! `*` or `#` in the binding key of a direct exchange: there they stand for themselves.

use super::model::Model;
use crate::script::diagnostic::{Code, Diagnostic};
use crate::text::TextEdit;

/// RabbitMQ: a direct exchange compares keys byte for byte; only a topic exchange knows wildcards.
pub(super) fn check(model: &Model<'_>, out: &mut Vec<Diagnostic>) {
    for binding in &model.bindings {
        let (Some(source), Some(key)) = (&binding.source, &binding.key) else { continue };
        let Some(expr) = binding.options.expr("key") else { continue };
        let has_wildcard = key.split('.').any(|word| word == "*" || word == "#");
        if !has_wildcard || model.exchange_kind(source) != Some("direct") {
            continue;
        }
        let declared = model.exchanges.get(source).map_or(&[][..], Vec::as_slice);
        let edits = declared
            .iter()
            .map(|one| match one.kind {
                Some(kind) => TextEdit::replace(kind.span, "topic"),
                None => TextEdit::insert(one.name.span.end, " topic"),
            })
            .collect();
        let message =
            format!("`{}` is a direct exchange: it takes `{key}` as it stands, no wildcard", source.name);
        out.push(
            Diagnostic::warning(Code::WildcardOnDirect, expr.span, message)
                .help(format!("make it a topic exchange: `exchange {} topic`", source.name))
                .fix("make it a topic exchange", edits),
        );
    }
}
