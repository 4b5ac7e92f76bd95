//! What people type out of habit: other languages' words, pika's calls and arguments. Each gets the language's own way.

use super::block::Level;
use super::cursor::{Parser, Reported};
use crate::script::ast::{Name, NameKind};
use crate::script::diagnostic::{Code, Diagnostic};
use crate::script::statement::{Statement, nearest};
use crate::script::token::TokenKind as T;
use crate::text::{Span, TextEdit};

/// Words that begin a statement elsewhere, and what to write here.
const WORDS: &[(&str, &str)] = &[
    ("producer", "`publisher boss { … }`"),
    ("subscriber", "`consumer worker { … }`"),
    ("worker", "`consumer worker { … }`"),
    ("subscribe", "`consume tasks { ack }`"),
    ("listen", "`consume tasks { ack }`"),
    ("receive", "`consume tasks { ack }`, or `get tasks` for one message"),
    ("send", "`publish \"hello\" to default key \"tasks\"`"),
    ("emit", "`publish \"hello\" to default key \"tasks\"`"),
    ("create", "`queue tasks` or `exchange logs fanout`"),
    ("prefetch_count", "`prefetch 1`"),
    ("auto_ack", "`no_ack` behind the queue: `consume tasks no_ack { … }`"),
    ("no_ack", "`no_ack` behind the queue: `consume tasks no_ack { … }`"),
    ("durability", "`durable` behind the queue's name, on its line"),
    ("declare", "`queue tasks` or `exchange logs fanout`"),
    ("sleep", "`wait 1s`"),
    ("pause", "`wait 1s`"),
    ("delay", "`wait 1s`"),
    ("log", "`print \"…\"`"),
    ("echo", "`print \"…\"`"),
    ("println", "`print \"…\"`"),
    ("printf", "`print \"…\"`"),
    ("var", "`let x = 1`"),
    ("const", "`let x = 1`"),
    ("set", "`x = 1`, or `let x = 1` the first time"),
    ("loop", "`repeat 10 { … }` or `while true { … }`"),
    ("foreach", "`for x in list { … }`"),
    ("elif", "`else if … { … }` behind the closing brace"),
    ("elsif", "`else if … { … }` behind the closing brace"),
    ("else", "an `if` before it: `if … { … } else { … }`"),
    ("catch", "a `try` before it: `try { … } catch error { … }`"),
    ("except", "`try { … } catch error { … }`"),
    ("assert", "`expect ready(tasks) == 0`"),
    ("after", "`at 5s crash worker`, or `starts at 5s` behind the client's name"),
    ("user", "`add_user alex password \"secret\"`"),
    ("vhost", "`add_vhost shop`"),
    ("policy", "`set_policy limits pattern \"^tmp\" { max_length: 10 }`"),
    ("permit", "`set_permissions alex configure \".*\" write \".*\" read \".*\"`"),
    ("transaction", "`tx`, then `commit` or `rollback`"),
    ("acknowledge", "`ack`"),
    ("basic_ack", "`ack`"),
    ("basic_nack", "`nack`, or `nack requeue`"),
    ("basic_reject", "`reject`, or `reject requeue`"),
    ("basic_qos", "`prefetch 1`"),
    ("qos", "`prefetch 1`"),
    ("basic_publish", "`publish \"hello\" to default key \"tasks\"`"),
    ("basic_consume", "`consume tasks { ack }`"),
    ("basic_get", "`get tasks`"),
    ("queue_declare", "`queue tasks durable`"),
    ("queue_bind", "`bind tasks to logs key \"info\"`"),
    ("queue_purge", "`purge tasks`"),
    ("queue_delete", "`delete queue tasks`"),
    ("exchange_declare", "`exchange logs fanout`"),
    ("exchange_bind", "`bind exchange archive to logs`"),
    ("confirm_delivery", "`confirm`"),
    ("confirm_select", "`confirm`"),
    ("start_consuming", "nothing: a client with a consumer goes on until it is stopped"),
    ("routing_key", "`key \"…\"` on the line of the `publish` or `bind`"),
    ("import", "nothing: there is nothing to import"),
    ("def", "no functions: repeat a block with `for` or `repeat`"),
    ("function", "no functions: repeat a block with `for` or `repeat`"),
    ("return", "`if … { … } else { … }` around what follows"),
    ("break", "`while` with a condition"),
    ("continue", "`if … { … }` around the rest of the loop"),
    ("timeout", "`wait until … timeout 5s`"),
];

/// Options as client libraries call them, and how they are written here.
const ARGUMENTS: &[(&str, &str)] = &[
    ("routing_key", "key"),
    ("auto_ack", "no_ack"),
    ("autoAck", "no_ack"),
    ("noAck", "no_ack"),
    ("binding_key", "key"),
    ("exchange_type", ""),
    ("queue", ""),
    ("exchange", ""),
    ("body", ""),
    ("callback", ""),
    ("on_message_callback", ""),
    ("prefetch_count", ""),
    ("delivery_tag", ""),
    ("ttl", "message_ttl"),
    ("dlx", "dead_letter_exchange"),
    ("dead_letter", "dead_letter_exchange"),
    ("autodelete", "auto_delete"),
    ("queue_type", "type"),
    ("max_len", "max_length"),
    ("prio", "priority"),
    ("corr_id", "correlation_id"),
    ("with", "arguments"),
    ("args", "arguments"),
    ("delay", "starts at"),
];

impl Parser<'_> {
    /// `channel.basic_publish(…)`, `pika.BlockingConnection(…)`: a word, a dot, a word, a parenthesis; or a call.
    pub fn at_library_call(&self) -> bool {
        let call = |ahead: usize| {
            self.peek_at(ahead).kind == T::ParenOpen
                && self.peek_at(ahead).span.start == self.peek_at(ahead - 1).span.end
        };
        let dotted = self.peek_at(1).kind == T::Dot && self.peek_at(2).kind == T::Word;
        let known = |word: &str| WORDS.iter().any(|(habit, _)| *habit == word);
        dotted && (call(3) || self.peek_at(3).kind == T::Dot && self.peek_at(4).kind == T::Word && call(5))
            || call(1) && known(self.word())
    }

    /// Reports it and skips it.
    pub fn library_call(&mut self) -> Reported {
        let start = self.peek().span;
        let mut ahead = 0;
        while matches!(self.peek_at(ahead + 1).kind, T::Dot | T::Word) {
            ahead += 1;
        }
        let method = self.word_at(ahead);
        let span = start.to(self.peek_at(ahead).span);
        let message = "statements are written without dots and parentheses";
        let mut diagnostic = Diagnostic::error(Code::KeywordArgument, span, message);
        let of_message = matches!(method, "ack" | "nack" | "reject") && ahead == 2;
        if of_message {
            let way = format!("{method} {}", start.of(self.text));
            let empty =
                self.peek_at(ahead + 1).kind == T::ParenOpen && self.peek_at(ahead + 2).kind == T::ParenClose;
            diagnostic = diagnostic.help(format!("write `{way}`"));
            if empty {
                diagnostic = diagnostic.edit(TextEdit::replace(span.to(self.peek_at(ahead + 2).span), way));
            }
        } else if let Some((_, way)) = WORDS.iter().find(|(habit, _)| *habit == method) {
            diagnostic = diagnostic.help(write(way));
        } else if let Some(spec) = Statement::find(method) {
            diagnostic = diagnostic.help(format!("write `{}`", spec.form));
        }
        self.report(diagnostic)
    }

    /// `connection = pika.BlockingConnection(…)`, `channel = connection.channel()`.
    pub fn at_library_object(&self) -> bool {
        let kinds = [T::Assign, T::Word, T::Dot, T::Word, T::ParenOpen];
        kinds.iter().enumerate().all(|(at, kind)| self.peek_at(at + 1).kind == *kind)
    }

    /// Reports it, once in a script, and skips it.
    pub fn library_object(&mut self) -> Reported {
        let span = self.peek().span.to(self.peek_at(4).span);
        let diagnostic = Diagnostic::error(
            Code::KeywordArgument,
            span,
            "a client connects and opens its channel by itself",
        )
        .help(
            "write `client app { … }`, and in it what it does: `publish \"hello\" to default key \"tasks\"`",
        );
        if std::mem::replace(&mut self.said_library, true) {
            self.quiet_here();
            return Reported;
        }
        self.report(diagnostic)
    }

    /// `queue='tasks'` in a name place: said, and understood.
    pub fn name_argument(&mut self) -> Option<Name> {
        let is_name = matches!(self.word(), "queue" | "exchange" | "name");
        if !is_name || !self.at_keyword_argument() {
            return None;
        }
        let word = self.bump().span;
        let written = word.of(self.text);
        self.bump();
        let value = self.argument_value();
        let plain = value.of(self.text).trim_matches(['\'', '"']).to_owned();
        let message = format!("`{written}=` is not how a name is written: there is no `=`");
        let span = word.to(value);
        let way = format!("\"{plain}\"");
        self.say(
            Diagnostic::error(Code::KeywordArgument, span, message)
                .help(format!("write `{way}`"))
                .replace(way),
        );
        self.eat(T::Comma);
        Some(Name { span, kind: NameKind::Word(plain.into()) })
    }

    /// `word = …` where the word is a statement and the value that of a library's argument: `queue='tasks'`.
    pub fn is_library_argument(&self) -> bool {
        let (word, equals, value) = (self.peek(), self.peek_at(1), self.peek_at(2));
        equals.kind == T::Assign
            && word.span.end == equals.span.start
            && equals.span.end == value.span.start
            && value.kind == T::PlainText
    }

    /// `word=` among the options of a statement.
    pub fn at_keyword_argument(&self) -> bool {
        self.at(T::Word) && self.peek_at(1).kind == T::Assign
    }

    /// Reports `durable=True`, `routing_key='x'` and reads over it.
    pub fn keyword_argument(&mut self, spec: &Statement) {
        let word = self.bump().span;
        let written = word.of(self.text);
        self.bump();
        let value = self.argument_value();
        let text = value.of(self.text);
        let quoted = text.replace('\'', "\"");
        let lower = text.to_lowercase();
        let renamed = ARGUMENTS.iter().find(|(habit, _)| *habit == written).map(|(_, ours)| *ours);
        let ours = renamed.filter(|ours| !ours.is_empty()).unwrap_or(written);
        let is_flag =
            spec.option(ours).is_some_and(|option| option.value == crate::script::statement::ValueKind::Flag);
        let way = match (written, lower.as_str()) {
            ("delivery_mode", "2") => Some("persistent".to_owned()),
            _ if is_flag && matches!(&*lower, "true" | "1" | "yes" | "on") => Some(ours.to_owned()),
            _ if is_flag && matches!(&*lower, "false" | "0" | "no" | "off") => Some(String::new()),
            ("type" | "exchange_type", _) if spec.word == "exchange" => {
                Some(text.trim_matches(['\'', '"']).to_owned())
            }
            _ if spec.option(ours).is_some() => Some(format!("{ours} {quoted}")),
            ("queue" | "exchange" | "name" | "body" | "prefetch_count" | "exchange_type", _) => Some(quoted),
            _ => None,
        };
        let message = format!("`{written}=` is not how options are written: there is no `=`");
        let mut diagnostic = Diagnostic::error(Code::KeywordArgument, word.to(value), message);
        diagnostic = match way {
            Some(way) if way.is_empty() => {
                diagnostic.help("leave it out: without the word it is false").replace("")
            }
            Some(way) => diagnostic.help(format!("write `{way}`")).replace(way),
            None => diagnostic.help(format!("write `{}`, then the options", spec.form)),
        };
        self.say(diagnostic);
        self.eat(T::Comma);
        self.quiet_here();
    }

    /// The value of such an argument: a text, a number, a word.
    fn argument_value(&mut self) -> Span {
        let first = self.peek();
        match first.kind {
            T::TextOpen => {
                let before = self.diagnostics.len();
                let span = self.text_literal().map_or(first.span, |(_, span)| span);
                self.diagnostics.truncate(before);
                span
            }
            T::Word | T::Number | T::PlainText | T::Duration | T::BadNumber => self.bump().span,
            _ => Span::at(self.previous().end),
        }
    }

    /// A word that begins no statement.
    pub fn unknown_statement(&mut self, level: Level) -> Reported {
        let span = self.peek().span;
        let word = span.of(self.text);
        let next = self.peek_at(1).kind;
        if next == T::Colon {
            let diagnostic = Diagnostic::error(
                Code::UnknownStatement,
                span.to(self.peek_at(1).span),
                "a script is no YAML: statements have no `:`",
            )
            .help("a queue is declared with `queue tasks durable`, a client with `consumer worker { … }`");
            let reported = self.report(diagnostic);
            self.skip_indented(span.start);
            return reported;
        }
        if matches!(next, T::Operator | T::Equal) {
            self.bump();
            return self.foreign_operator();
        }
        if matches!((next, self.peek_at(2).kind), (T::Plus, T::Plus) | (T::Minus, T::Minus)) {
            let sign = self.peek_at(1).span.of(self.text);
            let both = self.peek_at(1).span.to(self.peek_at(2).span);
            let diagnostic = Diagnostic::error(
                Code::ForeignOperator,
                both,
                format!("there is no `{}`", both.of(self.text)),
            )
            .help(format!("write `{word} = {word} {sign} 1`"))
            .edit(TextEdit::replace(span.to(both), format!("{word} = {word} {sign} 1")));
            return self.report(diagnostic);
        }
        let message = format!("no statement begins with `{word}`");
        let mut diagnostic = Diagnostic::error(Code::UnknownStatement, span, message);
        let fitting =
            || Statement::all().filter(|statement| level.allows(statement)).map(|statement| statement.word);
        let lower = word.to_lowercase();
        if let Some((_, way)) = WORDS.iter().find(|(habit, _)| *habit == lower) {
            diagnostic = diagnostic.help(write(way));
        } else if let Some(owner) = ["queue", "exchange", "publish", "consume"]
            .into_iter()
            .find(|owner| Statement::find(owner).is_some_and(|spec| spec.option(&lower).is_some()))
        {
            diagnostic = diagnostic.help(format!(
                "`{lower}` is an option: it stands behind the name, on the line of its `{owner}`"
            ));
        } else if let Some(near) = nearest(word, fitting()) {
            diagnostic = diagnostic.help(format!("did you mean `{near}`?")).replace(near);
        } else {
            let some: Vec<_> = fitting().take(6).map(|word| format!("`{word}`")).collect();
            diagnostic =
                diagnostic.help(format!("a statement begins with a word such as {}", some.join(", ")));
        }
        self.report(diagnostic)
    }

    /// An operator of other languages is here.
    pub fn foreign_operator(&mut self) -> Reported {
        let token = self.peek();
        let written = token.span.of(self.text);
        let variable = self.previous().of(self.text).to_owned();
        let (message, help, fix) = match written {
            "&&" | "&" => (format!("`{written}` is written `and`"), None, Some("and")),
            "||" | "|" => (format!("`{written}` is written `or`"), None, Some("or")),
            "!" => ("`!` is written `not`".to_owned(), None, Some("not ")),
            "=" => (
                "`=` sets a variable: two values are compared with `==`".to_owned(),
                Some("write `==`".to_owned()),
                Some("=="),
            ),
            "==" => (
                "`==` compares: a variable is set with `=`".to_owned(),
                Some(format!("write `{variable} = …`")),
                Some("="),
            ),
            "->" | "=>" => (
                format!("`{written}` means nothing here"),
                Some("a queue is bound with `bind tasks to logs key \"info\"`".to_owned()),
                None,
            ),
            _ => (
                format!("there is no `{written}`"),
                Some(format!("write `{variable} = {variable} {} …`", written.get(..1).unwrap_or("+"))),
                None,
            ),
        };
        let mut diagnostic = Diagnostic::error(Code::ForeignOperator, token.span, message);
        if let Some(help) = help.or_else(|| fix.map(|fix| format!("write `{}`", fix.trim()))) {
            diagnostic = diagnostic.help(help);
        }
        if let Some(fix) = fix {
            diagnostic = diagnostic.edit(TextEdit::replace(token.span, fix));
        }
        self.report(diagnostic)
    }

    /// The option that someone who wrote `word` most likely meant.
    pub fn meant_option(word: &str, spec: &Statement) -> Option<&'static str> {
        let lower = word.to_lowercase();
        let renamed = ARGUMENTS.iter().find(|(habit, _)| *habit == lower).map(|(_, ours)| *ours);
        renamed
            .filter(|ours| {
                spec.option(ours).is_some() || *ours == "starts at" && spec.option("starts").is_some()
            })
            .or_else(|| {
                let stripped = lower.strip_prefix("x_").unwrap_or(&lower);
                spec.all_options().map(|option| option.word).find(|option| *option == stripped)
            })
            .or_else(|| {
                let plain = lower.replace('_', "");
                spec.all_options().map(|option| option.word).find(|option| option.replace('_', "") == plain)
            })
            .or_else(|| nearest(word, spec.all_options().map(|option| option.word)))
    }
}

/// What to write instead of a word that begins a statement, or is an argument, elsewhere.
pub fn way(word: &str) -> Option<String> {
    WORDS.iter().find(|(habit, _)| *habit == word).map(|(_, way)| write(way))
}

/// "write `…`", or what else there is to do.
fn write(way: &str) -> String {
    if way.starts_with('`') { format!("write {way}") } else { way.to_owned() }
}
