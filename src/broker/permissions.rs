//! Users and what they may do.

use std::collections::BTreeMap;
use std::sync::Arc;

use regex::bytes::{Regex, RegexBuilder};

use crate::amqp::{ConnectionId, Name, name};

use super::effect::ExchangeId;
use super::exchange::ExchangeKind;
use super::machine::Broker;
use super::refusal::{Outcome, Refusal};
use super::vhost::VhostId;

/// Compiled patterns may take this much; a link can hold a thousand of them.
const PATTERN_BYTES_MAX: usize = 64 * 1024;

/// A user.
#[derive(Clone, Debug)]
pub(super) struct User {
    pub password: Name,
    pub tags: Vec<Name>,
    /// By vhost. No entry: no way in.
    pub permissions: Arc<BTreeMap<Name, Permissions>>,
    /// By vhost and exchange. No entry: allowed.
    pub topic_permissions: Arc<BTreeMap<(Name, Name), TopicPermissions>>,
}

/// What a user may do in a vhost.
#[derive(Clone, Debug)]
pub(super) struct Permissions {
    pub configure: Pattern,
    pub write: Pattern,
    pub read: Pattern,
}

/// Which routing keys a user may use with a topic exchange.
#[derive(Clone, Debug)]
pub(super) struct TopicPermissions {
    pub write: Pattern,
    pub read: Pattern,
}

/// One of the three permissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    Configure,
    Write,
    Read,
}

impl Access {
    fn word(self) -> &'static str {
        match self {
            Self::Configure => "configure",
            Self::Write => "write",
            Self::Read => "read",
        }
    }
}

/// A regular expression over bytes, searched for, not anchored.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    text: Name,
    /// `None`: the empty pattern, which matches only the empty name.
    regex: Option<Regex>,
}

impl Pattern {
    /// Compiles it. What PCRE knows and this engine does not is refused, never matched otherwise.
    pub fn new(text: &Name) -> Result<Self, String> {
        if text.is_empty() {
            return Ok(Self { text: text.clone(), regex: None });
        }
        let built = RegexBuilder::new(text).unicode(false).size_limit(PATTERN_BYTES_MAX).build();
        match built {
            Ok(regex) => Ok(Self { text: text.clone(), regex: Some(regex) }),
            Err(regex::Error::CompiledTooBig(_)) => Err(format!("the pattern '{text}' is too large")),
            Err(error) => Err(why_invalid(text, &error.to_string())),
        }
    }

    pub fn text(&self) -> &Name {
        &self.text
    }

    /// RabbitMQ: the empty pattern stands for `^$`.
    pub fn matches(&self, name: &str) -> bool {
        self.regex.as_ref().map_or(name.is_empty(), |regex| regex.is_match(name.as_bytes()))
    }
}

/// RabbitMQ 3.10: the words of PCRE, where it and this engine find the same fault.
fn why_invalid(text: &Name, error: &str) -> String {
    if error.contains("repetition operator missing expression") {
        // The third line points at the place, below the pattern, which stands four characters in.
        let caret = error.lines().nth(2).and_then(|line| line.find('^'));
        let at = caret.map_or(0, |caret| caret.saturating_sub(4));
        return format!("{{:invalid_regexp, '{text}', {{'nothing to repeat', {at}}}}}");
    }
    format!(
        "the pattern '{text}' cannot be used (look-around and back-references are not supported): {error}"
    )
}

impl Permissions {
    pub fn new(configure: &Name, write: &Name, read: &Name) -> Result<Self, String> {
        Ok(Self {
            configure: Pattern::new(configure)?,
            write: Pattern::new(write)?,
            read: Pattern::new(read)?,
        })
    }

    pub fn pattern(&self, access: Access) -> &Pattern {
        match access {
            Access::Configure => &self.configure,
            Access::Write => &self.write,
            Access::Read => &self.read,
        }
    }
}

impl Broker {
    /// The user of a fresh node.
    pub(super) fn add_guest(&mut self) {
        self.users.insert(
            name("guest"),
            User {
                password: name("guest"),
                tags: vec![name("administrator")],
                permissions: Arc::default(),
                topic_permissions: Arc::default(),
            },
        );
    }

    pub(super) fn grant_guest(&mut self, vhost: &Name) {
        let all = name(".*");
        if let (Some(guest), Ok(permissions)) =
            (self.users.get_mut("guest"), Permissions::new(&all, &all, &all))
        {
            Arc::make_mut(&mut guest.permissions).insert(vhost.clone(), permissions);
        }
    }

    pub(super) fn user_of(&self, connection: ConnectionId) -> Name {
        self.connections.get(&connection).map_or_else(|| name(""), |state| state.user.clone())
    }

    pub(super) fn vhost_of(&self, connection: ConnectionId) -> VhostId {
        self.connections.get(&connection).map_or(VhostId(0), |state| state.vhost)
    }

    /// Whether a connection's user may do this with an exchange or queue of that name.
    /// RabbitMQ: the default exchange is called `amq.default` here.
    pub(super) fn check_access(
        &self,
        connection: ConnectionId,
        access: Access,
        kind: &str,
        resource: &str,
    ) -> Outcome {
        let Some(state) = self.connections.get(&connection) else { return Ok(()) };
        let resource = if kind == "exchange" && resource.is_empty() { "amq.default" } else { resource };
        let vhost = &self.vhost(state.vhost).name;
        let allowed = self
            .users
            .get(&state.user)
            .and_then(|user| user.permissions.get(vhost))
            .is_some_and(|permissions| permissions.pattern(access).matches(resource));
        if allowed {
            return Ok(());
        }
        let which = if self.profile.names_permission { access.word() } else { "" };
        let space = if which.is_empty() { "" } else { " " };
        Err(Refusal::access_refused(format!(
            "{which}{space}access to {kind} '{resource}' in vhost '{vhost}' refused for user '{}'",
            state.user
        )))
    }

    /// Topic permissions, on top of the others, for the routing key.
    pub(super) fn check_topic_access(
        &self,
        connection: ConnectionId,
        exchange: ExchangeId,
        access: Access,
        key: &str,
    ) -> Outcome {
        let exchange = &self.exchanges[exchange.index()];
        let Some(state) = self.connections.get(&connection) else { return Ok(()) };
        if exchange.kind != ExchangeKind::Topic {
            return Ok(());
        }
        let vhost = &self.vhost(state.vhost).name;
        let Some(user) = self.users.get(&state.user).filter(|user| !user.topic_permissions.is_empty()) else {
            return Ok(());
        };
        let place = (vhost.clone(), exchange.spec.name.clone());
        let Some(permissions) = user.topic_permissions.get(&place) else { return Ok(()) };
        let pattern = if access == Access::Write { &permissions.write } else { &permissions.read };
        if self.topic_pattern(pattern, &state.user, vhost).is_some_and(|pattern| pattern.matches(key)) {
            return Ok(());
        }
        let which = if self.profile.names_permission { access.word() } else { "" };
        let space = if which.is_empty() { "" } else { " " };
        Err(Refusal::access_refused(format!(
            "{which}{space}access to topic '{key}' in exchange '{}' in vhost '{vhost}' refused for user '{}'",
            exchange.spec.name, state.user
        )))
    }

    /// RabbitMQ: `{username}` and `{vhost}` stand for what they say.
    fn topic_pattern(&self, pattern: &Pattern, user: &str, vhost: &str) -> Option<Pattern> {
        if !pattern.text().contains('{') {
            return Some(pattern.clone());
        }
        let text = pattern.text().replace("{username}", user).replace("{vhost}", vhost);
        Pattern::new(&name(&text)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amqp::name;

    #[test]
    fn a_bad_pattern_is_refused_in_the_words_of_rabbitmqctl() {
        let why = |text: &str| Pattern::new(&name(text)).err().unwrap_or_default();
        assert_eq!(why("*"), "{:invalid_regexp, '*', {'nothing to repeat', 0}}");
        assert_eq!(why("a|+b"), "{:invalid_regexp, 'a|+b', {'nothing to repeat', 2}}");
        assert!(why("(?=x)").contains("look-around"));
        assert_eq!(why("^(test|amq\\.gen.*)$"), "");
    }
}
