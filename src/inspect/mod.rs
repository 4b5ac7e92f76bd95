//! Pure questions to a recording; answers are plain data in screen words.
//!
//! Invariant: no HTML, no colours, no broker internals; the broker's own answers, never a second implementation.

pub mod layout;
pub mod pyramid;
pub mod view;
