//! The functions and questions of expressions, each with its word, its arguments and a line of help.

pub use super::program::{Ask, Function};

/// A function's word, how many arguments it takes, and its help.
#[derive(Debug)]
pub struct FunctionSpec {
    /// The function.
    pub function: Function,
    /// Its word.
    pub word: &'static str,
    /// Fewest arguments.
    pub fewest: usize,
    /// Most arguments.
    pub most: usize,
    /// How it is called.
    pub form: &'static str,
    /// One line of help.
    pub help: &'static str,
}

const fn function(
    function: Function,
    word: &'static str,
    (fewest, most): (usize, usize),
    form: &'static str,
    help: &'static str,
) -> FunctionSpec {
    FunctionSpec { function, word, fewest, most, form, help }
}

/// All functions.
pub const FUNCTIONS: &[FunctionSpec] = &[
    function(Function::Length, "length", (1, 1), "length(list)", "how many entries, or characters"),
    function(
        Function::First,
        "first",
        (1, 2),
        "first(list)",
        "the first entry, or with a number the first so many",
    ),
    function(
        Function::Last,
        "last",
        (1, 2),
        "last(list)",
        "the last entry, or with a number the last so many",
    ),
    function(
        Function::Number,
        "number",
        (0, 1),
        "number(text)",
        "the text as a number; without argument the client's own number",
    ),
    function(Function::Text, "text", (1, 1), "text(value)", "the value as text"),
    function(Function::Json, "json", (1, 1), "json(table)", "the value as JSON"),
    function(Function::Uuid, "uuid", (0, 0), "uuid()", "a new id, the same in each run with one seed"),
    function(
        Function::Random,
        "random",
        (0, 1),
        "random(1..6)",
        "one of a range or list by chance, without argument a number below 1; the same in each run with one seed",
    ),
    function(Function::Name, "name", (0, 0), "name()", "the client's name"),
    function(Function::Now, "now", (0, 0), "now()", "the time since the start"),
    function(Function::Byte, "byte", (1, 1), "byte(1)", "a signed 8-bit field value"),
    function(Function::Short, "short", (1, 1), "short(1)", "a signed 16-bit field value"),
    function(Function::Int, "int", (1, 1), "int(1)", "a signed 32-bit field value"),
    function(Function::Long, "long", (1, 1), "long(1)", "a signed 64-bit field value"),
    function(Function::Float, "float", (1, 1), "float(1.5)", "a 32-bit float field value"),
    function(Function::Double, "double", (1, 1), "double(1.5)", "a 64-bit float field value"),
    function(Function::Decimal, "decimal", (2, 2), "decimal(150, 2)", "a decimal field value: 1.50"),
    function(Function::Timestamp, "timestamp", (1, 1), "timestamp(0)", "a timestamp field value, in seconds"),
    function(Function::Bytes, "bytes", (1, 1), "bytes(\"…\")", "a byte-array field value"),
];

impl Function {
    /// The function called `word`.
    pub fn find(word: &str) -> Option<&'static FunctionSpec> {
        FUNCTIONS.iter().find(|spec| spec.word == word)
    }

    /// Its line of the table.
    pub fn spec(self) -> Option<&'static FunctionSpec> {
        FUNCTIONS.iter().find(|spec| spec.function == self)
    }
}

/// What a question is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// A client.
    Client,
    /// A queue.
    Queue,
    /// A queue or an exchange.
    QueueOrExchange,
}

/// A question's word, what it is about, and its help.
#[derive(Debug)]
pub struct QuestionSpec {
    /// The question.
    pub kind: Ask,
    /// Its word.
    pub word: &'static str,
    /// What it is about.
    pub about: About,
    /// One line of help.
    pub help: &'static str,
}

const fn question(kind: Ask, word: &'static str, about: About, help: &'static str) -> QuestionSpec {
    QuestionSpec { kind, word, about, help }
}

/// All questions.
pub const QUESTIONS: &[QuestionSpec] = &[
    question(Ask::Published, "published", About::Client, "the messages it published"),
    question(Ask::Delivered, "delivered", About::Client, "the deliveries the broker sent it"),
    question(
        Ask::Received,
        "received",
        About::Client,
        "the deliveries its handlers began, and what `get` returned",
    ),
    question(Ask::Acked, "acked", About::Client, "the messages whose ack the broker took"),
    question(Ask::Returned, "returned", About::Client, "the messages it got back"),
    question(Ask::Unroutable, "unroutable", About::Client, "the messages it published that reached no queue"),
    question(Ask::Confirmed, "confirmed", About::Client, "the publishes the broker confirmed"),
    question(Ask::Refused, "refused", About::Client, "the publishes the broker refused"),
    question(Ask::Printed, "printed", About::Client, "the lines it printed"),
    question(Ask::Errors, "errors", About::Client, "the closes it was sent, caught or not"),
    question(Ask::Running, "running", About::Client, "whether it runs"),
    question(Ask::Ready, "ready", About::Queue, "the messages that wait in it"),
    question(Ask::Unacked, "unacked", About::Queue, "the messages with a consumer, not yet settled"),
    question(Ask::Expired, "expired", About::Queue, "the messages whose time ran out in it"),
    question(Ask::Dropped, "dropped", About::Queue, "the messages that went without anyone getting them"),
    question(Ask::DeadLettered, "dead_lettered", About::Queue, "the messages it dead-lettered"),
    question(Ask::Consumers, "consumers", About::Queue, "its consumers"),
    question(Ask::Exists, "exists", About::QueueOrExchange, "whether it exists"),
];

impl Ask {
    /// The question called `word`.
    pub fn find(word: &str) -> Option<&'static QuestionSpec> {
        QUESTIONS.iter().find(|spec| spec.word == word)
    }

    /// What it is about.
    pub fn about(self) -> About {
        QUESTIONS.iter().find(|spec| spec.kind == self).map_or(About::Client, |spec| spec.about)
    }
}

/// The fields of a message: what it came with, and its properties. `code` and `text` of one that was returned.
pub const MESSAGE_FIELDS: &[&str] = &[
    "body",
    "key",
    "exchange",
    "redelivered",
    "delivery_tag",
    "consumer_tag",
    "message_count",
    "code",
    "text",
    "headers",
    "content_type",
    "content_encoding",
    "delivery_mode",
    "persistent",
    "priority",
    "correlation_id",
    "reply_to",
    "expiration",
    "message_id",
    "timestamp",
    "type",
    "user_id",
    "app_id",
    "cluster_id",
];

/// The fields of an error: what a close said. `consumer_tag` of a consumer that the broker cancelled, `reason` of a
/// connection that it blocked.
pub const ERROR_FIELDS: &[&str] = &["code", "text", "class", "method", "consumer_tag", "reason"];

/// What stands for the thing asked about behind `where`; the first is the one to write.
pub fn filter_variables(kind: Ask) -> &'static [&'static str] {
    match kind {
        Ask::Printed => &["line", "message"],
        Ask::Errors => &["error", "message"],
        Ask::Consumers => &["consumer", "message"],
        _ => &["message"],
    }
}
