//! Connections: opening, their channels' numbers, their end.

use std::collections::VecDeque;

use crate::amqp::{Capabilities, ChannelNumber, Choices, ConnectionId, Method, Name, Open, name};

use super::by_number::ByNumber;
use super::effect::{ChannelId, Effect, Exception, QueueId, Reply, Side};
use super::machine::{At, Broker};
use super::refusal::{Outcome, Refusal};
use super::vhost::VhostId;

/// RabbitMQ: channel_max of a fresh node.
pub(super) const CHANNEL_MAX: u16 = 2047;
/// RabbitMQ: frame_max of a fresh node, in bytes.
const FRAME_MAX: u32 = 131_072;

/// What a channel number of a connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ChannelSlot {
    /// In use.
    Open(ChannelId),
    /// Closed by the broker; the client has not answered yet, and what it sends meanwhile is ignored.
    Closing,
}

/// Why a client may not come in, and the method that failed. `None`: the socket is closed without a word.
type NotAdmitted = Option<(Refusal, (u16, u16))>;

/// A connection, kept after its end for its names.
#[derive(Clone, Debug)]
pub(super) struct Connection {
    pub user: Name,
    pub vhost: VhostId,
    pub capabilities: Capabilities,
    pub channel_max: u16,
    pub channels: ByNumber<ChannelNumber, ChannelSlot>,
    /// Its exclusive queues, deleted ones among them.
    pub exclusive: Vec<QueueId>,
    /// The how-manieth connection of the run it is.
    pub ordinal: u32,
    /// Names generated for it so far.
    pub names_made: u32,
    pub is_open: bool,
    /// Hidden, the operator's: no limit counts it.
    pub of_operator: bool,
    /// It published while an alarm was on: nothing more is read from it.
    pub is_blocked: bool,
    /// What it sent since, that publish first.
    pub unread: VecDeque<(ChannelNumber, Method)>,
    /// Behind that the line ends, which is noticed when it is read.
    pub ends_unread: bool,
}

impl Broker {
    pub(super) fn connect(&mut self, connection: ConnectionId, open: &Open) {
        if self.connections.contains(connection) {
            return;
        }
        let ordinal = self.connections.len() as u32;
        match self.admit(open) {
            Ok(vhost) => {
                let channel_max = open.channel_max.unwrap_or(self.config.channel_max);
                let connection_state = Connection {
                    user: open.user.clone(),
                    vhost,
                    capabilities: open.capabilities,
                    channel_max,
                    channels: ByNumber::default(),
                    exclusive: Vec::new(),
                    ordinal,
                    names_made: 0,
                    is_open: true,
                    of_operator: open.of_operator,
                    is_blocked: false,
                    unread: VecDeque::new(),
                    ends_unread: false,
                };
                self.connections.insert(connection, connection_state);
                self.put(Effect::Opened { connection: connection.0 });
            }
            Err(refusal) => {
                if let Some((refusal, method)) = refusal {
                    self.put_exception(connection, 0, &refusal, method);
                }
                self.put(Effect::ConnectionGone { connection: connection.0 });
            }
        }
    }

    /// Whether and where a client may come in.
    fn admit(&self, open: &Open) -> Result<VhostId, NotAdmitted> {
        if !self.node_up {
            return Err(None);
        }
        let known = self.users.get(&open.user);
        let right =
            known.is_some_and(|user| open.password.as_ref().is_none_or(|given| *given == user.password));
        if !right {
            // RabbitMQ: only clients that announced it are told.
            if !open.capabilities.authentication_failure_close {
                return Err(None);
            }
            let text =
                "Login was refused using authentication mechanism PLAIN. For details see the broker logfile.";
            return Err(Some((Refusal::access_refused(text), (0, 0))));
        }
        // RabbitMQ: the client may lower what the server proposes, not raise it; 0 would be no limit. It is in the
        // log only: the socket is closed without a word.
        let channels = 1..=self.config.channel_max;
        let frame = self.profile.frame_max_least..=FRAME_MAX;
        if open.channel_max.is_some_and(|asked| !channels.contains(&asked))
            || open.frame_max.is_some_and(|asked| !frame.contains(&asked))
        {
            return Err(None);
        }
        // Spec: connection.open is method 10, 40.
        let refuse = |text: String| Err(Some((Refusal::not_allowed(text), (10, 40))));
        let Some(vhost) = self.vhost_named(&open.vhost) else {
            return refuse(format!("vhost {} not found", open.vhost));
        };
        if let Err(refusal) = self.check_connection_limits(vhost, &open.user)
            && !open.of_operator
        {
            return Err(Some((refusal, (10, 40))));
        }
        if known.is_none_or(|user| !user.permissions.contains_key(&open.vhost)) {
            return refuse(format!("access to vhost '{}' refused for user '{}'", open.vhost, open.user));
        }
        Ok(vhost)
    }

    pub(super) fn channel_open(
        &mut self,
        connection: ConnectionId,
        number: ChannelNumber,
        choices: &mut dyn Choices,
    ) -> Outcome {
        let Some(state) = self.connections.get(connection) else { return Ok(()) };
        if matches!(state.channels.get(number), Some(ChannelSlot::Open(_))) {
            return Err(Refusal::channel_error("second 'channel.open' seen"));
        }
        let in_use = state.channels.values().filter(|slot| matches!(slot, ChannelSlot::Open(_))).count();
        let refused = if in_use >= usize::from(state.channel_max) {
            Err(Refusal::not_allowed(format!(
                "number of channels opened ({in_use}) has reached the negotiated channel_max ({})",
                state.channel_max
            )))
        } else {
            self.check_channel_limit(connection)
        };
        if let Err(refusal) = refused {
            // RabbitMQ: no method is blamed.
            self.close_connection(connection, &refusal, (0, 0), choices);
            return Ok(());
        }
        let channel = self.add_channel(connection, number);
        if let Some(state) = self.connections.get_mut(connection) {
            state.channels.insert(number, ChannelSlot::Open(channel));
        }
        self.put(Effect::ChannelOpened { channel, connection: connection.0, number });
        self.reply(At { connection, number, channel }, Reply::Done);
        Ok(())
    }

    /// A client is gone without a word.
    ///
    /// RabbitMQ (recorded on 3.10.8, 4.0.5 and 4.3.6): a blocked connection is not read, so that this is noticed after the
    /// unblocking only, behind what the client had sent.
    pub(super) fn lose_connection(&mut self, connection: ConnectionId, choices: &mut dyn Choices) {
        match self.connections.get_mut(connection) {
            Some(state) if state.is_blocked => state.ends_unread = true,
            _ => self.end_connection(connection, choices),
        }
    }

    /// A connection ends: its channels first, in the order of their numbers, then its exclusive queues.
    pub(super) fn end_connection(&mut self, connection: ConnectionId, choices: &mut dyn Choices) {
        let Some(state) = self.connections.get_mut(connection) else { return };
        if !state.is_open {
            return;
        }
        state.is_open = false;
        state.is_blocked = false;
        state.unread.clear();
        let slots = std::mem::take(&mut state.channels);
        for slot in slots.values() {
            if let ChannelSlot::Open(channel) = slot {
                self.end_channel(*channel, choices);
            }
        }
        self.delete_exclusive_queues(connection);
        self.put(Effect::ConnectionGone { connection: connection.0 });
    }

    /// A name that looks generated: 22 characters of base64url, the same in every run, and independent of what
    /// other connections do.
    pub(super) fn generate_name(&mut self, connection: ConnectionId, prefix: &str) -> Name {
        let seed = self.config.seed;
        let Some(state) = self.connections.get_mut(connection) else { return name(prefix) };
        state.names_made += 1;
        let place = (u64::from(state.ordinal) << 32) | u64::from(state.names_made);
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&mix(seed ^ mix(place)).to_le_bytes());
        bytes[8..].copy_from_slice(&mix(seed.rotate_left(32) ^ mix(!place)).to_le_bytes());
        name(&format!("{prefix}{}", data_encoding::BASE64URL_NOPAD.encode(&bytes)))
    }

    /// Tells a client of a broken rule that closes the whole connection, and ends it.
    pub(super) fn close_connection(
        &mut self,
        connection: ConnectionId,
        refusal: &Refusal,
        method: (u16, u16),
        choices: &mut dyn Choices,
    ) {
        if self.connections.get(connection).is_some_and(|state| state.is_open) {
            self.put_exception(connection, 0, refusal, method);
            self.end_connection(connection, choices);
        }
    }

    pub(super) fn put_exception(
        &mut self,
        connection: ConnectionId,
        number: ChannelNumber,
        refusal: &Refusal,
        (class_id, method_id): (u16, u16),
    ) {
        let exception = Exception {
            scope: refusal.code.scope(),
            code: refusal.code,
            text: refusal.text(),
            class_id,
            method_id,
        };
        let side = self.add_side(Side::Exception(exception));
        self.put(Effect::Excepted { connection: connection.0, number, side });
    }
}

/// A fixed mixing function (the finaliser of splitmix64, public domain).
fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}
