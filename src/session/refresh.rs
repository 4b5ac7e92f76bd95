//! What is visible and not yet answered is asked for: the one place where questions come from.

use crate::engine::protocol::What;
use crate::inspect::view::Thing;

use super::questions::{Asked, Slot};
use super::request::Request;
use super::runs::Shown;
use super::state::{Layout, Panel, State, View, WorkerState};

/// Lines of output asked for at once.
const OUTPUT_LINES: u32 = 400;
/// More marks than this cannot be told apart on a screen: tiles are drawn instead.
const MARKS_MAX: u32 = 3_000;
/// Tiles asked for at once; the worker answers between two slices.
const TILES_AT_ONCE: usize = 6;

/// Asks for what is missing.
pub(super) fn refresh(state: &mut State, out: &mut Vec<Request>) {
    if state.worker != WorkerState::Ready {
        return;
    }
    let Some(shown) = state.runs.shown.clone().filter(|shown| shown.is_held) else { return };
    for slot in slots(state) {
        if let Some(question) = question(state, &shown, slot)
            && !state.views.has(slot, &question)
        {
            state.questions.ask(slot, question, out);
        }
    }
    tiles(state, &shown, out);
    // Only now the next moment: what is on the screen is on the screen in all panels.
    if state.questions.is_settled()
        && let Some(seek) = state.seek.take()
    {
        let (step, what) = seek.question(state.step(), shown.summary.steps);
        state.questions.ask(Slot::Moment, Asked { run: shown.run, step, what }, out);
        state.seeking = Some(seek);
    }
}

/// The panels that can be seen.
fn slots(state: &State) -> Vec<Slot> {
    let mut slots = Vec::new();
    let is_phone = state.layout == Layout::Phone && state.view == View::Full;
    if !is_phone || state.panel == Panel::Scene {
        slots.extend([Slot::Topology, Slot::Marks]);
    }
    if state.layout == Layout::Wide || state.panel == Panel::Output {
        slots.push(Slot::Output);
    }
    match state.panel {
        Panel::Queues => slots.push(Slot::Queues),
        Panel::Clients => slots.push(Slot::Clients),
        Panel::Routing => slots.push(Slot::Routing),
        Panel::Script | Panel::Scene | Panel::Output | Panel::Checks | Panel::Message => {}
    }
    // Small, and told in the bar and on the tabs: whether all checks held, what was found, what is selected.
    slots.extend([Slot::Checks, Slot::Findings, Slot::Journey]);
    slots
}

/// What that panel wants to know, if anything.
fn question(state: &State, shown: &Shown, slot: Slot) -> Option<Asked> {
    let step = if slot.is_of_moment() {
        // Until the moment is known in this run, there is nothing to ask about it.
        if state.cursor.run != shown.run {
            return None;
        }
        state.step()
    } else {
        shown.summary.steps
    };
    let what = match slot {
        Slot::Output => return output(state, shown),
        Slot::Queues => What::Queues,
        Slot::Clients => What::Clients,
        Slot::Topology => What::Topology,
        Slot::Checks => What::Checks,
        Slot::Findings => What::Findings,
        Slot::Routing => routing(state, shown)?,
        Slot::Journey => match &state.selection {
            Some(Thing::Message(message)) => What::Journey(message.clone()),
            _ => return None,
        },
        Slot::Marks => {
            let (from, to) = state.marks_window?;
            What::Marks { from, to, limit: MARKS_MAX }
        }
        Slot::Moment | Slot::Tile(..) => return None,
    };
    Some(Asked { run: shown.run, step, what })
}

/// Whether that answers what would be asked now.
pub(super) fn fits(state: &State, shown: &Shown, slot: Slot, asked: &Asked) -> bool {
    if let Slot::Tile(..) = slot {
        return true;
    }
    let now = question(state, shown, slot);
    now.is_some_and(|now| now.what == asked.what && (!slot.is_of_moment() || now.step == asked.step))
}

/// Where all lines are here already, the moment only decides which of them have been printed: nothing is asked.
fn output(state: &State, shown: &Shown) -> Option<Asked> {
    if state.cursor.run != shown.run {
        return None;
    }
    let known = state.views.output.as_ref().zip(state.views.of(Slot::Output)).filter(|(_, asked)| {
        let is_of = |client: &Option<String>| *client == state.output_of;
        asked.run == shown.run && matches!(&asked.what, What::Output { client, .. } if is_of(client))
    });
    if let Some((output, asked)) = &known
        && shown.summary.done
        && asked.step == shown.summary.steps
        && output.first == 0
        && output.lines.len() == output.total as usize
    {
        return None;
    }
    let first = match (state.output_from, &known) {
        (Some(first), _) => first,
        // Half a page before the moment, in steps of half a page, so that playing does not turn it at each line.
        (None, Some((output, _))) if output.total > OUTPUT_LINES => {
            let half = OUTPUT_LINES / 2;
            (output.until_moment / half).saturating_sub(1) * half
        }
        (None, _) => 0,
    };
    // A short output is asked for as a whole, at the end: see above.
    let is_short = known.as_ref().is_none_or(|(output, _)| output.total <= OUTPUT_LINES);
    let step = if shown.summary.done && is_short && first == 0 { shown.summary.steps } else { state.step() };
    let what = What::Output { client: state.output_of.clone(), first, count: OUTPUT_LINES };
    Some(Asked { run: shown.run, step, what })
}

fn routing(state: &State, shown: &Shown) -> Option<What> {
    let ask = &state.routing;
    let (vhost, exchange) = match &ask.exchange {
        Some(exchange) => (ask.vhost.clone(), exchange.clone()),
        None => first_exchange(shown)?,
    };
    Some(What::Routing { vhost, exchange, key: ask.key.clone(), headers: ask.headers.clone() })
}

/// The first exchange that the script declares, else the default one.
pub(super) fn first_exchange(shown: &Shown) -> Option<(String, String)> {
    let exchanges = &shown.summary.exchanges;
    let own = exchanges.iter().find(|(_, name, _)| !name.is_empty() && !name.starts_with("amq."));
    own.or(exchanges.first()).map(|(vhost, name, _)| (vhost.clone(), name.clone()))
}

fn tiles(state: &mut State, shown: &Shown, out: &mut Vec<Request>) {
    let is_tile = |slot| matches!(slot, Slot::Tile(..));
    for (level, index) in state.tiles_wanted.clone() {
        if state.questions.count(is_tile) >= TILES_AT_ONCE {
            return;
        }
        let slot = Slot::Tile(level, index);
        let what = What::Tile { level, index };
        let question = Asked { run: shown.run, step: shown.summary.steps, what };
        let is_complete = state.views.tiles.get(&(level, index)).is_some_and(|tile| tile.complete);
        if !is_complete && !state.views.has(slot, &question) && !state.questions.is_asked(slot) {
            state.questions.ask(slot, question, out);
        }
    }
}
