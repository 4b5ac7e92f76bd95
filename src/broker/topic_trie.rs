//! An index over the binding keys of an exchange. `amqp::topic::walk` is the definition of a match; this is a faster
//! way to the same answers. `tests/topic_product.rs` holds both to the rule.
//!
//! What a clone copies is a few vectors of numbers; nothing is cleared when a binding comes or goes.

use std::collections::BTreeMap;
use std::iter::{Chain, Copied};
use std::ops::Range;
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
    /// Children by parent and word: open addressing, at most half of the places are taken.
    edges: Vec<Edge>,
    edge_count: usize,
    /// Bindings beyond the first of their node.
    more: Vec<Vec<BindingId>>,
    /// Lists of them that are no longer used.
    free_more: Vec<u32>,
}

/// Half a cache line.
#[derive(Clone, Copy, Debug)]
struct Node {
    parent: u32,
    /// Under its parent: a number of `words`, `STAR` or `HASH`.
    word: u32,
    /// Children `*` and `#`, 0 for none.
    star: u32,
    hash: u32,
    /// How many children it has by other words.
    children: u32,
    /// There is a `#` above: a match may come to it at several places of the routing key.
    below_hash: bool,
    /// The first binding with this key, or `NONE`.
    first: BindingId,
    /// Where the others stand in `more`, from 1; 0 for none.
    more: u32,
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
    /// Nodes to look at, each with how many words of the routing key are taken.
    open: Vec<(u32, u32)>,
    /// From which place of the routing key on a `#` below another one has been followed: the places behind it need
    /// no second look, so that each node is looked at once for each place, whatever the number of `#`.
    followed: BTreeMap<u32, u32>,
    /// Nodes looked at by all matches so far.
    pub visits: u64,
}

impl Clone for TopicRoom {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Node {
    fn new(parent: u32, word: u32, below_hash: bool) -> Self {
        let first = BindingId::NONE;
        Self { parent, word, star: 0, hash: 0, children: 0, below_hash, first, more: 0 }
    }

    /// Of the places of the routing key from which a match can go on behind this `#`, those not yet gone on from.
    fn entered(&self, number: u32, places: Range<u32>, followed: &mut BTreeMap<u32, u32>) -> Range<u32> {
        if !self.below_hash {
            return places;
        }
        let before = followed.entry(number).or_insert(places.end);
        let until = std::mem::replace(before, places.start.min(*before));
        places.start..until
    }

    fn first(&self) -> Option<BindingId> {
        (self.first != BindingId::NONE).then_some(self.first)
    }

    fn is_leaf(&self) -> bool {
        self.children == 0 && self.star == 0 && self.hash == 0
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
            self.nodes.push(Node::new(0, UNKNOWN, false));
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
        let TopicRoom { key, open, followed, visits } = room;
        key.clear();
        followed.clear();
        key.extend(words_of(routing_key).map(|word| self.words.find(word)));
        open.push((0, 0));
        while let Some((mut at, mut taken)) = open.pop() {
            // Down along the words of the routing key, as long as there is a child for the next one.
            loop {
                *visits += 1;
                let node = &self.nodes[at as usize];
                if node.hash != 0 {
                    let hash = &self.nodes[node.hash as usize];
                    let from = hash.entered(node.hash, taken..key.len() as u32 + 1, followed);
                    if !hash.is_leaf() {
                        open.extend(from.map(|taken| (node.hash, taken)));
                    } else if from.end > key.len() as u32 {
                        *visits += 1;
                        self.report(hash, found);
                    }
                }
                let Some(word) = key.get(taken as usize) else {
                    self.report(node, found);
                    break;
                };
                taken += 1;
                if node.star != 0 {
                    open.push((node.star, taken));
                }
                if node.children == 0 || *word == UNKNOWN {
                    break;
                }
                match self.edge(at, *word) {
                    Some(child) => at = child,
                    None => break,
                }
            }
        }
    }

    fn report(&self, node: &Node, found: &mut Vec<BindingId>) {
        if node.more == 0 {
            found.extend(node.first());
        } else {
            found.extend(self.bindings_of(node));
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
            HASH => Some(node.hash).filter(|child| *child != 0),
            _ if node.children == 0 => None,
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
        let parent = self.nodes[at as usize];
        let node = Node::new(at, word, parent.below_hash || parent.word == HASH);
        let child = match self.free.pop() {
            Some(child) => {
                self.nodes[child as usize] = node;
                child
            }
            None => {
                if self.nodes.len() == self.nodes.capacity() {
                    // By half, not to twice the size: with many bindings they are most of the memory.
                    self.nodes.reserve_exact(self.nodes.len() / 2 + 4);
                }
                self.nodes.push(node);
                self.nodes.len() as u32 - 1
            }
        };
        let parent = &mut self.nodes[at as usize];
        match word {
            STAR => parent.star = child,
            HASH => parent.hash = child,
            _ => {
                parent.children += 1;
                self.edge_count += 1;
                if self.edge_count * 2 > self.edges.len() {
                    let old = vec![Edge::default(); (self.edges.len() * 2).max(16)];
                    let old = std::mem::replace(&mut self.edges, old);
                    old.into_iter().filter(|edge| edge.child != 0).for_each(|edge| self.add_edge(edge));
                }
                self.add_edge(Edge { hash: Edge::hash(at, word), child });
            }
        }
        child
    }

    fn add_edge(&mut self, edge: Edge) {
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
            _ => {
                parent.children -= 1;
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
