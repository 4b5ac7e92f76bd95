//! The items of a completion, from what may stand at the place.

use crate::script::question::{FUNCTIONS, QUESTIONS};
use crate::script::statement::{OptionSpec, Statement, ValueKind, nearest};

use super::Document;
use super::complete::{Item, ItemKind};
use super::context::{Context, FrameKind, Holds, Level};
use super::meaning::Wanted;
use super::symbols::{Kind, Written};

/// The reply codes that a client meets, as RabbitMQ begins their texts.
const REPLIES: &[(&str, &str)] = &[
    ("311 CONTENT_TOO_LARGE", "a body that is too large"),
    ("312 NO_ROUTE", "a mandatory message reached no queue"),
    ("313 NO_CONSUMERS", "nobody was there to take it"),
    ("320 CONNECTION_FORCED", "the operator or a shutdown closed the connection"),
    ("402 INVALID_PATH", "no such vhost"),
    ("403 ACCESS_REFUSED", "no permission, or a wrong password"),
    ("404 NOT_FOUND", "no such queue or exchange"),
    ("405 RESOURCE_LOCKED", "another connection's exclusive queue"),
    ("406 PRECONDITION_FAILED", "other arguments, an unknown delivery tag, a timeout"),
    ("501 FRAME_ERROR", "a frame that cannot be read"),
    ("502 SYNTAX_ERROR", "a field that cannot be read"),
    ("503 COMMAND_INVALID", "a method that may not come here"),
    ("504 CHANNEL_ERROR", "a channel that is not open"),
    ("505 UNEXPECTED_FRAME", "a frame out of its order"),
    ("506 RESOURCE_ERROR", "the broker has run out of something"),
    ("530 NOT_ALLOWED", "not allowed: a vhost, a consumer tag"),
    ("540 NOT_IMPLEMENTED", "RabbitMQ does not do it"),
    ("541 INTERNAL_ERROR", "the broker's own mistake"),
];

pub(super) struct Offers<'d, 't> {
    document: &'d Document<'t>,
    context: &'d Context<'t>,
    pub items: Vec<Item>,
}

impl<'d, 't> Offers<'d, 't> {
    pub fn new(document: &'d Document<'t>, context: &'d Context<'t>) -> Self {
        Self { document, context, items: Vec::new() }
    }

    fn push(&mut self, kind: ItemKind, label: &str, detail: impl Into<String>, help: &str) {
        self.insert(kind, label, detail, help, label.to_owned(), 0);
    }

    fn insert(
        &mut self,
        kind: ItemKind,
        label: &str,
        detail: impl Into<String>,
        help: &str,
        insert: String,
        back: u32,
    ) {
        if self.items.iter().any(|item| item.label == label && item.insert == insert) {
            return;
        }
        let (label, detail, help) = (label.to_owned(), detail.into(), help.to_owned());
        self.items.push(Item { label, kind, detail, help, insert, back });
    }

    /// Everything that may stand at the place.
    pub fn all(&mut self, wanted: &Wanted, typed: &str) {
        if !wanted.units.is_empty() && typed.starts_with(|c: char| c.is_ascii_digit()) {
            let digits = typed.trim_end_matches(|c: char| c.is_alphabetic());
            return wanted.units.iter().for_each(|unit| {
                self.push(ItemKind::Value, &format!("{digits}{unit}"), "", "");
            });
        }
        if typed.starts_with(|c: char| c.is_ascii_digit())
            && !wanted.values.iter().any(|value| value.starts_with(typed))
        {
            return;
        }
        wanted.values.iter().for_each(|value| self.push(ItemKind::Value, value, "", ""));
        self.fields(wanted);
        self.names(wanted);
        wanted.words.iter().for_each(|word| self.push(ItemKind::Word, word, "", ""));
        if let Some((statement, used)) = &wanted.options {
            self.options(statement, used);
        }
        if wanted.statement {
            self.statements();
        }
        if wanted.expression {
            self.expression();
        }
    }

    fn fields(&mut self, wanted: &Wanted) {
        let publish = Statement::find("publish");
        for field in wanted.fields {
            let option = publish.and_then(|publish| publish.option(field));
            let (detail, help) = option.map_or(("", ""), |option| (option.field, option.help));
            self.push(ItemKind::Field, field, detail, help);
        }
        if let Some(client) = &wanted.of_client {
            let of = |symbol: &&super::Symbol| {
                symbol.client.as_deref() == Some(client) && symbol.kind.is_variable()
            };
            for symbol in self.document.symbols.iter().filter(of) {
                self.push(ItemKind::Variable, &symbol.name, symbol.kind.name(), "");
            }
        }
    }

    fn names(&mut self, wanted: &Wanted) {
        for symbol in self.document.symbols.iter().filter(|symbol| wanted.names.contains(&symbol.kind)) {
            let is_declared = symbol.definition().is_some();
            let is_visible = match symbol.kind {
                Kind::Alias => self.context.variable(&symbol.name) == Some(Holds::Queue),
                Kind::Channel => true,
                _ => symbol.occurrences.iter().any(|place| place.written != Written::Value) || is_declared,
            };
            // A new name is offered where something uses it that nothing makes yet.
            if is_visible && (!wanted.is_new || !is_declared || symbol.kind == Kind::Channel) {
                let detail = if is_declared {
                    symbol.kind.name().to_owned()
                } else {
                    format!("{}, not made", symbol.kind.name())
                };
                self.insert(ItemKind::Name, &symbol.name, detail, "", as_name(&symbol.name), 0);
            }
        }
        if wanted.is_new {
            return;
        }
        if wanted.default_exchange {
            self.push(
                ItemKind::Name,
                "default",
                "exchange",
                "the default exchange: the key is the queue's name",
            );
        }
        if wanted.names.contains(&Kind::Exchange) {
            for name in ["amq.direct", "amq.fanout", "amq.topic", "amq.headers"] {
                self.insert(ItemKind::Name, name, "exchange", "there from the start", as_name(name), 0);
            }
        }
        if wanted.names.contains(&Kind::User) {
            self.push(ItemKind::Name, "guest", "user", "there from the start");
        }
        let about_client = self.context.inner().kind == FrameKind::Paren && wanted.names == [Kind::Client];
        if about_client {
            self.push(ItemKind::Name, "operator", "client", "who carries out the top level");
        }
    }

    fn options(&mut self, statement: &'static Statement, used: &[&str]) {
        for option in statement.all_options().filter(|option| !used.contains(&option.word)) {
            self.option(option);
        }
        // `routing_key` is what every library calls it.
        if statement.option("key").is_some() && !used.contains(&"key") {
            self.insert(
                ItemKind::Option,
                "routing_key",
                "key",
                "written `key` here",
                "key \"\"".to_owned(),
                1,
            );
        }
    }

    fn option(&mut self, option: &'static OptionSpec) {
        let (insert, back) = match option.value {
            ValueKind::Flag => (option.word.to_owned(), 0),
            ValueKind::Text => (format!("{} \"\"", option.word), 1),
            ValueKind::Table => (format!("{} {{  }}", option.word), 2),
            ValueKind::Moment => (format!("{} at ", option.word), 0),
            _ => (format!("{} ", option.word), 0),
        };
        self.insert(ItemKind::Option, option.word, option.field, option.help, insert, back);
    }

    fn statements(&mut self) {
        let level = self.context.level();
        for statement in Statement::all().filter(|statement| match level {
            Level::Top => statement.stands.top,
            Level::Deed => statement.stands.deed,
            Level::Client => statement.stands.client,
        }) {
            let insert = if statement.form == statement.word {
                statement.word.to_owned()
            } else {
                format!("{} ", statement.word)
            };
            self.insert(ItemKind::Statement, statement.word, statement.form, statement.help, insert, 0);
        }
        for (name, _) in self
            .context
            .variables
            .clone()
            .iter()
            .rev()
            .filter(|(name, holds)| *holds == Holds::Anything && !name.is_empty())
        {
            self.insert(ItemKind::Variable, name, "variable", "", format!("{name} = "), 0);
        }
    }

    fn expression(&mut self) {
        for (name, holds) in self.context.variables.clone().iter().rev().filter(|(name, _)| !name.is_empty())
        {
            let detail = match holds {
                Holds::Message => "message",
                Holds::Error => "error",
                Holds::Queue => "name of a queue",
                Holds::Anything => "variable",
            };
            self.push(ItemKind::Variable, name, detail, "");
        }
        for question in QUESTIONS {
            self.insert(
                ItemKind::Question,
                question.word,
                "question",
                question.help,
                format!("{}()", question.word),
                1,
            );
        }
        for function in FUNCTIONS {
            let back = u32::from(function.most > 0);
            self.insert(
                ItemKind::Function,
                function.word,
                function.form,
                function.help,
                format!("{}()", function.word),
                back,
            );
        }
        for word in ["true", "false", "null", "not"] {
            self.push(ItemKind::Value, word, "", "");
        }
    }

    /// What may stand in the quotes at the place: keys that are bound, queues, reply codes, names.
    pub fn texts(&mut self) {
        let text = self.context.text;
        let frames = &self.context.frames;
        let outer = frames.iter().rev().find(|frame| frame.kind != FrameKind::Text);
        let Some(frame) = outer else { return };
        // The text itself stands there as its opening token, if it has been read.
        let in_frame = frames.last().is_some_and(|frame| frame.kind == FrameKind::Text);
        let words: Vec<&str> = frame.words.iter().map(|token| token.span.of(text)).collect();
        let words = if in_frame { words.split_last().map_or(&[][..], |(_, before)| before) } else { &words };
        let last = words.last().copied().unwrap_or("");
        let about = frame.statement.or(self.context.block().statement);
        let behind_to = words.iter().position(|word| *word == "to").and_then(|to| words.get(to + 1)).copied();
        match last {
            "key" | "dead_letter_routing_key" => {
                self.keys(behind_to.unwrap_or("default").trim_matches(['"', '\'']))
            }
            "to" | "dead_letter_exchange" | "alternate_exchange" => self.quoted(&[Kind::Exchange]),
            "queue" | "consume" | "get" | "purge" => self.quoted(&[Kind::Queue]),
            "bind" | "unbind" => self.quoted(&[Kind::Queue]),
            "user" => self.quoted(&[Kind::User]),
            "vhost" => self.quoted(&[Kind::Vhost]),
            "reply_to" => self.quoted(&[Kind::Queue]),
            _ if frame.kind == FrameKind::Paren => self.quoted(&[Kind::Queue, Kind::Exchange]),
            _ if about
                .is_some_and(|about| matches!(about.word, "expect" | "always" | "never" | "eventually")) =>
            {
                for (reply, help) in REPLIES {
                    self.insert(ItemKind::Text, reply, "reply code", help, format!("{reply} - "), 0);
                }
            }
            _ => {}
        }
    }

    fn keys(&mut self, exchange: &str) {
        if exchange == "default" || exchange.is_empty() {
            return self.quoted(&[Kind::Queue]);
        }
        for (of, key) in &self.document.symbols.keys.clone() {
            if &**of == exchange && !key.is_empty() {
                self.push(ItemKind::Text, key, "key", "");
            }
        }
    }

    fn quoted(&mut self, kinds: &[Kind]) {
        for symbol in self.document.symbols.iter().filter(|symbol| kinds.contains(&symbol.kind)) {
            if symbol.definition().is_some() {
                self.push(ItemKind::Text, &symbol.name, symbol.kind.name(), "");
            }
        }
    }
}

/// A name as it must be written in a name place.
pub(super) fn as_name(name: &str) -> String {
    let is_word = name.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_alphanumeric() || c == '_')
        && name != "default";
    if is_word { name.to_owned() } else { as_text(name) }
}

/// A text as it must be written.
pub(super) fn as_text(text: &str) -> String {
    if !text.contains(['"', '{', '\\']) {
        return format!("\"{text}\"");
    }
    if !text.contains('\'') {
        return format!("'{text}'");
    }
    let mut written = String::from("\"");
    for character in text.chars() {
        if matches!(character, '"' | '{' | '\\') {
            written.push('\\');
        }
        written.push(character);
    }
    written + "\""
}

/// Those that fit what is typed: what begins with it first, then what holds it; with a slip in it, what was meant.
pub(super) fn narrow(items: &mut Vec<Item>, typed: &str) {
    if typed.is_empty() {
        return;
    }
    let lower = typed.to_lowercase();
    let meant = nearest(typed, items.iter().map(|item| item.label.as_str())).map(str::to_owned);
    items.retain(|item| {
        let label = item.label.to_lowercase();
        label.contains(&lower) || is_subsequence(&lower, &label) || meant.as_ref() == Some(&item.label)
    });
    items.sort_by_key(|item| {
        let label = item.label.to_lowercase();
        match () {
            () if label.starts_with(&lower) => 0,
            () if label.contains(&lower) => 1,
            () => 2,
        }
    });
}

fn is_subsequence(typed: &str, label: &str) -> bool {
    let mut rest = label.chars();
    typed.chars().all(|wanted| rest.any(|found| found == wanted))
}
