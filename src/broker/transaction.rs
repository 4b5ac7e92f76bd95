//! Transactions: publishes and settlements held until tx.commit.

use std::sync::Arc;

use crate::amqp::Choices;

use super::acknowledge::Back;
use super::channel::Unacked;
use super::effect::{ChannelId, QueueId, Reply};
use super::machine::{At, Broker};
use super::message::Message;
use super::refusal::{Outcome, Refusal};
use super::routing::Route;

/// What is to become of an unacked copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Settlement {
    Ack,
    Discard(Back),
    Requeue(Back),
}

/// What a channel in transaction mode has not committed yet.
#[derive(Clone, Debug, Default)]
pub(super) struct Transaction {
    publishes: Vec<(Message, Arc<Route>, bool)>,
    settlements: Vec<(Vec<Unacked>, Settlement)>,
}

impl Transaction {
    /// RabbitMQ: where it goes is decided now, not at the commit.
    pub fn publish(&mut self, message: Message, route: Arc<Route>, mandatory: bool) {
        self.publishes.push((message, route, mandatory));
    }

    /// Copies that it would settle.
    pub fn held(&self) -> impl Iterator<Item = &Unacked> {
        self.settlements.iter().flat_map(|(held, _)| held)
    }

    /// How many of them are of a queue.
    pub fn held_of(&self, queue: QueueId) -> u32 {
        self.held().filter(|one| one.queue == queue).count() as u32
    }

    pub fn settle(&mut self, held: Vec<Unacked>, settlement: Settlement) {
        self.settlements.push((held, settlement));
    }
}

impl Broker {
    pub(super) fn tx_select(&mut self, at: At) -> Outcome {
        let channel = self.channel_mut(at.channel);
        if channel.confirms.is_on() {
            return Err(Refusal::precondition_failed("cannot switch from confirm to tx mode"));
        }
        channel.transaction.get_or_insert_default();
        self.reply(at, Reply::Done);
        Ok(())
    }

    pub(super) fn tx_commit(&mut self, at: At, choices: &mut dyn Choices) -> Outcome {
        let mut transaction = self.take_transaction(at)?;
        let mut refused = false;
        let mut given_back = transaction.settlements.iter().filter(|(_, how)| *how != Settlement::Ack);
        if let Err(refusal) = given_back.try_for_each(|(held, _)| self.refuses_back(held)) {
            self.drop_transaction(at.channel, transaction);
            return Err(refusal);
        }
        for (message, route, mandatory) in std::mem::take(&mut transaction.publishes) {
            let (route, lost) = self.route_at_commit(at, &message, route);
            // RabbitMQ: it breaks down there, and carries out nothing of the rest.
            if let Some(queue) = lost.filter(|_| self.profile.commit_to_gone_queue_closes) {
                self.drop_transaction(at.channel, transaction);
                return Err(self.failed_to_deliver(queue));
            }
            if let Some(others) = self.breaks_at_stream(&message.content, &route) {
                self.publish(at.channel, message, 0, &others, false, choices);
                self.drop_transaction(at.channel, transaction);
                return Err(Refusal::crash());
            }
            refused |= self.publish(at.channel, message, 0, &route, mandatory, choices) || lost.is_some();
        }
        for (mut held, settlement) in transaction.settlements {
            self.carry_out_settlement(at.channel, &mut held, settlement);
        }
        if refused {
            return Err(Refusal::precondition_failed("partial tx completion"));
        }
        self.reply(at, Reply::Done);
        Ok(())
    }

    /// RabbitMQ: an Erlang term as it is printed on several lines; the breaks are those of short names.
    fn failed_to_deliver(&self, queue: QueueId) -> Refusal {
        let spec = &self.queue(queue).spec;
        let (vhost, name) = (&self.vhost(spec.vhost).name, &spec.name);
        let (outer, inner) = (" ".repeat(31), " ".repeat(35));
        Refusal::resource_error(format!(
            "failed to deliver message: {{not_found,\n{outer}{{resource,<<\"{vhost}\">>,queue,\n{inner}<<\"{name}\">>}}}}"
        ))
    }

    /// The queues of a publish as they are at the commit, and one that is gone and makes it fail.
    fn route_at_commit(&self, at: At, message: &Message, route: Arc<Route>) -> (Arc<Route>, Option<QueueId>) {
        let gone = |queue: &QueueId| !self.queue(*queue).is_alive;
        if !self.profile.commit_looks_up_queues {
            let lost = route.queues.iter().copied().find(gone);
            return (route, lost);
        }
        let content = &message.content;
        let default = self.exchange_named(self.vhost_of(at.connection), &content.template.exchange);
        if content.template.exchange.is_empty()
            && route.reply_to.is_none()
            && let Some(default) = default
        {
            // RabbitMQ: the default exchange routes to names, whether there are such queues or not.
            return (Arc::new(self.route_by_queue_name(default, content)), None);
        }
        if !route.queues.iter().any(gone) {
            return (route, None);
        }
        let mut looked_up = Route::clone(&route);
        looked_up.queues = route
            .queues
            .iter()
            .filter_map(|queue| {
                let spec = &self.queue(*queue).spec;
                self.queue_named(spec.vhost, &spec.name)
            })
            .collect();
        (Arc::new(looked_up), None)
    }

    /// RabbitMQ: what was settled is unacked again, with the same tags.
    pub(super) fn tx_rollback(&mut self, at: At) -> Outcome {
        let transaction = self.take_transaction(at)?;
        self.drop_transaction(at.channel, transaction);
        self.reply(at, Reply::Done);
        Ok(())
    }

    fn take_transaction(&mut self, at: At) -> Outcome<Transaction> {
        match &mut self.channel_mut(at.channel).transaction {
            Some(transaction) => Ok(std::mem::take(&mut **transaction)),
            None => Err(Refusal::precondition_failed("channel is not transactional")),
        }
    }

    /// What it published is dropped, what it settled is unacked again.
    pub(super) fn drop_transaction(&mut self, channel: ChannelId, transaction: Transaction) {
        let state = self.channel_mut(channel);
        for (held, _) in transaction.settlements {
            for one in held {
                state.unacked.insert(one);
            }
        }
    }
}
