//! Queues at the moment: what is ready, what is unacked and who holds it, who consumes.

use yew::prelude::*;

use super::events::{is_selected, message_name, select};
use crate::inspect::view::{ConsumerRow, Copy, QueueRow, Thing, ThingKind};
use crate::session::{clock, count};
use crate::web::dispatch::Dispatch;
use crate::web::shared::Shared;
use crate::web::widgets::{Empty, Glyph};

/// Properties.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Queues in order.
    pub queues: Option<Shared<Vec<QueueRow>>>,
    /// What is selected.
    pub selection: Option<Thing>,
    /// Way up.
    pub dispatch: Dispatch,
}

/// The queues.
#[component]
pub fn Queues(props: &Props) -> Html {
    let Some(queues) = &props.queues else { return html! { <Empty>{ "Running …" }</Empty> } };
    if queues.is_empty() {
        return html! {
            <Empty>{ "There is no queue at this moment. Declare one: " }<code>{ "queue tasks durable" }</code>{ "." }</Empty>
        };
    }
    html! {
        <div class="queues">
            { for queues.iter().map(|queue| html! {
                <Queue key={format!("{} {}", queue.vhost, queue.name)} queue={queue.clone()}
                    selection={props.selection.clone()} dispatch={props.dispatch.clone()} />
            }) }
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct QueueProps {
    queue: QueueRow,
    selection: Option<Thing>,
    dispatch: Dispatch,
}

#[component]
fn Queue(props: &QueueProps) -> Html {
    let queue = &props.queue;
    let thing = Thing::Queue(queue.vhost.clone(), queue.name.clone());
    let chosen = props.selection.as_ref() == Some(&thing);
    html! {
        <section class={classes!("queues__queue", chosen.then_some("queues__queue--selected"))}>
            <header class="queues__head">
                <button type="button" class="queues__name" aria-pressed={chosen.to_string()} onclick={select(&props.dispatch, thing)}>
                    <Glyph kind={ThingKind::Queue} />
                    <span>{ &queue.name }</span>
                    if queue.vhost != "/" { <small>{ format!("in {}", queue.vhost) }</small> }
                </button>
                <span class="queues__features">{ queue.features.join(" · ") }</span>
                <span class="queues__count">
                    <b>{ count(u64::from(queue.ready)) }</b>{ if queue.keeps { " kept" } else { " ready" } }
                </span>
                if !queue.keeps {
                    <span class="queues__count"><b>{ count(u64::from(queue.unacked)) }</b>{ " unacked" }</span>
                }
            </header>
            { view_copies(if queue.keeps { "Kept" } else { "Ready" }, queue.ready, &queue.ready_copies, props) }
            { view_copies("Unacked", queue.unacked, &queue.unacked_copies, props) }
            if !queue.consumers.is_empty() {
                <div class="queues__consumers">
                    { for queue.consumers.iter().map(|consumer| view_consumer(consumer, props)) }
                </div>
            }
        </section>
    }
}

fn view_copies(label: &str, all: u32, copies: &[Copy], props: &QueueProps) -> Html {
    if all == 0 {
        return html! {};
    }
    let more = u64::from(all).saturating_sub(copies.len() as u64);
    html! {
        <div class="queues__copies">
            <span class="queues__label">{ label }</span>
            <ol>
                { for copies.iter().map(|copy| html! { <li key={message_name(&copy.message)}>{ view_copy(copy, props) }</li> }) }
                if more > 0 { <li class="queues__more">{ format!("and {} more", count(more)) }</li> }
            </ol>
        </div>
    }
}

fn view_copy(copy: &Copy, props: &QueueProps) -> Html {
    let chosen = is_selected(props.selection.as_ref(), Some(&copy.message));
    let mut words = vec![format!("{}, routing key {:?}", message_name(&copy.message), copy.routing_key)];
    words.extend(copy.persistent.then(|| "persistent".to_owned()));
    words.extend(copy.redelivered.then(|| "redelivered".to_owned()));
    words.extend(copy.expires.map(|time| format!("expires at {}", clock(time))));
    if let Some(holder) = &copy.holder {
        words.push(format!(
            "held by {}, channel {}, delivery tag {}",
            holder.client, holder.channel, holder.delivery_tag
        ));
    }
    html! {
        <button type="button" class={classes!("queues__copy", chosen.then_some("queues__copy--selected"))}
            aria-pressed={chosen.to_string()} title={words.join("\n")}
            onclick={select(&props.dispatch, Thing::Message(copy.message.clone()))}>
            <span class="queues__body">{ if copy.body.is_empty() { "(empty)" } else { &copy.body } }</span>
            if copy.redelivered { <span class="queues__flag" title="redelivered">{ "↻" }</span> }
            if let Some(holder) = &copy.holder {
                <span class="queues__holder">{ format!("{} · tag {}", holder.client, holder.delivery_tag) }</span>
            }
        </button>
    }
}

fn view_consumer(consumer: &ConsumerRow, props: &QueueProps) -> Html {
    let thing = Thing::Client(consumer.client.clone());
    let chosen = props.selection.as_ref() == Some(&thing);
    let credit = match (consumer.no_ack, consumer.prefetch) {
        (true, _) => "no_ack".to_owned(),
        (false, 0) => format!("{} unacked, no limit", consumer.unacked),
        (false, prefetch) => format!("{} of {prefetch} unacked", consumer.unacked),
    };
    let credit = match consumer.offset {
        Some(offset) => format!("reads offset {offset} next, {credit}"),
        None => credit,
    };
    html! {
        <button key={consumer.consumer_tag.clone()} type="button" title={format!("consumer tag {}", consumer.consumer_tag)}
            class={classes!("queues__consumer", chosen.then_some("queues__consumer--selected"))}
            onclick={select(&props.dispatch, thing)}>
            <Glyph kind={ThingKind::Consumer} />
            <span>{ &consumer.client }</span>
            <span class="queues__credit">{ credit }</span>
            if consumer.blocked { <span class="queues__full">{ "passed over" }</span> }
        </button>
    }
}
