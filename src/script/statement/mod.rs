//! The one table of the language: each statement with its options, what they take and what they mean in AMQP.
//!
//! The parser reads it, lowering reads it, and so do completion, hover, the formatter and the reference, so that none
//! of them can know another language. A new option is a line here (and its meaning in `lower`).

mod client;
mod nearest;
mod operator;
mod table;
mod topology;

pub use nearest::nearest;
pub use table::{OptionSpec, Stands, Statement, ValueKind};
pub use topology::{EXCHANGE_TYPES, MATCH_MODES};
