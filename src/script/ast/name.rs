//! Names, texts and options: what stands behind a statement's word.

use crate::script::statement::OptionSpec;
use crate::text::Span;

use super::{Expr, Ident};

/// Something in a name place.
#[derive(Clone, Debug, PartialEq)]
pub struct Name {
    /// Its place.
    pub span: Span,
    /// What it is.
    pub kind: NameKind,
}

/// The ways to write a name.
#[derive(Clone, Debug, PartialEq)]
pub enum NameKind {
    /// A bare word: the name itself, or an alias of this client.
    Word(Box<str>),
    /// A text, which may interpolate.
    Text(Vec<Piece>),
    /// `default` unquoted where an exchange stands: the default exchange.
    Default,
}

impl Name {
    /// The name, where it is written out: no interpolation.
    pub fn literal(&self) -> Option<&str> {
        match &self.kind {
            NameKind::Word(word) => Some(word),
            NameKind::Default => Some(""),
            NameKind::Text(pieces) => Piece::literal(pieces),
        }
    }
}

/// A part of a text.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// Characters, escapes resolved.
    Text(Box<str>),
    /// An expression.
    Hole(Expr),
}

impl Piece {
    /// What a text says that is written out.
    pub fn literal(pieces: &[Self]) -> Option<&str> {
        match pieces {
            [] => Some(""),
            [Self::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// The expression.
    pub fn hole(&self) -> Option<&Expr> {
        match self {
            Self::Hole(expr) => Some(expr),
            Self::Text(_) => None,
        }
    }
}

/// The options of a statement, in the order written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Options(pub Vec<Opt>);

/// One option.
#[derive(Clone, Debug, PartialEq)]
pub struct Opt {
    /// Its line of the table.
    pub spec: &'static OptionSpec,
    /// The word's place.
    pub word: Span,
    /// What it was given.
    pub value: OptValue,
}

/// The value of an option.
#[derive(Clone, Debug, PartialEq)]
pub enum OptValue {
    /// None: a flag, or a value that could not be read.
    None,
    /// A name.
    Name(Name),
    /// An expression.
    Expr(Expr),
    /// A mode and a table, of `match`.
    Match(Ident, Expr),
}

impl Options {
    /// The option `word`.
    pub fn find(&self, word: &str) -> Option<&Opt> {
        self.0.iter().find(|option| option.spec.word == word)
    }

    /// Whether the flag `word` is there.
    pub fn has(&self, word: &str) -> bool {
        self.find(word).is_some()
    }

    /// The expression given to `word`.
    pub fn expr(&self, word: &str) -> Option<&Expr> {
        match &self.find(word)?.value {
            OptValue::Expr(expr) => Some(expr),
            _ => None,
        }
    }

    /// The name given to `word`.
    pub fn name(&self, word: &str) -> Option<&Name> {
        match &self.find(word)?.value {
            OptValue::Name(name) => Some(name),
            _ => None,
        }
    }
}
