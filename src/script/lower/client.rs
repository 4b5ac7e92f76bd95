//! Clients.

use crate::amqp::{SimDuration, SimTime};
use crate::script::ast::{Block, Expr, ExprKind, Ident, Options, StmtKind, Tree};
use crate::script::program::{ClientDef, HEARTBEAT, Instr, Role};

use super::builder::Lowering;
use super::scope::declared;

impl Lowering {
    /// All clients, in text order.
    pub fn clients(&mut self, tree: &Tree) {
        // In a client only its own aliases are names.
        self.scopes.forget_aliases();
        for statement in &tree.statements {
            if let StmtKind::Client { role, name, options, body } = &statement.kind {
                self.client(*role, name, options, body);
            }
        }
    }

    fn client(&mut self, role: Role, name: &Ident, options: &Options, body: &Block) {
        let main = self.name("main");
        (self.channel, self.in_channel, self.channels) = (0, false, vec![main]);
        let start = self.pc();
        self.scopes.enter_environment();
        self.statements(body);
        self.emit(Instr::End, body.span);
        let slots = self.scopes.leave_environment();
        let slot_names = declared(body).into_iter().map(|variable| self.name(variable)).collect();
        let named = |word: &str, default: &'static str| {
            options.name(word).and_then(|name| name.literal()).unwrap_or(default).to_owned()
        };
        let (user, vhost) = (named("user", "guest"), named("vhost", "/"));
        let client = ClientDef {
            name: self.name(&name.text),
            role,
            span: name.span,
            user: self.name(&user),
            password: options.expr("password").and_then(Expr::literal).map(|password| self.name(password)),
            vhost: self.name(&vhost),
            starts_at: SimTime(options.expr("starts").map_or(0, micros)),
            times: options.expr("times").map_or(1, times),
            heartbeat: options.expr("heartbeat").map_or(HEARTBEAT, |interval| SimDuration(micros(interval))),
            start,
            channels: std::mem::take(&mut self.channels),
            slots,
            slot_names,
        };
        self.channel = 0;
        self.program.clients.push(client);
    }
}

fn micros(expr: &Expr) -> u64 {
    if let ExprKind::Duration(micros) = expr.kind { micros } else { 0 }
}

fn times(expr: &Expr) -> u16 {
    if let ExprKind::Int(times) = expr.kind { u16::try_from(times).unwrap_or(1).max(1) } else { 1 }
}
