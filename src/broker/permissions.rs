//! Users and what they may do.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use regex::bytes::{Regex, RegexBuilder};

use crate::amqp::{ConnectionId, Name, name};

use super::effect::ExchangeId;
use super::exchange::ExchangeKind;
use super::limits::Limits;
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
    pub limits: Limits,
}

impl User {
    /// One that may do nothing yet.
    pub fn new(password: Name, tags: Vec<Name>) -> Self {
        Self {
            password,
            tags,
            permissions: Arc::default(),
            topic_permissions: Arc::default(),
            limits: Limits::default(),
        }
    }
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
    pub fn parse(text: &Name) -> Result<Self, Fault> {
        if text.is_empty() {
            return Ok(Self { text: text.clone(), regex: None });
        }
        let built =
            RegexBuilder::new(&literal_braces(text)).unicode(false).size_limit(PATTERN_BYTES_MAX).build();
        match built {
            Ok(regex) => Ok(Self { text: text.clone(), regex: Some(regex) }),
            Err(regex::Error::CompiledTooBig(_)) => {
                Err(Fault::Other(format!("the pattern '{text}' is too large")))
            }
            Err(error) => Err(Fault::of(text, &error.to_string())),
        }
    }

    /// Compiles it, or says what `rabbitmqctl set_permissions` says.
    pub fn new(text: &Name) -> Result<Self, String> {
        Self::parse(text).map_err(|fault| match fault {
            Fault::NothingToRepeat(at) => {
                format!("{{:invalid_regexp, '{text}', {{'nothing to repeat', {at}}}}}")
            }
            Fault::UnclosedClass(at) => format!(
                "{{:invalid_regexp, '{text}', {{'missing terminating ] for character class', {at}}}}}"
            ),
            Fault::Other(why) => why,
        })
    }

    pub fn text(&self) -> &Name {
        &self.text
    }

    /// RabbitMQ: the empty pattern stands for `^$`.
    pub fn matches(&self, name: &str) -> bool {
        // Everybody's, and asked with each publish, bind and consume.
        &*self.text == ".*"
            || self.regex.as_ref().map_or(name.is_empty(), |regex| regex.is_match(name.as_bytes()))
    }
}

/// PCRE takes a brace that begins no repetition as it stands: `{username}`, `{`. The engine here wants it escaped.
fn literal_braces(text: &str) -> Cow<'_, str> {
    if !text.contains('{') {
        return Cow::Borrowed(text);
    }
    let (mut out, mut rest, mut escaped) = (String::new(), text, false);
    while let Some(letter) = rest.chars().next() {
        // After a backslash a letter may take braces: `\p{L}`.
        if letter == '{' && !escaped && !is_repetition(rest) {
            out.push('\\');
        }
        escaped = letter == '\\' && !escaped
            || escaped && letter.is_ascii_alphabetic() && rest[1..].starts_with('{');
        out.push(letter);
        rest = &rest[letter.len_utf8()..];
    }
    Cow::Owned(out)
}

/// `{2}`, `{2,}`, `{2,5}`
fn is_repetition(text: &str) -> bool {
    let Some((inside, _)) = text.get(1..).and_then(|after| after.split_once('}')) else { return false };
    let (least, most) = inside.split_once(',').unwrap_or((inside, ""));
    !least.is_empty() && [least, most].iter().all(|part| part.bytes().all(|letter| letter.is_ascii_digit()))
}

/// Why a pattern is none, and at which byte, where PCRE and this engine find the same fault.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Fault {
    /// `*`
    NothingToRepeat(usize),
    /// `[`
    UnclosedClass(usize),
    /// In words of our own.
    Other(String),
}

impl Fault {
    fn of(text: &Name, error: &str) -> Self {
        if error.contains("repetition operator missing expression") {
            // The third line points at the place, below the pattern, which stands four characters in.
            let caret = error.lines().nth(2).and_then(|line| line.find('^'));
            return Self::NothingToRepeat(caret.map_or(0, |caret| caret.saturating_sub(4)));
        }
        if error.contains("unclosed character class") {
            return Self::UnclosedClass(text.len());
        }
        Self::Other(format!(
            "the pattern '{text}' cannot be used (look-around and back-references are not supported): {error}"
        ))
    }
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
        self.users.insert(name("guest"), User::new(name("guest"), vec![name("administrator")]));
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
        self.connections.get(connection).map_or_else(|| name(""), |state| state.user.clone())
    }

    pub(super) fn vhost_of(&self, connection: ConnectionId) -> VhostId {
        self.connections.get(connection).map_or(VhostId(0), |state| state.vhost)
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
        let Some(state) = self.connections.get(connection) else { return Ok(()) };
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

    /// Whether it may do anything at all with it. RabbitMQ: 4.3.0 asked for configure; the text still does.
    pub(super) fn check_any_access(&self, connection: ConnectionId, kind: &str, resource: &str) -> Outcome {
        let may = |access| self.check_access(connection, access, kind, resource).is_ok();
        if may(Access::Read) || may(Access::Write) {
            return Ok(());
        }
        self.check_access(connection, Access::Configure, kind, resource)
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
        let Some(state) = self.connections.get(connection) else { return Ok(()) };
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

    /// RabbitMQ: `{username}` and `{vhost}` stand for what they say. `{client_id}` is known of MQTT clients only, and
    /// stands as it is for those of AMQP 0-9-1.
    fn topic_pattern(&self, pattern: &Pattern, user: &str, vhost: &str) -> Option<Pattern> {
        if !pattern.text().contains('{') {
            return Some(pattern.clone());
        }
        let literal = |value: &str| match self.profile.escapes_topic_variables {
            true => regex::escape(value),
            false => value.to_owned(),
        };
        let text = pattern.text().replace("{username}", &literal(user)).replace("{vhost}", &literal(vhost));
        Pattern::new(&name(&text)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amqp::name;

    #[test]
    fn braces_that_repeat_nothing_stand_for_themselves() {
        let matches = |text: &str, name_: &str| Pattern::new(&name(text)).is_ok_and(|p| p.matches(name_));
        assert!(matches("^{client_id}-x$", "{client_id}-x"));
        assert!(matches("^a{2}$", "aa") && matches("^a{1,}$", "aaa") && !matches("^a{2}$", "a{2}"));
        assert!(matches("^\\{a\\}$", "{a}") && matches("^[{]$", "{"));
    }

    #[test]
    fn a_bad_pattern_is_refused_in_the_words_of_rabbitmqctl() {
        let why = |text: &str| Pattern::new(&name(text)).err().unwrap_or_default();
        assert_eq!(why("*"), "{:invalid_regexp, '*', {'nothing to repeat', 0}}");
        assert_eq!(why("a|+b"), "{:invalid_regexp, 'a|+b', {'nothing to repeat', 2}}");
        assert!(why("(?=x)").contains("look-around"));
        assert_eq!(why("^(test|amq\\.gen.*)$"), "");
    }
}
