//! The house layout of a script: two blanks for a block, one statement per line or several that fit behind `;`, one
//! blank between words, no line longer than [`WIDTH`] that could be broken.
//!
//! The lines are the author's: what stood on one line stays there while it fits, what stood on several stays on
//! several. Only what is between the tokens changes, so that the tree stays the same; comments keep their places.
//! `marks` (what the tree knows) and `atoms` (what the lexer knows) give `layout` (a statement's parts and where its
//! lines may break), `print` chooses the breaks, `lines` puts the comments behind them.

mod atoms;
mod layout;
mod lines;
mod marks;
mod print;
mod spacing;

use super::diagnostic::Diagnostic;
use super::grammar::{Parsed, parse};

/// How many characters a line has at most, where it can be broken at all. Comments are not counted.
pub const WIDTH: usize = 100;

/// The text in the house layout. A text that cannot be read is left alone: its errors come back instead.
pub fn format(text: &str) -> Result<String, Vec<Diagnostic>> {
    let Parsed { tree, mut diagnostics } = parse(text);
    if diagnostics.iter().any(Diagnostic::is_error) {
        diagnostics.retain(Diagnostic::is_error);
        return Err(diagnostics);
    }
    let marks = marks::Marks::of(&tree);
    let atoms = atoms::atoms(text);
    let layout = layout::layout(&atoms, &marks);
    Ok(lines::join(print::print(&layout)))
}
