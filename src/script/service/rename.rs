//! Where a name comes from, what uses it, and calling it otherwise.

use crate::script::grammar::RESERVED;
use crate::text::{Span, TextEdit};

use super::Document;
use super::offers::{as_name, as_text};
use super::symbols::{Kind, Occurrence, Symbol, Written};

/// Why a name cannot be changed: a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal(pub String);

impl Document<'_> {
    /// Where the name at `offset` is declared.
    pub fn definition(&self, offset: u32) -> Option<Span> {
        self.symbols.at(offset)?.0.definition()
    }

    /// All places of the name at `offset`, in the order of the text, its declarations too.
    pub fn uses(&self, offset: u32) -> &[Occurrence] {
        self.symbols.at(offset).map_or(&[], |(symbol, _)| &symbol.occurrences)
    }

    /// The name at `offset`, to be asked whether it can be another, and its place there.
    pub fn name(&self, offset: u32) -> Option<(Kind, &str, Span)> {
        self.symbols.at(offset).map(|(symbol, place)| (symbol.kind, &*symbol.name, place.span))
    }

    /// The edits that call the name at `offset` by `new`, wherever it stands.
    pub fn rename(&self, offset: u32, new: &str) -> Result<Vec<TextEdit>, Refusal> {
        let Some((symbol, _)) = self.symbols.at(offset) else {
            return Err(Refusal("there is no name here".to_owned()));
        };
        self.may_be_called(symbol, new)?;
        Ok(symbol
            .occurrences
            .iter()
            .map(|place| TextEdit::replace(place.span, self.written(symbol, *place, new)))
            .collect())
    }

    fn written(&self, symbol: &Symbol, place: Occurrence, new: &str) -> String {
        let hides = self.symbols.iter().any(|other| other.kind.is_variable() && &*other.name == new);
        match place.written {
            Written::Word if symbol.kind.is_variable() => new.to_owned(),
            // A bare word could mean the variable of that name.
            Written::Word if !hides => as_name(new),
            _ => as_text(new),
        }
    }

    fn may_be_called(&self, symbol: &Symbol, new: &str) -> Result<(), Refusal> {
        let refuse = |why: String| Err(Refusal(why));
        let kind = symbol.kind;
        if new == &*symbol.name {
            return refuse(format!("it is called `{new}` already"));
        }
        if new.is_empty() || new.chars().any(char::is_control) {
            return refuse("a name has at least one character, and no line ends".to_owned());
        }
        if kind.is_variable() {
            let is_word = new.starts_with(|c: char| c.is_alphabetic() || c == '_')
                && new.chars().all(|c| c.is_alphanumeric() || c == '_');
            if !is_word {
                return refuse("a variable is a word: letters, digits and `_`".to_owned());
            }
            if RESERVED.contains(&new) || new == "error" {
                return refuse(format!("no variable can be called `{new}`: expressions use the word"));
            }
            let other = |other: &Symbol| {
                other.kind.is_variable()
                    && &*other.name == new
                    && (other.client == symbol.client || other.client.is_none() || symbol.client.is_none())
            };
            if self.symbols.iter().any(other) {
                return refuse(format!("there is a variable `{new}` already"));
            }
            return Ok(());
        }
        if new.len() > 255 {
            return refuse(format!("a name of {} bytes: AMQP carries at most 255", new.len()));
        }
        if kind == Kind::Client && new == "operator" {
            return refuse("`operator` is who carries out the top level".to_owned());
        }
        if self.symbols.find(kind, new, symbol.client.as_deref()).is_some() {
            return refuse(format!("there is a {} `{new}` already", kind.name()));
        }
        Ok(())
    }
}
