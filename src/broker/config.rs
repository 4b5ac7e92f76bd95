//! What a broker is made with.

use crate::amqp::{Name, SimDuration};

use super::connection::CHANNEL_MAX;
use super::profile::{Profile, Version};

/// What the node is called.
pub const NODE: &str = "rabbit@localhost";

/// The broker's version, its delays and periods, and what its generated names and times start from.
#[derive(Clone, Debug, PartialEq)]
pub struct BrokerConfig {
    /// Which RabbitMQ.
    pub profile: Profile,
    /// From the moment a classic queue has a persistent message until it is on disk, and confirmed.
    pub disk_confirm: SimDuration,
    /// From the moment a quorum queue has a message until a majority has it.
    pub quorum_commit: SimDuration,
    /// From the moment a stream has a message until its chunk is committed, read and confirmed.
    pub stream_commit: SimDuration,
    /// How long a dead-letter worker waits before it tries again (at-least-once).
    pub dead_letter_retry: SimDuration,
    /// How many channels a connection may have.
    pub channel_max: u16,
    /// The type of a durable queue that names none, where it is not `classic`.
    pub default_queue_type: Option<Name>,
    /// The largest body, in bytes, where it is not the version's own.
    pub max_message_size: Option<u64>,
    /// How long a delivery may stay unacknowledged.
    pub consumer_timeout: SimDuration,
    /// How often a channel looks for deliveries older than that.
    pub channel_tick: SimDuration,
    /// Seconds since 1970 at virtual time 0, for the times in `x-death`.
    pub epoch: u64,
    /// What generated names are mixed from.
    pub seed: u64,
    /// Which exchange types there are.
    pub plugins: Plugins,
}

/// The plugins with exchange types that are enabled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Plugins {
    /// None, as on a fresh node.
    None,
    /// Those that ship with RabbitMQ: x-consistent-hash, x-modulus-hash, x-recent-history, x-random.
    Shipped,
    /// Those, and x-delayed-message.
    #[default]
    All,
}

impl BrokerConfig {
    /// RabbitMQ: consumer_timeout of a fresh node, 30 minutes.
    pub const CONSUMER_TIMEOUT: SimDuration = SimDuration::secs(30 * 60);
    /// RabbitMQ: channel_tick_interval of a fresh node.
    pub const CHANNEL_TICK: SimDuration = SimDuration::secs(60);
    /// RabbitMQ: settle timeout of the dead-letter worker.
    pub const DEAD_LETTER_RETRY: SimDuration = SimDuration::secs(180);
    /// A flush of a batch to a solid-state disk; published measurements put fsync at 5 to 15 ms.
    pub const DISK_CONFIRM: SimDuration = SimDuration::millis(5);
    /// One round trip to the followers and their flush, the median confirm latency that is published.
    pub const QUORUM_COMMIT: SimDuration = SimDuration::millis(10);
    /// One round trip to the followers, which do not wait for their disks.
    pub const STREAM_COMMIT: SimDuration = SimDuration::millis(2);
    /// 2026-01-01T00:00:00Z, a date that looks like today's.
    pub const EPOCH: u64 = 1_767_225_600;

    /// As it is simulated: work on disk and in the cluster takes time.
    pub fn simulation(version: Version, seed: u64) -> Self {
        Self {
            profile: version.profile(),
            disk_confirm: Self::DISK_CONFIRM,
            quorum_commit: Self::QUORUM_COMMIT,
            stream_commit: Self::STREAM_COMMIT,
            dead_letter_retry: Self::DEAD_LETTER_RETRY,
            channel_max: CHANNEL_MAX,
            default_queue_type: None,
            max_message_size: None,
            consumer_timeout: Self::CONSUMER_TIMEOUT,
            channel_tick: Self::CHANNEL_TICK,
            epoch: Self::EPOCH,
            seed,
            plugins: Plugins::All,
        }
    }

    /// As recorded cases are replayed: delays are zero, periods keep their values.
    pub fn conformance(version: Version) -> Self {
        Self {
            disk_confirm: SimDuration::ZERO,
            quorum_commit: SimDuration::ZERO,
            plugins: Plugins::Shipped,
            stream_commit: SimDuration::ZERO,
            ..Self::simulation(version, 1)
        }
    }
}
