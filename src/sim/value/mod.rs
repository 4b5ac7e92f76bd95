//! What variables and expressions hold.

mod convert;
mod list;
mod text;
mod types;

pub use list::{List, Table};
pub use types::{MessageValue, QueueAlias, ScriptError, Value};

pub(super) use convert::{field_of, value_of_field};
pub(super) use text::{json, text_of};
