//! Hover: what the word at a place is, in a line or two, and where the reference says more.

use crate::script::question::{FUNCTIONS, QUESTIONS};
use crate::script::statement::{OptionSpec, Statement};
use crate::script::token::TokenKind as T;
use crate::text::{LineIndex, Span};

use super::Document;
use super::context::Context;
use super::meaning::wanted;
use super::symbols::{Kind, Occurrence, Symbol};

/// What is said about a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    /// The word.
    pub span: Span,
    /// How it is written: `queue NAME [as VARIABLE]`, or what it is: "queue `tasks`".
    pub title: String,
    /// What it means, one line.
    pub text: String,
    /// The AMQP method or field behind it; may be empty.
    pub field: String,
    /// Where the reference explains it, below the documentation's folder: `language.html#queue`; may be empty.
    pub link: String,
}

impl Document<'_> {
    /// What is known about the word at `offset`.
    pub fn hover(&self, offset: u32) -> Option<Hover> {
        if let Some((symbol, occurrence)) = self.symbols.at(offset) {
            return Some(self.named(symbol, occurrence));
        }
        let (_, token) = self.token_at(offset)?;
        if token.kind != T::Word {
            return None;
        }
        let word = token.span.of(self.text);
        let context = Context::of(self, token.span.start);
        let wanted = wanted(&context);
        if wanted.fields.contains(&word) {
            return Some(field(token.span, word));
        }
        let is_called = self.text.get(token.span.end as usize..).is_some_and(|rest| rest.starts_with('('));
        if is_called {
            return called(token.span, word);
        }
        if wanted.statement
            && let Some(statement) = Statement::find(word)
        {
            return Some(stated(token.span, statement));
        }
        let of_options =
            wanted.options.as_ref().and_then(|(statement, _)| Some((*statement, statement.option(word)?)));
        let of_statement = || {
            let statement = context.block().statement?;
            Some((statement, statement.option(word)?))
        };
        if let Some((statement, option)) = of_options.or_else(of_statement) {
            return Some(optional(token.span, statement, option));
        }
        if matches!(word, "message" | "error") {
            let link = "language.html#expressions".to_owned();
            let text = if word == "message" {
                "the message of this block: its body, key, properties"
            } else {
                "what the close said: code and text"
            };
            return Some(Hover {
                span: token.span,
                title: word.to_owned(),
                text: text.to_owned(),
                field: String::new(),
                link,
            });
        }
        // A small word belongs to its statement: `to`, `until`.
        let statement = context
            .block()
            .statement
            .filter(|_| wanted.words.contains(&word) || wanted.values.contains(&word))?;
        Some(stated(token.span, statement))
    }

    /// Where the reference explains the word at `offset`.
    pub fn reference(&self, offset: u32) -> Option<String> {
        let hover = self.hover(offset).filter(|hover| !hover.link.is_empty());
        hover.map(|hover| hover.link).or_else(|| {
            let context = Context::of(self, offset);
            Some(link(context.block().statement?))
        })
    }

    fn named(&self, symbol: &Symbol, occurrence: Occurrence) -> Hover {
        let lines = LineIndex::new(self.text);
        let uses = symbol.occurrences.iter().filter(|place| !place.declares).count();
        let times = match uses {
            0 => "never used".to_owned(),
            1 => "used once".to_owned(),
            uses => format!("used {uses} times"),
        };
        let text = match symbol.definition() {
            Some(definition) => {
                let line = lines.line_column(self.text, definition.start).line;
                let verb = if symbol.kind.is_variable() { "made" } else { "declared" };
                format!("{verb} in line {line}, {times}")
            }
            None => format!("no statement makes it, {times}"),
        };
        let of = symbol.client.as_ref().map_or(String::new(), |client| format!(" of {client}"));
        let word = match symbol.kind {
            Kind::Queue | Kind::Alias => "queue",
            Kind::Exchange => "exchange",
            Kind::Client => "client",
            Kind::Channel => "channel",
            Kind::User => "add_user",
            Kind::Vhost => "add_vhost",
            Kind::Policy => "set_policy",
            Kind::Variable => "let",
        };
        Hover {
            span: occurrence.span,
            title: format!("{} {}{of}", symbol.kind.name(), symbol.name),
            text,
            field: String::new(),
            link: Statement::find(word).map_or(String::new(), link),
        }
    }
}

/// Where the reference explains a statement.
fn link(statement: &Statement) -> String {
    format!("language.html#{}", statement.word.replace('_', "-"))
}

fn stated(span: Span, statement: &Statement) -> Hover {
    Hover {
        span,
        title: statement.form.to_owned(),
        text: statement.help.to_owned(),
        field: statement.field.to_owned(),
        link: link(statement),
    }
}

fn optional(span: Span, statement: &Statement, option: &OptionSpec) -> Hover {
    let example = option.value.example();
    Hover {
        span,
        title: format!("{} {example}", option.word).trim_end().to_owned(),
        text: option.help.to_owned(),
        field: option.field.to_owned(),
        link: link(statement),
    }
}

fn called(span: Span, word: &str) -> Option<Hover> {
    let hover = |title: String, text: &str, slug: &str| Hover {
        span,
        title,
        text: text.to_owned(),
        field: String::new(),
        link: format!("language.html#{slug}"),
    };
    let function = FUNCTIONS.iter().find(|function| function.word == word);
    let question = QUESTIONS.iter().find(|question| question.word == word);
    function.map(|function| hover(function.form.to_owned(), function.help, "expressions")).or_else(|| {
        question.map(|question| hover(format!("{word}(…)"), question.help, "questions-and-checks"))
    })
}

fn field(span: Span, word: &str) -> Hover {
    let option = Statement::find("publish").and_then(|publish| publish.option(word));
    Hover {
        span,
        title: format!(".{word}"),
        text: option.map_or(String::new(), |option| option.help.to_owned()),
        field: option.map_or(String::new(), |option| option.field.to_owned()),
        link: "language.html#expressions".to_owned(),
    }
}
