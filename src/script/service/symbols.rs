//! The names of a text: what each stands for, where it is declared and where it is used.

use std::collections::BTreeMap;

use crate::script::ast::Tree;
use crate::text::Span;

use super::walk::Walk;

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A queue.
    Queue,
    /// An exchange.
    Exchange,
    /// A client.
    Client,
    /// A channel of a client.
    Channel,
    /// A user.
    User,
    /// A vhost.
    Vhost,
    /// A policy.
    Policy,
    /// A variable.
    Variable,
    /// A variable that stands for a queue: `queue "" as replies`.
    Alias,
}

impl Kind {
    /// The word for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Queue => "queue",
            Self::Exchange => "exchange",
            Self::Client => "client",
            Self::Channel => "channel",
            Self::User => "user",
            Self::Vhost => "vhost",
            Self::Policy => "policy",
            Self::Variable => "variable",
            Self::Alias => "name of a queue",
        }
    }

    /// Whether it is a word of the script's own, not a name that AMQP carries.
    pub fn is_variable(self) -> bool {
        matches!(self, Self::Variable | Self::Alias)
    }
}

/// How a name is written at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// A bare word.
    Word,
    /// A text in quotes.
    Text,
    /// A text in quotes in a value place: `key "tasks"`.
    Value,
}

/// A place where a name stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// Where.
    pub span: Span,
    /// How.
    pub written: Written,
    /// It comes into being here.
    pub declares: bool,
}

/// A name with all its places.
#[derive(Clone, Debug)]
pub struct Symbol {
    /// What it stands for.
    pub kind: Kind,
    /// The name.
    pub name: Box<str>,
    /// Its places, in the order of the text.
    pub occurrences: Vec<Occurrence>,
    /// Of a variable or channel, the client it belongs to; none: the world's.
    pub client: Option<Box<str>>,
    /// A variable of the top level: all may use it.
    pub is_world: bool,
}

impl Symbol {
    /// Where it is declared first.
    pub fn definition(&self) -> Option<Span> {
        self.occurrences.iter().find(|occurrence| occurrence.declares).map(|occurrence| occurrence.span)
    }
}

/// A name that is one in the whole text, or in a client.
type Global = (Kind, Box<str>, Option<Box<str>>);

/// All names of a text.
#[derive(Debug, Default)]
pub(super) struct Symbols {
    list: Vec<Symbol>,
    global: BTreeMap<Global, usize>,
    /// Routing and binding keys written out, with the exchange they go to.
    pub keys: Vec<(Box<str>, Box<str>)>,
}

impl Symbols {
    pub fn of(tree: &Tree, text: &str) -> Self {
        let mut symbols = Walk::over(tree, text);
        for symbol in &mut symbols.list {
            symbol.occurrences.sort_by_key(|occurrence| occurrence.span);
            symbol.occurrences.dedup();
        }
        symbols.keys.sort_unstable();
        symbols.keys.dedup();
        symbols
    }

    /// A new variable.
    pub fn variable(
        &mut self,
        kind: Kind,
        name: &str,
        client: Option<&str>,
        span: Span,
        is_world: bool,
    ) -> usize {
        let occurrences = vec![Occurrence { span, written: Written::Word, declares: true }];
        self.list.push(Symbol {
            kind,
            name: name.into(),
            occurrences,
            client: client.map(Into::into),
            is_world,
        });
        self.list.len() - 1
    }

    /// Another place of a name.
    pub fn add(&mut self, symbol: usize, occurrence: Occurrence) {
        if let Some(symbol) = self.list.get_mut(symbol) {
            symbol.occurrences.push(occurrence);
        }
    }

    /// A place of a name that is one in the whole text (or in a client).
    pub fn global(&mut self, kind: Kind, name: &str, client: Option<&str>, occurrence: Occurrence) {
        let key = (kind, Box::from(name), client.map(Box::from));
        let at = *self.global.entry(key).or_insert_with(|| {
            let occurrences = Vec::new();
            self.list.push(Symbol {
                kind,
                name: name.into(),
                occurrences,
                client: client.map(Into::into),
                is_world: false,
            });
            self.list.len() - 1
        });
        self.add(at, occurrence);
    }

    /// The name at a place, and which of its places that is. One that only ends there gives way to one that begins.
    pub fn at(&self, offset: u32) -> Option<(&Symbol, Occurrence)> {
        let touching = self.list.iter().flat_map(|symbol| {
            symbol.occurrences.iter().map(move |occurrence| (symbol, *occurrence)).filter(
                move |(_, occurrence)| {
                    occurrence.span.start <= offset
                        && offset <= occurrence.span.end
                        && occurrence.span.end > 0
                },
            )
        });
        touching.min_by_key(|(_, occurrence)| {
            (occurrence.span.end == offset, occurrence.span.end - occurrence.span.start)
        })
    }

    /// The name of that kind.
    pub fn find(&self, kind: Kind, name: &str, client: Option<&str>) -> Option<&Symbol> {
        let at = self.global.get(&(kind, Box::from(name), client.map(Box::from)))?;
        self.list.get(*at)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Symbol> {
        self.list.iter()
    }
}
