//! `message.bdy`: a field that no message has.

use super::walk::Cx;
use crate::script::ast::{Access, Expr, ExprKind};
use crate::script::diagnostic::{Code, Diagnostic};
use crate::script::question::{ERROR_FIELDS, MESSAGE_FIELDS};
use crate::script::statement::nearest;

pub(super) fn check(cx: &mut Cx<'_>, expr: &Expr) {
    let ExprKind::Access { base, path } = &expr.kind else { return };
    let (ExprKind::Variable(variable), Some(Access::Field(field))) = (&base.kind, path.first()) else {
        return;
    };
    let fields = match &**variable {
        "message" => MESSAGE_FIELDS,
        "error" => ERROR_FIELDS,
        _ => return,
    };
    if fields.contains(&&*field.text) || cx.scopes.find(variable).is_none() {
        return;
    }
    let habit = match &*field.text {
        "routing_key" => Some("key"),
        "data" | "payload" | "content" | "text" => Some("body"),
        "tag" => Some("delivery_tag"),
        "id" => Some("message_id"),
        "message" | "reason" | "reply_text" => Some("text"),
        "reply_code" => Some("code"),
        _ => None,
    };
    let message = format!("`{variable}` has no field `{}`", field.text);
    let mut diagnostic = Diagnostic::error(Code::UnknownField, field.span, message);
    diagnostic = match habit.filter(|ours| fields.contains(ours)).or_else(|| nearest(&field.text, fields.iter().copied())) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")).replace(near),
        None if &**variable == "message" => diagnostic.help(format!(
            "a header is `message.headers.{}`; fields are body, key, exchange, redelivered, delivery_tag, headers and the properties",
            field.text
        )),
        None => diagnostic.help(format!("the fields are {}", fields.join(", "))),
    };
    cx.say(diagnostic);
}
