//! Policies and operator policies.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::amqp::{FieldTable, FieldValue, Name};

use super::command::{Policy, PolicyScope};
use super::effect::{ExchangeId, QueueId};
use super::machine::Broker;
use super::permissions::Pattern;
use super::policy_check;
use super::queue::{QueueKind, QueueSpec};
use super::timers::Timer;
use super::vhost::VhostId;

/// The policies of a vhost, by whether they are the operator's, and name.
#[derive(Clone, Debug, Default)]
pub(super) struct Policies(BTreeMap<(bool, Name), (Policy, Pattern)>);

/// RabbitMQ: keys that a queue type does not know; a policy with one of them does not apply to it at all.
fn suits(kind: QueueKind, definition: &FieldTable) -> bool {
    let foreign: &[&str] = match kind {
        QueueKind::Classic => &[
            "delivery-limit",
            "dead-letter-strategy",
            "delayed-retry-type",
            "delayed-retry-min",
            "delayed-retry-max",
            "max-in-memory-length",
            "max-in-memory-bytes",
            "max-age",
            "stream-max-segment-size-bytes",
        ],
        QueueKind::Quorum => &["queue-mode", "queue-version", "max-age", "stream-max-segment-size-bytes"],
        QueueKind::Stream => &[
            "expires",
            "message-ttl",
            "dead-letter-exchange",
            "dead-letter-routing-key",
            "max-length",
            "max-in-memory-length",
            "max-in-memory-bytes",
            "overflow",
            "queue-mode",
            "delivery-limit",
            "dead-letter-strategy",
        ],
    };
    !foreign.iter().any(|key| definition.get(key).is_some())
}

impl Policies {
    /// RabbitMQ: at most one is in force, the one of the highest priority.
    fn in_force(&self, operator: bool, name: &str, fits: impl Fn(&Policy) -> bool) -> Option<&Policy> {
        self.0
            .iter()
            .filter(|((of_operator, _), (policy, pattern))| {
                *of_operator == operator && fits(policy) && pattern.matches(name)
            })
            .map(|(_, (policy, _))| policy)
            .max_by_key(|policy| policy.priority)
    }
}

impl Broker {
    pub(super) fn set_policy(&mut self, policy: Policy) -> Result<(), String> {
        let vhost = self.expect_vhost(&policy.vhost)?;
        let pattern = policy_check::check(&self.profile, &policy)?;
        let place = (policy.operator, policy.name.clone());
        Arc::make_mut(&mut self.vhost_mut(vhost).policies).0.insert(place, (policy, pattern));
        self.policies_changed(vhost);
        Ok(())
    }

    pub(super) fn clear_policy(&mut self, vhost: &str, name: &Name, operator: bool) {
        let Some(vhost) = self.vhost_named(vhost) else { return };
        Arc::make_mut(&mut self.vhost_mut(vhost).policies).0.remove(&(operator, name.clone()));
        self.policies_changed(vhost);
    }

    pub(super) fn policies_for_queue(&self, spec: &QueueSpec) -> (Option<&FieldTable>, Option<&FieldTable>) {
        let fits = |policy: &Policy| {
            let in_scope = match policy.apply_to {
                PolicyScope::All | PolicyScope::Queues => true,
                PolicyScope::ClassicQueues => spec.kind == QueueKind::Classic,
                PolicyScope::QuorumQueues => spec.kind == QueueKind::Quorum,
                PolicyScope::Streams => spec.kind == QueueKind::Stream,
                PolicyScope::Exchanges => false,
            };
            in_scope && suits(spec.kind, &policy.definition)
        };
        let policies = &self.vhost(spec.vhost).policies;
        let found = |operator| policies.in_force(operator, &spec.name, fits).map(|policy| &policy.definition);
        (found(false), found(true))
    }

    /// The alternate exchange: the argument, else a policy's.
    pub(super) fn apply_policy_to_exchange(&mut self, id: ExchangeId) {
        let spec = Arc::clone(&self.exchanges[id.index()].spec);
        let fits = |policy: &Policy| matches!(policy.apply_to, PolicyScope::All | PolicyScope::Exchanges);
        let policy = self.vhost(spec.vhost).policies.in_force(false, &spec.name, fits);
        let value = spec
            .arguments
            .get("alternate-exchange")
            .or_else(|| policy.and_then(|policy| policy.definition.get("alternate-exchange")));
        let alternate = match value {
            Some(FieldValue::Text(exchange)) => Some(exchange.clone()),
            _ => None,
        };
        self.exchanges[id.index()].alternate = alternate;
    }

    /// RabbitMQ: policies are looked at again for every queue and exchange, at once.
    fn policies_changed(&mut self, vhost: VhostId) {
        self.generation += 1;
        let exchanges: Vec<ExchangeId> = self.vhost(vhost).exchanges.values().copied().collect();
        for exchange in exchanges {
            self.apply_policy_to_exchange(exchange);
        }
        let queues: Vec<QueueId> = self.vhost(vhost).queues.values().copied().collect();
        for queue in queues {
            let spec = Arc::clone(&self.queue(queue).spec);
            let settings = self.settings_of(&spec);
            if settings != *self.queue(queue).settings {
                self.has_own_timeouts |= settings.consumer_timeout.is_some();
                if self.queue(queue).settings.at_least_once && !settings.at_least_once {
                    self.lose_dead_letters(queue);
                }
                self.change_settings(queue, settings);
                self.queue_mut(queue).is_refusing = false;
                self.arm(Timer::Lease(queue));
                self.apply_retention(queue);
                self.settle_queue(queue);
            }
        }
    }
}
