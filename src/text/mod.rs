//! Positions in text: spans, lines and columns, edits. Knows nothing of AMQP or of the language.

mod span;

pub use span::{Span, Spanned};
