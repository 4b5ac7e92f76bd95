//! RabbitMQ as a state machine: one door, `Broker::apply(now, command, choices, out)`, with effects into a sink,
//! and `next_deadline()`.
//!
//! Invariant: no clock, no IO, no randomness of its own, no notion of text or of client scripts. A refusal is an
//! effect with its reply code and text, never a Rust error.

mod command;
mod config;
mod differences;
mod effect;
mod machine;
mod profile;
mod refusal;
mod timers;

mod arguments;
mod binding;
mod by_number;
mod channel;
mod connection;
mod consistent_hash;
mod consumer;
mod erlang;
mod exchange;
mod exchange_declare;
mod limiter;
mod limits;
mod operator;
mod permissions;
mod phash2;
mod policy;
mod policy_check;
mod queue;
mod queue_declare;
mod ready;
mod restart;
mod retention;
mod settings;
mod stream;
mod stream_reader;
mod text_hash;
mod topic_trie;
mod topic_words;
mod vhost;

mod chunks;
mod message;

mod acknowledge;
mod confirm;
mod consume;
mod dead_letter;
mod dead_letter_worker;
mod delayed_retry;
mod delivered;
mod dispatch;
mod firehose;
mod headers;
mod kept;
mod publish;
mod reply_to;
mod route_cache;
mod routing;
mod timeout;
mod transaction;

mod explain;
mod invariants;
mod view;

pub(crate) use by_number::ByNumber;
pub(crate) use chunks::Chunks;
pub use command::{Alarm, Command, Operator, Policy, PolicyScope, Stop, Stray};
pub use config::{BrokerConfig, NODE, Plugins};
pub use differences::{DIFFERENCES, Difference, NOT_HERE};
pub use effect::{
    BindingId, ChannelId, ConsumerId, Discard, DropReason, Effect, Effects, Exception, ExchangeId, MessageId,
    QueueId, Reply, Side, SideId,
};
pub use explain::{BindingAnswer, BindingExplained, Explained, HeaderAnswer, Idles, Waits};
pub use machine::Broker;
pub use message::Message;
pub use profile::{ChannelLimitText, Profile, QuorumPriority, TimeoutOf, Version};
pub use queue::QueueKind;
pub use route_cache::RouteCache;
pub use stream::StreamView;
pub use topic_trie::{TopicRoom, TopicTrie};
pub use view::{
    BindingView, ChannelView, ConnectionView, ConsumerView, Destination, ExchangeView, QueueView, ReadyCopy,
    UnackedCopy, View,
};
