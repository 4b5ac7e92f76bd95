//! What a script declares, anywhere in it: queues, exchanges, clients, users, vhosts.

use std::collections::{BTreeMap, BTreeSet};

use crate::script::ast::{ExprKind, Ident, Name, NameKind, Options, Piece, Stmt, StmtKind, Tree};
use crate::text::Span;

/// A client: where its name stands, and how many copies run.
pub(super) struct DeclaredClient {
    pub span: Span,
    pub times: u32,
}

/// Names of one kind: those written out, and the patterns of those computed.
#[derive(Default)]
pub(super) struct Names {
    literal: BTreeSet<Box<str>>,
    /// The text before the first and after the last expression of a computed name.
    patterns: Vec<(Box<str>, Box<str>)>,
}

impl Names {
    fn add(&mut self, name: &Name) {
        if let Some(literal) = name.literal() {
            self.literal.insert(literal.into());
        } else if let NameKind::Text(pieces) = &name.kind {
            let text = |piece: Option<&Piece>| match piece {
                Some(Piece::Text(text)) => text.clone(),
                _ => "".into(),
            };
            self.patterns.push((text(pieces.first()), text(pieces.last())));
        }
    }

    /// Whether a name is declared, or could be by a computed one.
    pub fn has(&self, name: &str) -> bool {
        self.literal.contains(name)
            || self
                .patterns
                .iter()
                .any(|(before, after)| name.starts_with(&**before) && name.ends_with(&**after))
    }

    /// The names written out.
    pub fn literals(&self) -> impl Iterator<Item = &str> {
        self.literal.iter().map(|name| &**name)
    }
}

/// All that is declared.
#[derive(Default)]
pub(super) struct Declared {
    pub queues: Names,
    pub exchanges: Names,
    pub users: Names,
    pub vhosts: Names,
    pub clients: BTreeMap<Box<str>, DeclaredClient>,
    /// Variables of each client's own block: what a check may name with `client.variable`.
    pub client_variables: BTreeMap<Box<str>, BTreeSet<Box<str>>>,
    /// Clients whose name stood already.
    pub duplicates: Vec<(Ident, Span)>,
    /// Variables of the world: top-level `let` and `as`.
    pub world: BTreeSet<Box<str>>,
}

impl Declared {
    pub fn of(tree: &Tree) -> Self {
        let mut declared = Self::default();
        for name in
            ["amq.direct", "amq.fanout", "amq.topic", "amq.headers", "amq.match", "amq.rabbitmq.trace", ""]
        {
            declared.exchanges.literal.insert(name.into());
        }
        declared.users.literal.insert("guest".into());
        declared.vhosts.literal.insert("/".into());
        for statement in &tree.statements {
            match &statement.kind {
                StmtKind::Let { variable, .. } => drop(declared.world.insert(variable.text.clone())),
                StmtKind::Queue { alias: Some(alias), .. } | StmtKind::Purge { alias: Some(alias), .. } => {
                    declared.world.insert(alias.text.clone());
                }
                _ => {}
            }
        }
        declared.statements(&tree.statements, None);
        declared
    }

    fn statements(&mut self, statements: &[Stmt], client: Option<&str>) {
        for statement in statements {
            self.statement(statement, client);
            for block in statement.kind.blocks() {
                let inner = match &statement.kind {
                    StmtKind::Client { name, .. } => Some(&*name.text),
                    _ => None,
                };
                self.statements(&block.statements, inner);
            }
        }
    }

    fn statement(&mut self, statement: &Stmt, client: Option<&str>) {
        let variable = match &statement.kind {
            StmtKind::Queue { name, alias, .. } => {
                self.queues.add(name);
                alias.as_ref()
            }
            StmtKind::Exchange { name, .. } => {
                self.exchanges.add(name);
                None
            }
            StmtKind::Client { name, options, .. } => {
                self.client(name, options);
                None
            }
            StmtKind::Admin { command, name: Some(name), .. } => {
                match *command {
                    "add_user" => self.users.add(name),
                    "add_vhost" => self.vhosts.add(name),
                    _ => {}
                }
                None
            }
            StmtKind::Let { variable, .. } => Some(variable),
            _ => None,
        };
        if let (Some(variable), Some(client)) = (variable, client) {
            self.client_variables.entry(client.into()).or_default().insert(variable.text.clone());
        }
    }

    fn client(&mut self, name: &Ident, options: &Options) {
        if let Some(first) = self.clients.get(&name.text) {
            self.duplicates.push((name.clone(), first.span));
            return;
        }
        let times = match options.expr("times").map(|times| &times.kind) {
            Some(ExprKind::Int(times)) => u32::try_from(*times).unwrap_or(1),
            _ => 1,
        };
        self.clients.insert(name.text.clone(), DeclaredClient { span: name.span, times });
    }
}
