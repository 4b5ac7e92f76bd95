//! The run as questions see it.

use crate::amqp::Name;
use crate::broker::{Broker, MessageId, QueueId};
use crate::script::program::{Ask, ClientRef, Program};
use crate::sim::client::Client;
use crate::sim::eval::{Facts, SubjectKey};
use crate::sim::history::{History, Thing};
use crate::sim::record::ActorInfo;
use crate::sim::value::{ScriptError, Table, Value};

use super::state::{FIRST_CLIENT, OPERATOR, Simulation};

type Visit<'a> = &'a mut dyn FnMut(Value) -> Result<(), ScriptError>;

/// What questions see of a run: of a client at work, which is being changed, only that it lives.
pub(super) struct View<'a> {
    pub program: &'a Program,
    pub actors: &'a [ActorInfo],
    pub broker: &'a Broker,
    pub history: &'a History,
    pub clients: Clients<'a>,
}

/// All clients, in order.
pub(super) struct Clients<'a> {
    pub before: &'a [Box<Client>],
    /// One is at work: whether it lived when it began its step.
    pub at_work: Option<bool>,
    pub after: &'a [Box<Client>],
}

impl<'a> Clients<'a> {
    pub fn all(before: &'a [Box<Client>]) -> Self {
        Self { before, at_work: None, after: &[] }
    }

    /// The client of that place, unless it is at work.
    fn get(&self, at: usize) -> Option<&'a Client> {
        let behind = at.checked_sub(self.before.len());
        let client = match behind {
            None => self.before.get(at),
            Some(behind) => self.after.get(behind.checked_sub(usize::from(self.at_work.is_some()))?),
        };
        client.map(|client| &**client)
    }

    /// Of each whether it lives.
    fn are_alive(&self) -> impl Iterator<Item = bool> {
        let before = self.before.iter().map(|client| client.is_alive());
        before.chain(self.at_work).chain(self.after.iter().map(|client| client.is_alive()))
    }
}

impl Facts for View<'_> {
    fn visit(
        &self,
        what: Ask,
        subject: &SubjectKey,
        from: u32,
        visit: Visit<'_>,
    ) -> Option<Result<u32, ScriptError>> {
        match what {
            Ask::Ready | Ask::Unacked | Ask::Consumers => self.visit_queues(what, subject, visit),
            Ask::Running => Some(self.visit_running(subject, visit)),
            Ask::Exists => None,
            _ => self.visit_log(what, subject, from, visit),
        }
    }

    fn only_grows(&self, what: Ask) -> bool {
        !matches!(what, Ask::Ready | Ask::Unacked | Ask::Consumers | Ask::Running | Ask::Exists)
    }

    fn count(&self, what: Ask, subject: &SubjectKey) -> Option<Option<u32>> {
        let SubjectKey::Place(vhost, name) = subject else { return None };
        let view = self.broker.view();
        let counted = |count: fn((u32, u32)) -> u32| {
            Some(view.queue_named(vhost, name).and_then(|queue| view.queue_counts(queue)).map(count))
        };
        match what {
            Ask::Ready => counted(|(ready, _)| ready),
            Ask::Unacked => counted(|(_, unacked)| unacked),
            _ => None,
        }
    }

    fn exists(&self, subject: &SubjectKey) -> bool {
        let SubjectKey::Place(vhost, name) = subject else { return false };
        let view = self.broker.view();
        view.queue_named(vhost, name).is_some() || view.exchange_named(vhost, name).is_some()
    }

    fn held(&self, client: ClientRef, variable: &Name) -> Option<(Name, Value)> {
        let def = self.program.clients.get(client.client.0 as usize)?;
        let slot = def.slot_names.iter().position(|name| name == variable)?;
        let actor = (0..).zip(self.actors).find(|(_, info)| info.actor.is_meant(client))?.0;
        let slot = u16::try_from(slot).ok()?;
        let value =
            self.clients.get(usize::from(actor - FIRST_CLIENT)).map(|client| client.held(slot).clone());
        Some((def.vhost.clone(), value.unwrap_or(Value::Null)))
    }
}

impl View<'_> {
    fn is_meant(&self, subject: &SubjectKey, actor: u16) -> bool {
        match subject {
            SubjectKey::All => true,
            SubjectKey::Operator => actor == OPERATOR,
            SubjectKey::Client(wanted) => match self.actors.get(usize::from(actor)).map(|info| info.actor) {
                Some(actor) => actor.is_meant(*wanted),
                None => false,
            },
            SubjectKey::Place(..) => false,
        }
    }

    fn visit_log(
        &self,
        what: Ask,
        subject: &SubjectKey,
        from: u32,
        visit: Visit<'_>,
    ) -> Option<Result<u32, ScriptError>> {
        let log = self.history.log(what)?;
        let view = self.broker.view();
        let mut is_known = true;
        if let SubjectKey::Place(vhost, name) = subject {
            is_known = view.queue_named(vhost, name).is_some();
        }
        for item in log.iter_from(from) {
            let is_meant = match subject {
                SubjectKey::Place(_, name) => view.queue_name(item.queue) == Some(name),
                _ => self.is_meant(subject, item.actor),
            };
            if is_meant {
                is_known = true;
                if let Err(error) = visit(item.value()) {
                    return Some(Err(error));
                }
            }
        }
        is_known.then(|| Ok(log.len()))
    }

    fn visit_queues(
        &self,
        what: Ask,
        subject: &SubjectKey,
        visit: Visit<'_>,
    ) -> Option<Result<u32, ScriptError>> {
        let view = self.broker.view();
        let queues: Vec<QueueId> = match subject {
            SubjectKey::Place(vhost, name) => vec![view.queue_named(vhost, name)?],
            _ => view.queues().map(|queue| queue.id).collect(),
        };
        for queue in queues {
            let visited = match what {
                Ask::Ready => view
                    .ready(queue)
                    .try_for_each(|copy| self.visit_copy(copy.message, 0, copy.redelivered, visit)),
                Ask::Unacked => view
                    .unacked(queue)
                    .try_for_each(|copy| self.visit_copy(copy.message, copy.tag, copy.redelivered, visit)),
                _ => self.visit_consumers(queue, visit),
            };
            if let Err(error) = visited {
                return Some(Err(error));
            }
        }
        Some(Ok(0))
    }

    fn visit_copy(
        &self,
        message: MessageId,
        tag: u32,
        redelivered: bool,
        visit: Visit<'_>,
    ) -> Result<(), ScriptError> {
        let Some(found) = self.broker.view().message(message) else { return Ok(()) };
        let what = Thing::of(found, message.0, tag, redelivered);
        visit(crate::sim::history::Item { actor: OPERATOR, queue: QueueId::NONE, what }.value())
    }

    fn visit_consumers(&self, queue: QueueId, visit: Visit<'_>) -> Result<(), ScriptError> {
        let view = self.broker.view();
        for id in view.queue(queue).map(|queue| queue.consumers).unwrap_or_default() {
            let Some(consumer) = view.consumer(id) else { continue };
            let entries = vec![
                (Name::from("consumer_tag"), Value::Text(consumer.tag)),
                (Name::from("prefetch"), Value::Int(i64::from(consumer.prefetch))),
                (Name::from("unacked"), Value::Int(i64::from(consumer.in_flight))),
                (Name::from("no_ack"), Value::Bool(consumer.no_ack)),
            ];
            visit(Value::Table(Table::new(entries)?))?;
        }
        Ok(())
    }

    fn visit_running(&self, subject: &SubjectKey, visit: Visit<'_>) -> Result<u32, ScriptError> {
        for (is_alive, actor) in self.clients.are_alive().zip(FIRST_CLIENT..) {
            if is_alive
                && self.is_meant(subject, actor)
                && let Some(info) = self.actors.get(usize::from(actor))
            {
                visit(Value::Text(info.name.clone()))?;
            }
        }
        Ok(0)
    }
}

impl Simulation {
    /// The run, where no client is at work.
    pub(super) fn view(&self) -> View<'_> {
        View {
            program: &self.program,
            actors: &self.actors,
            broker: &self.broker,
            history: &self.history,
            clients: Clients::all(&self.clients),
        }
    }
}
