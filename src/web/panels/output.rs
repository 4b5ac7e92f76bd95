//! What the clients printed, with the time, and the errors that ended something. Lines after the moment are faint.

use yew::prelude::*;

use super::events::{is_selected, message_name};
use crate::inspect::view::{Output, OutputLine, Step, Thing};
use crate::session::{Action, Seek, clock, count};
use crate::web::dispatch::Dispatch;
use crate::web::shared::Shared;
use crate::web::widgets::{Empty, Glyph, kind_class};

/// Properties.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// As far as asked.
    pub output: Option<Shared<Output>>,
    /// The moment.
    pub step: Step,
    /// What is selected.
    pub selection: Option<Thing>,
    /// Way up.
    pub dispatch: Dispatch,
}

/// The list.
#[component]
pub fn OutputPanel(props: &Props) -> Html {
    let Some(output) = &props.output else { return html! { <Empty>{ "Running …" }</Empty> } };
    if output.total == 0 {
        return html! {
            <Empty>{ "Nothing was printed. A client prints with " }<code>{ "print \"[x] {message.body}\"" }</code>{ "." }</Empty>
        };
    }
    let shown = u32::try_from(output.lines.len()).unwrap_or(u32::MAX);
    html! {
        <div class="output">
            if shown < output.total { { view_pages(output, shown, &props.dispatch) } }
            <ol class="output__lines" start={(output.first + 1).to_string()}>
                { for output.lines.iter().enumerate().map(|(at, line)| html! {
                    <Line key={output.first as usize + at} line={line.clone()} is_future={line.step > props.step}
                        is_selected={is_line_selected(line, props.selection.as_ref())} dispatch={props.dispatch.clone()} />
                }) }
            </ol>
        </div>
    }
}

fn is_line_selected(line: &OutputLine, selection: Option<&Thing>) -> bool {
    is_selected(selection, line.message.as_ref())
        || matches!(selection, Some(Thing::Client(client)) if *client == line.client)
}

fn view_pages(output: &Output, shown: u32, dispatch: &Dispatch) -> Html {
    let last = output.first + shown;
    let to = |first: u32| {
        let dispatch = dispatch.clone();
        move |_| dispatch.send(Action::OutputFrom(Some(first)))
    };
    let follow = {
        let dispatch = dispatch.clone();
        move |_| dispatch.send(Action::OutputFrom(None))
    };
    let (first, total) = (count(u64::from(output.first) + 1), count(u64::from(output.total)));
    html! {
        <div class="output__pages">
            <span>{ format!("{first} – {} of {total} lines", count(u64::from(last))) }</span>
            <button type="button" class="button" disabled={output.first == 0} onclick={to(output.first.saturating_sub(400))}>{ "Earlier" }</button>
            <button type="button" class="button" disabled={last >= output.total} onclick={to(last)}>{ "Later" }</button>
            <button type="button" class="button" onclick={follow}>{ "At the moment" }</button>
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct LineProps {
    line: OutputLine,
    is_future: bool,
    is_selected: bool,
    dispatch: Dispatch,
}

/// A line; a click goes to its moment and selects the message it was printed for.
#[component]
fn Line(props: &LineProps) -> Html {
    let line = &props.line;
    let on_click = {
        let (dispatch, step, message) = (props.dispatch.clone(), line.step, line.message.clone());
        move |_| {
            if let Some(message) = &message {
                dispatch.send(Action::Select(Some(Thing::Message(message.clone()))));
            }
            dispatch.send(Action::Seek(Seek::Step(step)));
        }
    };
    let class = classes!(
        "output__line",
        kind_class(line.kind),
        props.is_future.then_some("output__line--future"),
        props.is_selected.then_some("output__line--selected"),
        line.is_error.then_some("output__line--error"),
    );
    let title = match &line.message {
        Some(message) => format!("Go to this moment and select {}", message_name(message)),
        None => "Go to this moment".to_owned(),
    };
    html! {
        <li>
            <button type="button" class={class} onclick={on_click} title={title}>
                <span class="output__time">{ clock(line.time) }</span>
                <span class="output__client"><Glyph kind={line.kind} />{ &line.client }</span>
                <span class="output__text">{ &line.text }</span>
            </button>
        </li>
    }
}
