//! The acknowledgement timeout: a delivery that stays unacknowledged for too long.

use crate::amqp::{SimDuration, SimTime};

use super::channel::Unacked;
use super::effect::{ChannelId, ConsumerId, QueueId};
use super::machine::Broker;
use super::profile::TimeoutOf;
use super::refusal::Refusal;

impl Broker {
    /// When a channel will find a delivery too old: at the first of its ticks after the limit.
    pub(super) fn tick_due(&self, channel: ChannelId) -> Option<SimTime> {
        let state = self.channel(channel);
        let over = match self.profile.timeout_of {
            TimeoutOf::EveryQueue if !self.profile.timeout_per_queue => {
                state.unacked.front().map(|one| one.since + self.config.consumer_timeout)
            }
            // With one limit for all the oldest is the first; only limits of their own ask for a look at each.
            _ if self.has_own_timeouts => state.unacked.iter().filter_map(|one| self.over_at(one)).min(),
            _ => state.unacked.iter().find_map(|one| self.over_at(one)),
        }?;
        let tick = self.config.channel_tick.0.max(1);
        let ticks = over.since(state.opened).0.div_ceil(tick).max(1);
        Some(state.opened + SimDuration(ticks.saturating_mul(tick)))
    }

    /// Whether the acknowledgement timeout is about that delivery.
    pub(super) fn is_timed(&self, one: &Unacked) -> bool {
        self.profile.timeout_of == TimeoutOf::EveryQueue || self.queue(one.queue).is_quorum()
    }

    fn over_at(&self, one: &Unacked) -> Option<SimTime> {
        let queue = self.queue(one.queue);
        if !queue.is_alive || (self.profile.timeout_of == TimeoutOf::QuorumConsumers && !queue.is_quorum()) {
            return None;
        }
        let own = (one.consumer != ConsumerId::NONE)
            .then(|| self.consumer(one.consumer).arguments.get("x-consumer-timeout"))
            .flatten()
            .and_then(|value| value.as_integer())
            .and_then(|value| u64::try_from(value).ok());
        let limit = own.or(queue.settings.consumer_timeout);
        Some(one.since + limit.map_or(self.config.consumer_timeout, SimDuration::millis))
    }

    pub(super) fn channel_tick(&mut self, channel: ChannelId) {
        let now = self.now;
        let late = self.channel(channel).unacked.iter().find(|one| match self.profile.timeout_of {
            TimeoutOf::EveryQueue if !self.profile.timeout_per_queue => {
                one.since + self.config.consumer_timeout <= now
            }
            _ => self.over_at(one).is_some_and(|over| over <= now),
        });
        let Some(late) = late.copied() else { return };
        let (connection, number) = (self.channel(channel).connection, self.channel(channel).number);
        let told = self.connections.get(&connection).is_some_and(|c| c.capabilities.consumer_cancel_notify);
        if self.profile.timeout_of == TimeoutOf::QuorumConsumers && told && late.consumer != ConsumerId::NONE
        {
            return self.cancel_late(channel, late.consumer, late.queue);
        }
        let limit = self.over_at(&late).map_or(self.config.consumer_timeout, |over| over.since(late.since));
        let refusal = Refusal::precondition_failed(format!(
            "delivery acknowledgement on channel {number} timed out. Timeout value used: {} ms. This timeout value \
             can be configured, see consumers doc guide to learn more",
            limit.as_millis()
        ));
        self.refuse(connection, number, &refusal, (0, 0));
    }

    /// RabbitMQ 4.3: the consumer is cancelled and what it holds goes back.
    fn cancel_late(&mut self, channel: ChannelId, consumer: ConsumerId, queue: QueueId) {
        self.cancel_by_broker(consumer);
        let held: Vec<Unacked> =
            self.channel(channel).unacked.iter().filter(|one| one.consumer == consumer).copied().collect();
        for one in &held {
            self.channel_mut(channel).unacked.remove(u64::from(one.tag));
        }
        self.requeue_of_ended(channel, &held);
        self.delete_if_unused(queue);
    }
}
