//! The timeline as text, for those who cannot see it or want to read it.

use yew::prelude::*;

use crate::inspect::view::{Lane, Mark, Thing};
use crate::session::{Action, Seek, clock};
use crate::web::dispatch::Dispatch;
use crate::web::panels::events::{is_selected, mark_label, mark_word};
use crate::web::widgets::Empty;

/// Rows shown at most.
const ROWS_MAX: usize = 200;

/// The marks from a time on.
pub fn view_table(
    marks: Option<&[Mark]>,
    lanes: &[Lane],
    clock_now: u64,
    selection: Option<&Thing>,
    dispatch: &Dispatch,
) -> Html {
    let Some(marks) = marks else {
        return html! { <Empty>{ "Too many events to list: zoom in." }</Empty> };
    };
    html! {
        <div class="timeline__scroll">
            <table class="timeline__table">
                <caption class="unseen">{ "Events in the part of time shown" }</caption>
                <thead><tr><th>{ "Time" }</th><th>{ "Where" }</th><th>{ "What" }</th><th>{ "" }</th></tr></thead>
                <tbody>{ for marks.iter().take(ROWS_MAX).enumerate().map(|(at, mark)| view_row(at, mark, lanes, clock_now, selection, dispatch)) }</tbody>
            </table>
            if marks.len() > ROWS_MAX { <Empty>{ format!("The first {ROWS_MAX} of {}: zoom in for the others.", marks.len()) }</Empty> }
        </div>
    }
}

fn view_row(
    at: usize,
    mark: &Mark,
    lanes: &[Lane],
    clock_now: u64,
    selection: Option<&Thing>,
    dispatch: &Dispatch,
) -> Html {
    let lane = lanes.get(usize::from(mark.lane)).map_or("", |lane| lane.label.as_str());
    let go = {
        let (dispatch, step, message) = (dispatch.clone(), mark.step, mark.message.clone());
        move |_| {
            if let Some(message) = &message {
                dispatch.send(Action::Select(Some(Thing::Message(message.clone()))));
            }
            dispatch.send(Action::Seek(Seek::Step(step)));
        }
    };
    let class = classes!(
        (mark.time > clock_now).then_some("timeline__row--future"),
        is_selected(selection, mark.message.as_ref()).then_some("timeline__row--selected"),
    );
    html! {
        <tr key={at} class={class}>
            <td><button type="button" class="timeline__go" onclick={go}>{ clock(mark.time) }</button></td>
            <td>{ lane }</td>
            <td class={format!("mark-{}", mark_word(mark.kind))}>{ mark_label(mark.kind) }</td>
            <td>{ &mark.label }</td>
        </tr>
    }
}
