//! A row of the tutorial: what a real broker was seen to do, as data. `s01.json` … hold the rows.
//!
//! Every figure and text in them comes from runs of the tutorial's own scripts against RabbitMQ 3.10.8; none comes
//! from our broker. Times were moved to those of our scripts, generated names read `amq.gen-*`, Python's `b'…'` around
//! printed bodies is gone, and an RPC reply says `COMMAND: done`, as our servers answer.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

/// One file of rows.
#[derive(Debug, Deserialize)]
pub struct File {
    /// By which broker.
    pub recorded_on: String,
    /// The rows.
    pub rows: Vec<Row>,
    /// Rows that no broker decides.
    #[serde(default)]
    pub left_out: Vec<LeftOut>,
}

/// A row that is left out, and why.
#[derive(Clone, Debug, Deserialize)]
pub struct LeftOut {
    /// Its name.
    pub row: String,
    /// The reason.
    pub why: String,
}

/// What was seen in one scenario.
#[derive(Clone, Debug, Deserialize)]
pub struct Row {
    /// Its name.
    pub row: String,
    /// The script that does the same, below `www/examples`.
    pub script: String,
    /// How many recorded runs agree on it.
    pub runs: u32,
    /// Only prints and errors from the first time on and before the second are looked at.
    #[serde(default)]
    pub window_ms: Option<(u64, u64)>,
    /// Client by client.
    pub clients: BTreeMap<String, Client>,
    /// Queues at certain times.
    pub moments: Vec<Moment>,
    /// What is common to the runs of a race.
    #[serde(default)]
    pub race: Race,
    /// Ready messages at the end.
    #[serde(default)]
    pub ready: BTreeMap<String, Vec<String>>,
    /// Many lines of one form.
    #[serde(default)]
    pub many_lines: BTreeMap<String, ManyLines>,
    /// What the recording shows and the row does not hold, and why.
    #[serde(default)]
    pub left_out: Vec<String>,
}

/// What one client was seen to do. `None`: see `race`, `many_lines` or `left_out`.
#[derive(Clone, Debug, Deserialize)]
pub struct Client {
    /// Lines in order.
    pub printed: Option<Vec<String>>,
    /// What the broker sent it, in order: body, redelivered.
    pub delivered: Option<Vec<(String, bool)>>,
    /// Closes it was sent, in order: code and text.
    pub errors: Option<Vec<String>>,
    /// From when to when they came, where the time is the point.
    #[serde(default)]
    pub errors_between_ms: Option<(u64, u64)>,
}

/// Queues (and exchanges and bindings, where they were listed) at a time.
#[derive(Clone, Debug, Deserialize)]
pub struct Moment {
    /// When.
    pub at_ms: u64,
    /// What stood before it then.
    pub label: String,
    /// All queues, in order of name and counts.
    pub queues: Vec<Queue>,
    /// All exchanges that the broker does not have by itself: name and type.
    #[serde(default)]
    pub exchanges: Option<Vec<(String, String)>>,
    /// All bindings but those of the default exchange: exchange, queue, key (left out for fanout exchanges, where the
    /// recorded library sent one of its own making).
    #[serde(default)]
    pub bindings: Option<Vec<(String, String, String)>>,
}

/// A line of `rabbitmqctl list_queues`.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
pub struct Queue {
    /// Its name.
    pub name: String,
    /// `messages_ready`.
    pub ready: u32,
    /// `messages_unacknowledged`.
    pub unacked: u32,
    /// `consumers`.
    pub consumers: u32,
    /// `durable`.
    pub durable: bool,
    /// `auto_delete`.
    pub auto_delete: bool,
}

/// What is common to runs that came out differently.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Race {
    /// One of the clients gets all, in order, the others nothing.
    #[serde(default)]
    pub one_has_all: Option<Share>,
    /// Each message goes to exactly one of them, and each gets its own in order.
    #[serde(default)]
    pub together: Option<Share>,
    /// No more than so many deliveries.
    #[serde(default)]
    pub at_most: BTreeMap<String, usize>,
    /// The first deliveries.
    #[serde(default)]
    pub begins: BTreeMap<String, Vec<String>>,
    /// The first lines.
    #[serde(default)]
    pub prints_begin: BTreeMap<String, Vec<String>>,
}

/// Clients and what they share.
#[derive(Clone, Debug, Deserialize)]
pub struct Share {
    /// Who.
    pub clients: Vec<String>,
    /// What.
    pub bodies: Vec<String>,
}

/// `form` with `{i}` counted from 0.
#[derive(Clone, Debug, Deserialize)]
pub struct ManyLines {
    /// How many.
    pub count: u32,
    /// The line.
    pub form: String,
}

impl ManyLines {
    /// The lines themselves.
    pub fn lines(&self) -> Vec<String> {
        (0..self.count).map(|i| self.form.replace("{i}", &i.to_string())).collect()
    }
}

/// All files, in order of name.
pub fn load() -> Vec<File> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tutorial");
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .expect("the rows are there")
        .map(|entry| entry.expect("a readable folder").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    paths.sort();
    let read = |path: &std::path::PathBuf| std::fs::read_to_string(path).expect("a readable file");
    paths.iter().map(|path| serde_json::from_str(&read(path)).expect("rows as this file says")).collect()
}

/// The row of that name.
pub fn find(name: &str) -> Row {
    let row = load().into_iter().flat_map(|file| file.rows).find(|row| row.row == name);
    row.unwrap_or_else(|| panic!("no row {name}"))
}
