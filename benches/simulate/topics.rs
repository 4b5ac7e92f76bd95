//! Topic exchanges: the matcher and what remembers its answers by themselves, with the workload of the peers (same seed,
//! same bindings, same keys, same sums over what matched), then bindings and publishes through the broker's door.

use std::collections::BTreeSet;
use std::hint::black_box;

use warren::amqp::{FieldTable, Method, Name, name};
use warren::broker::{BindingId, RouteCache, TopicRoom, TopicTrie};

use super::host::{best, clock, memory, row};
use super::node::{Node, publish};
use super::workload;

/// Routing keys, as many as the peers match.
const KEYS: usize = 20_000;
/// Keys that come again and again.
const KNOWN_KEYS: usize = 500;

pub fn rows(scale: u32, full: bool) {
    let keys = workload::keys(KEYS / scale.min(100) as usize);
    for (which, anywhere) in [("full", true), ("tail", false)] {
        let all = workload::bindings(100_000 / scale as usize, anywhere);
        for n in [10, 100, 1_000, 10_000, 100_000].into_iter().filter(|n| *n <= all.len()) {
            matcher(which, &all[..n], &keys, full);
        }
    }
    known_keys(&keys, full);
    for n in [10, 100, 1_000, 10_000, 100_000 / scale] {
        broker(&workload::bindings(n as usize, true), &keys, full);
    }
}

fn matcher(which: &str, bindings: &[String], keys: &[String], full: bool) {
    let n = bindings.len() as u32;
    let row = |metric: &str, value: f64| row(which, n, metric, value);
    let build = |trie: &mut TopicTrie| {
        (0u32..).zip(bindings).for_each(|(id, key)| trie.insert(key, BindingId(id)));
    };
    let before = memory();
    let mut trie = TopicTrie::default();
    build(&mut trie);
    row("bytes", memory() - before);

    let (mut room, mut found) = (TopicRoom::default(), Vec::new());
    let (mut count, mut ids, mut mixed) = (0u64, 0u64, 0u64);
    for (number, key) in (0u64..).zip(keys) {
        found.clear();
        trie.matches(key, &mut room, &mut found);
        for id in &found {
            let id = u64::from(id.0) + 1;
            count += 1;
            ids += id;
            mixed += id * (number % 97 + 1);
        }
    }
    row("sum_count", count as f64);
    row("sum_ids", ids as f64);
    row("sum_mix", mixed as f64);
    row("visits_per_key", room.visits as f64 / keys.len() as f64);

    let nanos = best(full, || {
        let mut matched = 0;
        for key in keys {
            found.clear();
            trie.matches(key, &mut room, &mut found);
            matched += found.len();
        }
        black_box(matched);
    });
    row("match_ns", nanos / keys.len() as f64);

    // Few bindings are too quick for a clock: many tries of them.
    let tries = if full { (10_000 / n).max(1) } else { 1 };
    let (mut add, mut remove) = (f64::MAX, f64::MAX);
    for _ in 0..if full { 3 } else { 1 } {
        let mut made = vec![TopicTrie::default(); tries as usize];
        let start = clock();
        made.iter_mut().for_each(build);
        let between = clock();
        for trie in &mut made {
            (0u32..).zip(bindings).for_each(|(id, key)| trie.remove(key, BindingId(id)));
        }
        add = add.min(between - start);
        remove = remove.min(clock() - between);
    }
    row("add_ns", add / f64::from(n * tries));
    row("remove_ns", remove / f64::from(n * tries));
}

/// A key that was routed before.
fn known_keys(keys: &[String], full: bool) {
    let names: Vec<Name> = keys.iter().take(KNOWN_KEYS).map(|key| name(key)).collect();
    let mut cache = RouteCache::default();
    // Twice: as long as keys displace each other, it grows.
    for _ in 0..10 {
        for name in &names {
            if cache.get(name, 1).is_none() {
                cache.put(name, 1, std::sync::Arc::new(0u64));
            }
        }
    }
    let hits = names.iter().filter(|name| cache.get(name, 1).is_some()).count();
    row("full", 1_000, "cache_hits_of_500", hits as f64);
    let rounds = if full { 1_000 } else { 1 };
    let nanos = best(full, || {
        for _ in 0..rounds {
            names.iter().for_each(|name| drop(black_box(cache.get(name, 1).cloned())));
        }
    });
    row("full", 1_000, "cache_hit_ns", nanos / f64::from(rounds) / names.len() as f64);
}

/// Through the door: permissions, names, arguments, effects and all.
fn broker(bindings: &[String], keys: &[String], full: bool) {
    let n = bindings.len() as u32;
    let mut node = Node::new();
    node.declare("q");
    let (queue, exchange) = (name("q"), name("amq.topic"));
    let bind = |key: &String| Method::QueueBind {
        queue: queue.clone(),
        exchange: exchange.clone(),
        routing_key: name(key),
        arguments: FieldTable::default(),
    };
    let unbind = |key: &String| Method::QueueUnbind {
        queue: queue.clone(),
        exchange: exchange.clone(),
        routing_key: name(key),
        arguments: FieldTable::default(),
    };
    let before = memory();
    bindings.iter().for_each(|key| node.method(bind(key)));
    row("topic", n, "bytes", memory() - before);

    // Each key once, and each round with a broker that remembers no route.
    let different: BTreeSet<&String> = keys.iter().take(5_000).collect();
    let publishes: Vec<Method> = different.into_iter().map(|key| publish("amq.topic", key)).collect();
    let mut least = f64::MAX;
    for _ in 0..if full { 5 } else { 1 } {
        let mut fresh = Node::new();
        fresh.broker = node.broker.clone();
        let methods = publishes.clone();
        let start = clock();
        methods.into_iter().for_each(|method| fresh.method(method));
        least = least.min(clock() - start);
    }
    row("topic", n, "publish_new_key_ns", least / publishes.len() as f64);
    let (again, other) = (&publishes[0], &publishes[1 % publishes.len()]);
    let nanos = best(full, || {
        for _ in 0..1_000 {
            node.method(again.clone());
            node.method(other.clone());
        }
    });
    row("topic", n, "publish_known_key_ns", nanos / 2_000.0);
    let nanos = best(full, || drop(black_box(node.broker.clone())));
    row("topic", n, "checkpoint_us", nanos / 1e3);

    // All unbound and bound again, on so many nodes that a few bindings are enough for a clock, too.
    let mut nodes: Vec<Node> = (0..if full { (1_000 / n).max(1) } else { 1 }).map(|_| Node::new()).collect();
    for one in &mut nodes {
        one.declare("q");
        bindings.iter().for_each(|key| one.method(bind(key)));
    }
    let (mut bound, mut unbound) = (f64::MAX, f64::MAX);
    for _ in 0..if full { 3 } else { 1 } {
        unbound = unbound.min(changes(&mut nodes, bindings, &unbind));
        bound = bound.min(changes(&mut nodes, bindings, &bind));
    }
    row("topic", n, "bind_ns", bound);
    row("topic", n, "unbind_ns", unbound);
}

/// Nanoseconds of one change. The methods are made a thousand at a time: a hundred thousand lying ready would be a
/// hundred thousand pieces of memory that no client has.
fn changes(nodes: &mut [Node], bindings: &[String], change: &dyn Fn(&String) -> Method) -> f64 {
    let mut nanos = 0.0;
    for keys in bindings.chunks(1_000) {
        let methods: Vec<Vec<Method>> = nodes.iter().map(|_| keys.iter().map(change).collect()).collect();
        let start = clock();
        for (node, methods) in nodes.iter_mut().zip(methods) {
            methods.into_iter().for_each(|method| node.method(method));
        }
        nanos += clock() - start;
    }
    nanos / nodes.len() as f64 / bindings.len() as f64
}
