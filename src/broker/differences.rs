//! Where versions differ: each flag of the profile with a sentence, the version in which it changed, and what
//! shows it.
//!
//! `tests/versions.rs` holds this table to the code: every flag has a row, a row's versions are those in which its
//! flag changes, and each of its cases stops coming out as recorded when that flag alone is turned. The page on
//! conformance prints it.

use super::profile::{Profile, Version};
use Version::{V3_13, V4_0, V4_1, V4_2, V4_3};

/// A difference that a client or an operator can see.
#[derive(Clone, Copy, Debug)]
pub struct Difference {
    /// The flag of [`Profile`] that holds it.
    pub flag: &'static str,
    /// What differs.
    pub text: &'static str,
    /// In which versions it changed: the first that is otherwise, for each change.
    pub since: &'static [Version],
    /// Recorded cases that show it.
    pub cases: &'static [&'static str],
    /// What shows it where no recorded case can: a test of one of the files of scenarios.
    pub scenario: Option<&'static str>,
}

impl Difference {
    /// Whether the change was seen on real brokers, one on either side of it.
    pub fn is_recorded(&self) -> bool {
        !self.cases.is_empty()
    }
}

macro_rules! scenario {
    () => {
        None
    };
    ($name:literal) => {
        Some($name)
    };
}

/// The table, and with it the flags by name.
macro_rules! differences {
    ($($flag:ident since $($since:ident),+ : $text:literal, cases [$($case:literal),* $(,)?] $(, scenario $scenario:literal)?;)*) => {
        /// All differences, in the order of the flags.
        pub const DIFFERENCES: &[Difference] = &[$(
            Difference {
                flag: stringify!($flag),
                text: $text,
                since: &[$($since),+],
                cases: &[$($case),*],
                scenario: scenario!($($scenario)?),
            },
        )*];

        impl Profile {
            /// This profile with one flag as another has it; `None`: there is no such flag.
            pub fn with(mut self, flag: &str, other: &Self) -> Option<Self> {
                match flag {
                    $(stringify!($flag) => self.$flag = other.$flag,)*
                    _ => return None,
                }
                Some(self)
            }
        }
    };
}

differences! {
    names_permission since V4_0 : "a 403 names the permission that lacks: `write access to exchange 'x' … refused`, before just `access to …`", cases ["perm_bind", "perm_configure_needed"];
    has_local_random since V4_0 : "there is an exchange type x-local-random", cases ["local_random_one_queue", "local_random_exchange"];
    unknown_type_closes_channel since V4_0 : "an exchange of unknown type is a 406 of the channel; before a 503 of the connection", cases ["exchange_unknown_type"];
    headers_compare_strictly since V3_13 : "headers exchanges tell 1 from 1.0; before they were equal", cases ["headers_types_int_string"];
    last_death_headers since V3_13 : "dead-lettered messages carry `x-last-death-*`", cases ["dlx_chain_two_queues", "dlx_expired_message_ttl"];
    honours_foreign_x_death since V4_0 : "an `x-death` that a client wrote means nothing; before it was continued", cases ["dlx_x_death_not_table_list"];
    orders_x_death since V3_13 : "entries of `x-death` keep the order of deaths; before the older ones were reversed at every death", cases ["dlx_hops_order_four", "dlx_loop_three_queues_order"];
    dead_letter_key_removes_cc since V3_13 : "a dead-letter routing key leaves the CC header; before it removed it", cases ["dlx_cc_header_with_dlrk"];
    dead_letters_keep_count since V4_0 : "what a quorum queue dead-letters keeps the count of its returns: it is redelivered in the next quorum queue, and says so", cases ["dlx_count_quorum_to_quorum", "dlx_count_quorum_to_classic"];
    classic_counts_deliveries since V4_3 : "classic queues count how often a message comes back, too: what was rejected and is dead-lettered counts as redelivered, and after a restart only what was counted", cases ["restart_after_nack", "dlx_chain_two_queues", "dlx_classic_reject_and_nack"];
    limits_by_acquired since V4_0,V4_3 : "from 4.0 to 4.2 the delivery limit and `x-delivery-count` are about how often a message was handed out; what it failed before as a dead letter does not count", cases ["dlx_count_and_limit"];
    injects_queue_type since V4_0 : "a queue always has an `x-queue-type`, and texts name it", cases ["quorum_redeclare_type"];
    default_delivery_limit since V4_0 : "a quorum queue has a delivery limit of 20 unless it sets one; and what is requeued goes to its front then", cases ["quorum_requeue_position_no_limit"];
    nack_is_free since V4_3 : "a basic.nack with requeue does not count towards the delivery limit", cases ["delayed_retry_all_nack", "quorum_delivery_count_header"];
    quorum_drops_oldest_first since V4_3 : "several messages that are too much in a quorum queue at once are dead-lettered oldest first; before, newest first", cases ["dlx_quorum_maxlen_by_policy", "dlx_quorum_maxlen_of_returned"];
    quorum_expires_each_row since V4_3 : "in a quorum queue the first message of each priority expires, and the first of those that came back; before, only what is handed out next", cases ["ttl_quorum_behind_higher_priority", "ttl_quorum_behind_returned"];
    restart_spares_exchanges since V4_3 : "at a restart an auto-delete exchange goes with the transient queue of its last binding; before it stayed", cases ["restart_auto_delete_exchange"];
    purge_is_delivery since V4_0,V4_3 : "from 4.0 to 4.2 what came to a classic queue after a purge is redelivered after a restart", cases ["restart_after_purge"];
    counts_first_get since V3_13 : "the first basic.get of a message has no `x-delivery-count`; before it had one of 0", cases ["quorum_delivery_count_header"];
    acquired_count since V4_3 : "`x-acquired-count` says how often a message was handed out", cases ["quorum_delivery_count_header", "quorum_delivery_count_header_consumer"];
    quorum_priority since V4_0,V4_3 : "quorum queues know two levels of priority since 4.0, and 0 to 31, strictly, since 4.3", cases ["quorum_priority_property_ignored"];
    quorum_single_active_by_priority since V4_0 : "a single active consumer of a quorum queue yields to one of higher priority", cases ["quorum_sac_priority"];
    returns_elect_nobody since V4_0,V4_1 : "a single active consumer that is to yield and gives all back leaves its place empty, until something else happens in the queue (mended in 4.1.2)", cases ["quorum_sac_yields_by_nack"];
    global_qos_ignored since V4_3 : "basic.qos with global is carried out as if it were not global", cases ["dispatch_prefetch_global", "dispatch_prefetch_global_lifted"];
    timeout_of since V4_3 : "a delivery that is not acknowledged in time cancels the consumer of a quorum queue, and nothing else; before it closed the channel, whatever the queue", cases ["timeout_global_classic", "timeout_global_quorum", "timeout_without_cancel_notify"];
    timeout_per_queue since V3_13 : "the acknowledgement timeout can be set for a queue, by policy or argument", cases ["timeout_policy", "timeout_argument_of_queue"];
    passive_needs_permission since V4_3 : "a passive declare needs a permission, whichever; before none", cases ["perm_passive_none"];
    message_size_max since V4_0 : "the largest message is 16 MiB, before 128 MiB", cases ["message_size_default"];
    hash_words_max since V4_3 : "a topic binding key may have two `#` words", cases ["topic_many_hashes"];
    keeps_transient_exchanges since V4_3 : "transient exchanges survive a restart", cases ["restart_e2e_bindings", "restart_exchanges_and_bindings"];
    replies_count_as_routed since V4_2 : "a direct reply counts as routed, also to a requester that is gone; before a mandatory one was returned, even if somebody got it", cases ["reply_to_mandatory_alive", "scenario_rpc_two_clients"];
    checks_delivery_mode since V3_13 : "a delivery mode other than 1 and 2 is one of a transient message; before it was refused", cases ["publish_delivery_mode_3", "restart_delivery_mode_three"];
    header_times_in_ms since V3_13 : "headers exchanges compare a message's time in milliseconds with what the binding says in seconds", cases ["headers_times"];
    priority_zero_is_one since V4_0 : "`x-max-priority` 0 gives two levels; before one", cases ["priority_zero_levels_more"];
    negative_limit_is_none since V4_0 : "a delivery limit of -1 is none; before the first return exceeded it", cases ["quorum_limit_none_nack", "quorum_limit_negative_argument_and_policy"];
    returns_go_first since V4_3 : "what is requeued goes to the front of a quorum queue without a delivery limit, too", cases ["quorum_limit_none_order"];
    volatile_reply_queues since V4_3 : "direct reply-to is a queue type: it cannot be bound, and its deliveries count and are traced as others are", cases ["firehose_reply_to"];
    queue_limit_after_arguments since V3_13 : "a vhost's max-queues is looked at after the arguments of a queue; before it came first", cases ["limit_vhost_queues_before_arguments"];
    channel_limit_text since V3_13,V4_3 : "the refusal of a user's one channel too many: for some time it named the node by mistake, and since 4.3 the number stands without brackets", cases ["limit_user_channels", "limit_user_keeps_others"];
    escapes_topic_variables since V4_2 : "what `{username}` stands for in a topic permission is taken literally; before as part of the pattern", cases ["perm_topic_variables"];
    checks_topic_of_cc since V4_0 : "the keys in CC and BCC need topic permissions, too", cases ["perm_topic_cc"];
    classic_takes_leader_locator since V4_0 : "a classic queue takes `x-queue-leader-locator`", cases ["queue_arg_leader_locator", "queue_arg_leader_locator_unknown"];
    refuses_master_locator since V4_3 : "`x-queue-master-locator` is refused as deprecated", cases ["policy_keys", "queue_arg_master_locator"];
    ignores_queue_mode since V4_3 : "`x-queue-mode` is not looked at any more", cases ["queue_arg_mode_unknown"];
    refuses_queue_version_1 since V4_3 : "`x-queue-version` 1 is refused", cases ["queue_arg_version_1"];
    delayed_retry since V4_3 : "quorum queues know delayed retry", cases ["delayed_retry_all_nack", "delayed_retry_grows", "delayed_retry_policy"];
    policies_by_queue_type since V3_13 : "policies can apply to classic_queues, quorum_queues or streams", cases ["policy_apply_to_types"];
    regular_expressions_are_pcre2 since V4_3 : "regular expressions are PCRE2's, and what is said of wrong ones", cases ["policy_bad_pattern"];
    mirrors_classic_queues since V4_0 : "policies have no ha-mode any more", cases ["policy_keys"];
    operator_policies_say_more since V4_0 : "operator policies may set overflow, queue-version and target-group-size", cases ["policy_keys", "policy_operator_keys"];
    streams_filter since V3_13 : "streams filter", cases ["policy_keys"];
    traces_as_routed since V4_0 : "the firehose names queues in the order of routing, and the address of a direct reply", cases ["firehose_exchange_and_cc", "firehose_reply_to"];
    frame_max_least since V4_1 : "a frame_max below 8192 is refused, before below 4096", cases ["negotiate_frame_max"];
    vhost_down_text since V4_3 : "clients of a deleted vhost are told that it is down; before mostly that it is deleted (a race in RabbitMQ)", cases ["vhost_delete_closes_connections"];
    hashes_header_with_type since V3_13 : "x-consistent-hash hashes a header's value without its type", cases ["chash_header_integers", "chash_header_texts"];
    limits_hash_weight since V4_3 : "x-consistent-hash takes no weight above 10000", cases ["chash_weight_too_large"];
    hash_binding_stands_for_its_key since V4_3 : "x-consistent-hash: buckets stay while another binding has the same destination and key", cases ["chash_same_weight_other_arguments"];
    modulus_sorts_by_name since V4_3 : "x-modulus-hash counts its destinations in the order of their names; before in that of the binding keys", cases ["modulus_keys"];
    modulus_is_core since V4_3 : "x-modulus-hash needs no plugin", cases [], scenario "x_modulus_hash_needs_its_plugin_before_4_3";
    shows_utf8_in_binaries since V3_13 : "Erlang terms in texts show UTF-8 as such", cases ["chash_weight_unicode"];
    failed_replay_binds since V3_13 : "x-recent-history: a binding whose replay fails is there nevertheless", cases ["history_to_exchange_without_queues"];
    purges_dead_letters since V4_3 : "queue.purge takes dead letters that have not arrived, too", cases ["alo_no_exchange"];
    tells_absent_types since V4_3 : "the type of a plugin that is not enabled is `invalid`, before `unknown`", cases ["plugin_absent_consistent_hash", "plugin_absent_modulus_hash"];
    own_messages_into_streams since V3_13 : "what the broker publishes itself reaches streams: dead letters, copies of the firehose, what x-recent-history kept", cases ["stream_dead_letter_into", "stream_history_into", "stream_trace_into"];
    stream_refuses_nack since V3_13 : "a nack or reject of a stream's message gives credit as an ack does; before it closed the connection", cases ["stream_nack", "stream_reject_discard"];
    stream_sends_whole_chunks since V3_13 : "a stream's consumer gets no more than its prefetch count; before a chunk was sent to its end", cases [], scenario "a_prefetch_count_cuts_chunks_but_in_old_versions";
    knows_filter_size since V4_3 : "`x-stream-filter-size-bytes` compares, and is refused in other queues", cases ["stream_filter_size_values", "stream_arg_on_classic"];
    stream_texts_quote since V4_0 : "texts about streams name the queue without quotes", cases ["stream_needs_prefetch", "stream_no_ack_refused"];
    stream_sets_delivery_mode since V3_13 : "what comes from a stream says its delivery mode", cases ["stream_message_properties"];
    age_without_number_breaks since V4_3 : "an `x-max-age` that begins with no digit is refused; before it broke the connection", cases ["stream_arg_max_age_values", "stream_offset_values"];
    compares_ages since V4_3 : "`x-max-age` is compared as a time, not as a text", cases ["stream_redeclare"];
    cancels_on_failover since V4_0 : "consumers cannot have `x-cancel-on-ha-failover`", cases ["stream_consumer_args"];
    keeps_history since V4_3 : "x-recent-history keeps its messages over a restart", cases ["history_restart"];
    commit_looks_up_queues since V4_0 : "a transaction's commit fails if a queue of it is gone; before it looked the queues up again", cases ["tx_commit_queue_gone"];
    commit_to_gone_queue_closes since V4_3 : "a commit to a queue that is gone closes the connection with 506; before the channel", cases ["tx_commit_queue_gone", "tx_commit_queue_gone_between"];
    ends_by_consumer_tag since V4_0 : "what an ended channel held of a quorum queue comes back consumer by consumer as they came; before by their tags", cases ["quorum_close_by_consumer_tag"];
    counts_properties since V4_3 : "the bytes of a quorum queue count the properties of its messages, too, as AMQP writes them; before the bodies only", cases ["quorum_bytes_of_properties", "quorum_bytes_of_dead_letters"];
    checks_expiration_first since V4_0 : "a wrong expiration is named before a wrong user id", cases ["publish_expiration_and_user_id_wrong"];
    prints_queue_type since V4_3 : "the refusal of a get with single active consumer prints the queue's type as a binary", cases ["quorum_single_active_get"];
}

/// Differences between versions that no client of AMQP 0-9-1 sees here, and why.
pub const NOT_HERE: &[(&str, &str)] = &[
    (
        "classic queues are mirrored by policy until 3.13",
        "one node; the policy's keys are taken or refused as by the version",
    ),
    (
        "classic queues store in version 2 only since 4.0, lazy mode is gone since 3.12",
        "storage: the same behaviour for clients",
    ),
    (
        "metadata is kept in Khepri, by default since 4.2",
        "storage; what survives a restart by it is a row above",
    ),
    (
        "memory watermark 0.4, since 4.0 0.6 of the memory",
        "an alarm is set by the operator here, not by memory that fills",
    ),
    (
        "transient non-exclusive queues were refused by 4.3.0 to 4.3.5",
        "4.3.6, which is recorded, takes them again",
    ),
    ("message interceptors (4.2), reasons of rejections by queue (4.3)", "AMQP 1.0"),
    ("ANONYMOUS login since 4.0", "logins are PLAIN here"),
    ("relaxed equivalence by configuration", "a setting of the node that is off unless set"),
];
