//! Time in the hand: play, steps, speed, the scrubber with its density and landmarks, and what happens just now.

use web_sys::{HtmlInputElement, InputEvent};
use yew::prelude::*;

use super::events::{mark_label, mark_word};
use crate::inspect::view::{Moment, Summary};
use crate::session::{Action, SPEEDS, Seek, clock, count, problem_kinds};
use crate::web::dispatch::Dispatch;
use crate::web::shared::Shared;
use crate::web::widgets::{Button, IconName};

/// Properties.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The run.
    pub summary: Option<Shared<Summary>>,
    /// The moment on the screen.
    pub moment: Shared<Moment>,
    /// Where the hand is.
    pub clock: u64,
    /// Whether time goes on.
    pub is_playing: bool,
    /// Speed: an index of `SPEEDS`.
    pub speed: u8,
    /// Whether a run goes on.
    pub is_running: bool,
    /// Whether the run is of an older text.
    pub is_stale: bool,
    /// Way up.
    pub dispatch: Dispatch,
}

/// The bar.
#[component]
pub fn Transport(props: &Props) -> Html {
    let send = |action: Action| {
        let dispatch = props.dispatch.clone();
        Callback::from(move |()| dispatch.send(action.clone()))
    };
    let steps = props.summary.as_ref().map_or(0, |summary| summary.steps);
    let (at_start, at_end) = (props.moment.step == 0, props.moment.step >= steps);
    let jump = Action::Jump { forwards: true, kinds: problem_kinds(), of_selection: false };
    html! {
        <footer class="transport" aria-label="Time">
            <div class="transport__buttons">
                <Button icon={IconName::Start} label="To the beginning (Home)" disabled={at_start} on_click={send(Action::Seek(Seek::Step(0)))} />
                <Button icon={IconName::StepBack} label="One step back (←)" disabled={at_start} on_click={send(Action::StepBy(-1))} />
                <Button class="transport__play" icon={if props.is_playing { IconName::Pause } else { IconName::Play }}
                    label={if props.is_playing { "Pause (space)" } else { "Play (space)" }} disabled={steps == 0}
                    on_click={send(Action::TogglePlay)} />
                <Button icon={IconName::StepForward} label="One step forward (→)" disabled={at_end} on_click={send(Action::StepBy(1))} />
                <Button icon={IconName::End} label="To the end (End)" disabled={at_end && !props.is_playing} on_click={send(Action::Seek(Seek::End))} />
                <Button class="transport__jump" icon={IconName::NextProblem} label="Next problem (N)" on_click={send(jump)} />
            </div>
            { view_time(props, steps) }
            { view_scrubber(props) }
            { view_speed(props) }
            <div class="transport__below">
                { view_now(props) }
                { view_outcome(props, send(Action::StopRun)) }
            </div>
        </footer>
    }
}

fn view_time(props: &Props, steps: u64) -> Html {
    html! {
        <p class="transport__time">
            <b class="transport__clock">{ clock(props.clock) }</b>
            <span class="transport__step">{ format!("step {} of {}", count(props.moment.step), count(steps)) }</span>
        </p>
    }
}

fn view_scrubber(props: &Props) -> Html {
    let end = props.summary.as_ref().map_or(0, |summary| summary.time);
    let on_input = {
        let dispatch = props.dispatch.clone();
        move |event: InputEvent| {
            let value = event.target_dyn_into::<HtmlInputElement>().map(|field| field.value_as_number());
            if let Some(value) = value.filter(|value| value.is_finite()) {
                let time = value.max(0.0) as u64;
                let seek = if time >= end { Seek::End } else { Seek::Time { time, ordinal: u32::MAX } };
                dispatch.send(Action::Seek(seek));
            }
        }
    };
    // Steps, not microseconds, by the keyboard.
    let on_key = {
        let dispatch = props.dispatch.clone();
        move |event: KeyboardEvent| {
            let by = match event.key().as_str() {
                "ArrowRight" | "ArrowUp" => 1,
                "ArrowLeft" | "ArrowDown" => -1,
                "PageUp" => 10,
                "PageDown" => -10,
                _ => return,
            };
            event.prevent_default();
            event.stop_propagation();
            dispatch.send(Action::StepBy(if event.shift_key() { by * 10 } else { by }));
        }
    };
    let part = if end == 0 { 0.0 } else { props.clock.min(end) as f64 / end as f64 * 1_000.0 };
    html! {
        <div class="transport__scrubber">
            if let Some(summary) = &props.summary { <Density summary={summary.clone()} /> }
            <div class="transport__hand" style={format!("left:{:.3}%", part / 10.0)} />
            <input type="range" class="transport__range" min="0" max={end.to_string()} step="any" value={props.clock.min(end).to_string()}
                aria-label="Moment" aria-valuetext={format!("{}, step {}", clock(props.clock), props.moment.step)}
                oninput={on_input} onkeydown={on_key} />
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct DensityProps {
    summary: Shared<Summary>,
}

/// How much happens when, and where something went wrong. Drawn once a run, not at each moment.
#[component]
fn Density(props: &DensityProps) -> Html {
    let summary = &props.summary;
    let most = f64::from(summary.density.iter().copied().max().unwrap_or(0).max(1));
    let bars: String = summary
        .density
        .iter()
        .enumerate()
        .filter(|(_, count)| **count > 0)
        .map(|(at, count)| {
            // By the root, so that a single event beside a burst can still be seen.
            let height = (f64::from(*count) / most).sqrt() * 18.0 + 2.0;
            format!("M{} 22v-{height:.1}h4v{height:.1}z", at * 5)
        })
        .collect();
    let end = summary.time.max(1) as f64;
    html! {
        <svg class="transport__density" viewBox="0 0 1000 24" preserveAspectRatio="none" aria-hidden="true">
            <path class="transport__bars" d={bars} />
            { for summary.landmarks.iter().take(300).map(|(step, time, kind)| {
                let x = *time as f64 / end * 1_000.0;
                html! {
                    <path key={*step} class={classes!("transport__landmark", format!("mark-{}", mark_word(*kind)))}
                        d={format!("M{x:.1} 0v24")} />
                }
            }) }
        </svg>
    }
}

fn view_speed(props: &Props) -> Html {
    let permille = SPEEDS.get(usize::from(props.speed)).copied().unwrap_or(1_000);
    let words = if permille >= 1_000 {
        format!("{}×", permille / 1_000)
    } else {
        format!("{}×", permille as f64 / 1_000.0)
    };
    let on_input = {
        let dispatch = props.dispatch.clone();
        move |event: InputEvent| {
            if let Some(speed) =
                event.target_dyn_into::<HtmlInputElement>().and_then(|field| field.value().parse().ok())
            {
                dispatch.send(Action::SetSpeed(speed));
            }
        }
    };
    html! {
        <label class="transport__speed" title="Speed (+ and −)">
            <span class="unseen">{ "Speed" }</span>
            <input type="range" min="0" max={(SPEEDS.len() - 1).to_string()} value={props.speed.to_string()}
                aria-valuetext={words.clone()} oninput={on_input} />
            <span class="transport__times">{ words }</span>
        </label>
    }
}

/// What happens in the step of the moment; a screen reader hears it, but not while time runs.
fn view_now(props: &Props) -> Html {
    let events = &props.moment.events;
    let first = events.iter().find(|event| mark_word(event.kind) != "other").or(events.first());
    let live = if props.is_playing { "off" } else { "polite" };
    html! {
        <p class="transport__now" aria-live={live} aria-label="Present event">
            if let Some(event) = first {
                <span class={classes!("transport__kind", format!("mark-{}", mark_word(event.kind)))}>{ mark_label(event.kind) }</span>
                <span class="transport__words">{ &event.text }</span>
                if events.len() > 1 { <span class="transport__more">{ format!("and {} more", events.len() - 1) }</span> }
            } else if props.moment.step == 0 {
                <span class="transport__words transport__words--still">{ "Before anything has happened" }</span>
            }
        </p>
    }
}

fn view_outcome(props: &Props, on_stop: Callback<()>) -> Html {
    let Some(summary) = &props.summary else {
        return html! { <p class="transport__outcome">{ "Running …" }</p> };
    };
    html! {
        <p
            class={classes!("transport__outcome", summary.limited.then_some("transport__outcome--limited"), props.is_running.then_some("transport__outcome--running"))}
            data-recording={summary.done.then(|| summary.hash.clone())}
        >
            if props.is_running {
                <span>{ format!("Running: {} so far, {} events", clock(summary.time), count(summary.records)) }</span>
                <Button icon={IconName::Stop} label="Stop the run; what there is stays" text="Stop" on_click={on_stop} />
            } else if props.is_stale {
                <span>{ "The run of the last script that worked" }</span>
            } else {
                <span title={summary.outcome.clone()}>{ &summary.outcome }</span>
            }
        </p>
    }
}
