//! A request without a correlation id: whose reply a reply is cannot be told.

use super::model::Model;
use super::rewrite::add_option;
use crate::script::diagnostic::{Code, Diagnostic, Severity};

pub(super) fn check(model: &Model<'_>, out: &mut Vec<Diagnostic>) {
    for publish in &model.publishes {
        let Some(option) = publish.options.find("reply_to") else { continue };
        if publish.options.has("correlation_id") {
            continue;
        }
        let message = "without a `correlation_id` the requester cannot tell which request a reply answers";
        out.push(
            Diagnostic::new(Severity::Note, Code::ReplyWithoutCorrelation, option.word, message)
                .help("write `correlation_id uuid()`, keep the id and compare it with the reply's")
                .fix(
                    "write `correlation_id uuid()`",
                    vec![add_option(publish.statement, "correlation_id uuid()")],
                ),
        );
    }
}
