//! From a text to its tree.

use crate::script::ast::Tree;
use crate::script::diagnostic::Diagnostic;
use crate::script::lexer::lex;

use super::{block, cursor};

/// How many blocks and expressions may stand inside one another. The parser, and all that walks the tree, recurses
/// with it: deep enough for any script, shallow enough for a wasm stack.
pub const DEPTH_MAX: u32 = 64;

/// How many entries a list or table may have as written, how many parts a text, how many variables a block: programs
/// count them in 16 bits, and nobody writes so many by hand.
pub const PARTS_MAX: usize = 10_000;

/// How many diagnostics one text yields at most: nobody reads more, and a hostile text could ask for one per byte.
pub const DIAGNOSTICS_MAX: usize = 200;

/// What a text gave.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parsed {
    /// The tree, with `Broken` where something could not be read.
    pub tree: Tree,
    /// What was wrong, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads a script.
pub fn parse(text: &str) -> Parsed {
    let tokens = lex(text);
    let mut parser = cursor::Parser::new(text, &tokens);
    parser.characters(&tokens);
    let statements = parser.statements(block::Level::Top);
    parser.say_unsaid();
    let mut diagnostics = parser.diagnostics;
    diagnostics.sort_by_key(|diagnostic| diagnostic.primary.span);
    Parsed { tree: Tree { statements }, diagnostics }
}
