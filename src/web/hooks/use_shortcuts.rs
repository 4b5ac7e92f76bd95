//! Keys that work anywhere but where one types.

use gloo_events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};
use yew::prelude::*;

use crate::session::{Action, Panel, Seek, View, problem_kinds};
use crate::web::dispatch::Dispatch;

/// Keys and what they do, as `?` shows them.
pub const KEYS: [(&str, &str); 9] = [
    ("Space", "Play, pause"),
    ("← →", "One step back, forward"),
    ("Shift ← →", "Ten steps back, forward"),
    ("Home End", "Beginning, end of the run"),
    ("P N", "Last, next problem: a drop, a refusal, a redelivery, a failed check …"),
    ("+ −", "Faster, slower"),
    ("1 … 6", "Output, Queues, Clients, Message, Routing, Checks"),
    ("Esc", "Select nothing"),
    ("?", "These keys"),
];

/// Keys of the script, where there is an editor.
pub const SCRIPT_KEYS: [(&str, &str); 15] = [
    ("E", "To the editor; Escape then Tab leaves it"),
    ("O", "Outline: go to a queue, an exchange, a client …"),
    ("Ctrl Shift O", "The outline, from the editor"),
    ("Ctrl Space", "What may be written here"),
    ("Ctrl Shift Space", "The options of this statement"),
    ("F1", "The documentation of the word at the cursor"),
    ("F12", "To where the name is made; Ctrl and a click, too"),
    ("Shift F12", "The uses of the name: ↑ ↓ go from one to the next"),
    ("F2", "Call the name otherwise, wherever it stands"),
    ("Ctrl .", "Mend the problem at the cursor"),
    ("F8", "To the next problem of the text"),
    ("Shift Alt F", "Lay the script out"),
    ("Ctrl Shift [ ]", "Fold, unfold; Ctrl Alt [ ] all of it"),
    ("Ctrl U", "Back to where the cursor was"),
    ("Ctrl F", "Find and replace"),
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
        "o" | "O" if state.view == View::Full => Action::ShowOutline,
        "?" => Action::ShowKeys(!state.keys_shown),
        "Escape" if state.keys_shown => Action::ShowKeys(false),
        "Escape" if state.notice.is_some() => Action::Dismiss,
        "Escape" => Action::Select(None),
        _ => return None,
    };
    Some(vec![action])
}
