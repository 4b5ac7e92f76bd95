//! A binding of a headers exchange without `match`: it takes every message.

use super::model::Model;
use super::rewrite::add_option;
use crate::script::diagnostic::{Code, Diagnostic};

/// RabbitMQ: `x-match` is `all` unless said, and all of no headers is true of every message.
pub(super) fn check(model: &Model<'_>, out: &mut Vec<Diagnostic>) {
    for binding in &model.bindings {
        let Some(source) = &binding.source else { continue };
        let has_headers = binding.options.has("match") || binding.options.has("arguments");
        if model.exchange_kind(source) != Some("headers") || has_headers {
            continue;
        }
        let message = format!(
            "`{}` is a headers exchange, and this binding names no header: it takes every message",
            source.name
        );
        out.push(
            Diagnostic::warning(Code::MissingMatch, binding.statement.span, message)
                .help("write `match all { name: \"value\" }`, or `match any { … }`")
                .fix(
                    "write `match all { name: \"value\" }`",
                    vec![add_option(binding.statement, "match all { name: \"value\" }")],
                ),
        );
    }
}
