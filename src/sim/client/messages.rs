//! Publishing, consuming, getting and settling.

use std::sync::Arc;

use crate::amqp::{DeliveryTag, Method, Name, Properties, Template};
use crate::script::program::{
    Const, ConsumeSpec, ExprId, NameRef, Operand, Pc, Place, Program, Property, PublishSpec, Settle, Var,
};
use crate::sim::eval::Eval;
use crate::sim::port::{Content, ToBroker};
use crate::sim::value::{ScriptError, Value, text_of};

use super::errors::own;
use super::frame::{Call, WaitOn};
use super::machine::{Client, Made};
use super::output::What;
use super::step::{Done, Failure, Flow, Surroundings};
use super::topology::{arguments, headers};

/// What a publish costs beside its instructions: it is routed by the broker, too.
const PUBLISH_FUEL: u64 = 8;

impl Client {
    /// Never blocks, and never fails where it stands but for what is known to be closed.
    #[inline(never)]
    pub(super) fn publish(
        &mut self,
        cx: &mut Surroundings<'_>,
        pc: Pc,
        channel: u16,
        spec: &PublishSpec,
    ) -> Done<Flow> {
        self.check_usable(channel)?;
        cx.fuel.burn(PUBLISH_FUEL)?;
        let template = self.template(cx, pc, spec)?;
        let body = self.body(cx, spec.body)?;
        if self.is_operator {
            let method = Method::BasicPublish { template, body };
            cx.put(pc, What::Operate(spec.place.clone(), Box::new(method)));
            return Ok(self.wait_on(WaitOn::reply(channel, Call::Plain), 0, pc));
        }
        if let Some(state) = self.channels.get_mut(usize::from(channel))
            && state.confirms
        {
            state.seq += 1;
            let content = Content { template: template.clone(), body: body.clone() };
            state.unanswered.insert(state.seq, content);
        }
        let method = Method::BasicPublish { template, body };
        cx.put(pc, What::Send(ToBroker::Method(channel + 1, method)));
        Ok(Flow::Next)
    }

    /// The bytes of a body. Written out, no value is made of it.
    fn body(&mut self, cx: &mut Surroundings<'_>, id: ExprId) -> Done<Arc<[u8]>> {
        if let Some(Operand::Constant(Const::Text(text))) = cx.program.only(id) {
            cx.fuel.burn(1)?;
            return Ok(Arc::from(text.clone()));
        }
        self.computed_body(cx, id)
    }

    #[inline(never)]
    fn computed_body(&mut self, cx: &mut Surroundings<'_>, id: ExprId) -> Done<Arc<[u8]>> {
        Ok(match self.settled(cx, id)? {
            Value::Text(text) => Arc::from(text),
            Value::Message(message) => message.content.body.clone(),
            Value::Field(field) => match &*field {
                crate::amqp::FieldValue::Bytes(bytes) => bytes.clone(),
                _ => Arc::from(text_of(&Value::Field(field)).into_bytes()),
            },
            other => Arc::from(text_of(&other).into_bytes()),
        })
    }

    /// Exchange, key and properties: the same `Arc` as long as nothing in them changes.
    fn template(&mut self, cx: &mut Surroundings<'_>, pc: Pc, spec: &PublishSpec) -> Done<Arc<Template>> {
        match self.templates.get(&pc) {
            Some(made) if made.is_constant => Ok(made.template.clone()),
            _ => self.computed_template(cx, pc, spec),
        }
    }

    #[inline(never)]
    fn computed_template(
        &mut self,
        cx: &mut Surroundings<'_>,
        pc: Pc,
        spec: &PublishSpec,
    ) -> Done<Arc<Template>> {
        let known = self.templates.get(&pc).map(|made| made.template.clone());
        let made = self.eval(cx, |eval| {
            let key = spec.key.map(|key| eval.text(key)).transpose()?;
            let mut properties = Properties::default();
            for (property, value) in &spec.properties {
                set_property(eval, &mut properties, *property, *value)?;
            }
            Ok(Template {
                exchange: eval.name_of(&spec.exchange)?,
                routing_key: key.unwrap_or_else(|| Name::from("")),
                mandatory: spec.mandatory,
                immediate: spec.immediate,
                properties,
            })
        })?;
        if let Some(template) = known.filter(|template| **template == made) {
            return Ok(template);
        }
        let template = Arc::new(made);
        let made = Made { template: template.clone(), is_constant: is_constant(cx.program, spec) };
        self.templates.insert(pc, made);
        Ok(template)
    }

    pub(super) fn consume(
        &mut self,
        cx: &mut Surroundings<'_>,
        pc: Pc,
        channel: u16,
        spec: &ConsumeSpec,
    ) -> Done<Flow> {
        let (queue, tag, arguments) = self.eval(cx, |eval| {
            let tag = spec.consumer_tag.map(|tag| eval.text(tag)).transpose()?;
            Ok((eval.name_of(&spec.queue)?, tag, arguments(eval, &spec.arguments)?))
        })?;
        let tag = tag.unwrap_or_else(|| {
            let number = self.next_tag;
            self.next_tag += 1;
            Name::from(format!("{}.{number}", self.name))
        });
        let method = Method::BasicConsume {
            queue,
            consumer_tag: tag.clone(),
            no_local: spec.no_local,
            no_ack: spec.no_ack,
            exclusive: spec.exclusive,
            arguments,
        };
        self.ask(cx, pc, channel, &Place::default(), method, Call::Consume { tag, handler: spec.handler })
    }

    /// Without a tag: in a handler its own consumer, else the channel's last one.
    pub(super) fn cancel(
        &mut self,
        cx: &mut Surroundings<'_>,
        pc: Pc,
        channel: u16,
        tag: Option<ExprId>,
    ) -> Done<Flow> {
        let given = tag.map(|tag| self.eval(cx, |eval| eval.text(tag))).transpose()?;
        let (channel, tag) = match (given, self.frames.own_consumer()) {
            (Some(tag), _) => (channel, tag),
            (None, Some(own)) => own,
            (None, None) => {
                let last = self.channels.get(usize::from(channel)).and_then(|one| one.consumers.last());
                let Some(last) = last else {
                    return Err(Failure::Raised(own("there is no consumer to cancel")));
                };
                (channel, last.tag.clone())
            }
        };
        let method = Method::BasicCancel { consumer_tag: tag.clone() };
        self.ask(cx, pc, channel, &Place::default(), method, Call::Cancel { tag })
    }

    #[expect(clippy::too_many_arguments, reason = "an instruction's operands")]
    pub(super) fn get(
        &mut self,
        cx: &mut Surroundings<'_>,
        pc: Pc,
        channel: u16,
        queue: &NameRef,
        no_ack: bool,
        var: Var,
        otherwise: Pc,
    ) -> Done<Flow> {
        let queue = self.eval(cx, |eval| eval.name_of(queue))?;
        let call = Call::Get { var, otherwise };
        self.ask(cx, pc, channel, &Place::default(), Method::BasicGet { queue, no_ack }, call)
    }

    /// Never blocks. The tag goes over this channel, whatever channel the message came by.
    #[inline]
    #[expect(clippy::too_many_arguments, reason = "an instruction's operands")]
    pub(super) fn settle(
        &mut self,
        cx: &mut Surroundings<'_>,
        pc: Pc,
        channel: u16,
        how: Settle,
        what: Option<ExprId>,
        multiple: bool,
        requeue: bool,
    ) -> Done<Flow> {
        self.check_usable(channel)?;
        let delivery_tag = match what {
            Some(what) => match self.in_variable(cx, what)? {
                // Nearly always.
                Some(Value::Message(message)) => message.tag,
                Some(value) => tag_of(value)?,
                None => self.computed_tag(cx, what)?,
            },
            None => match self.frames.message() {
                Some(message) => message.tag,
                None => return Err(Failure::Raised(own("there is no message here to settle"))),
            },
        };
        let method = match how {
            Settle::Ack => Method::BasicAck { delivery_tag, multiple },
            Settle::Nack => Method::BasicNack { delivery_tag, multiple, requeue },
            Settle::Reject => Method::BasicReject { delivery_tag, requeue },
        };
        cx.put(pc, What::Send(ToBroker::Method(channel + 1, method)));
        Ok(Flow::Next)
    }

    #[inline(never)]
    fn computed_tag(&mut self, cx: &mut Surroundings<'_>, what: ExprId) -> Done<DeliveryTag> {
        tag_of(&self.settled(cx, what)?)
    }
}

/// The tag by which a message is settled: its own, or a number.
#[inline(never)]
fn tag_of(what: &Value) -> Done<DeliveryTag> {
    match what {
        Value::Message(message) => Ok(message.tag),
        Value::Int(tag) => {
            Ok(u64::try_from(*tag).map_err(|_| ScriptError::new("a delivery tag is a number from 0 on"))?)
        }
        other => {
            let text =
                format!("a message or a delivery tag is wanted here, and this is {}", other.type_name());
            Err(ScriptError::new(text).into())
        }
    }
}

/// Whether all but the body of a publish is written out.
fn is_constant(program: &Program, spec: &PublishSpec) -> bool {
    let is_constant = |id: &ExprId| program.constant(*id).is_some();
    matches!(spec.exchange, NameRef::Fixed(_))
        && spec.key.as_ref().is_none_or(is_constant)
        && spec.properties.iter().all(|(_, value)| is_constant(value))
}

fn set_property(
    eval: &mut Eval<'_>,
    properties: &mut Properties,
    property: Property,
    value: ExprId,
) -> Result<(), ScriptError> {
    let value = eval.settled(value)?;
    if matches!(value, Value::Null) {
        return Ok(());
    }
    let text = || Some(Name::from(text_of(&value)));
    match property {
        Property::Headers => properties.headers = headers(&value)?,
        Property::DeliveryMode => properties.delivery_mode = Some(small(&value, "delivery_mode")?),
        Property::Priority => properties.priority = Some(small(&value, "priority")?),
        Property::Timestamp => properties.timestamp = Some(timestamp(&value)?),
        // A duration goes as its milliseconds; text is passed on as it stands.
        Property::Expiration => {
            properties.expiration = match &value {
                Value::Duration(duration) => Some(Name::from(duration.as_millis().to_string())),
                _ => text(),
            }
        }
        Property::ContentType => properties.content_type = text(),
        Property::ContentEncoding => properties.content_encoding = text(),
        Property::CorrelationId => properties.correlation_id = text(),
        Property::ReplyTo => properties.reply_to = text(),
        Property::MessageId => properties.message_id = text(),
        Property::Type => properties.kind = text(),
        Property::UserId => properties.user_id = text(),
        Property::AppId => properties.app_id = text(),
        Property::ClusterId => properties.cluster_id = text(),
    }
    Ok(())
}

fn small(value: &Value, what: &str) -> Result<u8, ScriptError> {
    match value {
        Value::Int(number) => {
            u8::try_from(*number).map_err(|_| ScriptError::new(format!("{what} is from 0 to 255")))
        }
        other => Err(ScriptError::new(format!("{what} is a number, and this is {}", other.type_name()))),
    }
}

fn timestamp(value: &Value) -> Result<u64, ScriptError> {
    match value {
        Value::Int(number) => u64::try_from(*number).ok(),
        Value::Field(field) => match &**field {
            crate::amqp::FieldValue::Timestamp(at) => Some(*at),
            field => field.as_integer().and_then(|number| u64::try_from(number).ok()),
        },
        Value::Duration(duration) => Some(duration.0 / 1_000_000),
        _ => None,
    }
    .ok_or_else(|| ScriptError::new("a timestamp is a number of seconds"))
}
