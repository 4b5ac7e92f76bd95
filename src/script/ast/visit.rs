//! A walk over a tree that meets every statement, block, option, name and expression once, in the order of the text.

use super::{
    Access, Block, ClientRef, Expr, ExprKind, Name, NameKind, Opt, OptValue, Piece, Stmt, StmtKind, Tree,
    Wait,
};

/// What is met on a walk. All of it is met whether or not the methods are given.
pub trait Visit<'t> {
    /// A statement, before its parts.
    fn statement(&mut self, _statement: &'t Stmt) {}
    /// A block, before its statements.
    fn block(&mut self, _block: &'t Block) {}
    /// An option, before its value.
    fn option(&mut self, _option: &'t Opt) {}
    /// A name, before its expressions.
    fn name(&mut self, _name: &'t Name) {}
    /// An expression, before its parts.
    fn expr(&mut self, _expr: &'t Expr) {}
    /// A client that is meant.
    fn client(&mut self, _client: &'t ClientRef) {}
}

/// Walks over a whole tree.
pub fn visit<'t>(tree: &'t Tree, visitor: &mut impl Visit<'t>) {
    statements(&tree.statements, visitor);
}

fn statements<'t>(list: &'t [Stmt], visitor: &mut impl Visit<'t>) {
    for statement in list {
        visitor.statement(statement);
        parts(statement, visitor);
    }
}

fn block<'t>(block: &'t Block, visitor: &mut impl Visit<'t>) {
    visitor.block(block);
    statements(&block.statements, visitor);
}

fn parts<'t>(statement: &'t Stmt, visitor: &mut impl Visit<'t>) {
    match &statement.kind {
        StmtKind::If { arms, otherwise } => {
            for (condition, body) in arms {
                expr(condition, visitor);
                block(body, visitor);
            }
            otherwise.iter().for_each(|body| block(body, visitor));
            return;
        }
        StmtKind::Let { value, .. } | StmtKind::Print(value) => expr(value, visitor),
        StmtKind::Assign { path, value, .. } => {
            path.iter().filter_map(Access::index).for_each(|index| expr(index, visitor));
            expr(value, visitor);
        }
        StmtKind::For { list, .. } => expr(list, visitor),
        StmtKind::While { condition, .. } | StmtKind::When { condition, .. } => expr(condition, visitor),
        StmtKind::Repeat { count, every, .. } => {
            expr(count, visitor);
            every.iter().for_each(|every| expr(every, visitor));
        }
        StmtKind::Every { period, .. } => expr(period, visitor),
        StmtKind::Cancel { tag } => tag.iter().for_each(|tag| expr(tag, visitor)),
        StmtKind::Check { condition, .. } => expr(condition, visitor),
        StmtKind::Prefetch { count, .. } => expr(count, visitor),
        StmtKind::Settle { message, .. } => message.iter().for_each(|message| expr(message, visitor)),
        StmtKind::Wait { what: Wait::Time(value) | Wait::Until(value), .. } => expr(value, visitor),
        StmtKind::Publish { body, exchange, .. } => {
            expr(body, visitor);
            name(exchange, visitor);
        }
        StmtKind::Bind { destination, source, .. } => {
            name(destination, visitor);
            name(source, visitor);
        }
        StmtKind::Queue { name: queue, .. }
        | StmtKind::Delete { name: queue, .. }
        | StmtKind::Purge { queue, .. }
        | StmtKind::Consume { queue, .. }
        | StmtKind::Get { queue, .. } => name(queue, visitor),
        StmtKind::Exchange { name: exchange, kind, .. } => {
            name(exchange, visitor);
            kind.iter().for_each(|kind| name(kind, visitor));
        }
        StmtKind::Admin { name: of, .. } => of.iter().for_each(|of| name(of, visitor)),
        StmtKind::Crash { client: Some(client) }
        | StmtKind::Stop { client }
        | StmtKind::Start { client }
        | StmtKind::Network { client: Some(client), .. } => visitor.client(client),
        _ => {}
    }
    for option in statement.kind.options().iter().flat_map(|options| &options.0) {
        visitor.option(option);
        match &option.value {
            OptValue::None => {}
            OptValue::Name(value) => name(value, visitor),
            OptValue::Expr(value) | OptValue::Match(_, value) => expr(value, visitor),
        }
    }
    if let StmtKind::Admin { table: Some(table), .. } = &statement.kind {
        expr(table, visitor);
    }
    for body in statement.kind.blocks() {
        block(body, visitor);
    }
}

fn name<'t>(of: &'t Name, visitor: &mut impl Visit<'t>) {
    visitor.name(of);
    if let NameKind::Text(text) = &of.kind {
        text.iter().filter_map(Piece::hole).for_each(|hole| expr(hole, visitor));
    }
}

fn expr<'t>(of: &'t Expr, visitor: &mut impl Visit<'t>) {
    visitor.expr(of);
    of.operands(&mut |operand| expr(operand, visitor));
    if let ExprKind::Question(question) = &of.kind {
        question.place.iter().for_each(|place| name(&place.name, visitor));
        question.vhost.iter().for_each(|vhost| name(vhost, visitor));
        question.filter.iter().for_each(|filter| expr(filter, visitor));
    }
}
