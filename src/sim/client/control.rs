//! Variables, blocks and loops.

use std::sync::Arc;

use crate::amqp::{Name, SimTime};
use crate::script::program::{Event, ExprId, HandlerId, Pc, Program, Var};
use crate::sim::value::{List, ScriptError, Table, Value, text_of};

use super::channel::Registered;
use super::frame::WaitOn;
use super::machine::{Client, Ticker};
use super::output::What;
use super::step::{Done, Failure, Flow, Surroundings};

/// Characters of a value that an assignment's record shows.
const SHOWN_MAX: usize = 200;

impl Client {
    #[inline(never)]
    pub(super) fn unless(&mut self, cx: &mut Surroundings<'_>, cond: ExprId, to: Pc) -> Done<Flow> {
        let holds = self.eval(cx, |eval| eval.condition(cond))?;
        Ok(if holds == Some(true) { Flow::Next } else { self.go_to(to) })
    }

    pub(super) fn go_to(&mut self, to: Pc) -> Flow {
        self.frames.go_to(to);
        Flow::Next
    }

    pub(super) fn push_scope(&mut self, slots: u16) -> Flow {
        if let Some(frame) = self.frames.at_work_mut() {
            frame.env = self.arena.enter(frame.env, slots);
        }
        Flow::Next
    }

    pub(super) fn pop_scopes(&mut self, count: u16) -> Flow {
        for _ in 0..count {
            self.leave_scope();
        }
        Flow::Next
    }

    #[inline(never)]
    pub(super) fn set(&mut self, cx: &mut Surroundings<'_>, pc: Pc, var: Var, value: ExprId) -> Done<Flow> {
        let value = self.settled(cx, value)?;
        self.tell_assignment(cx, pc, var, &value);
        self.assign(cx, var, value);
        Ok(Flow::Next)
    }

    pub(super) fn set_inside(
        &mut self,
        cx: &mut Surroundings<'_>,
        pc: Pc,
        var: Var,
        path: &[ExprId],
        value: ExprId,
    ) -> Done<Flow> {
        let names =
            path.iter().map(|step| self.eval(cx, |eval| eval.text(*step))).collect::<Done<Vec<Name>>>()?;
        let value = self.eval(cx, |eval| eval.settled(value))?;
        // Taken out, so that the table is not shared and need not be copied.
        let whole = self.take_variable(cx, var);
        let before = whole.clone();
        match set_in(whole, &names, value) {
            Ok(whole) => {
                cx.fuel.burn(names.len() as u64)?;
                self.tell_assignment(cx, pc, var, &whole);
                self.assign(cx, var, whole);
                Ok(Flow::Next)
            }
            Err(error) => {
                self.assign(cx, var, before);
                Err(error.into())
            }
        }
    }

    fn take_variable(&mut self, cx: &mut Surroundings<'_>, var: Var) -> Value {
        match var {
            Var::World(slot) => cx
                .world
                .get_mut(usize::from(slot))
                .map_or(Value::Null, |place| std::mem::replace(place, Value::Null)),
            Var::Local { hops, slot } => {
                let Some(env) = self.frames.at_work().map(|frame| frame.env) else { return Value::Null };
                let value = self.arena.get(env, hops, slot).clone();
                self.arena.set(env, hops, slot, Value::Null);
                value
            }
        }
    }

    /// A variable as the frame at work sees it. What is not there is null.
    pub(super) fn variable<'a>(&'a self, cx: &'a Surroundings<'_>, var: Var) -> &'a Value {
        match var {
            Var::World(slot) => cx.world.get(usize::from(slot)).unwrap_or(&Value::Null),
            Var::Local { hops, slot } => self.arena.get(self.frames.env(), hops, slot),
        }
    }

    /// A hidden variable, for a change that leaves its value as large as it is.
    fn place<'a>(&'a mut self, cx: &'a mut Surroundings<'_>, var: Var) -> Option<&'a mut Value> {
        match var {
            Var::World(slot) => cx.world.get_mut(usize::from(slot)),
            Var::Local { hops, slot } => self.arena.in_place(self.frames.env(), hops, slot),
        }
    }

    /// Sets a variable as the frame at work sees it.
    pub(super) fn assign(&mut self, cx: &mut Surroundings<'_>, var: Var, value: Value) {
        match var {
            Var::World(slot) => {
                if let Some(place) = cx.world.get_mut(usize::from(slot)) {
                    *place = value;
                    cx.is_world_touched = true;
                }
            }
            Var::Local { hops, slot } => {
                self.arena.set(self.frames.env(), hops, slot, value);
            }
        }
    }

    fn tell_assignment(&self, cx: &mut Surroundings<'_>, pc: Pc, var: Var, value: &Value) {
        let text = if cx.tells_assignments {
            let mut shown = text_of(value);
            if let Some((at, _)) = shown.char_indices().nth(SHOWN_MAX) {
                shown.truncate(at);
                shown.push('…');
            }
            match var {
                Var::World(slot) => {
                    let name = cx.program.world.get(usize::from(slot)).map_or("", |name| &**name);
                    Name::from(format!("{name} = {shown}"))
                }
                Var::Local { .. } => Name::from(shown),
            }
        } else {
            Name::from("")
        };
        cx.put(pc, What::Assigned(text));
    }

    pub(super) fn for_begin(&mut self, cx: &mut Surroundings<'_>, iterator: Var, over: ExprId) -> Done<Flow> {
        let over = self.eval(cx, |eval| eval.settled(over))?;
        let cursor = match &over {
            Value::List(list) => Value::ListCursor(list.clone(), 0),
            Value::Range(ends) => match (&ends.0, &ends.1) {
                (Value::Int(from), Value::Int(to)) => Value::RangeCursor(*from, *to),
                _ => return Err(ScriptError::new("`for` goes through whole numbers").into()),
            },
            Value::Table(table) => {
                let names = table.entries().iter().map(|(name, _)| Value::Text(name.clone())).collect();
                Value::ListCursor(List::new(names)?, 0)
            }
            // `repeat 3` is a range from 1 on.
            Value::Int(count) => Value::RangeCursor(1, *count),
            Value::Null => Value::ListCursor(List::new(Vec::new())?, 0),
            other => {
                let text = format!("`for` goes through a list or a range, and this is {}", other.type_name());
                return Err(ScriptError::new(text).into());
            }
        };
        self.assign(cx, iterator, cursor);
        Ok(Flow::Next)
    }

    #[inline(never)]
    pub(super) fn for_next(&mut self, cx: &mut Surroundings<'_>, iterator: Var, var: Var, end: Pc) -> Flow {
        let item = match self.place(cx, iterator) {
            Some(Value::ListCursor(list, at)) => {
                let item = list.items().get(*at as usize).cloned();
                *at = at.saturating_add(1);
                item
            }
            Some(Value::RangeCursor(from, to)) if *from <= *to => {
                let item = Value::Int(*from);
                // The largest number there is was the last one.
                (*from, *to) = from.checked_add(1).map_or((1, 0), |next| (next, *to));
                Some(item)
            }
            _ => None,
        };
        let Some(item) = item else { return self.go_to(end) };
        self.assign(cx, var, item);
        Flow::Next
    }

    #[inline(never)]
    pub(super) fn round_wait(
        &mut self,
        cx: &mut Surroundings<'_>,
        pc: Pc,
        since: Var,
        every: ExprId,
    ) -> Done<Flow> {
        let every = self.duration(cx, every)?;
        let Some(Value::Rounds(began, count)) = self.place(cx, since) else {
            self.assign(cx, since, Value::Rounds(cx.now, 0));
            return Ok(Flow::Next);
        };
        *count = count.saturating_add(1);
        let due = SimTime(began.0.saturating_add(every.0.saturating_mul(u64::from(*count))));
        if due <= cx.now {
            return Ok(Flow::Next);
        }
        let token = self.token();
        cx.put(pc, What::Timer(due, token));
        Ok(self.wait_on(WaitOn::Timer, token, pc))
    }

    pub(super) fn push_try(&mut self, catch: Pc, var: Var) -> Done<Flow> {
        if !self.frames.push_try(catch, var) {
            return Err(ScriptError::new("too many `try` blocks in one another").into());
        }
        Ok(Flow::Next)
    }

    pub(super) fn pop_try(&mut self) -> Done<Flow> {
        self.frames.pop_try();
        Ok(Flow::Next)
    }

    /// Remembers a handler with the variables of this place.
    pub(super) fn register(&mut self, handler: HandlerId) -> Done<Registered> {
        let Some(env) = self.frames.at_work().map(|frame| frame.env) else {
            return Err(Failure::Raised(super::errors::own("nothing runs")));
        };
        self.arena.hold(env);
        Ok(Registered { handler, env })
    }

    pub(super) fn on(
        &mut self,
        channel: u16,
        event: Event,
        handler: HandlerId,
        program: &Program,
    ) -> Done<Flow> {
        let registered = self.register(handler)?;
        let at_client_level = program.handlers.get(handler.0 as usize).is_some_and(|one| one.at_client_level);
        let of_connection = matches!(event, Event::Blocked | Event::Unblocked)
            || (at_client_level && matches!(event, Event::Close));
        let before = if of_connection {
            self.on.insert(event, registered)
        } else {
            self.channels
                .get_mut(usize::from(channel))
                .and_then(|channel| channel.on.insert(event, registered))
        };
        if let Some(before) = before {
            self.arena.release(before.env);
        }
        Ok(Flow::Next)
    }

    pub(super) fn every(
        &mut self,
        cx: &mut Surroundings<'_>,
        pc: Pc,
        period: ExprId,
        handler: HandlerId,
    ) -> Done<Flow> {
        let period = self.duration(cx, period)?;
        if period.0 == 0 {
            return Err(ScriptError::new("`every` needs some time between two ticks").into());
        }
        if self.tickers.len() >= TICKERS_MAX {
            return Err(ScriptError::new(format!("a client has at most {TICKERS_MAX} `every`")).into());
        }
        let registered = self.register(handler)?;
        let (due, token) = (cx.now + period, self.token());
        cx.put(pc, What::Timer(due, token));
        self.tickers.push(Ticker { period: period.0, due, token, registered, is_waiting: false });
        Ok(Flow::Next)
    }
}

/// Ticks of one client beside each other: `every` in a loop would add them without end.
const TICKERS_MAX: usize = 1_000;

/// Sets what a path leads to, in a table of tables; what is null on the way becomes a table.
fn set_in(whole: Value, path: &[Name], value: Value) -> Result<Value, ScriptError> {
    let Some((first, rest)) = path.split_first() else { return Ok(value) };
    let mut table = match whole {
        Value::Table(table) => table,
        Value::Null => Table::empty(),
        other => {
            return Err(ScriptError::new(format!(
                "only a table has entries to set, and this is {}",
                other.type_name()
            )));
        }
    };
    let inner = if rest.is_empty() { Value::Null } else { table.get(first).cloned().unwrap_or(Value::Null) };
    let value = set_in(inner, rest, value)?;
    Arc::make_mut(&mut table).set(first.clone(), value)?;
    Ok(Value::Table(table))
}
