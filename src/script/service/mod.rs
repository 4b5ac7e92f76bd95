//! What an editor asks about a text: what may be written here, what this is, where it comes from, what else uses it.
//!
//! A [`Document`] reads a text once; a file for each question. All of it works on texts with errors, half-typed
//! statements above all, and for any place in them. Places are bytes; the engine turns them into the editor's units.
//! `symbols` knows the names of the whole text, from its tree; `context` knows what stands before one place, from its
//! tokens, for where somebody types there is no tree yet.

mod complete;
mod context;
mod document;
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
pub use document::Document;
pub use hover::Hover;
pub use outline::Entry;
pub use rename::Refusal;
pub use signature::{Parameter, Signature};
pub use symbols::{Kind, Occurrence, Symbol};
