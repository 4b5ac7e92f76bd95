//! What crosses between the page and its worker: small plain questions, small plain views. With
//! `inspect::view`, the only types both halves share.

use serde::{Deserialize, Serialize};

use crate::inspect::view::{
    CheckRow, ClientRow, FindingRow, Journey, Mark, MarkKind, MessageRef, Moment, Output, Problem, QueueRow,
    Routing, Step, Summary, Thing, Tile, Topology,
};

/// This build. The worker's file keeps its name between builds, so page and worker compare it first.
pub const BUILD: &str = match option_env!("WARREN_BUILD") {
    Some(build) => build,
    None => env!("CARGO_PKG_VERSION"),
};

/// Which edit of the text; counts up.
pub type EditId = u32;
/// Which run; counts up, given by the page.
pub type RunId = u32;

/// What makes a run, whole: the same specification gives the same recording. A link holds one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunSpec {
    /// The script.
    pub source: String,
    /// Seed, unless the script sets one.
    pub seed: u64,
    /// Broker's version, unless the script sets one.
    pub broker: String,
    /// One-way latency in microseconds, unless the script sets one.
    pub latency: u64,
    /// Budgets, unless the script sets them.
    pub limits: Limits,
    /// Operator's lines to add: (time, text in the language). Empty today; what-if will use it.
    pub interventions: Vec<(u64, String)>,
}

/// Budgets of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Virtual time, microseconds.
    pub time: u64,
    /// Steps.
    pub steps: u64,
    /// Logical bytes.
    pub memory: u64,
}

/// Page to worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ToWorker {
    /// First message: the page's build. Another build answers with its own, and the page reloads.
    Hello {
        /// Build.
        build: String,
    },
    /// The text is now this; answered by `Problems`.
    Edit {
        /// Which edit.
        edit: EditId,
        /// The whole text.
        text: String,
    },
    /// The house layout of the text; answered by `Formatted`.
    Format {
        /// Which edit.
        edit: EditId,
        /// The whole text.
        text: String,
    },
    /// What is known about a place of the text; answered by `Helped`.
    Help {
        /// Comes back with the answer.
        id: u32,
        /// The whole text.
        text: String,
        /// The place, in UTF-16 units.
        at: u32,
        /// What is asked.
        what: HelpOn,
    },
    /// Begins a run; answered by `Progress` until done.
    Run {
        /// Its number.
        run: RunId,
        /// What to run.
        spec: RunSpec,
    },
    /// Ends a run between two slices; what there is stays.
    Stop {
        /// Which.
        run: RunId,
    },
    /// The run is shown no more.
    Drop {
        /// Which.
        run: RunId,
    },
    /// A question.
    Ask(Question),
    /// Are you alive?
    Ping(u32),
}

/// Worker to page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum FromWorker {
    /// Answer to `Hello`.
    Hello {
        /// Build.
        build: String,
    },
    /// Problems of an edit. Without an error it can be run.
    Problems {
        /// Which edit.
        edit: EditId,
        /// In order of the text.
        problems: Vec<Problem>,
    },
    /// An edit in the house layout.
    Formatted {
        /// Which edit.
        edit: EditId,
        /// The text; none: it has errors and is left alone.
        text: Option<String>,
    },
    /// What is known about a place.
    Helped {
        /// The question's id.
        id: u32,
        /// None: nothing.
        help: Option<Help>,
    },
    /// A run goes on, or is done.
    Progress {
        /// Which.
        run: RunId,
        /// So far.
        summary: Box<Summary>,
    },
    /// The run cannot begin: the text has errors (told by `Problems`), or the version is unknown.
    Refused {
        /// Which.
        run: RunId,
        /// Why.
        why: String,
    },
    /// An answer.
    Answer {
        /// The question's id.
        id: u32,
        /// What it was about; an answer to what is no longer shown is dropped.
        run: RunId,
        /// At which moment.
        step: Step,
        /// The answer.
        answer: Answer,
    },
    /// I am.
    Pong(u32),
    /// The worker's last words.
    Panicked(String),
}

/// What an editor asks about a place of the text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum HelpOn {
    /// What may be written there.
    Completion,
    /// What the word there is.
    Hover,
    /// The statement there: its form is `Help::title`, what may stand at the place `Help::text`, its options
    /// `Help::options`; `Help::from` is where it begins.
    Signature,
    /// The name there: `Help::title` says what it is of, `Help::text` is the name, `Help::places` is where it stands.
    Name,
    /// The edits that give the name there another, as `Help::places`; if it cannot have it, none, and `Help::text` says
    /// why.
    Rename(String),
    /// What can be folded in the whole text, as `Help::places`.
    Folds,
    /// What the whole text is made of, as `Help::places`.
    Outline,
    /// Where the documentation explains it: only `Help::link` is filled.
    Reference,
}

/// What is known about a place. All of it is plain text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Help {
    /// The word that it is about, or that an item would replace: from there, in UTF-16 units.
    pub from: u32,
    /// Up to there.
    pub to: u32,
    /// What may be written, best first.
    pub items: Vec<HelpItem>,
    /// The options of a statement.
    pub options: Vec<HelpOption>,
    /// Places of the text, in its order.
    pub places: Vec<HelpPlace>,
    /// How the word is written, or what it is.
    pub title: String,
    /// What it means, in one line.
    pub text: String,
    /// The AMQP method or field behind it; may be empty.
    pub field: String,
    /// Where that is explained, below the documentation's folder: `language.html#queue`; may be empty.
    pub link: String,
}

/// Something that may be written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HelpItem {
    /// What it is called.
    pub label: String,
    /// A few words behind it.
    pub detail: String,
    /// One line; may be empty.
    pub help: String,
    /// What is written.
    pub insert: String,
    /// How many characters from the end of that the cursor comes to stand.
    pub back: u32,
}

/// An option in a signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HelpOption {
    /// Its word, with something of its kind: `message_ttl 30s`.
    pub text: String,
    /// One line.
    pub help: String,
    /// It stands there already.
    pub is_used: bool,
    /// The place is that of its value.
    pub is_current: bool,
}

/// A place of the text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HelpPlace {
    /// From there, in UTF-16 units.
    pub from: u32,
    /// Up to there.
    pub to: u32,
    /// What stands there, or shall stand there: of a use its line, of an outline's entry its head.
    pub text: String,
    /// Which line, from 1; only of uses and of an outline's entries.
    pub line: u32,
    /// How deep an outline's entry stands.
    pub depth: u32,
    /// The name is made here.
    pub declares: bool,
}

/// A question about a run at a moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// Comes back with the answer.
    pub id: u32,
    /// Which run.
    pub run: RunId,
    /// Which moment; one past the end means the end.
    pub step: Step,
    /// What.
    pub what: What,
}

/// The questions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum What {
    /// What happened in this step.
    Moment,
    /// The last step not after that time; if steps have that very time, the one so many steps into it: answered by
    /// `Moment`.
    At {
        /// Microseconds.
        time: u64,
        /// As `Moment::ordinal`; beyond the last step of that time is its last one.
        ordinal: u32,
    },
    /// The next (or last) step with a mark of these kinds, of that thing: answered by `Moment`; the same step if none.
    Seek {
        /// Forwards in time.
        forwards: bool,
        /// Kinds; empty: any.
        kinds: Vec<MarkKind>,
        /// Of which thing.
        of: Option<Thing>,
    },
    /// Output lines `first..first + count`, of one client or all.
    Output {
        /// Whose.
        client: Option<String>,
        /// First line.
        first: u32,
        /// How many, at most 500.
        count: u32,
    },
    /// Queues at the moment.
    Queues,
    /// Clients at the moment.
    Clients,
    /// Topology at the moment.
    Topology,
    /// A tile of the timeline.
    Tile {
        /// Level.
        level: u8,
        /// Which.
        index: u32,
    },
    /// Single marks from `from` up to `to` (microseconds), if there are no more than `limit`.
    Marks {
        /// From.
        from: u64,
        /// To, not included.
        to: u64,
        /// At most so many.
        limit: u32,
    },
    /// Which bindings of that exchange that key matches.
    Routing {
        /// Vhost.
        vhost: String,
        /// Exchange.
        exchange: String,
        /// Routing key.
        key: String,
        /// Headers, as a table of the language: `{ a: 1 }`. Empty: none.
        headers: String,
    },
    /// Checks and how they stand.
    Checks,
    /// What went otherwise than it was likely meant.
    Findings,
    /// A message's life.
    Journey(MessageRef),
    /// The whole run as bytes of a hash, for the tests: answered by `Text`.
    Hash,
}

/// The answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each answers the question of its name")]
pub enum Answer {
    Moment(Box<Moment>),
    Output(Output),
    Queues(Vec<QueueRow>),
    Clients(Vec<ClientRow>),
    Topology(Topology),
    Tile(Tile),
    /// None: more than the limit.
    Marks(Option<Vec<Mark>>),
    Routing(Routing),
    Checks(Vec<CheckRow>),
    Findings(Vec<FindingRow>),
    /// None: there is no such message at the moment.
    Journey(Option<Box<Journey>>),
    Text(String),
    /// The run is not known (any more).
    Gone,
}
