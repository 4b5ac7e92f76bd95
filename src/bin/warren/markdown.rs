//! The scripts of a Markdown document, and the outcomes written under them.
//!
//! A script is a block fenced as `warren`; a block fenced as `outcome` right under it says what comes of it. A script
//! fenced as `warren ignore` is a fragment: nothing is done with it.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};

/// A script and what is said of it.
#[derive(Debug, PartialEq, Eq)]
pub struct Block {
    /// The line of its fence, from 1.
    pub line: usize,
    /// The script.
    pub script: String,
    /// What is written under it.
    pub outcome: Option<Written>,
}

/// An outcome as it is written.
#[derive(Debug, PartialEq, Eq)]
pub struct Written {
    /// What it says.
    pub text: String,
    /// Where: the lines between the fences.
    place: Range<usize>,
    /// What stands in front of each of its lines, in a list or a quotation.
    indent: String,
}

/// All scripts of the document that are meant to be tried.
pub fn blocks(document: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    // The script that nothing but space has followed yet.
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
        let mut words = info.split([' ', ',']).filter(|word| !word.is_empty());
        match (words.next(), words.next()) {
            (Some("warren"), None) => {
                let line = document.get(..range.start).unwrap_or("").matches('\n').count() + 1;
                blocks.push(Block { line, script: text, outcome: None });
                is_under = true;
            }
            (Some("outcome"), None) if is_under => {
                if let Some(block) = blocks.last_mut() {
                    block.outcome = Some(written(document, &range, text));
                }
                is_under = false;
            }
            _ => is_under = false,
        }
    }
    blocks
}

/// The outcome whose block, fences and all, stands at `range`.
fn written(document: &str, range: &Range<usize>, text: String) -> Written {
    let line_start = document.get(..range.start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    let indent = document.get(line_start..range.start).unwrap_or("");
    // In a list the first line may hold the bullet, the next ones only its width.
    let indent = indent.chars().map(|c| if c == '>' { c } else { ' ' }).collect();
    let block = document.get(range.clone()).unwrap_or("");
    let start = range.start + block.find('\n').map_or(block.len(), |at| at + 1);
    let closing = block.trim_end().rfind('\n').map_or(block.len(), |at| at + 1);
    let end = (range.start + closing).max(start);
    Written { text, place: start..end, indent }
}

/// The document with other outcomes: for each of its blocks what is to be written, where there is something to.
pub fn rewrite(document: &str, blocks: &[Block], outcomes: &[Option<String>]) -> String {
    let mut out = String::new();
    let mut done = 0;
    for (block, outcome) in blocks.iter().zip(outcomes) {
        let (Some(written), Some(outcome)) = (&block.outcome, outcome) else { continue };
        out.push_str(document.get(done..written.place.start).unwrap_or(""));
        for line in outcome.lines() {
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
                            queue b\n\n  queue c\n  ~~~\n  ```outcome\n  ```\n\n```warren ignore\nqueue\n```\n\n```outcome\nnobody's\n```\n\n\
                            > ```warren\n> queue d\n> ```\n>\n> words\n>\n> ```outcome\n> not under it\n> ```\n";

    #[test]
    fn scripts_and_what_stands_under_them_are_found() {
        let found = blocks(DOCUMENT);
        let scripts: Vec<_> = found.iter().map(|block| (block.line, &*block.script)).collect();
        assert_eq!(scripts, [(3, "queue a\n"), (13, "queue b\n\nqueue c\n"), (29, "queue d\n")]);
        let written: Vec<_> =
            found.iter().map(|block| block.outcome.as_ref().map(|written| &*written.text)).collect();
        assert_eq!(written, [Some("old\n"), Some(""), None]);
    }

    #[test]
    fn only_outcomes_are_rewritten() {
        let found = blocks(DOCUMENT);
        let new =
            [Some("queue a: empty\n".to_owned()), Some("one\n\ntwo\n".to_owned()), Some("x\n".to_owned())];
        let rewritten = rewrite(DOCUMENT, &found, &new);
        let expected = DOCUMENT
            .replace("\nold\n", "\nqueue a: empty\n")
            .replace("  ```outcome\n  ```", "  ```outcome\n  one\n\n  two\n  ```");
        assert_eq!(rewritten, expected);
        let again = blocks(&rewritten);
        let texts: Vec<_> = again.iter().filter_map(|block| Some(&*block.outcome.as_ref()?.text)).collect();
        assert_eq!(texts, ["queue a: empty\n", "one\n\ntwo\n"]);
    }
}
