//! What the page shows.

use std::rc::Rc;

use crate::engine::protocol::{EditId, RunId, RunSpec};
use crate::inspect::view::{Moment, Problem, Step, Thing};

use super::examples::Example;
use super::help::Helping;
use super::playback::{Playback, Seek};
use super::questions::Questions;
use super::runs::Runs;
use super::settings::Settings;
use super::supervision::Supervision;
use super::views::Views;

/// A panel that can be chosen. What is not chosen is not asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Panel {
    /// The editor (its own tab on a phone only).
    Script,
    /// Topology and timeline (their own tab on a phone only).
    Scene,
    /// What the clients printed.
    Output,
    /// Queues at the moment.
    #[default]
    Queues,
    /// Clients at the moment.
    Clients,
    /// The selected message's journey.
    Message,
    /// What a key matches.
    Routing,
    /// Checks.
    Checks,
}

/// How much room there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Layout {
    /// One thing at a time, chosen by tabs at the bottom.
    Phone,
    /// Editor and panels; the output is one of the tabs.
    Medium,
    /// The output has its own place.
    #[default]
    Wide,
}

/// With or without chrome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    /// The whole page.
    #[default]
    Full,
    /// Panels only, to stand in another page. Such a page never rewrites its own address and keeps nothing.
    Embed,
}

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system says.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// A word to the person that belongs to no panel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The link could not be opened, and why.
    BadLink(String),
    /// A text was replaced; the old one can be brought back.
    PutAside,
    /// The worker had to be ended: why. The script can be run again.
    RunEnded(String),
    /// The worker does not start, and why.
    NoWorker(String),
    /// The worker is of another build: the page should be loaded again.
    OtherBuild,
    /// The link is in the clipboard.
    LinkCopied,
    /// It could not be copied; it is in the address.
    LinkNotCopied,
    /// The script is too long for a link.
    TooLong,
    /// Nothing more of that kind in this direction.
    NothingThere,
}

impl Notice {
    /// Whether it goes by itself.
    pub fn is_passing(&self) -> bool {
        matches!(self, Notice::LinkCopied | Notice::NothingThere | Notice::PutAside)
    }
}

/// Whether the worker can be asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WorkerState {
    /// On its way.
    #[default]
    Starting,
    /// Listens.
    Ready,
    /// Does not start.
    Dead,
}

/// What was typed into the routing panel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoutingAsk {
    /// Vhost.
    pub vhost: String,
    /// Exchange; none: the first one the run has.
    pub exchange: Option<String>,
    /// Routing key.
    pub key: String,
    /// Headers, as a table of the language.
    pub headers: String,
}

/// The moment on the screen, as the worker told it.
#[derive(Clone, Debug, Default)]
pub struct Cursor {
    /// Of which run; 0: none yet.
    pub run: RunId,
    /// What happened in it.
    pub moment: Rc<Moment>,
}

/// All of it.
#[derive(Debug)]
pub struct State {
    /// This page's build.
    pub build: String,
    /// With or without chrome.
    pub view: View,
    /// The text in the editor.
    pub text: Rc<str>,
    /// Which edit it is.
    pub edit: EditId,
    /// The last edit that the worker was told.
    pub told: EditId,
    /// The text that a reset brings back.
    pub base: Rc<str>,
    /// The example that `base` is.
    pub example: Option<&'static Example>,
    /// What the person had typed before the page replaced it.
    pub kept: Option<Rc<str>>,
    /// Problems of the text, and of which edit.
    pub problems: Rc<Vec<Problem>>,
    /// The edit whose problems they are.
    pub problems_of: EditId,
    /// What the editor asks about the text.
    pub helping: Helping,
    /// What runs are carried out under.
    pub settings: Settings,
    /// The worker.
    pub worker: WorkerState,
    /// Pings and deaths of the worker.
    pub supervision: Supervision,
    /// The run on the screen and the one that comes.
    pub runs: Runs,
    /// A specification that ended a worker; not carried out again by itself.
    pub culprit: Option<RunSpec>,
    /// The moment on the screen.
    pub cursor: Cursor,
    /// Where to go as soon as the panels have caught up.
    pub seek: Option<Seek>,
    /// Where the worker has been asked to go.
    pub seeking: Option<Seek>,
    /// Whether the moment is the end of the run, wherever that comes to be.
    pub at_end: bool,
    /// Playing and its speed.
    pub playback: Playback,
    /// What is selected.
    pub selection: Option<Thing>,
    /// The panel chosen.
    pub panel: Panel,
    /// Room on the screen.
    pub layout: Layout,
    /// Theme.
    pub theme: Theme,
    /// Routing panel's question.
    pub routing: RoutingAsk,
    /// First line of the output's page; none: as the moment wants it.
    pub output_from: Option<u32>,
    /// Whose output; none: all.
    pub output_of: Option<String>,
    /// The part of time that the timeline shows.
    pub marks_window: Option<(u64, u64)>,
    /// The tiles that it shows.
    pub tiles_wanted: Vec<(u8, u32)>,
    /// Questions under way.
    pub questions: Questions,
    /// What has been answered.
    pub views: Views,
    /// A word to the person.
    pub notice: Option<Notice>,
    /// The keys are shown.
    pub keys_shown: bool,
    /// A place of the text to bring into view, in UTF-16 units; counted, so that the same place can be asked for twice.
    pub reveal: (u32, u32, u32),
    /// How often the editor has been given the keyboard.
    pub focus: u32,
    /// How often it has been asked to show the outline.
    pub outline: u32,
}

impl State {
    /// The step on the screen.
    pub fn step(&self) -> Step {
        self.cursor.moment.step
    }

    /// The time that the clock shows: where the hand is, even if the panels are still on their way there.
    pub fn clock(&self) -> u64 {
        match self.seek.as_ref().or(self.seeking.as_ref()) {
            _ if self.playback.playing => self.playback.clock,
            Some(Seek::Time { time, .. }) => *time,
            _ => self.cursor.moment.time,
        }
    }

    /// Whether the text in the editor is what the run on the screen was carried out from.
    pub fn is_stale(&self) -> bool {
        self.runs.shown.as_ref().is_some_and(|shown| *shown.spec.source != *self.text)
    }

    /// Whether the run on the screen will stay there although the text is another: the text is broken, or its run ended a
    /// worker. Not while one types and the next run is on its way.
    pub fn is_left_behind(&self) -> bool {
        let is_culprit = || self.culprit.as_ref().is_some_and(|culprit| *culprit.source == *self.text);
        self.is_stale() && (self.is_broken() || is_culprit())
    }

    /// Whether a run goes on for longer than its first word: short ones are done by then, and nothing flickers.
    pub fn is_running(&self) -> bool {
        self.runs.shown.as_ref().is_some_and(|shown| shown.is_held && !shown.summary.done)
    }

    /// Whether the present text cannot be run.
    pub fn is_broken(&self) -> bool {
        use crate::inspect::view::Severity;
        self.runs.refused.is_some() || self.problems.iter().any(|problem| problem.severity == Severity::Error)
    }
}
