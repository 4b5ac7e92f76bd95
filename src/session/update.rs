//! The one way on.

use std::rc::Rc;

use crate::engine::protocol::{Answer, FromWorker, ToWorker, What};
use crate::inspect::view::{Moment, Thing};
use crate::text::Span;

use super::action::{Action, Boot, Copied, WorkerNews};
use super::draft;
use super::examples;
use super::help::{self, Helping};
use super::link::{Link, LinkMoment};
use super::playback::{self, Seek};
use super::questions::{Asked, Questions};
use super::refresh::{self, refresh};
use super::request::{Request, Store, Timer};
use super::runs::{self, Runs};
use super::settings::Settings;
use super::state::{Cursor, Layout, Notice, Panel, RoutingAsk, State, Theme, View, WorkerState};
use super::supervision::{self, Supervision};
use super::views::Views;
use super::words::span_in_utf16;

/// A notice that goes by itself stays so long.
const NOTICE_MS: u32 = 6_000;

/// The page opens.
pub fn open(boot: Boot) -> (State, Vec<Request>) {
    let link = Link::read(&boot.hash, &boot.query);
    let mut out = vec![Request::StartWorker];
    let wants_embed = boot.hash.contains("view=embed") || boot.query.contains("view=embed");
    let mut state = State {
        build: boot.build,
        view: if wants_embed { View::Embed } else { View::Full },
        text: Rc::from(""),
        edit: 1,
        told: 0,
        base: Rc::from(""),
        example: None,
        kept: boot.kept.filter(|kept| !kept.is_empty()).map(Into::into),
        problems: Rc::default(),
        problems_of: 0,
        helping: Helping::default(),
        settings: Settings::w1(),
        worker: WorkerState::Starting,
        supervision: Supervision::default(),
        runs: Runs::default(),
        culprit: None,
        cursor: Cursor::default(),
        seek: Some(Seek::End),
        seeking: None,
        at_end: true,
        playback: playback::Playback::default(),
        selection: None,
        panel: if boot.layout == Layout::Phone { Panel::Scene } else { Panel::default() },
        layout: boot.layout,
        theme: boot.theme,
        routing: RoutingAsk { vhost: "/".to_owned(), ..RoutingAsk::default() },
        output_from: None,
        output_of: None,
        marks_window: None,
        tiles_wanted: Vec::new(),
        questions: Questions::default(),
        views: Views::default(),
        notice: None,
        keys_shown: false,
        reveal: (0, 0, 0),
        focus: 0,
        outline: 0,
    };
    draft::first_text(&mut state, link, boot.draft, boot.base, &mut out);
    draft::later_address(&state, &mut out);
    (state, out)
}

/// Something happened: the state changes, and this is asked of the browser and the worker for it.
pub fn update(state: &mut State, action: Action) -> Vec<Request> {
    let mut out = Vec::new();
    if is_in_the_address(&action) {
        draft::later_address(state, &mut out);
    }
    act(state, action, &mut out);
    refresh(state, &mut out);
    out
}

fn is_in_the_address(action: &Action) -> bool {
    use Action::{AskRouting, Jump, Seek, Select, ShowPanel, StepBy, TogglePlay};
    matches!(
        action,
        Seek(_) | StepBy(_) | Jump { .. } | Select(_) | ShowPanel(_) | AskRouting(_) | TogglePlay
    )
}

fn act(state: &mut State, action: Action, out: &mut Vec<Request>) {
    match action {
        Action::Type(text) => draft::typed(state, text, out),
        Action::Format => draft::format(state, out),
        Action::Help { id, what, at } => help::ask(state, id, what, at, out),
        Action::PickExample(id) => {
            if let Some(example) = examples::find(&id) {
                draft::pick(state, example, out);
            }
        }
        Action::Reset => draft::reset(state, out),
        Action::BringBack => draft::bring_back(state, out),
        Action::OpenLink(hash) => draft::open_link(state, &hash, out),
        Action::Worker(news) => worker(state, news, out),
        Action::TimeUp(timer) => time_up(state, timer, out),
        Action::Seek(seek) => playback::seek(state, seek),
        Action::StepBy(by) => playback::step_by(state, by),
        Action::Jump { forwards, kinds, of_selection } => {
            let of = state.selection.clone().filter(|_| of_selection);
            playback::seek(state, Seek::Mark { forwards, kinds, of });
        }
        Action::TogglePlay => playback::toggle(state),
        Action::Frame { elapsed } => playback::frame(state, elapsed),
        Action::SetSpeed(speed) => {
            state.playback.speed = speed.min(playback::SPEEDS.len() as u8 - 1);
            state.playback.is_chosen = true;
        }
        Action::Select(thing) => select(state, thing),
        Action::ShowPanel(panel) => show(state, panel),
        Action::FocusEditor => {
            show(state, Panel::Script);
            state.focus = state.focus.wrapping_add(1);
        }
        Action::ShowOutline => {
            show(state, Panel::Script);
            state.outline = state.outline.wrapping_add(1);
        }
        Action::AskRouting(ask) => state.routing = ask,
        Action::NeedTiles(tiles) => {
            state.views.drop_tiles_but(&tiles);
            state.tiles_wanted = tiles;
        }
        Action::NeedMarks(from, to) => state.marks_window = Some((from, to)),
        Action::OutputFrom(first) => state.output_from = first,
        Action::OutputOf(client) => {
            state.output_of = client;
            state.output_from = None;
        }
        Action::Reveal(span) => reveal(state, span),
        Action::StopRun => runs::stop(state, out),
        Action::RunAgain => supervision::run_again(state, out),
        Action::CopyLink { embed } => copy_link(state, embed, out),
        Action::Copied(Copied::Yes) => notify(state, Notice::LinkCopied, out),
        Action::Copied(Copied::No) => state.notice = Some(Notice::LinkNotCopied),
        Action::Dismiss => state.notice = None,
        Action::SetTheme(theme) => set_theme(state, theme, out),
        Action::SetLayout(layout) => set_layout(state, layout),
        Action::ShowKeys(shown) => state.keys_shown = shown,
    }
}

/// Says something; some things go by themselves.
pub(super) fn notify(state: &mut State, notice: Notice, out: &mut Vec<Request>) {
    if notice.is_passing() {
        out.push(Request::Later(Timer::Notice, NOTICE_MS));
    }
    state.notice = Some(notice);
}

/// The worker is told the text; it answers with the problems, and then the text is run.
pub(super) fn tell(state: &mut State, out: &mut Vec<Request>) {
    if state.worker == WorkerState::Ready {
        state.told = state.edit;
        out.push(Request::Post(ToWorker::Edit { edit: state.edit, text: state.text.to_string() }));
    }
}

fn time_up(state: &mut State, timer: Timer, out: &mut Vec<Request>) {
    match timer {
        Timer::Typing => tell(state, out),
        Timer::Ping => supervision::look(state, out),
        Timer::Address => {
            // Playing writes no address: browsers allow only so many changes.
            if state.view == View::Full && !state.playback.playing && is_short_enough(state) {
                let base = state.base.to_string();
                out.extend(link(state, View::Full).write().map(|hash| Request::SetAddress { hash, base }));
            }
        }
        Timer::Notice => {
            if state.notice.as_ref().is_some_and(Notice::is_passing) {
                state.notice = None;
            }
        }
    }
}

/// A very long script is left out of the address: each pause in typing would deflate it anew.
fn is_short_enough(state: &State) -> bool {
    const ADDRESS_SCRIPT_BYTES_MAX: usize = 64 << 10;
    state.text.len() <= ADDRESS_SCRIPT_BYTES_MAX
}

/// The page as a link.
fn link(state: &State, view: View) -> Link {
    let moment = &state.cursor.moment;
    let asks = state.panel == Panel::Routing && !state.routing.key.is_empty();
    let exchange = || match (&state.routing.exchange, &state.runs.shown) {
        (Some(exchange), _) => Some(exchange.clone()),
        (None, Some(shown)) => refresh::first_exchange(shown).map(|(_, name)| name),
        (None, None) => None,
    };
    Link {
        text: Some(state.text.to_string()),
        example: None,
        settings: state.settings.clone(),
        moment: (!state.at_end).then_some(LinkMoment { time: moment.time, ordinal: moment.ordinal }),
        selection: state.selection.clone(),
        panel: Some(state.panel),
        routing: asks.then(exchange).flatten().map(|exchange| (exchange, state.routing.key.clone())),
        view,
    }
}

fn copy_link(state: &mut State, embed: bool, out: &mut Vec<Request>) {
    match link(state, if embed { View::Embed } else { View::Full }).write() {
        Some(link) => out.push(Request::CopyAddress(link)),
        None => state.notice = Some(Notice::TooLong),
    }
}

fn worker(state: &mut State, news: WorkerNews, out: &mut Vec<Request>) {
    match news {
        WorkerNews::Ready => supervision::ready(state, out),
        WorkerNews::Failed(why) => supervision::died(state, why, out),
        WorkerNews::Said(message) => said(state, *message, out),
    }
}

fn said(state: &mut State, message: FromWorker, out: &mut Vec<Request>) {
    match message {
        FromWorker::Hello { build } => {
            if build != state.build {
                state.notice = Some(Notice::OtherBuild);
            }
        }
        FromWorker::Problems { edit, problems } => {
            if edit == state.edit {
                state.problems = Rc::new(problems);
                state.problems_of = edit;
                runs::checked(state, out);
            }
        }
        FromWorker::Formatted { edit, text } => draft::formatted(state, edit, text, out),
        FromWorker::Helped { id, help } => help::answered(state, id, help),
        FromWorker::Progress { run, summary } => runs::progress(state, run, *summary, out),
        FromWorker::Refused { run, why } => runs::refused(state, run, why),
        FromWorker::Answer { id, answer, .. } => answered(state, id, answer, out),
        FromWorker::Pong(ping) => supervision::pong(state, ping),
        FromWorker::Panicked(why) => supervision::died(state, why, out),
    }
}

/// An answer is taken if it answers what would be asked now.
fn answered(state: &mut State, id: u32, answer: Answer, out: &mut Vec<Request>) {
    let Some((slot, asked)) = state.questions.take(id, out) else { return };
    let Some(shown) = state.runs.shown.clone().filter(|shown| shown.is_held && shown.run == asked.run) else {
        return;
    };
    match answer {
        Answer::Gone => runs::lost(state, out),
        Answer::Moment(moment) => arrived(state, asked, *moment, out),
        answer => {
            if refresh::fits(state, &shown, slot, &asked) {
                state.views.put(slot, asked, answer);
            }
        }
    }
}

fn arrived(state: &mut State, asked: Asked, moment: Moment, out: &mut Vec<Request>) {
    let is_mark = matches!(asked.what, What::Seek { .. });
    if is_mark && moment.step == asked.step {
        notify(state, Notice::NothingThere, out);
    }
    state.seeking = None;
    let last = state.runs.shown.as_ref().map_or(0, |shown| shown.summary.steps);
    if state.seek.is_none() && !state.playback.playing {
        state.at_end = moment.step >= last;
    }
    state.cursor = Cursor { run: asked.run, moment: Rc::new(moment) };
}

fn select(state: &mut State, thing: Option<Thing>) {
    if let (Some(Thing::Exchange(vhost, name)), Panel::Routing) = (&thing, state.panel) {
        state.routing.vhost.clone_from(vhost);
        state.routing.exchange = Some(name.clone());
    }
    state.selection = thing;
    if !matches!(state.selection, Some(Thing::Message(_))) {
        state.views.journey = None;
    }
}

/// Places are places in the text that the run was made from. Where that is no longer the text, none is shown.
fn reveal(state: &mut State, span: Span) {
    let is_of_text = state.problems_of == state.edit && state.is_broken();
    if is_of_text || !state.is_stale() {
        let (from, to) = span_in_utf16(&state.text, span);
        state.reveal = (state.reveal.0.wrapping_add(1), from, to);
    }
}

fn set_theme(state: &mut State, theme: Theme, out: &mut Vec<Request>) {
    state.theme = theme;
    let word = match theme {
        Theme::System => "",
        Theme::Light => "light",
        Theme::Dark => "dark",
    };
    out.push(Request::Keep(Store::Theme, word.to_owned()));
}

fn set_layout(state: &mut State, layout: Layout) {
    state.layout = layout;
    if !has_tab(layout, state.panel) {
        state.panel = Panel::default();
    }
}

fn show(state: &mut State, panel: Panel) {
    if has_tab(state.layout, panel) {
        state.panel = panel;
    }
}

/// What is always seen has no tab.
fn has_tab(layout: Layout, panel: Panel) -> bool {
    match panel {
        Panel::Script | Panel::Scene => layout == Layout::Phone,
        Panel::Output => layout != Layout::Wide,
        Panel::Queues | Panel::Clients | Panel::Message | Panel::Routing | Panel::Checks => true,
    }
}
