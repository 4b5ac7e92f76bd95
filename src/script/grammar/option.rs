//! The options of a statement, as its line of the table says.

use super::cursor::{Parser, Read};
use crate::script::ast::{Expr, ExprKind, Ident, Opt, OptValue, Options};
use crate::script::diagnostic::{Code, Diagnostic};
use crate::script::statement::{MATCH_MODES, OptionSpec, Statement, ValueKind, nearest};
use crate::script::token::TokenKind as T;
use crate::text::{Span, TextEdit};

impl Parser<'_> {
    /// All options that follow, on this line and on further ones that begin with one. Where the statement has `as`,
    /// the variable goes into `alias`.
    pub fn options(
        &mut self,
        spec: &'static Statement,
        mut alias: Option<&mut Option<Ident>>,
    ) -> Read<Options> {
        let mut options = Options::default();
        loop {
            if self.at(T::Newline) && self.continues(spec) {
                self.skip_newlines();
            }
            if self.at(T::Comma) && self.peek_at(1).kind == T::Word {
                self.comma_between_options();
                continue;
            }
            if !self.at(T::Word) {
                break;
            }
            if self.at_keyword_argument() {
                self.keyword_argument(spec);
                continue;
            }
            match (self.word(), alias.as_deref_mut()) {
                ("as", Some(alias)) => {
                    self.bump();
                    *alias = Some(self.variable()?);
                }
                ("else", _) => break,
                (word, _) => match spec.option(word) {
                    Some(option) => self.option(option, &mut options),
                    None if Statement::find(word).is_some() => break,
                    None => self.unknown_option(spec),
                },
            }
        }
        Ok(options)
    }

    /// Whether the next line begins with an option of the statement (`x = 1`, `x.a` and `x[1]` are assignments).
    fn continues(&self, spec: &Statement) -> bool {
        let mut ahead = 0;
        while self.peek_at(ahead).kind == T::Newline {
            ahead += 1;
        }
        let word = self.word_at(ahead);
        !word.is_empty()
            && spec.option(word).is_some()
            && Statement::find(word).is_none()
            && !matches!(self.peek_at(ahead + 1).kind, T::Assign | T::Dot | T::BracketOpen)
    }

    fn comma_between_options(&mut self) {
        let comma = self.here();
        self.report(
            Diagnostic::error(Code::Expected, comma, "options stand without commas between them")
                .help("take it away")
                .edit(TextEdit::replace(comma, "")),
        );
        self.bump();
    }

    /// One option, whose word is here.
    fn option(&mut self, spec: &'static OptionSpec, options: &mut Options) {
        let word = self.bump().span;
        if let Some(first) = options.find(spec.word) {
            let message = format!("`{}` stands twice", spec.word);
            let first = first.word;
            self.say(
                Diagnostic::error(Code::DuplicateOption, word, message)
                    .also(first, "first here")
                    .help("keep one"),
            );
        }
        if self.at(T::Colon) {
            self.colon_behind(spec, word);
        }
        let value = self.option_value(spec, word).unwrap_or_else(|_| {
            self.skip_to_option();
            OptValue::None
        });
        options.0.push(Opt { spec, word, value });
    }

    fn option_value(&mut self, spec: &'static OptionSpec, word: Span) -> Read<OptValue> {
        let kind = spec.value;
        if kind == ValueKind::Flag {
            self.flag_without_value(spec, word);
            return Ok(OptValue::None);
        }
        if self.at_unquoted_key() {
            return Ok(OptValue::Expr(self.unquoted_key()));
        }
        if self.at_end() || self.at(T::Comma) || kind != ValueKind::Table && self.at(T::BraceOpen) {
            return Err(self.missing_value(spec, word));
        }
        Ok(match kind {
            ValueKind::Exchange => OptValue::Name(self.exchange_name()?),
            ValueKind::User | ValueKind::Vhost => {
                let name = self.name(kind.name())?;
                self.written_out(&name);
                OptValue::Name(name)
            }
            ValueKind::OneOf(words) => OptValue::Name(self.one_of(words)?),
            // `first(list)` is an expression.
            ValueKind::WordOr(words)
                if words.contains(&self.word()) && self.peek_at(1).kind != T::ParenOpen =>
            {
                OptValue::Name(self.one_of(words)?)
            }
            ValueKind::Match => self.match_value()?,
            ValueKind::Moment => {
                self.expect_word("at")?;
                OptValue::Expr(self.fixed(ValueKind::FixedDuration)?)
            }
            ValueKind::FixedDuration | ValueKind::FixedNumber | ValueKind::FixedSize => {
                OptValue::Expr(self.fixed(kind)?)
            }
            _ => {
                let value = self.sum()?;
                self.check_kind(spec, &value);
                OptValue::Expr(value)
            }
        })
    }

    /// `durable: true`, as YAML and JSON have it.
    fn colon_behind(&mut self, spec: &OptionSpec, word: Span) {
        let colon = self.bump().span;
        let message = format!("options are written without `:`: `{}`", spec.word);
        let diagnostic = Diagnostic::error(Code::KeywordArgument, word.to(colon), message);
        let is_flag = spec.value == ValueKind::Flag;
        let span = if is_flag && !self.at_end() { colon.to(self.bump().span) } else { colon };
        self.say(diagnostic.help("take the colon away").edit(TextEdit::replace(span, "")));
    }

    /// `durable true`, as configuration files have it.
    fn flag_without_value(&mut self, spec: &OptionSpec, word: Span) {
        let value = self.word();
        if !matches!(value, "true" | "false" | "yes" | "no" | "True" | "False") {
            return;
        }
        let span = self.bump().span;
        let message = format!("`{}` takes no value", spec.word);
        let diagnostic = Diagnostic::error(Code::WrongKind, span, message);
        let way = if matches!(value, "true" | "yes" | "True") { spec.word } else { "" };
        let help = if way.is_empty() { "without the word it is false" } else { "the word alone says it" };
        self.say(diagnostic.help(help).edit(TextEdit::replace(word.to(span), way)));
    }

    fn missing_value(&mut self, spec: &OptionSpec, word: Span) -> super::cursor::Reported {
        let message = format!("`{}` needs {}", spec.word, spec.value.name());
        let help = format!("`{} {}`", spec.word, spec.value.example());
        let diagnostic = Diagnostic::error(Code::MissingValue, word, message).help(help);
        self.report(diagnostic)
    }

    /// A value of plainly another kind. What only the broker can refuse is left to it: its refusal is a lesson.
    fn check_kind(&mut self, spec: &OptionSpec, value: &Expr) {
        let written = value.span.of(self.text);
        let diagnostic = match (spec.value, &value.kind) {
            (ValueKind::Duration | ValueKind::Expiration, ExprKind::Int(_) | ExprKind::Float(_)) => {
                self.missing_unit(value, "ms")
            }
            (ValueKind::Number, ExprKind::Float(_)) => {
                let whole: String = match written.split_once('.') {
                    Some((whole, thousand)) if thousand.len() == 3 => format!("{whole}{thousand}"),
                    parts => parts.map_or("1", |(whole, _)| whole).to_owned(),
                };
                let message = format!("`{}` takes a whole number, not `{written}`", spec.word);
                Diagnostic::error(Code::WrongKind, value.span, message)
                    .help(format!("write `{} {whole}`", spec.word))
                    .replace(whole)
            }
            (ValueKind::Size, ExprKind::Duration(_))
            | (ValueKind::Number, ExprKind::Duration(_) | ExprKind::Size(_)) => {
                let digits: String = written.chars().take_while(char::is_ascii_digit).collect();
                Diagnostic::error(
                    Code::WrongKind,
                    value.span,
                    format!("`{}` takes {}, not `{written}`", spec.word, spec.value.name()),
                )
                .help(format!("write `{} {digits}`", spec.word))
            }
            (ValueKind::Text, ExprKind::Int(_) | ExprKind::Float(_) | ExprKind::Duration(_)) => {
                Diagnostic::error(
                    Code::WrongKind,
                    value.span,
                    format!("`{}` takes a text, not `{written}`", spec.word),
                )
                .help(format!("write `{} \"{written}\"`", spec.word))
                .replace(format!("\"{written}\""))
            }
            (
                ValueKind::Table,
                ExprKind::Int(_) | ExprKind::Duration(_) | ExprKind::Text(_) | ExprKind::List(_),
            ) => Diagnostic::error(Code::WrongKind, value.span, format!("`{}` takes a table", spec.word))
                .help(format!("write `{} {{ name: \"value\" }}`", spec.word)),
            _ => return,
        };
        self.say(diagnostic);
    }

    /// `30000` where a duration stands: "30000 what?"
    fn missing_unit(&self, value: &Expr, unit: &str) -> Diagnostic {
        let written = value.span.of(self.text);
        let offer = match value.kind {
            ExprKind::Int(n) if unit == "ms" && n > 0 && n % 1000 == 0 => format!("{}s", n / 1000),
            _ => format!("{written}{unit}"),
        };
        Diagnostic::error(Code::MissingUnit, value.span, format!("{written} what? a duration has a unit"))
            .help(format!("write `{offer}`; the units are us, ms, s, m, h, d"))
            .replace(offer)
    }

    /// A literal of the kind, no expression: it must be known before the run.
    pub fn fixed(&mut self, kind: ValueKind) -> Read<Expr> {
        if !matches!(self.peek().kind, T::Number | T::Duration | T::Size | T::BadNumber) {
            let help =
                format!("write `{}`: it is known before the run begins, so no variable", kind.example());
            return Err(self.expected_help(kind.name(), help));
        }
        let value = self.sum()?;
        let fits = match kind {
            ValueKind::FixedDuration => matches!(value.kind, ExprKind::Duration(_)),
            ValueKind::FixedNumber => matches!(value.kind, ExprKind::Int(n) if n >= 0),
            ValueKind::FixedSize => matches!(value.kind, ExprKind::Size(_)),
            _ => true,
        };
        if !fits && !matches!(value.kind, ExprKind::Broken) {
            let written = value.span.of(self.text);
            let diagnostic = match (kind, &value.kind) {
                (ValueKind::FixedDuration, ExprKind::Int(_) | ExprKind::Float(_)) => {
                    self.missing_unit(&value, "s")
                }
                (ValueKind::FixedSize, ExprKind::Int(_)) => Diagnostic::error(
                    Code::MissingUnit,
                    value.span,
                    format!("{written} what? a size has a unit"),
                )
                .help("the units are B, kB, MB, GB, KiB, MiB, GiB")
                .replace(format!("{written}B")),
                _ => Diagnostic::error(
                    Code::WrongKind,
                    value.span,
                    format!("{} stands here as it is, as `{}`", kind.name(), kind.example()),
                )
                .help("it must be known before the run begins: no variable, nothing computed"),
            };
            self.say(diagnostic);
            return Ok(Expr { span: value.span, kind: ExprKind::Broken });
        }
        Ok(value)
    }

    fn match_value(&mut self) -> Read<OptValue> {
        if self.at(T::BraceOpen) {
            let help = "write `match all { … }`, or `match any { … }`";
            return Err(self.expected_help("`all` or `any`", help));
        }
        let mode = self.ident("`all` or `any`")?;
        if !MATCH_MODES.contains(&&*mode.text) {
            let message = format!("no headers exchange matches `{}`", mode.text);
            let near = nearest(&mode.text, MATCH_MODES.iter().copied()).unwrap_or("all");
            self.say(
                Diagnostic::error(Code::WrongKind, mode.span, message)
                    .help("write `all`, `any`, `all_with_x` or `any_with_x`")
                    .replace(near),
            );
        }
        let table = self.sum()?;
        Ok(OptValue::Match(mode, table))
    }

    fn unknown_option(&mut self, spec: &'static Statement) {
        if self.spelt_out(spec) {
            return;
        }
        let span = self.bump().span;
        let word = span.of(self.text);
        let message = format!("`{}` has no option `{word}`", spec.word);
        let mut diagnostic = Diagnostic::error(Code::UnknownOption, span, message);
        let mut words = spec.all_options().map(|option| format!("`{}`", option.word)).peekable();
        if let ("ack" | "reject", "multiple" | "requeue") = (spec.word, word) {
            diagnostic = diagnostic.help(format!("write `nack {word}`"));
        } else if let ("expect" | "always" | "never" | "eventually", "equals" | "equal" | "is") =
            (spec.word, word)
        {
            diagnostic = diagnostic.help("write `==`").replace("==");
        } else if spec.word == "add_user" && self.at_end() {
            diagnostic = diagnostic
                .help(format!("write `password \"{word}\"`"))
                .replace(format!("password \"{word}\""));
        } else if let Some(near) = Self::meant_option(word, spec) {
            diagnostic = diagnostic.help(format!("did you mean `{near}`?")).replace(near);
        } else if words.peek().is_none() {
            diagnostic = diagnostic.help(format!("write `{}`", spec.form));
        } else {
            let some: Vec<_> = words.take(6).collect();
            diagnostic = diagnostic.help(format!("its options are {} …", some.join(", ")));
        }
        self.say(diagnostic);
        let before = self.position();
        self.skip_to_option();
        // A bare word may have been its value.
        let takes_value = Self::meant_option(word, spec)
            .and_then(|near| spec.option(near))
            .is_some_and(|near| near.value != ValueKind::Flag);
        if takes_value
            && self.position() == before
            && self.at(T::Word)
            && spec.option(self.word()).is_none()
            && Statement::find(self.word()).is_none()
        {
            self.bump();
        }
        self.quiet_here();
    }

    /// `with routing key "error"`, `x-message-ttl 60s`: an option in other words. Said once; the parser then stands
    /// before the option, or behind its value.
    fn spelt_out(&mut self, spec: &'static Statement) -> bool {
        let start = self.peek().span;
        let ahead = (1..3).find(|ahead| self.word_at(*ahead) == "key");
        let filler = ["with", "using", "by", "routing", "binding"];
        if let Some(ahead) = ahead.filter(|ahead| {
            spec.option("key").is_some() && (0..*ahead).all(|at| filler.contains(&self.word_at(at)))
        }) {
            let key = self.peek_at(ahead).span;
            self.say(
                Diagnostic::error(Code::UnknownOption, start.to(key), "a key is written `key`, nothing more")
                    .help("write `key \"error\"`")
                    .replace("key"),
            );
            for _ in 0..ahead {
                self.bump();
            }
            return true;
        }
        let dashed = self.dashed();
        let written = dashed.of(self.text);
        let ours = written.trim_start_matches("x-").trim_start_matches("--").replace('-', "_");
        let Some(option) = spec.option(&ours).filter(|_| written.contains('-')) else { return false };
        let message = format!("options are words without `x-`, with `_` for `-`: `{}`", option.word);
        self.say(
            Diagnostic::error(Code::UnknownOption, dashed, message)
                .help(format!("write `{}`", option.word))
                .replace(option.word),
        );
        while self.peek().span.start < dashed.end && !self.at_end() {
            self.bump();
        }
        // Its value is read as it would have been.
        let _ = self.option_value(option, dashed);
        self.quiet_here();
        true
    }

    /// The word here and what hangs on it by dashes: `x-message-ttl`.
    fn dashed(&self) -> Span {
        // No option is longer; a bound, so that this is linear in the text.
        const LENGTH_MAX: usize = 64;
        let start = self.peek().span.start;
        let rest = self.text.get(start as usize..).unwrap_or("");
        let part =
            rest.chars().take(LENGTH_MAX).take_while(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
        Span::new(start, start + part.map(char::len_utf8).sum::<usize>() as u32)
    }

    /// Skips what belongs to an option that could not be read.
    fn skip_to_option(&mut self) {
        self.quiet_here();
        while !self.at_end() && !matches!(self.peek().kind, T::Word | T::BraceOpen | T::Comma) {
            self.bump();
        }
    }
}
