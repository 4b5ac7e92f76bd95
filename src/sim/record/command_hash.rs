//! What of a command goes into a recording's hash.

use std::sync::Arc;

use crate::amqp::{ChannelNumber, Properties, Template};

use super::commands::{How, Kept};
use super::hash::{LANES, RunningHash};

/// Takes commands into a hash of their own, a block after the other: it is not on the path of a message. Publishes and
/// settlements are many, and have ways of their own; for the others the debug form is exact, and fixed by this build.
#[derive(Clone, Copy, Debug)]
pub(super) struct CommandHash([u64; 2]);

impl Default for CommandHash {
    fn default() -> Self {
        Self(LANES)
    }
}

impl CommandHash {
    pub fn take(&mut self, commands: &[Kept]) {
        // Most publishes have the template of the one before, and many its body.
        let (mut template_before, mut body_before) = (None, None);
        for command in commands {
            match command {
                Kept::Publish { channel, connection, pc: _, template, body } => {
                    let template = known(&mut template_before, template, hash_of_template);
                    let body = known(&mut body_before, body, hash_of_bytes);
                    self.pair([place(connection.0, *channel, 0), template ^ body.rotate_left(32)]);
                }
                Kept::Settle { channel, connection, pc: _, how, delivery_tag } => {
                    self.pair([place(connection.0, *channel, settlement(*how)), *delivery_tag]);
                }
                Kept::Other(info) => {
                    let text = format!("{:?}", info.command);
                    self.pair([u64::MAX, hash_of_bytes(text.as_bytes())]);
                }
            }
        }
    }

    /// Takes in two words side by side: the one multiplication need not wait for the other.
    #[inline(always)]
    fn pair(&mut self, words: [u64; 2]) {
        for ((lane, word), factor) in self.0.iter_mut().zip(words).zip(LANES) {
            *lane = (lane.rotate_left(23) ^ word).wrapping_mul(factor);
        }
    }

    /// Into the hash of all the rest.
    pub fn put_into(&self, hash: &mut RunningHash) {
        self.0.iter().for_each(|lane| hash.word(*lane));
    }
}

/// The hash of what is shared, worked out where it is not what it was before.
#[inline(always)]
fn known<'a, T: ?Sized>(
    before: &mut Option<(&'a Arc<T>, u64)>,
    shared: &'a Arc<T>,
    hash: impl Fn(&T) -> u64,
) -> u64 {
    match before {
        Some((one, known)) if Arc::ptr_eq(one, shared) => *known,
        _ => before.insert((shared, hash(shared))).1,
    }
}

/// Where a command came in, and what it is, as one word.
fn place(connection: u32, channel: ChannelNumber, what: u32) -> u64 {
    u64::from(connection) << 32 | u64::from(u32::from(channel) | what << 16)
}

fn hash_of_bytes(bytes: &[u8]) -> u64 {
    let mut hash = RunningHash::default();
    hash.bytes(bytes);
    hash.value() as u64
}

/// A number for each way to settle; 0 is a publish.
fn settlement(how: How) -> u32 {
    match how {
        How::Ack { multiple } => 1 | u32::from(multiple) << 2,
        How::Nack { multiple, requeue } => 2 | u32::from(multiple) << 2 | u32::from(requeue) << 3,
        How::Reject { requeue } => 3 | u32::from(requeue) << 3,
    }
}

/// Properties are rare where messages are many, and their debug form is slow.
fn hash_of_template(template: &Template) -> u64 {
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

    use super::{RunningHash, Template};
    use crate::amqp::{ConnectionId, Method, Properties, name};
    use crate::sim::record::Commands;

    fn value_of(methods: &[Method]) -> u128 {
        let (mut commands, mut hash) = (Commands::default(), RunningHash::default());
        for method in methods {
            commands.push_method(ConnectionId(1), 2, method, None);
        }
        commands.hash_into(&mut hash);
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
