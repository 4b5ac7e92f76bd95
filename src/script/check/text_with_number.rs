//! `message.body == 3`: a body is text, and a text never equals a number.

use super::walk::Cx;
use crate::script::ast::{Access, Comparison, Expr, ExprKind};
use crate::script::diagnostic::{Code, Diagnostic};

pub(super) fn check(cx: &mut Cx<'_>, expr: &Expr) {
    let ExprKind::Compare { left, how, right } = &expr.kind else { return };
    if matches!(how, Comparison::In | Comparison::InOrder | Comparison::InAnyOrder) {
        return;
    }
    for (body, number) in [(left, right), (right, left)] {
        if is_body(body)
            && let ExprKind::Int(value) = number.kind
        {
            let message = format!("a body is text: it never equals the number {value}");
            cx.say(
                Diagnostic::warning(Code::TextWithNumber, expr.span, message)
                    .help(format!("write `\"{value}\"`, or `number(message.body)`"))
                    .edit(crate::text::TextEdit::replace(number.span, format!("\"{value}\""))),
            );
        }
    }
}

fn is_body(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Access { path, .. }
        if matches!(path.as_slice(), [Access::Field(field)] if &*field.text == "body"))
}
