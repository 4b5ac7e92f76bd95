//! Exchanges, queues, bindings.

use crate::script::ast::{ExprKind, NameKind, Opt, OptValue, Options, Stmt, StmtKind};
use crate::script::program::{Arguments, BindSpec, Const, ExchangeSpec, ExprId, Instr, Place, QueueSpec};
use crate::script::statement::ValueKind;

use super::builder::Lowering;

impl Lowering {
    pub fn topology(&mut self, statement: &Stmt) {
        let span = statement.head;
        let instr = match &statement.kind {
            StmtKind::Queue { name, options, alias } => {
                let name = self.name_ref(name);
                let arguments = self.arguments(options);
                let place = self.place(options);
                Instr::Queue(Box::new(QueueSpec {
                    name,
                    passive: options.has("passive"),
                    durable: options.has("durable"),
                    exclusive: options.has("exclusive"),
                    auto_delete: options.has("auto_delete"),
                    arguments,
                    alias: alias.as_ref().map(|alias| self.variable(&alias.text, true)),
                    place,
                }))
            }
            StmtKind::Exchange { name, kind, options } => {
                let name = self.name_ref(name);
                let kind = match kind.as_ref().map(|kind| (&kind.kind, kind.literal())) {
                    // As all words: `_` for AMQP's `-`, so that x_random needs no quotes.
                    Some((NameKind::Word(word), _)) => self.name(&word.replace('_', "-")),
                    Some((_, Some(literal))) => self.name(literal),
                    _ => self.name("direct"),
                };
                let arguments = self.arguments(options);
                let place = self.place(options);
                Instr::Exchange(Box::new(ExchangeSpec {
                    name,
                    kind,
                    passive: options.has("passive"),
                    durable: options.has("durable"),
                    auto_delete: options.has("auto_delete"),
                    internal: options.has("internal"),
                    arguments,
                    alias: None,
                    place,
                }))
            }
            StmtKind::Bind { unbind, exchange, destination, source, options } => {
                let destination = self.name_ref(destination);
                let source = self.name_ref(source);
                let key = options.expr("key").map(|key| self.expr(key));
                let arguments = self.arguments(options);
                let place = self.place(options);
                Instr::Bind(Box::new(BindSpec {
                    unbind: *unbind,
                    to_exchange: *exchange,
                    destination,
                    source,
                    key,
                    arguments,
                    place,
                }))
            }
            StmtKind::Delete { exchange, name, options } => {
                let (name, if_unused) = (self.name_ref(name), options.has("if_unused"));
                if *exchange {
                    Instr::DeleteExchange { name, if_unused }
                } else {
                    Instr::DeleteQueue { name, if_unused, if_empty: options.has("if_empty") }
                }
            }
            StmtKind::Purge { queue, alias, .. } => {
                let name = self.name_ref(queue);
                Instr::Purge { name, alias: alias.as_ref().map(|alias| self.variable(&alias.text, false)) }
            }
            _ => return,
        };
        self.emit(instr, span);
    }

    /// The operator's login and vhost for one statement.
    pub fn place(&mut self, options: &Options) -> Place {
        let mut named =
            |word: &str| options.name(word).and_then(|name| name.literal()).map(|name| self.name(name));
        Place { user: named("user"), vhost: named("vhost") }
    }

    /// All options that are arguments, in the order written, and the table of the others.
    pub fn arguments(&mut self, options: &Options) -> Arguments {
        let mut arguments = Arguments::default();
        for option in &options.0 {
            match &option.value {
                OptValue::Match(mode, table) => {
                    let mode = self.text_expr(&mode.text.replace('_', "-"), mode.span);
                    arguments.named.push((self.name("x-match"), mode));
                    self.entries(table, &mut arguments);
                }
                OptValue::Expr(table) if option.spec.field == "arguments" => {
                    self.entries(table, &mut arguments)
                }
                _ if is_argument(option.spec.field) => {
                    if let Some(value) = self.argument(option) {
                        arguments.named.push((self.name(option.spec.field), value));
                    }
                }
                _ => {}
            }
        }
        arguments
    }

    /// The entries of a table as written, or the table that an expression gives.
    fn entries(&mut self, table: &crate::script::ast::Expr, arguments: &mut Arguments) {
        if let ExprKind::Table(entries) = &table.kind {
            for (key, value) in entries {
                let value = self.expr(value);
                arguments.named.push((self.name(&key.value), value));
            }
        } else {
            arguments.table = Some(self.expr(table));
        }
    }

    fn argument(&mut self, option: &Opt) -> Option<ExprId> {
        match &option.value {
            OptValue::None => Some(self.constant_expr(Const::Bool(true), option.word)),
            OptValue::Name(name) => {
                if let NameKind::Word(word) = &name.kind
                    && matches!(option.spec.value, ValueKind::OneOf(_) | ValueKind::WordOr(_))
                {
                    if option.spec.field == "hash-property" {
                        // AMQP's name of a property is a word as it stands.
                        return Some(self.text_expr(word, name.span));
                    }
                    // Words are written with `_`, AMQP has `-`: reject_publish.
                    return Some(self.text_expr(&word.replace('_', "-"), name.span));
                }
                match self.name_ref(name) {
                    crate::script::program::NameRef::Fixed(fixed) => Some(self.text_expr(&fixed, name.span)),
                    crate::script::program::NameRef::Computed(id) => Some(id),
                }
            }
            OptValue::Expr(expr) => match (option.spec.field, &expr.kind) {
                // RabbitMQ takes it as text, `7D`, `1h`, unlike the durations in milliseconds.
                ("x-max-age" | "x-stream-offset", ExprKind::Duration(micros)) => {
                    Some(self.text_expr(&age(*micros), expr.span))
                }
                _ => Some(self.expr(expr)),
            },
            OptValue::Match(..) => None,
        }
    }
}

fn is_argument(field: &str) -> bool {
    field.starts_with("x-") || matches!(field, "alternate-exchange" | "hash-header" | "hash-property")
}

/// A stream's age in the largest unit that gives a whole number.
fn age(micros: u64) -> String {
    let seconds = micros / 1_000_000;
    for (unit, length) in [("D", 86_400), ("h", 3_600), ("m", 60)] {
        if seconds > 0 && seconds.is_multiple_of(length) {
            return format!("{}{unit}", seconds / length);
        }
    }
    format!("{seconds}s")
}
