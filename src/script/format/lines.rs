//! The comments behind the lines, and the text as a whole.

use super::print::Written;

/// Blanks between code and comment at least.
const GAP: usize = 2;

/// The lines as a text. Comments on adjacent lines stand below each other: where the leftmost of them stood, or as far
/// to the right as the longest line asks.
pub(super) fn join(mut lines: Vec<Written<'_>>) -> String {
    for line in &mut lines {
        line.code.truncate(line.code.trim_end().len());
    }
    let mut text = String::new();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        if line.comment.is_none() {
            text.push_str(&line.code);
            text.push('\n');
            at += 1;
            continue;
        }
        let rest = lines.get(at..).unwrap_or(&[]);
        let together = rest.iter().take_while(|line| line.comment.is_some()).count();
        let group = rest.get(..together).unwrap_or(rest);
        let stood = group.iter().filter_map(|line| line.comment).map(|comment| comment.column).min();
        let needed = group.iter().map(|line| line.code.chars().count() + GAP).max();
        let column = stood.max(needed).unwrap_or(0);
        for line in group {
            text.push_str(&line.code);
            text.extend(std::iter::repeat_n(' ', column - line.code.chars().count()));
            text.push_str(line.comment.map_or("", |comment| comment.text));
            text.push('\n');
        }
        at += together;
    }
    text
}
