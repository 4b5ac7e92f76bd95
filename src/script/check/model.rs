//! What a script makes and does, gathered from all of it, for the checks that foresee what the broker will do.
//!
//! Only what is written out is known: a computed name, key or argument silences the checks that would need it.

use std::collections::{BTreeMap, BTreeSet};

use crate::script::ast::{Block, ExprKind, Ident, Name, NameKind, OptValue, Options, Stmt, StmtKind, Tree};

/// A queue or exchange by vhost and name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub vhost: Box<str>,
    pub name: Box<str>,
}

/// Who does something, over which channel.
#[derive(Clone, Copy)]
pub(super) struct At<'t> {
    /// The client; none is the operator.
    pub client: Option<&'t Client<'t>>,
    pub channel: &'t str,
}

/// A client's statement.
pub(super) struct Client<'t> {
    pub name: &'t Ident,
    pub body: &'t Block,
    pub options: &'t Options,
    pub copies: i64,
    pub vhost: &'t str,
    /// What its `queue … as` stand for; none: a name that the broker gives, or a computed one.
    aliases: BTreeMap<&'t str, Option<&'t str>>,
}

/// A declaration that is not passive.
pub(super) struct Declared<'t> {
    pub statement: &'t Stmt,
    pub name: &'t Name,
    pub options: &'t Options,
    /// The type of an exchange, as written.
    pub kind: Option<&'t Name>,
    pub alias: bool,
    pub at: At<'t>,
}

/// A `bind`.
pub(super) struct Binding<'t> {
    pub statement: &'t Stmt,
    pub source: Option<Place>,
    pub destination: Option<Place>,
    pub to_exchange: bool,
    /// None: computed. Without `key` it is empty.
    pub key: Option<Box<str>>,
    pub options: &'t Options,
}

/// A `publish`.
pub(super) struct Publish<'t> {
    pub statement: &'t Stmt,
    pub exchange: Option<Place>,
    /// None: computed. Without `key` it is empty.
    pub key: Option<Box<str>>,
    pub options: &'t Options,
    pub at: At<'t>,
}

/// A `consume` or `get`.
pub(super) struct Consume<'t> {
    pub statement: &'t Stmt,
    pub queue: Option<Place>,
    pub options: &'t Options,
    pub handler: Option<&'t Block>,
    pub is_get: bool,
    pub at: At<'t>,
    /// The `prefetch` before it on its channel.
    pub prefetch: Option<&'t Stmt>,
}

/// All of it.
#[derive(Default)]
pub(super) struct Model<'t> {
    pub text: &'t str,
    pub queues: BTreeMap<Place, Vec<Declared<'t>>>,
    pub exchanges: BTreeMap<Place, Vec<Declared<'t>>>,
    pub bindings: Vec<Binding<'t>>,
    pub publishes: Vec<Publish<'t>>,
    pub consumes: Vec<Consume<'t>>,
    /// Queues and exchanges that are deleted somewhere.
    pub deleted: BTreeSet<Place>,
    /// Some name that is declared, deleted, consumed from or bound is computed.
    pub has_computed: bool,
    /// There are policies: what a queue does is not in its arguments alone.
    pub has_policies: bool,
    /// Clients that are made to crash or stop.
    pub stopped: BTreeSet<&'t str>,
    /// The first restart or kill of the broker.
    pub restart: Option<&'t Stmt>,
    /// The version that the script sets.
    pub version: Option<&'t str>,
    /// `broker consumer_timeout`, in microseconds.
    pub consumer_timeout: Option<u64>,
    /// `broker default_queue_type` is set.
    pub sets_queue_type: bool,
    /// Statements that count towards [`Model::is_large`].
    size: usize,
}

/// Some checks compare pairs of statements; in a larger script they are left out.
const SIZE_MAX: usize = 2000;

impl<'t> Model<'t> {
    /// Of a whole script. `clients` are its clients, from [`clients`].
    pub fn of(tree: &'t Tree, text: &'t str, clients: &'t [Client<'t>]) -> Self {
        let mut walk = Walk {
            model: Self { text, ..Self::default() },
            clients: clients.iter().map(|client| (client.name.span.start, client)).collect(),
            prefetches: BTreeMap::new(),
            aliases: aliases(&tree.statements),
        };
        walk.statements(&tree.statements, At { client: None, channel: "main" });
        walk.model
    }

    /// Whether it has too many statements for checks that compare pairs of them.
    pub fn is_large(&self) -> bool {
        self.size > SIZE_MAX
    }

    /// The declarations of a queue.
    pub fn queue(&self, place: &Option<Place>) -> Option<&[Declared<'t>]> {
        self.queues.get(place.as_ref()?).map(Vec::as_slice)
    }

    /// The type of an exchange, where all its declarations say the same one of RabbitMQ's own.
    pub fn exchange_kind(&self, place: &Place) -> Option<&'t str> {
        let mut kinds =
            self.exchanges.get(place)?.iter().map(|one| one.kind.map_or(Some("direct"), Name::literal));
        let first = kinds.next()??;
        kinds.all(|kind| kind == Some(first)).then_some(first)
    }

    /// Whether an option stands in any declaration of the queue, or may come by policies or `arguments`.
    pub fn may_have(&self, queue: &[Declared<'_>], option: &str) -> bool {
        self.has_policies || queue.iter().any(|one| one.options.has(option) || one.options.has("arguments"))
    }

    /// Whether the queue is a classic one: its text says nothing else.
    pub fn is_classic(&self, queue: &[Declared<'_>]) -> bool {
        !self.sets_queue_type
            && queue.iter().all(|one| match one.options.find("type") {
                Some(_) => one.options.name("type").and_then(Name::literal) == Some("classic"),
                None => !one.options.has("arguments"),
            })
    }

    /// Who consumes from a queue.
    pub fn consumers(&self, place: &Place) -> impl Iterator<Item = &Consume<'t>> {
        self.consumes.iter().filter(move |one| one.queue.as_ref() == Some(place))
    }

    /// What is bound to an exchange.
    pub fn bound_to(&self, place: &Place) -> impl Iterator<Item = &Binding<'t>> {
        self.bindings.iter().filter(move |one| one.source.as_ref() == Some(place))
    }

    /// Whether the version is `first` or a later one; of a script that says nothing, the newest.
    pub fn is_since(&self, first: &str) -> bool {
        let number = |version: &str| {
            let (major, minor) = version.split_once('.').unwrap_or((version, "0"));
            (major.parse::<u32>().unwrap_or(0), minor.parse::<u32>().unwrap_or(0))
        };
        self.version.is_none_or(|version| number(version) >= number(first))
    }
}

/// The clients of a script.
pub(super) fn clients<'t>(tree: &'t Tree) -> Vec<Client<'t>> {
    let client = |statement: &'t Stmt| match &statement.kind {
        StmtKind::Client { name, options, body, .. } => Some(Client {
            name,
            body,
            options,
            copies: match options.expr("times").map(|times| &times.kind) {
                Some(ExprKind::Int(times)) => *times,
                _ => 1,
            },
            vhost: options.name("vhost").and_then(Name::literal).unwrap_or("/"),
            aliases: aliases(&body.statements),
        }),
        _ => None,
    };
    tree.statements.iter().filter_map(client).collect()
}

/// What the aliases of queues stand for, in these statements and their blocks.
fn aliases<'t>(statements: &'t [Stmt]) -> BTreeMap<&'t str, Option<&'t str>> {
    let mut found = BTreeMap::new();
    let mut rest: Vec<&'t Stmt> = statements.iter().collect();
    while let Some(statement) = rest.pop() {
        if let StmtKind::Queue { name, alias: Some(alias), .. } = &statement.kind {
            let literal = name.literal().filter(|name| !name.is_empty());
            // Two meanings are none.
            let known = if found.contains_key(&*alias.text) { None } else { literal };
            found.insert(&*alias.text, known);
        }
        if !matches!(statement.kind, StmtKind::Client { .. }) {
            rest.extend(statement.kind.blocks().into_iter().flat_map(|block| &block.statements));
        }
    }
    found
}

struct Walk<'t> {
    model: Model<'t>,
    /// By the byte at which the name begins.
    clients: BTreeMap<u32, &'t Client<'t>>,
    /// The last `prefetch` by client and channel.
    prefetches: BTreeMap<(&'t str, &'t str), &'t Stmt>,
    aliases: BTreeMap<&'t str, Option<&'t str>>,
}

impl<'t> Walk<'t> {
    fn statements(&mut self, statements: &'t [Stmt], at: At<'t>) {
        for statement in statements {
            self.statement(statement, at);
            let inner = match &statement.kind {
                StmtKind::Client { name, .. } => {
                    At { client: self.clients.get(&name.span.start).copied(), channel: "main" }
                }
                StmtKind::Channel { name, .. } => At { channel: &name.text, ..at },
                _ => at,
            };
            for block in statement.kind.blocks() {
                self.statements(&block.statements, inner);
            }
        }
    }

    fn statement(&mut self, statement: &'t Stmt, at: At<'t>) {
        match &statement.kind {
            StmtKind::Queue { name, options, alias } => {
                self.declared(statement, name, options, None, alias.is_some(), at);
            }
            StmtKind::Exchange { name, kind, options } => {
                self.declared(statement, name, options, Some(kind.as_ref()), false, at);
            }
            StmtKind::Bind { unbind: false, exchange, destination, source, options } => {
                let (source, destination) =
                    (self.place(source, options, at), self.place(destination, options, at));
                let key = self.key(options, at);
                self.model.has_computed |= source.is_none();
                let to_exchange = *exchange;
                self.model.size += 1;
                self.model.bindings.push(Binding {
                    statement,
                    source,
                    destination,
                    to_exchange,
                    key,
                    options,
                });
            }
            StmtKind::Delete { name, options, .. } => {
                let place = self.place(name, options, at);
                self.model.has_computed |= place.is_none();
                self.model.deleted.extend(place);
            }
            StmtKind::Publish { exchange, options, .. } => {
                let exchange = self.place(exchange, options, at);
                let key = self.key(options, at);
                self.model.size += 1;
                self.model.publishes.push(Publish { statement, exchange, key, options, at });
            }
            StmtKind::Consume { queue, options, handler, .. } => {
                self.consumed(statement, queue, options, handler.as_ref(), false, at);
            }
            StmtKind::Get { queue, options, body, .. } => {
                self.consumed(statement, queue, options, body.as_ref(), true, at);
            }
            StmtKind::Prefetch { .. } => {
                self.prefetches.insert((client_name(at), at.channel), statement);
            }
            StmtKind::Crash { client: Some(client) } | StmtKind::Stop { client } => {
                self.model.stopped.insert(&client.name.text);
            }
            StmtKind::Broker { .. } => _ = self.model.restart.get_or_insert(statement),
            StmtKind::Version { version, options } => {
                self.model.version = (!version.value.is_empty()).then_some(&*version.value);
                if let Some(ExprKind::Duration(time)) =
                    options.expr("consumer_timeout").map(|time| &time.kind)
                {
                    self.model.consumer_timeout = Some(*time);
                }
                self.model.sets_queue_type |= options.has("default_queue_type");
            }
            StmtKind::Admin { command, .. } => {
                self.model.has_policies |= command.starts_with("set_") && command.ends_with("policy");
                if *command == "stop_app" {
                    self.model.restart.get_or_insert(statement);
                }
            }
            _ => {}
        }
    }

    /// A queue (`kind` is none) or an exchange.
    fn declared(
        &mut self,
        statement: &'t Stmt,
        name: &'t Name,
        options: &'t Options,
        kind: Option<Option<&'t Name>>,
        alias: bool,
        at: At<'t>,
    ) {
        let place = self.place(name, options, at);
        if options.has("passive") {
            return;
        }
        self.model.size += 1;
        let Some(place) = place else {
            // The broker's own names collide with none.
            self.model.has_computed |= name.literal().is_none();
            return;
        };
        let places = if kind.is_some() { &mut self.model.exchanges } else { &mut self.model.queues };
        let declared = Declared { statement, name, options, kind: kind.flatten(), alias, at };
        places.entry(place).or_default().push(declared);
    }

    fn consumed(
        &mut self,
        statement: &'t Stmt,
        queue: &'t Name,
        options: &'t Options,
        handler: Option<&'t Block>,
        is_get: bool,
        at: At<'t>,
    ) {
        let place = self.place(queue, options, at);
        self.model.has_computed |= place.is_none() && matches!(queue.kind, NameKind::Text(_));
        let prefetch = self.prefetches.get(&(client_name(at), at.channel)).copied();
        self.model.size += 1;
        self.model.consumes.push(Consume { statement, queue: place, options, handler, is_get, at, prefetch });
    }

    /// The place that a name means; none where the broker or an expression gives it.
    fn place(&self, name: &'t Name, options: &'t Options, at: At<'t>) -> Option<Place> {
        let literal = match &name.kind {
            NameKind::Word(word) => self.alias(word, at).unwrap_or(Some(&**word))?,
            NameKind::Default => "",
            NameKind::Text(_) => name.literal()?,
        };
        if literal.is_empty() && name.kind != NameKind::Default {
            return None;
        }
        let said = options.name("vhost").and_then(Name::literal);
        let vhost = said.or(at.client.map(|client| client.vhost)).unwrap_or("/");
        Some(Place { vhost: vhost.into(), name: literal.into() })
    }

    /// What an alias stands for, if the word is one here.
    fn alias(&self, word: &str, at: At<'t>) -> Option<Option<&'t str>> {
        match at.client {
            Some(client) => client.aliases.get(word).copied(),
            None => self.aliases.get(word).copied(),
        }
    }

    fn key(&self, options: &'t Options, at: At<'t>) -> Option<Box<str>> {
        let Some(option) = options.find("key") else { return Some("".into()) };
        let OptValue::Expr(expr) = &option.value else { return None };
        match &expr.kind {
            // An alias is a variable of the same name.
            ExprKind::Variable(word) => {
                let own = self.alias(word, at).or_else(|| self.aliases.get(&**word).copied());
                own.flatten().map(Into::into)
            }
            _ => expr.literal().map(Into::into),
        }
    }
}

fn client_name<'t>(at: At<'t>) -> &'t str {
    at.client.map_or("", |client| &client.name.text)
}
