//! The browser: the only folder that knows it, and Yew. `platform` holds every call into it.
//!
//! Components are functions, one a file, with a style sheet of the same stem. They draw what `session` holds and send
//! actions; they decide nothing about AMQP.

pub mod platform;

#[cfg(feature = "web")]
mod app;
#[cfg(feature = "web")]
mod dispatch;
#[cfg(feature = "web")]
mod hooks;
#[cfg(feature = "web")]
mod panels;
#[cfg(feature = "web")]
mod shared;
#[cfg(feature = "web")]
mod widgets;

#[cfg(feature = "web")]
pub use app::App;
