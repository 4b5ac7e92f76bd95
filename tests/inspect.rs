//! Views as text. What is expected is reasoned from RabbitMQ's rules and the language's times: connecting takes five
//! round trips of 2 ms, everything else one way of 1 ms.

#[path = "inspect/asked.rs"]
mod asked;

use asked::{Asked, asked};
use warren::inspect::view::{MarkKind, MessageRef, Thing};

/// One message, one consumer without acknowledgement. The consumer is connected at 10 ms and consumes from 11 ms on;
/// the publisher, from 100 ms, at 110 ms; its message reaches the broker at 111 ms and the consumer at 112 ms.
const HELLO: &str = r#"queue hello
publisher boss starts at 100ms { publish "Hello World!" to default key "hello" }
consumer reader { consume hello no_ack { print "[x] Received {message.body}" } }
expect received(reader) == 1
expect ready(hello) == 1
"#;

/// A worker with one task at work and one waiting dies at 500 ms.
const CRASH: &str = r#"queue tasks durable
publisher boss starts at 100ms { for i in 1..2 { publish "task {i}" to default key "tasks" persistent } }
consumer slow { prefetch 1; consume tasks { wait 1s; ack } }
consumer next starts at 1s { consume tasks { ack } }
at 500ms crash slow
"#;

/// Three queues behind a topic exchange, one of them through an exchange bound to it.
const TOPIC: &str = r##"exchange logs topic
exchange copies fanout
queue all; queue kern; queue archive
bind all to logs key "#"
bind kern to logs key "kern.*"
bind exchange copies to logs key "*.critical"
bind archive to copies
publisher p starts at 100ms {
  on return { print "{message.body} came back" }
  publish "a" to logs key "kern.critical"
  publish "b" to copies
  publish "c" to default key "nobody"
  publish "d" to default key "nobody" mandatory
  wait 10ms
}
"##;

fn hello() -> Asked {
    asked(HELLO)
}

#[test]
fn output_has_its_time_and_its_client() {
    let mut run = hello();
    let end = run.end();
    assert_eq!(run.output_at(end), ["0.112s reader [x] Received Hello World! (boss 1)"]);
    let before = run.at_time(111_999);
    assert_eq!(run.lines_until(before), 0, "not printed yet");
    let after = run.at_time(112_000);
    assert_eq!(run.lines_until(after), 1);
}

#[test]
fn a_moment_tells_what_happened_in_it() {
    let mut run = hello();
    let step = run.seek(0, true, &[MarkKind::Enqueue], None);
    assert_eq!(
        run.events(step),
        [
            "the default exchange takes \"Hello World!\" with key \"hello\"",
            "the key of \"Hello World!\" is the queue's name",
            "\"Hello World!\" stands in hello",
            "hello delivers \"Hello World!\" to reader (tag 1)",
            "\"Hello World!\" leaves hello: reader consumes without acknowledgement",
        ]
    );
}

#[test]
fn before_anything_happened_there_is_nothing() {
    let mut run = hello();
    assert!(run.events(0).is_empty());
    assert!(run.queues(0).is_empty());
    assert_eq!(run.lines_until(0), 0);
}

#[test]
fn checks_say_what_was_found() {
    let mut run = hello();
    assert_eq!(
        run.checks(),
        ["Held expect received(reader) == 1", "Failed expect ready(hello) == 1: ready(hello) was 0"]
    );
}

#[test]
fn the_topology_reads_from_left_to_right() {
    let mut run = hello();
    let step = run.seek(0, true, &[MarkKind::Enqueue], None);
    assert_eq!(
        run.nodes(step),
        ["0.0 boss", "1.0 (default) direct", "2.0 hello 0/0", "3.0 reader"],
        "column.row label"
    );
    assert_eq!(
        run.edges(step),
        ["boss → (default) [boss 1]", "(default) → hello [boss 1]", "hello → reader reader.1 [boss 1]"]
    );
    // The publisher has not begun, the consumer has not connected: both are drawn, neither is there.
    let early = run.at_time(5_000);
    assert_eq!(run.nodes(early), ["0.0 -boss", "1.0 (default) direct", "2.0 hello 0/0", "3.0 reader"]);
}

#[test]
fn a_queue_shows_who_holds_what() {
    let mut run = asked(CRASH);
    let at_work = run.at_time(300_000);
    assert_eq!(
        run.queues(at_work),
        ["tasks (classic, durable) ready 1 unacked 1\n  ready \"task 2\" of boss 2, persistent\n  \
          unacked \"task 1\" of boss 1, persistent, held by slow main slow.1 tag 1\n  \
          consumer slow slow.1 prefetch 1 unacked 1 blocked"]
    );
    // What the dead worker held is ready again at its old place, before the one behind it.
    let dead = run.at_time(700_000);
    assert_eq!(
        run.queues(dead),
        [
            "tasks (classic, durable) ready 2 unacked 0\n  ready \"task 1\" of boss 1, redelivered, persistent\n  \
          ready \"task 2\" of boss 2, persistent"
        ]
    );
}

#[test]
fn one_jumps_to_the_next_redelivery_and_back() {
    let mut run = asked(CRASH);
    // `next` is connected at 1.010 s; its consume arrives a millisecond later and is answered by both messages.
    let step = run.seek(0, true, &[MarkKind::Redeliver], None);
    assert!(
        run.events(step)
            .iter()
            .any(|event| event == "tasks delivers \"task 1\" to next (tag 1, redelivered)")
    );
    assert_eq!(run.time_of(step), 1_011_000);
    assert_eq!(run.seek(step, true, &[MarkKind::Requeue], None), step, "none after it: the same moment");
    let back = run.seek(step, false, &[MarkKind::Requeue], None);
    assert!(
        run.events(back).iter().any(|event| event == "\"task 1\" is ready in tasks again, at its old place")
    );
    let crash = run.seek(back, false, &[], Some(Thing::Client("slow".to_owned())));
    assert!(crash < back);
}

#[test]
fn a_journey_goes_through_every_hand() {
    let mut run = asked(CRASH);
    let message = MessageRef { client: "boss".to_owned(), ordinal: 1 };
    assert_eq!(
        run.journey(&message),
        [
            "0.110s boss sends basic.publish \"task 1\" to the default exchange with key \"tasks\"",
            "0.111s the default exchange takes \"task 1\" with key \"tasks\"",
            "0.111s the key of \"task 1\" is the queue's name",
            "0.111s \"task 1\" stands in tasks",
            "0.111s tasks delivers \"task 1\" to slow (tag 1)",
            "0.112s slow takes up \"task 1\" (tag 1)",
            "0.501s \"task 1\" is ready in tasks again, at its old place",
            "1.011s tasks delivers \"task 1\" to next (tag 1, redelivered)",
            "1.012s next takes up \"task 1\" (tag 1)",
            "1.013s \"task 1\" leaves tasks: acknowledged by next (tag 1)",
        ]
    );
    assert!(run.journey(&MessageRef { client: "boss".to_owned(), ordinal: 3 }).is_empty(), "never published");
}

#[test]
fn clients_say_what_they_wait_for() {
    let mut run = asked(CRASH);
    let step = run.at_time(300_000);
    assert_eq!(
        run.clients(step),
        [
            "boss ended",
            "slow waits 1s; main: prefetch 1 per consumer, 1 unacked, consumes tasks (\"slow.1\")",
            "next not started"
        ]
    );
    let dead = run.at_time(700_000);
    assert_eq!(run.clients(dead)[1], "slow crashed");
}

#[test]
fn routing_is_told_word_by_word() {
    let mut run = asked(TOPIC);
    let end = run.end();
    assert_eq!(
        run.routing(end, "logs", "kern.critical"),
        [
            "topic",
            "queue all # matched: [# took kern critical]",
            "queue kern kern.* matched: [kern took kern] [* took critical]",
            "exchange copies *.critical matched: [* took kern] [critical took critical]",
            "reaches all archive kern",
        ]
    );
    assert_eq!(
        run.routing(end, "logs", "cron.warning"),
        [
            "topic",
            "queue all # matched: [# took cron warning]",
            "queue kern kern.* not: [kern failed] [* not reached]",
            "exchange copies *.critical not: [* took cron] [critical failed]",
            "reaches all",
        ]
    );
    assert_eq!(run.routing(end, "", "kern"), ["direct", "queue kern kern matched:", "reaches kern"]);
    assert_eq!(run.routing(0, "logs", "a"), [""], "there is no such exchange yet");
}

#[test]
fn what_reaches_no_queue_says_why() {
    let mut run = asked(TOPIC);
    let drop = run.seek(0, true, &[MarkKind::Drop], None);
    assert!(
        run.events(drop).iter().any(|event| event == "publish of \"c\" dropped: there is no queue 'nobody'")
    );
    let back = run.seek(0, true, &[MarkKind::Return], None);
    assert!(run.events(back).iter().any(|event| event == "\"d\" goes back to p: 312 NO_ROUTE"));
    let end = run.end();
    assert_eq!(run.output_at(end), ["0.112s p d came back (p 4)"]);
}

#[test]
fn exchanges_behind_exchanges_stand_further_right() {
    let mut run = asked(TOPIC);
    let end = run.end();
    assert_eq!(
        run.nodes(end),
        [
            "0.0 -p",
            "1.0 (default) direct",
            "1.1 logs topic",
            "2.0 copies fanout",
            "3.0 all 1/0",
            "3.1 kern 1/0",
            "3.2 archive 2/0",
        ]
    );
}

#[test]
fn marks_fly_from_client_to_queue_to_client() {
    let mut run = hello();
    assert_eq!(
        run.marks(100_000, 200_000),
        [
            "0.100s boss Other",
            "0.100s boss Other",
            "0.108s boss Other",
            "0.110s boss Other",
            "0.110s boss Publish",
            "0.110s boss Other",
            "0.111s hello Enqueue from boss 0.110s",
            "0.111s hello Deliver",
            "0.111s hello Ack",
            "0.112s reader Deliver from hello 0.111s",
            "0.112s reader Print",
            "0.112s boss Other",
        ],
        "it starts and sends connection.open; four round trips later channel.open; it is connected, publishes, sends \
         connection.close and ends"
    );
}

/// A publish on a channel that the one before it closed, a wait and a variable: each is told as the script says it.
const CLOSED: &str = r#"publisher p {
  let sent = 0
  publish "a" to nowhere
  publish "b" to nowhere
  sent = 2
  wait 1s
}
"#;

#[test]
fn a_closed_channel_ignores_what_still_comes() {
    let mut run = asked(CLOSED);
    let step = run.seek(0, true, &[MarkKind::Publish], None);
    assert_eq!(
        run.events(step),
        [
            "p is connected",
            "p sets sent to 0",
            "p sends basic.publish \"a\" to exchange nowhere with key \"\"",
            "p sends basic.publish \"b\" to exchange nowhere with key \"\"",
            "p sets sent to 2",
            "p waits 1s",
        ]
    );
    let refused = run.seek(step, true, &[MarkKind::Refusal], None);
    assert_eq!(
        run.events(refused),
        [
            "the broker closes channel 1 of p: 404 NOT_FOUND - no exchange 'nowhere' in vhost '/'",
            "a channel of p is closed",
        ]
    );
    assert_eq!(
        run.events(refused + 1),
        [
            "basic.publish \"b\" to exchange nowhere with key \"\" of p comes to a closed channel and is ignored"
        ]
    );
    let landmarks: Vec<MarkKind> = run.summary.landmarks.iter().map(|(_, _, kind)| *kind).collect();
    assert_eq!(landmarks, [MarkKind::Refusal], "the error is told once, where the broker raised it");
}

/// A message goes to six queues; two consumers of one queue, one of them far away, take theirs up in another order; the one
/// far away is done and gone before the consumer of another queue takes up the same message. Nothing came back to a queue.
const SIX_COPIES: &str = r#"exchange news fanout
for name in ["a", "b", "c", "d", "e", "f"] {
  queue "{name}"
  bind "{name}" to news
}
consumer ca { consume a { ack } }
consumer cb { consume b { wait 200ms; ack } }
consumer cc { prefetch 1; consume c { ack } }
consumer far { prefetch 1; consume c { ack } }
consumer cd { consume d { ack } }
consumer ce { consume e { ack } }
consumer cf { consume f { ack } }
network far latency 50ms
publisher p starts at 1s { publish "1" to news; wait 20ms; publish "2" to news; publish "3" to news }
at 1150ms crash far
"#;

#[test]
fn copies_in_several_queues_are_each_for_itself() {
    assert_eq!(asked(SIX_COPIES).findings(), [""; 0]);
}
