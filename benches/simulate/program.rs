//! M/M/1 as the peers of benches/peers/des have it: the model is a program on the simulator's parts. Here these are the event
//! queue, the broker as the queue of messages, and the recording, which takes every command and all that the broker does.

use std::convert::Infallible;

use rand::TryRng;
use rand_distr::{Distribution, Exp1};
use warren::amqp::{FieldTable, Method, SimDuration, SimTime, name};
use warren::broker::{Broker, Command, Effect};
use warren::sim::record::{Columns, MessageInfo, NONE, Sink, TagDetail};
use warren::sim::{Class, Purpose, RecordKind, Recording, Run, Schedule, Stream};

use super::host::{best, row};
use super::node::{CHANNEL, CONNECTION, Node, publish};
use super::rng::Rng;

/// Of the records: RabbitMQ, the source, the server.
const BROKER: u16 = 1;
const SOURCE: u16 = 2;
const SERVER: u16 = 3;
/// Seconds between two publishes, and of work, on average; microseconds on the way to the server.
const GAP: f64 = 1.25;
const WORK: f64 = 1.0;
const WAY: SimDuration = SimDuration(1_000);

/// What an event costs, and how long a message waited: by theory 4.03 s.
pub fn rows(messages: u32, full: bool) {
    let run = || {
        let mut model = Model::new(messages);
        // In wasm a function runs as optimised once it is called anew.
        while model.run(1_000) {}
        model
    };
    let nanos = best(full, run);
    let model = run();
    row("mm1-program", messages, "outcome_is_whole", f64::from(u8::from(model.acked == messages)));
    row("mm1-program", messages, "mean_wait_s", model.mean_wait());
    row(
        "mm1-program",
        messages,
        "records_per_message",
        f64::from(model.recording.len()) / f64::from(messages),
    );
    row("mm1-program", messages, "ns_per_event", nanos / f64::from(3 * messages));
}

#[derive(Clone, Copy)]
enum Event {
    Publish,
    /// A delivery comes to the server: its tag, message and record.
    Arrives(u32, u32, u32),
    /// The server acknowledges: the tag and the record of the arrival.
    IsDone(u32, u32),
}

struct Model {
    schedule: Schedule<Event>,
    broker: Broker,
    choices: Stream,
    effects: Vec<Effect>,
    recording: Recording,
    publish: Command,
    ack: Command,
    chance: Chance,
    now: SimTime,
    left: u32,
    acked: u32,
}

impl Model {
    fn new(messages: u32) -> Self {
        let mut node = Node::new();
        node.declare("q");
        node.method(Method::BasicQos { prefetch_size: 0, prefetch_count: 1, global: false });
        node.method(Method::BasicConsume {
            queue: name("q"),
            consumer_tag: name("server"),
            no_local: false,
            no_ack: false,
            exclusive: false,
            arguments: FieldTable::default(),
        });
        let (spec, program) = super::prepared("");
        let mut model = Self {
            schedule: Schedule::default(),
            broker: node.broker,
            choices: Stream::new(1, Purpose::Broker, 0),
            effects: Vec::new(),
            recording: Run::new(spec, program).finish(),
            publish: on_channel(publish("", "q")),
            ack: on_channel(Method::BasicAck { delivery_tag: 0, multiple: false }),
            chance: Chance(Rng(42)),
            now: SimTime::ZERO,
            left: messages,
            acked: 0,
        };
        model.schedule_publish();
        model
    }

    /// An exponential time from now, of so many seconds on average.
    fn after(&mut self, mean: f64) -> SimTime {
        let time: f64 = Exp1.sample(&mut self.chance);
        self.now + SimDuration((time * mean * 1e6) as u64)
    }

    fn schedule_publish(&mut self) {
        let at = self.after(GAP);
        self.schedule.push(at, Class::Client, Event::Publish);
    }

    /// Takes the next events, at most so many; whether there may be more.
    #[inline(never)]
    fn run(&mut self, events: u32) -> bool {
        for _ in 0..events {
            let Some(next) = self.schedule.pop() else { return false };
            self.now = next.time;
            self.recording.begin_step(self.now);
            match next.event {
                Event::Publish => self.publish(),
                Event::Arrives(tag, message, delivered) => self.arrive(tag, message, delivered),
                Event::IsDone(tag, cause) => self.finish(tag, cause),
            }
        }
        true
    }

    fn publish(&mut self) {
        self.left -= 1;
        if self.left > 0 {
            self.schedule_publish();
        }
        self.apply(Which::Publish, SOURCE, NONE);
    }

    fn arrive(&mut self, tag: u32, message: u32, delivered: u32) {
        let cause = self.recording.len();
        let record = Columns::new(RecordKind::Received, SERVER, delivered).subject(message);
        self.recording.put(record.detail(tag));
        let done = self.after(WORK);
        self.schedule.push(done, Class::Client, Event::IsDone(tag, cause));
    }

    fn finish(&mut self, tag: u32, cause: u32) {
        self.acked += 1;
        if let Command::Method { method: Method::BasicAck { delivery_tag, .. }, .. } = &mut self.ack {
            *delivery_tag = u64::from(tag);
        }
        self.apply(Which::Ack, SERVER, cause);
    }

    /// Carries out a command, records it and all that comes of it.
    #[inline(always)]
    fn apply(&mut self, which: Which, actor: u16, cause: u32) {
        let command = match which {
            Which::Publish => &self.publish,
            Which::Ack => &self.ack,
        };
        let Command::Method { method, .. } = command else { return };
        let number = self.recording.enter_method(CONNECTION, CHANNEL, method, None);
        let applied = Columns::new(RecordKind::Applied, actor, cause).subject(u32::from(CHANNEL));
        let cause = self.recording.len();
        self.recording.put(applied.object(CONNECTION.0).detail(number));
        self.broker.apply(self.now, command, &mut self.choices, &mut self.effects);
        for effect in &self.effects {
            let record = |kind, actor, message: u32| Columns::new(kind, actor, cause).subject(message);
            let record = match *effect {
                Effect::Published { channel, message, seq } => {
                    if let Some(found) = self.broker.view().message(message) {
                        let ordinal = message.0 + 1;
                        let info = MessageInfo { message: found.clone(), actor, ordinal, from: None };
                        self.recording.enter_message(message, info);
                    }
                    record(RecordKind::Published, actor, message.0).object(channel.0).detail(seq)
                }
                Effect::Routed { message, binding } => {
                    record(RecordKind::Routed, BROKER, message.0).object(binding.0)
                }
                Effect::Enqueued { message, queue } => {
                    record(RecordKind::Enqueued, BROKER, message.0).object(queue.0)
                }
                Effect::Delivered { consumer, message, tag, redelivered, .. } => {
                    let arrives = Event::Arrives(tag, message.0, self.recording.len());
                    self.schedule.push(self.now + WAY, Class::Client, arrives);
                    let detail = TagDetail { tag, flag: redelivered }.to_number();
                    record(RecordKind::Delivered, SERVER, message.0).object(consumer.0).detail(detail)
                }
                Effect::Settled { queue, message, tag, acked, .. } => {
                    let detail = TagDetail { tag, flag: acked }.to_number();
                    record(RecordKind::Settled, SERVER, message.0).object(queue.0).detail(detail)
                }
                _ => continue,
            };
            self.recording.put(record);
        }
        self.effects.clear();
    }

    /// Seconds from publish to delivery on average, from the recording.
    fn mean_wait(&self) -> f64 {
        let sum_of = |wanted| {
            let found = self.recording.find(0, |kind| kind == wanted);
            found.filter_map(|number| self.recording.time_of(number)).map(|time| time.0 as f64).sum::<f64>()
        };
        let waited = sum_of(RecordKind::Delivered) - sum_of(RecordKind::Published);
        waited / 1e6 / f64::from(self.acked)
    }
}

/// Which of the two commands that the model knows.
enum Which {
    Publish,
    Ack,
}

fn on_channel(method: Method) -> Command {
    Command::Method { connection: CONNECTION, channel: CHANNEL, method }
}

/// The peers' generator, as the library for distributions wants it.
struct Chance(Rng);

impl TryRng for Chance {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.0.next() >> 32) as u32)
    }

    #[inline]
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.0.next())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for part in bytes.chunks_mut(8) {
            part.copy_from_slice(&self.0.next().to_le_bytes()[..part.len()]);
        }
        Ok(())
    }
}
