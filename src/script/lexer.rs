//! Text to tokens: every byte belongs to exactly one token, comments and blanks included.
//!
//! First stage of the chain, and all of it that the page's main thread needs (highlighting).
//! Invariant: it never fails, never recurses and looks at each byte a bounded number of times. What a Chinese
//! input method types is read as the ASCII character that was meant, and marked.

use super::token::{Token, TokenKind};
use crate::text::Span;

/// The tokens of `text`, closed by an empty [`TokenKind::End`].
pub fn lex(text: &str) -> Vec<Token> {
    let mut lexer = Lexer { text, at: 0, tokens: Vec::with_capacity(text.len() / 3 + 1), inside: Vec::new() };
    while lexer.at < text.len() {
        lexer.next();
    }
    let end = Span::at(text.len() as u32);
    lexer.tokens.push(Token { kind: TokenKind::End, span: end, foreign: false });
    lexer.tokens
}

/// What the lexer stands in, innermost last; empty in plain script. A line end leaves all of it.
enum Inside {
    /// A text, and whether a foreign quote opened it (then a foreign one closes it).
    Text { foreign: bool },
    /// An expression in a text, with the count of braces open in it.
    Hole { braces: u32 },
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
    tokens: Vec<Token>,
    inside: Vec<Inside>,
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// How many bytes from here the characters that satisfy `wanted` go on.
    fn run(&self, wanted: impl Fn(char) -> bool) -> usize {
        self.rest().find(|c| !wanted(c)).unwrap_or(self.rest().len())
    }

    fn push(&mut self, kind: TokenKind, length: usize, foreign: bool) {
        let span = Span::new(self.at as u32, (self.at + length) as u32);
        self.tokens.push(Token { kind, span, foreign });
        self.at += length;
    }

    fn next(&mut self) {
        match self.inside.last() {
            Some(&Inside::Text { foreign }) => self.in_text(foreign),
            Some(Inside::Hole { .. }) | None => self.in_script(),
        }
    }

    fn in_text(&mut self, foreign: bool) {
        let Some(first) = self.peek() else { return };
        match first {
            '\n' => {
                self.inside.clear();
                self.push(TokenKind::Newline, 1, false);
            }
            '"' => {
                self.inside.pop();
                self.push(TokenKind::TextClose, 1, false);
            }
            _ if foreign && is_foreign_quote(first) => {
                self.inside.pop();
                self.push(TokenKind::TextClose, first.len_utf8(), true);
            }
            // No expression begins with a backslash: the brace was meant as one.
            '{' if self.rest().as_bytes().get(1) == Some(&b'\\') => {
                self.push(TokenKind::TextEscape, 1, false)
            }
            '{' => {
                self.inside.push(Inside::Hole { braces: 0 });
                self.push(TokenKind::HoleOpen, 1, false);
            }
            '\\' => {
                let length = self.escape_length();
                self.push(TokenKind::TextEscape, length, false);
            }
            _ => {
                let length =
                    self.run(|c| !(matches!(c, '\n' | '"' | '{' | '\\') || foreign && is_foreign_quote(c)));
                self.push(TokenKind::TextPiece, length, false);
            }
        }
    }

    /// The bytes of the escape that begins here: the backslash, a character, and the braces of `\u{…}`.
    fn escape_length(&self) -> usize {
        let mut characters = self.rest().chars();
        characters.next();
        match characters.next() {
            None | Some('\n') => 1,
            Some('u') if characters.next() == Some('{') => {
                // Six digits at most, so that a missing brace does not swallow the text.
                let digits = characters.take(6).take_while(char::is_ascii_hexdigit).count();
                let closed = self.rest().as_bytes().get(3 + digits) == Some(&b'}');
                3 + digits + usize::from(closed)
            }
            Some(escaped) => 1 + escaped.len_utf8(),
        }
    }

    fn in_script(&mut self) {
        let Some(first) = self.peek() else { return };
        let meant = meant(first);
        let foreign = meant != first;
        let width = first.len_utf8();
        match meant {
            '\n' => {
                self.inside.clear();
                self.push(TokenKind::Newline, width, foreign);
            }
            c if c.is_whitespace() || c == '\u{feff}' => {
                let length = self.run(|c| (c.is_whitespace() || c == '\u{feff}') && c != '\n');
                self.push(TokenKind::Blank, length, false);
            }
            '#' => self.comment(TokenKind::Comment, foreign),
            '"' => {
                self.inside.push(Inside::Text { foreign });
                self.push(TokenKind::TextOpen, width, foreign);
            }
            '\'' => self.plain_text(first),
            '{' | '}' => self.brace(meant, width, foreign),
            c if c.is_ascii_digit() => self.number(),
            c if c.is_alphabetic() || c == '_' => {
                let length = self.run(|c| c.is_alphanumeric() && !is_foreign_digit(c) || c == '_');
                self.push(TokenKind::Word, length.max(width), false);
            }
            _ => self.punctuation(meant, width, foreign),
        }
    }

    fn comment(&mut self, kind: TokenKind, foreign: bool) {
        let length = self.run(|c| c != '\n');
        self.push(kind, length, foreign);
    }

    /// `/* … */` of other languages, as far as it goes on this line.
    fn block_comment(&mut self) {
        let line = self.run(|c| c != '\n');
        let inside = self.rest().get(..line).unwrap_or("");
        let length = inside.find("*/").map_or(line, |end| end + 2);
        self.push(TokenKind::SlashComment, length, false);
    }

    /// `'…'`, as it stands, to the closing quote or the end of the line.
    fn plain_text(&mut self, quote: char) {
        let foreign = quote != '\'';
        let width = quote.len_utf8();
        let body = self.rest().get(width..).unwrap_or("");
        let closes = |c: char| c == '\'' || foreign && meant(c) == '\'';
        let (kind, length) = match body.find(|c| c == '\n' || closes(c)) {
            Some(end) => match body.get(end..).and_then(|rest| rest.chars().next()) {
                Some(close) if close != '\n' => (TokenKind::PlainText, width + end + close.len_utf8()),
                _ => (TokenKind::OpenPlainText, width + end),
            },
            None => (TokenKind::OpenPlainText, width + body.len()),
        };
        self.push(kind, length, foreign);
    }

    fn brace(&mut self, brace: char, width: usize, foreign: bool) {
        let kind = match (brace, self.inside.last_mut()) {
            ('{', Some(Inside::Hole { braces })) => {
                *braces += 1;
                TokenKind::BraceOpen
            }
            ('{', _) => TokenKind::BraceOpen,
            (_, Some(Inside::Hole { braces: 0 })) => {
                self.inside.pop();
                TokenKind::HoleClose
            }
            (_, Some(Inside::Hole { braces })) => {
                *braces -= 1;
                TokenKind::BraceClose
            }
            _ => TokenKind::BraceClose,
        };
        self.push(kind, width, foreign);
    }

    /// Digits, a fraction, a unit. A dot belongs to it only before a digit: `1..3` is a range.
    fn number(&mut self) {
        let digit = |c: char| meant(c).is_ascii_digit();
        let whole = self.run(digit);
        let after = self.rest().get(whole..).unwrap_or("");
        let fraction = after.strip_prefix('.').map_or(0, |rest| {
            let digits = rest.find(|c| !digit(c)).unwrap_or(rest.len());
            if digits > 0 { digits + 1 } else { 0 }
        });
        let after = after.get(fraction..).unwrap_or("");
        let unit_length = after.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(after.len());
        let unit = after.get(..unit_length).unwrap_or("");
        let kind = match unit {
            "" => TokenKind::Number,
            "us" | "ms" | "s" | "m" | "h" | "d" => TokenKind::Duration,
            "B" | "kB" | "MB" | "GB" | "KiB" | "MiB" | "GiB" if fraction == 0 => TokenKind::Size,
            _ => TokenKind::BadNumber,
        };
        let length = whole + fraction + unit_length;
        let foreign = !self.rest().get(..whole + fraction).unwrap_or("").is_ascii();
        self.push(kind, length, foreign);
    }

    fn punctuation(&mut self, first: char, width: usize, foreign: bool) {
        use TokenKind as T;
        let second = self.rest().get(width..).and_then(|rest| rest.chars().next());
        let pair = second.map(meant);
        let two = match (first, pair) {
            ('.', Some('.')) => Some(T::DotDot),
            ('=', Some('=')) => Some(T::Equal),
            ('!', Some('=')) => Some(T::NotEqual),
            ('<', Some('=')) => Some(T::LessEqual),
            ('>', Some('=')) => Some(T::GreaterEqual),
            ('/', Some('/')) => return self.comment(T::SlashComment, false),
            ('/', Some('*')) => return self.block_comment(),
            ('&', Some('&')) | ('|', Some('|')) | ('-', Some('>')) | ('=', Some('>')) => Some(T::Operator),
            ('+' | '-' | '*', Some('=')) => Some(T::Operator),
            _ => None,
        };
        if let (Some(kind), Some(second)) = (two, second) {
            let foreign = foreign || pair != Some(second);
            return self.push(kind, width + second.len_utf8(), foreign);
        }
        let kind = match first {
            '(' => T::ParenOpen,
            ')' => T::ParenClose,
            '[' => T::BracketOpen,
            ']' => T::BracketClose,
            ',' => T::Comma,
            ':' => T::Colon,
            ';' => T::Semicolon,
            '.' => T::Dot,
            '=' => T::Assign,
            '<' => T::Less,
            '>' => T::Greater,
            '+' => T::Plus,
            '-' => T::Minus,
            '*' => T::Star,
            '/' => T::Slash,
            '%' => T::Percent,
            '!' | '&' | '|' => T::Operator,
            _ => T::Unknown,
        };
        self.push(kind, width, foreign);
    }
}

fn is_foreign_quote(c: char) -> bool {
    c != '"' && meant(c) == '"'
}

fn is_foreign_digit(c: char) -> bool {
    ('\u{ff10}'..='\u{ff19}').contains(&c)
}

/// The character of the language that was meant by `c`: full-width forms and the quotes of input methods.
pub fn meant(c: char) -> char {
    match c {
        '`' | '“' | '”' | '„' | '＂' | '「' | '」' | '«' | '»' => '"',
        '‘' | '’' | '＇' => '\'',
        '、' => ',',
        '。' => '.',
        '【' => '[',
        '】' => ']',
        '–' | '—' | '−' => '-',
        '×' => '*',
        // The block of full-width forms stands in the order of ASCII; its letters are letters of names.
        '！'..='～' => char::from_u32(c as u32 - 0xff01 + 0x21)
            .filter(|m| !m.is_ascii_alphabetic() && *m != '_')
            .unwrap_or(c),
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use TokenKind as T;

    fn kinds(text: &str) -> Vec<TokenKind> {
        let tokens = lex(text);
        let mut at = 0;
        for token in &tokens {
            assert_eq!(token.span.start, at, "a gap in {text:?}");
            at = token.span.end;
        }
        assert_eq!(at as usize, text.len());
        tokens.iter().map(|token| token.kind).filter(|kind| !matches!(kind, T::Blank | T::End)).collect()
    }

    #[test]
    fn numbers_units_and_ranges() {
        assert_eq!(kinds("1..3"), [T::Number, T::DotDot, T::Number]);
        assert_eq!(kinds("1s..3.5s"), [T::Duration, T::DotDot, T::Duration]);
        assert_eq!(kinds("64kB 5sec 1.5"), [T::Size, T::BadNumber, T::Number]);
    }

    #[test]
    fn texts_and_their_expressions() {
        assert_eq!(
            kinds(r#""a{ {b: "c"}.b }\n" x"#),
            [
                T::TextOpen,
                T::TextPiece,
                T::HoleOpen,
                T::BraceOpen,
                T::Word,
                T::Colon,
                T::TextOpen,
                T::TextPiece,
                T::TextClose,
                T::BraceClose,
                T::Dot,
                T::Word,
                T::HoleClose,
                T::TextEscape,
                T::TextClose,
                T::Word
            ]
        );
        assert_eq!(kinds("\"open\nqueue"), [T::TextOpen, T::TextPiece, T::Newline, T::Word]);
        assert_eq!(kinds("'^t-.{3}' 'x"), [T::PlainText, T::OpenPlainText]);
    }

    #[test]
    fn input_methods() {
        assert_eq!(
            kinds("“a”：（）"),
            [T::TextOpen, T::TextPiece, T::TextClose, T::Colon, T::ParenOpen, T::ParenClose]
        );
        assert_eq!(kinds("１０ｍ 订单 ＃ x"), [T::BadNumber, T::Word, T::Comment]);
        assert_eq!(kinds("prefetch １０；ack"), [T::Word, T::Number, T::Semicolon, T::Word]);
        assert!(lex("“").iter().any(|token| token.foreign));
    }
}
