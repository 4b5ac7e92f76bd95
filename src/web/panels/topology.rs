//! Publishers, exchanges, queues and consumers from left to right, with what the step of the moment sends along the edges.

use std::collections::BTreeSet;

use yew::prelude::*;

use super::events::{is_selected, message_name, select};
use crate::inspect::view::{Edge, MessageRef, Node, Step, Thing, ThingKind, Topology};
use crate::session::count;
use crate::web::dispatch::Dispatch;
use crate::web::shared::Shared;
use crate::web::widgets::{Empty, kind_class};

/// Properties.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// At the moment.
    pub topology: Option<Shared<Topology>>,
    /// The moment: a flight is drawn once for each.
    pub step: Step,
    /// From top to bottom instead, where there is more height than width.
    pub is_tall: bool,
    /// What is selected.
    pub selection: Option<Thing>,
    /// Things that the selected message met on its journey.
    pub path: Vec<Thing>,
    /// Way up.
    pub dispatch: Dispatch,
}

const NODE_WIDTH: i32 = 164;
const NODE_HEIGHT: i32 = 46;
const COLUMN: i32 = 262;
const ROW: i32 = 62;
/// The same where they go from top to bottom.
const TALL_COLUMN: i32 = 92;
const TALL_ROW: i32 = 178;
const MARGIN: i32 = 14;
/// Slots drawn in a queue; more are told as a number.
const SLOTS: u32 = 10;
/// Flights drawn at once.
const FLIGHTS_MAX: usize = 40;

/// The drawing. Its text is the queue and client tables beside it.
#[component]
pub fn TopologyPanel(props: &Props) -> Html {
    let Some(topology) = &props.topology else { return html! { <Empty>{ "Running …" }</Empty> } };
    if topology.nodes.is_empty() {
        return html! {
            <Empty>{ "Nothing is there yet. Begin with a queue and a publisher, or pick an example above." }</Empty>
        };
    }
    let tall = props.is_tall;
    let width = topology.nodes.iter().map(|node| left(node, tall) + NODE_WIDTH).max().unwrap_or(0) + MARGIN;
    let height = topology.nodes.iter().map(|node| top(node, tall) + NODE_HEIGHT).max().unwrap_or(0) + MARGIN;
    let busy = neighbours(topology, props);
    html! {
        <div class="topology">
            <svg class="topology__drawing" viewBox={format!("0 0 {width} {height}")} role="group" aria-label="Topology"
                style={format!("max-width:{width}px;max-height:{height}px;min-width:{}px;min-height:{}px", width * 3 / 4, height * 3 / 4)}>
                { for topology.edges.iter().enumerate().map(|(at, edge)| view_edge(at, edge, topology, props, &busy)) }
                { for topology.nodes.iter().map(|node| view_node(node, props, &busy)) }
                { for view_flights(topology, props) }
            </svg>
        </div>
    }
}

fn left(node: &Node, tall: bool) -> i32 {
    MARGIN + if tall { i32::from(node.row) * TALL_ROW } else { i32::from(node.column) * COLUMN }
}

fn top(node: &Node, tall: bool) -> i32 {
    MARGIN + if tall { i32::from(node.column) * TALL_COLUMN } else { i32::from(node.row) * ROW }
}

/// What lights up with the selection: the thing itself, or all that the selected message met.
fn neighbours(topology: &Topology, props: &Props) -> BTreeSet<Thing> {
    let mut found: BTreeSet<Thing> = props.path.iter().cloned().collect();
    if let Some(thing) = &props.selection
        && topology.nodes.iter().any(|node| node.thing == *thing)
    {
        found.insert(thing.clone());
    }
    found
}

/// The way of an edge, and where its label stands.
fn route(edge: &Edge, topology: &Topology, tall: bool) -> Option<(String, (i32, i32))> {
    let (from, to) = (topology.nodes.get(edge.from as usize)?, topology.nodes.get(edge.to as usize)?);
    if tall {
        let (x1, y1) = (left(from, tall) + NODE_WIDTH / 2, top(from, tall) + NODE_HEIGHT);
        let (x2, y2) = (left(to, tall) + NODE_WIDTH / 2, top(to, tall));
        let bend = ((y2 - y1) / 2).max(24);
        let path = format!("M{x1} {y1} C{x1} {} {x2} {} {x2} {y2}", y1 + bend, y2 - bend);
        return Some((path, (x2 + NODE_WIDTH / 2, y2 - 6)));
    }
    let (x1, y1) = (left(from, tall) + NODE_WIDTH, top(from, tall) + NODE_HEIGHT / 2);
    let (x2, y2) = (left(to, tall), top(to, tall) + NODE_HEIGHT / 2);
    if from.column >= to.column {
        // Backwards, as a server's answer goes: around below.
        let low = y1.max(y2) + ROW / 2 + 6;
        let path = format!("M{x1} {y1} C{} {low} {} {low} {x2} {y2}", x1 + 70, x2 - 70);
        return Some((path, (i32::midpoint(x1, x2), low - 8)));
    }
    let bend = (x2 - x1) / 2;
    let path = format!("M{x1} {y1} C{} {y1} {} {y2} {x2} {y2}", x1 + bend, x2 - bend);
    // Near its end, where edges that leave one exchange lie apart.
    Some((path, (x2 - 10, y2 - 5)))
}

fn view_edge(at: usize, edge: &Edge, topology: &Topology, props: &Props, busy: &BTreeSet<Thing>) -> Html {
    let Some((path, (x, y))) = route(edge, topology, props.is_tall) else { return html! {} };
    let ends = [edge.from, edge.to].map(|end| topology.nodes.get(end as usize).map(|node| &node.thing));
    let on_path = ends.iter().all(|end| end.is_some_and(|thing| busy.contains(thing)));
    let from_exchange = matches!(ends[0], Some(Thing::Exchange(..)));
    let is_of_selected =
        edge.active.iter().any(|message| is_selected(props.selection.as_ref(), Some(message)));
    let class = classes!(
        "topology__edge",
        (!edge.present).then_some("topology__edge--gone"),
        (on_path || is_of_selected).then_some("topology__edge--lit"),
        (!edge.active.is_empty()).then_some("topology__edge--active"),
    );
    html! {
        <g key={format!("edge {at}")} class={class}>
            <path class="topology__line" d={path}><title>{ &edge.label }</title></path>
            if from_exchange && !edge.label.is_empty() {
                <text class="topology__key" x={x.to_string()} y={y.to_string()}>{ shorter(&edge.label, 18) }</text>
            }
        </g>
    }
}

/// A dot for each message that goes along an edge in this step; where motion is unwanted, the edge is bright instead.
fn view_flights(topology: &Topology, props: &Props) -> Vec<Html> {
    let mut flights = Vec::new();
    for (at, edge) in topology.edges.iter().enumerate() {
        let Some((path, _)) = route(edge, topology, props.is_tall) else { continue };
        for message in edge.active.iter().take(4) {
            flights.push(view_flight(at, &path, message, props));
        }
    }
    flights.truncate(FLIGHTS_MAX);
    flights
}

fn view_flight(at: usize, path: &str, message: &MessageRef, props: &Props) -> Html {
    let lit = is_selected(props.selection.as_ref(), Some(message));
    html! {
        <circle key={format!("flight {} {at} {}", props.step, message_name(message))} r="5"
            class={classes!("topology__flight", lit.then_some("topology__flight--lit"))}
            style={format!("offset-path:path('{path}')")} />
    }
}

fn view_node(node: &Node, props: &Props, busy: &BTreeSet<Thing>) -> Html {
    let chosen = props.selection.as_ref() == Some(&node.thing);
    let class = classes!(
        "topology__node",
        kind_class(node.kind),
        (!node.present).then_some("topology__node--gone"),
        chosen.then_some("topology__node--selected"),
        (!chosen && busy.contains(&node.thing)).then_some("topology__node--lit"),
    );
    let on_key = {
        let (dispatch, thing) = (props.dispatch.clone(), node.thing.clone());
        move |event: KeyboardEvent| {
            if matches!(event.key().as_str(), "Enter" | " ") {
                event.prevent_default();
                event.stop_propagation();
                dispatch.send(crate::session::Action::Select(Some(thing.clone())));
            }
        }
    };
    html! {
        <g key={format!("{} {:?}", node.column, node.thing)} class={class} transform={format!("translate({} {})", left(node, props.is_tall), top(node, props.is_tall))}
            role="button" tabindex="0" aria-pressed={chosen.to_string()} aria-label={spoken(node)}
            onclick={select(&props.dispatch, node.thing.clone())} onkeydown={on_key}>
            <title>{ spoken(node) }</title>
            { view_shape(node.kind) }
            <text class="topology__label" x="34" y="19">{ shorter(&node.label, 13) }</text>
            if node.kind == ThingKind::Queue {
                { view_slots(node) }
            } else {
                <text class="topology__detail" x="34" y="34">{ shorter(&node.detail, 21) }</text>
                if node.unacked > 0 { <text class="topology__held" x="152" y="19">{ node.unacked }</text> }
            }
        </g>
    }
}

/// Each kind has its outline, not its colour only.
fn view_shape(kind: ThingKind) -> Html {
    let (width, height) = (NODE_WIDTH, NODE_HEIGHT);
    let outline = match kind {
        ThingKind::Publisher => {
            format!("M8 1H{}L{} 23L{} 45H8Q1 45 1 38V8Q1 1 8 1z", width - 16, width - 1, width - 16)
        }
        ThingKind::Exchange => format!("M14 1H{}L{} 23L{} 45H14L1 23z", width - 14, width - 1, width - 14),
        ThingKind::Consumer => format!("M23 1H{}A22 22 0 0 1 {0} 45H23A22 22 0 0 1 23 1z", width - 23),
        ThingKind::Queue => {
            format!("M5 1H{}Q{1} 1 {1} 5V41Q{1} 45 {0} 45H5Q1 45 1 41V5Q1 1 5 1z", width - 5, width - 1)
        }
        ThingKind::Client | ThingKind::Operator => {
            format!("M8 1H{}Q{1} 1 {1} 8V38Q{1} {height} {0} 45H8Q1 45 1 38V8Q1 1 8 1z", width - 8, width - 1)
        }
    };
    let glyph = match kind {
        ThingKind::Publisher => "M14 17h8l5 6-5 6h-8z",
        ThingKind::Exchange => "M21 15l8 8-8 8-8-8z",
        ThingKind::Consumer => "M21 16a7 7 0 1 0 0 14 7 7 0 0 0 0-14z",
        ThingKind::Queue => "M12 18h4v10h-4zM18 18h4v10h-4zM24 18h4v10h-4z",
        ThingKind::Client => "M14 16h13v14H14z",
        ThingKind::Operator => "M17 15h8l4 4v8l-4 4h-8l-4-4v-8z",
    };
    html! {
        <>
            <path class="topology__shape" d={outline} />
            <path class="topology__glyph" d={glyph} />
        </>
    }
}

/// Ready copies as full slots, unacked ones as open slots, then the numbers.
fn view_slots(node: &Node) -> Html {
    let numbers = match (node.ready, node.unacked) {
        (0, 0) => "empty".to_owned(),
        (ready, 0) => count(u64::from(ready)),
        (ready, unacked) => format!("{}+{}", count(u64::from(ready)), count(u64::from(unacked))),
    };
    // Long numbers leave less room.
    let slots = if numbers.len() > 7 { SLOTS / 2 } else { SLOTS };
    let ready = node.ready.min(slots);
    let unacked = node.unacked.min(slots - ready);
    let slot = |at: u32, class: &'static str| {
        html! { <rect key={at} class={class} x={(34 + at * 7).to_string()} y="27" width="5" height="10" rx="1" /> }
    };
    html! {
        <>
            { for (0..ready).map(|at| slot(at, "topology__slot topology__slot--ready")) }
            { for (ready..ready + unacked).map(|at| slot(at, "topology__slot topology__slot--unacked")) }
            <text class="topology__count" x={(NODE_WIDTH - 8).to_string()} y="36">{ numbers }</text>
        </>
    }
}

fn spoken(node: &Node) -> String {
    let kind = match node.kind {
        ThingKind::Publisher => "publisher",
        ThingKind::Consumer => "consumer",
        ThingKind::Client => "client",
        ThingKind::Operator => "operator",
        ThingKind::Exchange => "exchange",
        ThingKind::Queue => "queue",
    };
    let mut words = vec![format!("{kind} {}", node.label)];
    words.extend((!node.detail.is_empty()).then(|| node.detail.clone()));
    words.extend((node.kind == ThingKind::Queue).then(|| match node.keeps {
        true => format!("{} kept", node.ready),
        false => format!("{} ready, {} unacked", node.ready, node.unacked),
    }));
    words.extend((!node.present).then(|| "not there at this moment".to_owned()));
    words.join(", ")
}

/// As much of a name as there is room for.
fn shorter(name: &str, chars: usize) -> String {
    match name.char_indices().nth(chars) {
        Some((end, _)) => format!("{}…", name.get(..end).unwrap_or(name)),
        None => name.to_owned(),
    }
}
