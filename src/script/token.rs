//! The kinds of token. Each has one human name, so that every message calls it the same.

use crate::text::Span;

/// One token: its kind and where it stands. The tokens of a text cover it without a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it stands.
    pub span: Span,
    /// Written with another character than the language's own, as a Chinese input method does (`“`, `：`, `１`).
    pub foreign: bool,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// Blanks and tabs, not line ends.
    Blank,
    /// The end of a line.
    Newline,
    /// A comment: `# the work`.
    Comment,
    /// A comment as other languages write it: `// the work`.
    SlashComment,
    /// A word: `queue`, `tasks`, `订单`.
    Word,
    /// A number: `10`, `1.5`.
    Number,
    /// A number with a unit of time: `500ms`.
    Duration,
    /// A number with a unit of size: `64kB`.
    Size,
    /// Digits that run into letters that are no unit: `5sec`, `3x`.
    BadNumber,
    /// The quote that opens a text: `"`.
    TextOpen,
    /// Characters of a text as they stand.
    TextPiece,
    /// An escape in a text: `\n`.
    TextEscape,
    /// The brace that opens an expression in a text: `{`.
    HoleOpen,
    /// The brace that closes it: `}`.
    HoleClose,
    /// The quote that closes a text: `"`.
    TextClose,
    /// A whole plain text: `'^tmp-.{3}'`.
    PlainText,
    /// A plain text that the line ends before its closing quote.
    OpenPlainText,
    /// `{`
    BraceOpen,
    /// `}`
    BraceClose,
    /// `(`
    ParenOpen,
    /// `)`
    ParenClose,
    /// `[`
    BracketOpen,
    /// `]`
    BracketClose,
    /// `,`
    Comma,
    /// `:`
    Colon,
    /// `;`
    Semicolon,
    /// `.`
    Dot,
    /// `..`
    DotDot,
    /// `=`
    Assign,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `*`
    Star,
    /// `/`
    Slash,
    /// `%`
    Percent,
    /// An operator of other languages: `&&`, `||`, `!`, `+=`, `->`.
    Operator,
    /// A character that means nothing here.
    Unknown,
    /// The end of the script, empty.
    End,
}

impl TokenKind {
    /// The name in messages; backticks where the token is always written the same.
    pub fn name(self) -> &'static str {
        match self {
            Self::Blank => "a blank",
            Self::Newline => "the end of the line",
            Self::Comment | Self::SlashComment => "a comment",
            Self::Word => "a word",
            Self::Number => "a number",
            Self::Duration => "a duration",
            Self::Size => "a size",
            Self::BadNumber => "a number with an unknown unit",
            Self::TextOpen | Self::TextPiece | Self::TextEscape => "a text",
            Self::PlainText | Self::OpenPlainText => "a text",
            Self::HoleOpen => "`{`",
            Self::HoleClose => "`}`",
            Self::TextClose => "the closing `\"`",
            Self::BraceOpen => "`{`",
            Self::BraceClose => "`}`",
            Self::ParenOpen => "`(`",
            Self::ParenClose => "`)`",
            Self::BracketOpen => "`[`",
            Self::BracketClose => "`]`",
            Self::Comma => "`,`",
            Self::Colon => "`:`",
            Self::Semicolon => "`;`",
            Self::Dot => "`.`",
            Self::DotDot => "`..`",
            Self::Assign => "`=`",
            Self::Equal => "`==`",
            Self::NotEqual => "`!=`",
            Self::Less => "`<`",
            Self::LessEqual => "`<=`",
            Self::Greater => "`>`",
            Self::GreaterEqual => "`>=`",
            Self::Plus => "`+`",
            Self::Minus => "`-`",
            Self::Star => "`*`",
            Self::Slash => "`/`",
            Self::Percent => "`%`",
            Self::Operator => "an operator",
            Self::Unknown => "a character that means nothing here",
            Self::End => "the end of the script",
        }
    }

    /// Whether the parser never sees it. A newline is no trivia: it ends statements.
    pub fn is_trivia(self) -> bool {
        matches!(self, Self::Blank | Self::Comment | Self::SlashComment)
    }
}
