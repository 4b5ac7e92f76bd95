//! The parser's position in the tokens and its primitive moves.

use super::{DEPTH_MAX, DIAGNOSTICS_MAX, PARTS_MAX};
use crate::script::diagnostic::{Code, Diagnostic};
use crate::script::token::{Token, TokenKind as T};
use crate::text::Span;

/// Something could not be read, and a diagnostic says so already.
#[derive(Debug)]
pub(super) struct Reported;

/// What reading gives.
pub(super) type Read<X> = Result<X, Reported>;

/// The parser.
pub(super) struct Parser<'t> {
    pub text: &'t str,
    /// Without blanks and comments, closed by `End`.
    tokens: Vec<Token>,
    at: usize,
    /// How many `(`, `[` and tables are open: in them a newline ends nothing.
    groups: u32,
    depth: u32,
    said_too_deep: bool,
    /// A block whose closing brace stands suspiciously far left.
    pub suspect: Option<Span>,
    /// The block that comes next belongs to an `if`: an `else` in it says that its `}` is missing.
    pub ends_at_else: bool,
    /// Closing braces that unclosed texts have swallowed.
    pub swallowed: usize,
    /// The first block that such a brace seems to have closed, and what stands behind it: not said, as the text is.
    pub unsaid: Option<(Span, Span)>,
    /// Where a block was found to be unclosed: the blocks around it are so for the same reason.
    pub unclosed_at: Option<usize>,
    /// Code of a client library has been spoken of.
    pub said_library: bool,
    /// Where the last error was reported: a second one there is its echo.
    reported: Option<usize>,
    pub diagnostics: Vec<Diagnostic>,
    /// Among them is an error: many warnings must not hide the first one.
    has_errors: bool,
}

impl<'t> Parser<'t> {
    pub fn new(text: &'t str, tokens: &[Token]) -> Self {
        let tokens: Vec<Token> = tokens.iter().copied().filter(|token| !token.kind.is_trivia()).collect();
        Self {
            text,
            tokens,
            at: 0,
            groups: 0,
            depth: 0,
            said_too_deep: false,
            suspect: None,
            ends_at_else: false,
            swallowed: 0,
            unsaid: None,
            unclosed_at: None,
            said_library: false,
            reported: None,
            diagnostics: Vec::new(),
            has_errors: false,
        }
    }

    /// The token here; past the end, the end.
    pub fn peek(&self) -> Token {
        self.peek_at(0)
    }

    /// The token `ahead` of here.
    pub fn peek_at(&self, ahead: usize) -> Token {
        let end = Token { kind: T::End, span: Span::at(self.text.len() as u32), foreign: false };
        self.tokens.get(self.at + ahead).copied().unwrap_or(end)
    }

    /// The token before here.
    pub fn previous(&self) -> Span {
        self.at.checked_sub(1).and_then(|at| self.tokens.get(at)).map_or(Span::at(0), |token| token.span)
    }

    /// The place in the tokens, to see whether anything was read.
    pub fn position(&self) -> usize {
        self.at
    }

    /// Goes over one token.
    pub fn bump(&mut self) -> Token {
        let token = self.peek();
        if token.kind != T::End {
            self.at += 1;
        }
        if self.groups > 0 {
            self.skip_newlines();
        }
        token
    }

    /// Goes over newlines.
    pub fn skip_newlines(&mut self) {
        while self.peek().kind == T::Newline {
            self.at += 1;
        }
    }

    /// Goes into `(`, `[` or a table, over its opening token.
    pub fn open_group(&mut self) -> Token {
        self.groups += 1;
        self.bump()
    }

    /// Goes out of one; the closing token is next, if it is there.
    pub fn close_group(&mut self) {
        self.groups = self.groups.saturating_sub(1);
    }

    /// Whether nothing is open in which commas part entries.
    pub fn is_ungrouped(&self) -> bool {
        self.groups == 0
    }

    /// Runs `read` as if outside all groups: blocks have lines of their own.
    pub fn ungrouped<X>(&mut self, read: impl FnOnce(&mut Self) -> X) -> X {
        let groups = std::mem::take(&mut self.groups);
        let result = read(self);
        self.groups = groups;
        result
    }

    /// Whether a token of this kind is here.
    pub fn at(&self, kind: T) -> bool {
        self.peek().kind == kind
    }

    /// The word here, or "".
    pub fn word(&self) -> &'t str {
        self.word_at(0)
    }

    /// The word `ahead` of here, or "".
    pub fn word_at(&self, ahead: usize) -> &'t str {
        let token = self.peek_at(ahead);
        if token.kind == T::Word { token.span.of(self.text) } else { "" }
    }

    /// Whether the word `word` is here.
    pub fn at_word(&self, word: &str) -> bool {
        self.word() == word
    }

    /// Goes over a token of this kind, if it is here.
    pub fn eat(&mut self, kind: T) -> Option<Span> {
        self.at(kind).then(|| self.bump().span)
    }

    /// Goes over the word, if it is here.
    pub fn eat_word(&mut self, word: &str) -> Option<Span> {
        self.at_word(word).then(|| self.bump().span)
    }

    /// Goes over a token of this kind, which must be here.
    pub fn expect(&mut self, kind: T) -> Read<Span> {
        match self.eat(kind) {
            Some(span) => Ok(span),
            None => Err(self.expected(kind.name())),
        }
    }

    /// Goes over the word, which must be here.
    pub fn expect_word(&mut self, word: &str) -> Read<Span> {
        match self.eat_word(word) {
            Some(span) => Ok(span),
            None => Err(self.expected(&format!("`{word}`"))),
        }
    }

    /// Whether a statement may end here.
    pub fn at_end(&self) -> bool {
        matches!(self.peek().kind, T::Newline | T::Semicolon | T::BraceClose | T::End)
    }

    /// What is here, for people.
    pub fn found(&self) -> String {
        let token = self.peek();
        match token.kind {
            T::Word | T::Number | T::Duration | T::Size | T::BadNumber | T::Operator | T::Unknown => {
                format!("`{}`", token.span.of(self.text))
            }
            kind => kind.name().to_owned(),
        }
    }

    /// Where an error about what is missing here stands: the token, or just behind the last one at a line's end.
    pub fn here(&self) -> Span {
        let token = self.peek();
        match token.kind {
            T::Newline | T::End => Span::at(self.previous().end),
            _ => token.span,
        }
    }

    /// An error about what is here: something else was expected.
    pub fn expected(&mut self, what: &str) -> Reported {
        let help = match what {
            "a value" => {
                "a value is `\"text\"`, `3`, `5s`, `true`, `[1, 2]`, a variable, or a question such as `ready(tasks)`"
            }
            "the end of the statement" => "put what follows on a line of its own, or take it away",
            "a variable's name" => "a variable is a word, such as `count`",
            "a field's name" => {
                "a field is a word: `message.body`; any other name stands in brackets: `message.headers[\"x-death\"]`"
            }
            "the name of a queue or exchange" | "a queue's name" | "an exchange's name" => {
                "a name is a word such as `tasks`, or a text: `\"my-queue\"`"
            }
            _ => "",
        };
        let help = if help.is_empty() { format!("write {what} here") } else { help.to_owned() };
        self.expected_help(what, help)
    }

    /// The same, with an offer of its own.
    pub fn expected_help(&mut self, what: &str, help: impl Into<String>) -> Reported {
        let message = format!("expected {what}, found {}", self.found());
        let diagnostic = Diagnostic::error(Code::Expected, self.here(), message).help(help);
        self.report(diagnostic)
    }

    /// Reports an error about what is here, unless it is the echo of the last one.
    pub fn report(&mut self, diagnostic: Diagnostic) -> Reported {
        // A character that means nothing has an error of its own already.
        let strange = self.at(T::Unknown) && diagnostic.primary.span == self.peek().span;
        if self.reported != Some(self.at) && !strange {
            self.reported = Some(self.at);
            self.say(diagnostic);
        }
        Reported
    }

    /// Reports something that does not stop reading.
    pub fn say(&mut self, diagnostic: Diagnostic) {
        let first_error = diagnostic.is_error() && !self.has_errors;
        if self.diagnostics.len() < DIAGNOSTICS_MAX || first_error {
            self.has_errors |= diagnostic.is_error();
            self.diagnostics.push(diagnostic);
        }
    }

    /// Whether an error was reported.
    pub fn has_errors(&self) -> bool {
        self.has_errors
    }

    /// What is here is known to be wrong: the next error here would be an echo.
    pub fn quiet_here(&mut self) {
        self.reported = Some(self.at);
    }

    /// Goes one deeper while `read` runs; an error where it is too deep.
    pub fn deeper<X>(&mut self, read: impl FnOnce(&mut Self) -> Read<X>) -> Read<X> {
        if self.is_too_deep() {
            return Err(self.too_deep());
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    /// An error if there are more parts than a program can count.
    pub fn check_parts(&mut self, count: usize, what: &str) {
        if count == PARTS_MAX + 1 {
            let message = format!("{what} has more than {PARTS_MAX} parts");
            self.say(
                Diagnostic::error(Code::TooMany, self.here(), message)
                    .help("make it in a loop: `for i in 1..20000 { list = list + [i] }`"),
            );
        }
    }

    /// Whether nothing more may be nested here.
    pub fn is_too_deep(&self) -> bool {
        self.depth >= DEPTH_MAX
    }

    fn too_deep(&mut self) -> Reported {
        let message = format!("nested more than {DEPTH_MAX} deep");
        let diagnostic = Diagnostic::error(Code::TooDeep, self.here(), message)
            .help("take a part out: a variable with `let`, or a block of its own");
        if self.said_too_deep {
            self.quiet_here();
            return Reported;
        }
        self.said_too_deep = true;
        self.report(diagnostic)
    }
}
