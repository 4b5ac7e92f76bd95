//! Which bindings of an exchange take a key, why (not), and where a message would be in the end: the broker's own
//! answer at the moment, in words.

use std::collections::BTreeSet;

use crate::amqp::FieldTable;
use crate::broker::{
    BindingAnswer as Answer, BindingExplained, Destination, ExchangeId, ExchangeView, Explained, View,
};
use crate::sim::Simulation;

use super::headers::headers;
use super::match_words::{equality_why, headers_why, topic_why, words};
use super::values::table_words;
use super::view::{BindingAnswer, Routing, Thing};

/// Bindings shown: an exchange may have a hundred thousand.
const BINDINGS_MAX: usize = 500;
/// Exchanges followed: a key passes each once.
const EXCHANGES_MAX: usize = 200;

/// What that exchange does with that key and those headers at the moment of `simulation`.
pub fn routing(
    simulation: &Simulation,
    vhost: &str,
    exchange: &str,
    key: &str,
    header_text: &str,
) -> Routing {
    let view = simulation.broker().view();
    let Some(source) = view.exchange_named(vhost, exchange).and_then(|id| view.exchange(id)) else {
        let otherwise = format!(
            "there is no exchange '{exchange}' at this moment: a publish to it closes the channel with 404"
        );
        return Routing { otherwise, ..Routing::default() };
    };
    let exchange_type = source.kind.to_string();
    match headers(header_text) {
        Ok(headers) => Asking { view, key, headers }.of_exchange(&source),
        Err(otherwise) => Routing { exchange_type, otherwise, ..Routing::default() },
    }
}

struct Asking<'a> {
    view: View<'a>,
    key: &'a str,
    headers: FieldTable,
}

impl Asking<'_> {
    fn explain(&self, exchange: ExchangeId) -> Option<Explained> {
        self.view.explain_routing(exchange, self.key, Some(&self.headers))
    }

    fn of_exchange(&self, source: &ExchangeView) -> Routing {
        let exchange_type = source.kind.to_string();
        let Some(explained) = self.explain(source.id) else { return Routing::default() };
        let bindings = explained.bindings.iter().take(BINDINGS_MAX);
        let mut bindings: Vec<BindingAnswer> = bindings.filter_map(|one| self.binding(source, one)).collect();
        bindings.extend(explained.queue_of_that_name.map(|_| self.implicit(source)));
        let queues: Vec<String> = self.reached(source.id).into_iter().collect();
        let otherwise = self.otherwise(source, &explained, queues.is_empty());
        Routing { exchange_type, bindings, queues, otherwise }
    }

    /// The default exchange: every queue is bound to it by its name.
    fn implicit(&self, source: &ExchangeView) -> BindingAnswer {
        BindingAnswer {
            destination: Thing::Queue(source.vhost.to_string(), self.key.to_owned()),
            key: self.key.to_owned(),
            arguments: String::new(),
            matched: true,
            words: Vec::new(),
            left_over: Vec::new(),
            why: "every queue is bound to the default exchange by its name".to_owned(),
        }
    }

    fn binding(&self, source: &ExchangeView, one: &BindingExplained) -> Option<BindingAnswer> {
        let binding = self.view.binding(one.binding)?;
        let (words, left_over) = match &one.answer {
            Answer::Topic(walk) => words(walk, self.key),
            _ => Default::default(),
        };
        let why = match &one.answer {
            Answer::Topic(walk) => topic_why(walk, &words, &left_over),
            Answer::Equality { equal } => equality_why(*equal, &binding.key),
            Answer::Always => "a fanout exchange takes every key".to_owned(),
            Answer::Headers { any, pairs, matched } => headers_why(*any, pairs, *matched),
            Answer::Hash { taken: Some(true) } => "its hash falls here".to_owned(),
            Answer::Hash { taken: Some(false) } => "its hash falls to another binding".to_owned(),
            Answer::Hash { taken: None } => {
                "one of the bindings is taken by a hash of the message".to_owned()
            }
            Answer::Chance => "one of the bindings is taken by chance".to_owned(),
        };
        Some(BindingAnswer {
            destination: self.thing(source, one.destination)?,
            key: binding.key.to_string(),
            arguments: table_words(&binding.arguments),
            matched: one.answer.is_match(),
            words,
            left_over,
            why,
        })
    }

    fn thing(&self, source: &ExchangeView, destination: Destination) -> Option<Thing> {
        let vhost = source.vhost.to_string();
        Some(match destination {
            Destination::Queue(queue) => Thing::Queue(vhost, self.view.queue_name(queue)?.to_string()),
            Destination::Exchange(exchange) => {
                Thing::Exchange(vhost, self.view.exchange_name(exchange)?.to_string())
            }
        })
    }

    /// The queues at the end of all ways, by name: each exchange on the way answers for itself.
    fn reached(&self, exchange: ExchangeId) -> BTreeSet<String> {
        let mut queues = BTreeSet::new();
        let mut seen = BTreeSet::from([exchange]);
        let mut open = vec![exchange];
        while let Some(explained) = open.pop().and_then(|next| self.explain(next)) {
            let mut ends = Vec::new();
            ends.extend(explained.queue_of_that_name.map(Destination::Queue));
            ends.extend(explained.alternate.map(Destination::Exchange));
            ends.extend(
                explained.bindings.iter().filter(|one| one.answer.is_match()).map(|one| one.destination),
            );
            for end in ends {
                match end {
                    Destination::Queue(queue) => {
                        queues.extend(self.view.queue_name(queue).map(ToString::to_string));
                    }
                    Destination::Exchange(next) => {
                        if seen.len() < EXCHANGES_MAX && seen.insert(next) {
                            open.push(next);
                        }
                    }
                }
            }
        }
        queues
    }

    /// What happens beside the bindings that match: a way over other exchanges, or none at all.
    fn otherwise(&self, source: &ExchangeView, explained: &Explained, is_lost: bool) -> String {
        let alternate = explained.alternate.and_then(|id| self.view.exchange_name(id));
        let matched: Vec<&BindingExplained> =
            explained.bindings.iter().filter(|one| one.answer.is_match()).collect();
        let why = match (alternate, &source.alternate) {
            (Some(alternate), _) if !is_lost => {
                return format!("no binding matches: it goes over the alternate exchange '{alternate}'");
            }
            _ if !is_lost => return self.on_the_way(&matched),
            (Some(alternate), _) => {
                format!("no binding matches, and its alternate exchange '{alternate}' leads to no queue")
            }
            (None, Some(alternate)) if matched.is_empty() => {
                format!("no binding matches, and its alternate exchange '{alternate}' does not exist")
            }
            _ if source.name.is_empty() => format!("there is no queue '{}'", self.key),
            _ if !matched.is_empty() => "the exchanges behind it lead to no queue".to_owned(),
            _ if explained.bindings.is_empty() => format!("nothing is bound to exchange '{}'", source.name),
            _ => "no binding matches".to_owned(),
        };
        // RabbitMQ: what reaches no queue is dropped without a word, unless it is mandatory.
        format!("{why}: the message is dropped; published mandatory, it is returned with 312 NO_ROUTE")
    }

    /// Exchanges that take it before it reaches its queues.
    fn on_the_way(&self, matched: &[&BindingExplained]) -> String {
        let names: Vec<String> = matched
            .iter()
            .filter_map(|one| match one.destination {
                Destination::Exchange(exchange) => self.view.exchange_name(exchange),
                Destination::Queue(_) => None,
            })
            .map(|name| format!("'{name}'"))
            .collect();
        match names.len() {
            0 => String::new(),
            1 => format!("exchange {} routes it on by its own bindings", names.concat()),
            _ => format!("exchanges {} route it on by their own bindings", names.join(", ")),
        }
    }
}
