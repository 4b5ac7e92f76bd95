//! The walk over a tree that asks each check about each statement and expression.
//!
//! Depth is bounded by the parser.

use std::collections::BTreeSet;

use super::declared::{Declared, DeclaredClient};
use super::scope::Scopes;
use super::{
    ack_with_no_ack, glob_key, idle_publisher, late_prefetch, message_field, never_acks, no_message,
    option_as_name, text_with_number, too_many, unknown_client, unknown_name, unknown_variable,
    wait_in_handler, wait_without_confirm,
};
use crate::script::ast::{
    Access, Block, Event, Expr, ExprKind, Ident, Name, NameKind, OptValue, Options, Piece, Question, Stmt,
    StmtKind, Tree, Wait,
};
use crate::script::diagnostic::Diagnostic;
use crate::script::grammar::DIAGNOSTICS_MAX;

/// What stands around a place.
#[derive(Clone, Copy, Default)]
pub(super) struct Around<'t> {
    /// The client, if it is in one.
    pub client: Option<&'t Ident>,
    /// In a handler: `consume`, `on`, `every`.
    pub handler: bool,
    /// There is a message that can be settled.
    pub message: bool,
    /// That message came by `no_ack`.
    pub no_ack: bool,
    /// In a statement whose head could not be read: its variables are not known.
    pub broken: bool,
}

/// The walk's state: what every check sees.
pub(super) struct Cx<'t> {
    pub text: &'t str,
    pub declared: Declared,
    pub scopes: Scopes,
    pub around: Around<'t>,
    pub out: Vec<Diagnostic>,
    /// Among `out` is an error: many warnings must not hide the first one.
    has_errors: bool,
    /// Aliases of queues that the operator made.
    world_aliases: BTreeSet<Box<str>>,
}

impl Cx<'_> {
    pub fn say(&mut self, diagnostic: Diagnostic) {
        let first_error = diagnostic.is_error() && !self.has_errors;
        if self.out.len() < DIAGNOSTICS_MAX || first_error {
            self.has_errors |= diagnostic.is_error();
            self.out.push(diagnostic);
        }
    }

    /// The client of that name.
    pub fn client(&self, name: &str) -> Option<&DeclaredClient> {
        self.declared.clients.get(name)
    }
}

/// What is wrong with a tree, beyond what its grammar says.
pub fn check(tree: &Tree, text: &str) -> Vec<Diagnostic> {
    let mut cx = Cx {
        text,
        declared: Declared::of(tree),
        scopes: Scopes::default(),
        around: Around::default(),
        out: Vec::new(),
        has_errors: false,
        world_aliases: BTreeSet::new(),
    };
    unknown_client::duplicates(&mut cx);
    cx.scopes.enter();
    let world: Vec<Box<str>> = cx.declared.world.iter().cloned().collect();
    cx.world_aliases = unknown_name::world_aliases(tree);
    for variable in world {
        if cx.world_aliases.contains(&variable) {
            cx.scopes.alias(&variable)
        } else {
            cx.scopes.declare(&variable)
        }
    }
    too_many::variables(&mut cx, &tree.statements);
    for statement in &tree.statements {
        cx.statement(statement);
    }
    cx.out
}

impl<'t> Cx<'t> {
    fn block(&mut self, block: &'t Block) {
        too_many::variables(self, &block.statements);
        late_prefetch::check(self, &block.statements);
        self.scopes.enter();
        for statement in &block.statements {
            self.statement(statement);
        }
        self.scopes.leave();
    }

    /// A block with a variable of its own, and other surroundings.
    fn block_with(&mut self, block: &'t Block, variables: &[&str], around: Around<'t>) {
        let before = std::mem::replace(&mut self.around, around);
        self.scopes.enter();
        for variable in variables {
            self.scopes.declare(variable);
        }
        self.block(block);
        self.scopes.leave();
        self.around = before;
    }

    fn statement(&mut self, statement: &'t Stmt) {
        option_as_name::check(self, statement);
        glob_key::check(self, statement);
        unknown_name::check(self, statement);
        unknown_client::check(self, statement);
        wait_in_handler::check(self, statement);
        no_message::check(self, statement);
        ack_with_no_ack::check(self, statement);
        idle_publisher::check(self, statement);
        wait_without_confirm::check(self, statement);
        never_acks::check(self, statement);
        too_many::check(self, statement);
        self.parts(statement);
    }

    /// The expressions and blocks of a statement, in the order in which variables come into being.
    fn parts(&mut self, statement: &'t Stmt) {
        let around = self.around;
        match &statement.kind {
            StmtKind::Let { variable, value } => {
                self.expr(value);
                self.scopes.declare(&variable.text);
            }
            StmtKind::Assign { variable, path, value } => {
                unknown_variable::assigned(self, variable, value);
                path.iter().filter_map(Access::index).for_each(|index| self.expr(index));
                self.expr(value);
            }
            StmtKind::For { variable, list, body } => {
                self.expr(list);
                self.block_with(body, &[&variable.text], around);
            }
            StmtKind::If { arms, otherwise } => {
                for (condition, block) in arms {
                    self.expr(condition);
                    self.block(block);
                }
                otherwise.iter().for_each(|block| self.block(block));
            }
            StmtKind::While { condition, body } => {
                self.expr(condition);
                self.block(body);
            }
            StmtKind::Repeat { count, variable, every, body } => {
                self.expr(count);
                every.iter().for_each(|every| self.expr(every));
                let variable: Vec<&str> = variable.iter().map(|variable| &*variable.text).collect();
                self.block_with(body, &variable, around);
            }
            StmtKind::Try { body, variable, handler } => {
                self.block(body);
                self.block_with(handler, &[&variable.text], around);
            }
            StmtKind::Print(value) => self.expr(value),
            StmtKind::Prefetch { count, .. } => self.expr(count),
            StmtKind::Cancel { tag } => tag.iter().for_each(|tag| self.expr(tag)),
            StmtKind::At { deeds, .. } => self.block(deeds),
            StmtKind::When { condition, deeds } => {
                self.expr(condition);
                self.block(deeds);
            }
            StmtKind::Broken(blocks) => {
                let inside = Around { broken: true, handler: false, message: true, no_ack: false, ..around };
                blocks.iter().for_each(|block| self.block_with(block, &["message", "error"], inside));
            }
            StmtKind::Client { name, options, body, .. } => {
                self.options(options);
                // In a client only its own aliases are names: the operator's are variables like any other.
                let aliases = self.world_aliases.clone();
                let aliases: Vec<&str> = aliases.iter().map(|alias| &**alias).collect();
                self.block_with(body, &aliases, Around { client: Some(name), ..Around::default() });
            }
            StmtKind::Check { condition, .. } => self.expr(condition),
            StmtKind::Admin { name, options, table, .. } => {
                name.iter().for_each(|name| self.name(name));
                self.options(options);
                table.iter().for_each(|table| self.expr(table));
            }
            _ => self.amqp_parts(statement, around),
        }
    }

    /// The same, of the statements that are AMQP's.
    fn amqp_parts(&mut self, statement: &'t Stmt, around: Around<'t>) {
        match &statement.kind {
            StmtKind::Queue { name, options, alias } | StmtKind::Purge { queue: name, options, alias } => {
                self.name(name);
                self.options(options);
                if let Some(alias) = alias {
                    let queue = matches!(statement.kind, StmtKind::Queue { .. });
                    if queue { self.scopes.alias(&alias.text) } else { self.scopes.declare(&alias.text) }
                }
            }
            StmtKind::Exchange { name, options, .. } | StmtKind::Delete { name, options, .. } => {
                self.name(name);
                self.options(options);
            }
            StmtKind::Bind { destination, source, options, .. } => {
                self.name(destination);
                self.name(source);
                self.options(options);
            }
            StmtKind::Publish { body, exchange, options } => {
                self.expr(body);
                self.name(exchange);
                self.options(options);
            }
            StmtKind::Settle { message, options, .. } => {
                message.iter().for_each(|message| self.expr(message));
                self.options(options);
            }
            StmtKind::Consume { queue, alias, options, handler } => {
                self.name(queue);
                self.options(options);
                let around = Around { handler: true, message: true, no_ack: options.has("no_ack"), ..around };
                let alias = alias.as_ref().map_or("message", |alias| &alias.text);
                handler.iter().for_each(|handler| self.block_with(handler, &["message", alias], around));
            }
            StmtKind::Get { queue, alias, options, body, otherwise } => {
                self.name(queue);
                self.options(options);
                let around_got = Around { message: true, no_ack: options.has("no_ack"), ..around };
                let alias = alias.as_ref().map_or("message", |alias| &alias.text);
                body.iter().for_each(|body| self.block_with(body, &["message", alias], around_got));
                otherwise.iter().for_each(|block| self.block(block));
                if body.is_none() {
                    self.scopes.declare("message");
                    self.scopes.declare(alias);
                    // Until the block ends there may be a message.
                    self.around.message = true;
                    self.around.no_ack = options.has("no_ack");
                }
            }
            StmtKind::Channel { body, .. } => self.block(body),
            StmtKind::Every { period, body } => {
                self.expr(period);
                self.block_with(body, &[], Around { handler: true, message: false, ..around });
            }
            StmtKind::On { event, variable, handler } => {
                let settles = matches!(event.value, Event::Return | Event::Ack | Event::Nack);
                let around = Around { handler: true, message: around.message && !settles, ..around };
                let name = variable.as_ref().map_or(event.value.variable(), |variable| &variable.text);
                self.block_with(handler, &[event.value.variable(), name], around);
            }
            StmtKind::Wait { what, options, otherwise } => {
                if let Wait::Time(value) | Wait::Until(value) = what {
                    self.expr(value);
                }
                self.options(options);
                otherwise.iter().for_each(|block| self.block(block));
            }
            StmtKind::Reconnect { options, otherwise } => {
                self.options(options);
                otherwise.iter().for_each(|block| self.block(block));
            }
            _ => {}
        }
    }

    fn options(&mut self, options: &'t Options) {
        for option in &options.0 {
            match &option.value {
                OptValue::None => {}
                OptValue::Name(name) => self.name(name),
                OptValue::Match(_, table) => self.expr(table),
                OptValue::Expr(expr) => match &expr.kind {
                    ExprKind::Variable(variable) => {
                        unknown_variable::in_option(self, option, variable, expr.span)
                    }
                    _ => self.expr(expr),
                },
            }
        }
    }

    fn name(&mut self, name: &'t Name) {
        match &name.kind {
            NameKind::Text(pieces) => self.pieces(pieces),
            NameKind::Word(word) => unknown_variable::as_name(self, word, name.span),
            NameKind::Default => {}
        }
    }

    fn pieces(&mut self, pieces: &'t [Piece]) {
        pieces.iter().filter_map(Piece::hole).for_each(|hole| self.expr(hole));
    }

    fn expr(&mut self, expr: &'t Expr) {
        text_with_number::check(self, expr);
        message_field::check(self, expr);
        match &expr.kind {
            ExprKind::Variable(variable) => unknown_variable::used(self, variable, expr.span),
            ExprKind::Question(question) => self.question(question),
            _ => expr.operands(&mut |operand| self.expr(operand)),
        }
    }

    fn question(&mut self, question: &'t Question) {
        unknown_client::asked(self, question);
        unknown_name::asked(self, question);
        if let Some(place) = &question.place
            && let NameKind::Text(pieces) = &place.name.kind
        {
            self.pieces(pieces);
        }
        if let Some(filter) = &question.filter {
            self.scopes.enter();
            for variable in crate::script::question::filter_variables(question.kind) {
                self.scopes.declare(variable);
            }
            self.expr(filter);
            self.scopes.leave();
        }
    }
}
