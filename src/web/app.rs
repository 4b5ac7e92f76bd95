//! The page: what stands where. Everything it shows is the session's.

use yew::prelude::*;

use super::dispatch::Dispatch;
use super::hooks::{use_browser, use_playback, use_shortcuts};
use super::panels::{
    Checks, Clients, Editor, Keys, Message, NoticeBar, OutputPanel, Problems, Queues, RoutingPanel, Timeline,
    Topbar, TopologyPanel, Transport,
};
use super::platform::{address, screen};
use super::shared::{Shared, shared};
use super::widgets::{Badge, Icon, IconName, Tab, Tabs, Tone};
use crate::inspect::view::{Severity, Thing, Verdict};
use crate::session::{Action, Layout, Panel, State, View, span_in_utf16};

/// The whole page.
#[component]
pub fn App() -> Html {
    let dispatch = use_memo((), |()| Dispatch::open());
    let redraw = use_force_update();
    {
        let dispatch = dispatch.clone();
        use_effect_with((), move |()| dispatch.on_change(move || redraw.force_update()));
    }
    use_browser(&dispatch);
    use_shortcuts(&dispatch);
    let state = dispatch.state();
    use_playback(&dispatch, state.playback.playing);
    use_effect_with(state.theme, |theme| screen::show_theme(*theme));
    let body = match (state.view, state.layout) {
        (View::Embed, _) => view_embedded(&state, &dispatch),
        (View::Full, Layout::Phone) => view_phone(&state, &dispatch),
        (View::Full, _) => view_desktop(&state, &dispatch),
    };
    html! {
        <>
            { body }
            <NoticeBar notice={state.notice.clone()} dispatch={(*dispatch).clone()} />
            if state.keys_shown { <Keys dispatch={(*dispatch).clone()} /> }
        </>
    }
}

fn view_desktop(state: &State, dispatch: &Dispatch) -> Html {
    let is_wide = state.layout == Layout::Wide;
    html! {
        <div class={classes!("page", is_wide.then_some("page--wide"), state.is_left_behind().then_some("page--stale"))}>
            { view_topbar(state, dispatch) }
            <main class="page__main">
                <section class="page__script" aria-label="Script">{ view_script(state, dispatch) }</section>
                <section class="card page__topology" aria-label="Topology">{ view_stale(state) }{ view_topology(state, dispatch) }</section>
                <section class="card page__timeline" aria-label="Timeline">{ view_timeline(state, dispatch) }</section>
                if is_wide {
                    <section class="card page__output" aria-label="Output">
                        <h2 class="card__title"><Icon name={IconName::Output} />{ "Output" }</h2>
                        <div class="card__body">{ view_output(state, dispatch) }</div>
                    </section>
                }
                <section class="card page__tabs">
                    { view_tabs(state, dispatch, &desktop_panels(is_wide), "Panels") }
                    <div class="card__body" id="panel" role="tabpanel">{ view_panel(state, dispatch) }</div>
                </section>
            </main>
            { view_transport(state, dispatch) }
        </div>
    }
}

fn view_phone(state: &State, dispatch: &Dispatch) -> Html {
    let panels = [
        Panel::Script,
        Panel::Scene,
        Panel::Output,
        Panel::Queues,
        Panel::Clients,
        Panel::Message,
        Panel::Routing,
        Panel::Checks,
    ];
    // The editor stays where it is, out of sight: what was typed, its undo and its place are kept.
    let script = classes!("page__script", (state.panel != Panel::Script).then_some("page__script--away"));
    html! {
        <div class={classes!("page", "page--phone", state.is_left_behind().then_some("page--stale"))}>
            { view_topbar(state, dispatch) }
            <main class="page__main" id="panel">
                <section class={script} aria-label="Script">{ view_script(state, dispatch) }</section>
                if state.panel == Panel::Scene {
                    <section class="card page__topology" aria-label="Topology">{ view_stale(state) }{ view_topology(state, dispatch) }</section>
                    <section class="card page__timeline" aria-label="Timeline">{ view_timeline(state, dispatch) }</section>
                } else if state.panel != Panel::Script {
                    <section class="card page__panel"><div class="card__body">{ view_panel(state, dispatch) }</div></section>
                }
            </main>
            { view_transport(state, dispatch) }
            { view_tabs(state, dispatch, &panels, "Views") }
        </div>
    }
}

/// Panels only, to stand in another page.
fn view_embedded(state: &State, dispatch: &Dispatch) -> Html {
    let full = address::with_hash(address::parts().0.trim_start_matches('#').trim_end_matches("&view=embed"));
    html! {
        <div class="page page--embed">
            <main class="page__main">
                <section class="card page__topology" aria-label="Topology">{ view_topology(state, dispatch) }</section>
                <section class="card page__timeline" aria-label="Timeline">{ view_timeline(state, dispatch) }</section>
                <section class="card page__tabs">
                    { view_tabs(state, dispatch, &[Panel::Script, Panel::Output, Panel::Queues, Panel::Message, Panel::Checks], "Panels") }
                    <div class="card__body" id="panel" role="tabpanel">
                        if state.panel == Panel::Script {
                            <pre class="page__source" tabindex="0">{ &*state.text }</pre>
                        } else {
                            { view_panel(state, dispatch) }
                        }
                    </div>
                </section>
            </main>
            { view_transport(state, dispatch) }
            <a class="page__open" href={full} target="_blank" rel="noopener"><Icon name={IconName::Out} />{ "Open in Warren" }</a>
        </div>
    }
}

fn view_topbar(state: &State, dispatch: &Dispatch) -> Html {
    html! {
        <Topbar example={state.example} is_changed={state.text != state.base} has_kept={state.kept.is_some()}
            broker={state.runs.shown.as_ref().map(|shown| shown.summary.broker.clone())} theme={state.theme} dispatch={dispatch.clone()} />
    }
}

fn view_script(state: &State, dispatch: &Dispatch) -> Html {
    // As long as the script still says it itself: it may have become quite another one.
    let look = state
        .example
        .map(|example| example.look())
        .filter(|look| !look.is_empty() && state.text.contains(look));
    html! {
        <>
            if let Some(look) = look { <p class="page__look"><b>{ "Look for: " }</b>{ look }</p> }
            <Editor text={Shared(state.text.clone())} problems={Shared(state.problems.clone())} mark={place_of_moment(state)} is_stale={state.is_stale()}
                reveal={state.reveal} focus={state.focus} outline={state.outline} is_time={state.runs.shown.is_some() || state.is_broken()}
                help={shared(&state.helping.answer)} dispatch={dispatch.clone()} />
            <Problems problems={Shared(state.problems.clone())} refused={state.runs.refused.clone()} is_stale={state.is_left_behind()}
                is_running={state.is_running()} dispatch={dispatch.clone()} />
        </>
    }
}

/// The statement that did what happens now, in the text of its run.
fn place_of_moment(state: &State) -> Option<u32> {
    let span = state.cursor.moment.events.iter().find_map(|event| event.span)?;
    let shown = state.runs.shown.as_ref()?;
    Some(span_in_utf16(&shown.spec.source, span).0)
}

fn view_topology(state: &State, dispatch: &Dispatch) -> Html {
    html! {
        <TopologyPanel topology={shared(&state.views.topology)} step={state.step()} is_tall={state.layout == Layout::Phone} selection={state.selection.clone()}
            path={path(state)} dispatch={dispatch.clone()} />
    }
}

/// What the selected message met.
fn path(state: &State) -> Vec<Thing> {
    let journey = state.views.journey.as_deref().and_then(Option::as_deref);
    let selected = journey.filter(
        |journey| matches!(&state.selection, Some(Thing::Message(message)) if *message == journey.message),
    );
    let mut things: Vec<Thing> = selected
        .iter()
        .flat_map(|journey| journey.hops.iter().flat_map(|hop| hop.things.iter().cloned()))
        .collect();
    things.sort();
    things.dedup();
    things
}

/// Says that what is shown belongs to an older text.
fn view_stale(state: &State) -> Html {
    html! {
        if state.is_left_behind() {
            <p class="page__stale" role="status">{ "The last run that worked" }</p>
        }
    }
}

fn view_timeline(state: &State, dispatch: &Dispatch) -> Html {
    let summary = state.runs.shown.as_ref().map(|shown| Shared(shown.summary.clone()));
    html! {
        <Timeline summary={summary} marks={shared(&state.views.marks)} tiles={Shared(state.views.tiles.clone())} clock={state.clock()}
            selection={state.selection.clone()} theme={state.theme} dispatch={dispatch.clone()} />
    }
}

fn view_output(state: &State, dispatch: &Dispatch) -> Html {
    html! {
        <OutputPanel output={shared(&state.views.output)} step={state.step()} selection={state.selection.clone()} dispatch={dispatch.clone()} />
    }
}

fn view_panel(state: &State, dispatch: &Dispatch) -> Html {
    let (views, selection, dispatch) = (&state.views, state.selection.clone(), dispatch.clone());
    match state.panel {
        Panel::Script | Panel::Scene => html! {},
        Panel::Output => view_output(state, &dispatch),
        Panel::Queues => {
            html! { <Queues queues={shared(&views.queues)} selection={selection} dispatch={dispatch} /> }
        }
        Panel::Clients => {
            html! { <Clients clients={shared(&views.clients)} selection={selection} dispatch={dispatch} /> }
        }
        Panel::Message => html! {
            <Message journey={shared(&views.journey)} selection={selection} step={state.step()} dispatch={dispatch} />
        },
        Panel::Routing => {
            let exchanges =
                state.runs.shown.as_ref().map(|shown| shown.summary.exchanges.clone()).unwrap_or_default();
            html! {
                <RoutingPanel exchanges={exchanges} ask={state.routing.clone()} routing={shared(&views.routing)}
                    selection={selection} dispatch={dispatch} />
            }
        }
        Panel::Checks => {
            html! { <Checks checks={shared(&views.checks)} findings={shared(&views.findings)} dispatch={dispatch} /> }
        }
    }
}

fn view_transport(state: &State, dispatch: &Dispatch) -> Html {
    html! {
        <Transport summary={state.runs.shown.as_ref().map(|shown| Shared(shown.summary.clone()))}
            moment={Shared(state.cursor.moment.clone())} clock={state.clock()} is_playing={state.playback.playing}
            speed={state.playback.speed} is_running={state.is_running()} is_stale={state.is_left_behind()} dispatch={dispatch.clone()} />
    }
}

fn desktop_panels(is_wide: bool) -> Vec<Panel> {
    let output = (!is_wide).then_some(Panel::Output);
    let others = [Panel::Queues, Panel::Clients, Panel::Message, Panel::Routing, Panel::Checks];
    output.into_iter().chain(others).collect()
}

fn view_tabs(state: &State, dispatch: &Dispatch, panels: &[Panel], label: &'static str) -> Html {
    let on_choose = {
        let dispatch = dispatch.clone();
        Callback::from(move |panel| dispatch.send(Action::ShowPanel(panel)))
    };
    let tabs: Vec<Tab<Panel>> = panels.iter().map(|panel| tab(*panel, state)).collect();
    html! { <Tabs<Panel> tabs={tabs} chosen={state.panel} label={label} controls="panel" on_choose={on_choose} /> }
}

fn tab(panel: Panel, state: &State) -> Tab<Panel> {
    let (label, icon) = match panel {
        Panel::Script => ("Script", IconName::Script),
        Panel::Scene => ("Scene", IconName::Scene),
        Panel::Output => ("Output", IconName::Output),
        Panel::Queues => ("Queues", IconName::Queues),
        Panel::Clients => ("Clients", IconName::Clients),
        Panel::Message => ("Message", IconName::Message),
        Panel::Routing => ("Routing", IconName::Routing),
        Panel::Checks => ("Checks", IconName::Checks),
    };
    let badges = match panel {
        Panel::Script => script_badges(state),
        Panel::Checks => checks_badges(state),
        _ => Vec::new(),
    };
    Tab { key: panel, label: label.into(), icon, badges }
}

fn script_badges(state: &State) -> Vec<Badge> {
    let count = state.problems.len();
    let tone = if state.is_broken() { Tone::Alarm } else { Tone::Calm };
    (count > 0).then(|| Badge { text: count.to_string().into(), of: "problems", tone }).into_iter().collect()
}

/// How many checks held, and how much else was found that is likely not meant; notes are not counted.
fn checks_badges(state: &State) -> Vec<Badge> {
    let checks = state.views.checks.as_deref().map_or(&[][..], Vec::as_slice);
    let held = checks.iter().filter(|check| check.verdict == Verdict::Held).count();
    let has_failed = checks.iter().any(|check| matches!(check.verdict, Verdict::Failed | Verdict::Undecided));
    let held = (!checks.is_empty()).then(|| Badge {
        text: format!("{held}/{}", checks.len()).into(),
        of: "checks held",
        tone: if has_failed { Tone::Alarm } else { Tone::Calm },
    });
    let findings = state.views.findings.as_deref().map_or(&[][..], Vec::as_slice);
    let found = findings.iter().filter(|finding| finding.severity != Severity::Note).count();
    let found = (found > 0).then(|| Badge {
        text: found.to_string().into(),
        of: "found in this run",
        tone: Tone::Warning,
    });
    held.into_iter().chain(found).collect()
}
