//! What a component needs of the browser beside drawing.

mod use_browser;
mod use_playback;
mod use_shortcuts;

pub use use_browser::use_browser;
pub use use_playback::use_playback;
pub use use_shortcuts::{KEYS, SCRIPT_KEYS, use_shortcuts};
