//! The examples that the page offers: the files of `www/examples`, in the order of this list.
//!
//! Each begins with comments that say `# title:`, `# group:` and `# look:`, one sentence on what to look for. A test
//! holds this list to the folder.

/// An example.
#[derive(Debug, PartialEq, Eq)]
pub struct Example {
    /// Folder and stem of its file; what a link names.
    pub id: &'static str,
    /// The script.
    pub text: &'static str,
}

impl Example {
    /// Its name.
    pub fn title(&self) -> &'static str {
        self.header("# title:").unwrap_or(self.id)
    }

    /// The group it stands in.
    pub fn group(&self) -> &'static str {
        self.header("# group:").unwrap_or("Others")
    }

    /// What to look for.
    pub fn look(&self) -> &'static str {
        self.header("# look:").unwrap_or("")
    }

    fn header(&self, name: &str) -> Option<&'static str> {
        let mut comments = self.text.lines().take_while(|line| line.starts_with('#'));
        comments.find_map(|line| line.strip_prefix(name)).map(str::trim)
    }
}

macro_rules! examples {
    ($($id:literal)*) => {
        &[$(Example {
            id: $id,
            text: include_str!(concat!("../../www/examples/", $id, ".warren")),
        }),*]
    };
}

/// All of them. The first is what a newcomer sees.
pub const EXAMPLES: &[Example] = examples! {
    "work-queues/crash"
    "tutorials/1-hello-world"
    "tutorials/2-work-queues"
    "tutorials/3-publish-subscribe"
    "tutorials/4-routing"
    "tutorials/5-topics"
    "tutorials/6-rpc"
    "tutorials/7-publisher-confirms"
    "first-steps/hello"
    "first-steps/client-first"
    "first-steps/queue-kept"
    "first-steps/no-such-user"
    "first-steps/no-permission"
    "first-steps/wrong-password"
    "work-queues/never-acks"
    "work-queues/acks"
    "work-queues/killed-at-work"
    "work-queues/no-ack-loses"
    "work-queues/second-waits"
    "work-queues/round-robin"
    "work-queues/slow-one-first"
    "work-queues/turn-carries-over"
    "work-queues/ten-twice"
    "work-queues/backlog-to-the-first"
    "work-queues/backlog-to-the-slow"
    "work-queues/both-at-once"
    "work-queues/single-active"
    "work-queues/ack-timeout"
    "fair-dispatch/prefetch-one"
    "fair-dispatch/slow-one-first"
    "fair-dispatch/backlog"
    "fair-dispatch/late-helper"
    "fair-dispatch/both-at-once"
    "fair-dispatch/two-slow-ones"
    "fair-dispatch/limit-on-the-slow"
    "fair-dispatch/limit-on-the-fast"
    "durability/four-combinations"
    "durability/restart"
    "durability/transient-messages"
    "durability/consumers-connected"
    "durability/unacked-at-the-restart"
    "durability/broker-killed"
    "durability/stop-app"
    "durability/reconnect"
    "durability/confirms"
    "durability/outbox"
    "errors/not-durable"
    "errors/durable-too-late"
    "errors/another-exchange"
    "errors/nobody-declares"
    "errors/exclusive"
    "errors/missing-exchange"
    "errors/missing-exchange-pause"
    "errors/missing-exchange-confirm"
    "errors/missing-exchange-3000"
    "errors/missing-exchange-bind"
    "errors/requeue-in-a-circle"
    "errors/retry-ladder"
    "publish-subscribe/logs"
    "publish-subscribe/fanout"
    "publish-subscribe/publisher-first"
    "publish-subscribe/late-subscriber"
    "routing/severities"
    "routing/direct"
    "routing/publisher-first"
    "routing/unbound-key"
    "topics/logs"
    "topics/quick-orange-rabbit"
    "topics/hash-and-star"
    "topics/patterns-and-keys"
    "rpc/five-calls"
    "rpc/client-first"
    "rpc/queue-waits"
    "rpc/two-callers"
    "rpc/stray-replies"
    "rpc/server-killed"
    "rpc/caller-killed"
    "rpc/two-servers"
    "patterns/poison-message"
    "patterns/dead-letters-at-least-once"
    "patterns/priority-trap"
    "patterns/alternate-exchange"
    "patterns/exchange-to-exchange"
    "patterns/headers"
    "patterns/cc"
    "patterns/consistent-hash"
    "patterns/delayed-message"
    "patterns/memory-alarm"
    "patterns/policy-against-argument"
    "permissions/operations"
    "permissions/no-configure"
    "permissions/no-read"
    "permissions/no-write"
    "permissions/refused-commands"
    "streams/replay"
};

/// The groups, from a newcomer's to the operator's.
pub const GROUPS: &[&str] = &[
    "Tutorials",
    "First steps",
    "Work queues",
    "Fair dispatch",
    "Publish/subscribe",
    "Routing",
    "Topics",
    "RPC",
    "Durability",
    "Errors",
    "Streams",
    "Patterns",
    "Permissions",
];

/// Groups in order, each with its examples in order.
pub fn groups() -> Vec<(&'static str, Vec<&'static Example>)> {
    let of = |group| EXAMPLES.iter().filter(|example| example.group() == group).collect();
    GROUPS.iter().map(|group| (*group, of(*group))).collect()
}

/// The example of that id.
pub(super) fn find(id: &str) -> Option<&'static Example> {
    EXAMPLES.iter().find(|example| example.id == id)
}

/// Whether that text is an example as it is shipped.
pub(super) fn is_one(text: &str) -> bool {
    EXAMPLES.iter().any(|example| example.text == text)
}
