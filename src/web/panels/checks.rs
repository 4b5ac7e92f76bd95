//! Each check: held, or the first moment at which it failed; below, what else was found in the run.

use yew::prelude::*;

use crate::inspect::view::{CheckRow, FindingRow, Severity, Verdict};
use crate::session::{Action, Seek, clock};
use crate::web::dispatch::Dispatch;
use crate::web::panels::in_code;
use crate::web::shared::Shared;
use crate::web::widgets::{Empty, Icon, IconName};

/// Properties.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// In order of the text.
    pub checks: Option<Shared<Vec<CheckRow>>>,
    /// What was found in the run, in order of time.
    pub findings: Option<Shared<Vec<FindingRow>>>,
    /// Way up.
    pub dispatch: Dispatch,
}

/// The list.
#[component]
pub fn Checks(props: &Props) -> Html {
    let Some(checks) = &props.checks else { return html! { <Empty>{ "Running …" }</Empty> } };
    html! {
        <>
            if checks.is_empty() {
                <Empty>{ "The script checks nothing. Add " }<code>{ "expect ready(tasks) == 0" }</code>{ " or " }<code>{ "always unacked(tasks) <= 2" }</code>{ "." }</Empty>
            } else {
                <ul class="checks">{ for checks.iter().map(|check| view_check(check, &props.dispatch)) }</ul>
            }
            if let Some(findings) = props.findings.as_ref().filter(|findings| !findings.is_empty()) {
                <h3 class="checks__heading">{ "Found in this run" }</h3>
                <ul class="checks checks--found">{ for findings.iter().map(|finding| view_finding(finding, &props.dispatch)) }</ul>
            }
        </>
    }
}

fn view_finding(finding: &FindingRow, dispatch: &Dispatch) -> Html {
    let (word, icon) = match finding.severity {
        Severity::Note => ("note", IconName::Play),
        Severity::Error | Severity::Warning => ("warning", IconName::NextProblem),
    };
    let (step, time) = finding.moment;
    let seek = {
        let dispatch = dispatch.clone();
        move |_| dispatch.send(Action::Seek(Seek::Step(step)))
    };
    html! {
        <li key={format!("{} {step} {}", finding.code, finding.message)} class={classes!("checks__check", format!("checks__check--{word}"))}>
            <span class="checks__verdict"><Icon name={icon} />{ word }</span>
            <span class="checks__words">
                { in_code(&finding.message) }{ " " }
                <a class="checks__code" href={format!("docs/diagnostics/{}.html", finding.code)} target="_blank" rel="noopener">{ &finding.code }</a>
            </span>
            <span class="checks__found">{ in_code(&finding.help) }</span>
            <button type="button" class="button checks__moment" onclick={seek}>{ format!("at {}", clock(time)) }</button>
        </li>
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
