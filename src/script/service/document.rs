//! A text that has been read once, for all questions to it.

use crate::script::ast::Tree;
use crate::script::grammar::parse;
use crate::script::lexer::lex;
use crate::script::token::{Token, TokenKind};

use super::symbols::Symbols;

/// A text that has been read.
#[derive(Debug)]
pub struct Document<'t> {
    pub(super) text: &'t str,
    pub(super) tokens: Vec<Token>,
    pub(super) tree: Tree,
    pub(super) symbols: Symbols,
}

impl<'t> Document<'t> {
    /// Reads a text.
    pub fn new(text: &'t str) -> Self {
        let tree = parse(text).tree;
        let symbols = Symbols::of(&tree, text);
        Self { text, tokens: lex(text), tree, symbols }
    }

    /// The word or text that touches a place: the token there, or the one that ends there.
    pub(super) fn token_at(&self, offset: u32) -> Option<(usize, Token)> {
        let is_before = |token: &Token| token.kind != TokenKind::End && token.span.end <= offset;
        let after = self.tokens.partition_point(is_before);
        let here =
            |at: usize| self.tokens.get(at).copied().filter(|token| !token.kind.is_trivia()).map(|t| (at, t));
        let touches = |(_, token): &(usize, Token)| token.span.start <= offset && offset <= token.span.end;
        let is_word = |(_, token): &(usize, Token)| token.kind == TokenKind::Word;
        let behind = after.checked_sub(1).and_then(here).filter(touches);
        let before = here(after).filter(touches);
        before.filter(is_word).or(behind.filter(is_word)).or(before).or(behind)
    }
}
