//! Expressions, from the weakest operator to the strongest. Chains are lists: `a + b + c` nests nothing.

use super::cursor::{Parser, Read};
use crate::script::ast::{Arithmetic, Comparison, Expr, ExprKind};
use crate::script::diagnostic::{Code, Diagnostic};
use crate::script::token::TokenKind as T;
use crate::text::Spanned;

impl Parser<'_> {
    /// Any expression.
    pub fn expression(&mut self) -> Read<Expr> {
        self.deeper(Self::or)
    }

    fn or(&mut self) -> Read<Expr> {
        self.words("or", Self::and, ExprKind::Or)
    }

    fn and(&mut self) -> Read<Expr> {
        self.words("and", Self::not, ExprKind::And)
    }

    /// `x word x word x`.
    fn words(
        &mut self,
        word: &str,
        part: impl Fn(&mut Self) -> Read<Expr>,
        chain: impl Fn(Vec<Expr>) -> ExprKind,
    ) -> Read<Expr> {
        let first = part(self)?;
        if !self.at_connective(word) {
            return Ok(first);
        }
        let mut parts = vec![first];
        while self.at_connective(word) {
            self.connective();
            parts.push(part(self)?);
        }
        let span = parts.first().map_or(self.previous(), |first| first.span).to(self.previous());
        Ok(Expr { span, kind: chain(parts) })
    }

    /// `and` and `or`, also as other languages write them (an error, but understood).
    fn at_connective(&self, word: &str) -> bool {
        let foreign = if word == "and" { ["&&", "&"] } else { ["||", "|"] };
        self.at_word(word) || self.at(T::Operator) && foreign.contains(&self.peek().span.of(self.text))
    }

    fn connective(&mut self) {
        if self.at(T::Operator) {
            self.foreign_operator();
        }
        self.bump();
    }

    fn not(&mut self) -> Read<Expr> {
        let word = self.peek();
        let foreign = word.kind == T::Operator && word.span.of(self.text) == "!";
        if !foreign && !self.at_word("not") {
            return self.compare();
        }
        self.connective();
        let operand = self.deeper(Self::not)?;
        let span = word.span.to(operand.span);
        Ok(Expr { span, kind: ExprKind::Not(Box::new(operand)) })
    }

    fn compare(&mut self) -> Read<Expr> {
        let left = self.range()?;
        let Some(how) = self.comparison()? else {
            return Ok(left);
        };
        let right = self.range()?;
        let span = left.span.to(right.span);
        Ok(Expr { span, kind: ExprKind::Compare { left: Box::new(left), how, right: Box::new(right) } })
    }

    fn comparison(&mut self) -> Read<Option<Comparison>> {
        let how = match self.peek().kind {
            T::Equal => Comparison::Equal,
            T::NotEqual => Comparison::NotEqual,
            T::Less => Comparison::Less,
            T::LessEqual => Comparison::LessEqual,
            T::Greater => Comparison::Greater,
            T::GreaterEqual => Comparison::GreaterEqual,
            T::Word if self.at_word("in") => return self.in_().map(Some),
            T::Assign => {
                // `=` for `==`: said once, and read as what was meant.
                self.foreign_operator();
                Comparison::Equal
            }
            _ => return Ok(None),
        };
        self.bump();
        Ok(Some(how))
    }

    fn in_(&mut self) -> Read<Comparison> {
        self.bump();
        if self.at_word("any") && self.word_at(1) == "order" {
            self.bump();
            self.bump();
            return Ok(Comparison::InAnyOrder);
        }
        Ok(if self.eat_word("order").is_some() { Comparison::InOrder } else { Comparison::In })
    }

    fn range(&mut self) -> Read<Expr> {
        let first = self.sum()?;
        if self.eat(T::DotDot).is_none() {
            return Ok(first);
        }
        let last = self.sum()?;
        let span = first.span.to(last.span);
        Ok(Expr { span, kind: ExprKind::Range(Box::new(first), Box::new(last)) })
    }

    /// A sum: what options take.
    pub fn sum(&mut self) -> Read<Expr> {
        self.chain(Self::product, |kind| match kind {
            T::Plus => Some(Arithmetic::Add),
            T::Minus => Some(Arithmetic::Subtract),
            _ => None,
        })
    }

    fn product(&mut self) -> Read<Expr> {
        self.chain(Self::unary, |kind| match kind {
            T::Star => Some(Arithmetic::Multiply),
            T::Slash => Some(Arithmetic::Divide),
            T::Percent => Some(Arithmetic::Remainder),
            _ => None,
        })
    }

    fn chain(
        &mut self,
        part: impl Fn(&mut Self) -> Read<Expr>,
        operator: impl Fn(T) -> Option<Arithmetic>,
    ) -> Read<Expr> {
        let first = part(self)?;
        let mut rest = Vec::new();
        while let Some(value) = operator(self.peek().kind) {
            let span = self.bump().span;
            rest.push((Spanned { value, span }, part(self)?));
        }
        if rest.is_empty() {
            return Ok(first);
        }
        self.check_filled(&first, &rest);
        let span = first.span.to(self.previous());
        Ok(Expr { span, kind: ExprKind::Chain { first: Box::new(first), rest } })
    }

    /// `"task %d" % i`, as Python fills texts.
    #[inline(never)]
    fn check_filled(&mut self, first: &Expr, rest: &[(Spanned<Arithmetic>, Expr)]) {
        if let (ExprKind::Text(_), Some((sign, _))) = (&first.kind, rest.first())
            && sign.value == Arithmetic::Remainder
        {
            self.say(
                Diagnostic::error(Code::ForeignOperator, sign.span, "a text is not filled with `%`")
                    .help("put the value into it: `\"task {i}\"`"),
            );
        }
    }

    fn unary(&mut self) -> Read<Expr> {
        let Some(minus) = self.eat(T::Minus) else {
            return self.postfix();
        };
        let operand = self.deeper(Self::unary)?;
        let span = minus.to(operand.span);
        Ok(Expr { span, kind: ExprKind::Negative(Box::new(operand)) })
    }
}
