//! Keys that work anywhere but where one types.

use gloo_events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};
use yew::prelude::*;

use crate::session::{Action, Panel, Seek, problem_kinds};
use crate::web::dispatch::Dispatch;

/// Keys and what they do, as `?` shows them.
pub const KEYS: [(&str, &str); 14] = [
    ("Space", "Play, pause"),
    ("← →", "One step back, forward"),
    ("Shift ← →", "Ten steps back, forward"),
    ("Home End", "Beginning, end of the run"),
    ("P N", "Last, next problem: a drop, a refusal, a redelivery, a failed check …"),
    ("+ −", "Faster, slower"),
    ("1 … 6", "Output, Queues, Clients, Message, Routing, Checks"),
    ("E", "To the editor; Escape then Tab leaves it"),
    ("Ctrl Space", "In the editor: what may be written here"),
    ("F1", "In the editor: the documentation of the word at the cursor"),
    ("Ctrl .", "In the editor: mend the problem at the cursor"),
    ("Shift Alt F", "In the editor: lay the script out"),
    ("Esc", "Select nothing"),
    ("?", "These keys"),
];

/// Listens as long as the component is there.
#[hook]
pub fn use_shortcuts(dispatch: &Dispatch) {
    let dispatch = dispatch.clone();
    use_effect_with((), move |()| {
        let listener = web_sys::window().map(|window| {
            let options = EventListenerOptions::enable_prevent_default();
            EventListener::new_with_options(&window, "keydown", options, move |event| {
                if let Some(event) = event.dyn_ref::<KeyboardEvent>()
                    && !is_taken(event)
                    && let Some(actions) = meaning(event, &dispatch)
                {
                    event.prevent_default();
                    for action in actions {
                        dispatch.send(action);
                    }
                }
            })
        });
        move || drop(listener)
    });
}

/// Whether the key belongs to where it was typed, or to the browser.
fn is_taken(event: &KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let is_in = |selector: &str| {
        target.as_ref().is_some_and(|target| target.closest(selector).is_ok_and(|found| found.is_some()))
    };
    let is_press = matches!(event.key().as_str(), " " | "Enter");
    event.default_prevented()
        || event.ctrl_key()
        || event.meta_key()
        || event.alt_key()
        || is_in("input:not([type=range]), textarea, select, [contenteditable=true]")
        || (is_press && is_in("button, a, summary, [role=button]"))
}

fn meaning(event: &KeyboardEvent, dispatch: &Dispatch) -> Option<Vec<Action>> {
    let state = dispatch.state();
    let steps = if event.shift_key() { 10 } else { 1 };
    let jump = |forwards| Action::Jump { forwards, kinds: problem_kinds(), of_selection: false };
    let action = match event.key().as_str() {
        " " => Action::TogglePlay,
        "ArrowRight" => Action::StepBy(steps),
        "ArrowLeft" => Action::StepBy(-steps),
        "Home" => Action::Seek(Seek::Step(0)),
        "End" => Action::Seek(Seek::End),
        "n" | "N" => jump(true),
        "p" | "P" => jump(false),
        "+" | "=" => Action::SetSpeed(state.playback.speed.saturating_add(1)),
        "-" => Action::SetSpeed(state.playback.speed.saturating_sub(1)),
        "1" => Action::ShowPanel(Panel::Output),
        "2" => Action::ShowPanel(Panel::Queues),
        "3" => Action::ShowPanel(Panel::Clients),
        "4" => Action::ShowPanel(Panel::Message),
        "5" => Action::ShowPanel(Panel::Routing),
        "6" => Action::ShowPanel(Panel::Checks),
        "e" | "E" => Action::FocusEditor,
        "?" => Action::ShowKeys(!state.keys_shown),
        "Escape" if state.keys_shown => Action::ShowKeys(false),
        "Escape" if state.notice.is_some() => Action::Dismiss,
        "Escape" => Action::Select(None),
        _ => return None,
    };
    Some(vec![action])
}
