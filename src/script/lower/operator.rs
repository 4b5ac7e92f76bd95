//! `rabbitmqctl`'s commands and faults.

use crate::script::ast::{ClientRef as ClientWord, Expr, Name, NameKind, OptValue, Options, Stmt, StmtKind};
use crate::script::program::{AdminSpec, ExprId, Fault, Instr, NameRef};

use super::builder::Lowering;

impl Lowering {
    pub fn deed(&mut self, statement: &Stmt) {
        let span = statement.head;
        if let StmtKind::Admin { command, name, options, table } = &statement.kind {
            let instr = match *command {
                "stop_app" => Instr::Fault(Box::new(Fault::StopApp)),
                "start_app" => Instr::Fault(Box::new(Fault::StartApp)),
                command => self.admin(command, name.as_ref(), options, table.as_ref()),
            };
            self.emit(instr, span);
        } else if let Some(fault) = self.fault(statement) {
            self.emit(Instr::Fault(Box::new(fault)), span);
        }
    }

    fn fault(&mut self, statement: &Stmt) -> Option<Fault> {
        Some(match &statement.kind {
            StmtKind::Crash { client: Some(client) } => Fault::Crash(self.client_ref(client)?),
            StmtKind::Stop { client } => Fault::Stop(self.client_ref(client)?),
            StmtKind::Start { client } => Fault::Start(self.client_ref(client)?),
            StmtKind::Broker { kill, options } => {
                let taking = options.expr("taking").map(|taking| self.expr(taking));
                if *kill { Fault::KillBroker(taking) } else { Fault::RestartBroker(taking) }
            }
            StmtKind::Network { client: Some(client), up: Some(up), .. } => {
                Fault::Line(self.client_ref(client)?, *up)
            }
            StmtKind::Network { client, up: None, options } => self.network(client.as_ref(), options)?,
            StmtKind::Alarm { disk, on } => Fault::Alarm { memory: !disk, on: *on },
            _ => return None,
        })
    }

    fn network(&mut self, client: Option<&ClientWord>, options: &Options) -> Option<Fault> {
        let client = match client {
            Some(client) => Some(self.client_ref(client)?),
            None => None,
        };
        let latency = options.expr("latency").map(|latency| self.expr(latency));
        let jitter = options.expr("jitter").map(|jitter| self.expr(jitter));
        Some(Fault::Network { client, latency, jitter })
    }

    /// A command, its operands by name: what the words of the options say, and what the command's own operand is.
    fn admin(
        &mut self,
        command: &'static str,
        name: Option<&Name>,
        options: &Options,
        table: Option<&Expr>,
    ) -> Instr {
        let mut operands = Vec::new();
        let mut client = None;
        if let Some(name) = name {
            if command == "close_connection" {
                client = name.literal().and_then(|literal| {
                    Some(crate::script::program::ClientRef { client: self.client_id(literal)?, copy: None })
                });
            } else {
                let operand = self.name_operand(name);
                operands.push((self.name(own_operand(command)), operand));
            }
        }
        for option in &options.0 {
            let word = if option.spec.word == "topic_exchange" { "exchange" } else { option.spec.word };
            let value = match &option.value {
                OptValue::Name(name) => self.name_operand(name),
                OptValue::Expr(expr) => self.expr(expr),
                OptValue::None | OptValue::Match(..) => continue,
            };
            operands.push((self.name(word), value));
        }
        if let Some(table) = table {
            let definition = self.expr(table);
            operands.push((self.name("definition"), definition));
        }
        Instr::Admin(Box::new(AdminSpec { command: self.name(command), operands, client }))
    }

    fn name_operand(&mut self, name: &Name) -> ExprId {
        if let NameKind::Word(word) = &name.kind {
            return self.text_expr(word, name.span);
        }
        match self.name_ref(name) {
            NameRef::Fixed(fixed) => self.text_expr(&fixed, name.span),
            NameRef::Computed(id) => id,
        }
    }
}

/// What the name behind a command is.
fn own_operand(command: &str) -> &'static str {
    match command {
        "add_vhost" | "delete_vhost" | "set_vhost_limits" | "clear_vhost_limits" => "vhost",
        "set_policy" | "clear_policy" | "set_operator_policy" | "clear_operator_policy" => "name",
        _ => "user",
    }
}
