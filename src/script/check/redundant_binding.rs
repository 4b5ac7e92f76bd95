//! A topic binding that takes nothing but what another one of the same queue takes: no second copy comes of it.

use super::model::{Binding, Model};
use super::rewrite::drop_statement;
use crate::amqp::topic;
use crate::script::diagnostic::{Code, Diagnostic, Severity};

/// RabbitMQ: a queue gets one copy of a message, however many of its bindings match.
pub(super) fn check(model: &Model<'_>, out: &mut Vec<Diagnostic>) {
    for binding in &model.bindings {
        let (Some(source), Some(key)) = (&binding.source, &binding.key) else { continue };
        if model.exchange_kind(source) != Some("topic") || binding.destination.is_none() {
            continue;
        }
        let wider = |other: &&Binding<'_>| {
            other.destination == binding.destination
                && other.to_exchange == binding.to_exchange
                && other.key.as_ref().is_some_and(|wide| wide != key && covers(wide, key))
        };
        let Some((other, wide)) =
            model.bound_to(source).find(wider).and_then(|one| Some((one, one.key.as_ref()?)))
        else {
            continue;
        };
        let message = format!(
            "this adds nothing: `{wide}` takes all that `{key}` takes, and a queue gets one copy of a message"
        );
        out.push(
            Diagnostic::new(Severity::Note, Code::RedundantBinding, binding.statement.span, message)
                .also(other.statement.span, "the wider binding")
                .help("take one of them away")
                .fix("take it away", vec![drop_statement(model.text, binding.statement.span)]),
        );
    }
}

/// Whether every key that `narrow` matches is matched by `wide`. Where it is not sure, it says no.
fn covers(wide: &str, narrow: &str) -> bool {
    const WORDS_MAX: usize = 8;
    let (wide, narrow): (Vec<_>, Vec<_>) = (topic::words(wide).collect(), topic::words(narrow).collect());
    wide.len().max(narrow.len()) <= WORDS_MAX && words_cover(&wide, &narrow)
}

fn words_cover(wide: &[&str], narrow: &[&str]) -> bool {
    match (wide.split_first(), narrow.split_first()) {
        (None, None) => true,
        (None, Some(_)) => false,
        (Some((&"#", rest)), after) => {
            words_cover(rest, narrow) || after.is_some_and(|(_, after)| words_cover(wide, after))
        }
        (Some((&"*", rest)), Some((word, after))) => *word != "#" && words_cover(rest, after),
        (Some((own, rest)), Some((word, after))) => own == word && words_cover(rest, after),
        (Some(_), None) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::covers;

    #[test]
    fn wider_bindings() {
        for (wide, narrow, is) in [
            ("#", "a.*", true),
            ("a.#", "a", true),
            ("a.#", "a.b.#", true),
            ("a.*", "a.b", true),
            ("a.*", "a.#", false),
            ("*.*.rabbit", "lazy.#", false),
            ("lazy.#", "*.*.rabbit", false),
            ("#.a", "b.a", true),
            ("*", "#", false),
        ] {
            assert_eq!(covers(wide, narrow), is, "{wide} {narrow}");
        }
    }
}
