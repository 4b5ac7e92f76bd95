//! `mandatory` without `on return`: the message comes back, and nobody looks.

use std::collections::BTreeSet;

use super::model::Model;
use super::rewrite::insert_first;
use crate::script::ast::{Block, Event, StmtKind};
use crate::script::diagnostic::{Code, Diagnostic, Severity};
use crate::text::Span;

pub(super) fn check(model: &Model<'_>, out: &mut Vec<Diagnostic>) {
    let mut said: BTreeSet<Span> = BTreeSet::new();
    for publish in &model.publishes {
        let (Some(client), Some(option)) = (publish.at.client, publish.options.find("mandatory")) else {
            continue;
        };
        if handles(client.body) || !said.insert(client.name.span) {
            continue;
        }
        let message = "a message that no queue takes comes back, and nothing here looks at it";
        let handler = "on return { print \"returned: {message.body}\" }";
        out.push(
            Diagnostic::new(Severity::Note, Code::UnhandledReturn, option.word, message)
                .help(format!("write `{handler}` before the first publish"))
                .fix("print what is returned", vec![insert_first(model.text, client.body, handler)]),
        );
    }
}

fn handles(block: &Block) -> bool {
    block.statements.iter().any(|statement| {
        matches!(&statement.kind, StmtKind::On { event, .. } if event.value == Event::Return)
            || statement.kind.blocks().into_iter().any(handles)
    })
}
