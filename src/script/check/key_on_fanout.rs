//! A key on a binding of a fanout exchange: it looks at none.

use super::model::Model;
use super::rewrite::drop_option;
use crate::script::diagnostic::{Code, Diagnostic, Severity};

pub(super) fn check(model: &Model<'_>, out: &mut Vec<Diagnostic>) {
    for binding in &model.bindings {
        let Some(source) = &binding.source else { continue };
        let Some(option) = binding.options.find("key") else { continue };
        if model.exchange_kind(source) != Some("fanout") || binding.key.as_deref().is_none_or(str::is_empty) {
            continue;
        }
        let message = format!("`{}` is a fanout exchange: it looks at no key", source.name);
        out.push(
            Diagnostic::new(Severity::Note, Code::KeyOnFanout, option.word, message)
                .help("take the key away; an exchange that looks at keys is a `direct` or `topic` one")
                .fix("take the key away", vec![drop_option(model.text, option)]),
        );
    }
}
