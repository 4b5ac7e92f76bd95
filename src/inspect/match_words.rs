//! Why a binding takes a message or does not, word by word where words decide.

use crate::amqp::topic::{self, Outcome, Walk};
use crate::broker::HeaderAnswer;

use super::values::value_words;
use super::view::{Word, WordOutcome};

/// A binding key laid along a routing key: its words with what each took, and the routing key's words left over.
pub fn words(walk: &Walk, routing_key: &str) -> (Vec<Word>, Vec<String>) {
    let mut rest = topic::words(routing_key).map(str::to_owned);
    let words = walk
        .taken
        .iter()
        .map(|taken| {
            let (count, outcome) = match taken.outcome {
                Outcome::Took(count) => (count, WordOutcome::Took),
                Outcome::Failed => (0, WordOutcome::Failed),
                Outcome::NotReached => (0, WordOutcome::NotReached),
            };
            Word { word: taken.word.clone(), took: rest.by_ref().take(count as usize).collect(), outcome }
        })
        .collect();
    (words, rest.collect())
}

/// Why a topic binding matches or not.
pub fn topic_why(walk: &Walk, words: &[Word], left_over: &[String]) -> String {
    if walk.matched {
        return "every word matches".to_owned();
    }
    let failed = words.iter().find(|word| word.outcome == WordOutcome::Failed);
    // Where a `#` stands before it, the word was tried at every place.
    let after_hash =
        words.iter().take_while(|word| word.outcome == WordOutcome::Took).any(|word| word.word == "#");
    match (failed, left_over.first()) {
        (Some(failed), _) if after_hash && failed.word != "*" => {
            format!("wherever '#' ends, no '{}' follows", failed.word)
        }
        (Some(failed), None) => format!("the key has no word for '{}'", failed.word),
        (Some(failed), Some(next)) => format!("'{}' does not match '{next}'", failed.word),
        (None, Some(next)) => format!("nothing is left to take '{next}'"),
        (None, None) => "the keys differ".to_owned(),
    }
}

/// Why a direct binding matches or not.
pub fn equality_why(equal: bool, binding_key: &str) -> String {
    if equal { "the keys are equal".to_owned() } else { format!("the key is not '{binding_key}'") }
}

/// Why a headers binding matches or not: by the first pair that decides it.
pub fn headers_why(any: bool, pairs: &[HeaderAnswer], matched: bool) -> String {
    let counted = || pairs.iter().filter(|pair| !pair.ignored);
    let deciding = counted().find(|pair| pair.holds == any);
    match (matched, any, deciding) {
        (true, true, Some(pair)) => format!("header {} matches, and one is enough", pair.key),
        (true, ..) => "all its headers match".to_owned(),
        (false, true, _) => "none of its headers matches".to_owned(),
        (false, false, Some(HeaderAnswer { key, wanted, found: Some(found), .. })) => {
            format!("header {key} is {}, not {}", value_words(found), value_words(wanted))
        }
        (false, false, Some(pair)) => format!("there is no header {}", pair.key),
        (false, false, None) => "its headers do not match".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{headers_why, topic_why, words};
    use crate::amqp::topic::walk;
    use crate::amqp::{FieldValue, name};
    use crate::broker::HeaderAnswer;

    #[track_caller]
    fn why(binding_key: &str, routing_key: &str, expected: &str) {
        let walk = walk(binding_key, routing_key);
        let (words, left_over) = words(&walk, routing_key);
        assert_eq!(topic_why(&walk, &words, &left_over), expected, "{binding_key} along {routing_key}");
    }

    #[test]
    fn a_failed_match_says_at_which_word() {
        why("kern.*", "kern.critical", "every word matches");
        why("kern.*", "cron.critical", "'kern' does not match 'cron'");
        why("kern.*", "kern", "the key has no word for '*'");
        why("kern.*", "kern.a.b", "nothing is left to take 'b'");
        why("#.error", "a.b.warning", "wherever '#' ends, no 'error' follows");
    }

    #[test]
    fn each_word_of_the_key_stands_under_what_took_it() {
        let (words, left_over) = words(&walk("a.#.d", "a.b.c.d"), "a.b.c.d");
        let took: Vec<String> = words.iter().map(|word| word.took.join(" ")).collect();
        assert_eq!(took, ["a", "b c", "d"]);
        assert!(left_over.is_empty());
    }

    #[test]
    fn headers_say_which_one_decides() {
        let pair = |key: &str, wanted, found: Option<i64>| HeaderAnswer {
            key: name(key),
            wanted: FieldValue::integer(wanted),
            found: found.map(FieldValue::integer),
            holds: found == Some(wanted),
            ignored: key.starts_with("x-"),
        };
        let pairs = [pair("x-a", 1, None), pair("a", 1, Some(1)), pair("b", 2, None)];
        assert_eq!(headers_why(false, &pairs, false), "there is no header b");
        assert_eq!(headers_why(true, &pairs, true), "header a matches, and one is enough");
        assert_eq!(headers_why(false, &[pair("a", 1, Some(3))], false), "header a is 3, not 1");
    }
}
