//! The signature of a statement: its form, the options it may have, those used marked, and what may stand at a place.

use crate::script::token::TokenKind as T;

use super::Document;
use super::context::{Context, FrameKind};
use super::meaning::{Wanted, option_around, used_options, wanted};
use super::symbols::Kind;

/// A statement's form and options.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// Where the statement begins.
    pub from: u32,
    /// How it is written.
    pub form: &'static str,
    /// One line of help.
    pub help: &'static str,
    /// What may stand at the place, other than an option: "the name of a queue"; may be empty.
    pub next: String,
    /// Its options.
    pub parameters: Vec<Parameter>,
}

/// An option in a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its word, with something of its kind.
    pub text: String,
    /// One line of help.
    pub help: &'static str,
    /// It stands there already.
    pub is_used: bool,
    /// The place is that of its value.
    pub is_current: bool,
}

impl Document<'_> {
    /// The statement that the place belongs to.
    pub fn signature(&self, offset: u32) -> Option<Signature> {
        // A word or value that ends at the place is still being written.
        let at = self.tokens.partition_point(|token| token.span.end < offset);
        let written = self.tokens.get(at).filter(|token| {
            let is_open = matches!(
                token.kind,
                T::Word
                    | T::Number
                    | T::BadNumber
                    | T::Duration
                    | T::Size
                    | T::PlainText
                    | T::OpenPlainText
                    | T::TextPiece
            );
            is_open && token.span.start < offset
        });
        let context = Context::of(self, written.map_or(offset, |token| token.span.start));
        let block = context.block();
        let statement = block.statement?;
        let from = block.words.first()?.span.start;
        let wanted = wanted(&context);
        let used = used_options(statement, &block.words, self.text);
        let pending = wanted.pending.or_else(|| {
            let is_inside = context.inner().kind != FrameKind::Block;
            is_inside.then(|| option_around(statement, &block.words, self.text)).flatten()
        });
        let takes_options =
            pending.is_some() || wanted.options.as_ref().is_some_and(|(of, _)| of.word == statement.word);
        let parameters = statement.all_options().filter(|_| takes_options).map(|option| Parameter {
            text: format!("{} {}", option.word, option.value.example()).trim_end().to_owned(),
            help: option.help,
            is_used: used.contains(&option.word),
            is_current: pending == Some(option),
        });
        Some(Signature {
            from,
            form: statement.form,
            help: statement.help,
            next: if pending.is_some() { String::new() } else { next(&wanted) },
            parameters: parameters.collect(),
        })
    }
}

/// What may stand at a place, as a few words.
fn next(wanted: &Wanted) -> String {
    let mut parts: Vec<String> = Vec::new();
    if wanted.is_new {
        parts.push("a name".to_owned());
    } else {
        // What stands for a queue is called a queue.
        let kinds = wanted.names.iter().filter(|kind| **kind != Kind::Alias);
        parts.extend(kinds.map(|kind| match kind {
            Kind::Exchange => "an exchange".to_owned(),
            kind => format!("a {}", kind.name()),
        }));
        parts.extend(wanted.default_exchange.then(|| "`default`".to_owned()));
    }
    let is_between = wanted.words.contains(&"and");
    let words = wanted.words.iter().filter(|word| !is_between || !matches!(**word, "and" | "or" | "in"));
    parts.extend(wanted.values.iter().chain(words).map(|word| format!("`{word}`")));
    if wanted.expression {
        parts.push("a value".to_owned());
    } else if !wanted.units.is_empty() {
        parts.push("a number with its unit".to_owned());
    }
    parts.extend(wanted.options.is_some().then(|| "an option".to_owned()));
    let last = parts.pop().unwrap_or_default();
    if parts.is_empty() { last } else { format!("{} or {last}", parts.join(", ")) }
}
