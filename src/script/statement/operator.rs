//! The top level: clients, settings, faults, checks and `rabbitmqctl`'s commands.

use super::table::{OPERATOR, OptionSpec, Stands, Statement, TOP, ValueKind as V, option};

const CLIENT: &[OptionSpec] = &[
    option("user", V::User, "", "the user it logs in as; guest unless said"),
    option("password", V::Text, "", "the password it gives; the right one unless said"),
    option("vhost", V::Vhost, "", "the vhost it connects to; / unless said"),
    option("starts", V::Moment, "", "when it starts; 0 unless said"),
    option("times", V::FixedNumber, "", "how many copies run: worker[1], worker[2] and so on"),
    option("heartbeat", V::FixedDuration, "", "the interval of heartbeats, 0s for none; 60s unless said"),
];

const NETWORK: &[OptionSpec] = &[
    option("latency", V::FixedDuration, "", "how long each way takes; 1ms unless said"),
    option("jitter", V::FixedDuration, "", "how much longer it may take, by chance"),
];

const LIMITS: &[OptionSpec] = &[
    option("events", V::FixedNumber, "", "how many events a run may have"),
    option("memory", V::FixedSize, "", "how much memory a run may use"),
];

const BROKER: &[OptionSpec] = &[
    option(
        "consumer_timeout",
        V::FixedDuration,
        "consumer_timeout",
        "how long a consumer may take to acknowledge",
    ),
    option(
        "default_queue_type",
        V::OneOf(&["classic", "quorum", "stream"]),
        "default_queue_type",
        "the type of a queue that names none",
    ),
    option("max_message_size", V::FixedSize, "max_message_size", "the largest body it takes"),
    option(
        "plugins",
        V::OneOf(&["none", "shipped", "all"]),
        "",
        "plugins with exchange types that are enabled: all (unless said), shipped (no x_delayed_message), none",
    ),
    option("channel_max", V::FixedNumber, "channel_max", "how many channels a connection may have"),
];

const RESTART: &[OptionSpec] =
    &[option("taking", V::FixedDuration, "", "how long it is down; 1s unless said")];

const AT: &[OptionSpec] = &[option("at", V::FixedDuration, "", "when it is asked; at the end unless said")];
const WITHIN: &[OptionSpec] = &[option("within", V::FixedDuration, "", "by when it must hold")];

const PASSWORD: &[OptionSpec] = &[option("password", V::Text, "", "the user's password")];
const TAGS: &[OptionSpec] = &[option("tags", V::Text, "", "the user's tags, with commas")];
const VHOST: &[OptionSpec] = &[option("vhost", V::Vhost, "", "the vhost; / unless said")];
const PERMISSIONS: &[OptionSpec] = &[
    option("configure", V::Text, "", "regular expression: what the user may declare and delete"),
    option("write", V::Text, "", "regular expression: what the user may publish to, or bind"),
    option("read", V::Text, "", "regular expression: what the user may consume from, or bind to"),
];
const TOPIC_PERMISSIONS: &[OptionSpec] = &[
    option("topic_exchange", V::Exchange, "", "the topic exchange it holds for"),
    option("write", V::Text, "", "regular expression: the routing keys the user may publish with"),
    option("read", V::Text, "", "regular expression: the binding keys the user may bind with"),
];
const POLICY: &[OptionSpec] = &[
    option("pattern", V::Text, "", "regular expression: the names it holds for"),
    option(
        "apply_to",
        V::OneOf(&["all", "queues", "exchanges", "classic_queues", "quorum_queues", "streams"]),
        "",
        "what it holds for",
    ),
    option("priority", V::Number, "", "of several policies that match, the highest holds"),
];
const LIMITS_OF_USERS: &[OptionSpec] = &[option(
    "limit",
    V::OneOf(&["max_connections", "max_channels"]),
    "",
    "the one that is lifted; all unless said",
)];
const REASON: &[OptionSpec] = &[option("reason", V::Text, "", "the reason it is given")];

const fn top(
    word: &'static str,
    form: &'static str,
    options: &'static [&'static [OptionSpec]],
    help: &'static str,
) -> Statement {
    Statement { word, form, field: "", stands: TOP, options, help }
}

const fn deed(
    word: &'static str,
    form: &'static str,
    options: &'static [&'static [OptionSpec]],
    help: &'static str,
) -> Statement {
    Statement { word, form, field: "", stands: OPERATOR, options, help }
}

/// `rabbitmqctl`'s own word: field and word are the same.
const fn admin(
    word: &'static str,
    form: &'static str,
    options: &'static [&'static [OptionSpec]],
    help: &'static str,
) -> Statement {
    Statement { word, form, field: word, stands: OPERATOR, options, help }
}

/// Faults that a client may also meet of its own accord: `crash`.
const CRASH: Stands = Stands { top: true, deed: true, client: true };

pub(super) const STATEMENTS: &[Statement] = &[
    top("publisher", "publisher NAME { … }", &[CLIENT], "a client; the word is for the reader"),
    top("consumer", "consumer NAME { … }", &[CLIENT], "a client; the word is for the reader"),
    top("client", "client NAME { … }", &[CLIENT], "a program with a connection of its own"),
    top("at", "at DURATION STATEMENT | { … }", &[], "what the operator does at a time"),
    top("when", "when CONDITION { … }", &[], "what the operator does, once, as soon as the condition holds"),
    top("expect", "expect CONDITION", &[AT], "a check: it must hold at the end, or at a time"),
    top("always", "always CONDITION", &[], "a check: it must hold after every step"),
    top("never", "never CONDITION", &[], "a check: it may hold after no step"),
    top("eventually", "eventually CONDITION", &[WITHIN], "a check: it must hold once"),
    top("seed", "seed NUMBER", &[], "another seed, another run of chance"),
    top("run", "run for DURATION", &[], "ends the run at a time"),
    top("broker", "broker VERSION", &[BROKER], "which RabbitMQ, and its settings"),
    top("limits", "limits", &[LIMITS], "how much a run may take"),
    deed(
        "network",
        "network [CLIENT] [up|down]",
        &[NETWORK],
        "how long the way to the broker takes, or whether there is one",
    ),
    Statement {
        word: "crash",
        form: "crash [CLIENT]",
        field: "",
        stands: CRASH,
        options: &[],
        help: "ends a client as if its machine lost power; what it sent before still arrives",
    },
    deed("stop", "stop CLIENT", &[], "ends a client in order: it closes its connection"),
    deed("start", "start CLIENT", &[], "starts a client that has ended, from the top with fresh memory"),
    deed("restart", "restart broker", &[RESTART], "the broker goes down in order and comes back"),
    deed("kill", "kill broker", &[RESTART], "the broker dies and comes back"),
    deed(
        "alarm",
        "alarm memory|disk on|off",
        &[],
        "a resource alarm: the broker stops reading from publishers",
    ),
    admin("stop_app", "stop_app", &[], "stops RabbitMQ, not the node"),
    admin("start_app", "start_app", &[], "starts RabbitMQ again"),
    admin("add_user", "add_user NAME", &[PASSWORD, TAGS], "a new user, without permissions"),
    admin("delete_user", "delete_user NAME", &[], "takes a user away"),
    admin("change_password", "change_password NAME", &[PASSWORD], "another password for a user"),
    admin("set_user_tags", "set_user_tags NAME", &[TAGS], "other tags for a user"),
    admin("add_vhost", "add_vhost NAME", &[], "a new vhost"),
    admin("delete_vhost", "delete_vhost NAME", &[], "takes a vhost away, with all in it"),
    admin("set_permissions", "set_permissions USER", &[PERMISSIONS, VHOST], "what a user may do in a vhost"),
    admin("clear_permissions", "clear_permissions USER", &[VHOST], "takes a user's permissions away"),
    admin(
        "set_topic_permissions",
        "set_topic_permissions USER",
        &[TOPIC_PERMISSIONS, VHOST],
        "which keys a user may use on a topic exchange",
    ),
    admin(
        "clear_topic_permissions",
        "clear_topic_permissions USER",
        &[TOPIC_PERMISSIONS, VHOST],
        "takes them away",
    ),
    admin(
        "set_policy",
        "set_policy NAME { … }",
        &[POLICY, VHOST],
        "settings for all queues or exchanges whose names match",
    ),
    admin("clear_policy", "clear_policy NAME", &[VHOST], "takes a policy away"),
    admin(
        "set_operator_policy",
        "set_operator_policy NAME { … }",
        &[POLICY, VHOST],
        "a policy that can only tighten",
    ),
    admin("clear_operator_policy", "clear_operator_policy NAME", &[VHOST], "takes it away"),
    admin("close_connection", "close_connection CLIENT", &[REASON], "closes a client's connection: 320"),
    admin(
        "close_all_connections",
        "close_all_connections",
        &[REASON, VHOST],
        "closes every client's connection, or those of a vhost: 320",
    ),
    admin(
        "set_vhost_limits",
        "set_vhost_limits VHOST { … }",
        &[],
        "how many connections and queues a vhost may have",
    ),
    admin("clear_vhost_limits", "clear_vhost_limits VHOST", &[], "lifts them"),
    admin(
        "set_user_limits",
        "set_user_limits USER { … }",
        &[],
        "how many connections and channels a user may have",
    ),
    admin("clear_user_limits", "clear_user_limits USER", &[LIMITS_OF_USERS], "lifts them"),
    admin("trace_on", "trace_on", &[VHOST], "the firehose: copies of all messages go to amq.rabbitmq.trace"),
    admin("trace_off", "trace_off", &[VHOST], "ends it"),
];
