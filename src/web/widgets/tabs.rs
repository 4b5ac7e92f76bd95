//! Tabs, with arrow keys as the pattern for tabs has them.

use wasm_bindgen::JsCast;
use web_sys::HtmlElement;
use yew::prelude::*;

use super::icon::{Icon, IconName};

/// A tab.
#[derive(Clone, PartialEq)]
pub struct Tab<K: Clone + PartialEq + 'static> {
    /// What it shows.
    pub key: K,
    /// Its word.
    pub label: AttrValue,
    /// Its icon.
    pub icon: IconName,
    /// Small numbers beside it.
    pub badges: Vec<Badge>,
}

/// A small number beside a tab's word.
#[derive(Clone, PartialEq)]
pub struct Badge {
    /// The number.
    pub text: AttrValue,
    /// What is counted, for a screen reader and the pointer: "found".
    pub of: &'static str,
    /// How bad it is.
    pub tone: Tone,
}

/// What a badge tells of.
#[derive(Clone, Copy, PartialEq)]
#[allow(missing_docs, reason = "they look like what they say")]
pub enum Tone {
    Calm,
    Warning,
    Alarm,
}

/// Properties.
#[derive(Properties, PartialEq)]
pub struct Props<K: Clone + PartialEq + 'static> {
    /// In order.
    pub tabs: Vec<Tab<K>>,
    /// The one that is shown.
    pub chosen: K,
    /// Name of the group, for a screen reader.
    pub label: AttrValue,
    /// The id of the element that the tabs control.
    pub controls: AttrValue,
    /// Another one is chosen.
    pub on_choose: Callback<K>,
    /// More classes.
    #[prop_or_default]
    pub class: Classes,
}

/// The row of tabs.
#[component]
pub fn Tabs<K: Clone + PartialEq + 'static>(props: &Props<K>) -> Html {
    let at = props.tabs.iter().position(|tab| tab.key == props.chosen);
    let on_key = {
        let (tabs, on_choose) = (props.tabs.clone(), props.on_choose.clone());
        Callback::from(move |event: KeyboardEvent| {
            let count = tabs.len();
            let to = match (event.key().as_str(), at) {
                ("ArrowRight", Some(at)) => (at + 1) % count,
                ("ArrowLeft", Some(at)) => (at + count - 1) % count,
                ("Home", _) => 0,
                ("End", _) => count.saturating_sub(1),
                _ => return,
            };
            event.prevent_default();
            event.stop_propagation();
            focus(&event, to);
            if let Some(tab) = tabs.get(to) {
                on_choose.emit(tab.key.clone());
            }
        })
    };
    html! {
        <div class={classes!("tabs", props.class.clone())} role="tablist" aria-label={&props.label} onkeydown={on_key}>
            { for props.tabs.iter().map(|tab| view_tab(tab, props)) }
        </div>
    }
}

fn view_tab<K: Clone + PartialEq + 'static>(tab: &Tab<K>, props: &Props<K>) -> Html {
    let is_chosen = tab.key == props.chosen;
    let (key, on_choose) = (tab.key.clone(), props.on_choose.clone());
    html! {
        <button
            key={tab.label.to_string()}
            type="button"
            role="tab"
            class={classes!("tabs__tab", is_chosen.then_some("tabs__tab--chosen"))}
            aria-selected={is_chosen.to_string()}
            aria-controls={&props.controls}
            tabindex={if is_chosen { "0" } else { "-1" }}
            onclick={move |_| on_choose.emit(key.clone())}
        >
            <Icon name={tab.icon} />
            <span class="tabs__label">{ &tab.label }</span>
            if !tab.badges.is_empty() { <span class="tabs__badges">{ for tab.badges.iter().map(view_badge) }</span> }
        </button>
    }
}

fn view_badge(Badge { text, of, tone }: &Badge) -> Html {
    let tone = match tone {
        Tone::Calm => None,
        Tone::Warning => Some("tabs__badge--warning"),
        Tone::Alarm => Some("tabs__badge--alarm"),
    };
    html! {
        <span class={classes!("tabs__badge", tone)} title={format!("{text} {of}")}>
            { text }<span class="unseen">{ format!(" {of}") }</span>
        </span>
    }
}

fn focus(event: &KeyboardEvent, index: usize) {
    let row = event.target_dyn_into::<HtmlElement>().and_then(|tab| tab.parent_element());
    let tab = row.and_then(|row| row.children().item(u32::try_from(index).unwrap_or(0)));
    if let Some(tab) = tab.and_then(|tab| tab.dyn_into::<HtmlElement>().ok()) {
        let _ = tab.focus();
    }
}
