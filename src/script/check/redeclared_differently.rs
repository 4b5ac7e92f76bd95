//! A queue or exchange declared twice, not alike: a declaration is an assertion, and the second one is a 406.

use super::model::{Declared, Model, Place};
use crate::script::ast::{Name, OptValue};
use crate::script::diagnostic::{Code, Diagnostic};
use crate::text::{Span, TextEdit};

/// Options that are no part of what is declared.
const LOGIN: &[&str] = &["user", "vhost", "passive"];

pub(super) fn check(model: &Model<'_>, out: &mut Vec<Diagnostic>) {
    for (places, what) in [(&model.queues, "queue"), (&model.exchanges, "exchange")] {
        for (place, declared) in places {
            if !comes_and_goes(model, place, declared) {
                compare(model, what, place, declared, out);
            }
        }
    }
}

/// Whether it may be gone, rightly, when it is declared again.
fn comes_and_goes(model: &Model<'_>, place: &Place, declared: &[Declared<'_>]) -> bool {
    let unsteady = ["auto_delete", "exclusive", "expires", "arguments"];
    model.deleted.contains(place)
        || declared.iter().any(|one| unsteady.iter().any(|word| one.options.has(word)))
        || model.restart.is_some() && declared.iter().any(|one| !one.options.has("durable"))
}

fn compare(
    model: &Model<'_>,
    what: &str,
    place: &Place,
    declared: &[Declared<'_>],
    out: &mut Vec<Diagnostic>,
) {
    let Some((first, others)) = declared.split_first() else { return };
    for other in others {
        let Some(word) = difference(model, first, other) else { continue };
        let message = format!(
            "{what} `{}` is declared elsewhere with another `{word}`: the broker refuses whichever comes second with 406",
            place.name
        );
        let options = |one: &Declared<'_>| Span::new(one.name.span.end, one.statement.span.end);
        let diagnostic = Diagnostic::warning(Code::RedeclaredDifferently, other.statement.span, message)
            .also(first.statement.span, "declared here")
            .help("write both alike; `passive` only asks whether it is there");
        let is_plain =
            !first.alias && !other.alias && !first.options.has("user") && !first.options.has("vhost");
        out.push(if is_plain {
            let wanted = options(first).of(model.text);
            diagnostic.fix("declare it as the first time", vec![TextEdit::replace(options(other), wanted)])
        } else {
            diagnostic
        });
    }
}

/// The first option in which two declarations differ.
fn difference(model: &Model<'_>, one: &Declared<'_>, other: &Declared<'_>) -> Option<&'static str> {
    let kind =
        |declared: &Declared<'_>| declared.kind.map_or(Some("direct"), Name::literal).map(str::to_owned);
    if kind(one) != kind(other) && (one.kind.is_some() || other.kind.is_some()) {
        return Some("type");
    }
    let words = one.options.0.iter().chain(&other.options.0).map(|option| option.spec.word);
    let mut words = words.filter(|word| !LOGIN.contains(word));
    words.find(|word| match (value(model, one, word), value(model, other, word)) {
        (Some(one), Some(other)) => one != other,
        (None, None) => false,
        // `type classic` says what is so anyway.
        (Some(said), None) | (None, Some(said)) => *word != "type" || said != "classic",
    })
}

/// What an option is given, as written; none where it is not there.
fn value<'t>(model: &Model<'t>, declared: &Declared<'t>, word: &str) -> Option<&'t str> {
    let option = declared.options.find(word)?;
    Some(match &option.value {
        OptValue::None => "",
        OptValue::Name(name) => name.literal().unwrap_or_else(|| name.span.of(model.text)),
        OptValue::Expr(expr) => expr.span.of(model.text),
        OptValue::Match(_, table) => table.span.of(model.text),
    })
}
