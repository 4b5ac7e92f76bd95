//! What of a command goes into a recording's hash.

use std::sync::Arc;

use crate::amqp::{ChannelNumber, ConnectionId, Method, Properties, Template};
use crate::broker::Command;

use super::hash::RunningHash;

/// Takes commands into a hash. Publishes and settlements are many, and have ways of their own; for the others the debug
/// form is exact, and fixed by this build.
#[derive(Clone, Debug, Default)]
pub(super) struct CommandHash {
    /// The last publish's template and its hash: most publishes have the same one as the one before.
    known: Option<(Arc<Template>, u64)>,
}

impl CommandHash {
    pub fn command(&mut self, hash: &mut RunningHash, command: &Command) {
        match command {
            Command::Method { connection, channel, method } => {
                self.method(hash, *connection, *channel, method)
            }
            _ => hash.bytes(format!("{command:?}").as_bytes()),
        }
    }

    /// As `command`, for a method.
    #[inline]
    pub fn method(
        &mut self,
        hash: &mut RunningHash,
        connection: ConnectionId,
        channel: ChannelNumber,
        method: &Method,
    ) {
        let (_, id) = method.ids();
        hash.pair(connection.0, u32::from(channel) | u32::from(id) << 16);
        match *method {
            Method::BasicPublish { ref template, ref body } => {
                hash.word(self.template(template));
                hash.bytes(body);
            }
            Method::BasicAck { delivery_tag, multiple } => {
                hash.word(delivery_tag);
                hash.pair(u32::from(multiple), 0);
            }
            Method::BasicNack { delivery_tag, multiple, requeue } => {
                hash.word(delivery_tag);
                hash.pair(u32::from(multiple), u32::from(requeue));
            }
            Method::BasicReject { delivery_tag, requeue } => {
                hash.word(delivery_tag);
                hash.pair(0, u32::from(requeue));
            }
            ref method => hash_rarer(hash, method),
        }
    }

    fn template(&mut self, template: &Arc<Template>) -> u64 {
        if let Some((known, hash)) = &self.known
            && Arc::ptr_eq(known, template)
        {
            return *hash;
        }
        let hash = hash_of(template);
        self.known = Some((Arc::clone(template), hash));
        hash
    }
}

/// On its own, so that what each message needs stays short.
#[inline(never)]
fn hash_rarer(hash: &mut RunningHash, method: &Method) {
    hash.bytes(format!("{method:?}").as_bytes());
}

/// Properties are rare where messages are many, and their debug form is slow.
#[inline(never)]
fn hash_of(template: &Template) -> u64 {
    let Template { exchange, routing_key, mandatory, immediate, properties } = template;
    let mut hash = RunningHash::default();
    hash.bytes(exchange.as_bytes());
    hash.bytes(routing_key.as_bytes());
    hash.pair(u32::from(*mandatory), u32::from(*immediate));
    if *properties != Properties::default() {
        hash.bytes(format!("{properties:?}").as_bytes());
    }
    hash.value() as u64
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{Command, CommandHash, Method, RunningHash, Template};
    use crate::amqp::{ConnectionId, Properties, name};

    fn value_of(methods: &[Method]) -> u128 {
        let (mut commands, mut hash) = (CommandHash::default(), RunningHash::default());
        for method in methods {
            let command = Command::Method { connection: ConnectionId(1), channel: 2, method: method.clone() };
            commands.command(&mut hash, &command);
        }
        hash.value()
    }

    fn publish(key: &str, mandatory: bool, properties: Properties, body: &[u8]) -> Method {
        let (exchange, routing_key) = (name("logs"), name(key));
        let template = Template { exchange, routing_key, mandatory, immediate: false, properties };
        Method::BasicPublish { template: Arc::new(template), body: Arc::from(body) }
    }

    #[test]
    fn tells_commands_apart() {
        let urgent = Properties { priority: Some(9), ..Properties::default() };
        let all = [
            publish("a", false, Properties::default(), b"x"),
            publish("b", false, Properties::default(), b"x"),
            publish("a", true, Properties::default(), b"x"),
            publish("a", false, urgent, b"x"),
            publish("a", false, Properties::default(), b"y"),
            Method::BasicAck { delivery_tag: 1, multiple: false },
            Method::BasicAck { delivery_tag: 2, multiple: false },
            Method::BasicAck { delivery_tag: 1, multiple: true },
            Method::BasicNack { delivery_tag: 1, multiple: false, requeue: false },
            Method::BasicNack { delivery_tag: 1, multiple: false, requeue: true },
            Method::BasicReject { delivery_tag: 1, requeue: true },
            Method::BasicReject { delivery_tag: 1, requeue: false },
            Method::TxSelect,
            Method::TxCommit,
        ];
        for (at, one) in all.iter().enumerate() {
            for other in &all[at + 1..] {
                assert_ne!(value_of(std::slice::from_ref(one)), value_of(std::slice::from_ref(other)));
            }
        }
    }

    #[test]
    fn does_not_depend_on_who_shares_a_template() {
        let [a, b] = ["a", "b"].map(|key| publish(key, false, Properties::default(), b"x"));
        let again = publish("a", false, Properties::default(), b"x");
        assert_eq!(value_of(&[a.clone(), b.clone(), a.clone()]), value_of(&[a, b, again]));
    }
}
