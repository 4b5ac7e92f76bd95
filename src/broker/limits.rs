//! How many connections, channels and queues a vhost or a user may have.

use std::fmt::Write as _;

use crate::amqp::{ConnectionId, FieldTable, FieldValue, Name};

use super::config::NODE;
use super::connection::ChannelSlot;
use super::erlang;
use super::machine::Broker;
use super::profile::ChannelLimitText;
use super::refusal::{Outcome, Refusal};
use super::vhost::VhostId;

/// Limits as they were set. RabbitMQ: a negative one is none; one of 0 forbids all.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Limits(FieldTable);

/// What `set_vhost_limits` knows.
const OF_VHOST: [&str; 2] = ["max-connections", "max-queues"];
/// What `set_user_limits` knows.
const OF_USER: [&str; 2] = ["max-connections", "max-channels"];

impl Limits {
    fn get(&self, key: &str) -> Option<u64> {
        self.0.get(key).and_then(FieldValue::as_integer).and_then(|limit| u64::try_from(limit).ok())
    }

    /// The limit, if that many reach it.
    fn reached(&self, key: &str, count: impl FnOnce() -> u64) -> Option<u64> {
        self.get(key).filter(|limit| *limit == 0 || count() >= *limit)
    }
}

/// What is wrong with limits, in the words of `rabbitmqctl`.
fn check(limits: &FieldTable, known: &[&str], name: &str, utf8: bool) -> Result<(), String> {
    for key in known {
        if let Some(value) = limits.get(key)
            && value.as_integer().is_none()
        {
            return Err(format!("{key} should be a number, actually was {}", erlang::term(value, utf8)));
        }
    }
    let mut unknown = String::new();
    for (key, value) in limits.0.iter().filter(|(key, _)| !known.contains(&&**key)) {
        let comma = if unknown.is_empty() { "" } else { "," };
        let _ = write!(unknown, "{comma}{{{},{}}}", erlang::binary(key, utf8), erlang::term(value, utf8));
    }
    if unknown.is_empty() { Ok(()) } else { Err(format!("Unrecognised terms [{unknown}] in {name}")) }
}

impl Broker {
    /// RabbitMQ: the limits given replace all that were set before.
    pub(super) fn set_vhost_limits(&mut self, vhost: &Name, limits: FieldTable) -> Result<(), String> {
        check(&limits, &OF_VHOST, "limits", self.profile.shows_utf8_in_binaries)
            .map_err(|why| format!("Validation failed\n\n{why}\n"))?;
        let id = self.expect_vhost(vhost)?;
        self.vhost_mut(id).limits = Limits(limits);
        Ok(())
    }

    pub(super) fn clear_vhost_limits(&mut self, vhost: &Name) -> Result<(), String> {
        let id = self.expect_vhost(vhost)?;
        self.vhost_mut(id).limits = Limits::default();
        Ok(())
    }

    /// RabbitMQ: what is not given stays as it was.
    pub(super) fn set_user_limits(&mut self, user: &Name, limits: FieldTable) -> Result<(), String> {
        check(&limits, &OF_USER, "user-limits", self.profile.shows_utf8_in_binaries)?;
        self.change_user(user, |state| {
            for (key, value) in limits.0 {
                state.limits.0.set(&key, value);
            }
        })
    }

    /// One limit, or all.
    pub(super) fn clear_user_limits(&mut self, user: &Name, limit: Option<&Name>) -> Result<(), String> {
        self.change_user(user, |state| match limit {
            Some(limit) => {
                state.limits.0.remove(limit);
            }
            None => state.limits = Limits::default(),
        })
    }

    /// RabbitMQ: before the permissions are looked at.
    pub(super) fn check_connection_limits(&self, vhost: VhostId, user: &Name) -> Outcome {
        let state = self.vhost(vhost);
        if let Some(limit) =
            state.limits.reached("max-connections", || self.count_connections(|_, of| of == vhost))
        {
            return Err(Refusal::not_allowed(format!(
                "access to vhost '{}' refused for user '{user}': connection limit ({limit}) is reached",
                state.name
            )));
        }
        let limits = self.users.get(user).map(|user| &user.limits);
        if let Some(limit) = limits.and_then(|limits| {
            limits.reached("max-connections", || self.count_connections(|name, _| name == user))
        }) {
            return Err(Refusal::not_allowed(format!(
                "connection refused for user '{user}': user connection limit ({limit}) is reached"
            )));
        }
        Ok(())
    }

    /// The operator's own connections count for nothing.
    fn count_connections(&self, which: impl Fn(&Name, VhostId) -> bool) -> u64 {
        let counted = self.connections.values().filter(|state| state.is_open && !state.of_operator);
        counted.filter(|state| which(&state.user, state.vhost)).count() as u64
    }

    /// RabbitMQ: over all connections of the user.
    pub(super) fn check_channel_limit(&self, connection: ConnectionId) -> Outcome {
        let Some(state) = self.connections.get(connection).filter(|state| !state.of_operator) else {
            return Ok(());
        };
        let Some(user) = self.users.get(&state.user) else { return Ok(()) };
        let opened = || {
            let of_user = self.connections.values().filter(|other| other.is_open && !other.of_operator);
            let slots = of_user.filter(|other| other.user == state.user).flat_map(|o| o.channels.values());
            slots.filter(|slot| matches!(slot, ChannelSlot::Open(_))).count() as u64
        };
        let Some(limit) = user.limits.reached("max-channels", opened) else { return Ok(()) };
        let (named, limit) = match self.profile.channel_limit_text {
            ChannelLimitText::UserInBrackets => (&*state.user, format!("({limit})")),
            ChannelLimitText::NodeInBrackets => (NODE, format!("({limit})")),
            ChannelLimitText::User => (&*state.user, limit.to_string()),
        };
        Err(Refusal::not_allowed(format!(
            "number of channels opened for user '{named}' has reached the maximum allowed user limit of {limit}"
        )))
    }

    /// Whether the vhost may have one queue more.
    pub(super) fn check_queue_limit(&self, connection: ConnectionId, queue: &str) -> Outcome {
        let Some(state) = self.connections.get(connection) else { return Ok(()) };
        let vhost = self.vhost(state.vhost);
        let Some(limit) = vhost.limits.reached("max-queues", || vhost.queues.len() as u64) else {
            return Ok(());
        };
        Err(Refusal::precondition_failed(format!(
            "cannot declare queue '{queue}': queue limit in vhost '{}' ({limit}) is reached",
            vhost.name
        )))
    }
}
