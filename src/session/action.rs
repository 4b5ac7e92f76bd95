//! Everything that can happen to the page: what a person does, what the worker says, what the browser tells.

use crate::engine::protocol::{FromWorker, HelpOn};
use crate::inspect::view::{MarkKind, Thing};
use crate::text::Span;

use super::playback::Seek;
use super::request::Timer;
use super::state::{Layout, Panel, RoutingAsk, Theme};

/// What the page finds when it opens.
#[derive(Clone, Debug, Default)]
pub struct Boot {
    /// The build, compared with the worker's.
    pub build: String,
    /// The address after `#`.
    pub hash: String,
    /// The address after `?`.
    pub query: String,
    /// What a reset goes back to, if that address was written by this very page before a reload, not followed from
    /// elsewhere.
    pub base: Option<String>,
    /// What was last typed in this browser.
    pub draft: Option<String>,
    /// What had been put aside for a link or an example.
    pub kept: Option<String>,
    /// The theme chosen.
    pub theme: Theme,
    /// Room on the screen.
    pub layout: Layout,
}

/// What comes from the worker.
#[derive(Clone, Debug)]
pub enum WorkerNews {
    /// It listens.
    Ready,
    /// A message.
    Said(Box<FromWorker>),
    /// It is no more, and why.
    Failed(String),
}

/// How copying went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Copied {
    /// It is in the clipboard.
    Yes,
    /// The browser refused.
    No,
}

/// A thing that happened.
#[derive(Clone, Debug)]
pub enum Action {
    /// The text is now this.
    Type(String),
    /// Lay the text out.
    Format,
    /// The editor asks about a place of the text.
    Help {
        /// Comes back with the answer; each is another.
        id: u32,
        /// What is asked.
        what: HelpOn,
        /// The place, in UTF-16 units.
        at: u32,
    },
    /// Take an example by its id.
    PickExample(String),
    /// Back to the text as it was picked or opened.
    Reset,
    /// Back to what was put aside.
    BringBack,
    /// Follow a link: the address after `#` has changed.
    OpenLink(String),
    /// News of the worker.
    Worker(WorkerNews),
    /// A timer has run out.
    TimeUp(Timer),
    /// Go to a moment.
    Seek(Seek),
    /// So many steps on, or back.
    StepBy(i64),
    /// To the next (or last) step with such a mark.
    Jump {
        /// Forwards in time.
        forwards: bool,
        /// Which marks; empty: any.
        kinds: Vec<MarkKind>,
        /// Only those of the selected thing.
        of_selection: bool,
    },
    /// Play, or pause.
    TogglePlay,
    /// A frame while playing: so much of the wall clock has gone by.
    Frame {
        /// Microseconds since the last frame.
        elapsed: u64,
    },
    /// Another speed: an index of `SPEEDS`.
    SetSpeed(u8),
    /// Select a thing, or nothing.
    Select(Option<Thing>),
    /// Show a panel.
    ShowPanel(Panel),
    /// Give the editor the keyboard.
    FocusEditor,
    /// Show what the script is made of, to go there.
    ShowOutline,
    /// Ask what a key would match.
    AskRouting(RoutingAsk),
    /// The timeline shows these tiles: (level, index).
    NeedTiles(Vec<(u8, u32)>),
    /// The timeline shows this part of time: from, to (not included).
    NeedMarks(u64, u64),
    /// Show the page of output that begins with this line; none: follow the moment.
    OutputFrom(Option<u32>),
    /// Only this client's output, or all.
    OutputOf(Option<String>),
    /// Bring a place of the script into view.
    Reveal(Span),
    /// End the run that goes on.
    StopRun,
    /// Carry out the script that ended a worker all the same.
    RunAgain,
    /// Copy the link; that of an embedded page if so.
    CopyLink {
        /// With `view=embed`.
        embed: bool,
    },
    /// How that went.
    Copied(Copied),
    /// The notice has been read.
    Dismiss,
    /// Another theme.
    SetTheme(Theme),
    /// The window has another size.
    SetLayout(Layout),
    /// Show or hide the keys.
    ShowKeys(bool),
}
