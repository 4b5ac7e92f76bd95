//! The innermost of expressions: literals, variables, calls, questions, lists, tables, and steps into values.

use super::cursor::{Parser, Read};
use crate::script::ast::{Access, Expr, ExprKind, Place, Question};
use crate::script::diagnostic::{Code, Diagnostic};
use crate::script::question::{About, Ask, FUNCTIONS, Function, FunctionSpec, QUESTIONS, QuestionSpec};
use crate::script::statement::nearest;
use crate::script::token::TokenKind as T;
use crate::text::{Span, Spanned};

impl Parser<'_> {
    /// An atom and the steps into it: `message.headers["x-death"]`.
    pub fn postfix(&mut self) -> Read<Expr> {
        let base = self.atom()?;
        let path = self.path()?;
        if path.is_empty() {
            return Ok(base);
        }
        let span = base.span.to(self.previous());
        Ok(Expr { span, kind: ExprKind::Access { base: Box::new(base), path } })
    }

    /// `.word` and `[expression]`, as many as there are.
    pub fn path(&mut self) -> Read<Vec<Access>> {
        let mut path = Vec::new();
        loop {
            if self.eat(T::Dot).is_some() {
                path.push(Access::Field(self.ident("a field's name")?));
            } else if self.at(T::BracketOpen) {
                let (index, _) = self.group(T::BracketClose, Self::expression)?;
                path.push(Access::Index(index));
            } else {
                return Ok(path);
            }
        }
    }

    /// What stands between an opening token, which is here, and `close`: newlines mean nothing there. If it cannot be
    /// read, all of it is skipped.
    fn group<X>(&mut self, close: T, read: impl FnOnce(&mut Self) -> Read<X>) -> Read<(X, Span)> {
        let open = self.open_group().span;
        let inner = read(self)
            .and_then(|inner| if self.at(close) { Ok(inner) } else { Err(self.expected(close.name())) });
        if inner.is_err() {
            self.skip_group();
        }
        self.close_group();
        let inner = inner?;
        let span = open.to(self.bump().span);
        Ok((inner, span))
    }

    fn atom(&mut self) -> Read<Expr> {
        let token = self.peek();
        match token.kind {
            T::Number | T::Duration | T::Size | T::BadNumber => Ok(self.number()),
            T::TextOpen | T::PlainText | T::OpenPlainText => {
                let (pieces, span) = self.text_literal()?;
                Ok(Expr { span, kind: ExprKind::Text(pieces) })
            }
            T::Word => self.word_atom(),
            T::BracketOpen => self.list(),
            T::BraceOpen => self.table(),
            T::ParenOpen => {
                let (inner, span) = self.group(T::ParenClose, Self::expression)?;
                Ok(Expr { span, kind: inner.kind })
            }
            T::Star => Err(self.expected_help("a value", "a pattern stands in quotes: `\"*.orange.*\"`")),
            _ => Err(self.expected("a value")),
        }
    }

    fn word_atom(&mut self) -> Read<Expr> {
        let token = self.peek();
        let word = token.span.of(self.text);
        if self.peek_at(1).kind == T::ParenOpen && self.peek_at(1).span.start == token.span.end {
            return self.call_or_question();
        }
        if self.at_prefixed_text() {
            self.text_prefix();
            return self.atom();
        }
        let kind = match word {
            "null" | "None" | "nil" => ExprKind::Null,
            "true" | "True" => ExprKind::Bool(true),
            "false" | "False" => ExprKind::Bool(false),
            "and" | "or" | "not" | "in" | "order" | "where" => return Err(self.expected("a value")),
            _ => ExprKind::Variable(word.into()),
        };
        if let "None" | "nil" | "True" | "False" = word {
            let ours = match kind {
                ExprKind::Null => "null",
                ExprKind::Bool(true) => "true",
                _ => "false",
            };
            self.say(
                Diagnostic::error(Code::ForeignOperator, token.span, format!("`{word}` is written `{ours}`"))
                    .help(format!("write `{ours}`"))
                    .replace(ours),
            );
        }
        self.bump();
        Ok(Expr { span: token.span, kind })
    }

    /// `f"task {i}"`, `r"\\d"`: a text with letters before its quote.
    fn at_prefixed_text(&self) -> bool {
        let (word, next) = (self.peek().span, self.peek_at(1));
        matches!(next.kind, T::TextOpen | T::PlainText)
            && next.span.start == word.end
            && word.end - word.start < 3
    }

    /// Reports it and goes over it.
    #[cold]
    fn text_prefix(&mut self) {
        let span = self.bump().span;
        let message =
            format!("a text has no `{}` before it: `{{…}}` works in every `\"…\"`", span.of(self.text));
        self.say(Diagnostic::error(Code::ForeignOperator, span, message).help("take it away").replace(""));
    }

    fn call_or_question(&mut self) -> Read<Expr> {
        let word = self.bump().span;
        let written = word.of(self.text);
        if let Some(spec) = Ask::find(written) {
            return self.question(word, spec);
        }
        let Some(spec) = Function::find(written) else {
            if written == "range" {
                return self.range_call(word);
            }
            return Err(self.unknown_function(word));
        };
        let (arguments, group) = self.group(T::ParenClose, |parser| parser.listed(T::ParenClose))?;
        let span = word.to(group);
        self.check_count(spec, &arguments, span);
        Ok(Expr { span, kind: ExprKind::Call { function: spec.function, word, arguments } })
    }

    /// `range(10)`, `range(1, 10)`: said, and read as what was meant. Python's end is not included, ours is.
    #[cold]
    fn range_call(&mut self, word: Span) -> Read<Expr> {
        let (arguments, group) = self.group(T::ParenClose, |parser| parser.listed(T::ParenClose))?;
        let span = word.to(group);
        let whole = |at: usize| match arguments.get(at).map(|one| &one.kind) {
            Some(ExprKind::Int(number)) => Some(*number),
            _ => None,
        };
        let offer = match (arguments.len(), whole(0), whole(1)) {
            (1, Some(end), _) => format!("0..{}", end.saturating_sub(1)),
            (2, Some(first), Some(end)) => format!("{first}..{}", end.saturating_sub(1)),
            (1, None, _) => {
                let end = arguments.first().map_or("", |one| one.span.of(self.text));
                format!("0..{end} - 1")
            }
            _ => "1..10".to_owned(),
        };
        self.say(
            Diagnostic::error(
                Code::UnknownFunction,
                span,
                "a range is written with dots, both ends included",
            )
            .help(format!("write `{offer}`"))
            .replace(offer),
        );
        Ok(Expr { span, kind: ExprKind::Broken })
    }

    fn check_count(&mut self, spec: &FunctionSpec, arguments: &[Expr], span: Span) {
        if (spec.fewest..=spec.most).contains(&arguments.len()) {
            return;
        }
        let wanted = match (spec.fewest, spec.most) {
            (0, 0) => "nothing".to_owned(),
            (0, 1) => "one value or none".to_owned(),
            (1, 1) => "one value".to_owned(),
            (fewest, most) if fewest == most => format!("{fewest} values"),
            (fewest, most) => format!("{fewest} or {most} values"),
        };
        let message = format!("`{}` takes {wanted}, found {}", spec.word, arguments.len());
        self.say(
            Diagnostic::error(Code::WrongArguments, span, message).help(format!("write `{}`", spec.form)),
        );
    }

    fn unknown_function(&mut self, word: Span) -> super::cursor::Reported {
        let written = word.of(self.text);
        let words = || FUNCTIONS.iter().map(|spec| spec.word).chain(QUESTIONS.iter().map(|spec| spec.word));
        let habit = match written {
            "len" | "count" | "size" => Some("length"),
            "str" | "string" => Some("text"),
            "depth" | "messages" | "message_count" => Some("ready"),
            "consumed" | "got" => Some("received"),
            "sent" => Some("published"),
            "output" | "stdout" => Some("printed"),
            "pending" | "unacknowledged" => Some("unacked"),
            _ => None,
        };
        let mut diagnostic = Diagnostic::error(
            Code::UnknownFunction,
            word,
            format!("there is no function or question `{written}`"),
        );
        diagnostic = match habit.or_else(|| nearest(written, words())) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")).replace(near),
            None => diagnostic.help(
                "the questions are received, printed, ready, unacked and so on; the functions length, first, last, number, text …",
            ),
        };
        self.report(diagnostic)
    }

    /// `[a, b]`
    fn list(&mut self) -> Read<Expr> {
        let (entries, span) = self.group(T::BracketClose, |parser| parser.listed(T::BracketClose))?;
        Ok(Expr { span, kind: ExprKind::List(entries) })
    }

    /// Expressions with commas, a last comma allowed, up to the closing token (not read).
    fn listed(&mut self, close: T) -> Read<Vec<Expr>> {
        let mut entries = Vec::new();
        while !self.at(close) {
            entries.push(self.expression()?);
            self.check_parts(entries.len(), "this list");
            if self.eat(T::Comma).is_none() {
                break;
            }
        }
        if self.at(close) { Ok(entries) } else { Err(self.expected(&format!("`,` or {}", close.name()))) }
    }

    /// `{ a: 1, "b": 2 }`
    fn table(&mut self) -> Read<Expr> {
        let (entries, span) = self.group(T::BraceClose, Self::entries)?;
        Ok(Expr { span, kind: ExprKind::Table(entries) })
    }

    fn entries(&mut self) -> Read<Vec<(Spanned<Box<str>>, Expr)>> {
        let mut entries = Vec::new();
        while !self.at(T::BraceClose) {
            let key = self.entry_key()?;
            if self.at(T::Assign) {
                return Err(
                    self.expected_help("`:`", "in a table a name is given its value with `:`: `{ a: 1 }`")
                );
            }
            self.expect(T::Colon)?;
            entries.push((key, self.expression()?));
            self.check_parts(entries.len(), "this table");
            if self.eat(T::Comma).is_none() {
                break;
            }
        }
        if self.at(T::BraceClose) { Ok(entries) } else { Err(self.expected("`,` or `}`")) }
    }

    fn entry_key(&mut self) -> Read<Spanned<Box<str>>> {
        if self.at(T::Word) {
            let span = self.bump().span;
            if self.at(T::Minus) {
                let help = format!("a name with `-` stands in quotes: `\"{}-…\"`", span.of(self.text));
                return Err(self.expected_help("`:`", help));
            }
            return Ok(Spanned { value: span.of(self.text).into(), span });
        }
        if !matches!(self.peek().kind, T::TextOpen | T::PlainText | T::OpenPlainText) {
            return Err(self.expected("a name in the table"));
        }
        let (pieces, span) = self.text_literal()?;
        match pieces.as_slice() {
            [] => Ok(Spanned { value: "".into(), span }),
            [crate::script::ast::Piece::Text(text)] => Ok(Spanned { value: text.clone(), span }),
            _ => {
                let message = "a name in a table is written out, without expressions";
                let diagnostic = Diagnostic::error(Code::BadHole, span, message)
                    .help("set it by itself: `table[\"{x}\"] = 1`");
                Err(self.report(diagnostic))
            }
        }
    }

    /// `received(worker[2] vhost shop where message.redelivered)`, its parenthesis being next.
    fn question(&mut self, word: Span, spec: &'static QuestionSpec) -> Read<Expr> {
        let (question, group) = self.group(T::ParenClose, |parser| {
            let question = parser.asked(word, spec)?;
            let compared = matches!(
                parser.peek().kind,
                T::Equal | T::Less | T::Greater | T::GreaterEqual | T::LessEqual | T::NotEqual
            );
            if compared {
                let of = parser.previous().of(parser.text);
                let help = format!(
                    "the comparison stands behind it: `{}({of}) {} 0`",
                    spec.word,
                    parser.peek().span.of(parser.text)
                );
                return Err(parser.expected_help("`)`", help));
            }
            Ok(question)
        })?;
        Ok(Expr { span: word.to(group), kind: ExprKind::Question(Box::new(question)) })
    }

    fn asked(&mut self, word: Span, spec: &'static QuestionSpec) -> Read<Question> {
        let place =
            if self.at(T::ParenClose) || self.at_word("where") && self.peek_at(1).kind != T::ParenClose {
                None
            } else {
                Some(self.place(spec)?)
            };
        let vhost = match self.eat_word("vhost") {
            Some(_) => Some(self.name("a vhost's name")?),
            None => None,
        };
        let filter = match self.eat_word("where") {
            Some(_) => Some(self.expression()?),
            None => None,
        };
        Ok(Question { kind: spec.kind, word, place, vhost, filter })
    }

    fn place(&mut self, spec: &QuestionSpec) -> Read<Place> {
        let what = match spec.about {
            About::Client => "a client's name",
            About::Queue => "a queue's name",
            About::QueueOrExchange => "the name of a queue or exchange",
        };
        let word = self.peek();
        // `audit.inbox` is a variable of a client here, not a name that lacks its quotes.
        let dotted = word.kind == T::Word && matches!(self.peek_at(1).kind, T::Dot | T::BracketOpen);
        let name = if dotted {
            let ident = self.ident(what)?;
            crate::script::ast::Name {
                span: ident.span,
                kind: crate::script::ast::NameKind::Word(ident.text),
            }
        } else if spec.about == About::QueueOrExchange && self.at_word("default") {
            self.exchange_name()?
        } else {
            self.name(what)?
        };
        let copy = self.copy()?;
        let field = match self.eat(T::Dot) {
            Some(_) => Some(self.ident("a variable of the client")?),
            None => None,
        };
        Ok(Place { span: word.span.to(self.previous()), name, copy, field })
    }

    /// `[2]` behind a client's name.
    pub fn copy(&mut self) -> Read<Option<Spanned<u32>>> {
        if !self.at(T::BracketOpen) {
            return Ok(None);
        }
        let (copy, span) = self.group(T::BracketClose, |parser| {
            let token = parser.peek();
            let number = if token.kind == T::Number { Some(parser.number()) } else { None };
            match number {
                Some(Expr { kind: ExprKind::Int(copy), .. }) => Ok(copy),
                _ => Err(parser.expected_help("the number of a copy", "copies count from 1: `worker[1]`")),
            }
        })?;
        let value = u32::try_from(copy).unwrap_or(0);
        if value == 0 {
            self.say(
                Diagnostic::error(Code::UnknownClient, span, "copies count from 1")
                    .help("write `[1]` for the first")
                    .replace("[1]"),
            );
        }
        Ok(Some(Spanned { value, span }))
    }
}
