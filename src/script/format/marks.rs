//! What the tree knows of a text and its tokens do not: where statements, blocks, lists and options begin.

use std::collections::{BTreeMap, BTreeSet};

use crate::script::ast::{Block, Expr, ExprKind, Opt, Stmt, Tree, Visit, visit};
use crate::script::statement::Statement;

/// Places in the text, in bytes.
#[derive(Default)]
pub(super) struct Marks {
    /// Where a statement begins, and where it ends.
    pub statements: BTreeMap<u32, u32>,
    /// Where a block's brace stands: every other brace is a table's.
    pub blocks: BTreeSet<u32>,
    /// Where a list's bracket stands: every other bracket is a step into a value, or the number of a copy.
    pub lists: BTreeSet<u32>,
    /// Where a minus stands that subtracts nothing.
    pub signs: BTreeSet<u32>,
    /// Where an option's word stands that may begin a line.
    pub options: BTreeSet<u32>,
}

impl Marks {
    pub fn of(tree: &Tree) -> Self {
        let mut marks = Self::default();
        visit(tree, &mut marks);
        marks
    }
}

impl<'t> Visit<'t> for Marks {
    fn statement(&mut self, statement: &'t Stmt) {
        self.statements.insert(statement.span.start, statement.span.end);
    }

    fn block(&mut self, block: &'t Block) {
        // The block of `at 5s crash worker` has no brace: there is none at its place, so the mark says nothing.
        self.blocks.insert(block.span.start);
    }

    fn option(&mut self, option: &'t Opt) {
        // The options of a check stand on its own line.
        if Statement::find(option.spec.word).is_none() && option.spec.word != "within" {
            self.options.insert(option.word.start);
        }
    }

    fn expr(&mut self, expr: &'t Expr) {
        match expr.kind {
            ExprKind::List(_) => drop(self.lists.insert(expr.span.start)),
            ExprKind::Negative(_) => drop(self.signs.insert(expr.span.start)),
            _ => {}
        }
    }
}
