//! Variables that do not exist, keys that lack their quotes, and names that look like variables.

use super::walk::Cx;
use crate::script::ast::{Expr, Ident, Opt};
use crate::script::diagnostic::{Code, Diagnostic};
use crate::script::statement::{Statement, ValueKind, nearest};
use crate::text::Span;

/// `x = 1` where there is no `x`.
pub(super) fn assigned(cx: &mut Cx<'_>, variable: &Ident, value: &Expr) {
    if cx.scopes.find(&variable.text).is_some() || cx.around.broken {
        return;
    }
    // Said once: what follows means this one.
    cx.scopes.declare(&variable.text);
    let word = &*variable.text;
    let statement = || Statement::find(word).map(|spec| format!("write `{}`", spec.form));
    let known = if word == "prefetch" { "prefetch_count" } else { word };
    if let Some(help) = crate::script::grammar::way(known).or_else(statement) {
        let message = format!("`{word} =` sets a variable, and there is none of that name");
        let mut diagnostic = Diagnostic::error(Code::KeywordArgument, variable.span, message).help(help);
        if let "prefetch" | "prefetch_count" = word {
            let both = Span::new(variable.span.start, value.span.start);
            diagnostic = diagnostic.edit(crate::text::TextEdit::replace(both, "prefetch "));
        }
        return cx.say(diagnostic);
    }
    let message = format!("there is no variable `{}`", variable.text);
    let mut diagnostic = Diagnostic::error(Code::UnknownVariable, variable.span, message);
    diagnostic = match nearest(&variable.text, cx.scopes.names()) {
        Some(near) => {
            diagnostic.help(format!("did you mean `{near}`? a new one begins with `let`")).replace(near)
        }
        None => diagnostic
            .help(format!("write `let {} = …` the first time", variable.text))
            .edit(crate::text::TextEdit::insert(variable.span.start, "let ")),
    };
    cx.say(diagnostic);
}

/// A bare word in a value place.
pub(super) fn used(cx: &mut Cx<'_>, variable: &str, span: Span) {
    if cx.scopes.find(variable).is_some() || cx.around.broken {
        return;
    }
    if variable == "message" || variable == "error" {
        return no_message(cx, variable, span);
    }
    let message = format!("there is no variable `{variable}`");
    let mut diagnostic = Diagnostic::error(Code::UnknownVariable, span, message);
    let has_message = cx.scopes.find("message").is_some();
    if has_message && ["body", "headers", "redelivered", "delivery_tag", "routing_key"].contains(&variable) {
        let way = format!("message.{}", if variable == "routing_key" { "key" } else { variable });
        return cx.say(diagnostic.help(format!("write `{way}`")).replace(way));
    }
    if has_message && ["msg", "delivery", "envelope", "properties", "method"].contains(&variable) {
        return cx.say(diagnostic.help("the message at hand is called `message`").replace("message"));
    }
    if cx.declared.queues.has(variable) && cx.around.client.is_none() {
        return cx.say(diagnostic.help(format!(
            "how many messages a queue holds is `ready({variable})`; text stands in quotes: `\"{variable}\"`"
        )));
    }
    diagnostic = match nearest(variable, cx.scopes.names()) {
        Some(near) => diagnostic
            .help(format!("did you mean `{near}`? text stands in quotes: `\"{variable}\"`"))
            .replace(near),
        None => diagnostic
            .help(format!(
                "text stands in quotes: `\"{variable}\"`; a variable is made with `let {variable} = …`"
            ))
            .replace(format!("\"{variable}\"")),
    };
    cx.say(diagnostic);
}

fn no_message(cx: &mut Cx<'_>, variable: &str, span: Span) {
    let (message, help) = if variable == "message" {
        (
            "there is no message here",
            "a message is there in the block of `consume`, `get` or `on return`, and behind `where`",
        )
    } else {
        ("there is no error here", "an error is there behind `catch error`, in `on close` and behind `where`")
    };
    cx.say(Diagnostic::error(Code::UnknownVariable, span, message).help(help));
}

/// A bare word as the value of an option: `key tasks`.
pub(super) fn in_option(cx: &mut Cx<'_>, option: &Opt, variable: &str, span: Span) {
    if let ("delivery_mode", "persistent" | "transient") = (option.spec.word, variable) {
        let way = if variable == "persistent" { "persistent" } else { "delivery_mode 1" };
        return cx.say(
            Diagnostic::error(Code::WrongKind, option.word.to(span), "`delivery_mode` takes 1 or 2")
                .help(format!("write `{way}`"))
                .replace(way),
        );
    }
    let takes_text = matches!(option.spec.value, ValueKind::Text | ValueKind::Expiration);
    if cx.scopes.find(variable).is_some() || !takes_text || variable == "message" {
        return used(cx, variable, span);
    }
    let word = option.spec.word;
    // `key persistent`: the value is missing, the next option stands in its place.
    let looks_like_option =
        Statement::find("publish").is_some_and(|publish| publish.option(variable).is_some());
    let message = if looks_like_option {
        format!("`{word}` takes `{variable}` for its value, and there is no such variable")
    } else {
        format!("`{variable}` without quotes is a variable, and there is none of that name")
    };
    let quoted = format!("\"{variable}\"");
    cx.say(
        Diagnostic::error(Code::BareKey, span, message)
            .help(format!("write `{word} {quoted}`"))
            .replace(quoted),
    );
}

/// A bare word in a name place that is also a variable: it is the name all the same.
pub(super) fn as_name(cx: &mut Cx<'_>, word: &str, span: Span) {
    if cx.scopes.find(word) != Some(false) {
        return;
    }
    let message = format!("this is the name `{word}`, not the variable");
    let fix = format!("\"{{{word}}}\"");
    cx.say(
        Diagnostic::warning(Code::VariableAsName, span, message)
            .help(format!(
                "for the variable's value write `{fix}`; if it is the name, quotes say so: `\"{word}\"`"
            ))
            .replace(fix),
    );
}
