//! Exchanges, queues, bindings and the modes of channels: methods that wait for their reply.

use crate::amqp::{FieldTable, FieldValue, Method, Name};
use crate::script::program::{Arguments, BindSpec, ExchangeSpec, ExprId, NameRef, Pc, Place, QueueSpec, Var};
use crate::sim::eval::Eval;
use crate::sim::port::ToBroker;
use crate::sim::value::{ScriptError, Value, field_of};

use super::frame::{Call, WaitOn};
use super::machine::Client;
use super::output::What;
use super::step::{Done, Flow, Surroundings};

/// The arguments of a declaration, a binding or a consumer.
pub(super) fn arguments(eval: &mut Eval<'_>, arguments: &Arguments) -> Result<FieldTable, ScriptError> {
    let mut table = FieldTable::default();
    for (name, value) in &arguments.named {
        match eval.settled(*value)? {
            Value::Null => {}
            value => table.set(name, field_of(&value)?),
        }
    }
    if let Some(rest) = arguments.table {
        match eval.settled(rest)? {
            Value::Null => {}
            Value::Table(rest) => {
                for (name, value) in rest.entries() {
                    table.set(name, field_of(value)?);
                }
            }
            other => {
                return Err(ScriptError::new(format!(
                    "arguments are a table, and this is {}",
                    other.type_name()
                )));
            }
        }
    }
    eval.fuel.burn(table.0.len() as u64)?;
    Ok(table)
}

impl Client {
    /// Sends a method and waits for its reply.
    pub(super) fn ask(
        &mut self,
        cx: &mut Surroundings<'_>,
        pc: Pc,
        channel: u16,
        place: &Place,
        method: Method,
        call: Call,
    ) -> Done<Flow> {
        self.check_usable(channel)?;
        if self.is_operator {
            cx.put(pc, What::Operate(place.clone(), Box::new(method)));
        } else {
            cx.put(pc, What::Send(ToBroker::Method(channel + 1, method)));
        }
        Ok(self.wait_on(WaitOn::reply(channel, call), 0, pc))
    }

    /// A method without operands.
    pub(super) fn plain(
        &mut self,
        cx: &mut Surroundings<'_>,
        pc: Pc,
        channel: u16,
        method: Method,
    ) -> Done<Flow> {
        self.ask(cx, pc, channel, &Place::default(), method, Call::Plain)
    }

    pub(super) fn confirm(&mut self, cx: &mut Surroundings<'_>, pc: Pc, channel: u16) -> Done<Flow> {
        self.ask(cx, pc, channel, &Place::default(), Method::ConfirmSelect, Call::Confirm)
    }

    pub(super) fn prefetch(
        &mut self,
        cx: &mut Surroundings<'_>,
        pc: Pc,
        channel: u16,
        count: ExprId,
        global: bool,
    ) -> Done<Flow> {
        let count = match self.eval(cx, |eval| eval.settled(count))? {
            Value::Int(count) => u16::try_from(count)
                .map_err(|_| ScriptError::new("prefetch is a number from 0 (no limit) to 65535"))?,
            other => {
                return Err(ScriptError::new(format!(
                    "prefetch is a number, and this is {}",
                    other.type_name()
                ))
                .into());
            }
        };
        self.plain(cx, pc, channel, Method::BasicQos { prefetch_size: 0, prefetch_count: count, global })
    }

    pub(super) fn exchange(
        &mut self,
        cx: &mut Surroundings<'_>,
        pc: Pc,
        channel: u16,
        spec: &ExchangeSpec,
    ) -> Done<Flow> {
        let (exchange, arguments) =
            self.eval(cx, |eval| Ok((eval.name_of(&spec.name)?, arguments(eval, &spec.arguments)?)))?;
        if let Some(alias) = spec.alias {
            self.assign(cx, alias, Value::Text(exchange.clone()));
        }
        let method = Method::ExchangeDeclare {
            exchange,
            kind: spec.kind.clone(),
            passive: spec.passive,
            durable: spec.durable,
            auto_delete: spec.auto_delete,
            internal: spec.internal,
            arguments,
        };
        self.ask(cx, pc, channel, &spec.place, method, Call::Plain)
    }

    pub(super) fn queue(
        &mut self,
        cx: &mut Surroundings<'_>,
        pc: Pc,
        channel: u16,
        spec: &QueueSpec,
    ) -> Done<Flow> {
        let (queue, arguments) =
            self.eval(cx, |eval| Ok((eval.name_of(&spec.name)?, arguments(eval, &spec.arguments)?)))?;
        let method = Method::QueueDeclare {
            queue,
            passive: spec.passive,
            durable: spec.durable,
            exclusive: spec.exclusive,
            auto_delete: spec.auto_delete,
            arguments,
        };
        self.ask(cx, pc, channel, &spec.place, method, Call::Queue { alias: spec.alias })
    }

    pub(super) fn bind(
        &mut self,
        cx: &mut Surroundings<'_>,
        pc: Pc,
        channel: u16,
        spec: &BindSpec,
    ) -> Done<Flow> {
        let (destination, source, routing_key, arguments) = self.eval(cx, |eval| {
            let key = spec.key.map(|key| eval.text(key)).transpose()?;
            Ok((
                eval.name_of(&spec.destination)?,
                eval.name_of(&spec.source)?,
                key.unwrap_or_else(|| Name::from("")),
                arguments(eval, &spec.arguments)?,
            ))
        })?;
        let method = match (spec.to_exchange, spec.unbind) {
            (true, false) => Method::ExchangeBind { destination, source, routing_key, arguments },
            (true, true) => Method::ExchangeUnbind { destination, source, routing_key, arguments },
            (false, false) => {
                Method::QueueBind { queue: destination, exchange: source, routing_key, arguments }
            }
            (false, true) => {
                Method::QueueUnbind { queue: destination, exchange: source, routing_key, arguments }
            }
        };
        self.ask(cx, pc, channel, &spec.place, method, Call::Plain)
    }

    pub(super) fn delete_exchange(
        &mut self,
        cx: &mut Surroundings<'_>,
        pc: Pc,
        channel: u16,
        name: &NameRef,
        if_unused: bool,
    ) -> Done<Flow> {
        let exchange = self.eval(cx, |eval| eval.name_of(name))?;
        self.plain(cx, pc, channel, Method::ExchangeDelete { exchange, if_unused })
    }

    pub(super) fn delete_queue(
        &mut self,
        cx: &mut Surroundings<'_>,
        pc: Pc,
        channel: u16,
        name: &NameRef,
        if_unused: bool,
        if_empty: bool,
    ) -> Done<Flow> {
        let queue = self.eval(cx, |eval| eval.name_of(name))?;
        self.plain(cx, pc, channel, Method::QueueDelete { queue, if_unused, if_empty })
    }

    pub(super) fn purge(
        &mut self,
        cx: &mut Surroundings<'_>,
        pc: Pc,
        channel: u16,
        name: &NameRef,
        alias: Option<Var>,
    ) -> Done<Flow> {
        let queue = self.eval(cx, |eval| eval.name_of(name))?;
        self.ask(cx, pc, channel, &Place::default(), Method::QueuePurge { queue }, Call::Purge { alias })
    }
}

/// Keeps the table of headers when it is one.
pub(super) fn headers(value: &Value) -> Result<Option<FieldTable>, ScriptError> {
    match value {
        Value::Null => Ok(None),
        Value::Table(_) => match field_of(value)? {
            FieldValue::Table(table) => Ok(Some(table)),
            _ => Ok(None),
        },
        other => Err(ScriptError::new(format!("headers are a table, and this is {}", other.type_name()))),
    }
}
