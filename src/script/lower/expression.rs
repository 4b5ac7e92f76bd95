//! Expressions to postfix code.

use crate::amqp::{FieldValue, SimDuration};
use crate::script::ast::{
    Access, Arithmetic, Comparison, Expr, ExprKind, Name, NameKind, Piece, Place, Question as Asked,
};
use crate::script::program::{
    Binary, ClientRef, Const, ExprId, ExprOp, Function, NameRef, Question, QuestionId, Subject, Unary,
};
use crate::script::question::{About, filter_variables};
use crate::text::Span;

use super::builder::Lowering;
use super::scope::Meaning;

impl Lowering {
    /// An expression of its own.
    pub fn expr(&mut self, expr: &Expr) -> ExprId {
        // Questions hold expressions of their own: what is at work is set aside.
        let outer = std::mem::take(&mut self.code);
        self.push(expr);
        let code = std::mem::replace(&mut self.code, outer);
        self.finish(code)
    }

    /// A text of its own.
    pub fn pieces_expr(&mut self, pieces: &[Piece], span: Span) -> ExprId {
        let outer = std::mem::take(&mut self.code);
        self.push_text(pieces, span);
        let code = std::mem::replace(&mut self.code, outer);
        self.finish(code)
    }

    /// A name place.
    pub fn name_ref(&mut self, name: &Name) -> NameRef {
        match &name.kind {
            NameKind::Default => NameRef::Fixed(self.name("")),
            NameKind::Word(word) => match self.scopes.find(word) {
                Some(Meaning::Variable(var, true)) => {
                    NameRef::Computed(self.finish(vec![(ExprOp::Var(var), name.span)]))
                }
                _ => NameRef::Fixed(self.name(word)),
            },
            NameKind::Text(pieces) => match name.literal() {
                Some(literal) => NameRef::Fixed(self.name(literal)),
                None => NameRef::Computed(self.pieces_expr(pieces, name.span)),
            },
        }
    }

    fn op(&mut self, op: ExprOp, span: Span) {
        self.code.push((op, span));
    }

    fn push_constant(&mut self, value: Const, span: Span) {
        let id = self.constant(value);
        self.op(ExprOp::Const(id), span);
    }

    fn push_text(&mut self, pieces: &[Piece], span: Span) {
        if let [] | [Piece::Text(_)] = pieces {
            let text = match pieces {
                [Piece::Text(text)] => self.name(text),
                _ => self.name(""),
            };
            return self.push_constant(Const::Text(text), span);
        }
        for piece in pieces {
            match piece {
                Piece::Text(text) => {
                    let text = self.name(text);
                    self.push_constant(Const::Text(text), span);
                }
                Piece::Hole(expr) => self.push(expr),
            }
        }
        self.op(ExprOp::Join(count(pieces.len())), span);
    }

    fn push(&mut self, expr: &Expr) {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Null | ExprKind::Broken => self.push_constant(Const::Null, span),
            ExprKind::Bool(value) => self.push_constant(Const::Bool(*value), span),
            ExprKind::Int(value) => self.push_constant(Const::Int(*value), span),
            ExprKind::Float(value) => self.push_constant(Const::Float(*value), span),
            ExprKind::Duration(micros) => {
                self.push_constant(Const::Duration(SimDuration::micros(*micros)), span)
            }
            ExprKind::Size(bytes) => {
                self.push_constant(Const::Int(i64::try_from(*bytes).unwrap_or(i64::MAX)), span);
            }
            ExprKind::Text(pieces) => self.push_text(pieces, span),
            ExprKind::Variable(name) => match self.scopes.find(name) {
                Some(Meaning::Variable(var, _)) => self.op(ExprOp::Var(var), span),
                Some(Meaning::It) => self.op(ExprOp::It, span),
                None => self.push_constant(Const::Null, span),
            },
            ExprKind::List(entries) => {
                entries.iter().for_each(|entry| self.push(entry));
                self.op(ExprOp::List(count(entries.len())), span);
            }
            ExprKind::Table(entries) => {
                for (key, value) in entries {
                    let name = self.name(&key.value);
                    self.push_constant(Const::Text(name), key.span);
                    self.push(value);
                }
                self.op(ExprOp::Table(count(entries.len())), span);
            }
            ExprKind::Access { base, path } => {
                self.push(base);
                self.push_path(path, span);
            }
            ExprKind::Call { function, word, arguments } => self.push_call(*function, *word, arguments, span),
            ExprKind::Question(question) => {
                let id = self.question(question, span);
                self.op(ExprOp::Ask(id), span);
            }
            ExprKind::Not(operand) => {
                self.push(operand);
                self.op(ExprOp::Unary(Unary::Not), span);
            }
            ExprKind::Negative(operand) => {
                self.push(operand);
                self.op(ExprOp::Unary(Unary::Negate), span);
            }
            ExprKind::And(parts) => self.push_connected(parts, Binary::And, span),
            ExprKind::Or(parts) => self.push_connected(parts, Binary::Or, span),
            ExprKind::Compare { left, how, right } => self.push_binary(left, right, comparison(*how), span),
            ExprKind::Range(first, last) => self.push_binary(first, last, Binary::Range, span),
            ExprKind::Chain { first, rest } => {
                self.push(first);
                for (operator, operand) in rest {
                    self.push(operand);
                    self.op(ExprOp::Binary(arithmetic(operator.value)), operator.span);
                }
            }
        }
    }

    fn push_binary(&mut self, left: &Expr, right: &Expr, operator: Binary, span: Span) {
        self.push(left);
        self.push(right);
        self.op(ExprOp::Binary(operator), span);
    }

    fn push_path(&mut self, path: &[Access], span: Span) {
        for access in path {
            match access {
                Access::Field(field) => {
                    let name = self.name(&field.text);
                    self.op(ExprOp::Field(name), field.span);
                }
                Access::Index(index) => {
                    self.push(index);
                    self.op(ExprOp::Index, span);
                }
            }
        }
    }

    /// `a and b and c`: what is decided skips the rest of it.
    fn push_connected(&mut self, parts: &[Expr], operator: Binary, span: Span) {
        let Some((first, rest)) = parts.split_first() else { return };
        self.push(first);
        for part in rest {
            let at = self.code.len();
            self.op(ExprOp::AndThen(0), span);
            self.push(part);
            self.op(ExprOp::Binary(operator), span);
            let skipped = u32::try_from(self.code.len() - at - 1).unwrap_or(u32::MAX);
            if let Some((op, _)) = self.code.get_mut(at) {
                *op =
                    if operator == Binary::And { ExprOp::AndThen(skipped) } else { ExprOp::OrElse(skipped) };
            }
        }
    }

    /// A call. The typed field values are constants where their operand is one.
    fn push_call(&mut self, function: Function, word: Span, arguments: &[Expr], span: Span) {
        if let Some(field) = field_constant(function, arguments) {
            return self.push_constant(Const::Field(field), span);
        }
        arguments.iter().for_each(|argument| self.push(argument));
        let operands = u8::try_from(arguments.len()).unwrap_or(u8::MAX);
        self.op(ExprOp::Call(function, operands), word);
    }

    fn question(&mut self, asked: &Asked, span: Span) -> QuestionId {
        let of = self.subject(asked);
        let filter = asked.filter.as_ref().map(|filter| {
            self.scopes.enter();
            for name in filter_variables(asked.kind) {
                self.scopes.it(name);
            }
            let filter = self.expr(filter);
            self.scopes.leave();
            filter
        });
        let id = QuestionId(self.program.questions.len() as u32);
        self.program.questions.push(Question { what: asked.kind, of, filter, span });
        id
    }

    fn subject(&mut self, asked: &Asked) -> Subject {
        let Some(place) = &asked.place else { return Subject::All };
        let word = place.name.literal().unwrap_or("");
        if asked.kind.about() == About::Client {
            return match self.asked_client(place) {
                Some(client) => Subject::Client(client),
                None if word == "operator" => Subject::Operator,
                None => Subject::All,
            };
        }
        if let Some(field) = &place.field
            && let Some(client) = self.asked_client(place)
        {
            return Subject::Held(client, self.name(&field.text));
        }
        let vhost = asked.vhost.as_ref().map(|vhost| self.name_ref(vhost));
        Subject::Named(self.name_ref(&place.name), vhost)
    }

    fn asked_client(&self, place: &Place) -> Option<ClientRef> {
        let copy = place.copy.and_then(|copy| u16::try_from(copy.value).ok());
        Some(ClientRef { client: self.client_id(place.name.literal()?)?, copy })
    }
}

/// The grammar bounds how many parts anything has.
fn count(length: usize) -> u16 {
    u16::try_from(length).unwrap_or(u16::MAX)
}

fn field_constant(function: Function, arguments: &[Expr]) -> Option<FieldValue> {
    let whole = |expr: &Expr| match &expr.kind {
        ExprKind::Int(value) => Some(*value),
        ExprKind::Negative(inner) => match inner.kind {
            ExprKind::Int(value) => value.checked_neg(),
            _ => None,
        },
        _ => None,
    };
    let first = whole(arguments.first()?);
    Some(match function {
        Function::Byte => FieldValue::Byte(i8::try_from(first?).ok()?),
        Function::Short => FieldValue::Short(i16::try_from(first?).ok()?),
        Function::Int => FieldValue::Int(i32::try_from(first?).ok()?),
        Function::Long => FieldValue::Long(first?),
        Function::Timestamp => FieldValue::Timestamp(u64::try_from(first?).ok()?),
        Function::Decimal => {
            FieldValue::Decimal(u8::try_from(whole(arguments.get(1)?)?).ok()?, i32::try_from(first?).ok()?)
        }
        _ => return None,
    })
}

fn comparison(how: Comparison) -> Binary {
    match how {
        Comparison::Equal => Binary::Equal,
        Comparison::NotEqual => Binary::NotEqual,
        Comparison::Less => Binary::Less,
        Comparison::LessEqual => Binary::LessOrEqual,
        Comparison::Greater => Binary::Greater,
        Comparison::GreaterEqual => Binary::GreaterOrEqual,
        Comparison::In => Binary::In,
        Comparison::InOrder => Binary::InOrder,
        Comparison::InAnyOrder => Binary::InAnyOrder,
    }
}

fn arithmetic(operator: Arithmetic) -> Binary {
    match operator {
        Arithmetic::Add => Binary::Add,
        Arithmetic::Subtract => Binary::Subtract,
        Arithmetic::Multiply => Binary::Multiply,
        Arithmetic::Divide => Binary::Divide,
        Arithmetic::Remainder => Binary::Remainder,
    }
}
