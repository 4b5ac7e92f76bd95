//! A lane for each client and queue. A canvas, for it must hold a million events; a table beside it says the same.

use std::collections::BTreeMap;
use std::rc::Rc;

use gloo_events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use web_sys::{HtmlCanvasElement, PointerEvent, WheelEvent};
use yew::prelude::*;

use super::events::select;
use crate::inspect::view::{Lane, Mark, Summary, Thing, Tile};
use crate::session::{Action, MarksView, Seek, Theme, clock};
use crate::web::dispatch::Dispatch;
use crate::web::platform::canvas::Canvas;
use crate::web::platform::screen::{self, SizeWatch};
use crate::web::shared::Shared;
use crate::web::widgets::{Button, Empty, Glyph, IconName};

mod draw;
mod pointer;
mod table;
mod window;

use draw::{AXIS, LANE, Palette, Scene};
use pointer::{Hands, Meant};
use window::Window;

/// Lanes drawn at most.
const LANES_MAX: usize = 200;

/// Properties.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The run.
    pub summary: Option<Shared<Summary>>,
    /// Single marks of the part of time asked for.
    pub marks: Option<Shared<MarksView>>,
    /// Tiles.
    pub tiles: Shared<BTreeMap<(u8, u32), Rc<Tile>>>,
    /// The moment.
    pub clock: u64,
    /// What is selected.
    pub selection: Option<Thing>,
    /// Theme: the canvas has colours of its own to follow.
    pub theme: Theme,
    /// Way up.
    pub dispatch: Dispatch,
}

/// The panel.
#[component]
pub fn Timeline(props: &Props) -> Html {
    let look = use_state(|| None::<Window>);
    let is_table = use_state(|| false);
    let Some(summary) = props.summary.clone() else { return html! { <Empty>{ "Running …" }</Empty> } };
    if summary.lanes.is_empty() {
        return html! { <Empty>{ "Clients and queues get a lane each here, as soon as the script has some." }</Empty> };
    }
    let window = look.unwrap_or_else(|| Window::whole(summary.time));
    let fit = {
        let look = look.clone();
        Callback::from(move |()| look.set(None))
    };
    let toggle = {
        let is_table = is_table.clone();
        Callback::from(move |()| is_table.set(!*is_table))
    };
    let marks = props.marks.as_ref().and_then(|view| view.marks.as_deref());
    html! {
        <div class="timeline">
            <div class="timeline__tools">
                <Button icon={IconName::Fit} label="The whole run (0)" disabled={look.is_none()} on_click={fit.clone()} />
                <Button icon={IconName::Table} label="As a table" pressed={*is_table} on_click={toggle} />
            </div>
            if *is_table {
                { table::view_table(marks, &summary.lanes, props.clock, props.selection.as_ref(), &props.dispatch) }
            } else {
                <Lanes summary={summary} marks={props.marks.clone()} tiles={props.tiles.clone()} clock={props.clock}
                    selection={props.selection.clone()} theme={props.theme} window={window}
                    on_look={Callback::from(move |to: Option<Window>| look.set(to))} dispatch={props.dispatch.clone()} />
            }
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct LanesProps {
    summary: Shared<Summary>,
    marks: Option<Shared<MarksView>>,
    tiles: Shared<BTreeMap<(u8, u32), Rc<Tile>>>,
    clock: u64,
    selection: Option<Thing>,
    theme: Theme,
    window: Window,
    on_look: Callback<Option<Window>>,
    dispatch: Dispatch,
}

#[component]
fn Lanes(props: &LanesProps) -> Html {
    let place = use_node_ref();
    let hands = use_mut_ref(Hands::default);
    let hover = use_state(|| None::<(f64, f64, String)>);
    let redraw = use_force_update();
    let palette = use_mut_ref(|| None::<(Theme, Palette)>);
    use_redrawing(&place, &palette, &redraw);
    use_wheel(props, &place);
    use_following(props);
    let width =
        place.cast::<HtmlCanvasElement>().map_or(800.0, |canvas| f64::from(canvas.client_width()).max(1.0));
    use_needs(props, width);
    use_drawing(props, &place, &palette);

    let lanes = props.summary.lanes.len().min(LANES_MAX);
    let height = AXIS + lanes as f64 * LANE + 1.0;
    let (press, drag, release) = view_hands(props, &hands, &hover);
    let leave = {
        let hover = hover.clone();
        move |_| hover.set(None)
    };
    html! {
        <div class="timeline__scroll">
            <div class="timeline__lanes">
                <LaneNames summary={props.summary.clone()} selection={props.selection.clone()} dispatch={props.dispatch.clone()} />
                <div class="timeline__stage">
                    <canvas ref={place} class="timeline__canvas" style={format!("height:{height}px")} tabindex="0" role="img"
                        aria-label={spoken(props)} onpointerdown={press} onpointermove={drag} onpointerup={release.clone()}
                        onpointercancel={release} onpointerleave={leave} onkeydown={on_key(props)} />
                    if let Some((x, y, words)) = &*hover {
                        <div class="timeline__hover" style={format!("left:{x:.0}px;top:{y:.0}px;--lean:{:.0}%", -x / width * 100.0)}>{ words }</div>
                    }
                </div>
            </div>
        </div>
    }
}

fn spoken(props: &LanesProps) -> String {
    let (from, to) = props.window.micros();
    format!(
        "Timeline from {} to {}, {} lanes; the moment is {}. The table says the same in text.",
        clock(from),
        clock(to.min(props.summary.time)),
        props.summary.lanes.len(),
        clock(props.clock)
    )
}

#[derive(Properties, PartialEq)]
struct LaneNamesProps {
    summary: Shared<Summary>,
    selection: Option<Thing>,
    dispatch: Dispatch,
}

/// The lanes' names, each a button that selects its thing.
#[component]
fn LaneNames(props: &LaneNamesProps) -> Html {
    let view = |lane: &Lane| {
        let chosen = props.selection.as_ref() == Some(&lane.thing);
        html! {
            <button key={format!("{:?}", lane.thing)} type="button" title={lane.label.clone()} aria-pressed={chosen.to_string()}
                class={classes!("timeline__name", chosen.then_some("timeline__name--selected"))}
                onclick={select(&props.dispatch, lane.thing.clone())}>
                <Glyph kind={lane.kind} /><span>{ &lane.label }</span>
            </button>
        }
    };
    html! { <div class="timeline__names">{ for props.summary.lanes.iter().take(LANES_MAX).map(view) }</div> }
}

fn on_key(props: &LanesProps) -> Callback<KeyboardEvent> {
    let (window, end, clock, on_look) =
        (props.window, props.summary.time, props.clock, props.on_look.clone());
    Callback::from(move |event: KeyboardEvent| {
        let to = match event.key().as_str() {
            "ArrowUp" => Some(window.zoomed(0.7, clock as f64, end)),
            "ArrowDown" => Some(window.zoomed(1.0 / 0.7, clock as f64, end)),
            "0" => None,
            _ => return,
        };
        event.prevent_default();
        event.stop_propagation();
        on_look.emit(to);
    })
}

type OnPointer = Callback<PointerEvent>;

fn view_hands(
    props: &LanesProps,
    hands: &Rc<std::cell::RefCell<Hands>>,
    hover: &UseStateHandle<Option<(f64, f64, String)>>,
) -> (OnPointer, OnPointer, OnPointer) {
    let (window, end) = (props.window, props.summary.time);
    let marks = props.marks.clone();
    let press = {
        let (hands, hover) = (hands.clone(), hover.clone());
        Callback::from(move |event: PointerEvent| {
            if event.button() == 0
                && let Some(canvas) = event.target_dyn_into::<HtmlCanvasElement>()
            {
                let _ = canvas.set_pointer_capture(event.pointer_id());
                hover.set(None);
                hands.borrow_mut().press(
                    event.pointer_id(),
                    event.offset_x().into(),
                    event.offset_y().into(),
                );
            }
        })
    };
    let drag = {
        let (hands, hover, marks) = (hands.clone(), hover.clone(), marks.clone());
        let (on_look, dispatch) = (props.on_look.clone(), props.dispatch.clone());
        Callback::from(move |event: PointerEvent| {
            let Some(canvas) = event.target_dyn_into::<HtmlCanvasElement>() else { return };
            let (width, x, y) =
                (f64::from(canvas.client_width()), f64::from(event.offset_x()), f64::from(event.offset_y()));
            if !hands.borrow().is_pressed() {
                let under = marks.as_ref().and_then(|view| view.marks.as_deref());
                let mark = under.and_then(|marks| pointer::mark_at(marks, x, y, window, width));
                let words = mark.map(|mark| (x, y, format!("{}  {}", clock(mark.time), mark.label)));
                if *hover != words {
                    hover.set(words);
                }
                return;
            }
            let meant = hands.borrow_mut().drag(event.pointer_id(), x, window, width, end);
            match meant {
                Meant::Look(window) => on_look.emit(Some(window)),
                Meant::Scrub(time) => dispatch.send(Action::Seek(scrub_to(time, end))),
                Meant::Nothing => {}
            }
        })
    };
    let release = {
        let (hands, dispatch) = (hands.clone(), props.dispatch.clone());
        Callback::from(move |event: PointerEvent| {
            let Some(canvas) = event.target_dyn_into::<HtmlCanvasElement>() else { return };
            if hands.borrow_mut().release(event.pointer_id()) {
                let (width, x, y) = (
                    f64::from(canvas.client_width()),
                    f64::from(event.offset_x()),
                    f64::from(event.offset_y()),
                );
                let under = marks.as_ref().and_then(|view| view.marks.as_deref());
                choose(
                    under.and_then(|marks| pointer::mark_at(marks, x, y, window, width)),
                    window.time(x, width),
                    end,
                    &dispatch,
                );
            }
        })
    };
    (press, drag, release)
}

fn scrub_to(time: f64, end: u64) -> Seek {
    let time = time.max(0.0) as u64;
    if time >= end { Seek::End } else { Seek::Time { time, ordinal: u32::MAX } }
}

/// A click on a mark selects its message and goes there; elsewhere it goes to the time.
fn choose(mark: Option<&Mark>, time: f64, end: u64, dispatch: &Dispatch) {
    match mark {
        Some(mark) => {
            if let Some(message) = &mark.message {
                dispatch.send(Action::Select(Some(Thing::Message(message.clone()))));
            }
            dispatch.send(Action::Seek(Seek::Step(mark.step)));
        }
        None => dispatch.send(Action::Seek(scrub_to(time, end))),
    }
}

/// Another size or another theme of the system: drawn anew.
#[hook]
fn use_redrawing(
    place: &NodeRef,
    palette: &Rc<std::cell::RefCell<Option<(Theme, Palette)>>>,
    redraw: &UseForceUpdateHandle,
) {
    let (place, palette, redraw) = (place.clone(), palette.clone(), redraw.clone());
    use_effect_with((), move |()| {
        let watch = place.cast::<web_sys::Element>().and_then(|canvas| {
            let redraw = redraw.clone();
            SizeWatch::new(&canvas, move || redraw.force_update())
        });
        let colours = screen::on_colours(move || {
            *palette.borrow_mut() = None;
            redraw.force_update();
        });
        move || drop((watch, colours))
    });
}

/// Yew listens to wheels passively; this one keeps the page from scrolling.
#[hook]
fn use_wheel(props: &LanesProps, place: &NodeRef) {
    let (window, end, on_look, place) =
        (props.window, props.summary.time, props.on_look.clone(), place.clone());
    use_effect_with((window.from.to_bits(), window.to.to_bits(), end), move |_| {
        let listener = place.cast::<HtmlCanvasElement>().map(|canvas| {
            let options = EventListenerOptions::enable_prevent_default();
            EventListener::new_with_options(&canvas.clone(), "wheel", options, move |event| {
                let Some(event) = event.dyn_ref::<WheelEvent>() else { return };
                event.prevent_default();
                let width = f64::from(canvas.client_width());
                let sideways = if event.shift_key() { event.delta_y() } else { event.delta_x() };
                let to = if sideways.abs() > event.delta_y().abs() || event.shift_key() {
                    window.panned(sideways / width.max(1.0) * window.span(), end)
                } else {
                    window.zoomed(
                        pointer::wheel_factor(event.delta_y()),
                        window.time(event.offset_x().into(), width),
                        end,
                    )
                };
                on_look.emit(Some(to));
            })
        });
        move || drop(listener)
    });
}

/// While time runs, the part that is seen follows it.
#[hook]
fn use_following(props: &LanesProps) {
    let (window, end, on_look) = (props.window, props.summary.time, props.on_look.clone());
    use_effect_with(props.clock, move |clock| {
        let to = window.following(*clock as f64, end);
        if to != window {
            on_look.emit(Some(to));
        }
    });
}

/// Marks of what is seen and a little more; tiles where the marks are too many.
#[hook]
fn use_needs(props: &LanesProps, width: f64) {
    let asked = use_mut_ref(|| (1.0, 0.0));
    let (window, dispatch) = (props.window, props.dispatch.clone());
    let level = window.level(width);
    let length = 256_u64 << level;
    let (from, to) = window.micros();
    let are_too_many = props.marks.as_ref().is_some_and(|view| view.marks.is_none());
    let tiles = if are_too_many { (level, from / length, to / length) } else { (level, 1, 0) };
    use_effect_with((window.from.to_bits(), window.to.to_bits(), tiles), move |_| {
        let mut asked = asked.borrow_mut();
        let covers = asked.0 <= window.from && window.to <= asked.1;
        if !covers || asked.1 - asked.0 > window.span() * 4.0 {
            *asked = (window.from - window.span() * 0.5, window.to + window.span() * 0.5);
            let (from, to) = Window { from: asked.0, to: asked.1 }.micros();
            dispatch.send(Action::NeedMarks(from, to));
        }
        let (level, first, last) = tiles;
        let indices = (first..=last).filter_map(|index| u32::try_from(index).ok());
        dispatch.send(Action::NeedTiles(indices.take(32).map(|index| (level, index)).collect()));
    });
}

#[hook]
fn use_drawing(
    props: &LanesProps,
    place: &NodeRef,
    palette: &Rc<std::cell::RefCell<Option<(Theme, Palette)>>>,
) {
    let (place, palette) = (place.clone(), palette.clone());
    let (summary, marks, tiles) = (props.summary.clone(), props.marks.clone(), props.tiles.clone());
    let (window, clock, selection, theme) = (props.window, props.clock, props.selection.clone(), props.theme);
    use_effect(move || {
        let mut palette = palette.borrow_mut();
        if palette.as_ref().is_none_or(|(of, _)| *of != theme) {
            *palette = Some((theme, Palette::read()));
        }
        let canvas = place.cast::<HtmlCanvasElement>().and_then(|element| Canvas::begin(&element));
        if let (Some(canvas), Some((_, palette))) = (canvas, &*palette) {
            let scene = Scene {
                window,
                lanes: summary.lanes.len().min(LANES_MAX),
                lit_lane: summary.lanes.iter().position(|lane| Some(&lane.thing) == selection.as_ref()),
                marks: marks.as_ref().and_then(|view| view.marks.as_deref()),
                tiles: &tiles,
                clock,
                selection: selection.as_ref(),
                palette,
            };
            draw::draw(&canvas, &scene);
        }
    });
}
