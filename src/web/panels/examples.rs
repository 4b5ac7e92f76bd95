//! The picker of examples: by group, each with a sentence on what to look for.

use wasm_bindgen::JsCast;
use web_sys::{FocusEvent, HtmlElement, Node};
use yew::prelude::*;

use crate::session::{Action, Example, groups};
use crate::web::dispatch::Dispatch;
use crate::web::widgets::{Icon, IconName};

/// Properties.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The one that is open, if one is.
    pub example: Option<&'static Example>,
    /// Whether the text is no longer what the example says.
    pub is_changed: bool,
    /// Way up.
    pub dispatch: Dispatch,
}

/// A button with the present example's name; the list opens below it.
#[component]
pub fn Examples(props: &Props) -> Html {
    let is_open = use_state(|| false);
    let toggle = {
        let is_open = is_open.clone();
        move |_| is_open.set(!*is_open)
    };
    let on_key = {
        let is_open = is_open.clone();
        move |event: KeyboardEvent| on_key(&event, &is_open)
    };
    let on_leave = {
        let is_open = is_open.clone();
        move |event: FocusEvent| {
            let inside = event.current_target().and_then(|element| element.dyn_into::<Node>().ok());
            let to = event.related_target().and_then(|to| to.dyn_into::<Node>().ok());
            if !inside.is_some_and(|inside| inside.contains(to.as_ref())) {
                is_open.set(false);
            }
        }
    };
    let title = match props.example {
        Some(example) if props.is_changed => format!("{} (changed)", example.title()),
        Some(example) => example.title().to_owned(),
        None => "Your script".to_owned(),
    };
    html! {
        <div class="examples" onkeydown={on_key} onfocusout={on_leave}>
            <button type="button" class="button examples__button" aria-expanded={is_open.to_string()} aria-haspopup="true"
                title="Examples" onclick={toggle}>
                <span class="examples__label">{ "Example" }</span>
                <span class="examples__title">{ title }</span>
                <Icon name={IconName::Chevron} />
            </button>
            if *is_open {
                <div class="examples__list" role="group" aria-label="Examples" tabindex="-1">
                    <a class="examples__tour" href="docs/tour.html" target="_blank" rel="noopener">
                        <b>{ "Tour" }</b>{ ": from hello to dead letters in fifteen steps" }
                    </a>
                    <div class="examples__columns">
                        { for groups().into_iter().map(|(group, examples)| view_group(group, &examples, props, &is_open)) }
                    </div>
                </div>
            }
        </div>
    }
}

fn view_group(
    group: &'static str,
    examples: &[&'static Example],
    props: &Props,
    is_open: &UseStateHandle<bool>,
) -> Html {
    html! {
        <section key={group} class="examples__group">
            <h3 class="examples__heading">{ group }</h3>
            { for examples.iter().map(|example| view_example(example, props, is_open)) }
        </section>
    }
}

fn view_example(example: &'static Example, props: &Props, is_open: &UseStateHandle<bool>) -> Html {
    let is_chosen = props.example == Some(example);
    let on_click = {
        let (dispatch, is_open) = (props.dispatch.clone(), is_open.clone());
        move |_| {
            is_open.set(false);
            dispatch.send(Action::PickExample(example.id.to_owned()));
        }
    };
    html! {
        <button key={example.id} type="button" onclick={on_click} data-example={example.id}
            class={classes!("examples__example", is_chosen.then_some("examples__example--chosen"))}
            aria-current={is_chosen.then_some("true")}>
            <span class="examples__name">{ example.title() }</span>
            <span class="examples__look">{ example.look() }</span>
        </button>
    }
}

/// Up and down among the examples, Escape closes.
fn on_key(event: &KeyboardEvent, is_open: &UseStateHandle<bool>) {
    let by = match event.key().as_str() {
        "Escape" if **is_open => {
            event.stop_propagation();
            event.prevent_default();
            return is_open.set(false);
        }
        "ArrowDown" if **is_open => 1,
        "ArrowUp" if **is_open => -1,
        _ => return,
    };
    event.prevent_default();
    event.stop_propagation();
    let root = event.current_target().and_then(|root| root.dyn_into::<web_sys::Element>().ok());
    let Some(buttons) = root.and_then(|root| root.query_selector_all(".examples__example").ok()) else {
        return;
    };
    let buttons: Vec<HtmlElement> =
        (0..buttons.length()).filter_map(|at| buttons.item(at)?.dyn_into::<HtmlElement>().ok()).collect();
    let active = event.target_dyn_into::<HtmlElement>();
    let at = buttons.iter().position(|button| Some(button) == active.as_ref());
    let to = match at {
        Some(at) => (at as i64 + by).rem_euclid(buttons.len().max(1) as i64) as usize,
        None => 0,
    };
    if let Some(button) = buttons.get(to) {
        let _ = button.focus();
    }
}
