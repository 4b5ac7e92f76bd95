//! Queues, exchanges, users and vhosts that the script never declares: a 404 or 403 is a lesson, so only a warning.

use std::collections::BTreeSet;

use super::walk::Cx;
use crate::script::ast::{Name, NameKind, OptValue, Options, Question, Stmt, StmtKind, Tree};
use crate::script::diagnostic::{Code, Diagnostic};
use crate::script::question::About;
use crate::script::statement::{ValueKind, nearest};
use crate::text::TextEdit;

/// What a name should be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Queue,
    Exchange,
    User,
    Vhost,
}

/// The aliases of queues at the top level.
pub(super) fn world_aliases(tree: &Tree) -> BTreeSet<Box<str>> {
    let alias = |statement: &Stmt| match &statement.kind {
        StmtKind::Queue { alias: Some(alias), .. } => Some(alias.text.clone()),
        _ => None,
    };
    tree.statements.iter().filter_map(alias).collect()
}

pub(super) fn check(cx: &mut Cx<'_>, statement: &Stmt) {
    match &statement.kind {
        StmtKind::Consume { queue, .. } | StmtKind::Get { queue, .. } | StmtKind::Purge { queue, .. } => {
            known(cx, queue, Kind::Queue);
        }
        StmtKind::Bind { exchange: false, destination, source, .. } if swapped(cx, destination, source) => {}
        StmtKind::Bind { exchange, destination, source, .. } => {
            known(cx, destination, if *exchange { Kind::Exchange } else { Kind::Queue });
            known(cx, source, Kind::Exchange);
        }
        StmtKind::Delete { exchange, name, .. } => {
            known(cx, name, if *exchange { Kind::Exchange } else { Kind::Queue });
        }
        StmtKind::Publish { exchange, options, .. } => {
            known(cx, exchange, Kind::Exchange);
            if exchange.literal() == Some("") {
                key_of_default(cx, exchange, options);
            }
        }
        _ => {}
    }
    options(cx, &statement.kind);
}

fn options(cx: &mut Cx<'_>, kind: &StmtKind) {
    let (StmtKind::Client { options, .. }
    | StmtKind::Queue { options, .. }
    | StmtKind::Exchange { options, .. }
    | StmtKind::Bind { options, .. }
    | StmtKind::Publish { options, .. }
    | StmtKind::Admin { options, .. }) = kind
    else {
        return;
    };
    for option in &options.0 {
        let OptValue::Name(name) = &option.value else { continue };
        match option.spec.value {
            ValueKind::User => known(cx, name, Kind::User),
            ValueKind::Vhost => known(cx, name, Kind::Vhost),
            ValueKind::Exchange => known(cx, name, Kind::Exchange),
            _ => {}
        }
    }
}

/// `bind logs to tasks` where `logs` is the exchange: said in one.
fn swapped(cx: &mut Cx<'_>, destination: &Name, source: &Name) -> bool {
    let (Some(queue), Some(exchange)) = (source.literal(), destination.literal()) else { return false };
    let declared = &cx.declared;
    let is_so = declared.queues.has(queue)
        && declared.exchanges.has(exchange)
        && !declared.queues.has(exchange)
        && !declared.exchanges.has(queue);
    if is_so {
        let message =
            format!("a queue is bound to an exchange: `{exchange}` is the exchange, `{queue}` the queue");
        let text = |name: &Name| name.span.of(cx.text).to_owned();
        let edits = vec![
            TextEdit::replace(destination.span, text(source)),
            TextEdit::replace(source.span, text(destination)),
        ];
        cx.say(
            Diagnostic::warning(Code::UnknownQueue, destination.span.to(source.span), message)
                .help(format!("write `bind {} to {}`", text(source), text(destination)))
                .fix("swap them", edits),
        );
    }
    is_so
}

/// To the default exchange, the key is the name of a queue.
fn key_of_default(cx: &mut Cx<'_>, exchange: &Name, options: &Options) {
    let Some(expr) = options.expr("key") else {
        if options.find("key").is_none() {
            let message =
                "the default exchange delivers to the queue that the key names, and there is no key";
            cx.say(
                Diagnostic::warning(Code::MissingKey, exchange.span, message)
                    .help("write `to default key \"tasks\"`"),
            );
        }
        return;
    };
    let crate::script::ast::ExprKind::Text(pieces) = &expr.kind else { return };
    let name = Name { span: expr.span, kind: NameKind::Text(pieces.clone()) };
    known(cx, &name, Kind::Queue);
}

pub(super) fn asked(cx: &mut Cx<'_>, question: &Question) {
    if let Some(vhost) = &question.vhost {
        known(cx, vhost, Kind::Vhost);
    }
    let Some(place) = question.place.as_ref().filter(|place| place.field.is_none() && place.copy.is_none())
    else {
        return;
    };
    // `exists` asks just that, and a client by mistake has an error of its own.
    if question.kind.about() == About::Queue
        && place.name.literal().is_some_and(|name| cx.client(name).is_none())
    {
        known(cx, &place.name, Kind::Queue);
    }
}

fn known(cx: &mut Cx<'_>, name: &Name, kind: Kind) {
    let Some(literal) = name.literal() else { return };
    if kind == Kind::Queue
        && (literal.is_empty()
            || literal.starts_with("amq.rabbitmq.reply-to")
            || literal.starts_with("amq.gen"))
    {
        return;
    }
    // An alias stands for what the broker named; that a variable does not is said by itself.
    if matches!(name.kind, NameKind::Word(_)) && cx.scopes.find(literal).is_some() {
        return;
    }
    let declared = match kind {
        Kind::Queue => &cx.declared.queues,
        Kind::Exchange => &cx.declared.exchanges,
        Kind::User => &cx.declared.users,
        Kind::Vhost => &cx.declared.vhosts,
    };
    if declared.has(literal) {
        return;
    }
    let near =
        nearest(literal, declared.literals().filter(|name| !name.is_empty() && !name.starts_with("amq.")))
            .map(str::to_owned);
    let (code, what, offer) = match kind {
        Kind::Queue => (Code::UnknownQueue, "queue", format!("`queue {}`", shown(name, literal))),
        Kind::Exchange => {
            (Code::UnknownExchange, "exchange", format!("`exchange {} fanout`", shown(name, literal)))
        }
        Kind::User => {
            (Code::UnknownUser, "user", format!("`add_user {} password \"secret\"`", shown(name, literal)))
        }
        Kind::Vhost => (Code::UnknownVhost, "vhost", format!("`add_vhost {}`", shown(name, literal))),
    };
    let verb = if matches!(kind, Kind::User | Kind::Vhost) { "add it with" } else { "declare it with" };
    let message = format!("no statement makes the {what} `{literal}`");
    let mut diagnostic = Diagnostic::warning(code, name.span, message);
    diagnostic = match near {
        Some(near) => {
            let quoted = matches!(name.kind, NameKind::Text(_));
            let fix = if quoted { format!("\"{near}\"") } else { near.clone() };
            diagnostic.help(format!("did you mean `{near}`? or {verb} {offer}")).replace(fix)
        }
        None if kind == Kind::Exchange && cx.declared.queues.has(literal) => diagnostic.help(format!(
            "`{literal}` is a queue: `to default key \"{literal}\"` sends a message to a queue"
        )),
        None => diagnostic.help(format!("{verb} {offer}")),
    };
    cx.say(diagnostic);
}

/// The name as it must be written.
fn shown(name: &Name, literal: &str) -> String {
    if matches!(name.kind, NameKind::Word(_)) || literal.chars().all(|c| c.is_alphanumeric() || c == '_') {
        literal.to_owned()
    } else {
        format!("\"{literal}\"")
    }
}
