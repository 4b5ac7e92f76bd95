//! Which RabbitMQ this is: versions, and what differs between them as named flags.
//!
//! Invariant: the rest of the broker asks a flag; it never compares versions.

use std::fmt;

use crate::amqp::Properties;

use serde::{Deserialize, Serialize};

/// A version line of RabbitMQ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Version {
    /// 3.10, recorded from 3.10.8.
    V3_10,
    /// 3.13, from its source and release notes.
    V3_13,
    /// 4.0, recorded from 4.0.5.
    V4_0,
    /// 4.1, from its release notes.
    V4_1,
    /// 4.2, from its release notes.
    V4_2,
    /// 4.3, recorded from 4.3.6.
    #[default]
    V4_3,
}

impl Version {
    /// All, oldest first.
    pub const ALL: [Self; 6] = [Self::V3_10, Self::V3_13, Self::V4_0, Self::V4_1, Self::V4_2, Self::V4_3];

    /// The version of that name: `4.0`, or with more after it, `4.0.5`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.trim().split('.');
        let (major, minor) = (parts.next()?, parts.next()?);
        Self::ALL.into_iter().find(|version| version.name().split_once('.') == Some((major, minor)))
    }

    /// `4.3`.
    pub fn name(self) -> &'static str {
        match self {
            Self::V3_10 => "3.10",
            Self::V3_13 => "3.13",
            Self::V4_0 => "4.0",
            Self::V4_1 => "4.1",
            Self::V4_2 => "4.2",
            Self::V4_3 => "4.3",
        }
    }

    /// The exact version whose behaviour was recorded, if one was.
    pub fn recorded(self) -> Option<&'static str> {
        match self {
            Self::V3_10 => Some("3.10.8"),
            Self::V4_0 => Some("4.0.5"),
            Self::V4_3 => Some("4.3.6"),
            Self::V3_13 | Self::V4_1 | Self::V4_2 => None,
        }
    }

    /// What it does differently from the others.
    pub fn profile(self) -> Profile {
        Profile::of(self)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

/// Which unacknowledged deliveries the acknowledgement timeout is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeoutOf {
    /// Those of every queue; the channel is closed.
    EveryQueue,
    /// Those of quorum queues; the consumer is cancelled.
    QuorumConsumers,
}

/// Whom the refusal of one channel too many names. RabbitMQ: by mistake the node, for some time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChannelLimitText {
    /// `for user 'alex' … limit of (2)`
    UserInBrackets,
    /// `for user 'rabbit@localhost' … limit of (2)`
    NodeInBrackets,
    /// `for user 'alex' … limit of 2`
    User,
}

/// How a quorum queue orders messages by their priority property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuorumPriority {
    /// It does not.
    Ignored,
    /// Two levels, high ones twice as often as the others.
    TwoLevels,
    /// Strictly, 0 to 31, 4 being the default.
    Strict,
}

/// What a version does differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Whose.
    pub version: Version,
    /// 403 texts name the permission that lacks: `write access to exchange …`.
    pub names_permission: bool,
    /// There is an exchange type `x-local-random`.
    pub has_local_random: bool,
    /// An unknown exchange type closes the channel with 406 instead of the connection with 503.
    pub unknown_type_closes_channel: bool,
    /// Numbers in headers compare with their type, 1 is not 1.0.
    pub headers_compare_strictly: bool,
    /// Dead-lettered messages carry `x-last-death-*`.
    pub last_death_headers: bool,
    /// A message's `x-death` is believed when it comes from a client.
    pub honours_foreign_x_death: bool,
    /// Entries of `x-death` keep their order of deaths; else the older ones are reversed at every death.
    pub orders_x_death: bool,
    /// A dead-letter routing key removes the CC header.
    pub dead_letter_key_removes_cc: bool,
    /// What dies keeps the count of its returns, which makes it redelivered in the next queue that counts.
    pub dead_letters_keep_count: bool,
    /// Classic queues count how often a message comes back, too.
    pub classic_counts_deliveries: bool,
    /// The delivery limit, and `x-delivery-count`, are about how often a message was handed out; a nack or reject with
    /// requeue is no failure.
    pub limits_by_acquired: bool,
    /// Queue types are always written into the arguments and named in texts.
    pub injects_queue_type: bool,
    /// Delivery limit of a quorum queue that sets none.
    pub default_delivery_limit: Option<u16>,
    /// A nack does not count, neither towards the delivery limit nor where what it discards is queued next.
    pub nack_is_free: bool,
    /// What is too much in a quorum queue at once is dropped and dead-lettered oldest first; else newest first.
    pub quorum_drops_oldest_first: bool,
    /// In a quorum queue the first message of each priority, and the first of those that came back, is looked at whether it
    /// is too old; else only what is handed out next.
    pub quorum_expires_each_row: bool,
    /// At a restart an exchange that deletes itself outlives the transient queue of its last binding.
    pub restart_spares_exchanges: bool,
    /// What came to a classic queue after a purge counts as delivered when the node restarts.
    pub purge_is_delivery: bool,
    /// `x-delivery-count: 0` on the first get.
    pub counts_first_get: bool,
    /// `x-acquired-count` beside `x-delivery-count`.
    pub acquired_count: bool,
    /// Order by priority in quorum queues.
    pub quorum_priority: QuorumPriority,
    /// A single active consumer of a quorum queue yields to one of higher priority.
    pub quorum_single_active_by_priority: bool,
    /// A single active consumer that is to yield and whose messages all came back leaves its place empty until something
    /// else happens than a return.
    pub returns_elect_nobody: bool,
    /// `basic.qos` with global is carried out as if it were not global.
    pub global_qos_ignored: bool,
    /// What the acknowledgement timeout is about.
    pub timeout_of: TimeoutOf,
    /// The acknowledgement timeout can be set per queue.
    pub timeout_per_queue: bool,
    /// queue.purge takes dead letters that have not arrived, too.
    pub purges_dead_letters: bool,
    /// The type of a plugin that is not enabled is `invalid`, not `unknown`.
    pub tells_absent_types: bool,
    /// x-consistent-hash hashes a header's value together with its type.
    pub hashes_header_with_type: bool,
    /// x-consistent-hash takes no weight above 10000.
    pub limits_hash_weight: bool,
    /// x-consistent-hash: buckets stay while another binding has the same destination and key.
    pub hash_binding_stands_for_its_key: bool,
    /// x-modulus-hash counts its destinations in the order of their names; else in that of the binding keys.
    pub modulus_sorts_by_name: bool,
    /// x-modulus-hash needs no plugin.
    pub modulus_is_core: bool,
    /// Erlang terms in texts show UTF-8 as such: `<<"é"/utf8>>`.
    pub shows_utf8_in_binaries: bool,
    /// x-recent-history: a binding whose replay fails is there nevertheless, and the error says why.
    pub failed_replay_binds: bool,
    /// x-recent-history keeps its messages over a restart, as the metadata store does.
    pub keeps_history: bool,
    /// Passive declares need a permission, whichever.
    pub passive_needs_permission: bool,
    /// Largest message in bytes.
    pub message_size_max: u64,
    /// Most `#` words in a topic binding key.
    pub hash_words_max: Option<u8>,
    /// Transient exchanges survive a restart, as the metadata store keeps them.
    pub keeps_transient_exchanges: bool,
    /// Direct replies count as routed; else a mandatory one is returned, even if somebody got it.
    pub replies_count_as_routed: bool,
    /// A delivery mode other than 1 and 2 is refused; else it is that of a transient message.
    pub checks_delivery_mode: bool,
    /// A time in a message's header compares in milliseconds.
    pub header_times_in_ms: bool,
    /// `x-max-priority` 0 is 1.
    pub priority_zero_is_one: bool,
    /// A negative delivery limit is no limit; else it is one that the first return exceeds.
    pub negative_limit_is_none: bool,
    /// What comes back to a quorum queue goes to its front even without a delivery limit.
    pub returns_go_first: bool,
    /// Direct reply-to is a queue type of its own, that cannot be bound.
    pub volatile_reply_queues: bool,
    /// A vhost's max-queues is looked at after a queue's arguments, not before.
    pub queue_limit_after_arguments: bool,
    /// The text of a user's max-channels.
    pub channel_limit_text: ChannelLimitText,
    /// What `{username}` and `{vhost}` stand for in topic permissions is taken literally, not as a pattern.
    pub escapes_topic_variables: bool,
    /// The keys in CC and BCC need topic permissions, too.
    pub checks_topic_of_cc: bool,
    /// A classic queue takes `x-queue-leader-locator`.
    pub classic_takes_leader_locator: bool,
    /// `x-queue-master-locator` is refused as deprecated.
    pub refuses_master_locator: bool,
    /// `x-queue-mode` is an argument like any other that means nothing.
    pub ignores_queue_mode: bool,
    /// `x-queue-version: 1` is refused.
    pub refuses_queue_version_1: bool,
    /// Quorum queues know `x-delayed-retry-type` and its delays.
    pub delayed_retry: bool,
    /// Policies apply to queues of one type, too.
    pub policies_by_queue_type: bool,
    /// Patterns are PCRE2's, and so is what is said of wrong ones.
    pub regular_expressions_are_pcre2: bool,
    /// Policies may mirror classic queues (`ha-mode`).
    pub mirrors_classic_queues: bool,
    /// Operator policies may set `overflow` and `queue-version`, too.
    pub operator_policies_say_more: bool,
    /// Streams filter.
    pub streams_filter: bool,
    /// The firehose names queues in the order of routing, direct replies among them.
    pub traces_as_routed: bool,
    /// The least frame_max a client may ask for, in bytes.
    pub frame_max_least: u32,
    /// What the broker publishes itself reaches streams: dead letters, the firehose, what x-recent-history kept.
    pub own_messages_into_streams: bool,
    /// A nack or reject of a stream's message closes the connection; else it gives credit as an ack does.
    pub stream_refuses_nack: bool,
    /// A chunk of a stream is sent to its end, beyond the prefetch count.
    pub stream_sends_whole_chunks: bool,
    /// `x-stream-filter-size-bytes` compares, and is refused in other queues.
    pub knows_filter_size: bool,
    /// Texts about streams put the queue in quotes and say `stream queues`.
    pub stream_texts_quote: bool,
    /// What comes from a stream says its delivery mode, 1 if the publisher said none.
    pub stream_sets_delivery_mode: bool,
    /// An age that does not begin with a digit breaks the channel, and with it the connection.
    pub age_without_number_breaks: bool,
    /// `x-max-age` is compared in milliseconds.
    pub compares_ages: bool,
    /// Consumers may have `x-cancel-on-ha-failover`.
    pub cancels_on_failover: bool,
    /// What a deleted vhost's clients are told: `is deleted` or `is down`.
    pub vhost_down_text: bool,
    /// At a commit the queues are looked up again by name: those declared since are found, those gone are forgotten. Else
    /// a queue that is gone makes the commit fail.
    pub commit_looks_up_queues: bool,
    /// A commit to a queue that is gone closes the connection; before it closed the channel.
    pub commit_to_gone_queue_closes: bool,
    /// What a channel that ended held of a quorum queue comes back by consumer tag.
    pub ends_by_consumer_tag: bool,
    /// A wrong expiration is named before a wrong user id.
    pub checks_expiration_first: bool,
    /// The bytes of a quorum queue count the properties, too, as AMQP writes them.
    pub counts_properties: bool,
    /// The text that refuses a get names the queue type as Erlang prints a binary.
    pub prints_queue_type: bool,
}

impl Profile {
    /// What a message's properties count in the bytes of a quorum queue.
    pub(super) fn property_bytes(&self, properties: &Properties) -> u32 {
        if self.counts_properties { properties.encoded_bytes() as u32 } else { 0 }
    }

    fn of(version: Version) -> Self {
        let since = |first: Version| version >= first;
        let mib = 1024 * 1024;
        Self {
            version,
            names_permission: since(Version::V4_0),
            has_local_random: since(Version::V4_0),
            unknown_type_closes_channel: since(Version::V4_0),
            headers_compare_strictly: since(Version::V3_13),
            last_death_headers: since(Version::V3_13),
            honours_foreign_x_death: !since(Version::V4_0),
            orders_x_death: since(Version::V3_13),
            dead_letter_key_removes_cc: !since(Version::V3_13),
            dead_letters_keep_count: since(Version::V4_0),
            classic_counts_deliveries: since(Version::V4_3),
            limits_by_acquired: since(Version::V4_0) && !since(Version::V4_3),
            injects_queue_type: since(Version::V4_0),
            default_delivery_limit: since(Version::V4_0).then_some(20),
            nack_is_free: since(Version::V4_3),
            quorum_drops_oldest_first: since(Version::V4_3),
            quorum_expires_each_row: since(Version::V4_3),
            restart_spares_exchanges: !since(Version::V4_3),
            purge_is_delivery: since(Version::V4_0) && !since(Version::V4_3),
            counts_first_get: !since(Version::V3_13),
            acquired_count: since(Version::V4_3),
            quorum_priority: match version {
                Version::V3_10 | Version::V3_13 => QuorumPriority::Ignored,
                Version::V4_3 => QuorumPriority::Strict,
                Version::V4_0 | Version::V4_1 | Version::V4_2 => QuorumPriority::TwoLevels,
            },
            quorum_single_active_by_priority: since(Version::V4_0),
            returns_elect_nobody: version == Version::V4_0,
            global_qos_ignored: since(Version::V4_3),
            timeout_of: if since(Version::V4_3) { TimeoutOf::QuorumConsumers } else { TimeoutOf::EveryQueue },
            timeout_per_queue: since(Version::V3_13),
            purges_dead_letters: since(Version::V4_3),
            tells_absent_types: since(Version::V4_3),
            hashes_header_with_type: !since(Version::V3_13),
            limits_hash_weight: since(Version::V4_3),
            hash_binding_stands_for_its_key: since(Version::V4_3),
            modulus_sorts_by_name: since(Version::V4_3),
            modulus_is_core: since(Version::V4_3),
            shows_utf8_in_binaries: since(Version::V3_13),
            failed_replay_binds: since(Version::V3_13),
            keeps_history: since(Version::V4_3),
            passive_needs_permission: since(Version::V4_3),
            message_size_max: if since(Version::V4_0) { 16 * mib } else { 128 * mib },
            hash_words_max: since(Version::V4_3).then_some(2),
            keeps_transient_exchanges: since(Version::V4_3),
            replies_count_as_routed: since(Version::V4_2),
            checks_delivery_mode: !since(Version::V3_13),
            header_times_in_ms: since(Version::V3_13),
            priority_zero_is_one: since(Version::V4_0),
            negative_limit_is_none: since(Version::V4_0),
            returns_go_first: since(Version::V4_3),
            volatile_reply_queues: since(Version::V4_3),
            queue_limit_after_arguments: since(Version::V3_13),
            channel_limit_text: match version {
                Version::V3_10 => ChannelLimitText::UserInBrackets,
                Version::V4_3 => ChannelLimitText::User,
                _ => ChannelLimitText::NodeInBrackets,
            },
            escapes_topic_variables: since(Version::V4_2),
            checks_topic_of_cc: since(Version::V4_0),
            classic_takes_leader_locator: since(Version::V4_0),
            refuses_master_locator: since(Version::V4_3),
            ignores_queue_mode: since(Version::V4_3),
            refuses_queue_version_1: since(Version::V4_3),
            delayed_retry: since(Version::V4_3),
            policies_by_queue_type: since(Version::V3_13),
            regular_expressions_are_pcre2: since(Version::V4_3),
            mirrors_classic_queues: !since(Version::V4_0),
            operator_policies_say_more: since(Version::V4_0),
            streams_filter: since(Version::V3_13),
            traces_as_routed: since(Version::V4_0),
            frame_max_least: if since(Version::V4_1) { 8192 } else { 4096 },
            own_messages_into_streams: since(Version::V3_13),
            stream_refuses_nack: !since(Version::V3_13),
            stream_sends_whole_chunks: !since(Version::V3_13),
            knows_filter_size: since(Version::V4_3),
            stream_texts_quote: !since(Version::V4_0),
            stream_sets_delivery_mode: since(Version::V3_13),
            age_without_number_breaks: !since(Version::V4_3),
            compares_ages: since(Version::V4_3),
            cancels_on_failover: !since(Version::V4_0),
            vhost_down_text: since(Version::V4_3),
            commit_looks_up_queues: !since(Version::V4_0),
            commit_to_gone_queue_closes: since(Version::V4_3),
            ends_by_consumer_tag: !since(Version::V4_0),
            checks_expiration_first: since(Version::V4_0),
            counts_properties: since(Version::V4_3),
            prints_queue_type: since(Version::V4_3),
        }
    }
}
