//! Streams as they are simulated, where committing takes time: chunks, and what a kill takes. Recorded cases have no
//! delays, and a message to a chunk.

use warren::amqp::{FieldTable, FieldValue, Method, SimDuration, name};
use warren::broker::{Operator, Stop, Version};

use super::bench::{Bench, ONE, TWO};

impl Bench {
    /// A stream `q`, and a consumer of it on the second connection that may hold as many and begins there.
    fn stream(&mut self, prefetch_count: u16, offset: &str) {
        self.declare(&[("x-queue-type", FieldValue::text("stream"))]);
        self.read(prefetch_count, &[("x-stream-offset", FieldValue::text(offset))]);
    }

    fn read(&mut self, prefetch_count: u16, pairs: &[(&str, FieldValue)]) {
        let mut arguments = FieldTable::default();
        pairs.iter().for_each(|(key, value)| arguments.set(key, value.clone()));
        self.method(TWO, Method::BasicQos { prefetch_size: 0, prefetch_count, global: false });
        self.method(
            TWO,
            Method::BasicConsume {
                queue: name("q"),
                consumer_tag: name(""),
                no_local: false,
                no_ack: false,
                exclusive: false,
                arguments,
            },
        );
    }
}

/// RabbitMQ: what is written to a stream is read and confirmed once it is committed, chunk by chunk, and `last` is
/// the last chunk.
#[test]
fn a_stream_is_read_and_confirmed_by_the_chunk() {
    let mut bench = Bench::new(Version::V4_3);
    bench.stream(10, "next");
    bench.method(ONE, Method::ConfirmSelect);
    bench.publish(ONE);
    bench.wait(SimDuration::millis(1));
    bench.publish(ONE);
    assert_eq!((bench.deliveries(), bench.confirms()), (0, 0));
    bench.wait(SimDuration::millis(1));
    assert_eq!((bench.deliveries(), bench.confirms()), (2, 1), "two at once, by one frame");
    bench.publish(ONE);
    bench.publish(ONE);
    bench.wait(SimDuration::millis(2));
    assert_eq!(bench.deliveries(), 4);
    bench.read(10, &[("x-stream-offset", FieldValue::text("last"))]);
    assert_eq!(bench.deliveries(), 6, "the last chunk holds two");
}

/// RabbitMQ: rabbit_stream_queue of 3.10 sends a chunk to its end, the newer one counts messages.
#[test]
fn a_prefetch_count_cuts_chunks_but_in_old_versions() {
    for (version, first, then) in [(Version::V3_10, 3, 3), (Version::V4_0, 1, 2)] {
        let mut bench = Bench::new(version);
        bench.stream(1, "first");
        (0..3).for_each(|_| bench.publish(ONE));
        bench.wait(SimDuration::millis(2));
        assert_eq!(bench.deliveries(), first, "{version}");
        bench.method(TWO, Method::BasicAck { delivery_tag: 1, multiple: false });
        assert_eq!(bench.deliveries(), then, "{version}");
    }
}

/// RabbitMQ: a filter chooses chunks; what else is in them comes, too.
#[test]
fn a_filter_lets_whole_chunks_through() {
    let mut bench = Bench::new(Version::V4_3);
    bench.stream(10, "next");
    for values in [["a", "b"], ["b", "b"]] {
        for value in values {
            let mut headers = FieldTable::default();
            headers.set("x-stream-filter-value", FieldValue::text(value));
            bench.publish_with(ONE, Some(headers));
        }
        bench.wait(SimDuration::millis(2));
    }
    assert_eq!(bench.deliveries(), 4);
    let first = ("x-stream-offset", FieldValue::text("first"));
    bench.read(10, &[first.clone(), ("x-stream-filter", FieldValue::text("a"))]);
    assert_eq!(bench.deliveries(), 6, "the b beside the a comes along");
    bench.read(10, &[first, ("x-stream-filter", FieldValue::text("c"))]);
    assert_eq!(bench.deliveries(), 6);
}

/// RabbitMQ: what was not committed may be lost with the node; what was stays, transient or not.
#[test]
fn a_kill_loses_what_a_stream_had_not_committed() {
    for (stop, kept) in [(Stop::Kill, 1), (Stop::Clean, 2)] {
        let mut bench = Bench::new(Version::V4_3);
        bench.stream(10, "first");
        bench.publish(ONE);
        bench.wait(SimDuration::millis(2));
        bench.publish(ONE);
        bench.operator(Operator::Stop(stop));
        bench.operator(Operator::Start);
        assert_eq!(bench.counts(), (kept, 0), "{stop:?}");
    }
}
