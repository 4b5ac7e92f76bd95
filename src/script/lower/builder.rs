//! The program under construction: instructions, expressions, constants, names.

use std::collections::BTreeMap;

use crate::amqp::{Name, name};
use crate::script::ast::{StmtKind, Tree};
use crate::script::program::{ClientDefId, ClientRef, Const, ConstId, ExprId, ExprOp, Instr, Pc, Program};
use crate::text::Span;

use super::scope::Scopes;

/// A lowering at work.
pub(super) struct Lowering {
    pub program: Program,
    pub scopes: Scopes,
    /// Variables of the world, and whether each is an alias of a queue.
    pub world_names: Vec<(Name, bool)>,
    /// Their slots.
    pub world_slots: BTreeMap<Name, u16>,
    /// The channel whose block this is in, an index into the client's `channels`.
    pub channel: u16,
    /// Inside a `channel` block.
    pub in_channel: bool,
    /// The channels of the client at work.
    pub channels: Vec<Name>,
    /// Clients by name.
    clients: BTreeMap<Box<str>, ClientDefId>,
    /// Every name once.
    names: BTreeMap<Box<str>, Name>,
    /// The expression at work, innermost last.
    pub code: Vec<(ExprOp, Span)>,
}

impl Lowering {
    pub fn new(tree: &Tree) -> Self {
        let mut lowering = Self {
            program: Program::default(),
            scopes: Scopes::default(),
            world_names: Vec::new(),
            world_slots: BTreeMap::new(),
            channel: 0,
            in_channel: false,
            channels: Vec::new(),
            clients: BTreeMap::new(),
            names: BTreeMap::new(),
            code: Vec::new(),
        };
        for statement in &tree.statements {
            let found = match &statement.kind {
                StmtKind::Let { variable, .. } => Some((variable, false)),
                StmtKind::Queue { alias: Some(alias), .. } => Some((alias, true)),
                StmtKind::Purge { alias: Some(alias), .. } => Some((alias, false)),
                StmtKind::Client { name, .. } => {
                    let id = ClientDefId(lowering.clients.len() as u32);
                    lowering.clients.entry(name.text.clone()).or_insert(id);
                    None
                }
                _ => None,
            };
            if let Some((variable, alias)) = found {
                let variable = lowering.name(&variable.text);
                let next = u16::try_from(lowering.world_names.len()).unwrap_or(u16::MAX);
                let slot = *lowering.world_slots.entry(variable.clone()).or_insert(next);
                match lowering.world_names.get_mut(usize::from(slot)) {
                    Some((_, known)) => *known |= alias,
                    None => lowering.world_names.push((variable, alias)),
                }
            }
        }
        lowering.program.world = lowering.world_names.iter().map(|(world, _)| world.clone()).collect();
        lowering
    }

    /// The next instruction's place.
    pub fn pc(&self) -> Pc {
        self.program.code.len() as Pc
    }

    /// Adds an instruction.
    pub fn emit(&mut self, instr: Instr, span: Span) -> Pc {
        let pc = self.pc();
        self.program.code.push(instr);
        self.program.spans.push(span);
        self.program.channels.push(self.channel);
        pc
    }

    /// Adds a jump whose target is not known yet.
    pub fn emit_jump(&mut self, span: Span) -> Pc {
        self.emit(Instr::Jump(0), span)
    }

    /// Makes the instruction at `pc` go on here: its target was not known.
    pub fn land(&mut self, pc: Pc) {
        let here = self.pc();
        if let Some(instr) = self.program.code.get_mut(pc as usize) {
            match instr {
                Instr::Jump(target) | Instr::Unless(_, target) => *target = here,
                Instr::ForNext { end, .. } => *end = here,
                Instr::PushTry { catch, .. } => *catch = here,
                Instr::Get { otherwise, .. } => *otherwise = here,
                Instr::WaitUntil { otherwise, .. }
                | Instr::WaitForConfirms { otherwise, .. }
                | Instr::Reconnect { otherwise, .. } => *otherwise = Some(here),
                _ => {}
            }
        }
    }

    /// The one shared name of that text.
    pub fn name(&mut self, text: &str) -> Name {
        if let Some(known) = self.names.get(text) {
            return known.clone();
        }
        let made = name(text);
        self.names.insert(text.into(), made.clone());
        made
    }

    /// A new constant.
    pub fn constant(&mut self, value: Const) -> ConstId {
        let id = ConstId(self.program.constants.len() as u32);
        self.program.constants.push(value);
        id
    }

    /// An expression that is a constant.
    pub fn constant_expr(&mut self, value: Const, span: Span) -> ExprId {
        let id = self.constant(value);
        self.finish(vec![(ExprOp::Const(id), span)])
    }

    /// An expression that is a text.
    pub fn text_expr(&mut self, text: &str, span: Span) -> ExprId {
        let text = self.name(text);
        self.constant_expr(Const::Text(text), span)
    }

    /// Adds a whole expression.
    pub fn finish(&mut self, code: Vec<(ExprOp, Span)>) -> ExprId {
        let id = ExprId(self.program.expressions.len() as u32);
        let start = self.program.ops.len() as u32;
        for (op, span) in code {
            self.program.ops.push(op);
            self.program.op_spans.push(span);
        }
        self.program.expressions.push((start, self.program.ops.len() as u32));
        id
    }

    /// The client of that name.
    pub fn client_id(&self, name: &str) -> Option<ClientDefId> {
        self.clients.get(name).copied()
    }

    /// A client, or one of its copies.
    pub fn client_ref(&self, client: &crate::script::ast::ClientRef) -> Option<ClientRef> {
        let copy = client.copy.and_then(|copy| u16::try_from(copy.value).ok());
        Some(ClientRef { client: self.client_id(&client.name.text)?, copy })
    }
}
