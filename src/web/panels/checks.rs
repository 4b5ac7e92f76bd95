//! Each check: held, or the first moment at which it failed.

use yew::prelude::*;

use crate::inspect::view::{CheckRow, Verdict};
use crate::session::{Action, Seek, clock};
use crate::web::dispatch::Dispatch;
use crate::web::shared::Shared;
use crate::web::widgets::{Empty, Icon, IconName};

/// Properties.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// In order of the text.
    pub checks: Option<Shared<Vec<CheckRow>>>,
    /// Way up.
    pub dispatch: Dispatch,
}

/// The list.
#[component]
pub fn Checks(props: &Props) -> Html {
    let Some(checks) = &props.checks else { return html! { <Empty>{ "Running …" }</Empty> } };
    if checks.is_empty() {
        return html! {
            <Empty>{ "The script checks nothing. Add " }<code>{ "expect ready(tasks) == 0" }</code>{ " or " }<code>{ "always unacked(tasks) <= 2" }</code>{ "." }</Empty>
        };
    }
    html! {
        <ul class="checks">{ for checks.iter().map(|check| view_check(check, &props.dispatch)) }</ul>
    }
}

fn view_check(check: &CheckRow, dispatch: &Dispatch) -> Html {
    let (word, icon) = match check.verdict {
        Verdict::Held => ("held", IconName::Check),
        Verdict::Failed => ("failed", IconName::Cross),
        Verdict::Undecided => ("undecided", IconName::NextProblem),
        Verdict::Pending => ("pending", IconName::Play),
    };
    let reveal = {
        let (dispatch, span) = (dispatch.clone(), check.span);
        move |_| dispatch.send(Action::Reveal(span))
    };
    html! {
        <li key={format!("{} {}", check.span.start, check.text)} class={classes!("checks__check", format!("checks__check--{word}"))}>
            <span class="checks__verdict"><Icon name={icon} />{ word }</span>
            <button type="button" class="checks__text" title="Show it in the script" onclick={reveal}>{ &check.text }</button>
            if !check.found.is_empty() && check.verdict != Verdict::Held { <span class="checks__found">{ &check.found }</span> }
            if let Some((step, time)) = check.moment.filter(|_| check.verdict != Verdict::Held) {
                <button type="button" class="button checks__moment" onclick={{
                    let dispatch = dispatch.clone();
                    move |_| dispatch.send(Action::Seek(Seek::Step(step)))
                }}>{ format!("at {}", clock(time)) }</button>
            }
        </li>
    }
}
