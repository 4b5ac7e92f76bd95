//! An index over the binding keys of a topic exchange. `amqp::topic::walk` is the definition of a match; this is
//! a faster way to the same answers.

use std::collections::{BTreeMap, BTreeSet};

use crate::amqp::{Name, name, topic};

use super::effect::BindingId;

/// A tree of words; a node is a prefix of binding keys.
#[derive(Clone, Debug)]
pub(super) struct TopicTrie {
    nodes: Vec<Node>,
}

#[derive(Clone, Debug, Default)]
struct Node {
    words: BTreeMap<Name, u32>,
    /// Children `*` and `#`, 0 for none (the root is nobody's child).
    star: u32,
    hash: u32,
    bindings: Vec<BindingId>,
}

impl Default for TopicTrie {
    fn default() -> Self {
        Self { nodes: vec![Node::default()] }
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

    /// The bindings whose keys match.
    pub fn matches(&self, routing_key: &str) -> BTreeSet<BindingId> {
        let words: Vec<&str> = topic::words(routing_key).collect();
        let mut found = BTreeSet::new();
        // Each (node, words taken) is looked at once, whatever the number of `#` on the way.
        let mut seen = BTreeSet::new();
        let mut open = vec![(0u32, 0usize)];
        while let Some((at, taken)) = open.pop() {
            let node = &self.nodes[at as usize];
            if taken == words.len() {
                found.extend(&node.bindings);
            } else {
                open.extend(node.words.get(words[taken]).map(|child| (*child, taken + 1)));
                if node.star != 0 {
                    open.push((node.star, taken + 1));
                }
            }
            if node.hash != 0 {
                open.extend(
                    (taken..=words.len()).map(|from| (node.hash, from)).filter(|step| seen.insert(*step)),
                );
            }
        }
        found
    }

    fn child(&self, at: u32, word: &str) -> Option<u32> {
        let node = &self.nodes[at as usize];
        match word {
            "*" => Some(node.star).filter(|child| *child != 0),
            "#" => Some(node.hash).filter(|child| *child != 0),
            word => node.words.get(word).copied(),
        }
    }

    fn add_child(&mut self, at: u32, word: &str) -> u32 {
        let child = self.nodes.len() as u32;
        self.nodes.push(Node::default());
        let node = &mut self.nodes[at as usize];
        match word {
            "*" => node.star = child,
            "#" => node.hash = child,
            word => {
                node.words.insert(name(word), child);
            }
        }
        child
    }
}

#[cfg(test)]
mod tests {
    use super::TopicTrie;
    use crate::amqp::topic;
    use crate::broker::BindingId;

    /// All sequences of these words of a length up to `most`, as keys.
    fn keys(words: &[&str], least: usize, most: usize) -> Vec<String> {
        let mut sequences = vec![Vec::new()];
        let mut from = 0;
        for _ in 0..most {
            let to = sequences.len();
            for at in from..to {
                for word in words {
                    let mut longer: Vec<&str> = sequences[at].clone();
                    longer.push(word);
                    sequences.push(longer);
                }
            }
            from = to;
        }
        sequences.iter().filter(|words| words.len() >= least).map(|words| words.join(".")).collect()
    }

    #[test]
    fn agrees_with_the_definition_on_every_small_key() {
        let patterns = keys(&["a", "b", "*", "#"], 1, 4);
        let mut trie = TopicTrie::default();
        for (at, pattern) in patterns.iter().enumerate() {
            trie.insert(pattern, BindingId(at as u32));
        }
        for key in keys(&["a", "b", ""], 0, 5) {
            let found = trie.matches(&key);
            for (at, pattern) in patterns.iter().enumerate() {
                let expected = topic::matches(pattern, &key);
                assert_eq!(found.contains(&BindingId(at as u32)), expected, "{pattern} against {key}");
            }
        }
    }
}
