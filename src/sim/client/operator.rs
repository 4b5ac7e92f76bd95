//! What only the operator does: rabbitmqctl's commands and faults.

use crate::amqp::{FieldTable, Name, SimDuration};
use crate::broker::{Alarm, Operator, Policy, PolicyScope, Stop};
use crate::script::program::{AdminSpec, ExprId, Fault, Pc};
use crate::sim::value::{ScriptError, Value, field_of, text_of};

use super::frame::{Call, WaitOn};
use super::machine::Client;
use super::output::{Deed, What};
use super::step::{Done, Flow, Surroundings};

/// How long a restart takes where the script does not say.
const RESTART: SimDuration = SimDuration::secs(1);

/// The operands of a command, worked out.
struct Operands(Vec<(Name, Value)>);

impl Operands {
    fn value(&self, name: &str) -> Option<&Value> {
        self.0
            .iter()
            .find(|(other, _)| &**other == name)
            .map(|(_, value)| value)
            .filter(|v| !matches!(v, Value::Null))
    }

    fn text(&self, name: &str) -> Option<Name> {
        self.value(name).map(|value| Name::from(text_of(value)))
    }

    fn need(&self, name: &str) -> Result<Name, ScriptError> {
        self.text(name).ok_or_else(|| ScriptError::new(format!("`{name}` is missing")))
    }

    fn or_empty(&self, name: &str) -> Name {
        self.text(name).unwrap_or_else(|| Name::from(""))
    }

    fn vhost(&self) -> Name {
        self.text("vhost").unwrap_or_else(|| Name::from("/"))
    }

    fn list(&self, name: &str) -> Vec<Name> {
        match self.value(name) {
            Some(Value::List(list)) => list.items().iter().map(|item| Name::from(text_of(item))).collect(),
            Some(value) => text_of(value).split_whitespace().map(Name::from).collect(),
            None => Vec::new(),
        }
    }
}

impl Client {
    pub(super) fn admin(&mut self, cx: &mut Surroundings<'_>, pc: Pc, spec: &AdminSpec) -> Done<Flow> {
        let operands = self.eval(cx, |eval| {
            let operand = |(name, value): &(Name, ExprId)| Ok((name.clone(), eval.settled(*value)?));
            spec.operands.iter().map(operand).collect::<Result<Vec<_>, ScriptError>>().map(Operands)
        })?;
        let deed = match spec.client {
            Some(client) => Deed::CloseConnection(client, operands.or_empty("reason")),
            None => Deed::Admin(command(&spec.command, &operands)?),
        };
        Ok(self.deed(cx, pc, deed))
    }

    /// Hands a deed over, and goes on when it is done.
    fn deed(&mut self, cx: &mut Surroundings<'_>, pc: Pc, deed: Deed) -> Flow {
        cx.put(pc, What::Deed(Box::new(deed)));
        self.wait_on(WaitOn::reply(0, Call::Plain), 0, pc)
    }

    pub(super) fn fault(&mut self, cx: &mut Surroundings<'_>, pc: Pc, fault: &Fault) -> Done<Flow> {
        let mut length = |value: &Option<ExprId>| value.map(|value| self.duration(cx, value)).transpose();
        let deed = match fault {
            Fault::Crash(client) => Deed::Crash(*client),
            Fault::Stop(client) => Deed::Stop(*client),
            Fault::Start(client) => Deed::Start(*client),
            Fault::RestartBroker(taking) => Deed::Bounce(Stop::Clean, length(taking)?.unwrap_or(RESTART)),
            Fault::KillBroker(taking) => Deed::Bounce(Stop::Kill, length(taking)?.unwrap_or(RESTART)),
            Fault::StopApp => Deed::StopApp,
            Fault::StartApp => Deed::StartApp,
            Fault::Line(client, up) => Deed::Line(*client, *up),
            Fault::Network { client, latency, jitter } => {
                Deed::Network { client: *client, latency: length(latency)?, jitter: length(jitter)? }
            }
            Fault::Alarm { memory, on } => {
                let alarm = if *memory { Alarm::Memory } else { Alarm::Disk };
                Deed::Admin(Operator::Alarm { alarm, on: *on })
            }
        };
        Ok(self.deed(cx, pc, deed))
    }
}

fn command(command: &str, operands: &Operands) -> Result<Operator, ScriptError> {
    let user = || operands.need("user");
    let vhost = operands.vhost();
    Ok(match command {
        "add_user" => Operator::AddUser {
            user: user()?,
            password: operands.text("password").map_or_else(user, Ok)?,
            tags: operands.list("tags"),
        },
        "delete_user" => Operator::DeleteUser { user: user()? },
        "change_password" => Operator::ChangePassword { user: user()?, password: operands.need("password")? },
        "set_user_tags" => Operator::SetUserTags { user: user()?, tags: operands.list("tags") },
        "add_vhost" => Operator::AddVhost { vhost },
        "delete_vhost" => Operator::DeleteVhost { vhost },
        "set_permissions" => Operator::SetPermissions {
            user: user()?,
            vhost,
            configure: operands.or_empty("configure"),
            write: operands.or_empty("write"),
            read: operands.or_empty("read"),
        },
        "clear_permissions" => Operator::ClearPermissions { user: user()?, vhost },
        "set_topic_permissions" => Operator::SetTopicPermissions {
            user: user()?,
            vhost,
            exchange: operands.need("exchange")?,
            write: operands.or_empty("write"),
            read: operands.or_empty("read"),
        },
        "clear_topic_permissions" => {
            Operator::ClearTopicPermissions { user: user()?, vhost, exchange: operands.text("exchange") }
        }
        "close_all_connections" => Operator::CloseAllConnections {
            vhost: operands.text("vhost"),
            reason: operands.or_empty("reason"),
        },
        "set_vhost_limits" => {
            Operator::SetVhostLimits { vhost, limits: definition(operands, "the limits of a vhost")? }
        }
        "clear_vhost_limits" => Operator::ClearVhostLimits { vhost },
        "set_user_limits" => {
            Operator::SetUserLimits { user: user()?, limits: definition(operands, "the limits of a user")? }
        }
        "clear_user_limits" => Operator::ClearUserLimits {
            user: user()?,
            limit: operands.text("limit").map(|limit| Name::from(limit.replace('_', "-"))),
        },
        "trace_on" | "trace_off" => Operator::Trace { vhost, on: command == "trace_on" },
        "set_policy" | "set_operator_policy" => {
            Operator::SetPolicy(policy(operands, vhost, command == "set_operator_policy")?)
        }
        "clear_policy" | "clear_operator_policy" => Operator::ClearPolicy {
            vhost,
            name: operands.need("name")?,
            operator: command == "clear_operator_policy",
        },
        "stop_app" => Operator::Stop(Stop::App),
        "start_app" => Operator::Start,
        other => return Err(ScriptError::new(format!("`{other}` is not known here"))),
    })
}

fn policy(operands: &Operands, vhost: Name, operator: bool) -> Result<Policy, ScriptError> {
    let apply_to = match operands.text("apply_to").as_deref() {
        None | Some("all") => PolicyScope::All,
        Some("queues") => PolicyScope::Queues,
        Some("exchanges") => PolicyScope::Exchanges,
        Some("classic_queues") => PolicyScope::ClassicQueues,
        Some("quorum_queues") => PolicyScope::QuorumQueues,
        Some("streams") => PolicyScope::Streams,
        Some(other) => return Err(ScriptError::new(format!("apply_to does not know `{other}`"))),
    };
    let priority = match operands.value("priority") {
        None => 0,
        Some(Value::Int(priority)) => *priority,
        Some(other) => {
            return Err(ScriptError::new(format!("priority is a number, and this is {}", other.type_name())));
        }
    };
    Ok(Policy {
        vhost,
        name: operands.need("name")?,
        pattern: operands.text("pattern").unwrap_or_else(|| Name::from(".*")),
        apply_to,
        priority,
        definition: definition(operands, "a policy")?,
        operator,
    })
}

/// The table of a command. Its keys are written as the arguments are, `message_ttl`; rabbitmqctl writes
/// `message-ttl`.
fn definition(operands: &Operands, what: &str) -> Result<FieldTable, ScriptError> {
    let mut definition = FieldTable::default();
    match operands.value("definition") {
        Some(Value::Table(table)) => {
            for (name, value) in table.entries() {
                definition.set(&name.replace('_', "-"), field_of(value)?);
            }
        }
        None => {}
        Some(other) => {
            return Err(ScriptError::new(format!("{what}: a table, and this is {}", other.type_name())));
        }
    }
    Ok(definition)
}
