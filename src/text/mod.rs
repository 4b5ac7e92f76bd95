//! Positions in text: spans, lines and columns, edits. Knows nothing of AMQP or of the language.

mod edit;
mod line_index;
mod span;

pub use edit::TextEdit;
pub use line_index::{LineColumn, LineIndex};
pub use span::{Span, Spanned};
