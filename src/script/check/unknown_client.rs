//! Clients that do not exist, and two of one name.

use super::walk::Cx;
use crate::script::ast::{ClientRef, NameKind, Question, Stmt, StmtKind};
use crate::script::diagnostic::{Code, Diagnostic};
use crate::script::question::About;
use crate::script::statement::nearest;
use crate::text::{Span, Spanned};

/// The name of the operator in `errors(operator)`.
const OPERATOR: &str = "operator";

pub(super) fn duplicates(cx: &mut Cx<'_>) {
    for (name, first) in std::mem::take(&mut cx.declared.duplicates) {
        let message = format!("there is a client `{}` already", name.text);
        cx.say(
            Diagnostic::error(Code::DuplicateClient, name.span, message)
                .also(first, "the first one")
                .help(format!("another name, or copies of one: `client {} times 2`", name.text)),
        );
    }
}

pub(super) fn check(cx: &mut Cx<'_>, statement: &Stmt) {
    match &statement.kind {
        StmtKind::Crash { client: Some(client) }
        | StmtKind::Stop { client }
        | StmtKind::Start { client }
        | StmtKind::Network { client: Some(client), .. } => reference(cx, client),
        StmtKind::Client { name, .. } if &*name.text == OPERATOR => {
            let message = "`operator` is who carries out the top level: no client can be called so";
            cx.say(Diagnostic::error(Code::DuplicateClient, name.span, message).help("write another name"));
        }
        StmtKind::Admin { command: "close_connection", name: Some(name), .. } => {
            if let Some(literal) = name.literal() {
                named(cx, literal, name.span, None);
            }
        }
        _ => {}
    }
}

fn reference(cx: &mut Cx<'_>, client: &ClientRef) {
    named(cx, &client.name.text, client.name.span, client.copy);
}

/// A question about clients; `ready(worker)` of a client by mistake.
pub(super) fn asked(cx: &mut Cx<'_>, question: &Question) {
    let Some(place) = &question.place else { return };
    let Some(name) = place.name.literal() else { return };
    let about_client = question.kind.about() == About::Client;
    if about_client && name == OPERATOR {
        return;
    }
    if let Some(field) = &place.field {
        named(cx, name, place.name.span, place.copy);
        let known =
            cx.declared.client_variables.get(name).is_some_and(|variables| variables.contains(&field.text));
        if !known && cx.client(name).is_some() {
            let message = format!("the client `{name}` has no variable `{}`", field.text);
            cx.say(
                Diagnostic::error(Code::UnknownVariable, field.span, message)
                    .help(format!("in the client: `queue \"\" exclusive as {}`", field.text)),
            );
        }
        return;
    }
    if about_client {
        if cx.declared.queues.has(name)
            && cx.client(name).is_none()
            && matches!(place.name.kind, NameKind::Word(_))
        {
            let message = format!("`{name}` is a queue: this question is asked of a client");
            cx.say(Diagnostic::error(Code::UnknownClient, place.name.span, message).help(
                "of a queue one asks ready, unacked, expired, dropped, dead_lettered, consumers, exists",
            ));
            return;
        }
        named(cx, name, place.name.span, place.copy);
    } else if place.copy.is_some() {
        let message = "only clients have copies";
        cx.say(Diagnostic::error(Code::UnknownClient, place.span, message).help(format!("write `{name}`")));
    } else if cx.client(name).is_some() && !cx.declared.queues.has(name) && !cx.declared.exchanges.has(name) {
        let message = format!("`{name}` is a client: this question is asked of a queue");
        cx.say(
            Diagnostic::error(Code::UnknownQueue, place.name.span, message)
                .help("of a client one asks received, acked, published, printed, errors, running …"),
        );
    }
}

fn named(cx: &mut Cx<'_>, name: &str, span: Span, copy: Option<Spanned<u32>>) {
    let Some(client) = cx.client(name) else {
        let mut diagnostic =
            Diagnostic::error(Code::UnknownClient, span, format!("there is no client `{name}`"));
        diagnostic = match nearest(name, cx.declared.clients.keys().map(|name| &**name)) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")).replace(near),
            None => match cx.declared.clients.keys().next() {
                Some(first) => diagnostic
                    .help(format!("clients are declared as `consumer {name} {{ … }}`; there is `{first}`")),
                None => diagnostic.help(format!("declare it: `consumer {name} {{ … }}`")),
            },
        };
        return cx.say(diagnostic);
    };
    if let Some(copy) = copy
        && copy.value > client.times
    {
        let (times, declared) = (client.times, client.span);
        let message = match times {
            1 => format!("there is one `{name}` only"),
            times => format!("there are {times} copies of `{name}`, no number {}", copy.value),
        };
        cx.say(
            Diagnostic::error(Code::UnknownClient, copy.span, message)
                .also(declared, "declared here")
                .help(format!("write `client {name} times {}`, or another number", copy.value)),
        );
    }
}
