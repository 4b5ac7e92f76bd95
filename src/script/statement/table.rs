//! The shape of the table, and how it is searched.

use super::{client, operator, topology};

/// A statement: its word, where it may stand and what may follow.
#[derive(Debug)]
pub struct Statement {
    /// The word it begins with.
    pub word: &'static str,
    /// How it is written, without the options.
    pub form: &'static str,
    /// The AMQP method, `rabbitmqctl` command or part of the playground behind it.
    pub field: &'static str,
    /// Where it may stand.
    pub stands: Stands,
    /// Its options, in groups that statements share.
    pub options: &'static [&'static [OptionSpec]],
    /// One line of help.
    pub help: &'static str,
}

/// Where a statement may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stands {
    /// At the top level, the operator's.
    pub top: bool,
    /// In `at`, `when` and the operator's `for` and `if`.
    pub deed: bool,
    /// In a client.
    pub client: bool,
}

/// Only at the top level.
pub(super) const TOP: Stands = Stands { top: true, deed: false, client: false };
/// The operator's, at any time.
pub(super) const OPERATOR: Stands = Stands { top: true, deed: true, client: false };
/// Only in a client.
pub(super) const CLIENT: Stands = Stands { top: false, deed: false, client: true };
/// The operator's and a client's.
pub(super) const ANYWHERE: Stands = Stands { top: true, deed: true, client: true };

/// An option of a statement.
#[derive(Debug, PartialEq, Eq)]
pub struct OptionSpec {
    /// The word.
    pub word: &'static str,
    /// What it takes.
    pub value: ValueKind,
    /// The field of the AMQP method, the `x-` argument or property behind it.
    pub field: &'static str,
    /// One line of help.
    pub help: &'static str,
}

/// What an option takes. The first group are name places: a bare word there is the name itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueKind {
    /// Nothing.
    Flag,
    /// An exchange's name; `default` for the default one.
    Exchange,
    /// A user's name.
    User,
    /// A vhost's name.
    Vhost,
    /// One of these words (`_` for AMQP's `-`), or any text.
    OneOf(&'static [&'static str]),
    /// One of these words, or an expression of any kind.
    WordOr(&'static [&'static str]),
    /// An expression that gives text.
    Text,
    /// An expression that gives a number.
    Number,
    /// An expression that gives a duration: a unit is required.
    Duration,
    /// An expression that gives a size.
    Size,
    /// A duration, or a text that is sent as it stands.
    Expiration,
    /// An expression of any kind.
    Any,
    /// A table: `{ a: 1 }`, or an expression that gives one.
    Table,
    /// A whole number as written, no expression.
    FixedNumber,
    /// A duration as written, no expression.
    FixedDuration,
    /// A size as written, no expression.
    FixedSize,
    /// `at` and a duration as written.
    Moment,
    /// A word of the list, then a table.
    Match,
}

impl ValueKind {
    /// Whether a bare word is the name itself.
    pub fn is_name(self) -> bool {
        matches!(self, Self::Exchange | Self::User | Self::Vhost | Self::OneOf(_))
    }

    /// What a message says is expected.
    pub fn name(self) -> &'static str {
        match self {
            Self::Flag => "nothing",
            Self::Exchange => "an exchange's name",
            Self::User => "a user's name",
            Self::Vhost => "a vhost's name",
            Self::OneOf(_) => "a word",
            Self::WordOr(_) => "a word or a value",
            Self::Text => "a text",
            Self::Number | Self::FixedNumber => "a number",
            Self::Duration | Self::FixedDuration => "a duration",
            Self::Size | Self::FixedSize => "a size",
            Self::Expiration => "a duration or a text",
            Self::Any => "a value",
            Self::Table => "a table",
            Self::Moment => "`at` and a duration",
            Self::Match => "`all` or `any`, and a table",
        }
    }

    /// Something of the kind that can be typed.
    pub fn example(self) -> &'static str {
        match self {
            Self::Flag => "",
            Self::Exchange => "logs",
            Self::User => "alex",
            Self::Vhost => "shop",
            Self::OneOf(words) | Self::WordOr(words) => words.first().copied().unwrap_or("word"),
            Self::Text | Self::Any => "\"text\"",
            Self::Number | Self::FixedNumber => "10",
            Self::Duration | Self::FixedDuration | Self::Expiration => "30s",
            Self::Size | Self::FixedSize => "64kB",
            Self::Table => "{ name: \"value\" }",
            Self::Moment => "at 100ms",
            Self::Match => "all { name: \"value\" }",
        }
    }
}

pub(super) const fn option(
    word: &'static str,
    value: ValueKind,
    field: &'static str,
    help: &'static str,
) -> OptionSpec {
    OptionSpec { word, value, field, help }
}

/// Where the operator's statement acts; a client's own login decides for a client.
pub(super) const OPERATORS_LOGIN: &[OptionSpec] = &[
    option("user", ValueKind::User, "", "the user that the operator acts as; guest unless said"),
    option("vhost", ValueKind::Vhost, "", "the vhost it happens in; / unless said"),
];

pub(super) const TIMEOUT: &[OptionSpec] = &[option(
    "timeout",
    ValueKind::Duration,
    "",
    "the longest it waits; then the `else`, or an error with code 0 and text \"timeout\"",
)];

impl Statement {
    /// All statements, in reading order.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        [topology::STATEMENTS, client::STATEMENTS, operator::STATEMENTS].into_iter().flatten()
    }

    /// The statement that begins with `word`.
    pub fn find(word: &str) -> Option<&'static Self> {
        Self::all().find(|statement| statement.word == word)
    }

    /// All its options.
    pub fn all_options(&self) -> impl Iterator<Item = &'static OptionSpec> + use<> {
        self.options.iter().copied().flatten()
    }

    /// Its option `word`.
    pub fn option(&self, word: &str) -> Option<&'static OptionSpec> {
        self.all_options().find(|option| option.word == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_unambiguous() {
        let mut words: Vec<_> = Statement::all().map(|statement| statement.word).collect();
        words.sort_unstable();
        for pair in words.windows(2) {
            assert_ne!(pair[0], pair[1], "a statement stands twice in the table");
        }
        for statement in Statement::all() {
            let mut options: Vec<_> = statement.all_options().map(|option| option.word).collect();
            options.sort_unstable();
            for pair in options.windows(2) {
                assert_ne!(pair[0], pair[1], "{} has an option twice", statement.word);
            }
            // `at` stands on the check's own line, so it continues nothing.
            for option in options.into_iter().filter(|option| *option != "at") {
                assert!(Statement::find(option).is_none(), "option {option} is a statement too");
            }
        }
    }
}
