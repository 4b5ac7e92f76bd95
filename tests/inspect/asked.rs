//! A script carried out by the engine, its views as lines of text.

use warren::amqp::SimTime;
use warren::engine::Engine;
use warren::engine::protocol::{Answer, Limits, Question, RunSpec, What};
use warren::inspect::view::{
    BindingAnswer, Copy, MarkKind, MessageRef, Moment, Node, QueueRow, Step, Summary, Thing, ThingKind,
    Topology, WordOutcome,
};

/// A script that has been run.
pub struct Asked {
    engine: Engine,
    pub summary: Summary,
}

/// Runs a script to its end under the page's defaults.
#[track_caller]
pub fn asked(source: &str) -> Asked {
    let mut engine = Engine::new();
    let refused = engine.begin(1, &spec(source));
    assert_eq!(refused, Ok(()), "{:#?}", engine.problems(source));
    while engine.work(10_000).more {}
    let summary = engine.summary(1).expect("the run is known");
    assert!(summary.done);
    Asked { engine, summary }
}

/// What the page asks for when nothing else is said.
pub fn spec(source: &str) -> RunSpec {
    RunSpec {
        source: source.to_owned(),
        seed: 1,
        broker: "4.3".to_owned(),
        latency: 1_000,
        limits: Limits { time: 3_600_000_000, steps: 1_000_000, memory: 256 << 20 },
        interventions: Vec::new(),
    }
}

fn time(micros: u64) -> String {
    SimTime(micros).to_string()
}

fn who(message: &MessageRef) -> String {
    format!("{} {}", message.client, message.ordinal)
}

fn thing(thing: &Thing) -> String {
    match thing {
        Thing::Message(message) => format!("message {}", who(message)),
        Thing::Client(name) => format!("client {name}"),
        Thing::Queue(_, name) => format!("queue {name}"),
        Thing::Exchange(_, name) => format!("exchange {name}"),
    }
}

impl Asked {
    fn ask(&mut self, step: Step, what: What) -> Answer {
        self.engine.ask(&Question { id: 0, run: 1, step, what })
    }

    fn moment(&mut self, step: Step, what: What) -> Moment {
        match self.ask(step, what) {
            Answer::Moment(moment) => *moment,
            other => panic!("a moment was asked for, not {other:?}"),
        }
    }

    pub fn end(&self) -> Step {
        self.summary.steps
    }

    /// The last moment not after that time.
    pub fn at_time(&mut self, time: u64) -> Step {
        self.moment(0, What::At { time, ordinal: u32::MAX }).step
    }

    pub fn time_of(&mut self, step: Step) -> u64 {
        self.moment(step, What::Moment).time
    }

    pub fn seek(&mut self, from: Step, forwards: bool, kinds: &[MarkKind], of: Option<Thing>) -> Step {
        self.moment(from, What::Seek { forwards, kinds: kinds.to_vec(), of }).step
    }

    pub fn events(&mut self, step: Step) -> Vec<String> {
        self.moment(step, What::Moment).events.into_iter().map(|event| event.text).collect()
    }

    fn output(&mut self, step: Step) -> warren::inspect::view::Output {
        match self.ask(step, What::Output { client: None, first: 0, count: 500 }) {
            Answer::Output(output) => output,
            other => panic!("output was asked for, not {other:?}"),
        }
    }

    pub fn output_at(&mut self, step: Step) -> Vec<String> {
        let lines = self.output(step).lines.into_iter();
        lines
            .map(|line| {
                let of = line.message.map(|message| format!(" ({})", who(&message))).unwrap_or_default();
                format!("{} {} {}{of}", time(line.time), line.client, line.text)
            })
            .collect()
    }

    pub fn lines_until(&mut self, step: Step) -> u32 {
        self.output(step).until_moment
    }

    pub fn queues(&mut self, step: Step) -> Vec<String> {
        match self.ask(step, What::Queues) {
            Answer::Queues(rows) => rows.iter().map(queue).collect(),
            other => panic!("queues were asked for, not {other:?}"),
        }
    }

    pub fn clients(&mut self, step: Step) -> Vec<String> {
        let Answer::Clients(rows) = self.ask(step, What::Clients) else { panic!("clients were asked for") };
        rows.into_iter()
            .map(|row| {
                let mut words = vec![format!("{} {}", row.name, row.state)];
                words.extend(row.channels);
                words.join("; ")
            })
            .collect()
    }

    pub fn checks(&mut self) -> Vec<String> {
        let Answer::Checks(rows) = self.ask(0, What::Checks) else { panic!("checks were asked for") };
        rows.into_iter()
            .map(|row| {
                let found = if row.found.is_empty() { String::new() } else { format!(": {}", row.found) };
                format!("{:?} {}{found}", row.verdict, row.text)
            })
            .collect()
    }

    /// The codes of what went otherwise than it was likely meant.
    pub fn findings(&mut self) -> Vec<String> {
        let Answer::Findings(rows) = self.ask(0, What::Findings) else { panic!("findings were asked for") };
        rows.into_iter().map(|row| row.code).collect()
    }

    pub fn topology(&mut self, step: Step) -> Topology {
        match self.ask(step, What::Topology) {
            Answer::Topology(topology) => topology,
            other => panic!("the topology was asked for, not {other:?}"),
        }
    }

    pub fn nodes(&mut self, step: Step) -> Vec<String> {
        self.topology(step).nodes.iter().map(node).collect()
    }

    pub fn edges(&mut self, step: Step) -> Vec<String> {
        let topology = self.topology(step);
        let label = |at: u32| &topology.nodes[at as usize].label;
        let edges = topology.edges.iter().map(|edge| {
            let words: String =
                if edge.label.is_empty() { String::new() } else { format!(" {}", edge.label) };
            let active: Vec<String> = edge.active.iter().map(who).collect();
            let active = if active.is_empty() { String::new() } else { format!(" [{}]", active.join(", ")) };
            let gone = if edge.present { "" } else { "-" };
            format!("{gone}{} → {}{words}{active}", label(edge.from), label(edge.to))
        });
        edges.collect()
    }

    pub fn journey(&mut self, message: &MessageRef) -> Vec<String> {
        match self.ask(0, What::Journey(message.clone())) {
            Answer::Journey(Some(journey)) => {
                journey.hops.iter().map(|hop| format!("{} {}", time(hop.time), hop.text)).collect()
            }
            Answer::Journey(None) => Vec::new(),
            other => panic!("a journey was asked for, not {other:?}"),
        }
    }

    pub fn routing(&mut self, step: Step, exchange: &str, key: &str) -> Vec<String> {
        let what = What::Routing {
            vhost: "/".to_owned(),
            exchange: exchange.to_owned(),
            key: key.to_owned(),
            headers: String::new(),
        };
        let Answer::Routing(routing) = self.ask(step, what) else { panic!("routing was asked for") };
        let mut lines = vec![routing.exchange_type];
        lines.extend(routing.bindings.iter().map(binding));
        if !routing.queues.is_empty() {
            lines.push(format!("reaches {}", routing.queues.join(" ")));
        }
        lines
    }

    pub fn marks(&mut self, from: u64, to: u64) -> Vec<String> {
        let Answer::Marks(Some(marks)) = self.ask(0, What::Marks { from, to, limit: 1_000 }) else {
            panic!("marks were asked for, and few enough")
        };
        let lane = |at: u16| &self.summary.lanes[at as usize].label;
        let line = |mark: &warren::inspect::view::Mark| {
            let from =
                mark.from.map(|(at, when)| format!(" from {} {}", lane(at), time(when))).unwrap_or_default();
            format!("{} {} {:?}{from}", time(mark.time), lane(mark.lane), mark.kind)
        };
        marks.iter().map(line).collect()
    }
}

fn copy(copy: &Copy) -> String {
    let mut words = vec![format!("{:?} of {}", copy.body, who(&copy.message))];
    words.extend(copy.redelivered.then(|| "redelivered".to_owned()));
    words.extend(copy.persistent.then(|| "persistent".to_owned()));
    words.extend(copy.expires.map(|at| format!("expires {}", time(at))));
    words.extend(copy.holder.as_ref().map(|holder| {
        let (client, channel, tag) = (&holder.client, &holder.channel, &holder.consumer_tag);
        format!("held by {client} {channel} {tag} tag {}", holder.delivery_tag)
    }));
    words.join(", ")
}

fn queue(row: &QueueRow) -> String {
    let mut lines = vec![format!(
        "{} ({}) ready {} unacked {}",
        row.name,
        row.features.join(", "),
        row.ready,
        row.unacked
    )];
    lines.extend(row.ready_copies.iter().map(|one| format!("ready {}", copy(one))));
    lines.extend(row.unacked_copies.iter().map(|one| format!("unacked {}", copy(one))));
    lines.extend(row.consumers.iter().map(|consumer| {
        let blocked = if consumer.blocked { " blocked" } else { "" };
        let (client, tag) = (&consumer.client, &consumer.consumer_tag);
        format!(
            "consumer {client} {tag} prefetch {} unacked {}{blocked}",
            consumer.prefetch, consumer.unacked
        )
    }));
    lines.join("\n  ")
}

fn node(node: &Node) -> String {
    let gone = if node.present { "" } else { "-" };
    let more = match node.kind {
        ThingKind::Queue => format!(" {}/{}", node.ready, node.unacked),
        ThingKind::Exchange => format!(" {}", node.detail),
        _ => String::new(),
    };
    format!("{}.{} {gone}{}{more}", node.column, node.row, node.label)
}

fn binding(answer: &BindingAnswer) -> String {
    let words: Vec<String> = answer
        .words
        .iter()
        .map(|word| {
            let outcome = match word.outcome {
                WordOutcome::Took => format!("took {}", word.took.join(" ")),
                WordOutcome::Failed => "failed".to_owned(),
                WordOutcome::NotReached => "not reached".to_owned(),
            };
            format!(" [{} {outcome}]", word.word)
        })
        .collect();
    let verdict = if answer.matched { "matched" } else { "not" };
    format!("{} {} {verdict}:{}", thing(&answer.destination), answer.key, words.concat())
}
