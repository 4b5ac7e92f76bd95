//! A walk over the tree that finds every name, with the scopes of variables as the checks have them.

use std::collections::BTreeMap;

use crate::script::ast::{
    Access, Block, ClientRef, Expr, ExprKind, Ident, Name, NameKind, OptValue, Options, Piece, Question,
    Stmt, StmtKind, Tree, Wait,
};
use crate::script::question::{About, filter_variables};
use crate::script::statement::ValueKind;
use crate::text::Span;

use super::symbols::{Kind, Occurrence, Symbols, Written};

/// A block's variables: name and symbol; none: one that is there without being declared.
type Scope<'t> = Vec<(&'t str, Option<usize>)>;

pub(super) struct Walk<'t> {
    text: &'t str,
    symbols: Symbols,
    scopes: Vec<Scope<'t>>,
    client: Option<&'t str>,
    /// How many blocks deep in the client: its own variables are those of the first.
    depth: usize,
    /// The variables of each client, for `client.variable` in checks.
    of_clients: BTreeMap<(&'t str, &'t str), usize>,
    /// Such places, looked up at the end.
    fields: Vec<(&'t str, &'t Ident)>,
}

impl<'t> Walk<'t> {
    pub fn over(tree: &'t Tree, text: &'t str) -> Symbols {
        let mut walk = Self {
            text,
            symbols: Symbols::default(),
            scopes: vec![Vec::new()],
            client: None,
            depth: 0,
            of_clients: BTreeMap::new(),
            fields: Vec::new(),
        };
        // The world's variables are there for every statement, wherever they stand.
        for statement in &tree.statements {
            match &statement.kind {
                StmtKind::Let { variable, .. } => walk.declare(Kind::Variable, variable),
                StmtKind::Queue { alias: Some(alias), .. } => walk.declare(Kind::Alias, alias),
                StmtKind::Purge { alias: Some(alias), .. } => walk.declare(Kind::Variable, alias),
                _ => {}
            }
        }
        walk.statements(&tree.statements);
        for (client, field) in std::mem::take(&mut walk.fields) {
            if let Some(&symbol) = walk.of_clients.get(&(client, &*field.text)) {
                walk.symbols.add(symbol, used(field.span));
            }
        }
        walk.symbols
    }

    /// A new variable of the block; at the top level it may be known already.
    fn declare(&mut self, kind: Kind, ident: &'t Ident) {
        let at_top = self.scopes.len() == 1;
        let known = self.scopes.last().and_then(|scope| {
            scope.iter().rev().find(|(name, _)| *name == &*ident.text).and_then(|(_, symbol)| *symbol)
        });
        if let Some(symbol) = known.filter(|_| at_top) {
            return self.symbols.add(symbol, Occurrence { declares: true, ..used(ident.span) });
        }
        let symbol = self.symbols.variable(kind, &ident.text, self.client, ident.span, at_top);
        if let Some(client) = self.client.filter(|_| self.depth == 1) {
            self.of_clients.entry((client, &*ident.text)).or_insert(symbol);
        }
        if let Some(scope) = self.scopes.last_mut() {
            scope.push((&ident.text, Some(symbol)));
        }
    }

    fn find(&self, name: &str) -> Option<usize> {
        let mut all = self.scopes.iter().rev().flat_map(|scope| scope.iter().rev());
        all.find(|(known, _)| *known == name).and_then(|(_, symbol)| *symbol)
    }

    fn variable(&mut self, name: &str, span: Span) {
        if let Some(symbol) = self.find(name) {
            self.symbols.add(symbol, used(span));
        }
    }

    fn is_alias(&self, name: &str) -> Option<usize> {
        let symbol = self.find(name)?;
        self.symbols
            .iter()
            .nth(symbol)
            .filter(|found| found.kind == Kind::Alias && found.client.as_deref() == self.client)?;
        Some(symbol)
    }

    fn statements(&mut self, list: &'t [Stmt]) {
        list.iter().for_each(|statement| self.statement(statement));
    }

    fn block(&mut self, block: &'t Block) {
        self.block_with(block, &[], &[]);
    }

    /// A block with variables of its own: declared ones, and those that are there by themselves.
    fn block_with(&mut self, block: &'t Block, declared: &[&'t Ident], given: &[&'t str]) {
        self.scopes.push(given.iter().map(|name| (*name, None)).collect());
        self.depth += 1;
        for ident in declared {
            self.declare_in_block(ident);
        }
        self.statements(&block.statements);
        self.depth -= 1;
        self.scopes.pop();
    }

    fn declare_in_block(&mut self, ident: &'t Ident) {
        let symbol = self.symbols.variable(Kind::Variable, &ident.text, self.client, ident.span, false);
        if let Some(scope) = self.scopes.last_mut() {
            scope.push((&ident.text, Some(symbol)));
        }
    }

    fn statement(&mut self, statement: &'t Stmt) {
        match &statement.kind {
            StmtKind::Let { variable, value } => {
                self.expr(value);
                self.declare(Kind::Variable, variable);
            }
            StmtKind::Assign { variable, path, value } => {
                self.variable(&variable.text, variable.span);
                path.iter().filter_map(Access::index).for_each(|index| self.expr(index));
                self.expr(value);
            }
            StmtKind::For { variable, list, body } => {
                self.expr(list);
                self.block_with(body, &[variable], &[]);
            }
            StmtKind::If { arms, otherwise } => {
                for (condition, body) in arms {
                    self.expr(condition);
                    self.block(body);
                }
                otherwise.iter().for_each(|body| self.block(body));
            }
            StmtKind::While { condition, body } | StmtKind::When { condition, deeds: body } => {
                self.expr(condition);
                self.block(body);
            }
            StmtKind::Repeat { count, variable, every, body } => {
                self.expr(count);
                every.iter().for_each(|every| self.expr(every));
                let declared: Vec<_> = variable.iter().collect();
                self.block_with(body, &declared, &[]);
            }
            StmtKind::Every { period, body } => {
                self.expr(period);
                self.block(body);
            }
            StmtKind::Try { body, variable, handler } => {
                self.block(body);
                self.block_with(handler, &[variable], &[]);
            }
            StmtKind::Print(value)
            | StmtKind::Prefetch { count: value, .. }
            | StmtKind::Check { condition: value, .. } => {
                self.expr(value);
            }
            StmtKind::Cancel { tag } => tag.iter().for_each(|tag| self.expr(tag)),
            StmtKind::At { deeds, .. } => self.block(deeds),
            StmtKind::Broken(blocks) => {
                blocks.iter().for_each(|block| self.block_with(block, &[], &["message", "error"]));
            }
            StmtKind::Client { name, options, body, .. } => {
                self.named(Kind::Client, name, None, true);
                self.options(options);
                let around = self.client.replace(&name.text);
                let depth = std::mem::take(&mut self.depth);
                self.block(body);
                (self.client, self.depth) = (around, depth);
            }
            StmtKind::Crash { client: Some(client) }
            | StmtKind::Stop { client }
            | StmtKind::Start { client }
            | StmtKind::Network { client: Some(client), .. } => self.client_ref(client),
            _ => self.amqp(statement),
        }
        if let StmtKind::Admin { command, name, options, table } = &statement.kind {
            self.admin(command, name.as_ref());
            self.options(options);
            table.iter().for_each(|table| self.expr(table));
        }
    }

    fn amqp(&mut self, statement: &'t Stmt) {
        match &statement.kind {
            StmtKind::Queue { name, options, alias } => {
                self.name(Kind::Queue, name, true);
                self.options(options);
                alias.iter().for_each(|alias| self.declare(Kind::Alias, alias));
            }
            StmtKind::Purge { queue, options, alias } => {
                self.name(Kind::Queue, queue, false);
                self.options(options);
                alias.iter().for_each(|alias| self.declare(Kind::Variable, alias));
            }
            StmtKind::Exchange { name, options, .. } => {
                self.name(Kind::Exchange, name, true);
                self.options(options);
            }
            StmtKind::Delete { exchange, name, options } => {
                self.name(if *exchange { Kind::Exchange } else { Kind::Queue }, name, false);
                self.options(options);
            }
            StmtKind::Bind { exchange, destination, source, options, .. } => {
                self.name(if *exchange { Kind::Exchange } else { Kind::Queue }, destination, false);
                self.name(Kind::Exchange, source, false);
                self.key(source, options, "key");
                self.options(options);
            }
            StmtKind::Publish { body, exchange, options } => {
                self.expr(body);
                self.name(Kind::Exchange, exchange, false);
                self.key(exchange, options, "key");
                self.options(options);
            }
            StmtKind::Settle { message, options, .. } => {
                message.iter().for_each(|message| self.expr(message));
                self.options(options);
            }
            StmtKind::Consume { queue, alias, options, handler } => {
                self.name(Kind::Queue, queue, false);
                self.options(options);
                let declared: Vec<_> = alias.iter().collect();
                handler.iter().for_each(|handler| self.block_with(handler, &declared, &["message"]));
            }
            StmtKind::Get { queue, alias, options, body, otherwise } => {
                self.name(Kind::Queue, queue, false);
                self.options(options);
                let declared: Vec<_> = alias.iter().collect();
                body.iter().for_each(|body| self.block_with(body, &declared, &["message"]));
                otherwise.iter().for_each(|block| self.block(block));
                if let (None, Some(alias)) = (body, alias) {
                    self.declare(Kind::Variable, alias);
                }
            }
            StmtKind::Channel { name, body } => {
                self.named(Kind::Channel, name, self.client, true);
                self.block(body);
            }
            StmtKind::On { event, variable, handler } => {
                let declared: Vec<_> = variable.iter().collect();
                self.block_with(handler, &declared, &[event.value.variable()]);
            }
            StmtKind::Wait { what, options, otherwise } => {
                if let Wait::Time(value) | Wait::Until(value) = what {
                    self.expr(value);
                }
                self.options(options);
                otherwise.iter().for_each(|block| self.block(block));
            }
            StmtKind::Reconnect { options, otherwise } => {
                self.options(options);
                otherwise.iter().for_each(|block| self.block(block));
            }
            _ => {}
        }
    }

    fn admin(&mut self, command: &str, name: Option<&'t Name>) {
        let Some(name) = name else { return };
        let kind = match command {
            word if word.ends_with("vhost") || word.ends_with("vhost_limits") => Kind::Vhost,
            word if word.ends_with("policy") => Kind::Policy,
            "close_connection" => Kind::Client,
            _ => Kind::User,
        };
        self.name(
            kind,
            name,
            command.starts_with("add_") || matches!(command, "set_policy" | "set_operator_policy"),
        );
    }

    fn options(&mut self, options: &'t Options) {
        for option in &options.0 {
            match &option.value {
                OptValue::None => {}
                OptValue::Name(name) => match option.spec.value {
                    ValueKind::Exchange => self.name(Kind::Exchange, name, false),
                    ValueKind::User => self.name(Kind::User, name, false),
                    ValueKind::Vhost => self.name(Kind::Vhost, name, false),
                    _ => {}
                },
                OptValue::Expr(expr) | OptValue::Match(_, expr) => self.expr(expr),
            }
        }
        let dead_letters = options.name("dead_letter_exchange");
        dead_letters.iter().for_each(|exchange| self.key(exchange, options, "dead_letter_routing_key"));
    }

    /// A key as written: with the default exchange it is a queue's name.
    fn key(&mut self, exchange: &'t Name, options: &'t Options, word: &str) {
        let Some(Expr { span, kind: ExprKind::Text(pieces) }) = options.expr(word) else { return };
        let [Piece::Text(key)] = pieces.as_slice() else { return };
        if !span.of(self.text).starts_with(['"', '\'']) {
            return;
        }
        match exchange.literal() {
            Some("") => {
                let occurrence = Occurrence { span: *span, written: Written::Value, declares: false };
                self.symbols.global(Kind::Queue, key, None, occurrence);
            }
            Some(exchange) => self.symbols.keys.push((exchange.into(), key.clone())),
            None => {}
        }
    }

    fn client_ref(&mut self, client: &'t ClientRef) {
        self.named(Kind::Client, &client.name, None, false);
    }

    /// A name that stands as a word with its place, quotes left out.
    fn named(&mut self, kind: Kind, ident: &'t Ident, client: Option<&str>, declares: bool) {
        let length = (ident.span.end - ident.span.start) as usize;
        if ident.text.is_empty() {
            return;
        }
        let written = if length == ident.text.len() { Written::Word } else { Written::Text };
        self.symbols.global(kind, &ident.text, client, Occurrence { span: ident.span, written, declares });
    }

    fn name(&mut self, kind: Kind, name: &'t Name, declares: bool) {
        match &name.kind {
            NameKind::Default => {}
            NameKind::Word(word) => {
                match self.is_alias(word).filter(|_| matches!(kind, Kind::Queue | Kind::Exchange)) {
                    Some(alias) => self.symbols.add(alias, used(name.span)),
                    None => {
                        let occurrence = Occurrence { span: name.span, written: Written::Word, declares };
                        self.symbols.global(kind, word, None, occurrence);
                    }
                }
            }
            NameKind::Text(pieces) => {
                self.pieces(pieces);
                if let Some(literal) = name.literal().filter(|literal| !literal.is_empty()) {
                    let occurrence = Occurrence { span: name.span, written: Written::Text, declares };
                    self.symbols.global(kind, literal, None, occurrence);
                }
            }
        }
    }

    fn pieces(&mut self, pieces: &'t [Piece]) {
        pieces.iter().filter_map(Piece::hole).for_each(|hole| self.expr(hole));
    }

    fn expr(&mut self, expr: &'t Expr) {
        match &expr.kind {
            ExprKind::Variable(variable) => {
                // In parentheses the place is theirs: the word stands somewhere in it.
                let inside = expr.span.of(self.text).find(&**variable).unwrap_or(0) as u32;
                let start = expr.span.start + inside;
                self.variable(variable, Span::new(start, start + variable.len() as u32));
            }
            ExprKind::Question(question) => self.question(question),
            _ => expr.operands(&mut |operand| self.expr(operand)),
        }
    }

    fn question(&mut self, question: &'t Question) {
        if let Some(place) = &question.place {
            let name = &place.name;
            let literal = name.literal().unwrap_or("");
            let of_client =
                question.kind.about() == About::Client || place.copy.is_some() || place.field.is_some();
            if of_client {
                self.name(Kind::Client, name, false);
            } else if question.kind.about() == About::QueueOrExchange
                && self.symbols.find(Kind::Exchange, literal, None).is_some()
            {
                self.name(Kind::Exchange, name, false);
            } else {
                self.name(Kind::Queue, name, false);
            }
            if let (Some(field), NameKind::Word(client)) = (&place.field, &name.kind) {
                self.fields.push((client, field));
            }
        }
        question.vhost.iter().for_each(|vhost| self.name(Kind::Vhost, vhost, false));
        if let Some(filter) = &question.filter {
            self.scopes.push(filter_variables(question.kind).iter().map(|name| (*name, None)).collect());
            self.expr(filter);
            self.scopes.pop();
        }
    }
}

fn used(span: Span) -> Occurrence {
    Occurrence { span, written: Written::Word, declares: false }
}
