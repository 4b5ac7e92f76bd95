//! The selected message: what it is, and its journey hop by hop.

use yew::prelude::*;

use super::events::{mark_label, mark_word, message_name};
use crate::inspect::view::{Event, Journey, Step, Thing};
use crate::session::{Action, Seek, clock};
use crate::web::dispatch::Dispatch;
use crate::web::shared::Shared;
use crate::web::widgets::Empty;

/// Properties.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Its journey; none: not answered yet, or not in this run.
    pub journey: Option<Shared<Option<Box<Journey>>>>,
    /// What is selected.
    pub selection: Option<Thing>,
    /// The moment.
    pub step: Step,
    /// Way up.
    pub dispatch: Dispatch,
}

/// The panel.
#[component]
pub fn Message(props: &Props) -> Html {
    let Some(Thing::Message(selected)) = &props.selection else {
        return html! { <Empty>{ "Select a message: in a queue, on the timeline, or a printed line. Its whole journey is told here." }</Empty> };
    };
    let journey = match props.journey.as_deref() {
        Some(Some(journey)) => journey,
        Some(None) => {
            return html! { <Empty>{ format!("{} was not published in this run.", message_name(selected)) }</Empty> };
        }
        None => return html! { <Empty>{ "Looking …" }</Empty> },
    };
    let exchange = if journey.exchange.is_empty() { "the default exchange" } else { &journey.exchange };
    html! {
        <div class="message">
            <h3 class="message__name">{ message_name(&journey.message) }</h3>
            <pre class="message__body">{ if journey.body.is_empty() { "(empty body)" } else { &journey.body } }</pre>
            <dl class="message__facts">
                <div><dt>{ "exchange" }</dt><dd>{ exchange }</dd></div>
                <div><dt>{ "routing key" }</dt><dd><code>{ format!("{:?}", journey.routing_key) }</code></dd></div>
                { for journey.properties.iter().map(|(name, value)| html! {
                    <div key={name.clone()}><dt>{ name }</dt><dd><code>{ value }</code></dd></div>
                }) }
            </dl>
            <ol class="message__hops">{ for journey.hops.iter().enumerate().map(|(at, hop)| view_hop(at, hop, props)) }</ol>
        </div>
    }
}

fn view_hop(at: usize, hop: &Event, props: &Props) -> Html {
    let (dispatch, step) = (props.dispatch.clone(), hop.step);
    let class = classes!(
        "message__hop",
        format!("mark-{}", mark_word(hop.kind)),
        (hop.step > props.step).then_some("message__hop--future"),
        (hop.step == props.step).then_some("message__hop--now"),
    );
    html! {
        <li key={at}>
            <button type="button" class={class} title="Go to this moment" onclick={move |_| dispatch.send(Action::Seek(Seek::Step(step)))}>
                <span class="message__time">{ clock(hop.time) }</span>
                <span class="message__kind">{ mark_label(hop.kind) }</span>
                <span class="message__text">{ &hop.text }</span>
            </button>
        </li>
    }
}
