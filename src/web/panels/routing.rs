//! Which bindings a key matches, word by word: the broker's own answer.

use web_sys::{HtmlInputElement, HtmlSelectElement, InputEvent};
use yew::prelude::*;

use super::events::select;
use crate::inspect::view::{BindingAnswer, Thing, ThingKind, Word, WordOutcome};
use crate::session::{Action, RoutingAsk, RoutingView};
use crate::web::dispatch::Dispatch;
use crate::web::shared::Shared;
use crate::web::widgets::{Empty, Glyph, Icon, IconName};

/// Properties.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Exchanges of the run: vhost, name, type.
    pub exchanges: Vec<(String, String, String)>,
    /// What is asked.
    pub ask: RoutingAsk,
    /// The last answer.
    pub routing: Option<Shared<RoutingView>>,
    /// What is selected.
    pub selection: Option<Thing>,
    /// Way up.
    pub dispatch: Dispatch,
}

/// The panel.
#[component]
pub fn RoutingPanel(props: &Props) -> Html {
    html! {
        <div class="routing">
            { view_question(props) }
            if let Some(routing) = &props.routing { { view_answer(routing, props) } }
        </div>
    }
}

fn view_question(props: &Props) -> Html {
    let asked = props.routing.as_ref().map(|routing| routing.exchange.clone());
    let exchange = props.ask.exchange.clone().or(asked).unwrap_or_default();
    let kind = props.exchanges.iter().find(|(_, name, _)| *name == exchange).map_or("", |(_, _, kind)| kind);
    let send = |change: fn(&mut RoutingAsk, String)| {
        let (dispatch, ask) = (props.dispatch.clone(), props.ask.clone());
        move |value: String| {
            let mut ask = ask.clone();
            change(&mut ask, value);
            dispatch.send(Action::AskRouting(ask));
        }
    };
    let on_exchange = {
        let (dispatch, ask, exchanges) = (props.dispatch.clone(), props.ask.clone(), props.exchanges.clone());
        move |event: yew::Event| {
            let chosen = event.target_dyn_into::<HtmlSelectElement>().map(|field| field.selected_index());
            let chosen = chosen.and_then(|at| exchanges.get(usize::try_from(at).ok()?));
            if let Some((vhost, name, _)) = chosen {
                dispatch.send(Action::AskRouting(RoutingAsk {
                    vhost: vhost.clone(),
                    exchange: Some(name.clone()),
                    ..ask.clone()
                }));
            }
        }
    };
    let field = |on: Callback<String>| {
        move |event: InputEvent| {
            if let Some(field) = event.target_dyn_into::<HtmlInputElement>() {
                on.emit(field.value());
            }
        }
    };
    let on_key = field(Callback::from(send(|ask, value| ask.key = value)));
    let on_headers = field(Callback::from(send(|ask, value| ask.headers = value)));
    html! {
        <form class="routing__question" onsubmit={|event: SubmitEvent| event.prevent_default()}>
            <label class="routing__field">
                <span>{ "Exchange" }</span>
                <select onchange={on_exchange}>
                    { for props.exchanges.iter().map(|(vhost, name, kind)| html! {
                        <option key={format!("{vhost} {name}")} selected={*name == exchange}>
                            { if name.is_empty() { "default".to_owned() } else { format!("{name} ({kind})") } }
                        </option>
                    }) }
                </select>
            </label>
            <label class="routing__field routing__field--key">
                <span>{ "Routing key" }</span>
                <input type="text" value={props.ask.key.clone()} oninput={on_key} placeholder="kern.disk.error" spellcheck="false"
                    autocapitalize="off" autocomplete="off" />
            </label>
            if kind == "headers" {
                <label class="routing__field routing__field--key">
                    <span>{ "Headers" }</span>
                    <input type="text" value={props.ask.headers.clone()} oninput={on_headers} placeholder={"{ format: \"pdf\" }"} spellcheck="false"
                        autocapitalize="off" autocomplete="off" />
                </label>
            }
        </form>
    }
}

fn view_answer(routing: &RoutingView, props: &Props) -> Html {
    let answer = &routing.answer;
    if answer.exchange_type.is_empty() && answer.bindings.is_empty() {
        return html! { <Empty>{ "There is no such exchange at this moment." }</Empty> };
    }
    let summary = match answer.queues.len() {
        0 => format!("Reaches no queue: {}", answer.otherwise),
        1 => format!("Reaches {}.", answer.queues.join("")),
        count => format!("Reaches {count} queues, one copy each: {}.", answer.queues.join(", ")),
    };
    let is_lost = answer.queues.is_empty();
    html! {
        <>
            <p class={classes!("routing__summary", is_lost.then_some("routing__summary--lost"))} role="status">{ summary }</p>
            if answer.bindings.is_empty() {
                <Empty>{ "Nothing is bound to it at this moment." }</Empty>
            }
            <ul class="routing__bindings">
                { for answer.bindings.iter().enumerate().map(|(at, binding)| view_binding(at, binding, props)) }
            </ul>
        </>
    }
}

fn view_binding(at: usize, binding: &BindingAnswer, props: &Props) -> Html {
    let (kind, name) = match &binding.destination {
        Thing::Queue(_, name) => (ThingKind::Queue, name.as_str()),
        Thing::Exchange(_, name) => (ThingKind::Exchange, name.as_str()),
        Thing::Client(name) => (ThingKind::Client, name.as_str()),
        Thing::Message(_) => (ThingKind::Client, ""),
    };
    let chosen = props.selection.as_ref() == Some(&binding.destination);
    let (class, icon) =
        if binding.matched { ("matched", IconName::Check) } else { ("refused", IconName::Cross) };
    html! {
        <li key={at} class={classes!("routing__binding", format!("routing__binding--{class}"))}>
            <span class="routing__verdict"><Icon name={icon} /><span class="unseen">{ class }</span></span>
            <span class="routing__words">
                if binding.words.is_empty() {
                    <code class="routing__plain">{ format!("{:?}", binding.key) }</code>
                } else {
                    { for binding.words.iter().enumerate().map(|(at, word)| view_word(at, word)) }
                }
                { for binding.left_over.iter().map(|word| html! {
                    <span class="routing__word routing__word--left" title="left over: nothing took this word">
                        <b>{ " " }</b><small>{ word }</small>
                    </span>
                }) }
                if !binding.arguments.is_empty() { <code class="routing__arguments">{ &binding.arguments }</code> }
            </span>
            <button type="button" class={classes!("routing__to", chosen.then_some("routing__to--selected"))}
                onclick={select(&props.dispatch, binding.destination.clone())}>
                <Glyph kind={kind} />{ name }
            </button>
            <span class="routing__why">{ &binding.why }</span>
        </li>
    }
}

/// The binding's word above what it took.
fn view_word(at: usize, word: &Word) -> Html {
    let (class, title) = match word.outcome {
        WordOutcome::Took => ("took", "took"),
        WordOutcome::Failed => ("failed", "failed here"),
        WordOutcome::NotReached => ("unreached", "not reached"),
    };
    let took = match (word.outcome, word.took.is_empty()) {
        (WordOutcome::Took, true) => "(no word)".to_owned(),
        (_, true) => " ".to_owned(),
        (_, false) => word
            .took
            .iter()
            .map(|word| if word.is_empty() { "(empty)" } else { word })
            .collect::<Vec<_>>()
            .join("."),
    };
    html! {
        <span key={at} class={classes!("routing__word", format!("routing__word--{class}"))} title={title}>
            <b>{ if word.word.is_empty() { "(empty)" } else { &word.word } }</b>
            <small>{ took }</small>
        </span>
    }
}
