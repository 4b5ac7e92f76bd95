//! The acknowledgement timeout: a delivery that stays unacknowledged for too long.

use crate::amqp::{Choices, SimDuration, SimTime};

use super::acknowledge::Back;
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
            // RabbitMQ: only the oldest delivery is looked at.
            TimeoutOf::EveryQueue => state.unacked.front().and_then(|one| self.over_at(one))?,
            // With one limit for all the oldest is the first; only limits of their own ask for a look at each.
            // RabbitMQ: the queue has a timer of its own, and does not wait for the channel's tick.
            TimeoutOf::QuorumConsumers if self.has_own_timeouts => {
                return state.unacked.iter().filter_map(|one| self.over_at(one)).min();
            }
            TimeoutOf::QuorumConsumers => return state.unacked.iter().find_map(|one| self.over_at(one)),
        };
        let tick = self.config.channel_tick.0.max(1);
        let ticks = over.since(state.opened).0.div_ceil(tick).max(1);
        Some(state.opened + SimDuration(ticks.saturating_mul(tick)))
    }

    fn over_at(&self, one: &Unacked) -> Option<SimTime> {
        let queue = self.queue(one.queue);
        if !queue.is_alive || (self.profile.timeout_of == TimeoutOf::QuorumConsumers && !queue.is_quorum()) {
            return None;
        }
        if self.profile.timeout_of == TimeoutOf::EveryQueue && !self.profile.timeout_per_queue {
            return Some(one.since + self.config.consumer_timeout);
        }
        let takes_own = self.profile.timeout_of == TimeoutOf::QuorumConsumers;
        let own = (takes_own && one.consumer != ConsumerId::NONE)
            .then(|| self.consumer(one.consumer).arguments.get("x-consumer-timeout"))
            .flatten()
            .and_then(|value| value.as_integer())
            .and_then(|value| u64::try_from(value).ok());
        let limit = own.or(queue.settings.consumer_timeout);
        Some(one.since + limit.map_or(self.config.consumer_timeout, SimDuration::millis))
    }

    pub(super) fn channel_tick(&mut self, channel: ChannelId, choices: &mut dyn Choices) {
        let now = self.now;
        let late = self
            .channel(channel)
            .unacked
            .iter()
            .find(|one| self.over_at(one).is_some_and(|over| over <= now));
        let Some(late) = late.copied() else { return };
        let (connection, number) = (self.channel(channel).connection, self.channel(channel).number);
        let told = self.connections.get(connection).is_some_and(|c| c.capabilities.consumer_cancel_notify);
        if self.profile.timeout_of == TimeoutOf::QuorumConsumers && told && late.consumer != ConsumerId::NONE
        {
            return self.cancel_late(channel, late.consumer, late.queue);
        }
        let limit = self.over_at(&late).map_or(self.config.consumer_timeout, |over| over.since(late.since));
        let limit = match self.profile.timeout_of {
            TimeoutOf::EveryQueue => limit.as_millis().to_string(),
            // RabbitMQ: the channel does not know it.
            TimeoutOf::QuorumConsumers => "-1".to_owned(),
        };
        let refusal = Refusal::precondition_failed(format!(
            "delivery acknowledgement on channel {number} timed out. Timeout value used: {limit} ms. This timeout \
             value can be configured, see consumers doc guide to learn more"
        ));
        self.refuse(connection, number, &refusal, (0, 0), choices);
    }

    /// RabbitMQ 4.3: the consumer is cancelled and what it holds for too long goes back, without being counted.
    fn cancel_late(&mut self, channel: ChannelId, consumer: ConsumerId, queue: QueueId) {
        self.cancel_by_broker(consumer);
        let now = self.now;
        let late =
            |one: &&Unacked| one.consumer == consumer && self.over_at(one).is_some_and(|over| over <= now);
        let held: Vec<Unacked> = self.channel(channel).unacked.iter().filter(late).copied().collect();
        for one in &held {
            self.channel_mut(channel).unacked.remove(u64::from(one.tag));
        }
        self.requeue(channel, &held, Back::TimedOut);
        self.delete_if_unused(queue);
    }
}
