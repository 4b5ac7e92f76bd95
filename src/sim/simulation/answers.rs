//! What a check's questions and variables say at this moment: what was found where it did not hold.

use crate::amqp::Name;
use crate::script::program::{Binary, ExprOp, QuestionId, Var};
use crate::sim::eval::{Eval, Fuel};
use crate::sim::random::{Purpose, Stream};
use crate::sim::value::{Value, text_of};
use crate::text::Span;

use super::state::Simulation;

/// Work that looking may cost.
const FUEL: u64 = 2_000_000;
/// Things of a list that are shown.
const ITEMS_MAX: usize = 20;

impl Simulation {
    /// What each question and each top-level variable of a check is now: its place in the text and its value as text.
    /// A question that is compared `in order` is a list, else a number.
    pub fn answers_of(&self, check: u32) -> Vec<(Span, String)> {
        let program = &self.program;
        let cond = program.checks.get(check as usize).map(|check| check.cond);
        let range = cond.and_then(|cond| program.expressions.get(cond.0 as usize));
        let Some(&(start, end)) = range else { return Vec::new() };
        let ops = program.ops.get(start as usize..end as usize).unwrap_or(&[]);
        let mut chance = Stream::new(self.seed, Purpose::Operator, 1);
        let mut fuel = Fuel(FUEL);
        let name = Name::from("operator");
        let mut eval = Eval {
            program,
            facts: &self.view(),
            world: &self.world,
            local: None,
            now: self.now,
            name: &name,
            number: 1,
            chance: &mut chance,
            fuel: &mut fuel,
            seen: &mut [],
            message: None,
            it: None,
            stack: &mut Vec::new(),
        };
        let mut answers = Vec::new();
        for (op, at) in ops.iter().zip(0_u32..) {
            let found = match op {
                ExprOp::Ask(question) => {
                    let span = program.questions.get(question.0 as usize).map(|question| question.span);
                    span.zip(eval.found(*question, is_listed(&ops[at as usize..])))
                }
                ExprOp::Var(Var::World(slot)) => {
                    let span = program.op_spans.get((start + at) as usize).copied();
                    span.zip(self.world.get(usize::from(*slot)).map(value_text))
                }
                _ => None,
            };
            answers.extend(found);
        }
        answers
    }
}

/// Whether what stands first among these operations is compared as a list.
fn is_listed(ops: &[ExprOp]) -> bool {
    let compared = ops.iter().find_map(|op| match op {
        ExprOp::Binary(Binary::InOrder | Binary::InAnyOrder) => Some(true),
        ExprOp::Binary(
            Binary::Equal
            | Binary::NotEqual
            | Binary::Less
            | Binary::LessOrEqual
            | Binary::Greater
            | Binary::GreaterOrEqual,
        ) => Some(false),
        _ => None,
    });
    compared == Some(true)
}

impl Eval<'_> {
    fn found(&mut self, question: QuestionId, listed: bool) -> Option<String> {
        if listed {
            return self.texts(question).ok()?.map(|texts| list_text(&texts));
        }
        match self.ask(question).ok()? {
            Value::Answer(question) => self.count(question).ok()?.map(|count| count.to_string()),
            Value::Unknown => None,
            value => Some(text_of(&value)),
        }
    }
}

fn value_text(value: &Value) -> String {
    match value {
        Value::Text(text) => format!("\"{text}\""),
        other => text_of(other),
    }
}

fn list_text(texts: &[Name]) -> String {
    let shown: Vec<String> = texts.iter().take(ITEMS_MAX).map(|text| format!("\"{text}\"")).collect();
    let more = if texts.len() > ITEMS_MAX { format!(", … {} in all", texts.len()) } else { String::new() };
    format!("[{}{more}]", shown.join(", "))
}
