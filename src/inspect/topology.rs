//! The topology at a moment: everything that is there at any time of the run, so that nothing moves while time plays;
//! what is not there now is marked.

use std::collections::{BTreeMap, BTreeSet};

use crate::amqp::Name;
use crate::broker::{Destination, View};
use crate::sim::Simulation;
use crate::sim::record::{Actor, Recording};

use super::activity::Activity;
use super::clients::{channels_of, state};
use super::index::{BindingName, Ever, Index, PlaceName};
use super::layout::{Place, layout};
use super::names::{Names, quoted_text};
use super::queues::features;
use super::view::{Edge, MessageRef, Node, Thing, ThingKind, Topology};

/// Nodes drawn.
const NODES_MAX: usize = 400;
/// Edges drawn.
const EDGES_MAX: usize = 1_000;

/// What a node is, to find it by when edges are drawn.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Left(u16),
    Exchange(PlaceName),
    Queue(PlaceName),
    Right(u16),
}

/// What an edge is made of before its nodes have numbers.
struct Draft {
    from: Key,
    to: Key,
    label: String,
    present: bool,
    active: Vec<MessageRef>,
    /// Against the direction of reading: dead-lettering.
    is_back: bool,
}

/// The topology at the moment of `simulation`, laid out.
pub fn topology(recording: &Recording, index: &Index, simulation: &Simulation) -> Topology {
    let drawing = Drawing {
        names: Names::new(recording),
        index,
        simulation,
        view: simulation.broker().view(),
        activity: Activity::of_step(recording, simulation.steps()),
    };
    let keys = drawing.keys();
    let number: BTreeMap<&Key, u32> = keys.iter().zip(0..).collect();
    let mut drafts = drawing.drafts();
    drafts.retain(|draft| number.contains_key(&draft.from) && number.contains_key(&draft.to));
    drafts.truncate(EDGES_MAX);
    let ends = |draft: &Draft| (number[&draft.from], number[&draft.to]);
    let forward: Vec<(u32, u32)> = drafts.iter().filter(|draft| !draft.is_back).map(ends).collect();
    let places: Vec<Place> = keys.iter().map(place).collect();
    let grid = layout(&places, &forward);
    let nodes = keys.iter().zip(grid).map(|(key, at)| drawing.node(key, at)).collect();
    let edges = drafts
        .iter()
        .map(|draft| {
            let (from, to) = ends(draft);
            let (label, active) = (draft.label.clone(), draft.active.clone());
            Edge { from, to, label, present: draft.present, active }
        })
        .collect();
    Topology { nodes, edges }
}

fn place(key: &Key) -> Place {
    match key {
        Key::Left(_) => Place::Left,
        Key::Exchange(_) => Place::Exchange,
        Key::Queue(_) => Place::Queue,
        Key::Right(_) => Place::Right,
    }
}

struct Drawing<'a> {
    names: Names<'a>,
    index: &'a Index,
    simulation: &'a Simulation,
    view: View<'a>,
    activity: Activity,
}

impl Drawing<'_> {
    fn ever(&self) -> &Ever {
        &self.index.ever
    }

    fn keys(&self) -> Vec<Key> {
        let actors = || self.index.sides.iter().zip(0_u16..);
        let mut keys: Vec<Key> = Vec::new();
        keys.extend(actors().filter(|(side, _)| side.left).map(|(_, actor)| Key::Left(actor)));
        keys.extend(self.exchanges().into_iter().map(Key::Exchange));
        keys.extend(self.ever().queues.iter().cloned().map(Key::Queue));
        keys.extend(actors().filter(|(side, _)| side.right).map(|(_, actor)| Key::Right(actor)));
        keys.truncate(NODES_MAX);
        keys
    }

    /// Exchanges in order of declaration; the default exchange and those that every vhost has only when they are used.
    fn exchanges(&self) -> Vec<PlaceName> {
        let ever = self.ever();
        let mut used: Vec<PlaceName> = Vec::new();
        used.extend(ever.publishes.iter().map(|(_, exchange)| exchange.clone()));
        used.extend(ever.dead_letters.iter().map(|(_, exchange)| exchange.clone()));
        used.extend(ever.defaults.iter().map(|(vhost, _)| (vhost.clone(), Name::from(""))));
        for binding in &ever.bindings {
            used.push((binding.vhost.clone(), binding.source.clone()));
            if binding.to_exchange {
                used.push((binding.vhost.clone(), binding.destination.clone()));
            }
        }
        let is_given = |name: &Name| name.is_empty() || name.starts_with("amq.");
        let mut all: Vec<PlaceName> = used.iter().filter(|(_, name)| is_given(name)).cloned().collect();
        all.extend(ever.exchanges.iter().filter(|(_, name)| !is_given(name)).cloned());
        let mut unique: Vec<PlaceName> = Vec::new();
        for exchange in all {
            if !unique.contains(&exchange) {
                unique.push(exchange);
            }
        }
        unique
    }

    fn node(&self, key: &Key, (column, row): (u16, u16)) -> Node {
        let mut node = match key {
            Key::Left(actor) | Key::Right(actor) => self.client_node(*actor, matches!(key, Key::Right(_))),
            Key::Exchange(name) => self.exchange_node(name),
            Key::Queue(name) => self.queue_node(name),
        };
        (node.column, node.row) = (column, row);
        node
    }

    fn client_node(&self, actor: u16, consumes: bool) -> Node {
        let client = self.simulation.client(actor);
        let held = channels_of(self.simulation, actor);
        let is_operator = self
            .names
            .recording
            .actors()
            .get(actor as usize)
            .is_some_and(|info| info.actor == Actor::Operator);
        let detail =
            client.filter(|_| !is_operator).map_or_else(String::new, |client| state(self.names, client));
        Node {
            thing: Thing::Client(self.names.actor(actor).to_owned()),
            kind: self.names.actor_kind(actor),
            label: self.names.actor(actor).to_owned(),
            detail,
            column: 0,
            row: 0,
            ready: 0,
            unacked: if consumes { held.iter().map(|channel| channel.unacked).sum() } else { 0 },
            keeps: false,
            present: is_operator || client.is_some_and(|client| client.is_alive()),
        }
    }

    fn exchange_node(&self, (vhost, name): &PlaceName) -> Node {
        let now = self.view.exchange_named(vhost, name).and_then(|id| self.view.exchange(id));
        let kind = match &now {
            _ if name.is_empty() => "direct".to_owned(),
            Some(now) => now.kind.to_string(),
            None => {
                self.names.exchange_named(vhost, name).map_or(String::new(), |info| info.kind.to_string())
            }
        };
        let mut detail = vec![kind];
        if let Some(now) = now.as_ref().filter(|_| !name.is_empty()) {
            detail.extend(now.durable.then(|| "durable".to_owned()));
            detail.extend(now.auto_delete.then(|| "auto_delete".to_owned()));
            detail.extend(now.internal.then(|| "internal".to_owned()));
        }
        let label = if name.is_empty() { "(default)" } else { name };
        Node {
            thing: Thing::Exchange(vhost.to_string(), name.to_string()),
            kind: ThingKind::Exchange,
            label: in_vhost(vhost, label),
            detail: detail.join(", "),
            column: 0,
            row: 0,
            ready: 0,
            unacked: 0,
            keeps: false,
            present: name.is_empty() || now.is_some(),
        }
    }

    fn queue_node(&self, (vhost, name): &PlaceName) -> Node {
        let now = self.view.queue_named(vhost, name).and_then(|id| self.view.queue(id));
        Node {
            thing: Thing::Queue(vhost.to_string(), name.to_string()),
            kind: ThingKind::Queue,
            label: in_vhost(vhost, name),
            detail: now.as_ref().map_or_else(String::new, |queue| features(self.names, queue).join(", ")),
            column: 0,
            row: 0,
            ready: now.as_ref().map_or(0, |queue| queue.ready),
            unacked: now.as_ref().map_or(0, |queue| queue.unacked),
            keeps: now.as_ref().is_some_and(|queue| queue.stream.is_some()),
            present: now.is_some(),
        }
    }

    fn drafts(&self) -> Vec<Draft> {
        let mut drafts = self.publish_drafts();
        drafts.extend(self.default_drafts());
        drafts.extend(self.binding_drafts());
        drafts.extend(self.consumer_drafts());
        drafts.extend(self.dead_letter_drafts());
        drafts
    }

    fn publish_drafts(&self) -> Vec<Draft> {
        let draft = |(actor, exchange): &(u16, PlaceName)| Draft {
            from: Key::Left(*actor),
            to: Key::Exchange(exchange.clone()),
            label: String::new(),
            present: self.lives(*actor) && self.has_exchange(exchange),
            active: self.activity.published(*actor, &exchange.1),
            is_back: false,
        };
        self.ever().publishes.iter().map(draft).collect()
    }

    fn default_drafts(&self) -> Vec<Draft> {
        let draft = |queue: &PlaceName| Draft {
            from: Key::Exchange((queue.0.clone(), Name::from(""))),
            to: Key::Queue(queue.clone()),
            label: String::new(),
            present: self.has_queue(queue),
            active: self.activity.by_default(queue),
            is_back: false,
        };
        self.ever().defaults.iter().map(draft).collect()
    }

    fn binding_drafts(&self) -> Vec<Draft> {
        let now = self.bindings_now();
        let draft = |binding: &BindingName| {
            let place = (binding.vhost.clone(), binding.destination.clone());
            Draft {
                from: Key::Exchange((binding.vhost.clone(), binding.source.clone())),
                to: if binding.to_exchange { Key::Exchange(place) } else { Key::Queue(place) },
                label: binding_label(binding),
                present: now.contains(binding),
                active: self.activity.routed(binding),
                is_back: false,
            }
        };
        self.ever().bindings.iter().map(draft).collect()
    }

    fn bindings_now(&self) -> BTreeSet<BindingName> {
        let view = self.view;
        let name = |binding: crate::broker::BindingView| {
            let source = view.exchange(binding.source)?;
            let (destination, to_exchange) = match binding.destination {
                Destination::Queue(queue) => (view.queue_name(queue)?.clone(), false),
                Destination::Exchange(exchange) => (view.exchange_name(exchange)?.clone(), true),
            };
            Some(BindingName {
                vhost: source.vhost,
                source: source.name,
                destination,
                to_exchange,
                key: binding.key,
                arguments: super::values::table_words(&binding.arguments),
            })
        };
        view.bindings().filter_map(name).take(EDGES_MAX).collect()
    }

    fn consumer_drafts(&self) -> Vec<Draft> {
        let consumer = |(actor, queue, tag): &(u16, PlaceName, Name)| Draft {
            from: Key::Queue(queue.clone()),
            to: Key::Right(*actor),
            label: tag.to_string(),
            present: self.consumes(*actor, queue, tag),
            active: self.activity.delivered(*actor, queue, tag),
            is_back: false,
        };
        let get = |(actor, queue): &(u16, PlaceName)| Draft {
            from: Key::Queue(queue.clone()),
            to: Key::Right(*actor),
            label: "get".to_owned(),
            present: self.lives(*actor) && self.has_queue(queue),
            active: self.activity.got(*actor, queue),
            is_back: false,
        };
        self.ever().consumers.iter().map(consumer).chain(self.ever().gets.iter().map(get)).collect()
    }

    fn dead_letter_drafts(&self) -> Vec<Draft> {
        let draft = |(queue, exchange): &(PlaceName, PlaceName)| Draft {
            from: Key::Queue(queue.clone()),
            to: Key::Exchange(exchange.clone()),
            label: "dead-letters".to_owned(),
            present: self.has_queue(queue) && self.has_exchange(exchange),
            active: self.activity.dead_lettered(queue, &exchange.1),
            is_back: true,
        };
        self.ever().dead_letters.iter().map(draft).collect()
    }

    fn lives(&self, actor: u16) -> bool {
        actor == super::mark::OPERATOR
            || self.simulation.client(actor).is_some_and(|client| client.is_alive())
    }

    fn has_exchange(&self, (vhost, name): &PlaceName) -> bool {
        name.is_empty() || self.view.exchange_named(vhost, name).is_some()
    }

    fn has_queue(&self, (vhost, name): &PlaceName) -> bool {
        self.view.queue_named(vhost, name).is_some()
    }

    fn consumes(&self, actor: u16, (vhost, name): &PlaceName, tag: &Name) -> bool {
        let queue = self.view.queue_named(vhost, name).and_then(|id| self.view.queue(id));
        let consumers = queue.into_iter().flat_map(|queue| queue.consumers);
        consumers.filter_map(|id| self.view.consumer(id)).any(|consumer| {
            let place = self.view.channel_place(consumer.channel);
            let owner = place.and_then(|(connection, _)| self.names.actor_of_connection(connection.0));
            consumer.tag == *tag && owner == Some(actor)
        })
    }
}

/// Binding key, or the arguments of a headers binding.
fn binding_label(binding: &BindingName) -> String {
    match (&*binding.key, &*binding.arguments) {
        ("", "") => String::new(),
        ("", arguments) => arguments.to_owned(),
        (key, "") => key.to_owned(),
        (key, arguments) => format!("{} {arguments}", quoted_text(key)),
    }
}

fn in_vhost(vhost: &str, name: &str) -> String {
    if vhost == "/" { name.to_owned() } else { format!("{name} ({vhost})") }
}
