//! Exchanges, queues, bindings and messages: what the operator and a client both may do.

use super::table::{ANYWHERE, OPERATORS_LOGIN, OptionSpec, Statement, ValueKind as V, option};

const ARGUMENTS: &[OptionSpec] = &[option(
    "arguments",
    V::Table,
    "arguments",
    "further arguments, passed as they stand: arguments { \"x-foo\": 1 }",
)];

const EXCHANGE: &[OptionSpec] = &[
    option("passive", V::Flag, "passive", "only ask whether it exists: a 404 if not"),
    option("durable", V::Flag, "durable", "it survives a restart of the broker"),
    option("auto_delete", V::Flag, "auto-delete", "it goes when its last binding goes"),
    option("internal", V::Flag, "internal", "clients may not publish to it"),
    option(
        "alternate_exchange",
        V::Exchange,
        "alternate-exchange",
        "where messages go that no binding matches",
    ),
    option(
        "hash_header",
        V::Text,
        "hash-header",
        "x_consistent_hash: the header whose value is hashed, instead of the routing key",
    ),
    option(
        "hash_property",
        V::OneOf(&["correlation_id", "message_id", "timestamp"]),
        "hash-property",
        "x_consistent_hash: the property that is hashed, instead of the routing key",
    ),
    option(
        "recent_history_length",
        V::Number,
        "x-recent-history-length",
        "x_recent_history: how many messages it keeps for bindings to come; 20 unless said",
    ),
    option(
        "delayed_type",
        V::OneOf(&["direct", "fanout", "topic", "headers", "x_consistent_hash", "x_random"]),
        "x-delayed-type",
        "x_delayed_message: how it routes when the delay in the header x-delay (milliseconds) is over",
    ),
];

const QUEUE: &[OptionSpec] = &[
    option("passive", V::Flag, "passive", "only ask whether it exists: a 404 if not"),
    option(
        "durable",
        V::Flag,
        "durable",
        "it survives a restart of the broker; its messages only if persistent",
    ),
    option(
        "exclusive",
        V::Flag,
        "exclusive",
        "only this connection may use it, and it goes with the connection",
    ),
    option(
        "auto_delete",
        V::Flag,
        "auto-delete",
        "it goes when its last consumer goes, not before it had one",
    ),
    option("type", V::OneOf(&["classic", "quorum", "stream"]), "x-queue-type", "classic, quorum or stream"),
    option("message_ttl", V::Duration, "x-message-ttl", "how long a message may stay in it"),
    option("expires", V::Duration, "x-expires", "how long it may stay unused before it goes"),
    option("max_length", V::Number, "x-max-length", "how many messages may be ready in it"),
    option("max_length_bytes", V::Size, "x-max-length-bytes", "how many bytes of bodies may be ready in it"),
    option(
        "overflow",
        V::OneOf(&["drop_head", "reject_publish", "reject_publish_dlx"]),
        "x-overflow",
        "what a full queue does: drop_head (the oldest goes), reject_publish, reject_publish_dlx",
    ),
    option(
        "dead_letter_exchange",
        V::Exchange,
        "x-dead-letter-exchange",
        "where dead letters are published to",
    ),
    option(
        "dead_letter_routing_key",
        V::Text,
        "x-dead-letter-routing-key",
        "their routing key; else the one they had",
    ),
    option(
        "dead_letter_strategy",
        V::OneOf(&["at_most_once", "at_least_once"]),
        "x-dead-letter-strategy",
        "quorum: at_least_once keeps dead letters until they have arrived; needs overflow reject_publish",
    ),
    option(
        "max_priority",
        V::Number,
        "x-max-priority",
        "makes it a priority queue with priorities up to this",
    ),
    option(
        "single_active_consumer",
        V::Flag,
        "x-single-active-consumer",
        "one consumer at a time, the others stand by",
    ),
    option(
        "delivery_limit",
        V::Number,
        "x-delivery-limit",
        "after how many returns a message of a quorum queue is dropped",
    ),
    option(
        "consumer_timeout",
        V::Duration,
        "x-consumer-timeout",
        "how long a consumer may take to acknowledge",
    ),
    option(
        "delayed_retry_type",
        V::OneOf(&["all", "failed", "returned", "disabled"]),
        "x-delayed-retry-type",
        "which of the messages that come back to a quorum queue wait before they are ready again",
    ),
    option(
        "delayed_retry_min",
        V::Duration,
        "x-delayed-retry-min",
        "how long one waits that came back once; twice as long after the second time, and so on",
    ),
    option("delayed_retry_max", V::Duration, "x-delayed-retry-max", "how long one waits at most"),
    option(
        "queue_mode",
        V::OneOf(&["default", "lazy"]),
        "x-queue-mode",
        "default or lazy; without effect today",
    ),
    option("queue_version", V::Number, "x-queue-version", "version of the classic queue's storage"),
    option("max_age", V::Any, "x-max-age", "how long a stream keeps its messages"),
    option(
        "stream_max_segment_size_bytes",
        V::Size,
        "x-stream-max-segment-size-bytes",
        "size of a stream's segments",
    ),
    option(
        "stream_filter_size_bytes",
        V::Number,
        "x-stream-filter-size-bytes",
        "size of the filter of a stream's chunks, 16 to 255",
    ),
    option("initial_cluster_size", V::Number, "x-initial-cluster-size", "on how many nodes a stream begins"),
    option(
        "quorum_initial_group_size",
        V::Number,
        "x-quorum-initial-group-size",
        "on how many nodes a quorum queue begins",
    ),
    option(
        "queue_leader_locator",
        V::OneOf(&["client_local", "balanced"]),
        "x-queue-leader-locator",
        "where the leader of a replicated queue begins",
    ),
];

const BIND: &[OptionSpec] = &[
    option(
        "key",
        V::Text,
        "routing-key",
        "the binding key: what the routing key must be (direct) or match (topic: * one word, # any number)",
    ),
    option("match", V::Match, "arguments", "for a headers exchange: all or any, and a table of headers"),
];

/// The modes of `match`, as AMQP's `x-match` with `_` for `-`.
pub const MATCH_MODES: &[&str] = &["all", "any", "all_with_x", "any_with_x"];

/// The types of exchange, those of plugins with `_` for `-`.
pub const EXCHANGE_TYPES: &[&str] = &[
    "direct",
    "fanout",
    "topic",
    "headers",
    "x_consistent_hash",
    "x_modulus_hash",
    "x_random",
    "x_local_random",
    "x_recent_history",
    "x_delayed_message",
];

const PUBLISH: &[OptionSpec] = &[
    option("key", V::Text, "routing-key", "the routing key; for the default exchange the queue's name"),
    option("mandatory", V::Flag, "mandatory", "have it returned (312 NO_ROUTE) if it reaches no queue"),
    option("immediate", V::Flag, "immediate", "no RabbitMQ knows it: 540"),
    option(
        "persistent",
        V::Flag,
        "delivery-mode",
        "delivery mode 2: it survives a restart in a durable queue",
    ),
    option("delivery_mode", V::Number, "delivery-mode", "1 transient, 2 persistent"),
    option("expiration", V::Expiration, "expiration", "how long it may stay in a queue"),
    option("priority", V::Number, "priority", "its priority in a priority queue"),
    option("message_id", V::Text, "message-id", "an id of your own"),
    option("correlation_id", V::Text, "correlation-id", "which request a reply belongs to"),
    option("reply_to", V::Text, "reply-to", "the queue for the reply"),
    option("content_type", V::Text, "content-type", "the body's MIME type"),
    option("content_encoding", V::Text, "content-encoding", "the body's encoding"),
    option("timestamp", V::Any, "timestamp", "when it was made"),
    option("type", V::Text, "type", "the kind of message"),
    option("user_id", V::Text, "user-id", "the user who sends it: the broker refuses another's"),
    option("app_id", V::Text, "app-id", "the program that sends it"),
    option("headers", V::Table, "headers", "a table of your own values"),
];

const DELETE: &[OptionSpec] = &[
    option(
        "if_unused",
        V::Flag,
        "if-unused",
        "refuse if it has consumers (a queue) or bindings (an exchange)",
    ),
    option("if_empty", V::Flag, "if-empty", "refuse if the queue holds messages"),
];

pub(super) const STATEMENTS: &[Statement] = &[
    Statement {
        word: "queue",
        form: "queue NAME [as VARIABLE]",
        field: "queue.declare",
        stands: ANYWHERE,
        options: &[QUEUE, ARGUMENTS, OPERATORS_LOGIN],
        help: "declares a queue; \"\" lets the broker name it",
    },
    Statement {
        word: "exchange",
        form: "exchange NAME [TYPE]",
        field: "exchange.declare",
        stands: ANYWHERE,
        options: &[EXCHANGE, ARGUMENTS, OPERATORS_LOGIN],
        help: "declares an exchange; direct unless another type is said",
    },
    Statement {
        word: "bind",
        form: "bind [exchange] NAME to EXCHANGE",
        field: "queue.bind",
        stands: ANYWHERE,
        options: &[BIND, ARGUMENTS, OPERATORS_LOGIN],
        help: "binds a queue (or an exchange) to an exchange",
    },
    Statement {
        word: "unbind",
        form: "unbind [exchange] NAME to EXCHANGE",
        field: "queue.unbind",
        stands: ANYWHERE,
        options: &[BIND, ARGUMENTS, OPERATORS_LOGIN],
        help: "takes a binding away: same key, same arguments",
    },
    Statement {
        word: "delete",
        form: "delete queue|exchange NAME",
        field: "queue.delete",
        stands: ANYWHERE,
        options: &[DELETE],
        help: "deletes a queue or an exchange",
    },
    Statement {
        word: "purge",
        form: "purge QUEUE [as VARIABLE]",
        field: "queue.purge",
        stands: ANYWHERE,
        options: &[],
        help: "drops what is ready in a queue; what is unacked stays",
    },
    Statement {
        word: "publish",
        form: "publish BODY to EXCHANGE",
        field: "basic.publish",
        stands: ANYWHERE,
        options: &[PUBLISH, OPERATORS_LOGIN],
        help: "publishes a message; waits for nothing and never fails where it stands",
    },
];
