//! What a misspelt word was meant to be.

/// The word among `words` that someone who wrote `written` most likely meant: one slip in a short word, two in a long one.
pub fn nearest<'w>(written: &str, words: impl Iterator<Item = &'w str>) -> Option<&'w str> {
    let lower = written.to_lowercase();
    let allowed = if lower.chars().count() <= 4 { 1 } else { 2 };
    words
        .map(|word| (distance(&lower, &word.to_lowercase(), allowed), word))
        .filter(|(distance, word)| *distance <= allowed && *word != written)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

/// Edit distance with transpositions, as far as it is at most `limit`; else more than `limit`.
fn distance(a: &str, b: &str, limit: usize) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(64).collect(), b.chars().take(64).collect());
    if a.len().abs_diff(b.len()) > limit {
        return limit + 1;
    }
    let mut before = vec![0; b.len() + 1];
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let same = a[i - 1] == b[j - 1];
            row[j] = (above[j] + 1).min(row[j - 1] + 1).min(above[j - 1] + usize::from(!same));
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut above, row);
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_found() {
        assert_eq!(nearest("qeue", ["queue", "exchange"].into_iter()), Some("queue"));
        assert_eq!(nearest("durabel", ["durable", "duration"].into_iter()), Some("durable"));
        assert_eq!(nearest("kay", ["key"].into_iter()), Some("key"));
        assert_eq!(nearest("tasks", ["logs"].into_iter()), None);
    }
}
