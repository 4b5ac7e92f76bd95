//! Wildcards that will not do what globs do: inside a word, or in the key of a message.

use super::walk::Cx;
use crate::script::ast::{Expr, ExprKind, Options, Piece, Stmt, StmtKind};
use crate::script::diagnostic::{Code, Diagnostic};

pub(super) fn check(cx: &mut Cx<'_>, statement: &Stmt) {
    match &statement.kind {
        StmtKind::Bind { options, .. } => binding(cx, options),
        StmtKind::Publish { options, .. } => routing(cx, options),
        _ => {}
    }
}

fn literal(options: &Options) -> Option<(&Expr, &str)> {
    let expr = options.expr("key")?;
    match &expr.kind {
        ExprKind::Text(pieces) => match pieces.as_slice() {
            [Piece::Text(text)] => Some((expr, text)),
            _ => None,
        },
        _ => None,
    }
}

/// Spec: AMQP 0-9-1 topic exchange: `*` and `#` are wildcards only as whole words.
fn binding(cx: &mut Cx<'_>, options: &Options) {
    let Some((expr, key)) = literal(options) else { return };
    let Some(word) = key.split('.').find(|word| word.len() > 1 && word.contains(['*', '#'])) else { return };
    let stem = word.trim_matches(['*', '#', '/']);
    let message =
        format!("`{word}` stands for nothing but itself: `*` and `#` are wildcards only as whole words");
    cx.say(Diagnostic::warning(Code::GlobKey, expr.span, message).help(format!(
        "words are parted by dots: `\"{stem}.*\"` is one more word, `\"{stem}.#\"` any number of them"
    )));
}

fn routing(cx: &mut Cx<'_>, options: &Options) {
    let Some((expr, key)) = literal(options) else { return };
    if key.split('.').any(|word| word == "*" || word == "#") {
        let message =
            format!("the key of a message is taken as it stands: `{key}` matches nothing by itself");
        cx.say(
            Diagnostic::warning(Code::GlobKey, expr.span, message)
                .help("wildcards belong to the binding: `bind tasks to logs key \"logs.*\"`"),
        );
    }
}
