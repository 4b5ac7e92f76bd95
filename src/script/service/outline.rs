//! The outline: what a script is made of, in its order.

use crate::script::ast::{Block, Stmt, StmtKind};
use crate::text::Span;

use super::Document;

/// A line of the outline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its head as it is written: `consumer worker times 2`.
    pub text: String,
    /// The word it begins with: what its symbol is chosen by.
    pub word: String,
    /// How deep it stands.
    pub depth: u32,
    /// All of it.
    pub span: Span,
}

/// So long a line of the outline may be, in characters.
const TEXT_MAX: usize = 80;

impl Document<'_> {
    /// Exchanges, queues, clients with their handlers, the operator's deeds, checks.
    pub fn outline(&self) -> Vec<Entry> {
        let mut entries = Vec::new();
        self.entries(&self.tree.statements, 0, &mut entries);
        entries
    }

    fn entries(&self, statements: &[Stmt], depth: u32, entries: &mut Vec<Entry>) {
        for statement in statements {
            let is_shown = matches!(
                &statement.kind,
                StmtKind::Queue { .. }
                    | StmtKind::Exchange { .. }
                    | StmtKind::Client { .. }
                    | StmtKind::At { .. }
                    | StmtKind::When { .. }
                    | StmtKind::Check { .. }
                    | StmtKind::Consume { .. }
                    | StmtKind::On { .. }
                    | StmtKind::Every { .. }
                    | StmtKind::Channel { .. }
            );
            if is_shown {
                // The deed of `at 5s crash worker` is part of its line.
                let has_braces = |block: &&Block| block.span.of(self.text).starts_with('{');
                let is_whole = statement.kind.blocks().first().is_some_and(|block| !has_braces(block));
                let head = if is_whole { statement.span } else { statement.head }.of(self.text);
                let head = head.split_whitespace().collect::<Vec<_>>().join(" ");
                let mut text: String = head.chars().take(TEXT_MAX).collect();
                if text.len() < head.len() {
                    text.push('…');
                }
                let word = statement.word.of(self.text).to_owned();
                entries.push(Entry { text, word, depth, span: statement.span });
            }
            let inside = depth + u32::from(is_shown);
            let blocks: Vec<&Block> = statement.kind.blocks();
            // The deed of `at 5s crash worker` is in its head already.
            let blocks = blocks.into_iter().filter(|block| block.span.of(self.text).starts_with('{'));
            blocks.for_each(|block| self.entries(&block.statements, inside, entries));
        }
    }
}
