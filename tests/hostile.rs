//! Faults of every kind beside clients that do everything at once, under every version: each script is carried out
//! without a panic, and ends within its limits.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use warren::amqp::SimDuration;
use warren::broker::Version;
use warren::script::analyse;
use warren::sim::{Limits, Purpose, Run, RunSpec, Stream};

/// Scripts in all.
const SCRIPTS: u32 = 4_000;
/// What the issue asks for.
const STEPS: u32 = 10_000;

fn limits() -> Limits {
    Limits {
        steps: STEPS,
        records: 100_000,
        instant_steps: STEPS,
        memory: 16 << 20,
        fuel: 200_000,
        time: SimDuration::secs(3600),
    }
}

fn one_of<'a, T: ?Sized>(chance: &mut Stream, all: &[&'a T]) -> &'a T {
    all[chance.below(all.len() as u64) as usize]
}

/// A script made by rules: it means something more often than not.
struct Maker<'a> {
    chance: &'a mut Stream,
    text: String,
}

impl Maker<'_> {
    fn pick(&mut self, all: &[&'static str]) -> &'static str {
        one_of(self.chance, all)
    }

    fn put(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn script(mut self) -> String {
        for _ in 0..=self.chance.below(3) {
            let line = self.topology();
            self.put(&line);
        }
        if self.chance.below(3) == 0 {
            let line = self.pick(&[
                "network latency 0s",
                "network jitter 3ms",
                "let shared = 0",
                "broker 3.10",
                "broker 4.0",
                "run for 5s",
                "add_user alex password \"x\"",
                "publish \"early\" to default key \"a\" persistent",
            ]);
            self.put(line);
        }
        for number in 0..=self.chance.below(3) {
            let header = self.pick(&["", " times 2", " starts at 10ms", " user alex", " starts at 1s"]);
            self.put(&format!("client c{number}{header} {{"));
            self.block(3, false);
            self.put("}");
        }
        for _ in 0..self.chance.below(3) {
            let deed = self.pick(&[
                "at 20ms crash c0",
                "at 50ms stop c0",
                "at 100ms start c0",
                "at 30ms restart broker taking 10ms",
                "at 40ms kill broker",
                "when received(c0) == 2 { crash c0 }",
                "at 10ms network c0 down",
                "at 2m network c0 up",
                "at 5ms { purge a; delete queue b }",
                "at 60ms close_connection c0",
                "when ready(a) > 3 { start c0 }",
            ]);
            self.put(deed);
        }
        for _ in 0..self.chance.below(3) {
            let check = self.pick(&[
                "expect ready(a) == 0",
                "always unacked(a) <= 2",
                "never ready(b) > 5",
                "eventually received(c0) > 1",
                "expect received(c0 where message.redelivered) == 1 at 1s",
                "expect printed(c0) in order [\"1\"]",
                "eventually acked() >= 3 within 2s",
                "expect not exists(zzz) or errors(c0) == 0",
            ]);
            self.put(check);
        }
        self.text
    }

    fn topology(&mut self) -> String {
        let name = self.pick(&["a", "b", "\"x y\""]);
        let options = self.pick(&[
            "",
            " durable",
            " exclusive",
            " auto_delete",
            " max_length 2",
            " max_length 2 overflow reject_publish",
            " message_ttl 5ms dead_letter_exchange default dead_letter_routing_key \"b\"",
            " type quorum durable",
            " type quorum durable delivery_limit 2",
            " max_priority 3",
            " expires 20ms",
            " single_active_consumer",
        ]);
        let exchange =
            self.pick(&["", "exchange e fanout; bind a to e", "exchange e topic; bind b to e key \"a.#\""]);
        format!("queue {name}{options}; {exchange}")
    }

    fn block(&mut self, depth: u32, in_handler: bool) {
        for _ in 0..=self.chance.below(4) {
            self.statement(depth, in_handler);
        }
    }

    fn inside(&mut self, header: &str, depth: u32, in_handler: bool) {
        self.put(&format!("{header} {{"));
        self.block(depth - 1, in_handler);
        self.put("}");
    }

    fn statement(&mut self, depth: u32, in_handler: bool) {
        let nested = depth > 0 && self.chance.below(3) == 0;
        if !nested {
            let simple = self.pick(&[
                "publish \"m\" to default key \"a\"",
                "publish \"m\" to default key \"a\" persistent mandatory",
                "publish \"{number()}\" to e key \"a.b\" expiration 3ms",
                "publish \"x\" to nowhere",
                "wait 1ms",
                "wait 1ms..5ms",
                "print \"1\"",
                "let v = 1",
                "confirm",
                "tx",
                "commit",
                "rollback",
                "recover",
                "prefetch 1",
                "prefetch 2 global",
                "get a as m",
                "get b no_ack as n",
                "consume b",
                "cancel",
                "close",
                "close connection",
                "crash",
                "queue \"\" exclusive as mine",
                "purge a as gone",
                "delete queue b",
                "bind a to e key \"k\"",
                "unbind a to e key \"k\"",
                "reconnect",
                "wait 0s",
                "queue a durable",
                "exchange e fanout",
                "channel out { publish \"y\" to default key \"b\" }",
                "ack 1",
                "nack 0 multiple requeue",
                "wait for confirms timeout 10ms else { print \"late\" }",
                "print 1 / 0",
                "print first([])",
            ]);
            let line = if in_handler && self.chance.below(2) == 0 {
                self.pick(&[
                    "ack",
                    "nack requeue",
                    "nack",
                    "reject requeue",
                    "ack multiple",
                    "print message.body",
                ])
            } else {
                simple
            };
            return self.put(line);
        }
        match self.chance.below(10) {
            0 => self.inside("repeat 3", depth, in_handler),
            1 => self.inside("repeat 5 every 2ms", depth, in_handler),
            2 => self.inside("for i in 1..4", depth, in_handler),
            3 => self.inside("if random(1..2) == 1", depth, in_handler),
            4 => self.inside("channel side", depth, in_handler),
            5 => self.inside("consume a", depth, true),
            6 => self.inside("on close", depth, false),
            7 => self.inside("every 3ms", depth, false),
            8 => {
                self.inside("try", depth, in_handler);
                self.text.truncate(self.text.trim_end().len());
                self.inside(" catch error", depth, in_handler);
            }
            _ => self.inside("while true", depth, in_handler),
        }
    }
}

#[test]
fn faults_of_every_kind_end_within_their_limits() {
    let mut chance = Stream::new(2026, Purpose::Client, 0);
    let mut carried_out = 0;
    for number in 0..SCRIPTS {
        let text = Maker { chance: &mut chance, text: String::new() }.script();
        let version = Version::ALL[chance.below(Version::ALL.len() as u64) as usize];
        let ended = catch_unwind(AssertUnwindSafe(|| ends_within_limits(&text, version)));
        match ended {
            Ok(Ok(was_run)) => carried_out += u32::from(was_run),
            Ok(Err(why)) => panic!("script {number} {why}:\n{text}"),
            Err(_) => panic!("script {number} panicked:\n{text}"),
        }
    }
    assert!(carried_out > SCRIPTS / 4, "only {carried_out} scripts meant anything");
    println!("{carried_out} of {SCRIPTS} scripts were carried out");
}

/// Whether it was carried out; an error says which limit it did not keep.
fn ends_within_limits(text: &str, broker: Version) -> Result<bool, String> {
    let Some(program) = analyse(text).program else { return Ok(false) };
    let limits = limits();
    let spec = RunSpec { limits, broker, ..RunSpec::of(text) };
    let mut run = Run::new(Arc::new(spec), program);
    let mut pulls = 0;
    while !run.work(1_000).is_finished {
        pulls += 1_000;
        if pulls > STEPS * 10 {
            return Err(format!("does not end: {:?}", run.progress()));
        }
    }
    let progress = run.progress();
    if progress.steps > STEPS {
        return Err(format!("made {} steps", progress.steps));
    }
    Ok(true)
}
