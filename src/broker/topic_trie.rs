//! An index over the binding keys of an exchange. `amqp::topic::walk` is the definition of a match; this is a faster
//! way to the same answers. `tests/topic_product.rs` holds both to the rule.
//!
//! What a clone copies is a few vectors of numbers; nothing is cleared when a binding comes or goes.

use std::collections::BTreeSet;
use std::iter::{Chain, Copied};
use std::{option, slice};

use super::effect::BindingId;
use super::text_hash::mix;
use super::topic_words::{UNKNOWN, Word, Words, words_from, words_of};

/// A tree of words; a node is a prefix of binding keys.
#[derive(Clone, Debug, Default)]
pub struct TopicTrie {
    words: Words,
    /// The root first; none while nothing was ever bound.
    nodes: Vec<Node>,
    /// Nodes that are no longer used.
    free: Vec<u32>,
    /// Children by parent and word, of nodes with several: open addressing, at most half of the places are taken.
    edges: Vec<Edge>,
    edge_count: usize,
    /// Bindings beyond the first of their node.
    more: Vec<Vec<BindingId>>,
    /// Lists of them that are no longer used.
    free_more: Vec<u32>,
}

/// With many bindings a match costs what it costs to fetch nodes and edges: all that tells where to go on stands here.
#[derive(Clone, Copy, Debug)]
struct Node {
    parent: u32,
    /// Under its parent: a number of `words`, `STAR` or `HASH`.
    word: u32,
    /// Child `*`, 0 for none.
    star: u32,
    /// Child `#`, 0 for none; with `FLAG` if it is below another one: a match may come to it at several places.
    hash: u32,
    /// Children by other words: 0 for none; the only one, as most nodes have one; with `FLAG`, how many of them stand
    /// in the table.
    others: u32,
    /// The only one's word. Of those in the table, a bit for each word: most others need not be looked up.
    words: u32,
    /// The first binding with this key, or `NONE`.
    first: BindingId,
    /// Where the others stand in `more`, from 1; 0 for none.
    more: u32,
}

/// Beside a number of nodes, which are never that many.
const FLAG: u32 = 1 << 31;

fn bit(word: u32) -> u32 {
    1 << (word % 32)
}

/// The first one, and the others.
pub(super) type Bindings<'a> = Chain<option::IntoIter<BindingId>, Copied<slice::Iter<'a, BindingId>>>;

const STAR: u32 = UNKNOWN - 1;
const HASH: u32 = UNKNOWN - 2;

fn wildcard(word: Word<'_>) -> Option<u32> {
    if word.is(b'*') { Some(STAR) } else { word.is(b'#').then_some(HASH) }
}

/// A place in the table of children.
#[derive(Clone, Copy, Debug, Default)]
struct Edge {
    /// Of parent and word. It gives the place, and tells most other children apart without their being looked at.
    hash: u32,
    /// 0 in a free place, as the root is nobody's child.
    child: u32,
}

impl Edge {
    fn hash(parent: u32, word: u32) -> u32 {
        mix(u64::from(parent) << 32 | u64::from(word)) as u32
    }
}

/// How far a binding key leads.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Spot {
    /// The last node there is on its way.
    node: u32,
    /// Where in the key the next word begins.
    next: usize,
    /// There is none.
    is_whole: bool,
}

/// What a match needs room for, kept so that the next one allocates nothing. A clone of it is empty.
#[derive(Debug, Default)]
pub struct TopicRoom {
    key: Vec<u32>,
    /// Nodes to look at for the place of the routing key at which a match stands, and for the next one.
    open: Vec<u32>,
    next: Vec<u32>,
    /// Each `#` come to that has children: it is looked at again at all further places.
    hashes: Vec<u32>,
    /// Each one come to below another one: it is entered once, so that each node is looked at once for each place,
    /// whatever the number of `#`.
    entered: BTreeSet<u32>,
    /// Nodes looked at by all matches so far.
    pub visits: u64,
}

impl Clone for TopicRoom {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Node {
    fn new(parent: u32, word: u32) -> Self {
        Self { parent, word, star: 0, hash: 0, others: 0, words: 0, first: BindingId::NONE, more: 0 }
    }

    fn first(&self) -> Option<BindingId> {
        (self.first != BindingId::NONE).then_some(self.first)
    }

    fn only_child(&self, word: u32) -> Option<u32> {
        (self.words == word && self.others != 0).then_some(self.others)
    }

    fn is_leaf(&self) -> bool {
        self.others == 0 && self.star == 0 && self.hash == 0
    }
}

impl TopicTrie {
    /// Adds a binding. Its number is higher than those before it.
    pub fn insert(&mut self, key: &str, binding: BindingId) {
        self.insert_at(self.reach(key), key, binding);
    }

    /// Adds a binding whose key was looked up before; nothing came or went since then.
    pub(super) fn insert_at(&mut self, spot: Spot, key: &str, binding: BindingId) {
        if self.nodes.is_empty() {
            self.nodes.push(Node::new(0, UNKNOWN));
        }
        let mut at = spot.node;
        for word in words_from(key, spot.next) {
            let word = wildcard(word).unwrap_or_else(|| self.words.number(word));
            at = self.add_child(at, word);
        }
        let node = &mut self.nodes[at as usize];
        if node.first == BindingId::NONE {
            node.first = binding;
            return;
        }
        if node.more == 0 {
            node.more = self.free_more.pop().unwrap_or_else(|| {
                self.more.push(Vec::new());
                self.more.len() as u32
            });
        }
        self.more[node.more as usize - 1].push(binding);
    }

    /// Removes a binding.
    pub fn remove(&mut self, key: &str, binding: BindingId) {
        self.remove_at(self.reach(key), binding);
    }

    /// Removes a binding whose key was looked up before; nothing came or went since then.
    pub(super) fn remove_at(&mut self, spot: Spot, binding: BindingId) {
        if self.nodes.is_empty() || !spot.is_whole {
            return;
        }
        let mut at = spot.node;
        self.take_out(at, binding);
        while at != 0 {
            let node = self.nodes[at as usize];
            if node.first != BindingId::NONE || !node.is_leaf() {
                return;
            }
            self.remove_child(at, node);
            at = node.parent;
        }
    }

    fn take_out(&mut self, at: u32, binding: BindingId) {
        let node = &mut self.nodes[at as usize];
        if node.more == 0 {
            if node.first == binding {
                node.first = BindingId::NONE;
            }
            return;
        }
        let more = &mut self.more[node.more as usize - 1];
        if node.first == binding {
            node.first = more.remove(0);
        } else if let Ok(place) = more.binary_search(&binding) {
            more.remove(place);
        }
        if more.is_empty() {
            self.free_more.push(node.more);
            node.more = 0;
        }
    }

    /// The bindings with this very key, in the order in which they were made; the upper bound says how many.
    pub fn with_key(&self, key: &str) -> Bindings<'_> {
        self.bindings_at(self.reach(key))
    }

    /// Those whose key was looked up before.
    pub(super) fn bindings_at(&self, spot: Spot) -> Bindings<'_> {
        let node = self.nodes.get(spot.node as usize).filter(|_| spot.is_whole);
        node.map_or_else(|| None.into_iter().chain([].iter().copied()), |node| self.bindings_of(node))
    }

    /// Adds the bindings whose keys match, each once, in no order.
    pub fn matches(&self, routing_key: &str, room: &mut TopicRoom, found: &mut Vec<BindingId>) {
        if self.nodes.is_empty() {
            return;
        }
        let TopicRoom { key, open, next, hashes, entered, visits } = room;
        key.clear();
        key.extend(words_of(routing_key).map(|word| self.words.find(word)));
        open.clear();
        hashes.clear();
        entered.clear();
        open.push(0);
        // Place by place: nodes looked at in a row do not lead to each other, so that they are fetched at once.
        for place in 0..=key.len() {
            let word = key.get(place);
            let mut looked = 0;
            while let Some(at) = open.get(looked) {
                looked += 1;
                let node = &self.nodes[*at as usize];
                match word {
                    Some(word) => self.step(*at, node, *word, next),
                    None => self.report(node, found),
                }
                if node.hash == 0 || (node.hash & FLAG != 0 && !entered.insert(node.hash)) {
                    continue;
                }
                let number = node.hash & !FLAG;
                let hash = &self.nodes[number as usize];
                if hash.is_leaf() {
                    *visits += 1;
                    self.report(hash, found);
                } else {
                    open.push(number);
                    hashes.push(number);
                }
            }
            *visits += looked as u64;
            std::mem::swap(open, next);
            next.clear();
            open.extend_from_slice(hashes);
            if open.is_empty() {
                break;
            }
        }
    }

    /// The children to go on with.
    #[inline]
    fn step(&self, at: u32, node: &Node, word: u32, next: &mut Vec<u32>) {
        if node.star != 0 {
            next.push(node.star);
        }
        if node.others & FLAG == 0 {
            next.extend(node.only_child(word));
        } else if node.words & bit(word) != 0 {
            next.extend(self.edge(at, word));
        }
    }

    #[inline]
    fn report(&self, node: &Node, found: &mut Vec<BindingId>) {
        if node.more == 0 {
            found.extend(node.first());
        } else {
            found.push(node.first);
            found.extend_from_slice(&self.more[node.more as usize - 1]);
        }
    }

    fn bindings_of(&self, node: &Node) -> Bindings<'_> {
        let more: &[BindingId] = match node.more {
            0 => &[],
            more => &self.more[more as usize - 1],
        };
        node.first().into_iter().chain(more.iter().copied())
    }

    /// Looks a binding key up.
    pub(super) fn reach(&self, key: &str) -> Spot {
        let mut spot = Spot::default();
        if self.nodes.is_empty() {
            return spot;
        }
        for word in words_of(key) {
            let number = wildcard(word).unwrap_or_else(|| self.words.find(word));
            let Some(child) = self.child(spot.node, number) else { return spot };
            spot.node = child;
            spot.next += word.len() + 1;
        }
        Spot { is_whole: true, ..spot }
    }

    fn child(&self, at: u32, word: u32) -> Option<u32> {
        let node = &self.nodes[at as usize];
        match word {
            UNKNOWN => None,
            STAR => Some(node.star).filter(|child| *child != 0),
            HASH => Some(node.hash & !FLAG).filter(|child| *child != 0),
            _ if node.others & FLAG == 0 => node.only_child(word),
            word => self.edge(at, word),
        }
    }

    fn edge(&self, at: u32, word: u32) -> Option<u32> {
        let (hash, last) = (Edge::hash(at, word), self.edges.len() - 1);
        let mut place = hash as usize & last;
        loop {
            let edge = self.edges[place];
            if edge.child == 0 {
                return None;
            }
            if edge.hash == hash {
                let node = &self.nodes[edge.child as usize];
                if node.parent == at && node.word == word {
                    return Some(edge.child);
                }
            }
            place = (place + 1) & last;
        }
    }

    fn add_child(&mut self, at: u32, word: u32) -> u32 {
        let child = self.add_node(Node::new(at, word));
        let flag = if word == HASH && self.is_below_hash(at) { FLAG } else { 0 };
        let parent = &mut self.nodes[at as usize];
        match word {
            STAR => parent.star = child,
            HASH => parent.hash = child | flag,
            _ if parent.others == 0 => (parent.others, parent.words) = (child, word),
            _ => {
                let only = *parent;
                if only.others & FLAG == 0 {
                    (parent.others, parent.words) = (FLAG | 1, bit(only.words));
                }
                parent.others += 1;
                parent.words |= bit(word);
                if only.others & FLAG == 0 {
                    self.add_edge(at, only.words, only.others);
                }
                self.add_edge(at, word, child);
            }
        }
        child
    }

    fn add_node(&mut self, node: Node) -> u32 {
        if let Some(number) = self.free.pop() {
            self.nodes[number as usize] = node;
            return number;
        }
        if self.nodes.len() == self.nodes.capacity() {
            // By half, not to twice the size: with many bindings they are most of the memory.
            self.nodes.reserve_exact(self.nodes.len() / 2 + 4);
        }
        self.nodes.push(node);
        self.nodes.len() as u32 - 1
    }

    fn is_below_hash(&self, mut at: u32) -> bool {
        while at != 0 {
            let node = &self.nodes[at as usize];
            if node.word == HASH {
                return true;
            }
            at = node.parent;
        }
        false
    }

    fn add_edge(&mut self, parent: u32, word: u32, child: u32) {
        self.edge_count += 1;
        if self.edge_count * 2 > self.edges.len() {
            let old = vec![Edge::default(); (self.edges.len() * 2).max(16)];
            let old = std::mem::replace(&mut self.edges, old);
            old.into_iter().filter(|edge| edge.child != 0).for_each(|edge| self.place_edge(edge));
        }
        self.place_edge(Edge { hash: Edge::hash(parent, word), child });
    }

    fn place_edge(&mut self, edge: Edge) {
        let last = self.edges.len() - 1;
        let mut place = edge.hash as usize & last;
        while self.edges[place].child != 0 {
            place = (place + 1) & last;
        }
        self.edges[place] = edge;
    }

    fn remove_child(&mut self, child: u32, node: Node) {
        let parent = &mut self.nodes[node.parent as usize];
        match node.word {
            STAR => parent.star = 0,
            HASH => parent.hash = 0,
            _ if parent.others == child => parent.others = 0,
            _ => {
                parent.others -= 1;
                if parent.others == FLAG {
                    (parent.others, parent.words) = (0, 0);
                }
                self.remove_edge(child, &node);
            }
        }
        self.free.push(child);
    }

    /// Frees a place, and moves up those behind it that would no longer be found.
    fn remove_edge(&mut self, child: u32, node: &Node) {
        let last = self.edges.len() - 1;
        let mut hole = Edge::hash(node.parent, node.word) as usize & last;
        while self.edges[hole].child != child {
            hole = (hole + 1) & last;
        }
        let mut at = hole;
        loop {
            at = (at + 1) & last;
            let edge = self.edges[at];
            if edge.child == 0 {
                break;
            }
            let home = edge.hash as usize & last;
            // It is found from its home on: it may stand in the hole if that lies between.
            if (at.wrapping_sub(home) & last) >= (at.wrapping_sub(hole) & last) {
                self.edges[hole] = edge;
                hole = at;
            }
        }
        self.edges[hole] = Edge::default();
        self.edge_count -= 1;
    }
}
