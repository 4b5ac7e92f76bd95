//! The house layout of a script: two blanks for a block, one statement per line or several that fit behind `;`, one
//! blank between words, no line longer than `print::WIDTH` that could be broken.
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
mod whole;

pub use print::WIDTH;
pub use whole::format;
