//! Pure questions to a recording; answers are plain data in screen words.
//!
//! Invariant: no HTML, no colours, no broker internals; the broker's own answers, never a second implementation.

mod activity;
mod headers;
mod index;
mod layout;
mod mark;
mod match_words;
mod method_words;
mod names;
mod pyramid;
mod scan;
mod sentence;
mod side;
mod slot;
mod values;

mod checks;
mod clients;
mod findings;
mod journey;
mod marks;
mod moment;
mod output;
mod queues;
mod routing;
mod summary;
mod topology;

pub mod view;

pub use checks::{checks, found};
pub use clients::clients;
pub use findings::{Findings, findings};
pub use index::Index;
pub use journey::journey;
pub use marks::{marks, tile};
pub use moment::{clamp, moment, moment_at, seek, told};
pub use output::output;
pub use queues::queues;
pub use routing::routing;
pub use summary::{hash_text, summary};
pub use topology::topology;
