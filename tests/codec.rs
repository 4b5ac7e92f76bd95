//! One of each message between the page and its worker goes through the codec and comes back the same.

use serde_bytes::ByteBuf;
use warren::engine::codec::{decode, encode};
use warren::engine::protocol::{
    Answer, FromWorker, Help, HelpItem, HelpOn, HelpOption, HelpPlace, Limits, Question, RunSpec, ToWorker,
    What,
};
use warren::inspect::view::{
    BindingAnswer, CheckRow, ClientRow, ConsumerRow, Copy, Edge, Event, FindingRow, Fix, Holder, Journey,
    Lane, Mark, MarkKind, MessageRef, Moment, Node, Output, OutputLine, Problem, QueueRow, Routing, Severity,
    Summary, Thing, ThingKind, Tile, Topology, Verdict, Word, WordOutcome,
};
use warren::text::Span;

fn text(text: &str) -> String {
    text.to_owned()
}

fn message() -> MessageRef {
    MessageRef { client: text("worker[2]"), ordinal: u32::MAX }
}

fn things() -> Vec<Thing> {
    vec![
        Thing::Message(message()),
        Thing::Client(text("操作")),
        Thing::Queue(text("/"), text("")),
        Thing::Exchange(text("/"), text("")),
    ]
}

fn spec() -> RunSpec {
    RunSpec {
        source: text("queue q # ünïcode \u{1F407}"),
        seed: u64::MAX,
        broker: text("4.3"),
        latency: 1_000,
        limits: Limits { time: u64::MAX, steps: 1, memory: 0 },
        interventions: vec![(5, text("crash q"))],
    }
}

fn whats() -> Vec<What> {
    vec![
        What::Moment,
        What::At { time: u64::MAX, ordinal: 3 },
        What::Seek {
            forwards: true,
            kinds: vec![MarkKind::Other, MarkKind::FailedCheck],
            of: things().pop(),
        },
        What::Output { client: Some(text("a")), first: 0, count: 500 },
        What::Queues,
        What::Clients,
        What::Topology,
        What::Tile { level: 55, index: u32::MAX },
        What::Marks { from: 0, to: u64::MAX, limit: 9 },
        What::Routing { vhost: text("/"), exchange: text("e"), key: text("a.b"), headers: text("{ a: 1 }") },
        What::Checks,
        What::Findings,
        What::Journey(message()),
        What::Hash,
    ]
}

fn event() -> Event {
    Event {
        step: 1 << 40,
        time: 7,
        kind: MarkKind::Redeliver,
        text: text("tasks delivers \"1\" to slow"),
        message: Some(message()),
        things: things(),
        span: Some(Span::new(1, 2)),
    }
}

fn copy() -> Copy {
    Copy {
        message: message(),
        body: text("b"),
        routing_key: text("k"),
        redelivered: true,
        persistent: false,
        expires: Some(u64::MAX),
        holder: Some(Holder {
            client: text("c"),
            channel: text("main"),
            consumer_tag: text("c.1"),
            delivery_tag: u64::MAX,
        }),
    }
}

fn queue() -> QueueRow {
    let consumer = ConsumerRow {
        client: text("c"),
        consumer_tag: text("c.1"),
        no_ack: true,
        prefetch: u16::MAX,
        unacked: 4,
        blocked: true,
        offset: Some(7),
    };
    QueueRow {
        vhost: text("/"),
        name: text("q"),
        features: vec![text("classic")],
        keeps: true,
        ready: 1,
        unacked: 2,
        ready_copies: vec![copy()],
        unacked_copies: vec![copy()],
        consumers: vec![consumer],
    }
}

fn topology() -> Topology {
    let node = Node {
        thing: Thing::Client(text("c")),
        kind: ThingKind::Publisher,
        label: text("c"),
        detail: text(""),
        column: 1,
        row: 2,
        ready: 3,
        unacked: 4,
        keeps: true,
        present: true,
    };
    let edge = Edge { from: 0, to: 0, label: text("#"), present: false, active: vec![message()] };
    Topology { nodes: vec![node], edges: vec![edge] }
}

fn routing() -> Routing {
    let word = |outcome| Word { word: text("*"), took: vec![text("a")], outcome };
    let binding = BindingAnswer {
        destination: Thing::Queue(text("/"), text("q")),
        key: text("*.b"),
        arguments: text(""),
        matched: false,
        words: vec![word(WordOutcome::Took), word(WordOutcome::Failed), word(WordOutcome::NotReached)],
        left_over: vec![text("z")],
        why: text("because"),
    };
    Routing {
        exchange_type: text("topic"),
        bindings: vec![binding],
        queues: vec![text("q")],
        otherwise: text("dropped"),
    }
}

fn answers() -> Vec<Answer> {
    let line = OutputLine {
        step: 1,
        time: 2,
        client: text("c"),
        kind: ThingKind::Operator,
        text: text("<b>"),
        is_error: true,
        message: None,
        span: Span::default(),
    };
    let mark = Mark {
        step: 1,
        time: 2,
        lane: 3,
        kind: MarkKind::Drop,
        message: Some(message()),
        from: Some((1, 2)),
        label: text("l"),
    };
    let checks =
        [Verdict::Held, Verdict::Failed, Verdict::Undecided, Verdict::Pending].map(|verdict| CheckRow {
            text: text("expect x"),
            span: Span::new(0, 9),
            verdict,
            moment: Some((1, 2)),
            found: text("x was 3"),
        });
    let client = ClientRow {
        name: text("c"),
        kind: ThingKind::Client,
        state: text("waits 1s"),
        channels: vec![text("main")],
        inbox: 2,
        span: None,
    };
    let journey = Journey {
        message: message(),
        body: text("body"),
        exchange: text(""),
        routing_key: text("k"),
        properties: vec![(text("priority"), text("9"))],
        hops: vec![event()],
    };
    let tile = Tile { level: 3, index: 4, complete: true, cells: ByteBuf::from(vec![0_u8, 255, 16]) };
    vec![
        Answer::Moment(Box::new(Moment { step: 1, time: 2, ordinal: 3, events: vec![event()] })),
        Answer::Output(Output { total: 9, until_moment: 8, first: 7, lines: vec![line] }),
        Answer::Queues(vec![queue()]),
        Answer::Clients(vec![client]),
        Answer::Topology(topology()),
        Answer::Tile(tile),
        Answer::Marks(Some(vec![mark])),
        Answer::Marks(None),
        Answer::Routing(routing()),
        Answer::Checks(checks.to_vec()),
        Answer::Findings(vec![finding()]),
        Answer::Journey(Some(Box::new(journey))),
        Answer::Journey(None),
        Answer::Text(text("00ff")),
        Answer::Gone,
    ]
}

fn summary() -> Summary {
    Summary {
        steps: 1,
        time: 2,
        records: 3,
        done: true,
        outcome: text("nothing more can happen"),
        limited: false,
        broker: (text("4.3"), true),
        hash: text("00"),
        lanes: vec![Lane {
            kind: ThingKind::Queue,
            thing: Thing::Queue(text("/"), text("q")),
            label: text("q"),
        }],
        density: vec![1; 200],
        landmarks: vec![(1, 2, MarkKind::Fault)],
        exchanges: vec![(text("/"), text("e"), text("topic"))],
    }
}

fn finding() -> FindingRow {
    FindingRow {
        code: text("unroutable"),
        severity: Severity::Warning,
        message: text("m"),
        help: text("h"),
        moment: (1 << 40, u64::MAX),
        count: u32::MAX,
        span: Some(Span::new(1, 2)),
    }
}

fn problem() -> Problem {
    Problem {
        code: text("unknown-queue"),
        severity: Severity::Warning,
        message: text("m"),
        help: Some(text("h")),
        span: Span::new(0, 1),
        utf16: (0, 1),
        line_column: (1, 1),
        fix: Some(Fix { title: text("t"), edits: vec![(0, 1, text("q"))] }),
    }
}

fn help() -> Help {
    let item = HelpItem {
        label: text("queue"),
        detail: text("NAME"),
        help: text("declares"),
        insert: text("queue "),
        back: 1,
    };
    Help {
        from: 1,
        to: 2,
        items: vec![item],
        options: vec![HelpOption { text: text("ttl 3s"), help: text("h"), is_used: true, is_current: false }],
        places: vec![HelpPlace { from: 1, to: 3, text: text("q"), line: 4, depth: 5, declares: true }],
        title: text("queue"),
        text: text("t"),
        field: text("f"),
        link: text("l"),
    }
}

/// Fails to compile when a message is added, so that it is added above too.
fn every_message_is_here(to: &ToWorker, from: &FromWorker, what: &What, answer: &Answer) {
    match to {
        ToWorker::Hello { .. } | ToWorker::Edit { .. } | ToWorker::Run { .. } | ToWorker::Stop { .. } => {}
        ToWorker::Drop { .. } | ToWorker::Ask(_) | ToWorker::Ping(_) | ToWorker::Format { .. } => {}
        ToWorker::Help { .. } => {}
    }
    match from {
        FromWorker::Hello { .. }
        | FromWorker::Problems { .. }
        | FromWorker::Formatted { .. }
        | FromWorker::Helped { .. }
        | FromWorker::Progress { .. } => {}
        FromWorker::Refused { .. } | FromWorker::Answer { .. } | FromWorker::Pong(_) => {}
        FromWorker::Panicked(_) => {}
    }
    match what {
        What::Moment | What::At { .. } | What::Seek { .. } | What::Output { .. } | What::Queues => {}
        What::Clients | What::Topology | What::Tile { .. } | What::Marks { .. } | What::Routing { .. } => {}
        What::Checks | What::Findings | What::Journey(_) | What::Hash => {}
    }
    match answer {
        Answer::Moment(_) | Answer::Output(_) | Answer::Queues(_) | Answer::Clients(_) => {}
        Answer::Topology(_) | Answer::Tile(_) | Answer::Marks(_) | Answer::Routing(_) => {}
        Answer::Checks(_) | Answer::Findings(_) | Answer::Journey(_) | Answer::Text(_) | Answer::Gone => {}
    }
}

#[test]
fn each_message_to_the_worker_arrives_as_it_was() {
    let mut messages = vec![
        ToWorker::Hello { build: text("1") },
        ToWorker::Edit { edit: u32::MAX, text: text("queue q") },
        ToWorker::Format { edit: 2, text: text("queue   q") },
        ToWorker::Help { id: 3, text: text("queue q"), at: 2, what: HelpOn::Hover },
        ToWorker::Help { id: 4, text: text("queue q"), at: 6, what: HelpOn::Rename(text("jobs")) },
        ToWorker::Run { run: 1, spec: spec() },
        ToWorker::Stop { run: 1 },
        ToWorker::Drop { run: 1 },
        ToWorker::Ping(7),
    ];
    let ask = |(id, what)| ToWorker::Ask(Question { id, run: 1, step: u64::MAX, what });
    messages.extend((0..).zip(whats()).map(ask));
    for message in messages {
        assert_eq!(decode::<ToWorker>(&encode(&message)).as_ref(), Some(&message));
    }
}

#[test]
fn each_message_of_the_worker_arrives_as_it_was() {
    let mut messages = vec![
        FromWorker::Hello { build: text("1") },
        FromWorker::Problems { edit: 1, problems: vec![problem()] },
        FromWorker::Formatted { edit: 2, text: Some(text("queue q")) },
        FromWorker::Helped { id: 3, help: Some(help()) },
        FromWorker::Helped { id: 4, help: None },
        FromWorker::Progress { run: 1, summary: Box::new(summary()) },
        FromWorker::Refused { run: 1, why: text("the script has errors") },
        FromWorker::Pong(7),
        FromWorker::Panicked(text("index out of bounds")),
    ];
    messages.extend((0..).zip(answers()).map(|(id, answer)| FromWorker::Answer {
        id,
        run: 1,
        step: 2,
        answer,
    }));
    for message in &messages {
        assert_eq!(decode::<FromWorker>(&encode(message)).as_ref(), Some(message));
    }
    every_message_is_here(&ToWorker::Ping(0), &messages[0], &What::Hash, &Answer::Gone);
}

#[test]
fn what_is_cut_short_is_no_message() {
    let whole = encode(&ToWorker::Run { run: 1, spec: spec() });
    for length in 0..whole.len() {
        assert_eq!(decode::<ToWorker>(&whole[..length]), None, "{length} bytes of {}", whole.len());
    }
}

/// A tile is bytes, not a list of numbers: 20 lanes of 256 columns stay at ten kilobytes.
#[test]
fn a_tile_costs_its_bytes() {
    let cells = ByteBuf::from(vec![200_u8; 20 * 512]);
    let tile = Answer::Tile(Tile { level: 0, index: 0, complete: false, cells });
    assert!(encode(&tile).len() < 20 * 512 + 32);
}
