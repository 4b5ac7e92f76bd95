//! What the session asks of the browser: the only way in which it has an effect.

use crate::engine::protocol::ToWorker;

/// A timer; starting it again replaces it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timer {
    /// Typing has paused.
    Typing,
    /// The worker should have answered the ping.
    Ping,
    /// Write the state into the address.
    Address,
    /// A notice that goes by itself.
    Notice,
}

/// A place in the browser's storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Store {
    /// What was last typed. The editor writes it too, before the session hears of it (`www/editor/draft.mjs`).
    Draft,
    /// What was put aside for a link or an example.
    Kept,
    /// Theme.
    Theme,
}

/// A wish.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    /// Start a worker.
    StartWorker,
    /// End the worker, whatever it is doing.
    EndWorker,
    /// Send it a message.
    Post(ToWorker),
    /// Start a timer: milliseconds.
    Later(Timer, u32),
    /// Keep a text in this browser.
    Keep(Store, String),
    /// Put this after the address's `#`, replacing the entry of the history.
    SetAddress {
        /// What stands after `#`.
        hash: String,
        /// What a reset goes back to: a reload finds it in the entry.
        base: String,
    },
    /// Copy the page's address with this after `#`.
    CopyAddress(String),
}
