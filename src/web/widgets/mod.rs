//! Parts that know nothing of the run: icons, shapes, buttons, tabs.

mod button;
mod empty;
mod glyph;
mod icon;
mod tabs;

pub use button::Button;
pub use empty::Empty;
pub use glyph::{Glyph, kind_class};
pub use icon::{Icon, IconName};
pub use tabs::{Badge, Tab, Tabs, Tone};
