//! Topic matching: the definition. A broker's index over many bindings must give the same answers.
//!
//! RabbitMQ: a key is split at every dot and empty words are kept, but the empty key has no words. `*` is
//! exactly one word, `#` zero or more, and both only as whole words of the binding key.

/// The words of a routing or binding key: none for the empty key, else one more than it has dots.
pub fn words(key: &str) -> impl Iterator<Item = &str> + Clone {
    let rest = if key.is_empty() { None } else { Some(key) };
    std::iter::successors(rest.map(|key| split(key)), |(_, rest)| rest.map(split)).map(|(word, _)| word)
}

fn split(key: &str) -> (&str, Option<&str>) {
    match key.bytes().position(|byte| byte == b'.') {
        Some(at) => (&key[..at], Some(&key[at + 1..])),
        None => (key, None),
    }
}

/// What one word of a binding key did in a match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The word of the binding key.
    pub word: String,
    /// How many words of the routing key it took, or why it could take none.
    pub outcome: Outcome,
}

/// How far a word of the binding key came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It took that many words of the routing key, beginning with the first not yet taken.
    Took(u32),
    /// It stands against another word, or against the end of the routing key.
    Failed,
    /// An earlier word failed.
    NotReached,
}

/// A binding key laid along a routing key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Walk {
    /// Whether the binding matches.
    pub matched: bool,
    /// Each word of the binding key in order. Of several ways to match, the one in which each `#` takes as
    /// few words as it can; of a failure, the one that comes furthest.
    pub taken: Vec<Taken>,
    /// Words of the routing key left over after the last word of the binding key (only in a failure).
    pub left_over: u32,
}

/// Lays `binding_key` along `routing_key`, word by word. Time is the product of their lengths.
pub fn walk(binding_key: &str, routing_key: &str) -> Walk {
    let pattern: Vec<&str> = words(binding_key).collect();
    let key: Vec<&str> = words(routing_key).collect();
    // fits[p][k]: pattern[p..] matches key[k..].
    let mut fits = vec![vec![false; key.len() + 1]; pattern.len() + 1];
    fits[pattern.len()][key.len()] = true;
    for p in (0..pattern.len()).rev() {
        for k in (0..=key.len()).rev() {
            fits[p][k] = match pattern[p] {
                "#" => fits[p + 1][k] || (k < key.len() && fits[p][k + 1]),
                "*" => k < key.len() && fits[p + 1][k + 1],
                word => k < key.len() && word == key[k] && fits[p + 1][k + 1],
            };
        }
    }
    if fits[0][0] { follow(&pattern, &key, &fits) } else { furthest(&pattern, &key) }
}

/// Whether `binding_key` matches `routing_key`.
pub fn matches(binding_key: &str, routing_key: &str) -> bool {
    walk(binding_key, routing_key).matched
}

fn follow(pattern: &[&str], key: &[&str], fits: &[Vec<bool>]) -> Walk {
    let mut taken = Vec::with_capacity(pattern.len());
    let mut at = 0;
    for (p, word) in pattern.iter().enumerate() {
        let from = at;
        if *word == "#" {
            while !fits[p + 1][at] {
                at += 1;
            }
        } else {
            at += 1;
        }
        taken.push(Taken { word: (*word).to_owned(), outcome: Outcome::Took((at - from) as u32) });
    }
    debug_assert_eq!(at, key.len(), "a match takes the whole key");
    Walk { matched: true, taken, left_over: 0 }
}

/// The failing walk that gets most words of the binding key done, and among those takes most of the routing key.
fn furthest(pattern: &[&str], key: &[&str]) -> Walk {
    // reach[p]: positions of the key at which the first p words can stand, each with where it came from.
    let mut reach: Vec<Vec<Option<u32>>> = vec![vec![None; key.len() + 1]; pattern.len() + 1];
    reach[0][0] = Some(0);
    let mut best = (0, 0);
    for p in 0..=pattern.len() {
        for k in 0..=key.len() {
            if reach[p][k].is_none() {
                continue;
            }
            best = best.max((p, k));
            let Some(word) = pattern.get(p) else { continue };
            match *word {
                "#" => {
                    for next in &mut reach[p + 1][k..] {
                        next.get_or_insert(k as u32);
                    }
                }
                "*" if k < key.len() => {
                    reach[p + 1][k + 1].get_or_insert(k as u32);
                }
                word if key.get(k) == Some(&word) => {
                    reach[p + 1][k + 1].get_or_insert(k as u32);
                }
                _ => {}
            }
        }
    }
    let mut ends = vec![best.1 as u32];
    for p in (1..=best.0).rev() {
        let here = *ends.last().unwrap_or(&0);
        ends.push(reach[p][here as usize].unwrap_or(0));
    }
    ends.reverse();
    let taken = pattern
        .iter()
        .enumerate()
        .map(|(p, word)| Taken {
            word: (*word).to_owned(),
            outcome: match p.cmp(&best.0) {
                std::cmp::Ordering::Less => Outcome::Took(ends[p + 1] - ends[p]),
                std::cmp::Ordering::Equal => Outcome::Failed,
                std::cmp::Ordering::Greater => Outcome::NotReached,
            },
        })
        .collect();
    let left_over = if best.0 == pattern.len() { (key.len() - best.1) as u32 } else { 0 };
    Walk { matched: false, taken, left_over }
}
