//! Questions to the run.

use crate::amqp::Name;
use crate::script::program::{Ask, ClientRef, ExprId, ExprOp, NameRef, QuestionId, Subject};
use crate::sim::value::{ScriptError, Value, text_of};

use super::evaluate::Eval;
use super::operators::is_yes_or_no;

type Result<T> = std::result::Result<T, ScriptError>;

/// What a question is about, its names worked out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SubjectKey {
    /// All clients, or all queues.
    All,
    /// A client, or one copy.
    Client(ClientRef),
    /// The operator.
    Operator,
    /// A queue or exchange: vhost, name.
    Place(Name, Name),
}

/// The run as questions see it.
pub trait Facts {
    /// Shows `visit` each thing the question is about, from the `from`th on, until it says no; where the next
    /// search may begin. None: unknown, as what is asked about is not there.
    fn visit(
        &self,
        what: Ask,
        subject: &SubjectKey,
        from: u32,
        visit: &mut dyn FnMut(Value) -> Result<()>,
    ) -> Option<Result<u32>>;

    /// Whether what the question asks about can only grow, so that a search may begin where the last one ended.
    fn only_grows(&self, what: Ask) -> bool;

    /// How many there are without looking at each, where that is known.
    fn count(&self, what: Ask, subject: &SubjectKey) -> Option<Option<u32>>;

    /// Whether a queue or exchange is there.
    fn exists(&self, subject: &SubjectKey) -> bool;

    /// A variable of a client's outermost block, at its last value, and the client's vhost.
    fn held(&self, client: ClientRef, variable: &Name) -> Option<(Name, Value)>;
}

/// How far a question was answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    from: u32,
    count: u32,
}

impl Eval<'_> {
    /// The value of a question: an answer, or yes or no at once.
    pub(in crate::sim) fn ask(&mut self, id: QuestionId) -> Result<Value> {
        let Some(question) = self.program.questions.get(id.0 as usize) else { return Ok(Value::Unknown) };
        if !is_yes_or_no(question.what) {
            return Ok(Value::Answer(id));
        }
        Ok(self
            .subject(&question.of)?
            .map_or(Value::Unknown, |subject| Value::Bool(self.facts.exists(&subject))))
    }

    /// How many things an answer has; none: unknown.
    pub(in crate::sim) fn count(&mut self, id: QuestionId) -> Result<Option<i64>> {
        let Some(question) = self.program.questions.get(id.0 as usize) else { return Ok(None) };
        let (what, filter) = (question.what, question.filter);
        let Some(subject) = self.subject(&question.of)? else { return Ok(None) };
        if filter.is_none()
            && let Some(count) = self.facts.count(what, &subject)
        {
            return Ok(count.map(i64::from));
        }
        let keeps = self.facts.only_grows(what)
            && !matches!(question.of, Subject::Held(..) | Subject::Named(NameRef::Computed(_), _))
            && filter.is_none_or(|filter| self.depends_on_it_only(filter));
        let Seen { from, mut count } =
            if keeps { self.seen.get(id.0 as usize).copied().unwrap_or_default() } else { Seen::default() };
        let facts = self.facts;
        let visited = facts.visit(what, &subject, from, &mut |item| {
            count += u32::from(self.passes(filter, item)?);
            Ok(())
        });
        let Some(from) = visited.transpose()? else { return Ok(None) };
        if keeps && let Some(seen) = self.seen.get_mut(id.0 as usize) {
            *seen = Seen { from, count };
        }
        Ok(Some(i64::from(count)))
    }

    /// The things themselves; none: unknown.
    pub(super) fn items(&mut self, id: QuestionId) -> Result<Option<Vec<Value>>> {
        let Some(question) = self.program.questions.get(id.0 as usize) else { return Ok(None) };
        let (what, filter) = (question.what, question.filter);
        let Some(subject) = self.subject(&question.of)? else { return Ok(None) };
        let mut items = Vec::new();
        let facts = self.facts;
        let visited = facts.visit(what, &subject, 0, &mut |item| {
            self.fuel.burn(1)?;
            if self.passes(filter, item.clone())? {
                items.push(item);
            }
            Ok(())
        });
        Ok(visited.transpose()?.map(|_| items))
    }

    /// What `in order` compares: bodies, lines, "code text".
    pub(in crate::sim) fn texts(&mut self, id: QuestionId) -> Result<Option<Vec<Name>>> {
        let items = self.items(id)?;
        Ok(items.map(|items| {
            let text = |item: &Value| match item {
                Value::Text(text) => text.clone(),
                other => Name::from(text_of(other)),
            };
            items.iter().map(text).collect()
        }))
    }

    fn passes(&mut self, filter: Option<ExprId>, item: Value) -> Result<bool> {
        let Some(filter) = filter else { return Ok(true) };
        let before = self.it.replace(item);
        let passes = self.condition(filter);
        self.it = before;
        Ok(passes? == Some(true))
    }

    fn subject(&mut self, subject: &Subject) -> Result<Option<SubjectKey>> {
        Ok(match subject {
            Subject::All => Some(SubjectKey::All),
            Subject::Client(client) => Some(SubjectKey::Client(*client)),
            Subject::Operator => Some(SubjectKey::Operator),
            Subject::Named(name, vhost) => {
                let vhost = vhost.as_ref().map(|vhost| self.name_of(vhost)).transpose()?;
                // What a variable that is null names is not there: unknown, no error.
                if let NameRef::Computed(id) = name
                    && matches!(self.settled(*id)?, Value::Null | Value::Unknown)
                {
                    return Ok(None);
                }
                Some(SubjectKey::Place(vhost.unwrap_or_else(|| Name::from("/")), self.name_of(name)?))
            }
            Subject::Held(client, variable) => match self.facts.held(*client, variable) {
                Some((vhost, Value::Queue(alias))) => Some(SubjectKey::Place(vhost, alias.name.clone())),
                Some((vhost, Value::Text(name))) => Some(SubjectKey::Place(vhost, name)),
                _ => None,
            },
        })
    }

    /// Whether a filter says the same of a thing whenever it is asked.
    fn depends_on_it_only(&self, filter: ExprId) -> bool {
        let Some(&(start, end)) = self.program.expressions.get(filter.0 as usize) else { return false };
        let ops = self.program.ops.get(start as usize..end as usize).unwrap_or(&[]);
        !ops.iter().any(|op| matches!(op, ExprOp::Var(_) | ExprOp::Ask(_) | ExprOp::Call(..)))
    }
}
