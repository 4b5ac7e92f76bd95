//! What an editor asks about a text: what may be written here, what this is, where it comes from, what else uses it.
//!
//! A [`Document`] reads a text once; a file for each question. All of it works on texts with errors, half-typed
//! statements above all, and for any place in them. Places are bytes; the engine turns them into the editor's units.
//! `symbols` knows the names of the whole text, from its tree; `context` knows what stands before one place, from its
//! tokens, for where somebody types there is no tree yet.

mod complete;
mod context;
mod fold;
mod hover;
mod meaning;
mod offers;
mod outline;
mod rename;
mod signature;
mod symbols;
mod walk;

pub use complete::{Item, ItemKind, Offer};
pub use hover::Hover;
pub use outline::Entry;
pub use rename::Refusal;
pub use signature::{Parameter, Signature};
pub use symbols::{Kind, Occurrence, Symbol};

use super::ast::Tree;
use super::grammar::parse;
use super::lexer::lex;
use super::token::Token;
use symbols::Symbols;

/// A text that has been read.
#[derive(Debug)]
pub struct Document<'t> {
    text: &'t str,
    tokens: Vec<Token>,
    tree: Tree,
    symbols: Symbols,
}

impl<'t> Document<'t> {
    /// Reads a text.
    pub fn new(text: &'t str) -> Self {
        let tree = parse(text).tree;
        let symbols = Symbols::of(&tree, text);
        Self { text, tokens: lex(text), tree, symbols }
    }

    /// The word or text that touches a place: the token there, or the one that ends there.
    fn token_at(&self, offset: u32) -> Option<(usize, Token)> {
        let after = self.tokens.partition_point(|token| token.span.end <= offset);
        let here =
            |at: usize| self.tokens.get(at).copied().filter(|token| !token.kind.is_trivia()).map(|t| (at, t));
        let touches = |(_, token): &(usize, Token)| token.span.start <= offset && offset <= token.span.end;
        let is_word = |(_, token): &(usize, Token)| token.kind == super::token::TokenKind::Word;
        let behind = after.checked_sub(1).and_then(here).filter(touches);
        let before = here(after).filter(touches);
        before.filter(is_word).or(behind.filter(is_word)).or(before).or(behind)
    }
}
