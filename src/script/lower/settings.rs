//! Settings: what they say is known before the run begins.

use crate::amqp::SimDuration;
use crate::script::ast::{ExprKind, OptValue, Options, Stmt, StmtKind};
use crate::script::program::{Const, Settings};

use super::builder::Lowering;

impl Lowering {
    /// One setting; of several of a kind the last one holds.
    pub fn setting(&mut self, statement: &Stmt, settings: &mut Settings) {
        match &statement.kind {
            StmtKind::Seed(seed) => settings.seed = Some(*seed),
            StmtKind::RunFor(length) => settings.run_for = Some(SimDuration::micros(length.value)),
            StmtKind::Limits { options } => {
                settings.events_max = whole(options, "events").or(settings.events_max);
                settings.memory_max = whole(options, "memory").or(settings.memory_max);
            }
            StmtKind::Network { client, up: None, options } => {
                let (latency, jitter) = (duration(options, "latency"), duration(options, "jitter"));
                match client {
                    None => {
                        settings.latency = latency.or(settings.latency);
                        settings.jitter = jitter.or(settings.jitter);
                    }
                    Some(client) => {
                        if let Some(id) = self.client_id(&client.name.text) {
                            settings.networks.push((id, latency, jitter));
                        }
                    }
                }
            }
            StmtKind::Version { version, options } => {
                if !version.value.is_empty() {
                    settings.broker = Some((self.name(&version.value), version.span));
                }
                settings.consumer_timeout =
                    duration(options, "consumer_timeout").or(settings.consumer_timeout);
                self.broker_options(options, settings);
            }
            _ => {}
        }
    }

    fn broker_options(&mut self, options: &Options, settings: &mut Settings) {
        for option in options.0.iter().filter(|option| option.spec.word != "consumer_timeout") {
            let value = match &option.value {
                OptValue::Name(name) => Const::Text(self.name(name.literal().unwrap_or(""))),
                OptValue::Expr(expr) => match expr.kind {
                    ExprKind::Int(number) => Const::Int(number),
                    ExprKind::Size(bytes) => Const::Int(i64::try_from(bytes).unwrap_or(i64::MAX)),
                    ExprKind::Duration(micros) => Const::Duration(SimDuration::micros(micros)),
                    _ => continue,
                },
                OptValue::None | OptValue::Match(..) => continue,
            };
            settings.broker_options.push((self.name(option.spec.word), value));
        }
    }
}

fn whole(options: &Options, word: &str) -> Option<u64> {
    match options.expr(word)?.kind {
        ExprKind::Int(number) => u64::try_from(number).ok(),
        ExprKind::Size(bytes) => Some(bytes),
        _ => None,
    }
}

fn duration(options: &Options, word: &str) -> Option<SimDuration> {
    match options.expr(word)?.kind {
        ExprKind::Duration(micros) => Some(SimDuration::micros(micros)),
        _ => None,
    }
}
