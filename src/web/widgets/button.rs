//! A button with an icon, and a word beside it or for a screen reader only.

use yew::prelude::*;

use super::icon::{Icon, IconName};

/// Properties.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Icon.
    pub icon: IconName,
    /// What it does: tooltip and label.
    pub label: AttrValue,
    /// A word that is seen.
    #[prop_or_default]
    pub text: AttrValue,
    /// More classes.
    #[prop_or_default]
    pub class: Classes,
    /// Cannot be used now.
    #[prop_or_default]
    pub disabled: bool,
    /// Whether it is pressed, where it is a switch.
    #[prop_or_default]
    pub pressed: Option<bool>,
    /// Used.
    pub on_click: Callback<()>,
}

/// The button.
#[component]
pub fn Button(props: &Props) -> Html {
    let on_click = props.on_click.clone();
    let has_text = !props.text.is_empty();
    html! {
        <button
            type="button"
            class={classes!("button", props.class.clone(), (!has_text).then_some("button--icon"))}
            title={&props.label}
            aria-label={(!has_text).then(|| props.label.clone())}
            aria-pressed={props.pressed.map(|pressed| pressed.to_string())}
            disabled={props.disabled}
            onclick={move |_| on_click.emit(())}
        >
            <Icon name={props.icon} />
            if has_text { <span class="button__text">{ &props.text }</span> }
        </button>
    }
}
