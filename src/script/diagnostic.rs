//! What is wrong with a script, where, and what to type instead.
//!
//! Messages are lower-case sentences without a final stop, with script text in backticks: "expected X, found Y". Help
//! offers something that can be typed. One diagnostic per cause.

use serde::{Deserialize, Serialize};

use crate::text::{Span, TextEdit};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Severity {
    /// The script cannot run.
    Error,
    /// It runs, and likely does something else than was meant.
    Warning,
    /// Worth knowing.
    Note,
}

impl Severity {
    /// The word in front of the message.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// A place, and what there is to say about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// A few words; empty where the message says it all.
    pub text: String,
}

/// A change to the text that mends what a diagnostic says: an editor offers it by its title and carries out all edits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fix {
    /// What it does, as an order: "write `durable`".
    pub title: String,
    /// The edits, in the order of the text; none overlaps another. Spans are those of the text that was analysed.
    pub edits: Vec<TextEdit>,
}

impl Fix {
    /// A change called `title`, made of `edits` in any order.
    pub fn new(title: impl Into<String>, mut edits: Vec<TextEdit>) -> Self {
        edits.sort_by_key(|edit| edit.span);
        Self { title: title.into(), edits }
    }

    /// The text after the change.
    pub fn apply(&self, text: &str) -> String {
        // From the end on, so that the places of the others stay right.
        self.edits.iter().rev().fold(text.to_owned(), |text, edit| edit.apply(&text))
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// Its kind.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// Where.
    pub primary: Label,
    /// Other places that belong to it.
    pub secondary: Vec<Label>,
    /// What to do.
    pub help: Option<String>,
    /// A change that does it.
    pub fix: Option<Fix>,
}

impl Diagnostic {
    /// An error at `span`.
    pub fn error(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, span, message)
    }

    /// A warning at `span`.
    pub fn warning(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, span, message)
    }

    /// A diagnostic at `span`.
    pub fn new(severity: Severity, code: Code, span: Span, message: impl Into<String>) -> Self {
        let primary = Label { span, text: String::new() };
        Self {
            code,
            severity,
            message: message.into(),
            primary,
            secondary: Vec::new(),
            help: None,
            fix: None,
        }
    }

    /// With an offer of what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// With a change that puts `text` where the diagnostic stands.
    #[must_use]
    pub fn replace(self, text: impl Into<String>) -> Self {
        let span = self.primary.span;
        self.edit(TextEdit::replace(span, text))
    }

    /// With a change of one edit, called after what it writes.
    #[must_use]
    pub fn edit(self, edit: TextEdit) -> Self {
        let title = match edit.text.trim() {
            "" => "take it away".to_owned(),
            written => format!("write `{written}`"),
        };
        self.fix(title, vec![edit])
    }

    /// With a change that mends it.
    #[must_use]
    pub fn fix(mut self, title: impl Into<String>, edits: Vec<TextEdit>) -> Self {
        self.fix = Some(Fix::new(title, edits));
        self
    }

    /// With another place that belongs to it.
    #[must_use]
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        self.secondary.push(Label { span, text: text.into() });
        self
    }

    /// Whether the script cannot run because of it.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])* $variant:ident = $name:literal,)*) => {
        /// The kinds of diagnostic. Names are stable: links, translations and tests refer to them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Code { $($(#[doc = $doc])* $variant,)* }

        impl Code {
            /// All of them, in order.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The code of that name.
            pub fn find(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|code| code.name() == name)
            }

            /// The page that explains it, in Markdown. Native builds carry the pages; the page on the web links to them.
            #[cfg(not(target_arch = "wasm32"))]
            pub fn explanation(self) -> &'static str {
                match self {
                    $(Self::$variant => include_str!(concat!(
                        env!("CARGO_MANIFEST_DIR"), "/www/docs/diagnostics/", $name, ".md"
                    )),)*
                }
            }

            /// The stable name.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

codes! {
    /// Something else was expected here.
    Expected = "expected",
    /// A character that means nothing here.
    UnknownCharacter = "unknown-character",
    /// A character of an input method where the language has an ASCII one.
    ForeignCharacter = "foreign-character",
    /// An operator or comment as other languages write it.
    ForeignOperator = "foreign-operator",
    /// A text that the line ends before its closing quote.
    UnterminatedText = "unterminated-text",
    /// An escape that the language does not have.
    UnknownEscape = "unknown-escape",
    /// An expression in a text that does not end.
    BadHole = "bad-interpolation",
    /// Digits with letters that are no unit.
    UnknownUnit = "unknown-unit",
    /// A number beyond 64 bits.
    NumberTooBig = "number-too-big",
    /// A duration or size without its unit.
    MissingUnit = "missing-unit",
    /// A value of another kind than the option takes.
    WrongKind = "wrong-kind",
    /// An opening brace without its closing one.
    UnclosedBrace = "unclosed-brace",
    /// A closing brace without its opening one.
    ExtraBrace = "extra-brace",
    /// Blocks or expressions inside one another, deeper than the language goes.
    TooDeep = "too-deep",
    /// More of something in one place than the language carries.
    TooMany = "too-many",
    /// No statement begins with this word.
    UnknownStatement = "unknown-statement",
    /// A statement where it cannot stand.
    MisplacedStatement = "misplaced-statement",
    /// The statement has no such option.
    UnknownOption = "unknown-option",
    /// An option given twice.
    DuplicateOption = "duplicate-option",
    /// An option without its value.
    MissingValue = "missing-value",
    /// `queue='tasks'`, `routing_key=…`: arguments as client libraries take them.
    KeywordArgument = "keyword-argument",
    /// A name that needs quotes: `my-queue`, `logs.info`.
    UnquotedName = "unquoted-name",
    /// A message to the default exchange without a key.
    MissingKey = "missing-key",
    /// A bare word as a key: `key tasks`.
    BareKey = "bare-key",
    /// A key cut off by `#`, or a wildcard without quotes.
    UnquotedKey = "unquoted-key",
    /// A wildcard that will not do what globs do.
    GlobKey = "glob-key",
    /// A name that is an option's word: is the name missing?
    OptionAsName = "option-as-name",
    /// A bare word in a name place that is also a variable.
    VariableAsName = "variable-as-name",
    /// A name longer than AMQP carries.
    NameTooLong = "name-too-long",
    /// No such variable here.
    UnknownVariable = "unknown-variable",
    /// A word of the expressions as a variable.
    ReservedVariable = "reserved-variable",
    /// No such function or question.
    UnknownFunction = "unknown-function",
    /// A function with too many or too few arguments.
    WrongArguments = "wrong-arguments",
    /// A message has no such field.
    UnknownField = "unknown-field",
    /// The queue is never declared.
    UnknownQueue = "unknown-queue",
    /// The exchange is never declared.
    UnknownExchange = "unknown-exchange",
    /// There is no such client.
    UnknownClient = "unknown-client",
    /// Two clients with one name.
    DuplicateClient = "duplicate-client",
    /// The user is never added.
    UnknownUser = "unknown-user",
    /// The vhost is never added.
    UnknownVhost = "unknown-vhost",
    /// A client called `publisher` that never publishes.
    IdlePublisher = "idle-publisher",
    /// `wait until` or `wait forever` in a handler.
    WaitInHandler = "wait-in-handler",
    /// `ack` where there is no message.
    NoMessage = "no-message",
    /// A settle for a consumer that has nothing to settle.
    AckWithNoAck = "ack-with-no-ack",
    /// A consumer that settles nothing.
    NeverAcks = "never-acks",
    /// `prefetch` after the consumers it was meant for.
    LatePrefetch = "late-prefetch",
    /// Waiting for confirms on a channel that never asked for them.
    WaitWithoutConfirm = "wait-without-confirm",
    /// A text compared with a number.
    TextWithNumber = "text-with-number",
    /// `ack` before the work.
    AckBeforeWork = "ack-before-work",
    /// A message settled over another channel than it came by.
    AckOnOtherChannel = "ack-on-other-channel",
    /// An argument that the queue's type refuses.
    ArgumentOfOtherType = "argument-of-other-type",
    /// An `auto_delete` queue that never has a consumer.
    AutoDeleteUnused = "auto-delete-unused",
    /// A binding to the default exchange.
    BindToDefault = "bind-to-default",
    /// `confirm` and `tx` on one channel.
    ConfirmAndTx = "confirm-and-tx",
    /// A connection that is opened for a message.
    ConnectionPerMessage = "connection-per-message",
    /// Queues that dead-letter to one another by time alone.
    DeadLetterCycle = "dead-letter-cycle",
    /// Dead letters that come back to their own queue.
    DeadLetterToItself = "dead-letter-to-itself",
    /// A dead-letter exchange that leads to no queue.
    DeadLettersNowhere = "dead-letters-nowhere",
    /// A rejected message that nothing keeps.
    DiscardedReject = "discarded-reject",
    /// One message settled twice.
    DoubleAck = "double-ack",
    /// An exclusive queue that another connection wants.
    ExclusiveShared = "exclusive-shared",
    /// A key on a binding of a fanout exchange.
    KeyOnFanout = "key-on-fanout",
    /// A binding of a headers exchange that names no header.
    MissingMatch = "missing-match",
    /// `overflow` on a queue without a limit.
    OverflowWithoutLimit = "overflow-without-limit",
    /// `prefetch` before consumers with `no_ack`.
    PrefetchWithNoAck = "prefetch-with-no-ack",
    /// A priority for a queue that has none.
    PriorityWithoutMaximum = "priority-without-maximum",
    /// A queue or exchange declared twice, not alike.
    RedeclaredDifferently = "redeclared-differently",
    /// A topic binding that adds nothing.
    RedundantBinding = "redundant-binding",
    /// Direct reply-to without `no_ack`.
    ReplyConsumerAcks = "reply-consumer-acks",
    /// A request without a correlation id.
    ReplyWithoutCorrelation = "reply-without-correlation",
    /// A message that is put back whenever it comes.
    RequeueLoop = "requeue-loop",
    /// A name that begins with `amq.`.
    ReservedName = "reserved-name",
    /// Two services at one queue of a fanout exchange.
    SharedQueue = "shared-queue",
    /// A short time to live behind a longer one.
    ShortTtlBehindLong = "short-ttl-behind-long",
    /// Work that takes longer than the broker waits for an `ack`.
    SlowAck = "slow-ack",
    /// A transient message in a durable queue.
    TransientInDurable = "transient-in-durable",
    /// A message to an exchange that nothing is bound to.
    UnboundExchange = "unbound-exchange",
    /// A message with a key that no binding takes.
    UnboundKey = "unbound-key",
    /// `mandatory` without `on return`.
    UnhandledReturn = "unhandled-return",
    /// Several slow consumers without `prefetch`.
    UnlimitedConsumers = "unlimited-consumers",
    /// A wildcard in the binding key of a direct exchange.
    WildcardOnDirect = "wildcard-on-direct",
    /// Of a run: dropped, as no binding took it.
    Unroutable = "unroutable",
    /// Of a run: one message delivered again and again.
    RedeliveryLoop = "redelivery-loop",
    /// Of a run: a message that expired later than it should.
    LateExpiry = "late-expiry",
    /// Of a run: a consumer that came to nothing, as another held all.
    StarvedConsumer = "starved-consumer",
    /// Of a run: messages held to the end, unacknowledged.
    UnackedAtEnd = "unacked-at-end",
    /// Of a run: messages lost when the broker stopped.
    LostAtRestart = "lost-at-restart",
    /// Of a run: a dead letter that reached no queue.
    DeadLetterLost = "dead-letter-lost",
    /// Of a run: a dead letter dropped as it came back.
    DroppedInCycle = "dropped-in-cycle",
    /// Of a run: a channel or connection closed by the broker.
    ClosedByError = "closed-by-error",
    /// Of a run: a publisher blocked by an alarm.
    PublisherBlocked = "publisher-blocked",
    /// Of a run: messages lost with a `no_ack` consumer.
    LostWithConsumer = "lost-with-consumer",
    /// Of a run: messages dropped from a full queue.
    DroppedByLength = "dropped-by-length",
    /// Of a run: a rejected message that nothing kept.
    RejectedAndLost = "rejected-and-lost",
    /// Of a run: a message taken up again after its consumer went.
    HandledTwice = "handled-twice",
    /// Of a run: messages published on a closed channel.
    PublishedIntoClosed = "published-into-closed",
    /// Of a run: a publish answered by a nack.
    RefusedPublish = "refused-publish",
    /// Of a run: `start` of a client that ran.
    AlreadyRunning = "already-running",
    /// Of a run: a message taken up after a later one.
    Overtaken = "overtaken",
    /// Of a run: a command of the operator that was refused.
    RefusedCommand = "refused-command",
}

impl Code {
    /// Whether it is told of a run, by `inspect`, and not of a text.
    pub fn is_of_run(self) -> bool {
        self >= Self::Unroutable
    }
}

/// The explanation of a diagnostic or finding, in Markdown, by its code.
#[cfg(not(target_arch = "wasm32"))]
pub fn explanation(code: &str) -> Option<&'static str> {
    Code::find(code).map(Code::explanation)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_kebab_and_unique() {
        for (at, code) in Code::ALL.iter().enumerate() {
            assert!(code.name().chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{}", code.name());
            assert!(
                Code::ALL.iter().skip(at + 1).all(|other| other.name() != code.name()),
                "{}",
                code.name()
            );
        }
    }
}
