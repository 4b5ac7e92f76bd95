//! The client as one value.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::amqp::{Name, SimTime};
use crate::broker::Chunks;
use crate::script::program::{ClientDef, Event, Pc};
use crate::sim::port::Refused;
use crate::sim::random::Stream;
use crate::sim::record::{EndReason, WaitKind};
use crate::sim::value::Value;

use super::channel::{Channel, Registered};
use super::frame::{WaitOn, Word};
use super::frames::Frames;
use super::inbox::Entry;
use super::memory::{Arena, EnvId};

/// A client, or the operator.
#[derive(Clone, Debug)]
pub struct Client {
    pub(super) name: Name,
    /// Which copy, from 1.
    pub(super) number: u16,
    pub(super) login: Login,
    pub(super) is_operator: bool,
    /// The body's first instruction.
    pub(super) start: Pc,
    pub(super) arena: Arena,
    /// The body's own environment, kept after its end for questions.
    pub(super) root: EnvId,
    /// The body, and handlers on top of it.
    pub(super) frames: Frames,
    pub(super) inbox: Chunks<Entry>,
    /// Entries ever put into the inbox, and ever taken out.
    pub(super) arrived: u64,
    pub(super) taken: u64,
    pub(super) line: Line,
    pub(super) channels: Vec<Channel>,
    /// `on …` at client level: of the connection.
    pub(super) on: BTreeMap<Event, Registered>,
    pub(super) tickers: Vec<Ticker>,
    pub(super) chance: Stream,
    pub(super) next_token: u32,
    pub(super) next_tag: u32,
    pub(super) life: Life,
    /// Of each publish, what it sent last beside the body.
    pub(super) templates: BTreeMap<Pc, Made>,
    /// An entry was taken up in this step; the next one is for another.
    pub(super) has_taken: bool,
    /// `Again` has been asked for.
    pub(super) is_again_asked: bool,
    /// Room for the operands of expressions; empty between them.
    pub(super) stack: Vec<Value>,
}

/// Exchange, key and properties, as a publish made them.
#[derive(Clone, Debug)]
pub(super) struct Made {
    pub template: Arc<crate::amqp::Template>,
    /// All of them are written out.
    pub is_constant: bool,
}

/// How a client logs in.
#[derive(Clone, Debug)]
pub(super) struct Login {
    pub user: Name,
    pub password: Option<Name>,
    pub vhost: Name,
}

/// The connection, as the client knows it.
#[derive(Clone, Debug)]
pub(super) enum Line {
    /// None.
    Down,
    /// On its way: the handshake, or then its first channel.
    Opening,
    Open,
    /// It has asked for the end, and waits for the answer.
    Closing,
    /// Ended by the other side; the close has arrived, taken up or not.
    Failed {
        refused: Arc<Refused>,
        is_taken: bool,
    },
}

/// Whether a client lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// Its time has not come.
    Waiting,
    /// It lives.
    Running,
    /// It was asked to stop, and closes its connection.
    Stopping,
    /// It is no more.
    Ended(EndReason),
}

/// `every`.
#[derive(Clone, Debug)]
pub(super) struct Ticker {
    pub period: u64,
    pub due: SimTime,
    /// Of its timer, the same at every tick.
    pub token: u32,
    pub registered: Registered,
    /// A tick waits in the inbox.
    pub is_waiting: bool,
}

impl Client {
    /// A client that has not begun.
    pub fn new(def: &ClientDef, name: Name, number: u16, chance: Stream) -> Self {
        let login =
            Login { user: def.user.clone(), password: def.password.clone(), vhost: def.vhost.clone() };
        let mut client = Self::blank(name, number, login, chance);
        client.channels = vec![Channel::default(); def.channels.len().max(1)];
        client.root = client.arena.root(def.slots);
        client.start = def.start;
        client
    }

    /// The operator: always there, without a connection of its own.
    pub fn operator(chance: Stream) -> Self {
        let guest = Login { user: Name::from("guest"), password: None, vhost: Name::from("/") };
        let mut operator = Self::blank(Name::from("operator"), 1, guest, chance);
        operator.is_operator = true;
        operator.life = Life::Running;
        operator.channels = vec![Channel::default()];
        operator.root = operator.arena.root(0);
        operator
    }

    fn blank(name: Name, number: u16, login: Login, chance: Stream) -> Self {
        Self {
            name,
            number,
            login,
            is_operator: false,
            start: 0,
            root: EnvId::NONE,
            arena: Arena::default(),
            frames: Frames::default(),
            inbox: Chunks::default(),
            arrived: 0,
            taken: 0,
            line: Line::Down,
            channels: Vec::new(),
            on: BTreeMap::new(),
            tickers: Vec::new(),
            chance,
            next_token: 1,
            next_tag: 1,
            life: Life::Waiting,
            templates: BTreeMap::new(),
            has_taken: false,
            is_again_asked: false,
            stack: Vec::new(),
        }
    }

    /// Its name, `worker[2]` for a copy.
    pub fn name(&self) -> &Name {
        &self.name
    }

    /// Whether it lives.
    pub fn life(&self) -> Life {
        self.life
    }

    /// Whether it has begun and not ended.
    pub fn is_alive(&self) -> bool {
        matches!(self.life, Life::Running | Life::Stopping)
    }

    /// Its vhost.
    pub fn vhost(&self) -> &Name {
        &self.login.vhost
    }

    /// Logical bytes of what it holds.
    pub fn bytes(&self) -> u64 {
        self.arena.bytes() + u64::from(self.inbox.len()) * 32
    }

    /// A variable of its outermost block, at its last value.
    pub fn held(&self, slot: u16) -> &Value {
        self.arena.get(self.root, 0, slot)
    }

    /// What it waits for, and the instruction.
    pub fn waits_for(&self) -> Option<(WaitKind, Pc)> {
        if !self.is_alive() {
            return None;
        }
        let Some(frame) = self.frames.at_work() else {
            return Some((WaitKind::Connecting, super::output::NO_PC));
        };
        let kind = match (&frame.wait.on, &self.line) {
            (WaitOn::Nothing, _) => return None,
            (WaitOn::End, Line::Closing) => WaitKind::Closing,
            (WaitOn::End, _) => WaitKind::Idle,
            (WaitOn::Timer, _) => WaitKind::Timer,
            (WaitOn::Forever, _) => WaitKind::Forever,
            (WaitOn::Until { .. }, _) => WaitKind::Until,
            (WaitOn::Confirms { .. }, _) => WaitKind::Confirms,
            (WaitOn::Word(word), _) => match **word {
                Word::Reply(_) => WaitKind::Reply,
                Word::Reconnect(_) => WaitKind::Connecting,
            },
        };
        Some((kind, frame.wait.pc))
    }

    /// Whether its body waits until something is true, which others may make true.
    pub fn waits_until(&self) -> bool {
        self.is_alive() && self.frames.body().is_some_and(|body| matches!(body.wait.on, WaitOn::Until { .. }))
    }

    /// How many entries wait in its inbox.
    pub fn inbox_count(&self) -> u32 {
        self.inbox.len()
    }

    /// Its channels as it knows them: number, open, what is still unanswered of its publishes.
    pub fn channel_states(&self) -> impl Iterator<Item = (u16, bool, u32)> {
        self.channels
            .iter()
            .enumerate()
            .map(|(index, channel)| (index as u16 + 1, channel.is_open(), channel.unanswered.len() as u32))
    }

    pub(super) fn token(&mut self) -> u32 {
        let token = self.next_token;
        self.next_token += 1;
        token
    }
}
