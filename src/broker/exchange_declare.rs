//! exchange.declare, delete, bind, unbind.

use crate::amqp::{FieldTable, FieldValue, Method, Name, name};

use super::arguments::{self, plain_name};
use super::binding::{Destination, sorted};
use super::config::Plugins;
use super::consistent_hash;
use super::effect::{ExchangeId, Reply};
use super::exchange::{DELAYED, DELAYED_TYPE, ExchangeKind, ExchangeSpec, delayed_type};
use super::headers;
use super::kept;
use super::machine::{At, Broker};
use super::permissions::Access;
use super::queue::QueueKind;
use super::refusal::{Outcome, Refusal};
use super::vhost::VhostId;

/// exchange.declare, but for passive ones.
struct Declare {
    exchange: Name,
    kind: Name,
    durable: bool,
    auto_delete: bool,
    internal: bool,
    arguments: FieldTable,
}

impl Broker {
    pub(super) fn exchange_method(&mut self, at: At, method: Method) -> Outcome {
        match method {
            Method::ExchangeDeclare { exchange, passive: true, .. } => {
                self.exchange_passive(at, &exchange)?
            }
            Method::ExchangeDeclare {
                exchange,
                kind,
                passive: false,
                durable,
                auto_delete,
                internal,
                arguments,
            } => {
                let exchange = plain_name(&exchange);
                let declare = Declare { exchange, kind, durable, auto_delete, internal, arguments };
                self.exchange_declare(at, declare)?;
            }
            Method::ExchangeDelete { exchange, if_unused } => {
                self.exchange_delete(at, &plain_name(&exchange), if_unused)?;
            }
            Method::ExchangeBind { destination, source, routing_key, arguments } => {
                self.exchange_bind(
                    at,
                    &plain_name(&destination),
                    &plain_name(&source),
                    routing_key,
                    arguments,
                )?;
            }
            Method::ExchangeUnbind { destination, source, routing_key, arguments } => {
                self.exchange_unbind(
                    at,
                    &plain_name(&destination),
                    &plain_name(&source),
                    &routing_key,
                    arguments,
                )?;
            }
            _ => {}
        }
        self.reply(at, Reply::Done);
        Ok(())
    }

    pub(super) fn expect_exchange(&self, vhost: VhostId, exchange: &str) -> Outcome<ExchangeId> {
        self.exchange_named(vhost, exchange).ok_or_else(|| {
            Refusal::not_found(format!("no exchange '{exchange}' in vhost '{}'", self.vhost(vhost).name))
        })
    }

    fn exchange_passive(&mut self, at: At, exchange: &Name) -> Outcome {
        let exchange = plain_name(exchange);
        refuse_default(&exchange)?;
        if self.profile.passive_needs_permission {
            self.check_any_access(at.connection, "exchange", &exchange)?;
        }
        self.expect_exchange(self.vhost_of(at.connection), &exchange)?;
        Ok(())
    }

    fn exchange_declare(&mut self, at: At, declare: Declare) -> Outcome {
        let vhost = self.vhost_of(at.connection);
        self.check_exchange_kind(&declare.kind)?;
        refuse_default(&declare.exchange)?;
        self.check_access(at.connection, Access::Configure, "exchange", &declare.exchange)?;
        if let Some(id) = self.exchange_named(vhost, &declare.exchange) {
            return self.check_equivalent_exchange(id, &declare);
        }
        if declare.exchange.starts_with("amq.") {
            return Err(Refusal::access_refused(format!(
                "exchange name '{}' contains reserved prefix 'amq.*'",
                declare.exchange
            )));
        }
        match declare.arguments.get("alternate-exchange") {
            None => {}
            Some(FieldValue::Text(alternate)) => {
                self.check_access(at.connection, Access::Read, "exchange", &declare.exchange)?;
                self.check_access(at.connection, Access::Write, "exchange", alternate)?;
            }
            Some(other) => {
                return Err(Refusal::precondition_failed(format!(
                    "invalid type '{}' for arg 'alternate-exchange' in exchange '{}' in vhost '{}'",
                    other.type_name(),
                    declare.exchange,
                    self.vhost(vhost).name
                )));
            }
        }
        self.check_plugin_arguments(&declare.kind, &declare.arguments)?;
        self.add_exchange(ExchangeSpec {
            vhost,
            name: declare.exchange,
            kind: declare.kind,
            durable: declare.durable,
            auto_delete: declare.auto_delete,
            internal: declare.internal,
            arguments: declare.arguments,
        });
        Ok(())
    }

    fn check_exchange_kind(&self, kind: &str) -> Outcome {
        use ExchangeKind as Kind;
        let plugins = self.config.plugins;
        let known = match ExchangeKind::of(kind) {
            Some(Kind::LocalRandom) => self.profile.has_local_random,
            Some(Kind::ModulusHash) => plugins != Plugins::None || self.profile.modulus_is_core,
            Some(Kind::ConsistentHash | Kind::RecentHistory | Kind::Random) => plugins != Plugins::None,
            None => kind == DELAYED && plugins == Plugins::All,
            Some(_) => true,
        };
        if known {
            return Ok(());
        }
        let is_known = self.profile.tells_absent_types && ExchangeKind::of(kind).is_some();
        let text = format!(
            "{} exchange type '{kind}'",
            if is_known || kind.is_empty() { "invalid" } else { "unknown" }
        );
        if self.profile.unknown_type_closes_channel {
            Err(Refusal::precondition_failed(text))
        } else {
            Err(Refusal::command_invalid(text))
        }
    }

    /// What the exchange type itself has to say about the arguments.
    fn check_plugin_arguments(&self, kind: &str, arguments: &FieldTable) -> Outcome {
        match ExchangeKind::of(kind) {
            Some(ExchangeKind::ConsistentHash) => consistent_hash::check_arguments(arguments),
            Some(ExchangeKind::RecentHistory) => kept::check_history(arguments, &self.profile),
            None if kind == DELAYED => match delayed_type(arguments) {
                DELAYED => Err(Refusal::precondition_failed(format!(
                    "Invalid argument, '{DELAYED}' can't be used for '{DELAYED_TYPE}'"
                ))),
                "" => Err(Refusal::precondition_failed(format!(
                    "Invalid argument, '{DELAYED_TYPE}' must be an existing exchange type"
                ))),
                kind => {
                    self.check_exchange_kind(kind)?;
                    self.check_plugin_arguments(kind, arguments)
                }
            },
            _ => Ok(()),
        }
    }

    /// RabbitMQ: differences are named one at a time, in this order; of the arguments only the alternate exchange
    /// matters.
    fn check_equivalent_exchange(&self, id: ExchangeId, declare: &Declare) -> Outcome {
        let spec = &self.exchanges[id.index()].spec;
        let place = format!("exchange '{}' in vhost '{}'", spec.name, self.vhost(spec.vhost).name);
        let bool_text = |value: bool| name(if value { "true" } else { "false" });
        for (what, received, current) in [
            ("type", as_atom(&declare.kind), as_atom(&spec.kind)),
            ("durable", bool_text(declare.durable), bool_text(spec.durable)),
            ("auto_delete", bool_text(declare.auto_delete), bool_text(spec.auto_delete)),
            ("internal", bool_text(declare.internal), bool_text(spec.internal)),
        ] {
            if received != current {
                return Err(Refusal::precondition_failed(format!(
                    "inequivalent arg '{what}' for {place}: received '{received}' but current is '{current}'"
                )));
            }
        }
        arguments::check_equivalent(
            &place,
            &["alternate-exchange"],
            &self.profile,
            &declare.arguments,
            &spec.arguments,
        )
    }

    fn exchange_delete(&mut self, at: At, exchange: &Name, if_unused: bool) -> Outcome {
        let vhost = self.vhost_of(at.connection);
        refuse_default(exchange)?;
        if exchange.starts_with("amq.") {
            return Err(Refusal::access_refused(format!(
                "deletion of system exchange '{exchange}' in vhost '{}' not allowed",
                self.vhost(vhost).name
            )));
        }
        self.check_access(at.connection, Access::Configure, "exchange", exchange)?;
        let Some(id) = self.exchange_named(vhost, exchange) else { return Ok(()) };
        if if_unused && !self.exchanges[id.index()].outgoing.is_empty() {
            return Err(Refusal::precondition_failed(format!(
                "exchange '{exchange}' in vhost '{}' in use",
                self.vhost(vhost).name
            )));
        }
        self.delete_exchange(id);
        Ok(())
    }

    fn exchange_bind(
        &mut self,
        at: At,
        destination: &Name,
        source: &Name,
        key: Name,
        arguments: FieldTable,
    ) -> Outcome {
        let vhost = self.vhost_of(at.connection);
        refuse_default(destination)?;
        refuse_default(source)?;
        self.check_access(at.connection, Access::Write, "exchange", destination)?;
        self.check_access(at.connection, Access::Read, "exchange", source)?;
        let from = self.expect_exchange(vhost, source)?;
        self.check_topic_access(at.connection, from, Access::Read, &key)?;
        let to = self.expect_exchange(vhost, destination)?;
        self.check_binding(from, Destination::Exchange(to), &key, &arguments)?;
        self.bind(from, Destination::Exchange(to), key, arguments)
    }

    fn exchange_unbind(
        &mut self,
        at: At,
        destination: &Name,
        source: &Name,
        key: &Name,
        arguments: FieldTable,
    ) -> Outcome {
        let vhost = self.vhost_of(at.connection);
        refuse_default(destination)?;
        refuse_default(source)?;
        self.check_access(at.connection, Access::Write, "exchange", destination)?;
        self.check_access(at.connection, Access::Read, "exchange", source)?;
        let ends = (self.exchange_named(vhost, source), self.exchange_named(vhost, destination));
        if let (Some(from), Some(to)) = ends {
            self.unbind(from, Destination::Exchange(to), key, arguments);
        }
        Ok(())
    }

    /// Whether the source takes such a binding. RabbitMQ: asked before whose the queue is.
    pub(super) fn check_binding(
        &self,
        source: ExchangeId,
        destination: Destination,
        key: &str,
        arguments: &FieldTable,
    ) -> Outcome {
        match self.exchanges[source.index()].kind {
            ExchangeKind::Headers => headers::check(arguments, &self.profile),
            ExchangeKind::LocalRandom => self.check_local_random(destination, key),
            ExchangeKind::ConsistentHash => consistent_hash::weight(key, &self.profile).map(drop),
            ExchangeKind::Topic if key.contains('#') => self.check_hash_words(key),
            _ => Ok(()),
        }
    }

    fn check_hash_words(&self, key: &str) -> Outcome {
        let Some(most) = self.profile.hash_words_max else { return Ok(()) };
        let hashes = crate::amqp::topic::words(key).filter(|word| *word == "#").count();
        if hashes > usize::from(most) {
            return Err(Refusal::precondition_failed(format!(
                "Topic binding key '{key}' uses {hashes} '#' wildcards, at most {most} are allowed"
            )));
        }
        Ok(())
    }

    /// Makes a binding that was checked, unless it is there already.
    pub(super) fn bind(
        &mut self,
        source: ExchangeId,
        destination: Destination,
        key: Name,
        arguments: FieldTable,
    ) -> Outcome {
        let arguments = sorted(arguments);
        let (known, spot) = self.find_binding(source, destination, &key, &arguments);
        if known.is_some() {
            return Ok(());
        }
        let replayed = self.replay_history(source, destination);
        if replayed.is_ok() || self.profile.failed_replay_binds {
            self.add_binding(source, destination, key, arguments, spot);
        }
        replayed
    }

    /// RabbitMQ 4.0: classic queues only, and no binding keys.
    fn check_local_random(&self, destination: Destination, key: &str) -> Outcome {
        if !key.is_empty() {
            return Err(Refusal::precondition_failed(format!("Non empty binding '{key}' key not permitted")));
        }
        match destination {
            Destination::Exchange(_) => Err(Refusal::precondition_failed("Destination not found")),
            Destination::Queue(queue) if self.queue(queue).spec.kind == QueueKind::Classic => Ok(()),
            Destination::Queue(queue) => Err(Refusal::precondition_failed(format!(
                "Queue type {} not valid for this exchange type",
                self.queue(queue).spec.kind.module()
            ))),
        }
    }

    pub(super) fn unbind(
        &mut self,
        source: ExchangeId,
        destination: Destination,
        key: &str,
        arguments: FieldTable,
    ) {
        if let (Some(binding), spot) = self.find_binding(source, destination, key, &sorted(arguments)) {
            self.remove_found(binding, spot);
        }
    }
}

/// RabbitMQ: nothing can be done to the default exchange.
pub(super) fn refuse_default(exchange: &str) -> Outcome {
    if exchange.is_empty() {
        return Err(Refusal::access_refused("operation not permitted on the default exchange"));
    }
    Ok(())
}

/// RabbitMQ: a type is an Erlang atom, and printed as one: in quotes, if there is more in it than a plain word.
fn as_atom(kind: &Name) -> Name {
    if kind.contains('-') { name(&format!("'{kind}'")) } else { kind.clone() }
}
