//! Variables, loops, conditions, `try`.

use super::block::Level;
use super::cursor::{Parser, Read};
use crate::script::ast::{Block, Expr, StmtKind};
use crate::script::diagnostic::{Code, Diagnostic};
use crate::script::token::TokenKind as T;

impl Parser<'_> {
    /// `let x = 1`
    pub fn let_(&mut self) -> Read<StmtKind> {
        let variable = self.variable()?;
        if self.eat(T::Assign).is_none() {
            let help = format!("a variable has a value from the start: `let {} = null`", variable.text);
            return Err(self.expected_help("`=`", help));
        }
        Ok(StmtKind::Let { variable, value: self.expression()? })
    }

    /// `x = 1`, `done[message.message_id] = true`
    pub fn assign(&mut self) -> Read<StmtKind> {
        let variable = self.ident("a variable")?;
        let path = self.path()?;
        if self.at(T::Operator) || self.at(T::Equal) {
            return Err(self.foreign_operator());
        }
        if self.eat(T::Assign).is_none() {
            return Err(
                self.expected_help("`=`", format!("a value is set with `=`: `{} = 1`", variable.text))
            );
        }
        Ok(StmtKind::Assign { variable, path, value: self.expression()? })
    }

    /// `for i in 1..10 { … }`
    pub fn for_(&mut self, level: Level) -> Read<StmtKind> {
        if self.at(T::ParenOpen) {
            return Err(self.expected_help("a variable's name", "write `for i in 1..10 { … }`"));
        }
        let variable = self.variable()?;
        if self.eat_word("in").is_none() {
            return Err(self.expected_help("`in`", format!("write `for {} in 1..10 {{ … }}`", variable.text)));
        }
        let list = self.expression()?;
        Ok(StmtKind::For { variable, list, body: self.block(level.inside())? })
    }

    /// `if a { … } else if b { … } else { … }`
    pub fn if_(&mut self, level: Level) -> Read<StmtKind> {
        let mut arms = vec![(self.condition()?, self.block_of_if(level)?)];
        let mut otherwise = None;
        while self.eat_word_after_newlines("else") || self.eat_elif() {
            if self.eat_word("if").is_some() || self.eat_elif_word() {
                arms.push((self.condition()?, self.block_of_if(level)?));
            } else {
                otherwise = Some(self.block(level.inside())?);
                break;
            }
        }
        Ok(StmtKind::If { arms, otherwise })
    }

    /// A block that may be followed by `else`.
    fn block_of_if(&mut self, level: Level) -> Read<Block> {
        self.ends_at_else = true;
        let block = self.block(level.inside());
        self.ends_at_else = false;
        block
    }

    /// `elif`, which elsewhere means `else if`: said, and read as that.
    fn eat_elif(&mut self) -> bool {
        let token = self.after_newlines();
        let written = token.span.of(self.text);
        if token.kind != T::Word || !matches!(written, "elif" | "elsif" | "elseif") {
            return false;
        }
        self.skip_newlines();
        let message = format!("`{written}` is written `else if`");
        self.say(
            Diagnostic::error(Code::UnknownStatement, token.span, message)
                .help("write `else if`")
                .replace("else if"),
        );
        true
    }

    /// The word itself, behind its error: what follows is read as behind `if`.
    fn eat_elif_word(&mut self) -> bool {
        ["elif", "elsif", "elseif"].into_iter().any(|word| self.eat_word(word).is_some())
    }

    /// An expression in front of a block.
    pub fn condition(&mut self) -> Read<Expr> {
        if self.at(T::BraceOpen) && !self.at_table() {
            let word = self.previous().of(self.text);
            let help = format!("write `{word} message.redelivered {{ … }}`, or `{word} true {{ … }}`");
            return Err(self.expected_help("a condition", help));
        }
        self.expression()
    }

    /// `while length(outbox) > 0 { … }`
    pub fn while_(&mut self, level: Level) -> Read<StmtKind> {
        let condition = self.condition()?;
        Ok(StmtKind::While { condition, body: self.block(level.inside())? })
    }

    /// `repeat 3 as i every 1s { … }`
    pub fn repeat(&mut self, level: Level) -> Read<StmtKind> {
        if self.at_block() {
            return Err(self.expected_help("how often", "write `repeat 10 { … }`, or `while true { … }`"));
        }
        let count = self.expression()?;
        // Python's and others' `repeat 10 times { … }`: nothing is wrong but the word.
        if self.at_word("times") {
            self.expected_help("`{`", "write `repeat 10 { … }`, without `times`");
            self.bump();
        }
        let variable = match self.eat_word("as") {
            Some(_) => Some(self.variable()?),
            None => None,
        };
        let every = match self.eat_word("every") {
            Some(_) => Some(self.duration()?),
            None => None,
        };
        Ok(StmtKind::Repeat { count, variable, every, body: self.block(level.inside())? })
    }

    /// `try { … } catch error { … }`
    pub fn try_(&mut self, level: Level) -> Read<StmtKind> {
        let body = self.block(level.inside())?;
        if !self.eat_word_after_newlines("catch") {
            return Err(self.expected_help("`catch`", "write `catch error { … }` behind the block"));
        }
        let variable = if self.at(T::BraceOpen) {
            self.expected_help("a variable for the error", "write `catch error { … }`");
            crate::script::ast::Ident { text: "error".into(), span: self.here() }
        } else {
            self.variable()?
        };
        let handler = self.block(level.inside())?;
        Ok(StmtKind::Try { body, variable, handler })
    }
}
