//! `queue durable`: the word after `queue` is always the name. Is the name missing?

use super::walk::Cx;
use crate::script::ast::{Name, NameKind, Stmt, StmtKind};
use crate::script::diagnostic::{Code, Diagnostic};
use crate::script::statement::{EXCHANGE_TYPES, Statement};

pub(super) fn check(cx: &mut Cx<'_>, statement: &Stmt) {
    let (word, name) = match &statement.kind {
        StmtKind::Queue { name, .. } => ("queue", name),
        StmtKind::Exchange { name, .. } => ("exchange", name),
        StmtKind::Consume { queue, .. } => ("consume", queue),
        StmtKind::Get { queue, .. } => ("get", queue),
        _ => return,
    };
    let Name { kind: NameKind::Word(written), span } = name else { return };
    let is_option = Statement::find(word).is_some_and(|spec| spec.option(written).is_some());
    let is_type = word == "exchange" && EXCHANGE_TYPES.contains(&&**written);
    if is_option || is_type {
        let message = format!(
            "this {} is called `{written}`: is the name missing?",
            if word == "exchange" { "exchange" } else { "queue" }
        );
        cx.say(Diagnostic::warning(Code::OptionAsName, *span, message).help(format!(
            "write `{word} NAME {written}`; if it is the name, quotes say so: `{word} \"{written}\"`"
        )));
    }
}
