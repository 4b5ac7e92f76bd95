//! Clients at the moment: what each does, and what waits in its inbox.

use yew::prelude::*;

use super::events::select;
use crate::inspect::view::{ClientRow, Thing};
use crate::session::Action;
use crate::web::dispatch::Dispatch;
use crate::web::shared::Shared;
use crate::web::widgets::{Empty, Glyph};

/// Properties.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Clients in order.
    pub clients: Option<Shared<Vec<ClientRow>>>,
    /// What is selected.
    pub selection: Option<Thing>,
    /// Way up.
    pub dispatch: Dispatch,
}

/// The table.
#[component]
pub fn Clients(props: &Props) -> Html {
    let Some(clients) = &props.clients else { return html! { <Empty>{ "Running …" }</Empty> } };
    if clients.is_empty() {
        return html! {
            <Empty>{ "The script has no client. Write one: " }<code>{ "publisher boss { publish \"hello\" to default key \"tasks\" }" }</code></Empty>
        };
    }
    html! {
        <table class="clients">
            <thead><tr><th>{ "Client" }</th><th>{ "Does" }</th><th>{ "Channels" }</th><th class="clients__number">{ "Inbox" }</th></tr></thead>
            <tbody>{ for clients.iter().map(|client| view_client(client, props)) }</tbody>
        </table>
    }
}

fn view_client(client: &ClientRow, props: &Props) -> Html {
    let thing = Thing::Client(client.name.clone());
    let chosen = props.selection.as_ref() == Some(&thing);
    let state = match client.span {
        Some(span) => {
            let dispatch = props.dispatch.clone();
            html! {
                <button type="button" class="clients__state" title="Show the statement" onclick={move |_| dispatch.send(Action::Reveal(span))}>
                    { &client.state }
                </button>
            }
        }
        None => html! { <span>{ &client.state }</span> },
    };
    html! {
        <tr key={client.name.clone()} class={classes!(chosen.then_some("clients__row--selected"))}>
            <td>
                <button type="button" class="clients__name" aria-pressed={chosen.to_string()} onclick={select(&props.dispatch, thing)}>
                    <Glyph kind={client.kind} />{ &client.name }
                </button>
            </td>
            <td>{ state }</td>
            <td class="clients__channels">{ for client.channels.iter().map(|channel| html! { <div>{ channel }</div> }) }</td>
            <td class="clients__number">{ client.inbox }</td>
        </tr>
    }
}
