//! Topic matching, all of it that is small: every binding key of one to four words over {a, b, *, #} against every
//! routing key of up to five words over {a, b, the empty word}, beside the rule written down as it reads.

use std::collections::BTreeSet;
use std::sync::Arc;

use warren::amqp::{
    Choices, ConnectionId, FieldTable, Method, Name, Open, Properties, SimTime, Template, name, topic,
};
use warren::broker::{BindingId, Broker, BrokerConfig, Command, Effect, TopicRoom, TopicTrie, Version};

/// The rule. Spec: routing-key words stand between dots; `*` is one word, `#` none or more. RabbitMQ: the empty key
/// has no word.
fn holds(binding: &[&str], routing: &[&str]) -> bool {
    match (binding.split_first(), routing.split_first()) {
        (None, None) => true,
        (None, Some(_)) => false,
        (Some((&"#", rest)), None) => holds(rest, routing),
        (Some((&"#", rest)), Some((_, fewer))) => holds(rest, routing) || holds(binding, fewer),
        (Some(_), None) => false,
        (Some((&"*", rest)), Some((_, fewer))) => holds(rest, fewer),
        (Some((word, rest)), Some((first, fewer))) => word == first && holds(rest, fewer),
    }
}

fn words(key: &str) -> Vec<&str> {
    if key.is_empty() { Vec::new() } else { key.split('.').collect() }
}

/// Every key of `least` to `most` of these words, once.
fn keys(of: &[&str], least: usize, most: usize) -> BTreeSet<String> {
    let mut longest = vec![Vec::new()];
    let mut all = BTreeSet::new();
    for length in 0..=most {
        if length >= least {
            all.extend(longest.iter().map(|words: &Vec<&str>| words.join(".")));
        }
        longest = longest
            .iter()
            .flat_map(|words| of.iter().map(move |word| words.iter().chain([word]).copied().collect()))
            .collect();
    }
    all
}

struct NoChance;

impl Choices for NoChance {
    fn choose(&mut self, _: u32) -> u32 {
        panic!("a topic exchange leaves nothing to chance")
    }
}

const CONNECTION: ConnectionId = ConnectionId(1);

struct Node(Broker);

impl Node {
    /// A queue `q` and a channel. Of a version that takes any number of `#`: 4.3 does not.
    fn new() -> Self {
        let mut node = Self(Broker::new(BrokerConfig::conformance(Version::V4_0)));
        let open = Open::new(name("guest"), name("/"));
        node.apply(Command::Connect { connection: CONNECTION, open: Arc::new(open) });
        node.method(Method::ChannelOpen);
        node.method(Method::QueueDeclare {
            queue: name("q"),
            passive: false,
            durable: true,
            exclusive: false,
            auto_delete: false,
            arguments: FieldTable::default(),
        });
        node
    }

    fn apply(&mut self, command: Command) -> Vec<Effect> {
        let mut effects = Vec::new();
        self.0.apply(SimTime::ZERO, &command, &mut NoChance, &mut effects);
        effects
    }

    fn method(&mut self, method: Method) -> Vec<Effect> {
        self.apply(Command::Method { connection: CONNECTION, channel: 1, method })
    }

    fn bind(&mut self, key: &str) -> BindingId {
        let method = Method::QueueBind {
            queue: name("q"),
            exchange: name("amq.topic"),
            routing_key: name(key),
            arguments: FieldTable::default(),
        };
        let bound = self.method(method).into_iter().find_map(|effect| match effect {
            Effect::Bound { binding } => Some(binding),
            _ => None,
        });
        bound.expect("a new binding")
    }

    fn unbind(&mut self, key: &str) {
        self.method(Method::QueueUnbind {
            queue: name("q"),
            exchange: name("amq.topic"),
            routing_key: name(key),
            arguments: FieldTable::default(),
        });
    }

    /// The bindings that match, each counted once.
    fn route(&mut self, key: &str) -> BTreeSet<BindingId> {
        let template = Template {
            exchange: name("amq.topic"),
            routing_key: name(key),
            mandatory: false,
            immediate: false,
            properties: Properties::default(),
        };
        let publish = Method::BasicPublish { template: Arc::new(template), body: Arc::from(&b""[..]) };
        let routed: Vec<BindingId> = self
            .method(publish)
            .into_iter()
            .filter_map(|effect| match effect {
                Effect::Routed { binding, .. } => Some(binding),
                _ => None,
            })
            .collect();
        let once: BTreeSet<BindingId> = routed.iter().copied().collect();
        assert_eq!(routed.len(), once.len(), "{key:?}: a binding matches once");
        once
    }
}

/// Each routing key against the bindings that are there, with their keys.
fn compare(node: &mut Node, bindings: &[(BindingId, Name)], routing_keys: &BTreeSet<String>) {
    for key in routing_keys {
        let routing = words(key);
        let expected: BTreeSet<BindingId> =
            bindings.iter().filter(|(_, key)| holds(&words(key), &routing)).map(|(id, _)| *id).collect();
        assert_eq!(node.route(key), expected, "routing key {key:?}");
    }
}

#[test]
fn the_definition_is_the_rule() {
    let routing_keys = keys(&["a", "b", ""], 0, 5);
    let (mut pairs, mut matched) = (0, 0);
    for binding in keys(&["a", "b", "*", "#"], 1, 4) {
        for routing in &routing_keys {
            let expected = holds(&words(&binding), &words(routing));
            let walk = topic::walk(&binding, routing);
            assert_eq!(walk.matched, expected, "{binding} against {routing:?}");
            assert_eq!(topic::matches(&binding, routing), expected, "{binding} against {routing:?}");
            pairs += 1;
            matched += u32::from(expected);
        }
    }
    // 340 binding keys; 364 sequences of words, of which two are the empty key.
    assert_eq!(pairs, 340 * 363);
    assert!((10_000..pairs / 2).contains(&matched), "{matched} of {pairs} match");
}

#[test]
fn the_brokers_index_is_the_rule() {
    let routing_keys = keys(&["a", "b", ""], 0, 5);
    let mut node = Node::new();
    let mut bindings: Vec<(BindingId, Name)> =
        keys(&["a", "b", "*", "#"], 1, 4).iter().map(|key| (node.bind(key), name(key))).collect();
    compare(&mut node, &bindings, &routing_keys);
    // What is unbound is out of the index, and what is bound anew is in it.
    let mut number = 0;
    let (gone, stayed): (Vec<_>, Vec<_>) = bindings.into_iter().partition(|_| {
        number += 1;
        number % 3 != 0
    });
    gone.iter().for_each(|(_, key)| node.unbind(key));
    bindings = stayed;
    compare(&mut node, &bindings, &routing_keys);
    for (_, key) in gone.iter().step_by(2) {
        bindings.push((node.bind(key), key.clone()));
    }
    compare(&mut node, &bindings, &routing_keys);
}

/// Three bindings at a time, each time with a fresh index.
#[test]
fn of_few_bindings_it_is_the_rule_too() {
    let routing_keys = keys(&["a", "b", ""], 0, 4);
    let all: Vec<String> = keys(&["a", "b", "*", "#"], 1, 3).into_iter().collect();
    for few in all.chunks(3) {
        let mut node = Node::new();
        let bindings: Vec<_> = few.iter().map(|key| (node.bind(key), name(key))).collect();
        compare(&mut node, &bindings, &routing_keys);
    }
}

/// Goal: no set of binding keys makes a match exponential. Method: keys full of `#` against a routing key that fits
/// them in very many ways, and the number of nodes looked at.
#[test]
fn a_match_looks_at_a_node_once_for_each_place_of_the_key() {
    for hashes in 1..=20 {
        let mut trie = TopicTrie::default();
        trie.insert(&"#.a.".repeat(hashes), BindingId(0));
        let (mut room, mut found) = (TopicRoom::default(), Vec::new());
        trie.matches(&vec!["a"; 40].join("."), &mut room, &mut found);
        assert_eq!(found, [], "the last word is empty");
        let nodes = 2 * hashes as u64 + 2;
        assert!(room.visits <= nodes * 41, "{} looks at {nodes} nodes", room.visits);
    }
    // In numbers: the root, `a`, its `#`, which is the end of a key.
    let mut trie = TopicTrie::default();
    trie.insert("a.#", BindingId(7));
    let (mut room, mut found) = (TopicRoom::default(), Vec::new());
    trie.matches("a.b.c.d", &mut room, &mut found);
    assert_eq!((found, room.visits), (vec![BindingId(7)], 3));
}

/// Goal: bindings that come and go leave the index as if they had never been. Method: many keys of few words, every
/// third removed, in another order than they came; the others are still found by key and by match.
#[test]
fn what_is_removed_takes_nothing_with_it() {
    let key = |number: u32| {
        let words = [number % 7, number % 11 + 7, number % 13 + 9, number % 31];
        let words = words
            .map(|word| ["*", "#", ""].get(word as usize).map_or(format!("w{word}"), |word| (*word).into()));
        words[..1 + number as usize % 4].join(".")
    };
    let all: Vec<String> = (0..3_000).map(key).collect();
    let mut trie = TopicTrie::default();
    (0u32..).zip(&all).for_each(|(number, key)| trie.insert(key, BindingId(number)));
    let gone = |number: u32| number.is_multiple_of(3);
    for number in (0..3_000).map(|step| step * 1_009 % 3_000).filter(|number| gone(*number)) {
        trie.remove(&all[number as usize], BindingId(number));
    }
    let stayed = || (0u32..).zip(&all).filter(|(number, _)| !gone(*number));
    for key in &all {
        let expected: Vec<BindingId> =
            stayed().filter(|(_, other)| *other == key).map(|(number, _)| BindingId(number)).collect();
        assert_eq!(trie.with_key(key).collect::<Vec<_>>(), expected, "{key:?}");
    }
    let mut room = TopicRoom::default();
    for routing_key in ["w3.w8", "w4.w12.w15", "", ".w9", "w5.w10.w14.w20", "w6"] {
        let mut found = Vec::new();
        trie.matches(routing_key, &mut room, &mut found);
        found.sort_unstable();
        let expected: Vec<BindingId> = stayed()
            .filter(|(_, key)| holds(&words(key), &words(routing_key)))
            .map(|(number, _)| BindingId(number))
            .collect();
        assert_eq!(found, expected, "{routing_key:?}");
    }
}
