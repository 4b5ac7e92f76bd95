//! Random logs, biased to few names, so that what is done meets.

use std::sync::Arc;

use proptest::prelude::*;

use warren::amqp::{FieldTable, FieldValue, Method, Properties, Template, name};
use warren::broker::{Operator, Stop};

const QUEUES: [&str; 4] = ["q", "r", "dead", "q"];
const EXCHANGES: [&str; 4] = ["x", "", "amq.topic", ""];
const KEYS: [&str; 5] = ["q", "q", "r", "a.b", "#"];
const TAGS: [&str; 3] = ["one", "two", "three"];

fn queue() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&QUEUES[..])
}

fn arguments() -> impl Strategy<Value = FieldTable> {
    let number = |key: &'static str, most: i64| (0..most).prop_map(move |n| (key, FieldValue::integer(n)));
    let text = |key: &'static str, text: &'static str| Just((key, FieldValue::text(text)));
    let one = prop_oneof![
        number("x-max-length", 4),
        number("x-message-ttl", 3000),
        number("x-max-priority", 4),
        number("x-expires", 5000),
        number("x-delivery-limit", 3),
        text("x-queue-type", "quorum"),
        text("x-queue-type", "classic"),
        text("x-dead-letter-exchange", ""),
        text("x-dead-letter-exchange", "x"),
        text("x-dead-letter-routing-key", "dead"),
        text("x-overflow", "reject-publish"),
        text("x-overflow", "reject-publish-dlx"),
        number("x-max-length-bytes", 20),
        Just(("x-single-active-consumer", FieldValue::Bool(true))),
    ];
    prop::collection::vec(one, 0..3).prop_map(|pairs| {
        let mut table = FieldTable::default();
        pairs.into_iter().for_each(|(key, value)| table.set(key, value));
        table
    })
}

fn properties() -> impl Strategy<Value = Properties> {
    let expiration = prop::option::weighted(0.2, prop::sample::select(&["0", "10", "2000"][..]));
    (prop::option::of(1u8..3), prop::option::of(0u8..10), expiration).prop_map(
        |(mode, priority, expiration)| Properties {
            delivery_mode: mode,
            priority,
            expiration: expiration.map(name),
            ..Properties::default()
        },
    )
}

pub fn declare() -> impl Strategy<Value = Method> {
    let flags =
        (prop::bool::weighted(0.1), any::<bool>(), prop::bool::weighted(0.2), prop::bool::weighted(0.2));
    (queue(), flags, arguments()).prop_map(
        |(queue, (passive, durable, exclusive, auto_delete), arguments)| Method::QueueDeclare {
            queue: name(queue),
            passive,
            durable,
            exclusive,
            auto_delete,
            arguments,
        },
    )
}

/// `q`, full with two messages.
pub fn refusing_queue() -> Method {
    let mut arguments = FieldTable::default();
    arguments.set("x-max-length", FieldValue::integer(2));
    arguments.set("x-overflow", FieldValue::text("reject-publish"));
    let (passive, durable, exclusive, auto_delete) = (false, true, false, false);
    Method::QueueDeclare { queue: name("q"), passive, durable, exclusive, auto_delete, arguments }
}

/// `q`, a quorum queue that dead-letters at least once, and `r`, a stream; and a limit for each consumer, as a stream
/// wants one.
pub fn careful_queues() -> Vec<Method> {
    let declare = |queue: &str, pairs: &[(&'static str, &str)]| {
        let mut arguments = FieldTable::default();
        pairs.iter().for_each(|(key, value)| arguments.set(key, FieldValue::text(value)));
        let (passive, durable, exclusive, auto_delete) = (false, true, false, false);
        Method::QueueDeclare { queue: name(queue), passive, durable, exclusive, auto_delete, arguments }
    };
    let at_least_once = [
        ("x-queue-type", "quorum"),
        ("x-dead-letter-exchange", ""),
        ("x-dead-letter-routing-key", "r"),
        ("x-dead-letter-strategy", "at-least-once"),
        ("x-overflow", "reject-publish"),
    ];
    vec![declare("q", &at_least_once), declare("r", &[("x-queue-type", "stream")])]
}

fn topology() -> impl Strategy<Value = Method> {
    let exchange = || prop::sample::select(&EXCHANGES[..]);
    let key = || prop::sample::select(&KEYS[..]);
    let kind = prop::sample::select(&["direct", "fanout", "topic", "headers"][..]);
    prop_oneof![
        6 => declare(),
        1 => (exchange(), kind, any::<bool>(), any::<bool>()).prop_map(|(exchange, kind, durable, auto_delete)| {
            Method::ExchangeDeclare {
                exchange: name(exchange), kind: name(kind), passive: false, durable, auto_delete, internal: false,
                arguments: FieldTable::default(),
            }
        }),
        1 => (exchange(), any::<bool>())
            .prop_map(|(exchange, if_unused)| Method::ExchangeDelete { exchange: name(exchange), if_unused }),
        2 => (queue(), exchange(), key()).prop_map(|(queue, exchange, key)| Method::QueueBind {
            queue: name(queue), exchange: name(exchange), routing_key: name(key), arguments: FieldTable::default(),
        }),
        1 => (queue(), exchange(), key()).prop_map(|(queue, exchange, key)| Method::QueueUnbind {
            queue: name(queue), exchange: name(exchange), routing_key: name(key), arguments: FieldTable::default(),
        }),
        1 => (exchange(), exchange(), key()).prop_map(|(destination, source, key)| Method::ExchangeBind {
            destination: name(destination), source: name(source), routing_key: name(key),
            arguments: FieldTable::default(),
        }),
        1 => (queue(), any::<bool>(), any::<bool>()).prop_map(|(queue, if_unused, if_empty)| {
            Method::QueueDelete { queue: name(queue), if_unused, if_empty }
        }),
        1 => queue().prop_map(|queue| Method::QueuePurge { queue: name(queue) }),
    ]
}

/// A plain publish through the default exchange.
pub fn publish_to(queue: &str) -> Method {
    let template = Template {
        exchange: name(""),
        routing_key: name(queue),
        mandatory: false,
        immediate: false,
        properties: Properties::default(),
    };
    Method::BasicPublish { template: Arc::new(template), body: Arc::from(&b"body"[..]) }
}

fn publish() -> impl Strategy<Value = Method> {
    let exchange = prop::sample::select(&EXCHANGES[..]);
    let key = prop::sample::select(&KEYS[..]);
    (exchange, key, any::<bool>(), properties()).prop_map(|(exchange, key, mandatory, properties)| {
        let template = Template {
            exchange: name(exchange),
            routing_key: name(key),
            mandatory,
            immediate: false,
            properties,
        };
        Method::BasicPublish { template: Arc::new(template), body: Arc::from(&b"body"[..]) }
    })
}

fn consuming() -> impl Strategy<Value = Method> {
    let tag = || prop::sample::select(&TAGS[..]);
    let multiple = prop::bool::weighted(0.3);
    prop_oneof![
        6 => (queue(), tag(), prop::bool::weighted(0.2), prop::bool::weighted(0.05), prop::option::weighted(0.2, -1i64..2))
            .prop_map(|(queue, tag, no_ack, exclusive, priority)| {
                let mut arguments = FieldTable::default();
                priority.into_iter().for_each(|priority| arguments.set("x-priority", FieldValue::integer(priority)));
                Method::BasicConsume {
                    queue: name(queue), consumer_tag: name(tag), no_local: false, no_ack, exclusive, arguments,
                }
            }),
        1 => tag().prop_map(|tag| Method::BasicCancel { consumer_tag: name(tag) }),
        2 => (queue(), any::<bool>()).prop_map(|(queue, no_ack)| Method::BasicGet { queue: name(queue), no_ack }),
        1 => (4u64..6, multiple).prop_map(|(delivery_tag, multiple)| Method::BasicAck { delivery_tag, multiple }),
        1 => Just(Method::BasicRecover { requeue: true }),
        1 => (0u16..4, prop::bool::weighted(0.3))
            .prop_map(|(prefetch_count, global)| Method::BasicQos { prefetch_size: 0, prefetch_count, global }),
    ]
}

fn method() -> impl Strategy<Value = Method> {
    prop_oneof![
        3 => topology(),
        40 => publish(),
        20 => consuming(),
        1 => Just(Method::ConfirmSelect),
        1 => prop::sample::select(vec![Method::TxSelect, Method::TxCommit, Method::TxRollback]),
        1 => Just(Method::ChannelClose),
    ]
}

/// A step of a log: a command of one of three connections, or time that passes.
#[derive(Clone, Debug)]
pub enum Step {
    Method(u32, u16, Method),
    Settle(u32, u16, usize, (bool, bool, bool)),
    Reconnect(u32),
    Lost(u32),
    Operator(Operator),
    Wait(u64),
}

pub fn step() -> impl Strategy<Value = Step> {
    let node = prop::sample::select(vec![
        Operator::Stop(Stop::Clean),
        Operator::Stop(Stop::Kill),
        Operator::Start,
        Operator::Start,
    ]);
    prop_oneof![
        40 => (0u32..3, 1u16..3, method()).prop_map(|(connection, number, method)| {
            Step::Method(connection, number, method)
        }),
        40 => (0u32..3, 1u16..3, 0usize..3, (any::<bool>(), any::<bool>(), any::<bool>()))
            .prop_map(|(client, channel, nth, how)| Step::Settle(client, channel, nth, how)),
        1 => (0u32..3).prop_map(Step::Reconnect),
        1 => (0u32..3).prop_map(Step::Lost),
        1 => node.prop_map(Step::Operator),
        5 => prop::sample::select(&[1u64, 1, 20, 20, 20, 700, 700, 700, 4000, 40 * 60 * 1000][..]).prop_map(Step::Wait),
    ]
}
