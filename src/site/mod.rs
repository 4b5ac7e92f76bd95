//! The documentation as pages: `www/docs/**/*.md` become `docs/**/*.html` of the built site.
//!
//! Native only: `bin/site.rs` calls it from Trunk's build. What the pages say of the language, of the versions and
//! of the recorded cases they take from the tables and from a replay, so that it is written once.
//!
//! Invariant: no HTML of a document reaches a page; all text is escaped.

mod build;
mod code;
mod conformance;
mod escape;
mod markdown;
mod page;
mod reference;
mod scripts;

pub use build::build;
pub use markdown::{Heading, slug};
pub use scripts::{Block, Written, rewrite, scripts};
