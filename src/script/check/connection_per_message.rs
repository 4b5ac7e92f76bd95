//! A connection that is opened for a message and closed again: in each round of a loop, or by each of many copies.

use std::collections::BTreeSet;

use super::model::{Client, Model};
use super::rewrite::{drop_option, drop_statement};
use crate::script::ast::{Block, Plain, Stmt, StmtKind, Wait};
use crate::script::diagnostic::{Code, Diagnostic};
use crate::text::TextEdit;

/// From so many copies on they are no handful of services any more.
const COPIES_MIN: i64 = 10;

/// RabbitMQ: connections are meant to be long-lived; each costs a handshake, a process of the broker and its memory.
pub(super) fn check(model: &Model<'_>, out: &mut Vec<Diagnostic>) {
    let mut seen = BTreeSet::new();
    for client in model.publishes.iter().filter_map(|publish| publish.at.client) {
        if seen.insert(client.name.span) {
            rounds(model, client.body, out);
            copies(model, client, out);
        }
    }
}

/// `close connection` and `reconnect` around a publish, in one loop.
fn rounds(model: &Model<'_>, block: &Block, out: &mut Vec<Diagnostic>) {
    for statement in &block.statements {
        let is_loop = matches!(
            statement.kind,
            StmtKind::For { .. }
                | StmtKind::While { .. }
                | StmtKind::Repeat { .. }
                | StmtKind::Every { .. }
                | StmtKind::Consume { .. }
        );
        for block in statement.kind.blocks() {
            let found = is_loop.then(|| Round::of(block)).and_then(|round| round.opened());
            match found {
                Some((close, reconnect)) => out.push(told(model, close, reconnect)),
                None => rounds(model, block, out),
            }
        }
    }
}

fn told(model: &Model<'_>, close: &Stmt, reconnect: &Stmt) -> Diagnostic {
    let (first, second) = if close.span.start < reconnect.span.start {
        (close.span, reconnect.span)
    } else {
        (reconnect.span, close.span)
    };
    let between = model.text.get(first.end as usize..second.start as usize).unwrap_or("");
    let is_adjacent = between.chars().all(|c| c == ';' || c.is_whitespace());
    let edits = if is_adjacent {
        vec![drop_statement(model.text, first.to(second))]
    } else {
        vec![drop_statement(model.text, first), drop_statement(model.text, second)]
    };
    let message =
        "each round opens a connection of its own: for every message the handshake is gone through again";
    Diagnostic::warning(Code::ConnectionPerMessage, reconnect.span, message)
        .also(close.span, "closed here")
        .help(
            "keep the connection: one serves any number of messages, and `channel` parts what must be apart",
        )
        .fix("keep the connection", edits)
}

/// What a round of a loop does, without the loops in it.
#[derive(Default)]
struct Round<'t> {
    close: Option<&'t Stmt>,
    reconnect: Option<&'t Stmt>,
    publishes: bool,
}

impl<'t> Round<'t> {
    fn of(block: &'t Block) -> Self {
        let mut round = Self::default();
        round.gather(block);
        round
    }

    fn gather(&mut self, block: &'t Block) {
        for statement in &block.statements {
            match &statement.kind {
                StmtKind::Close { connection: true } => self.close = Some(statement),
                StmtKind::Reconnect { .. } => self.reconnect = Some(statement),
                StmtKind::Publish { .. } => self.publishes = true,
                // Only what happens in every round.
                StmtKind::Channel { body, .. } | StmtKind::Try { body, .. } => self.gather(body),
                _ => {}
            }
        }
    }

    fn opened(&self) -> Option<(&'t Stmt, &'t Stmt)> {
        Some((self.close?, self.reconnect?)).filter(|_| self.publishes)
    }
}

/// Many copies that publish what they have, and are gone.
fn copies(model: &Model<'_>, client: &Client<'_>, out: &mut Vec<Diagnostic>) {
    // Who is made to crash is there for that.
    let is_apart = model.stopped.contains(&*client.name.text);
    if client.copies < COPIES_MIN || is_apart || !client.body.statements.iter().all(is_passing) {
        return;
    }
    let (name, count) = (&client.name.text, client.copies);
    let message = format!("each of the {count} copies of `{name}` opens a connection, publishes and is gone");
    let told = Diagnostic::warning(Code::ConnectionPerMessage, client.name.span, message)
        .help(format!("one connection can do it: `repeat {count} {{ … }}` in one client"));
    let body = client.body.span;
    let is_counted =
        |word: &str| body.of(model.text).contains(word) || model.text.contains(&format!("{name}["));
    let times = client.options.find("times").filter(|_| !is_counted("number()") && !is_counted("name()"));
    out.push(match times {
        Some(times) => told.fix(
            "repeat it in one client",
            vec![
                drop_option(model.text, times),
                TextEdit::insert(body.start + 1, format!(" repeat {count} {{")),
                TextEdit::insert(body.end - 1, "} ".to_owned()),
            ],
        ),
        None => told,
    });
}

/// Whether a statement keeps nobody busy: what is published is published, and then there is nothing more to do.
fn is_passing(statement: &Stmt) -> bool {
    matches!(
        statement.kind,
        StmtKind::Publish { .. }
            | StmtKind::Plain(Plain::Confirm)
            | StmtKind::Close { .. }
            | StmtKind::Let { .. }
            | StmtKind::Print(_)
            | StmtKind::Wait { what: Wait::Confirms, .. }
    )
}
