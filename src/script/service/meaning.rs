//! What a word would be at a place: a statement, an option, a name of a kind, a value.

use crate::script::ast::Event;
use crate::script::question::{About, Ask, ERROR_FIELDS, MESSAGE_FIELDS};
use crate::script::statement::{EXCHANGE_TYPES, MATCH_MODES, OptionSpec, Statement, ValueKind};
use crate::script::token::{Token, TokenKind as T};

use super::context::{Context, Frame, FrameKind, Holds};
use super::symbols::Kind;

/// What may stand at a place. Several things may.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    /// A statement.
    pub statement: bool,
    /// An option of this statement, which has those already.
    pub options: Option<(&'static Statement, Vec<&'static str>)>,
    /// The option whose value it is.
    pub pending: Option<&'static OptionSpec>,
    /// A name of one of these kinds.
    pub names: Vec<Kind>,
    /// `default` as an exchange.
    pub default_exchange: bool,
    /// A new name is made here.
    pub is_new: bool,
    /// One of these words, and what they are: `to`, `as`, `direct`, `down`.
    pub words: Vec<&'static str>,
    /// A value of the option.
    pub values: &'static [&'static str],
    /// An expression.
    pub expression: bool,
    /// A field of a message, an error or a queue.
    pub fields: &'static [&'static str],
    /// A number with a unit of these.
    pub units: &'static [&'static str],
    /// A variable of that client.
    pub of_client: Option<String>,
}

const DURATIONS: &[&str] = &["ms", "s", "m", "h", "us", "d"];
const SIZES: &[&str] = &["kB", "MB", "GB", "KiB", "MiB", "GiB", "B"];
const QUEUE_FIELDS: &[&str] = &["message_count", "consumer_count"];

/// What may stand at the place of the context.
pub(super) fn wanted(context: &Context<'_>) -> Wanted {
    let mut wanted = Wanted::default();
    let frame = context.inner();
    match frame.kind {
        FrameKind::Block => Reader { context, frame, wanted: &mut wanted }.statement(),
        FrameKind::Text => {}
        _ if field(context, frame, &mut wanted) => {}
        FrameKind::Paren => match Ask::find(frame.head) {
            Some(question) => asked(frame, question.about, context, &mut wanted),
            None => operand(context, frame, &mut wanted, false),
        },
        FrameKind::Table => {
            let at_key = frame.words.last().is_none_or(|last| last.kind == T::Comma);
            if !at_key {
                operand(context, frame, &mut wanted, false);
            } else if matches!(frame.head, "set_policy" | "set_operator_policy") || is_policy(context) {
                wanted.options = Statement::find("queue").map(|queue| (queue, Vec::new()));
            }
        }
        FrameKind::Bracket | FrameKind::Hole => operand(context, frame, &mut wanted, false),
    }
    wanted
}

fn is_policy(context: &Context<'_>) -> bool {
    let statement = context.block().statement;
    statement.is_some_and(|statement| matches!(statement.word, "set_policy" | "set_operator_policy"))
}

/// Behind `message.`.
fn field(context: &Context<'_>, frame: &Frame<'_>, wanted: &mut Wanted) -> bool {
    let [.., of, dot] = frame.words.as_slice() else { return false };
    if dot.kind != T::Dot {
        return false;
    }
    let name = of.span.of(context.text);
    if frame.kind == FrameKind::Paren && Ask::find(frame.head).is_some() && context.variable(name).is_none() {
        wanted.of_client = Some(name.to_owned());
        return true;
    }
    wanted.fields = match context.variable(name) {
        Some(Holds::Message) => MESSAGE_FIELDS,
        Some(Holds::Error) => ERROR_FIELDS,
        Some(Holds::Queue) => QUEUE_FIELDS,
        // Behind `where` they are there by themselves.
        None if name == "message" => MESSAGE_FIELDS,
        None if name == "error" => ERROR_FIELDS,
        _ => &[],
    };
    true
}

/// In the parenthesis of a question.
fn asked(frame: &Frame<'_>, about: About, context: &Context<'_>, wanted: &mut Wanted) {
    let word = |token: &Token| token.span.of(context.text);
    if frame.words.iter().any(|token| word(token) == "where") {
        return operand(context, frame, wanted, false);
    }
    match frame.words.last().map(word) {
        None => {
            wanted.names = match about {
                About::Client => vec![Kind::Client],
                About::Queue => vec![Kind::Queue, Kind::Alias],
                About::QueueOrExchange => vec![Kind::Queue, Kind::Exchange, Kind::Alias],
            };
            wanted.words.push("where");
        }
        Some("vhost") => wanted.names.push(Kind::Vhost),
        Some(_) => wanted.words.extend(["where", "vhost"]),
    }
}

/// A value, or, behind one, an operator.
fn operand(context: &Context<'_>, frame: &Frame<'_>, wanted: &mut Wanted, in_option: bool) {
    let last = frame.words.last();
    let word = last.map_or("", |token| token.span.of(context.text));
    let is_operator = matches!(word, "and" | "or" | "not" | "in" | "order" | "where" | "print" | "any");
    let ends_value = last.is_some_and(|last| match last.kind {
        T::Word => !is_operator && frame.words.len() > usize::from(frame.kind == FrameKind::Block),
        T::Number | T::Duration | T::Size | T::PlainText | T::TextOpen => true,
        T::BracketOpen | T::ParenOpen | T::BraceOpen => true,
        _ => false,
    });
    if !ends_value {
        wanted.expression = true;
        match word {
            "in" => wanted.words.extend(["order", "any"]),
            "any" => wanted.words.push("order"),
            _ => {}
        }
    } else if !in_option {
        wanted.words.extend(["and", "or", "in"]);
    }
}

struct Reader<'r, 't> {
    context: &'r Context<'t>,
    frame: &'r Frame<'t>,
    wanted: &'r mut Wanted,
}

impl<'t> Reader<'_, 't> {
    fn word(&self, at: usize) -> &'t str {
        self.frame.words.get(at).map_or("", |token| token.span.of(self.context.text))
    }

    fn last(&self) -> &'t str {
        self.frame.words.last().map_or("", |token| token.span.of(self.context.text))
    }

    fn has(&self, word: &str) -> bool {
        self.frame.words.iter().skip(1).any(|token| token.span.of(self.context.text) == word)
    }

    /// Whether a block of the statement has just closed. (The table of an option closes nothing.)
    fn after_block(&self) -> bool {
        let words = &self.frame.words;
        words.last().is_some_and(|last| last.kind == T::BraceOpen)
            && self
                .frame
                .statement
                .is_none_or(|statement| option_around(statement, words, self.context.text).is_none())
    }

    fn statement(&mut self) {
        if self.frame.words.is_empty() {
            self.wanted.statement = true;
            if let Some((above, words)) = &self.context.above {
                let used = used_options(above, words, self.context.text);
                let is_clause = matches!(above.word, "expect" | "eventually");
                self.wanted.options = Some((*above, used)).filter(|_| !is_clause);
            }
            return;
        }
        if field(self.context, self.frame, self.wanted) {
            return;
        }
        let Some(statement) = self.frame.statement else {
            // `x = …`
            return operand(self.context, self.frame, self.wanted, false);
        };
        if self.after_block() {
            match statement.word {
                "if" => self.wanted.words.push("else"),
                "get" | "reconnect" | "wait" if !self.has("else") => self.wanted.words.push("else"),
                "try" if !self.has("catch") => self.wanted.words.push("catch"),
                _ => {}
            }
            return;
        }
        if self.last() == "else" && statement.word == "if" {
            return self.wanted.words.push("if");
        }
        if self.last() == "as" {
            self.wanted.is_new = true;
            return;
        }
        if let Some(option) = self.pending_option(statement) {
            self.wanted.pending = Some(option);
            return self.value(option);
        }
        self.head(statement);
    }

    /// The option that waits for its value, or for more of it.
    fn pending_option(&self, statement: &'static Statement) -> Option<&'static OptionSpec> {
        let first = head_length(statement, self.frame, self.context.text)?;
        let last = self.frame.words.len().checked_sub(1).filter(|last| *last >= first)?;
        let option = statement.option(self.word(last))?;
        // What stands behind a name option is its name, whatever word it is.
        let before = last.checked_sub(1).filter(|before| *before >= first);
        let taken = before.and_then(|before| statement.option(self.word(before)));
        (option.value != ValueKind::Flag && taken.is_none_or(|taken| taken.value == ValueKind::Flag))
            .then_some(option)
    }

    fn value(&mut self, option: &'static OptionSpec) {
        let wanted = &mut *self.wanted;
        match option.value {
            ValueKind::Exchange => {
                (wanted.names, wanted.default_exchange) = (vec![Kind::Exchange], true);
            }
            ValueKind::User => wanted.names = vec![Kind::User],
            ValueKind::Vhost => wanted.names = vec![Kind::Vhost],
            ValueKind::OneOf(words) => wanted.values = words,
            ValueKind::WordOr(words) => (wanted.values, wanted.expression) = (words, true),
            ValueKind::Match => wanted.values = MATCH_MODES,
            ValueKind::Moment => wanted.words.push("at"),
            ValueKind::FixedDuration => wanted.units = DURATIONS,
            ValueKind::FixedSize => wanted.units = SIZES,
            ValueKind::Duration | ValueKind::Expiration => {
                (wanted.units, wanted.expression) = (DURATIONS, true)
            }
            ValueKind::Size => (wanted.units, wanted.expression) = (SIZES, true),
            ValueKind::Flag | ValueKind::FixedNumber => {}
            ValueKind::Text | ValueKind::Number | ValueKind::Any | ValueKind::Table => {
                wanted.expression = true
            }
        }
    }

    /// What a statement takes before its options, and the options.
    fn head(&mut self, statement: &'static Statement) {
        let words = self.frame.words.len();
        match statement.word {
            "queue" | "consume" | "get" | "purge" if words == 1 => {
                (self.wanted.names, self.wanted.is_new) =
                    (vec![Kind::Queue, Kind::Alias], statement.word == "queue");
            }
            "exchange" if words == 1 => {
                (self.wanted.names, self.wanted.is_new) = (vec![Kind::Exchange], true)
            }
            "exchange" if words == 2 => {
                self.wanted.values = EXCHANGE_TYPES;
                self.options(statement);
            }
            "bind" | "unbind" => self.binding(statement),
            "delete" if words == 1 => self.wanted.words.extend(["queue", "exchange"]),
            "delete" if words == 2 => {
                self.wanted.names = if self.last() == "exchange" {
                    vec![Kind::Exchange]
                } else {
                    vec![Kind::Queue, Kind::Alias]
                };
            }
            "publish" => self.publish(statement),
            "ack" | "nack" | "reject" if words == 1 => {
                self.wanted.expression = true;
                self.options(statement);
            }
            "channel" if words == 1 => (self.wanted.names, self.wanted.is_new) = (vec![Kind::Channel], true),
            "close" if words == 1 => self.wanted.words.push("connection"),
            "on" if words == 1 => self.wanted.words.extend(Event::ALL.iter().map(|(word, _)| *word)),
            "on" if words == 2 => self.wanted.words.push("as"),
            "run" if words == 1 => self.wanted.words.push("for"),
            "broker" if words == 1 => {
                self.wanted.values = crate::script::grammar::VERSIONS;
                self.options(statement);
            }
            "publisher" | "consumer" | "client" if words == 1 => self.wanted.is_new = true,
            "crash" | "stop" | "start" | "close_connection" if words == 1 => {
                self.wanted.names = vec![Kind::Client]
            }
            "network" if words == 1 => {
                self.wanted.names = vec![Kind::Client];
                self.options(statement);
            }
            "network" if words == 2 => {
                self.wanted.words.extend(["up", "down"]);
                self.options(statement);
            }
            "restart" | "kill" if words == 1 => self.wanted.words.push("broker"),
            "alarm" if words == 1 => self.wanted.words.extend(["memory", "disk"]),
            "alarm" if words == 2 => self.wanted.words.extend(["on", "off"]),
            "catch" | "try" | "confirm" | "tx" | "commit" | "rollback" | "recover" | "seed" | "at" => {
                if statement.word == "at" && words == 1 {
                    self.wanted.units = DURATIONS;
                }
                self.wanted.statement = statement.word == "at" && words == 2;
            }
            "let" if words == 1 => self.wanted.is_new = true,
            "let" if words == 2 => {}
            "for" if words == 1 => self.wanted.is_new = true,
            "for" if words == 2 => self.wanted.words.push("in"),
            "wait" => self.wait(statement),
            word if word == statement.field && words == 1 => self.admin(statement),
            _ => self.rest(statement),
        }
    }

    fn binding(&mut self, statement: &'static Statement) {
        let exchange = self.word(1) == "exchange" && self.word(2) != "to";
        match self.frame.words.len() - usize::from(exchange) {
            1 if exchange => self.wanted.names = vec![Kind::Exchange],
            1 => {
                self.wanted.names = vec![Kind::Queue, Kind::Alias];
                self.wanted.words.push("exchange");
            }
            2 => self.wanted.words.push("to"),
            3 => self.wanted.names = vec![Kind::Exchange],
            _ => self.rest(statement),
        }
    }

    fn publish(&mut self, statement: &'static Statement) {
        if self.last() == "to" {
            (self.wanted.names, self.wanted.default_exchange) = (vec![Kind::Exchange], true);
        } else if self.has("to") {
            self.rest(statement);
        } else {
            operand(self.context, self.frame, self.wanted, true);
            if !self.wanted.expression {
                self.wanted.words.push("to");
            }
        }
    }

    fn wait(&mut self, statement: &'static Statement) {
        match (self.word(1), self.frame.words.len()) {
            ("", _) => {
                self.wanted.words.extend(["forever", "until", "for"]);
                (self.wanted.expression, self.wanted.units) = (true, DURATIONS);
            }
            ("for", 2) => self.wanted.words.push("confirms"),
            ("forever", _) => {}
            ("until" | "for", _) => {
                self.rest(statement);
                if !self.wanted.expression {
                    self.wanted.words.push("else");
                }
            }
            _ => operand(self.context, self.frame, self.wanted, true),
        }
    }

    fn admin(&mut self, statement: &'static Statement) {
        let word = statement.word;
        self.wanted.is_new = word.starts_with("add_") || matches!(word, "set_policy" | "set_operator_policy");
        self.wanted.names = match word {
            "stop_app" | "start_app" => Vec::new(),
            _ if word.ends_with("vhost") || word.ends_with("vhost_limits") => vec![Kind::Vhost],
            _ if word.ends_with("policy") => vec![Kind::Policy],
            _ => vec![Kind::User],
        };
    }

    /// An expression that is not whole, or the options that are not used yet.
    fn rest(&mut self, statement: &'static Statement) {
        let mut operand_wanted = Wanted::default();
        let takes_value = head_length(statement, self.frame, self.context.text)
            .is_none_or(|first| first >= self.frame.words.len())
            || self.frame.words.last().is_some_and(|last| !matches!(last.kind, T::Word));
        if takes_value {
            operand(self.context, self.frame, &mut operand_wanted, false);
        }
        if operand_wanted.expression {
            self.wanted.expression = true;
            self.wanted.words.append(&mut operand_wanted.words);
            return;
        }
        if is_condition(statement) {
            self.wanted.words.append(&mut operand_wanted.words);
        }
        match statement.word {
            "queue" | "consume" | "get" | "purge" if !self.has("as") => self.wanted.words.push("as"),
            "repeat" => {
                let unused = ["as", "every"].into_iter().filter(|word| !self.has(word));
                let mut unused: Vec<_> = unused.collect();
                self.wanted.words.append(&mut unused);
            }
            "reconnect" => self.wanted.words.push("else"),
            _ => {}
        }
        self.options(statement);
    }

    fn options(&mut self, statement: &'static Statement) {
        let used = used_options(statement, &self.frame.words, self.context.text);
        self.wanted.options = Some((statement, used));
    }
}

fn is_condition(statement: &Statement) -> bool {
    matches!(
        statement.word,
        "expect" | "always" | "never" | "eventually" | "when" | "if" | "while" | "wait" | "let" | "print"
    )
}

/// How many words stand before the options; none: an expression of any length does.
fn head_length(statement: &Statement, frame: &Frame<'_>, text: &str) -> Option<usize> {
    let find = |wanted: &str| frame.words.iter().position(|token| token.span.of(text) == wanted);
    Some(match statement.word {
        "bind" | "unbind" | "publish" => find("to").map_or(usize::MAX, |to| to + 2),
        "delete" => 3,
        "expect" => find("at").unwrap_or(usize::MAX),
        "eventually" => find("within").unwrap_or(usize::MAX),
        "always" | "never" | "let" | "print" | "if" | "while" | "when" | "for" | "repeat" => return None,
        "reconnect" | "limits" | "network" | "ack" | "nack" | "reject" => 1,
        _ => 2,
    })
}

/// The option whose text or table begins with the last of these words: in `headers {` the word before it, in
/// `match all {` the one before its mode.
pub(super) fn option_around(
    statement: &Statement,
    words: &[Token],
    text: &str,
) -> Option<&'static OptionSpec> {
    let mut before = words.iter().rev().skip(1).map(|token| token.span.of(text));
    let (last, one_more) = (before.next()?, before.next());
    statement.option(last).or_else(|| {
        let option = statement.option(one_more?)?;
        (option.value == ValueKind::Match).then_some(option)
    })
}

/// The options that the statement has already.
pub(super) fn used_options(statement: &Statement, words: &[Token], text: &str) -> Vec<&'static str> {
    let found = words.iter().skip(1).filter(|token| token.kind == T::Word);
    found.filter_map(|token| statement.option(token.span.of(text))).map(|option| option.word).collect()
}
