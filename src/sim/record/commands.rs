//! The table of commands: nearly all are publishes and settlements, and take a third of the room that any command
//! could need.

use std::sync::Arc;

use crate::amqp::{ChannelNumber, ConnectionId, Method, Template};
use crate::broker::Command;
use crate::script::program::Pc;

use super::blocks::Table;
use super::command_hash::CommandHash;
use super::hash::RunningHash;
use super::tables::CommandInfo;

/// Commands by number, from 0.
#[derive(Clone, Debug, Default)]
pub struct Commands {
    kept: Table<Kept>,
    /// Of the full blocks.
    hash: CommandHash,
}

#[derive(Clone, Debug)]
pub(super) enum Kept {
    Publish {
        channel: ChannelNumber,
        connection: ConnectionId,
        pc: Option<Pc>,
        template: Arc<Template>,
        body: Arc<[u8]>,
    },
    Settle {
        channel: ChannelNumber,
        connection: ConnectionId,
        pc: Option<Pc>,
        how: How,
        delivery_tag: u64,
    },
    Other(Box<CommandInfo>),
}

#[derive(Clone, Copy, Debug)]
pub(super) enum How {
    Ack { multiple: bool },
    Nack { multiple: bool, requeue: bool },
    Reject { requeue: bool },
}

const _: () = assert!(size_of::<Kept>() <= 40, "two are kept for each message");

/// What a command is to messages, told without a copy of what it carries.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Meaning<'a> {
    /// `basic.publish`.
    Publish,
    /// `basic.ack`.
    Ack,
    /// `basic.nack` or `basic.reject` with `requeue`.
    Requeue,
    /// The same without.
    Reject,
    /// Any other command.
    Other(&'a Command),
}

impl Commands {
    /// How many there are.
    pub fn len(&self) -> u32 {
        self.kept.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// Adds one; its number.
    pub(super) fn push(&mut self, info: CommandInfo) -> u32 {
        match &info.command {
            Command::Method { connection, channel, method } => {
                self.push_method(*connection, *channel, method, info.pc)
            }
            _ => self.add(Kept::Other(Box::new(info))),
        }
    }

    /// Adds a method; its number.
    #[inline(always)]
    pub(super) fn push_method(
        &mut self,
        connection: ConnectionId,
        channel: ChannelNumber,
        method: &Method,
        pc: Option<Pc>,
    ) -> u32 {
        let settle = |how, delivery_tag| Kept::Settle { channel, connection, pc, how, delivery_tag };
        self.add(match *method {
            Method::BasicPublish { ref template, ref body } => {
                let (template, body) = (Arc::clone(template), Arc::clone(body));
                Kept::Publish { channel, connection, pc, template, body }
            }
            Method::BasicAck { delivery_tag, multiple } => settle(How::Ack { multiple }, delivery_tag),
            Method::BasicNack { delivery_tag, multiple, requeue } => {
                settle(How::Nack { multiple, requeue }, delivery_tag)
            }
            Method::BasicReject { delivery_tag, requeue } => settle(How::Reject { requeue }, delivery_tag),
            ref method => rarer(connection, channel, method, pc),
        })
    }

    #[inline(always)]
    fn add(&mut self, kept: Kept) -> u32 {
        let number = self.kept.push(kept);
        if self.kept.has_full_blocks() {
            self.hash_block();
        }
        number
    }

    /// The last block, which is full, goes into the hash.
    #[cold]
    fn hash_block(&mut self) {
        self.hash.take(self.kept.last_block());
    }

    /// Takes what a reader would see of all commands into a hash.
    pub(super) fn hash_into(&self, hash: &mut RunningHash) {
        let mut commands = self.hash;
        if !self.kept.has_full_blocks() {
            commands.take(self.kept.last_block());
        }
        commands.put_into(hash);
    }

    /// The command of that number.
    pub fn get(&self, number: u32) -> Option<CommandInfo> {
        let (connection, channel, pc, method) = match self.kept.get(number)? {
            Kept::Publish { connection, channel, pc, template, body } => {
                let (template, body) = (Arc::clone(template), Arc::clone(body));
                (*connection, *channel, *pc, Method::BasicPublish { template, body })
            }
            Kept::Settle { connection, channel, pc, how, delivery_tag } => {
                let delivery_tag = *delivery_tag;
                let method = match *how {
                    How::Ack { multiple } => Method::BasicAck { delivery_tag, multiple },
                    How::Nack { multiple, requeue } => Method::BasicNack { delivery_tag, multiple, requeue },
                    How::Reject { requeue } => Method::BasicReject { delivery_tag, requeue },
                };
                (*connection, *channel, *pc, method)
            }
            Kept::Other(info) => return Some((**info).clone()),
        };
        Some(CommandInfo { command: Command::Method { connection, channel, method }, pc })
    }

    /// What the command of that number is to messages.
    pub fn meaning(&self, number: u32) -> Option<Meaning<'_>> {
        Some(match self.kept.get(number)? {
            Kept::Publish { .. } => Meaning::Publish,
            Kept::Settle { how: How::Ack { .. }, .. } => Meaning::Ack,
            Kept::Settle { how: How::Nack { requeue, .. } | How::Reject { requeue }, .. } => {
                if *requeue {
                    Meaning::Requeue
                } else {
                    Meaning::Reject
                }
            }
            Kept::Other(info) => Meaning::Other(&info.command),
        })
    }

    /// The instruction that made a command, if one did.
    pub fn pc(&self, number: u32) -> Option<Pc> {
        match self.kept.get(number)? {
            Kept::Publish { pc, .. } | Kept::Settle { pc, .. } => *pc,
            Kept::Other(info) => info.pc,
        }
    }
}

/// On its own, so that what each message needs stays short.
#[inline(never)]
fn rarer(connection: ConnectionId, channel: ChannelNumber, method: &Method, pc: Option<Pc>) -> Kept {
    let command = Command::Method { connection, channel, method: method.clone() };
    Kept::Other(Box::new(CommandInfo { command, pc }))
}

#[cfg(test)]
mod tests {
    use super::{Command, CommandInfo, Commands, Meaning, Method};
    use crate::amqp::{ConnectionId, Properties, Template, name};
    use std::sync::Arc;

    #[test]
    fn gives_back_what_was_put_in() {
        let template = Arc::new(Template {
            exchange: name("logs"),
            routing_key: name("a.b"),
            mandatory: true,
            immediate: false,
            properties: Properties::default(),
        });
        let methods = [
            Method::BasicPublish { template, body: Arc::from(&b"body"[..]) },
            Method::BasicAck { delivery_tag: u64::MAX, multiple: true },
            Method::BasicNack { delivery_tag: 7, multiple: false, requeue: true },
            Method::BasicReject { delivery_tag: 8, requeue: false },
            Method::BasicQos { prefetch_size: 0, prefetch_count: 3, global: true },
        ];
        let of_method = methods
            .map(|method| Command::Method { connection: ConnectionId(5), channel: 6, method })
            .into_iter();
        let all: Vec<CommandInfo> = of_method
            .chain([Command::Lost { connection: ConnectionId(9) }, Command::Deadline])
            .zip([Some(1), None, Some(0), None, Some(4), None, None])
            .map(|(command, pc)| CommandInfo { command, pc })
            .collect();
        let mut commands = Commands::default();
        for (number, info) in (0..).zip(&all) {
            assert_eq!(commands.push(info.clone()), number);
        }
        for (number, info) in (0..).zip(&all) {
            assert_eq!((commands.get(number).as_ref(), commands.pc(number)), (Some(info), info.pc));
        }
        let meanings: Vec<_> = (0..7).filter_map(|number| commands.meaning(number)).collect();
        let others = all[4..].iter().map(|info| Meaning::Other(&info.command));
        let settlements = [Meaning::Publish, Meaning::Ack, Meaning::Requeue, Meaning::Reject];
        assert_eq!(meanings, settlements.into_iter().chain(others).collect::<Vec<_>>());
    }
}
