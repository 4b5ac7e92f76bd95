//! The scripts of a Markdown document, and the outcomes written under them: what the command line checks and lays out, and the
//! tests hold true.
//!
//! A script is a block fenced as `warren`; a block fenced as `outcome` right under it says what comes of it. A script
//! fenced as `warren ignore` is a fragment: nobody runs it. One fenced as `warren warns` shows what is warned of.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};

/// A script and what is said of it.
#[derive(Debug, PartialEq, Eq)]
pub struct Block {
    /// The line of its fence, from 1.
    pub line: usize,
    /// The script.
    pub script: Written,
    /// It is fenced as `warren ignore`.
    pub is_fragment: bool,
    /// It is fenced as `warren warns`: a warning is what it is there for.
    pub warns: bool,
    /// What is written under it.
    pub outcome: Option<Written>,
}

/// What stands between two fences.
#[derive(Debug, PartialEq, Eq)]
pub struct Written {
    /// What it says.
    pub text: String,
    /// Where: the lines between the fences.
    place: Range<usize>,
    /// What stands in front of each of its lines, in a list or a quotation.
    indent: String,
}

/// All scripts of the document.
pub fn scripts(document: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    // Nothing but space has followed the last script yet.
    let mut is_under = false;
    let mut events = Parser::new(document).into_offset_iter();
    while let Some((event, range)) = events.next() {
        let Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) = event else {
            is_under &= matches!(event, Event::End(TagEnd::CodeBlock));
            continue;
        };
        let mut text = String::new();
        for (event, _) in events.by_ref() {
            match event {
                Event::Text(part) => text.push_str(&part),
                Event::End(TagEnd::CodeBlock) => break,
                _ => {}
            }
        }
        let written = written(document, &range, text);
        let words: Vec<_> = info.split([' ', ',']).filter(|word| !word.is_empty()).collect();
        match *words {
            ["warren"] | ["warren", "ignore" | "warns"] => {
                let line = document.get(..range.start).unwrap_or("").matches('\n').count() + 1;
                let (is_fragment, warns) = (words.contains(&"ignore"), words.contains(&"warns"));
                is_under = !is_fragment;
                blocks.push(Block { line, script: written, is_fragment, warns, outcome: None });
            }
            ["outcome"] if is_under => {
                is_under = false;
                if let Some(block) = blocks.last_mut() {
                    block.outcome = Some(written);
                }
            }
            _ => is_under = false,
        }
    }
    blocks
}

/// The block whose place, fences and all, is `range`.
fn written(document: &str, range: &Range<usize>, text: String) -> Written {
    let line_start = document.get(..range.start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    let indent = document.get(line_start..range.start).unwrap_or("");
    // In a list the first line may hold the bullet, the next ones only its width.
    let indent = indent.chars().map(|c| if c == '>' { c } else { ' ' }).collect();
    let block = document.get(range.clone()).unwrap_or("");
    let start = range.start + block.find('\n').map_or(block.len(), |at| at + 1);
    let last = block.trim_end().rfind('\n').map_or(block.len(), |at| at + 1);
    // The end of a document closes a block, too.
    let is_closed = block.get(last..).is_some_and(|line| {
        let line = line.trim_start_matches([' ', '>']);
        line.starts_with("```") || line.starts_with("~~~")
    });
    let end = range.start + if is_closed { last } else { block.len() };
    Written { text, place: start..end.max(start), indent }
}

/// The document with other texts between some of its fences; `edits` in the order of the document.
pub fn rewrite<'a>(document: &str, edits: impl IntoIterator<Item = (&'a Written, &'a str)>) -> String {
    let mut out = String::new();
    let mut done = 0;
    for (written, text) in edits {
        out.push_str(document.get(done..written.place.start).unwrap_or(""));
        for line in text.lines() {
            let line = format!("{}{line}", written.indent);
            out.push_str(line.trim_end());
            out.push('\n');
        }
        done = written.place.end;
    }
    out.push_str(document.get(done..).unwrap_or(""));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = "# Hello\n\n```warren\nqueue a\n```\n\n```outcome\nold\n```\n\n- a list\n\n  ~~~ warren\n  \
                            queue b\n\n  queue c\n  ~~~\n  ```outcome\n  ```\n\n```warren ignore\nqueue\n```\n\n```outcome\nnobody's\n```\n\n```warren warns\nqueue c\n```\n\n\
                            > ```warren\n> queue d\n> ```\n>\n> words\n>\n> ```outcome\n> not under it\n> ```\n";

    #[test]
    fn scripts_and_what_stands_under_them_are_found() {
        let found = scripts(DOCUMENT);
        let texts: Vec<_> =
            found.iter().map(|block| (block.line, &*block.script.text, block.is_fragment)).collect();
        let expected = [
            (3, "queue a\n", false),
            (13, "queue b\n\nqueue c\n", false),
            (21, "queue\n", true),
            (29, "queue c\n", false),
            (33, "queue d\n", false),
        ];
        assert_eq!(texts, expected);
        let outcomes: Vec<_> =
            found.iter().map(|block| block.outcome.as_ref().map(|written| &*written.text)).collect();
        assert_eq!(outcomes, [Some("old\n"), Some(""), None, None, None]);
        let warning: Vec<_> = found.iter().filter(|block| block.warns).map(|block| block.line).collect();
        assert_eq!(warning, [29]);
    }

    #[test]
    fn only_what_stands_between_fences_is_rewritten() {
        let found = scripts(DOCUMENT);
        let outcomes = found.iter().filter_map(|block| block.outcome.as_ref());
        let rewritten = rewrite(DOCUMENT, outcomes.zip(["queue a: empty\n", "one\n\ntwo\n"]));
        let expected = DOCUMENT
            .replace("\nold\n", "\nqueue a: empty\n")
            .replace("  ```outcome\n  ```", "  ```outcome\n  one\n\n  two\n  ```");
        assert_eq!(rewritten, expected);
        let same = found.iter().map(|block| (&block.script, &*block.script.text));
        assert_eq!(rewrite(DOCUMENT, same), DOCUMENT, "in lists and quotations, too");
        let open = "```warren\nqueue a";
        let block = scripts(open).remove(0);
        assert_eq!(rewrite(open, [(&block.script, "queue b\n")]), "```warren\nqueue b\n");
    }
}
