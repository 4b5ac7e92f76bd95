//! From parts to lines: where each line breaks.

use super::layout::{Block, Comment, Entry, Group, GroupKind, Line, Part, PartKind, Parts};

/// How many characters a line has at most, where it can be broken at all. Comments are not counted.
pub const WIDTH: usize = 100;

/// How far a block, and the further lines of a statement, stand in.
const STEP: usize = 2;

/// A line as it is written: its code, and the comment behind it.
#[derive(Default)]
pub(super) struct Written<'t> {
    pub code: String,
    pub comment: Option<Comment<'t>>,
}

/// The lines of a text.
pub(super) fn print<'t>(layout: &Block<'t>) -> Vec<Written<'t>> {
    let mut printer = Printer::default();
    printer.entries(layout, 0, false);
    printer.lines
}

#[derive(Default)]
struct Printer<'t> {
    lines: Vec<Written<'t>>,
    /// The line being written.
    line: Written<'t>,
    /// How far in it begins, and how wide it is, in characters.
    indent: usize,
    column: usize,
    /// A comment ends the line: what follows must begin another.
    ended: bool,
}

impl<'t> Printer<'t> {
    fn begin(&mut self, indent: usize) {
        if self.column > self.indent || self.line.comment.is_some() {
            self.lines.push(std::mem::take(&mut self.line));
        }
        self.line.code = " ".repeat(indent);
        (self.indent, self.column, self.ended) = (indent, indent, false);
    }

    fn push(&mut self, text: &str) {
        self.line.code.push_str(text);
        self.column += text.chars().count();
    }

    /// The blank before a part, unless it begins the line.
    fn blank(&mut self, wanted: bool) {
        if wanted && self.column > self.indent {
            self.push(" ");
        }
    }

    fn end(&mut self) {
        self.begin(0);
    }

    fn comment(&mut self, comment: Comment<'t>) {
        self.line.comment = Some(comment);
        self.ended = true;
    }

    /// The lines of a block. `split`: each statement on a line of its own.
    fn entries(&mut self, block: &Block<'t>, indent: usize, split: bool) {
        for entry in &block.entries {
            match entry {
                Entry::Comment { text, gap } => {
                    self.gap(*gap);
                    self.begin(indent);
                    self.push(text);
                }
                Entry::Line(line) => {
                    self.gap(line.gap);
                    self.statements(line, indent, split);
                }
            }
        }
        self.end();
    }

    fn gap(&mut self, wanted: bool) {
        if wanted {
            self.end();
            self.lines.push(Written::default());
        }
    }

    fn statements(&mut self, line: &Line<'t>, indent: usize, split: bool) {
        let widths: Option<usize> = line.statements.iter().map(|statement| statement.flat).sum();
        let whole = widths.map(|sum| indent + sum + 2 * line.statements.len().saturating_sub(1));
        let joined = !split && whole.is_some_and(|width| width <= WIDTH);
        for (at, statement) in line.statements.iter().enumerate() {
            if joined && at > 0 {
                self.push("; ");
                self.flat(statement);
            } else {
                self.begin(indent);
                self.parts(
                    &statement.list,
                    statement.flat,
                    Around { indent, hang: STEP, after: 0, breaks_first: false },
                );
            }
        }
        if let Some(comment) = line.comment {
            self.comment(comment);
        }
    }

    fn flat(&mut self, parts: &Parts<'t>) {
        parts.list.iter().for_each(|part| self.flat_part(part));
    }

    fn flat_part(&mut self, part: &Part<'t>) {
        self.blank(part.blank);
        match &part.kind {
            PartKind::Atom(text) | PartKind::Joint(text) => self.push(text),
            PartKind::Comment(_) => {}
            PartKind::Group(group) => self.flat_group(group),
            PartKind::Block(block) => {
                self.push("{ ");
                let lines = block.entries.iter().filter_map(|entry| match entry {
                    Entry::Line(line) => Some(&line.statements),
                    Entry::Comment { .. } => None,
                });
                for (at, statement) in lines.flatten().enumerate() {
                    if at > 0 {
                        self.push("; ");
                    }
                    // Inside the line, but the first thing behind the brace: no blank of its own.
                    self.flat(statement);
                }
                self.push(if block.entries.is_empty() { "}" } else { " }" });
            }
        }
    }

    fn flat_group(&mut self, group: &Group<'t>) {
        let blank = group.kind == GroupKind::Table && !group.elements.is_empty();
        self.push(group.open);
        if blank {
            self.push(" ");
        }
        for (at, element) in group.elements.iter().enumerate() {
            if at > 0 {
                self.push(", ");
            }
            self.flat(element);
        }
        if blank {
            self.push(" ");
        }
        self.push(group.close);
    }

    /// Parts from here on, broken where they must be.
    fn parts(&mut self, parts: &[Part<'t>], flat: Option<usize>, around: Around) {
        if flat.is_some_and(|width| self.column + width + around.after <= WIDTH) {
            return parts.iter().for_each(|part| self.flat_part(part));
        }
        let mut joints = false;
        let mut expand = self.overflows(parts, around, joints);
        if expand {
            // `else` on a line of its own may be enough.
            joints = parts.iter().any(|part| matches!(part.kind, PartKind::Joint(_)))
                && !self.overflows(parts, around, true);
            expand = !joints;
        }
        let mut expanded = false;
        for (at, part) in parts.iter().enumerate() {
            let rest = parts.get(at + 1..).unwrap_or(&[]);
            match &part.kind {
                PartKind::Comment(comment) => {
                    if part.breaks {
                        let next = rest.iter().find(|part| !matches!(part.kind, PartKind::Comment(_)));
                        let is_joint = next.is_some_and(|part| matches!(part.kind, PartKind::Joint(_)));
                        self.begin(around.indent + if is_joint { 0 } else { around.hang });
                        self.push(comment.text);
                        self.ended = true;
                    } else {
                        self.comment(*comment);
                    }
                }
                PartKind::Block(block) => {
                    if self.ended {
                        self.begin(around.indent);
                    }
                    expanded = expand && !block.is_empty() || block.flat.is_none();
                    if expanded { self.block(part.blank, block, around.indent) } else { self.flat_part(part) }
                }
                PartKind::Joint(_) => {
                    if self.ended || (part.breaks || joints) && !expanded {
                        self.begin(around.indent);
                    }
                    self.flat_part(part);
                }
                PartKind::Atom(_) | PartKind::Group(_) => {
                    let first = at == 0 && !around.breaks_first;
                    let needed =
                        || self.column + part.flat().unwrap_or(2) + chunk(rest, expand, around.after, false);
                    if self.ended || part.breaks && !first || part.may_break && !first && needed() > WIDTH {
                        self.begin(around.indent + around.hang);
                    }
                    match &part.kind {
                        PartKind::Group(group) => {
                            let after = chunk(rest, expand, around.after, true);
                            self.group(part, group, after);
                        }
                        _ => self.flat_part(part),
                    }
                }
            }
        }
    }

    /// Whether a line with a block on it gets too long; `joints`: if each `else` and `catch` begins a line.
    fn overflows(&self, parts: &[Part<'t>], around: Around, joints: bool) -> bool {
        let (mut column, mut has_block) = (self.column, false);
        for (at, part) in parts.iter().enumerate() {
            let is_joint = matches!(part.kind, PartKind::Joint(_));
            let breaks = part.breaks && !matches!(part.kind, PartKind::Block(_)) || joints && is_joint;
            if at > 0 && breaks {
                if has_block && column > WIDTH {
                    return true;
                }
                let hang = if is_joint { 0 } else { around.hang };
                (column, has_block) = (around.indent + hang, false);
            }
            match (part.flat(), &part.kind) {
                (Some(width), kind) => {
                    column += width;
                    has_block |= matches!(kind, PartKind::Block(block) if !block.is_empty());
                }
                (None, PartKind::Comment(_)) => {}
                (None, _) => {
                    if has_block && column + STEP > WIDTH {
                        return true;
                    }
                    (column, has_block) = (around.indent + 1, false);
                }
            }
        }
        has_block && column + around.after > WIDTH
    }

    /// A block on lines of its own.
    fn block(&mut self, blank: bool, block: &Block<'t>, indent: usize) {
        self.blank(blank);
        self.push("{");
        if let Some(opening) = block.opening {
            self.comment(opening);
        }
        self.entries(block, indent + STEP, block.flat.is_some());
        self.begin(indent);
        self.push("}");
    }

    /// A bracket; `after`: how much must follow it on its line.
    fn group(&mut self, part: &Part<'t>, group: &Group<'t>, after: usize) {
        if part.flat().is_some_and(|width| self.column + width + after <= WIDTH) {
            return self.flat_part(part);
        }
        self.blank(part.blank);
        self.push(group.open);
        match group.kind {
            GroupKind::Other => self.bracket(group, after),
            GroupKind::List | GroupKind::Table if group.elements.is_empty() => {}
            GroupKind::List | GroupKind::Table => self.list(group),
        }
        self.push(group.close);
    }

    /// A parenthesis breaks where its author broke it.
    fn bracket(&mut self, group: &Group<'t>, after: usize) {
        let indent = self.indent;
        let around = Around { indent, hang: STEP, after: after + 1, breaks_first: true };
        for (at, element) in group.elements.iter().enumerate() {
            if self.ended {
                self.begin(indent + STEP);
            }
            self.blank(at > 0);
            let (body, comments) = split_comments(&element.list);
            self.parts(body, element.flat, around);
            if at + 1 < group.elements.len() {
                self.push(",");
            }
            self.parts(comments, None, around);
        }
        if self.ended {
            self.begin(indent);
        }
    }

    /// A list or table on lines of its own, a comma behind each entry.
    fn list(&mut self, group: &Group<'t>) {
        let indent = self.indent;
        let around = Around { indent: indent + STEP, hang: STEP, after: 1, breaks_first: false };
        // A table that the author had on one line gets a line for each entry.
        let each = group.kind == GroupKind::Table && group.flat.is_some();
        for (at, element) in group.elements.iter().enumerate() {
            let (body, comments) = split_comments(&element.list);
            let leading = body.iter().take_while(|part| matches!(part.kind, PartKind::Comment(_))).count();
            let (leading, body) = body.split_at_checked(leading).unwrap_or((&[], body));
            for comment in leading {
                if let PartKind::Comment(comment) = comment.kind {
                    self.begin(around.indent);
                    self.push(comment.text);
                    self.ended = true;
                }
            }
            let breaks = element.list.first().is_some_and(|first| first.breaks);
            let fits = element.flat.is_some_and(|width| self.column + width + 2 <= WIDTH);
            if !body.is_empty() {
                if at == 0 || breaks || each || self.ended || !fits {
                    self.begin(around.indent);
                } else {
                    self.push(" ");
                }
                self.parts(body, element.flat, around);
                self.push(",");
            }
            for comment in comments {
                if let PartKind::Comment(text) = comment.kind {
                    if comment.breaks || self.ended {
                        self.begin(around.indent);
                        self.push(text.text);
                        self.ended = true;
                    } else {
                        self.comment(text);
                    }
                }
            }
        }
        self.begin(indent);
    }
}

/// What is around parts.
#[derive(Clone, Copy)]
struct Around {
    /// How far in the first line stands.
    indent: usize,
    /// How much further in the others stand.
    hang: usize,
    /// How much must follow on the last line.
    after: usize,
    /// Whether the first part may begin a line too.
    breaks_first: bool,
}

/// Parts without the comments behind them, and those.
fn split_comments<'p, 't>(parts: &'p [Part<'t>]) -> (&'p [Part<'t>], &'p [Part<'t>]) {
    let behind = parts.iter().rev().take_while(|part| matches!(part.kind, PartKind::Comment(_))).count();
    parts.split_at_checked(parts.len() - behind).unwrap_or((parts, &[]))
}

/// How wide is what must follow on the same line: up to where the line may break. `lists`: also before a bracket.
fn chunk(rest: &[Part<'_>], expand: bool, after: usize, lists: bool) -> usize {
    let mut width = 0;
    for part in rest {
        if part.may_break || part.breaks || matches!(part.kind, PartKind::Comment(_) | PartKind::Joint(_)) {
            return width;
        }
        let opens = match &part.kind {
            PartKind::Block(block) => expand && !block.is_empty(),
            PartKind::Group(group) => lists && group.kind != GroupKind::Other,
            _ => false,
        };
        match part.flat() {
            Some(flat) if !opens => width += flat,
            _ => return width + STEP,
        }
    }
    width + after
}
