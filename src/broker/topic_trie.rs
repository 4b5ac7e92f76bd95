//! An index over the binding keys of a topic exchange. `amqp::topic::walk` is the definition of a match; this is
//! a faster way to the same answers. `tests/topic_product.rs` holds both to the rule.

use std::collections::BTreeMap;

use crate::amqp::{Name, name, topic};

use super::effect::BindingId;

/// A tree of words; a node is a prefix of binding keys.
#[derive(Clone, Debug)]
pub(super) struct TopicTrie {
    nodes: Vec<Node>,
    /// Children by parent and word, in a table with open addressing: 0 is a free place, as the root is nobody's child.
    edges: Vec<u32>,
    /// How many there are: never more than half of the places.
    edge_count: usize,
}

#[derive(Clone, Debug)]
struct Node {
    parent: u32,
    word: Name,
    /// Children `*` and `#`, 0 for none.
    star: u32,
    hash: u32,
    /// There is a `#` above: a match may come to it at several places of the routing key.
    below_hash: bool,
    bindings: Vec<BindingId>,
}

/// A word of a routing key, and its hash.
type Word<'a> = (&'a str, u64);

impl Default for TopicTrie {
    fn default() -> Self {
        Self { nodes: vec![Node::new(0, "", false)], edges: vec![0; 16], edge_count: 0 }
    }
}

impl Node {
    fn new(parent: u32, word: &str, below_hash: bool) -> Self {
        Self { parent, word: name(word), star: 0, hash: 0, below_hash, bindings: Vec::new() }
    }
}

impl TopicTrie {
    pub fn insert(&mut self, key: &str, binding: BindingId) {
        let mut at = 0;
        for word in topic::words(key) {
            at = self.child(at, word).unwrap_or_else(|| self.add_child(at, word));
        }
        self.nodes[at as usize].bindings.push(binding);
    }

    /// Nodes stay: their number is bounded by the keys ever bound, and they cost a match nothing but a look.
    pub fn remove(&mut self, key: &str, binding: BindingId) {
        let mut at = 0;
        for word in topic::words(key) {
            let Some(child) = self.child(at, word) else { return };
            at = child;
        }
        self.nodes[at as usize].bindings.retain(|other| *other != binding);
    }

    /// Adds the bindings whose keys match, each once, in no order.
    pub fn matches(&self, routing_key: &str, found: &mut Vec<BindingId>) {
        let words: Vec<Word<'_>> = topic::words(routing_key).map(|word| (word, hash_of(word))).collect();
        // From which place of the routing key on a `#` below another one has been followed: the places behind it need
        // no second look, so that each node is looked at once for each place, whatever the number of `#`.
        let mut followed: BTreeMap<u32, usize> = BTreeMap::new();
        let mut open = vec![(0u32, 0usize)];
        while let Some((at, taken)) = open.pop() {
            let node = &self.nodes[at as usize];
            match words.get(taken) {
                None => found.extend(&node.bindings),
                Some((word, hash)) => {
                    open.extend(self.edge(at, word, *hash).map(|child| (child, taken + 1)));
                    if node.star != 0 {
                        open.push((node.star, taken + 1));
                    }
                }
            }
            if node.hash != 0 {
                let mut until = words.len() + 1;
                if self.nodes[node.hash as usize].below_hash {
                    let before = followed.entry(node.hash).or_insert(until);
                    until = *before;
                    *before = until.min(taken);
                }
                open.extend((taken..until).map(|from| (node.hash, from)));
            }
        }
    }

    fn child(&self, at: u32, word: &str) -> Option<u32> {
        let node = &self.nodes[at as usize];
        match word {
            "*" => Some(node.star).filter(|child| *child != 0),
            "#" => Some(node.hash).filter(|child| *child != 0),
            word => self.edge(at, word, hash_of(word)),
        }
    }

    fn edge(&self, at: u32, word: &str, hash: u64) -> Option<u32> {
        let mut place = self.place(at, hash);
        loop {
            let child = self.edges[place];
            if child == 0 {
                return None;
            }
            let node = &self.nodes[child as usize];
            if node.parent == at && *node.word == *word {
                return Some(child);
            }
            place = (place + 1) % self.edges.len();
        }
    }

    /// Where the search for a child begins.
    fn place(&self, at: u32, hash: u64) -> usize {
        let mixed = (hash ^ u64::from(at)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        (mixed >> 32) as usize % self.edges.len()
    }

    fn add_child(&mut self, at: u32, word: &str) -> u32 {
        let child = self.nodes.len() as u32;
        let parent = &mut self.nodes[at as usize];
        let below_hash = parent.below_hash || *parent.word == *"#";
        match word {
            "*" => parent.star = child,
            "#" => parent.hash = child,
            _ => {}
        }
        self.nodes.push(Node::new(at, word, below_hash));
        if !matches!(word, "*" | "#") {
            self.edge_count += 1;
            if self.edge_count * 2 > self.edges.len() {
                self.grow();
            } else {
                self.add_edge(child);
            }
        }
        child
    }

    fn grow(&mut self) {
        self.edges = vec![0; self.edges.len() * 2];
        for child in 1..self.nodes.len() as u32 {
            if !matches!(&*self.nodes[child as usize].word, "*" | "#") {
                self.add_edge(child);
            }
        }
    }

    fn add_edge(&mut self, child: u32) {
        let node = &self.nodes[child as usize];
        let mut place = self.place(node.parent, hash_of(&node.word));
        while self.edges[place] != 0 {
            place = (place + 1) % self.edges.len();
        }
        self.edges[place] = child;
    }
}

/// FNV-1a (public domain).
fn hash_of(word: &str) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325u64;
    word.bytes().fold(start, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}
