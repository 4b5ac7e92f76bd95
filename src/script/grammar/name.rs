//! Words in name places, variables, keys that lack their quotes.

use super::cursor::{Parser, Read};
use crate::script::ast::{Expr, ExprKind, Ident, Name, NameKind, Piece};
use crate::script::diagnostic::{Code, Diagnostic};
use crate::script::statement::nearest;
use crate::script::token::TokenKind as T;
use crate::text::Span;

/// The words of expressions: no variable may be called so.
pub const RESERVED: &[&str] =
    &["true", "false", "null", "and", "or", "not", "in", "order", "where", "message"];

impl Parser<'_> {
    /// A word, whatever it is.
    pub fn ident(&mut self, what: &str) -> Read<Ident> {
        if !self.at(T::Word) {
            return Err(self.expected(what));
        }
        let span = self.bump().span;
        Ok(Ident { text: span.of(self.text).into(), span })
    }

    /// A new variable.
    pub fn variable(&mut self) -> Read<Ident> {
        let ident = self.ident("a variable's name")?;
        if RESERVED.contains(&&*ident.text) {
            let message = format!("no variable can be called `{}`: expressions use the word", ident.text);
            self.say(
                Diagnostic::error(Code::ReservedVariable, ident.span, message)
                    .help(format!("another name, such as `{}_1`", ident.text)),
            );
        }
        Ok(ident)
    }

    /// A name: a bare word is the name itself, a text may compute it.
    pub fn name(&mut self, what: &str) -> Read<Name> {
        let token = self.peek();
        match token.kind {
            T::Word | T::Number | T::BadNumber | T::Duration | T::Size => {
                let blob = self.blob();
                if blob.end > token.span.end || token.kind != T::Word {
                    self.unquoted_name(blob);
                    return Ok(Name { span: blob, kind: NameKind::Word(blob.of(self.text).into()) });
                }
                self.bump();
                Ok(Name { span: token.span, kind: NameKind::Word(token.span.of(self.text).into()) })
            }
            T::TextOpen | T::PlainText | T::OpenPlainText => {
                let (pieces, span) = self.text_literal()?;
                self.check_length(&pieces, span);
                Ok(Name { span, kind: NameKind::Text(pieces) })
            }
            T::Minus => Err(self.expected_help(
                what,
                "there are no options with `-`: each is a word behind the name, such as `vhost shop`",
            )),
            T::ParenOpen => {
                Err(self.expected_help(what, "statements take no parentheses: the name follows the word"))
            }
            T::Newline | T::End | T::BraceClose | T::Semicolon => Err(self.expected_help(
                what,
                format!(
                    "the name follows, bare or in quotes: `{} {}`",
                    self.previous().of(self.text),
                    sample(what)
                ),
            )),
            _ => Err(self.expected(what)),
        }
    }

    /// An exchange's name; `default` unquoted is the default one.
    pub fn exchange_name(&mut self) -> Read<Name> {
        let mut name = self.name("an exchange's name")?;
        if matches!(&name.kind, NameKind::Word(word) if &**word == "default") {
            name.kind = NameKind::Default;
        }
        Ok(name)
    }

    /// An error where a name is computed that must be known before the run.
    pub fn written_out(&mut self, name: &Name) {
        if name.literal().is_none() {
            let message = "this name is written out, nothing computed";
            self.say(
                Diagnostic::error(Code::BadHole, name.span, message)
                    .help("it must be known before the run begins: a word, or a text without `{…}`"),
            );
        }
    }

    /// A word of a list, or any text (what the broker makes of it is its own affair).
    pub fn one_of(&mut self, words: &[&'static str]) -> Read<Name> {
        let name = self.name("a word")?;
        if let NameKind::Word(word) = &name.kind
            && !words.contains(&&**word)
        {
            let offer: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
            let message = format!("expected {}, found `{word}`", offer.join(", "));
            let mut diagnostic = Diagnostic::warning(Code::WrongKind, name.span, message);
            diagnostic = match nearest(word, words.iter().copied()) {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")).replace(near),
                None => diagnostic.help("the broker will refuse it"),
            };
            self.say(diagnostic);
        }
        Ok(name)
    }

    /// The characters from the token here on that stand together as one: `my-queue`, `logs.#`.
    fn blob(&self) -> Span {
        let start = self.peek().span.start;
        let rest = self.text.get(start as usize..).unwrap_or("");
        let part_of_name =
            |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '#' | '*' | '/' | '@' | '$' | '&');
        let length = rest.find(|c| !part_of_name(c)).unwrap_or(rest.len());
        // A dot at the end belongs to a sentence, `..` to a range, `[` to a copy: the name ends before them.
        let word = rest.get(..length).unwrap_or("");
        let word = word.split("..").next().unwrap_or(word);
        Span::new(start, start + word.len() as u32)
    }

    fn unquoted_name(&mut self, blob: Span) {
        let written = blob.of(self.text);
        let message = format!("the name `{written}` needs quotes");
        let quoted = format!("\"{written}\"");
        self.say(
            Diagnostic::error(Code::UnquotedName, blob, message)
                .help(format!("write `{quoted}`"))
                .replace(quoted),
        );
        self.skip_to(blob.end);
    }

    /// Goes over all tokens that begin before `end`.
    fn skip_to(&mut self, end: u32) {
        while self.peek().span.start < end && !matches!(self.peek().kind, T::End | T::Newline) {
            self.bump();
        }
    }

    /// A key without quotes that quotes would have saved: `logs.#`, `*.orange.*`, `#`.
    pub fn at_unquoted_key(&self) -> bool {
        let behind = self.previous().end as usize;
        let blank =
            self.text.get(behind..).map_or(0, |rest| rest.len() - rest.trim_start_matches([' ', '\t']).len());
        match self.peek().kind {
            // The comment has swallowed the key and the rest of the line.
            T::Newline | T::End => self.text.as_bytes().get(behind + blank) == Some(&b'#') && blank < 2,
            T::Word | T::Star | T::Number => {
                let blob = self.blob();
                let written = blob.of(self.text);
                written.contains(['*', '#']) && !written.contains(['/', '&', '@'])
            }
            _ => false,
        }
    }

    /// Reports it; what was meant takes its place.
    pub fn unquoted_key(&mut self) -> Expr {
        let behind = self.previous().end;
        let rest = self.text.get(behind as usize..).unwrap_or("");
        let line = rest.lines().next().unwrap_or("");
        let start = behind + (line.len() - line.trim_start().len()) as u32;
        let written = line.trim_start().split([' ', '\t', ';', '}']).next().unwrap_or("");
        let span = Span::new(start, start + written.len() as u32);
        let message = if written.contains('#') {
            "a key needs quotes: without them `#` begins a comment".to_owned()
        } else {
            format!("the key `{written}` needs quotes")
        };
        let quoted = format!("\"{written}\"");
        self.say(
            Diagnostic::error(Code::UnquotedKey, span, message)
                .help(format!("write `{quoted}`"))
                .replace(quoted),
        );
        self.skip_to(span.end);
        self.quiet_here();
        Expr { span, kind: ExprKind::Text(vec![Piece::Text(written.into())]) }
    }

    /// AMQP carries names in short strings.
    fn check_length(&mut self, pieces: &[Piece], span: Span) {
        if let [Piece::Text(text)] = pieces
            && text.len() > 255
        {
            let message = format!("a name of {} bytes: AMQP carries at most 255", text.len());
            self.say(Diagnostic::error(Code::NameTooLong, span, message).help("write a shorter one"));
        }
    }
}

/// A name of the kind, for help.
fn sample(what: &str) -> &'static str {
    [
        ("user", "alex"),
        ("vhost", "shop"),
        ("policy", "limits"),
        ("client", "worker"),
        ("exchange", "logs"),
        ("channel", "out"),
    ]
    .iter()
    .find(|(kind, _)| what.contains(kind))
    .map_or("tasks", |(_, name)| name)
}
