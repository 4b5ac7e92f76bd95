//! The bar at the top: which script, which broker, link, theme.

use yew::prelude::*;

use super::examples::Examples;
use crate::session::{Action, Example, Theme};
use crate::web::dispatch::Dispatch;
use crate::web::widgets::{Button, Icon, IconName};

/// Properties.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The example that is open.
    pub example: Option<&'static Example>,
    /// Whether the text differs from what was picked or opened.
    pub is_changed: bool,
    /// Whether a text was put aside.
    pub has_kept: bool,
    /// The broker's version, and whether it was recorded.
    pub broker: Option<(String, bool)>,
    /// Theme.
    pub theme: Theme,
    /// Way up.
    pub dispatch: Dispatch,
}

/// The bar.
#[component]
pub fn Topbar(props: &Props) -> Html {
    let send = |action: Action| {
        let dispatch = props.dispatch.clone();
        Callback::from(move |()| dispatch.send(action.clone()))
    };
    let (next, icon, label) = match props.theme {
        Theme::System => (Theme::Light, IconName::System, "Theme: as the system. Change to light"),
        Theme::Light => (Theme::Dark, IconName::Sun, "Theme: light. Change to dark"),
        Theme::Dark => (Theme::System, IconName::Moon, "Theme: dark. Change to the system's"),
    };
    html! {
        <header class="topbar">
            <h1 class="topbar__name">
                { mark() }
                <span class="topbar__word">{ "Warren" }</span>
                <span class="topbar__what">{ "a RabbitMQ playground" }</span>
            </h1>
            <Examples example={props.example} is_changed={props.is_changed} dispatch={props.dispatch.clone()} />
            <Button class="topbar__reset" icon={IconName::Reset} label="Reset the script to how it was opened" disabled={!props.is_changed}
                on_click={send(Action::Reset)} />
            if props.has_kept {
                <Button icon={IconName::Script} label="Bring back the script that was put aside" text="Back to your script"
                    class="topbar__kept" on_click={send(Action::BringBack)} />
            }
            <span class="topbar__space" />
            if let Some((version, is_recorded)) = &props.broker {
                { view_broker(version, *is_recorded) }
            }
            <Button icon={IconName::Link} label="Copy a link to exactly this: script, moment, selection" text="Copy link"
                class="topbar__link" on_click={send(Action::CopyLink { embed: false })} />
            <Button icon={IconName::Script} label="Copy an address for an iframe: the panels without the editor" class="topbar__embed"
                on_click={send(Action::CopyLink { embed: true })} />
            <a class="button topbar__docs" href="docs/index.html" target="_blank" rel="noopener"
                title="Documentation: a tour, the language, conformance">
                <Icon name={IconName::Docs} /><span class="button__text">{ "Docs" }</span>
            </a>
            <Button icon={icon} label={label} class="topbar__theme" on_click={send(Action::SetTheme(next))} />
            <Button icon={IconName::Keys} label="Keys (?)" class="topbar__keys" on_click={send(Action::ShowKeys(true))} />
        </header>
    }
}

fn view_broker(version: &str, is_recorded: bool) -> Html {
    let title = if is_recorded {
        format!(
            "The broker behaves as RabbitMQ {version}, held to cases recorded from it. `broker 3.10` in the script chooses another."
        )
    } else {
        format!(
            "The broker behaves as RabbitMQ {version} by its documentation; no cases were recorded from that version."
        )
    };
    html! {
        <span class="topbar__broker" title={title}>
            { "RabbitMQ " }<b>{ version }</b>
            if !is_recorded { <span class="topbar__doubt">{ " documented" }</span> }
        </span>
    }
}

/// Two ears above a burrow.
fn mark() -> Html {
    html! {
        <svg class="topbar__mark" viewBox="0 0 32 32" aria-hidden="true">
            <rect class="topbar__earth" width="32" height="32" rx="7" />
            <path class="topbar__rabbit" d="M5 27V17a7 7 0 0 1 14 0v10z" />
            <path class="topbar__ears" d="M8 16V6m6 10V6" />
            <circle class="topbar__earth" cx="15" cy="19" r="1.600" />
            <path class="topbar__arrow" d="M20 22h7m-3-3 3 3-3 3" />
        </svg>
    }
}
