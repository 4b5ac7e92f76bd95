//! A text as statements and their parts, with the line ends of the author: what may be broken, and how wide it is whole.

use crate::script::token::TokenKind as T;

use super::atoms::Atom;
use super::marks::Marks;
use super::spacing::{blank_before, is_sign};

/// Statements one after the other, with the comments between them.
#[derive(Default)]
pub(super) struct Block<'t> {
    pub entries: Vec<Entry<'t>>,
    /// A comment behind its opening brace.
    pub opening: Option<Comment<'t>>,
    /// How wide it is on one line, braces included; none if it cannot be on one.
    pub flat: Option<usize>,
}

impl Block<'_> {
    /// Whether nothing stands between its braces, not even a comment: lines of its own would not make it shorter.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.opening.is_none()
    }
}

/// A line of a block.
pub(super) enum Entry<'t> {
    Comment {
        text: &'t str,
        /// An empty line stands before it.
        gap: bool,
    },
    Line(Line<'t>),
}

/// Statements on one line, with `;` between them.
pub(super) struct Line<'t> {
    pub statements: Vec<Parts<'t>>,
    pub comment: Option<Comment<'t>>,
    /// An empty line stands before it.
    pub gap: bool,
}

/// A comment at the end of a line, and the column in which it stood.
#[derive(Clone, Copy)]
pub(super) struct Comment<'t> {
    pub text: &'t str,
    pub column: usize,
}

/// Parts of a statement or of a bracket, and how wide they are on one line.
#[derive(Default)]
pub(super) struct Parts<'t> {
    pub list: Vec<Part<'t>>,
    pub flat: Option<usize>,
}

/// A part.
pub(super) struct Part<'t> {
    /// Whether a blank stands before it.
    pub blank: bool,
    /// Whether it began a line.
    pub breaks: bool,
    /// Whether it may begin a line: it is an option's word.
    pub may_break: bool,
    pub kind: PartKind<'t>,
}

/// The parts.
pub(super) enum PartKind<'t> {
    Atom(&'t str),
    /// `else`, `catch`: behind a block's last line, or on a line of their own.
    Joint(&'t str),
    Comment(Comment<'t>),
    Block(Block<'t>),
    Group(Group<'t>),
}

/// A bracket with what is in it.
pub(super) struct Group<'t> {
    pub open: &'static str,
    pub close: &'static str,
    pub kind: GroupKind,
    /// What the commas part.
    pub elements: Vec<Parts<'t>>,
    pub flat: Option<usize>,
}

/// What a bracket is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum GroupKind {
    List,
    Table,
    /// A parenthesis, or a step into a value: broken only where the author broke it.
    Other,
}

/// The layout of a whole text.
pub(super) fn layout<'t>(atoms: &'t [Atom<'t>], marks: &'t Marks) -> Block<'t> {
    Reader { atoms, marks, at: 0, sign: false }.block(true)
}

struct Reader<'t> {
    atoms: &'t [Atom<'t>],
    marks: &'t Marks,
    at: usize,
    /// The atom before is a minus that subtracts nothing.
    sign: bool,
}

impl<'t> Reader<'t> {
    fn peek(&self) -> Option<&'t Atom<'t>> {
        self.atoms.get(self.at)
    }

    /// Statements to the closing brace (read too), or to the end of the text.
    fn block(&mut self, top: bool) -> Block<'t> {
        let mut block = Block::default();
        let (mut is_flat, mut width, mut joined) = (true, 2, false);
        while let Some(atom) = self.peek() {
            is_flat &= atom.lines_before == 0;
            let gap = atom.lines_before > 1 && !block.entries.is_empty();
            match atom.kind {
                T::BraceClose if !top => break,
                T::Semicolon => {
                    joined = true;
                    self.at += 1;
                    continue;
                }
                T::Comment => {
                    self.at += 1;
                    let comment = Comment { text: &atom.text, column: atom.column };
                    match block.entries.last_mut() {
                        Some(Entry::Line(line)) if atom.lines_before == 0 => line.comment = Some(comment),
                        None if !top && atom.lines_before == 0 => block.opening = Some(comment),
                        _ => block.entries.push(Entry::Comment { text: &atom.text, gap }),
                    }
                }
                _ => {
                    let statement = self.statement(atom);
                    is_flat &= statement.flat.is_some();
                    width += statement.flat.unwrap_or(0) + 2;
                    match block.entries.last_mut() {
                        Some(Entry::Line(line)) if joined && atom.lines_before == 0 => {
                            line.statements.push(statement)
                        }
                        _ => block.entries.push(Entry::Line(Line {
                            statements: vec![statement],
                            comment: None,
                            gap,
                        })),
                    }
                }
            }
            joined = false;
        }
        is_flat &= self.peek().is_none_or(|close| close.lines_before == 0);
        self.at += 1;
        let is_empty = block.entries.is_empty() && block.opening.is_none();
        block.flat = if is_empty { Some(3) } else { is_flat.then_some(width) };
        block
    }

    fn opens_block(&self, atom: &Atom<'_>) -> bool {
        atom.kind == T::BraceOpen && self.marks.blocks.contains(&atom.span.start)
    }

    fn statement(&mut self, first: &Atom<'_>) -> Parts<'t> {
        let end = self.marks.statements.get(&first.span.start).copied().unwrap_or(first.span.end);
        let mut parts = Builder::default();
        self.sign = false;
        while let Some(atom) = self.peek().filter(|atom| atom.span.start < end) {
            self.part(atom, &mut parts);
        }
        parts.finish()
    }

    /// Reads one part into `parts`.
    fn part(&mut self, atom: &'t Atom<'t>, parts: &mut Builder<'t>) {
        let before = self.at.checked_sub(1).and_then(|at| self.atoms.get(at));
        let blank = !parts.list.is_empty() && blank_before(before, atom, self.sign, self.marks);
        let next = self.atoms.get(self.at + 1).map_or(T::End, |next| next.kind);
        // `else` of a wait: a block follows.
        let is_else =
            &*atom.text == "else" && self.atoms.get(self.at + 1).is_some_and(|next| self.opens_block(next));
        let may_break = is_else
            || self.marks.options.contains(&atom.span.start)
                && !matches!(next, T::Assign | T::Dot | T::BracketOpen);
        let breaks = atom.lines_before > 0 && (!is_else || parts.after_block());
        self.sign = is_sign(before, atom, self.marks);
        let is_block = self.opens_block(atom);
        self.at += 1;
        let kind = match atom.kind {
            T::Comment => PartKind::Comment(Comment { text: &atom.text, column: atom.column }),
            T::BraceOpen if is_block => PartKind::Block(self.block(false)),
            T::BraceOpen => PartKind::Group(self.group("{", "}", T::BraceClose, GroupKind::Table)),
            T::BracketOpen
                if self.marks.lists.contains(&atom.span.start) || blank || before_is_open(before) =>
            {
                PartKind::Group(self.group("[", "]", T::BracketClose, GroupKind::List))
            }
            T::BracketOpen => PartKind::Group(self.group("[", "]", T::BracketClose, GroupKind::Other)),
            T::ParenOpen => PartKind::Group(self.group("(", ")", T::ParenClose, GroupKind::Other)),
            T::Word if parts.after_block() && matches!(&*atom.text, "else" | "catch") => {
                PartKind::Joint(&atom.text)
            }
            _ => PartKind::Atom(&atom.text),
        };
        parts.push(Part { blank, breaks, may_break, kind });
    }

    /// What stands in a bracket, to its closing token (read too).
    fn group(&mut self, open: &'static str, close: &'static str, closing: T, kind: GroupKind) -> Group<'t> {
        let mut elements: Vec<Parts<'t>> = Vec::new();
        let mut parts = Builder::default();
        self.sign = false;
        let mut is_flat = true;
        while let Some(atom) = self.peek() {
            is_flat &= atom.lines_before == 0 && atom.kind != T::Comment;
            if atom.kind == closing {
                break;
            }
            if atom.kind != T::Comma {
                self.part(atom, &mut parts);
                continue;
            }
            self.at += 1;
            self.sign = false;
            // A comment behind the comma belongs to what stands before it.
            while let Some(comment) =
                self.peek().filter(|next| next.kind == T::Comment && next.lines_before == 0)
            {
                self.part(comment, &mut parts);
            }
            elements.push(std::mem::take(&mut parts).finish());
        }
        self.at += 1;
        if !parts.list.is_empty() {
            elements.push(parts.finish());
        }
        self.sign = false;
        let inner: Option<usize> = elements.iter().map(|element| element.flat).sum();
        let commas = elements.len().saturating_sub(1) * 2;
        let blanks = if kind == GroupKind::Table && !elements.is_empty() { 2 } else { 0 };
        let flat = inner.filter(|_| is_flat).map(|inner| inner + commas + blanks + 2);
        Group { open, close, kind, elements, flat }
    }
}

fn before_is_open(before: Option<&Atom<'_>>) -> bool {
    before.is_none_or(|before| matches!(before.kind, T::ParenOpen | T::BracketOpen))
}

/// Parts as they are read.
#[derive(Default)]
struct Builder<'t> {
    list: Vec<Part<'t>>,
}

impl<'t> Builder<'t> {
    fn push(&mut self, part: Part<'t>) {
        self.list.push(part);
    }

    /// Whether a block, or a comment behind one, is the last thing.
    fn after_block(&self) -> bool {
        let last = self.list.iter().rev().find(|part| !matches!(part.kind, PartKind::Comment(_)));
        last.is_some_and(|part| matches!(part.kind, PartKind::Block(_)))
    }

    fn finish(self) -> Parts<'t> {
        let mut flat = Some(0);
        for (at, part) in self.list.iter().enumerate() {
            let breaks = part.breaks && at > 0 && !matches!(part.kind, PartKind::Block(_));
            flat = flat.zip(part.flat()).filter(|_| !breaks).map(|(sum, width)| sum + width);
        }
        Parts { list: self.list, flat }
    }
}

impl Part<'_> {
    /// How wide it is on one line, with the blank before it.
    pub fn flat(&self) -> Option<usize> {
        let width = match &self.kind {
            PartKind::Atom(text) | PartKind::Joint(text) => Some(text.chars().count()),
            PartKind::Comment(_) => None,
            PartKind::Block(block) => block.flat,
            PartKind::Group(group) => group.flat,
        }?;
        Some(width + usize::from(self.blank))
    }
}
