//! What the operator does: users, vhosts, policies, alarms, and the node itself.

use std::sync::Arc;

use crate::amqp::{Choices, ConnectionId, Name, name};

use super::command::{Alarm, Operator, Stop};
use super::connection::Connection;
use super::effect::{Effect, ExchangeId, QueueId, Side, SideId};
use super::machine::Broker;
use super::permissions::{Pattern, Permissions, TopicPermissions, User};
use super::refusal::Refusal;
use super::vhost::VhostId;

impl Broker {
    pub(super) fn operate(&mut self, operator: Operator, choices: &mut dyn Choices) {
        let refused = match operator {
            Operator::Stop(stop) => {
                self.stop(stop, choices);
                Ok(())
            }
            Operator::Start => {
                self.start();
                Ok(())
            }
            other => self.administer(other, choices),
        };
        self.generation += 1;
        if let Err(text) = refused {
            let side = self.add_side(Side::OperatorRefused(name(&text)));
            self.put(Effect::OperatorRefused { side });
        }
    }

    fn administer(&mut self, operator: Operator, choices: &mut dyn Choices) -> Result<(), String> {
        match operator {
            Operator::AddUser { user, password, tags } => self.add_user(user, password, tags),
            Operator::DeleteUser { user } => self.delete_user(&user, choices),
            Operator::ChangePassword { user, password } => {
                self.change_user(&user, |state| state.password = password)
            }
            Operator::SetUserTags { user, tags } => self.change_user(&user, |state| state.tags = tags),
            Operator::AddVhost { vhost } => self.add_vhost_once(&vhost),
            Operator::DeleteVhost { vhost } => self.delete_vhost(&vhost, choices),
            Operator::SetPermissions { user, vhost, configure, write, read } => {
                self.expect_vhost(&vhost)?;
                let permissions = Permissions::new(&configure, &write, &read)?;
                self.change_user(&user, |state| {
                    Arc::make_mut(&mut state.permissions).insert(vhost, permissions);
                })
            }
            Operator::ClearPermissions { user, vhost } => self.change_user(&user, |state| {
                Arc::make_mut(&mut state.permissions).remove(&vhost);
            }),
            Operator::SetTopicPermissions { user, vhost, exchange, write, read } => {
                self.expect_vhost(&vhost)?;
                let permissions =
                    TopicPermissions { write: Pattern::new(&write)?, read: Pattern::new(&read)? };
                self.change_user(&user, |state| {
                    Arc::make_mut(&mut state.topic_permissions).insert((vhost, exchange), permissions);
                })
            }
            Operator::ClearTopicPermissions { user, vhost, exchange } => self.change_user(&user, |state| {
                Arc::make_mut(&mut state.topic_permissions).retain(|(of, name), _| {
                    *of != vhost || exchange.as_ref().is_some_and(|exchange| exchange != name)
                });
            }),
            Operator::SetVhostLimits { vhost, limits } => self.set_vhost_limits(&vhost, limits),
            Operator::ClearVhostLimits { vhost } => self.clear_vhost_limits(&vhost),
            Operator::SetUserLimits { user, limits } => self.set_user_limits(&user, limits),
            Operator::ClearUserLimits { user, limit } => self.clear_user_limits(&user, limit.as_ref()),
            Operator::SetPolicy(policy) => self.set_policy(policy),
            Operator::ClearPolicy { vhost, name, operator } => {
                self.clear_policy(&vhost, &name, operator);
                Ok(())
            }
            Operator::CloseConnection { connection, reason } => {
                self.close_connection(connection, &Refusal::connection_forced(&*reason), (0, 0), choices);
                Ok(())
            }
            Operator::CloseAllConnections { vhost, reason } => {
                let vhost = vhost.map(|vhost| self.expect_vhost(&vhost)).transpose()?;
                let is_meant =
                    |state: &Connection| !state.of_operator && vhost.is_none_or(|vhost| vhost == state.vhost);
                self.close_all(&reason, is_meant, choices);
                Ok(())
            }
            Operator::Alarm { alarm, on } => {
                self.alarm(alarm, on);
                Ok(())
            }
            Operator::Trace { vhost, on } => self.trace(&vhost, on),
            Operator::Stop(_) | Operator::Start => Ok(()),
        }
    }

    pub(super) fn expect_vhost(&self, vhost: &str) -> Result<VhostId, String> {
        self.vhost_named(vhost).ok_or_else(|| format!("Virtual host {vhost} does not exist"))
    }

    fn add_user(&mut self, user: Name, password: Name, tags: Vec<Name>) -> Result<(), String> {
        if self.users.contains_key(&user) {
            return Err(format!("User \"{user}\" already exists"));
        }
        self.users.insert(user, User::new(password, tags));
        Ok(())
    }

    pub(super) fn change_user(&mut self, user: &Name, change: impl FnOnce(&mut User)) -> Result<(), String> {
        match self.users.get_mut(user) {
            Some(state) => {
                change(state);
                Ok(())
            }
            None => Err(format!("User {user} does not exist")),
        }
    }

    fn delete_user(&mut self, user: &Name, choices: &mut dyn Choices) -> Result<(), String> {
        if self.users.remove(user).is_none() {
            return Err(format!("User {user} does not exist"));
        }
        let text = format!("user '{user}' is deleted");
        self.close_all(&text, |state| state.user == *user, choices);
        Ok(())
    }

    fn add_vhost_once(&mut self, vhost: &Name) -> Result<(), String> {
        if self.vhost_named(vhost).is_none() {
            self.add_vhost(vhost);
        }
        Ok(())
    }

    fn delete_vhost(&mut self, vhost: &Name, choices: &mut dyn Choices) -> Result<(), String> {
        let id = self.expect_vhost(vhost)?;
        let what = if self.profile.vhost_down_text { "down" } else { "deleted" };
        self.close_all(&format!("vhost '{vhost}' is {what}"), |state| state.vhost == id, choices);
        let queues: Vec<QueueId> = self.vhost(id).queues.values().copied().collect();
        for queue in queues {
            self.delete_queue(queue);
        }
        let exchanges: Vec<ExchangeId> = self.vhost(id).exchanges.values().copied().collect();
        for exchange in exchanges {
            self.delete_exchange(exchange);
        }
        self.vhost_mut(id).is_alive = false;
        for user in self.users.values_mut() {
            Arc::make_mut(&mut user.permissions).remove(vhost);
            Arc::make_mut(&mut user.topic_permissions).retain(|(of, _), _| of != vhost);
        }
        Ok(())
    }

    /// Closes connections with 320, in the order in which they came.
    fn close_all(&mut self, text: &str, which: impl Fn(&Connection) -> bool, choices: &mut dyn Choices) {
        let ids: Vec<ConnectionId> = self
            .connections
            .iter()
            .filter(|(_, state)| state.is_open && which(state))
            .map(|(id, _)| id)
            .collect();
        for connection in ids {
            self.close_connection(connection, &Refusal::connection_forced(text), (0, 0), choices);
        }
    }

    fn alarm(&mut self, alarm: Alarm, on: bool) {
        if on {
            self.alarms.insert(alarm);
            return;
        }
        self.alarms.remove(&alarm);
        if !self.alarms.is_empty() {
            return;
        }
        let blocked: Vec<ConnectionId> =
            self.connections.iter().filter(|(_, state)| state.is_blocked).map(|(id, _)| id).collect();
        for connection in &blocked {
            self.unblock_connection(*connection);
        }
        self.unblocked.extend(blocked.into_iter().rev());
    }

    fn unblock_connection(&mut self, connection: ConnectionId) {
        let Some(state) = self.connections.get_mut(connection) else { return };
        state.is_blocked = false;
        if state.is_open && state.capabilities.connection_blocked {
            self.put(Effect::Blocked { connection: connection.0, side: SideId::NONE });
        }
    }

    /// A connection is not read any more, and told so, if it wants to hear it.
    #[cold]
    pub(super) fn block(&mut self, connection: ConnectionId) {
        // RabbitMQ: `low on disk & memory`, in this order.
        let words: Vec<&str> = self
            .alarms
            .iter()
            .map(|alarm| match alarm {
                Alarm::Disk => "disk",
                Alarm::Memory => "memory",
            })
            .collect();
        let reason = name(&format!("low on {}", words.join(" & ")));
        let Some(state) = self.connections.get_mut(connection).filter(|state| !state.is_blocked) else {
            return;
        };
        state.is_blocked = true;
        if state.capabilities.connection_blocked {
            let side = self.add_side(Side::Blocked(reason));
            self.put(Effect::Blocked { connection: connection.0, side });
        }
    }

    /// The node goes. What survives is decided now, as nobody can look at it while it is down.
    fn stop(&mut self, stop: Stop, choices: &mut dyn Choices) {
        if !self.node_up {
            return;
        }
        // From here on nothing is handed out any more.
        self.node_up = false;
        self.alarms.clear();
        let open: Vec<ConnectionId> =
            self.connections.iter().filter(|(_, state)| state.is_open).map(|(id, _)| id).collect();
        for connection in open {
            if stop == Stop::Kill {
                self.end_connection(connection, choices);
            } else {
                let text = "broker forced connection closure with reason 'shutdown'";
                self.close_connection(connection, &Refusal::connection_forced(text), (0, 0), choices);
            }
        }
        // What died as connections ended is published while there are queues, and is forgotten as what it is.
        self.carry_on(choices);
        self.forget_transient(stop);
        self.put(Effect::Node { up: false });
    }

    fn start(&mut self) {
        if !self.node_up {
            self.node_up = true;
            self.resume_timers();
            self.put(Effect::Node { up: true });
        }
    }
}
