//! What no recorded case covers: alarms, kills, timeouts, limits by version, the order of confirms in time.
//! Each test names the page of RabbitMQ's documentation or the source it follows.

use std::sync::Arc;

use warren::amqp::{ConnectionId, FieldTable, FieldValue, Method, Properties, SimDuration, Template, name};
#[path = "broker_scenarios/bench.rs"]
mod bench;
#[path = "broker_scenarios/streams.rs"]
mod streams;

use bench::{Bench, ONE, TWO};
use warren::broker::{Alarm, Effect, Operator, Stop, Version};

impl Bench {
    fn publish_delayed(&mut self, delay: Option<FieldValue>) {
        self.publish_to("later", false, delay);
    }

    /// Publishes persistently with a header x-delay.
    fn publish_to(&mut self, exchange: &str, mandatory: bool, delay: Option<FieldValue>) {
        let mut headers = FieldTable::default();
        if let Some(delay) = delay {
            headers.set("x-delay", delay);
        }
        let properties =
            Properties { delivery_mode: Some(2), headers: Some(headers), ..Properties::default() };
        let template = Template {
            exchange: name(exchange),
            routing_key: name(""),
            mandatory,
            immediate: false,
            properties,
        };
        let method = Method::BasicPublish { template: Arc::new(template), body: Arc::from(&b"m"[..]) };
        self.method(ONE, method);
    }

    fn consume(&mut self, connection: ConnectionId, priority: i64) {
        let mut arguments = FieldTable::default();
        arguments.set("x-priority", FieldValue::integer(priority));
        self.method(
            connection,
            Method::BasicConsume {
                queue: name("q"),
                consumer_tag: name("c"),
                no_local: false,
                no_ack: false,
                exclusive: false,
                arguments,
            },
        );
    }

    fn requeue(&mut self, tag: u64, by_nack: bool) {
        let method = if by_nack {
            Method::BasicNack { delivery_tag: tag, multiple: false, requeue: true }
        } else {
            Method::BasicReject { delivery_tag: tag, requeue: true }
        };
        self.method(ONE, method);
    }
}

fn quorum() -> (&'static str, FieldValue) {
    ("x-queue-type", FieldValue::text("quorum"))
}

/// RabbitMQ: rabbit_reader blocks at the first publish; what is sent later on that connection, acks too, waits.
#[test]
fn an_alarm_blocks_a_connection_from_its_first_publish() {
    let mut bench = Bench::new(Version::V4_3);
    bench.declare(&[]);
    bench.publish(ONE);
    bench.consume(ONE, 0);
    bench.operator(Operator::Alarm { alarm: Alarm::Memory, on: true });
    assert_eq!(bench.count(|effect| matches!(effect, Effect::Blocked { .. })), 0, "nobody has published yet");
    bench.publish(ONE);
    bench.method(ONE, Method::BasicAck { delivery_tag: 1, multiple: false });
    assert_eq!(bench.count(|effect| matches!(effect, Effect::Blocked { .. })), 1);
    assert_eq!((bench.counts(), bench.deliveries()), ((0, 1), 1), "neither the publish nor the ack was read");
    bench.operator(Operator::Alarm { alarm: Alarm::Memory, on: false });
    assert_eq!(bench.count(|effect| matches!(effect, Effect::Blocked { .. })), 2);
    assert_eq!((bench.counts(), bench.deliveries()), ((0, 1), 2), "both were, in their order");
}

/// tutorial run s05e: what was on disk comes back, redelivered; what no flush had finished does not.
#[test]
fn a_kill_keeps_what_was_on_disk() {
    let mut bench = Bench::new(Version::V3_10);
    bench.declare(&[]);
    bench.publish(ONE);
    bench.wait(SimDuration::secs(1));
    bench.publish(ONE);
    bench.operator(Operator::Stop(Stop::Kill));
    bench.operator(Operator::Start);
    assert_eq!(bench.counts(), (1, 0));
    let queue = bench.broker.view().queue_named("/", "q").expect("it is durable");
    assert!(bench.broker.view().ready(queue).all(|copy| copy.redelivered));
    assert!(bench.texts.is_empty(), "nobody was told");
}

/// A connection that is still open at a stop is not handed what another one gives back.
#[test]
fn nothing_is_delivered_while_the_node_goes_down() {
    let mut bench = Bench::new(Version::V4_3);
    bench.declare(&[]);
    bench.publish(ONE);
    bench.consume(ONE, 0);
    bench.consume(TWO, 0);
    bench.operator(Operator::Stop(Stop::Clean));
    bench.operator(Operator::Start);
    assert_eq!((bench.deliveries(), bench.counts()), (1, (1, 0)));
    assert_eq!(bench.texts.len(), 2);
    assert!(bench.texts.iter().all(|text| text.contains("forced connection closure with reason 'shutdown'")));
}

/// RabbitMQ: 3.10 checks each channel every 60 s, so that the limit of 30 minutes acts after 30 to 31.
#[test]
fn the_acknowledgement_timeout_closes_the_channel() {
    let mut bench = Bench::new(Version::V3_10);
    bench.declare(&[]);
    bench.wait(SimDuration::secs(20));
    bench.publish(ONE);
    bench.consume(ONE, 0);
    bench.wait(SimDuration::secs(30 * 60));
    assert!(bench.texts.is_empty(), "the next tick is 40 s later");
    bench.wait(SimDuration::secs(60));
    let text = "PRECONDITION_FAILED - delivery acknowledgement on channel 1 timed out. Timeout value used: 1800000 ms. \
                This timeout value can be configured, see consumers doc guide to learn more";
    assert_eq!(bench.texts, [text]);
    assert_eq!(bench.counts(), (1, 0));
}

/// Release notes of 4.3.0: quorum queues only, and the consumer is cancelled.
#[test]
fn the_acknowledgement_timeout_of_4_3_cancels_consumers_of_quorum_queues() {
    for (arguments, left) in [(vec![], (0, 1)), (vec![quorum()], (1, 0))] {
        let mut bench = Bench::new(Version::V4_3);
        bench.declare(&arguments);
        bench.publish(ONE);
        bench.consume(ONE, 0);
        bench.wait(SimDuration::secs(40 * 60));
        assert_eq!(bench.counts(), left);
        let cancelled = bench.count(|effect| matches!(effect, Effect::ConsumerGone { told: true, .. }));
        assert_eq!((cancelled, bench.texts.len()), (arguments.len(), 0));
    }
}

/// Semantics by version: no limit before 4.0, 20 from then on, and in 4.3 a nack does not count.
#[test]
fn the_default_delivery_limit_ends_a_poison_message() {
    for (version, by_nack, expected) in [
        (Version::V3_13, true, 40),
        (Version::V4_0, true, 21),
        (Version::V4_2, false, 21),
        (Version::V4_3, false, 21),
        (Version::V4_3, true, 40),
    ] {
        let mut bench = Bench::new(version);
        bench.declare(&[quorum()]);
        bench.publish(ONE);
        bench.consume(ONE, 0);
        for tag in 1..40 {
            if bench.counts().1 == 1 {
                bench.requeue(tag, by_nack);
            }
        }
        assert_eq!(bench.deliveries(), expected, "{version}, nack: {by_nack}");
    }
}

/// Release notes of 4.0.1: a higher priority takes over, once the old one holds nothing.
#[test]
fn a_single_active_consumer_of_a_quorum_queue_yields_to_a_higher_priority() {
    for (version, second) in [(Version::V3_13, ONE), (Version::V4_0, TWO)] {
        let mut bench = Bench::new(version);
        bench.declare(&[quorum(), ("x-single-active-consumer", FieldValue::Bool(true))]);
        bench.consume(ONE, 0);
        bench.publish(ONE);
        bench.consume(TWO, 5);
        bench.method(ONE, Method::BasicAck { delivery_tag: 1, multiple: false });
        bench.publish(ONE);
        let last = bench.effects.iter().rev().find_map(|effect| match effect {
            Effect::Delivered { channel, .. } => bench.broker.view().channel_place(*channel),
            _ => None,
        });
        assert_eq!(last, Some((second, 1)), "{version}");
    }
}

/// RabbitMQ: a persistent message is confirmed when it is on disk, or when it is acknowledged before.
#[test]
fn a_confirm_waits_for_the_disk_or_the_acknowledgement() {
    let mut bench = Bench::new(Version::V4_3);
    bench.declare(&[]);
    bench.method(ONE, Method::ConfirmSelect);
    bench.publish(ONE);
    bench.wait(SimDuration::millis(4));
    assert_eq!(bench.confirms(), 0);
    bench.wait(SimDuration::millis(1));
    assert_eq!(bench.confirms(), 1);
    bench.publish(ONE);
    bench.consume(TWO, 0);
    bench.method(TWO, Method::BasicAck { delivery_tag: 2, multiple: false });
    bench.wait(SimDuration::ZERO);
    assert_eq!(bench.confirms(), 2, "it need not go to disk any more");
}

/// RabbitMQ: rabbit_fifo refuses once over the limit, and takes messages again at four fifths of it.
#[test]
fn a_quorum_queue_refuses_from_one_over_its_limit_down_to_four_fifths() {
    let mut bench = Bench::new(Version::V4_3);
    bench.declare(&[
        quorum(),
        ("x-max-length", FieldValue::integer(5)),
        ("x-overflow", FieldValue::text("reject-publish")),
    ]);
    (0..8).for_each(|_| bench.publish(ONE));
    assert_eq!(bench.counts(), (6, 0));
    let get = Method::BasicGet { queue: name("q"), no_ack: true };
    bench.method(ONE, get.clone());
    bench.publish(ONE);
    assert_eq!(bench.counts(), (5, 0), "still refusing");
    bench.method(ONE, get);
    bench.publish(ONE);
    assert_eq!(bench.counts(), (5, 0), "four are few enough");
}

/// The plugin's source and README, as no package has it: rabbitmq-delayed-message-exchange.
#[test]
fn a_delayed_message_waits_in_its_exchange() {
    let mut bench = Bench::new(Version::V4_3);
    bench.declare(&[]);
    let mut arguments = FieldTable::default();
    arguments.set("x-delayed-type", FieldValue::text("fanout"));
    bench.method(ONE, exchange("later", &arguments));
    bench.method(
        ONE,
        Method::QueueBind {
            queue: name("q"),
            exchange: name("later"),
            routing_key: name(""),
            arguments: FieldTable::default(),
        },
    );
    let ready = |bench: &Bench| bench.broker.view().queues().map(|queue| queue.ready).sum::<u32>();
    // No delay: nothing, zero, negative, more than a timer can hold, no number.
    let mut expected = 0;
    for delay in [
        None,
        Some(FieldValue::Int(0)),
        Some(FieldValue::Int(-5)),
        Some(FieldValue::Long(4_294_967_296)),
        Some(FieldValue::text("soon")),
    ] {
        bench.publish_delayed(delay);
        expected += 1;
        assert_eq!(ready(&bench), expected, "at once");
    }
    bench.publish_delayed(Some(FieldValue::Int(2000)));
    bench.publish_delayed(Some(FieldValue::text("1000")));
    bench.publish_delayed(Some(FieldValue::Double(1500.9)));
    bench.wait(SimDuration::millis(999));
    assert_eq!(ready(&bench), expected);
    bench.wait(SimDuration::millis(1));
    assert_eq!(ready(&bench), expected + 1, "the one of 1000 ms overtook the one of 2000");
    // RabbitMQ: to the rest of the broker it is unroutable until then.
    bench.effects.clear();
    bench.publish_to("later", true, Some(FieldValue::Int(60_000)));
    assert!(bench.effects.iter().any(|effect| matches!(effect, Effect::Returned { code: 312, .. })));
    let mut arguments = FieldTable::default();
    arguments.set("x-delayed-type", FieldValue::text("x-delayed-message"));
    bench.method(TWO, exchange("never", &arguments));
    assert_eq!(
        bench.texts.last().map(String::as_str),
        Some(
            "PRECONDITION_FAILED - Invalid argument, 'x-delayed-message' can't be used for 'x-delayed-type'"
        )
    );
    // It survives the node's end, and the time it was down counts.
    bench.operator(Operator::Stop(Stop::Clean));
    bench.wait(SimDuration::secs(5));
    bench.operator(Operator::Start);
    bench.wait(SimDuration::ZERO);
    let queue = bench.broker.view().queues().find(|queue| &*queue.name == "q").map(|queue| queue.id);
    let delays = |bench: &Bench| -> Vec<FieldValue> {
        let found = bench.broker.view().ready(queue.expect("it is durable"));
        found
            .filter_map(|copy| bench.broker.view().message(copy.message))
            .filter_map(|message| message.properties().headers.as_ref()?.get("x-delay").cloned())
            .collect()
    };
    assert!(delays(&bench).ends_with(&[
        FieldValue::Int(-1000),
        FieldValue::Int(-1500),
        FieldValue::Int(-2000)
    ]));
}

fn exchange(exchange: &str, arguments: &FieldTable) -> Method {
    Method::ExchangeDeclare {
        exchange: name(exchange),
        kind: name("x-delayed-message"),
        passive: false,
        durable: true,
        auto_delete: false,
        internal: false,
        arguments: arguments.clone(),
    }
}

/// RabbitMQ: rabbit_fifo_dlx_worker, which has 32 at a time and tries again after 180 seconds.
#[test]
fn dead_letters_wait_for_their_exchange() {
    let mut bench = Bench::new(Version::V4_3);
    bench.declare(&[
        ("x-queue-type", FieldValue::text("quorum")),
        ("x-dead-letter-exchange", FieldValue::text("dead")),
        ("x-dead-letter-strategy", FieldValue::text("at-least-once")),
        ("x-overflow", FieldValue::text("reject-publish")),
    ]);
    for delivery_tag in 1..=40 {
        bench.publish(ONE);
        bench.method(ONE, Method::BasicGet { queue: name("q"), no_ack: false });
        bench.method(ONE, Method::BasicReject { delivery_tag, requeue: false });
    }
    let held = |bench: &Bench| -> Vec<(u32, u32)> {
        bench.broker.view().queues().map(|queue| (queue.ready, queue.dead_letters)).collect()
    };
    assert_eq!(held(&bench), [(0, 40)]);
    bench.operator(Operator::Stop(Stop::Kill));
    bench.operator(Operator::Start);
    assert_eq!(held(&bench), [(0, 40)], "they are as safe as messages");
    let third = ConnectionId(3);
    bench.connect(third);
    let (passive, durable, internal) = (false, true, false);
    let declare = Method::ExchangeDeclare {
        exchange: name("dead"),
        kind: name("fanout"),
        passive,
        durable,
        auto_delete: false,
        internal,
        arguments: FieldTable::default(),
    };
    bench.method(third, declare);
    let queue = Method::QueueDeclare {
        queue: name("d"),
        passive,
        durable,
        exclusive: false,
        auto_delete: false,
        arguments: FieldTable::default(),
    };
    bench.method(third, queue);
    let bind = Method::QueueBind {
        queue: name("d"),
        exchange: name("dead"),
        routing_key: name(""),
        arguments: FieldTable::default(),
    };
    bench.method(third, bind);
    assert_eq!(held(&bench), [(0, 40), (0, 0)], "nothing tells the worker");
    bench.wait(SimDuration::secs(180));
    bench.wait(SimDuration::secs(1));
    assert_eq!(held(&bench), [(0, 0), (40, 0)]);
}
