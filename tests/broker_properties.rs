//! Random command logs: whatever clients and operators do, the broker's state never contradicts itself, every copy
//! is in exactly one place, and the same log gives the same effects.

use proptest::prelude::*;

use warren::amqp::{FieldTable, Method, name};
use warren::broker::{BrokerConfig, DropReason, Effect, Version};

#[path = "broker_properties/ledger.rs"]
mod ledger;
#[path = "broker_properties/log.rs"]
mod log;
#[path = "broker_properties/run.rs"]
mod run;
#[path = "broker_properties/streams.rs"]
mod streams;

use log::{Step, careful_queues, declare, refusing_queue, step};
use run::Run;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_state_never_contradicts_itself(
        version in prop::sample::select(&Version::ALL[..]),
        slow in any::<bool>(),
        confirms in any::<bool>(),
        refuses in prop::bool::weighted(0.2),
        careful in prop::bool::weighted(0.3),
        kind in prop::sample::select(
            &["fanout", "x-recent-history", "x-modulus-hash", "x-random", "x-consistent-hash", "x-consistent-hash"][..]
        ),
        mut steps in prop::collection::vec(declare(), 6),
        more in prop::collection::vec(step(), 1..120),
    ) {
        let exchange = Method::ExchangeDeclare {
            exchange: name("x"), kind: name(kind), passive: false, durable: true, auto_delete: false,
            internal: false, arguments: FieldTable::default(),
        };
        steps.insert(0, exchange);
        if refuses {
            steps.insert(0, refusing_queue());
        }
        if careful {
            steps.splice(0..0, careful_queues());
        }
        let hashes = kind == "x-consistent-hash";
        let bindings = if hashes { [("x", "q", "1"), ("x", "r", "2")] } else { [("x", "q", "#"), ("amq.topic", "q", "#")] };
        for (source, queue, key) in bindings {
            steps.push(Method::QueueBind {
                queue: name(queue), exchange: name(source), routing_key: name(key), arguments: FieldTable::default(),
            });
        }
        let mut steps: Vec<Step> = steps.into_iter().map(|method| Step::Method(0, 1, method)).collect();
        if careful {
            let limit = Method::BasicQos { prefetch_size: 0, prefetch_count: 3, global: false };
            for (client, channel) in [(0, 1), (0, 2), (1, 1), (2, 1)] {
                steps.push(Step::Method(client, channel, limit.clone()));
            }
        }
        if confirms {
            steps.extend((0..3).map(|client| Step::Method(client, 1, Method::ConfirmSelect)));
        }
        steps.extend(more);
        let config =
            if slow { BrokerConfig::simulation(version, 7) } else { BrokerConfig::conformance(version) };
        let mut run = Run::new(config.clone());
        let mut fork = None;
        for (at, step) in steps.iter().enumerate() {
            if at == steps.len() / 2 {
                fork = Some(run.broker.clone());
            }
            run.step(step);
        }
        run.finish();
        // The same log again, and the clone's own future, which the run must not have touched.
        let mut again = Run::new(config);
        for (at, step) in steps.iter().enumerate() {
            if at == steps.len() / 2 && let Some(fork) = fork.take() {
                again.broker = fork;
            }
            again.step(step);
        }
        again.finish();
        prop_assert_eq!(run.effects, again.effects);
        prop_assert_eq!(run.told, again.told);
    }
}

/// Found by random logs: a copy that an open transaction would settle goes with its queue, and that is told.
#[test]
fn a_deleted_queue_takes_along_what_a_transaction_holds() {
    let durable = |queue| Method::QueueDeclare {
        queue: name(queue),
        passive: false,
        durable: true,
        exclusive: false,
        auto_delete: false,
        arguments: FieldTable::default(),
    };
    let mut run = Run::new(BrokerConfig::conformance(Version::V3_10));
    let steps = [
        Step::Method(0, 1, durable("q")),
        Step::Method(0, 1, log::publish_to("q")),
        Step::Method(1, 1, Method::TxSelect),
        Step::Method(1, 1, Method::BasicGet { queue: name("q"), no_ack: false }),
        Step::Settle(1, 1, 0, (true, false, false)),
        Step::Method(0, 1, Method::QueueDelete { queue: name("q"), if_unused: false, if_empty: false }),
    ];
    steps.iter().for_each(|step| run.step(step));
    let dropped =
        |effect: &Effect| matches!(effect, Effect::Dropped { reason: DropReason::QueueDeleted, .. });
    assert_eq!(run.effects.iter().filter(|effect| dropped(effect)).count(), 1);
    run.finish();
}
