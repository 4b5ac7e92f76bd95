//! Messages: published, consumed, got, settled.

use crate::script::ast::{Block, Expr, Ident, Name, OptValue, Options, Stmt, StmtKind};
use crate::script::program::{
    Const, ConsumeSpec, ExprId, ExprOp, Handler, HandlerId, Instr, Property, PublishSpec,
};
use crate::text::Span;

use super::builder::Lowering;
use super::scope::{Meaning, declared};

impl Lowering {
    pub fn message(&mut self, statement: &Stmt) {
        let span = statement.head;
        match &statement.kind {
            StmtKind::Publish { body, exchange, options } => self.publish(body, exchange, options, span),
            StmtKind::Settle { how, message, options } => {
                let what = match message {
                    Some(message) => Some(self.expr(message)),
                    None => self.message_of_here(span),
                };
                let (multiple, requeue) = (options.has("multiple"), options.has("requeue"));
                self.emit(Instr::Settle { how: *how, what, multiple, requeue }, span);
            }
            StmtKind::Consume { queue, alias, options, handler } => {
                let handler =
                    handler.as_ref().map(|block| self.handler(block, "message", alias.as_ref(), span));
                let queue = self.name_ref(queue);
                let consumer_tag = options.expr("consumer_tag").map(|tag| self.expr(tag));
                let arguments = self.arguments(options);
                let spec = ConsumeSpec {
                    queue,
                    consumer_tag,
                    no_ack: options.has("no_ack"),
                    exclusive: options.has("exclusive"),
                    no_local: options.has("no_local"),
                    arguments,
                    handler,
                };
                self.emit(Instr::Consume(Box::new(spec)), span);
            }
            StmtKind::Get { queue, alias, options, body, otherwise } => {
                self.get(queue, alias.as_ref(), options, body.as_ref(), otherwise.as_ref(), span);
            }
            StmtKind::Cancel { tag } => {
                let tag = tag.as_ref().map(|tag| self.expr(tag));
                self.emit(Instr::Cancel(tag), span);
            }
            _ => {}
        }
    }

    /// The message that a bare `ack` means: that of the handler or `get` it stands in.
    fn message_of_here(&mut self, span: Span) -> Option<ExprId> {
        match self.scopes.find("message") {
            Some(Meaning::Variable(var, _)) => Some(self.finish(vec![(ExprOp::Var(var), span)])),
            _ => None,
        }
    }

    fn publish(&mut self, body: &Expr, exchange: &Name, options: &Options, span: Span) {
        let body = self.expr(body);
        let exchange = self.name_ref(exchange);
        let key = options.expr("key").map(|key| self.expr(key));
        let mut properties = Vec::new();
        for option in &options.0 {
            match &option.value {
                OptValue::None if option.spec.word == "persistent" => {
                    properties.push((Property::DeliveryMode, self.constant_expr(Const::Int(2), option.word)));
                }
                OptValue::Expr(value) => {
                    if let Some(property) = property(option.spec.word) {
                        properties.push((property, self.expr(value)));
                    }
                }
                _ => {}
            }
        }
        let place = self.place(options);
        let spec = PublishSpec {
            body,
            exchange,
            key,
            mandatory: options.has("mandatory"),
            immediate: options.has("immediate"),
            properties,
            place,
        };
        self.emit(Instr::Publish(Box::new(spec)), span);
    }

    /// A block that runs when something arrives, in an environment of its own: slot 0 is what arrived. Its code
    /// stands here, and is jumped over.
    pub fn handler(&mut self, block: &Block, arrived: &str, alias: Option<&Ident>, span: Span) -> HandlerId {
        let over = self.emit_jump(span);
        let start = self.pc();
        self.scopes.enter_environment();
        let slot = self.scopes.hidden();
        debug_assert!(matches!(slot, crate::script::program::Var::Local { hops: 0, slot: 0 }));
        if !arrived.is_empty() {
            self.scopes.call(arrived, 0);
        }
        if let Some(alias) = alias {
            self.scopes.call(&alias.text, 0);
        }
        self.statements(block);
        self.emit(Instr::End, span);
        let slots = self.scopes.leave_environment();
        self.land(over);
        let id = HandlerId(self.program.handlers.len() as u32);
        self.program.handlers.push(Handler { start, slots, at_client_level: !self.in_channel, span });
        id
    }

    fn get(
        &mut self,
        queue: &Name,
        alias: Option<&Ident>,
        options: &Options,
        body: Option<&Block>,
        otherwise: Option<&Block>,
        span: Span,
    ) {
        let no_ack = options.has("no_ack");
        let Some(body) = body else {
            let queue = self.name_ref(queue);
            let name = alias.map_or("message", |alias| &*alias.text);
            let var = self.variable(name, false);
            if let (crate::script::program::Var::Local { slot, .. }, Some(_)) = (var, alias) {
                self.scopes.call("message", slot);
            }
            let get = self.emit(Instr::Get { queue, no_ack, var, otherwise: 0 }, span);
            return self.land(get);
        };
        let mut get = 0;
        self.environment(1 + declared(body).len(), span, |lowering| {
            // Before the message has its name: `get "{message.reply_to}"` is the outer one's.
            let queue = lowering.name_ref(queue);
            let var = lowering.scopes.declare("message", false);
            if let Some(alias) = alias {
                lowering.scopes.call(&alias.text, 0);
            }
            get = lowering.emit(Instr::Get { queue, no_ack, var, otherwise: 0 }, span);
            lowering.statements(body);
        });
        let end = self.emit_jump(span);
        self.land(get);
        self.emit(Instr::PopScopes(1), span);
        if let Some(block) = otherwise {
            self.block(block);
        }
        self.land(end);
    }
}

fn property(word: &str) -> Option<Property> {
    Some(match word {
        "content_type" => Property::ContentType,
        "content_encoding" => Property::ContentEncoding,
        "headers" => Property::Headers,
        "delivery_mode" => Property::DeliveryMode,
        "priority" => Property::Priority,
        "correlation_id" => Property::CorrelationId,
        "reply_to" => Property::ReplyTo,
        "expiration" => Property::Expiration,
        "message_id" => Property::MessageId,
        "timestamp" => Property::Timestamp,
        "type" => Property::Type,
        "user_id" => Property::UserId,
        "app_id" => Property::AppId,
        _ => return None,
    })
}
