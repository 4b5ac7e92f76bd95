//! Problems of the text, below the editor. Its first line is always there, so that nothing jumps while one types.

use yew::prelude::*;

use crate::inspect::view::{Problem, Severity};
use crate::session::Action;
use crate::web::dispatch::Dispatch;
use crate::web::shared::Shared;
use crate::web::widgets::{Button, Icon, IconName};

/// Properties.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// In order of the text.
    pub problems: Shared<Vec<Problem>>,
    /// Why the text was not run, where that is no problem of a place in it.
    pub refused: Option<String>,
    /// Whether the run on the screen is of an older text.
    pub is_stale: bool,
    /// Whether a run goes on.
    pub is_running: bool,
    /// Way up.
    pub dispatch: Dispatch,
}

fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// The list.
#[component]
pub fn Problems(props: &Props) -> Html {
    let count = |severity| props.problems.iter().filter(|problem| problem.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let is_broken = errors > 0 || props.refused.is_some();
    let (icon, line_state) = match (is_broken, warnings) {
        (true, _) => (IconName::Cross, Some("problems__line--broken")),
        (false, 0) => (IconName::Check, None),
        (false, _) => (IconName::NextProblem, Some("problems__line--warned")),
    };
    let words = match (errors, warnings) {
        _ if props.refused.is_some() => "This script was not run".to_owned(),
        (0, 0) => "No problems".to_owned(),
        (0, warnings) => plural(warnings, "warning"),
        (errors, 0) => plural(errors, "error"),
        (errors, warnings) => format!("{}, {}", plural(errors, "error"), plural(warnings, "warning")),
    };
    let state = match (is_broken, props.is_stale, props.is_running) {
        (true, true, _) => "the panels still show the last run that worked",
        (_, _, true) => "running …",
        _ => "",
    };
    let show_outline = {
        let dispatch = props.dispatch.clone();
        Callback::from(move |()| dispatch.send(Action::ShowOutline))
    };
    html! {
        <section class="problems" aria-label="Problems">
            <div class={classes!("problems__line", line_state)}>
                <p class="problems__status" role="status">
                    <Icon name={icon} />
                    <span>{ words }</span>
                    <span class="problems__state">{ state }</span>
                </p>
                <Button class="problems__outline" icon={IconName::Outline} label="Outline: go to a queue, an exchange, a client … (O)"
                    text="Outline" on_click={show_outline} />
            </div>
            if let Some(why) = &props.refused { <p class="problems__refused">{ why }</p> }
            if !props.problems.is_empty() {
                <ul class="problems__list">
                    { for props.problems.iter().take(100).map(|problem| view_problem(problem, &props.dispatch)) }
                </ul>
            }
        </section>
    }
}

fn plural(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

fn view_problem(problem: &Problem, dispatch: &Dispatch) -> Html {
    let (span, dispatch) = (problem.span, dispatch.clone());
    let word = severity_word(problem.severity);
    let (line, column) = problem.line_column;
    html! {
        <li key={format!("{line}:{column} {}", problem.code)}>
            <button type="button" class={classes!("problems__problem", format!("problems__problem--{word}"))}
                onclick={move |_| dispatch.send(Action::Reveal(span))}>
                <span class="problems__place">{ format!("{line}:{column}") }</span>
                <span class="problems__words">
                    <b class="problems__severity">{ word }</b>{ " " }{ in_code(&problem.message) }
                    if let Some(help) = &problem.help {
                        <span class="problems__help">{ in_code(help) }</span>
                    }
                </span>
            </button>
        </li>
    }
}

/// Words with script text between backticks.
pub fn in_code(words: &str) -> Html {
    let parts = words.split('`').enumerate();
    parts
        .map(|(at, part)| {
            if at % 2 == 1 {
                html! { <code>{ part }</code> }
            } else {
                html! { { part } }
            }
        })
        .collect()
}
