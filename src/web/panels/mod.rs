//! Each a component that draws views and sends actions, and nothing else.

mod checks;
mod clients;
mod editor;
mod events;
mod examples;
mod highlights;
mod keys;
mod message;
mod notice;
mod output;
mod problems;
mod queues;
mod routing;
mod timeline;
mod topbar;
mod topology;
mod transport;

pub use checks::Checks;
pub use clients::Clients;
pub use editor::Editor;
pub use keys::Keys;
pub use message::Message;
pub use notice::NoticeBar;
pub use output::OutputPanel;
pub use problems::{Problems, in_code};
pub use queues::Queues;
pub use routing::RoutingPanel;
pub use timeline::Timeline;
pub use topbar::Topbar;
pub use topology::TopologyPanel;
pub use transport::Transport;
