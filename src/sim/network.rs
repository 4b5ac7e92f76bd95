//! The network: each direction of a connection is a stream. What is sent first arrives first, whatever the jitter.

use crate::amqp::{SimDuration, SimTime};
use crate::broker::{ByNumber, Chunks, Command};

use super::port::FromBroker;
use super::random::Stream;

/// One way, where the script says nothing: two machines in one data centre are a little nearer, two in one region a
/// little further.
pub const LATENCY: SimDuration = SimDuration::millis(1);

/// A latency in a script is capped here, as everything that is waited for would come after the run.
const LATENCY_MAX: SimDuration = SimDuration::secs(60 * 60);

/// How long a client tries to connect where nobody answers: Linux gives up after its sixth SYN, in 127 s.
pub(super) const CONNECT_LOSS: SimDuration = SimDuration::secs(127);

/// Connecting before the broker sees `connection.open`: TCP, start and tune are three round trips, and the way
/// there. `open-ok` and the first channel make it five.
pub(super) const HANDSHAKE_WAYS: u32 = 7;

/// The network of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wire {
    latency: SimDuration,
    jitter: SimDuration,
    /// The interval of heartbeats; zero is none.
    heartbeat: SimDuration,
    pub is_up: bool,
    /// Counts cuts: a heartbeat of an earlier one does not matter.
    pub cut: u32,
}

impl Wire {
    pub fn new(latency: SimDuration, jitter: SimDuration, heartbeat: SimDuration) -> Self {
        let mut wire = Self { latency: LATENCY, jitter: SimDuration::ZERO, heartbeat, is_up: true, cut: 0 };
        wire.set(Some(latency), Some(jitter));
        wire
    }

    pub fn set(&mut self, latency: Option<SimDuration>, jitter: Option<SimDuration>) {
        self.latency = latency.unwrap_or(self.latency).min(LATENCY_MAX);
        self.jitter = jitter.unwrap_or(self.jitter).min(LATENCY_MAX);
    }

    /// How long that many ways take.
    pub fn delay(&self, ways: u32, chance: &mut Stream) -> SimDuration {
        let jitter = if self.jitter.0 == 0 { 0 } else { chance.below(self.jitter.0 + 1) };
        SimDuration(self.latency.0 * u64::from(ways) + jitter)
    }

    /// How far into an interval of heartbeats a connection is, in microseconds.
    pub fn since_look(&self, link: &Link, now: SimTime) -> Option<u64> {
        now.0.saturating_sub(link.watched?.0).checked_rem(self.heartbeat.0)
    }

    /// When it is noticed that a connection is cut at this moment, if ever.
    ///
    /// RabbitMQ (recorded with heartbeats of 1 s and 2 s on 3.10.8, 4.0.5 and 4.3.6): it looks once in an interval,
    /// counted from tune-ok or the last unblocking, and gives up at the second look in a row before which nothing came. Up to the cut the client's
    /// own heartbeats, two in an interval, saw to that. So two intervals pass at least and three at most.
    pub fn notices_cut(&self, link: &Link, now: SimTime) -> Option<SimTime> {
        let Some(watched) = link.watched else { return Some(now + CONNECT_LOSS) };
        let intervals = (now.0.saturating_sub(watched.0)).checked_div(self.heartbeat.0)?;
        Some(watched + SimDuration(self.heartbeat.0.saturating_mul(intervals + 3)))
    }

    /// Whether RabbitMQ can have noticed by now that a connection is cut: it has looked three times.
    pub fn can_be_noticed(&self, link: &Link, now: SimTime) -> bool {
        link.watched
            .is_none_or(|watched| now.0.saturating_sub(watched.0) >= self.heartbeat.0.saturating_mul(3))
    }
}

/// What is on its way: when it arrives, its number in the order of all things, the record that sent it.
#[derive(Clone, Debug)]
pub(super) struct Sent<T> {
    pub arrives: SimTime,
    pub number: u64,
    pub record: u32,
    pub what: T,
}

/// A connection's two directions.
#[derive(Clone, Debug)]
pub(super) struct Link {
    pub actor: u16,
    pub life: u16,
    pub up: Chunks<Sent<Up>>,
    pub down: Chunks<Sent<FromBroker>>,
    up_last: SimTime,
    down_last: SimTime,
    /// The client still listens.
    pub is_heard: bool,
    /// The client was told of the end, or asked for it.
    pub is_end_told: bool,
    /// Since when RabbitMQ looks for heartbeats: tune-ok, which comes with `connection.open`, or the last unblocking.
    pub watched: Option<SimTime>,
    /// The broker opened it.
    pub is_open: bool,
    /// The broker has ended it.
    pub is_gone: bool,
}

/// A command on its way up: it and its place in the table.
#[derive(Clone, Debug)]
pub(super) struct Up {
    pub command: Command,
    pub number: u32,
}

impl Link {
    fn new(actor: u16, life: u16) -> Self {
        Self {
            actor,
            life,
            up: Chunks::default(),
            down: Chunks::default(),
            up_last: SimTime::ZERO,
            down_last: SimTime::ZERO,
            is_heard: true,
            is_end_told: false,
            watched: None,
            is_open: false,
            is_gone: false,
        }
    }

    /// Puts something on its way up; the time at which to look, if nothing else is on its way.
    #[inline(always)]
    pub fn send_up(
        &mut self,
        earliest: SimTime,
        place: u64,
        record: u32,
        command: Command,
        number: u32,
    ) -> Option<SimTime> {
        let is_alone = self.up.is_empty();
        self.up_last = self.up_last.max(earliest);
        self.up.push_back(Sent {
            arrives: self.up_last,
            number: place,
            record,
            what: Up { command, number },
        });
        is_alone.then_some(self.up_last)
    }

    /// Takes away what is on its way down: what is sent next does not come behind it.
    pub fn clear_down(&mut self) {
        self.down.clear();
        self.down_last = SimTime::ZERO;
    }

    /// Puts something on its way down; the time at which to look, if nothing else is on its way.
    #[inline(always)]
    pub fn send_down(
        &mut self,
        earliest: SimTime,
        number: u64,
        record: u32,
        what: FromBroker,
    ) -> Option<SimTime> {
        let is_alone = self.down.is_empty();
        self.down_last = self.down_last.max(earliest);
        self.down.push_back(Sent { arrives: self.down_last, number, record, what });
        is_alone.then_some(self.down_last)
    }
}

/// All connections, by number, until both sides have left them.
#[derive(Clone, Debug, Default)]
pub(super) struct Network {
    links: ByNumber<u32, Box<Link>>,
    /// Whose each connection is or was, by number.
    actors: Vec<u16>,
}

impl Network {
    /// A new connection of an actor; its number.
    pub fn open(&mut self, actor: u16, life: u16) -> u32 {
        let connection = self.actors.len() as u32;
        self.actors.push(actor);
        self.links.insert(connection, Box::new(Link::new(actor, life)));
        connection
    }

    /// A connection without a network: the operator's.
    pub fn open_hidden(&mut self, actor: u16) -> u32 {
        self.actors.push(actor);
        self.actors.len() as u32 - 1
    }

    pub fn actor(&self, connection: u32) -> Option<u16> {
        self.actors.get(connection as usize).copied()
    }

    pub fn link(&self, connection: u32) -> Option<&Link> {
        self.links.get(connection).map(|link| &**link)
    }

    pub fn link_mut(&mut self, connection: u32) -> Option<&mut Link> {
        self.links.get_mut(connection).map(|link| &mut **link)
    }

    /// Forgets a connection that both sides have left.
    pub fn forget(&mut self, connection: u32) {
        let is_over =
            |link: &Link| link.is_gone && link.up.is_empty() && (!link.is_heard || link.down.is_empty());
        if self.link(connection).is_some_and(is_over) {
            self.links.remove(connection);
        }
    }

    /// The connections of an actor that are not over.
    pub fn of(&self, actor: u16) -> Vec<u32> {
        self.all().filter(|(_, link)| link.actor == actor).map(|(connection, _)| connection).collect()
    }

    /// All that are not over.
    pub fn all(&self) -> impl Iterator<Item = (u32, &Link)> {
        self.links.iter().map(|(connection, link)| (connection, &**link))
    }
}
