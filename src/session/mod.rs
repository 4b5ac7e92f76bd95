//! The page's half without a screen: what it shows, what a person can do, what it asks of the worker and the browser.
//!
//! `update(&mut State, Action) -> Vec<Request>` is the only way on. What panels need is not asked for by them: after
//! each action `refresh` compares what is visible with what has been answered and asks for the rest, in one place; an
//! answer that no longer fits is dropped in one place too (`Questions::take`).
//!
//! Invariant: no Yew, no browser, no broker, no clock. Time comes in with actions.

mod action;
mod draft;
mod examples;
mod help;
mod link;
mod playback;
mod questions;
mod refresh;
mod request;
mod runs;
mod settings;
mod state;
mod supervision;
mod update;
mod views;
mod words;

pub use action::{Action, Boot, Copied, WorkerNews};
pub use examples::{EXAMPLES, Example, groups};
pub use help::Helping;
pub use link::{Link, LinkError, LinkMoment, SCRIPT_BYTES_MAX};
pub use playback::{SPEEDS, Seek, problem_kinds};
pub use questions::{Asked, Questions, Slot};
pub use request::{Request, Store, Timer};
pub use runs::{Runs, Shown};
pub use settings::Settings;
pub use state::{Cursor, Layout, Notice, Panel, RoutingAsk, State, Theme, View, WorkerState};
pub use update::{open, update};
pub use views::{MarksView, RoutingView, Views};
pub use words::{clock, count, span_in_utf16};
