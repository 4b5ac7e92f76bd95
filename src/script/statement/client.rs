//! What a client does.

use super::table::{ANYWHERE, CLIENT, OptionSpec, Statement, TIMEOUT, ValueKind as V, option};

const CONSUME: &[OptionSpec] = &[
    option("no_ack", V::Flag, "no-ack", "a message is done once it was sent: lost if the client dies"),
    option("exclusive", V::Flag, "exclusive", "refuse every other consumer of the queue"),
    option("no_local", V::Flag, "no-local", "RabbitMQ takes it and ignores it"),
    option("consumer_tag", V::Text, "consumer-tag", "the consumer's name; else the broker gives one"),
    option("priority", V::Number, "x-priority", "consumers with a higher priority are served first"),
    option(
        "stream_offset",
        V::WordOr(&["first", "last", "next"]),
        "x-stream-offset",
        "where in a stream it begins: first, last (chunk), next, an offset, or how long ago",
    ),
    option(
        "stream_filter",
        V::Any,
        "x-stream-filter",
        "of a stream only chunks that hold this x-stream-filter-value, or one of a list",
    ),
    option(
        "stream_match_unfiltered",
        V::Flag,
        "x-stream-match-unfiltered",
        "with a filter: messages without such a value, too",
    ),
    option("arguments", V::Table, "arguments", "further arguments, passed as they stand"),
];

const GET: &[OptionSpec] = &[option("no_ack", V::Flag, "no-ack", "done once sent")];

const MULTIPLE: &[OptionSpec] = &[option(
    "multiple",
    V::Flag,
    "multiple",
    "it and all before it on this channel that are not settled yet",
)];

const REQUEUE: &[OptionSpec] = &[option(
    "requeue",
    V::Flag,
    "requeue",
    "back to its place in the queue; without the word it is dropped or dead-lettered (many libraries: the other way round)",
)];

const GLOBAL: &[OptionSpec] =
    &[option("global", V::Flag, "global", "for the whole channel instead of each new consumer")];

const RECONNECT: &[OptionSpec] =
    &[option("retry", V::Duration, "", "try again after this long, until it works or the timeout runs out")];

const fn plain(word: &'static str, field: &'static str, help: &'static str) -> Statement {
    Statement { word, form: word, field, stands: CLIENT, options: &[], help }
}

const fn control(
    word: &'static str,
    form: &'static str,
    stands: super::table::Stands,
    help: &'static str,
) -> Statement {
    Statement { word, form, field: "", stands, options: &[], help }
}

pub(super) const STATEMENTS: &[Statement] = &[
    Statement {
        word: "consume",
        form: "consume QUEUE [as VARIABLE] [{ … }]",
        field: "basic.consume",
        stands: CLIENT,
        options: &[CONSUME],
        help: "has a queue's messages sent to this client; the block runs for each",
    },
    Statement {
        word: "get",
        form: "get QUEUE [as VARIABLE] [{ … } [else { … }]]",
        field: "basic.get",
        stands: CLIENT,
        options: &[GET],
        help: "takes one message; the `else` runs if the queue has none",
    },
    Statement {
        word: "ack",
        form: "ack [MESSAGE]",
        field: "basic.ack",
        stands: CLIENT,
        options: &[MULTIPLE],
        help: "acknowledges a message: it is done",
    },
    Statement {
        word: "nack",
        form: "nack [MESSAGE]",
        field: "basic.nack",
        stands: CLIENT,
        options: &[MULTIPLE, REQUEUE],
        help: "refuses a message: dropped or dead-lettered, or back with `requeue`",
    },
    Statement {
        word: "reject",
        form: "reject [MESSAGE]",
        field: "basic.reject",
        stands: CLIENT,
        options: &[REQUEUE],
        help: "refuses one message: dropped or dead-lettered, or back with `requeue`",
    },
    Statement {
        word: "prefetch",
        form: "prefetch NUMBER",
        field: "basic.qos",
        stands: CLIENT,
        options: &[GLOBAL],
        help: "how many unacked messages each consumer made after it may hold; 0 is no limit",
    },
    plain("confirm", "confirm.select", "from now on the broker confirms each publish of this channel"),
    plain("tx", "tx.select", "from now on this channel works in transactions"),
    plain("commit", "tx.commit", "carries out what the channel did since the last commit"),
    plain("rollback", "tx.rollback", "forgets what the channel did since the last commit"),
    plain("recover", "basic.recover", "puts back all that is unacked on this channel"),
    Statement {
        word: "cancel",
        form: "cancel [TAG]",
        field: "basic.cancel",
        stands: CLIENT,
        options: &[],
        help: "ends a consumer: in its handler its own, else the one with the tag",
    },
    Statement {
        word: "channel",
        form: "channel NAME { … }",
        field: "channel.open",
        stands: CLIENT,
        options: &[],
        help: "what stands in the block goes over this channel; opened if it isn't open",
    },
    Statement {
        word: "close",
        form: "close [connection]",
        field: "channel.close",
        stands: CLIENT,
        options: &[],
        help: "closes this channel, or the connection",
    },
    Statement {
        word: "reconnect",
        form: "reconnect [else { … }]",
        field: "connection.open",
        stands: CLIENT,
        options: &[RECONNECT, TIMEOUT],
        help: "connects again after the connection was lost or closed",
    },
    Statement {
        word: "wait",
        form: "wait DURATION | forever | until CONDITION | for confirms",
        field: "",
        stands: CLIENT,
        options: &[TIMEOUT],
        help: "works (or sleeps) for a while; only here does a client's body take up what arrived",
    },
    control(
        "on",
        "on return|ack|nack|cancel|close|blocked|unblocked [as VARIABLE] { … }",
        CLIENT,
        "what to do when the broker says so",
    ),
    control("every", "every DURATION { … }", CLIENT, "runs the block again and again, until the client ends"),
    control("print", "print VALUE", CLIENT, "a line of output"),
    control("let", "let VARIABLE = VALUE", ANYWHERE, "a new variable"),
    control("for", "for VARIABLE in LIST { … }", ANYWHERE, "the block for each entry: `for i in 1..10`"),
    control("if", "if CONDITION { … } [else { … }]", ANYWHERE, "the block only if the condition holds"),
    control(
        "repeat",
        "repeat NUMBER [as VARIABLE] [every DURATION] { … }",
        CLIENT,
        "the block so many times; the variable counts from 1",
    ),
    control("while", "while CONDITION { … }", CLIENT, "the block as long as the condition holds"),
    control("try", "try { … } catch VARIABLE { … }", CLIENT, "the second block if the first meets an error"),
];
