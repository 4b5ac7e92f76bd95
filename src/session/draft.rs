//! The text and what becomes of it: typing, examples, resets, links. Nothing typed is lost when the page replaces it.

use std::rc::Rc;

use crate::engine::protocol::{EditId, ToWorker};

use super::examples::{self, Example};
use super::link::{Link, LinkError};
use super::playback::Seek;
use super::request::{Request, Store, Timer};
use super::settings::Settings;
use super::state::{Notice, State, View, WorkerState};
use super::update::notify;

/// Long enough not to run half a word, short enough to feel at once.
const TYPING_MS: u32 = 200;
const ADDRESS_MS: u32 = 500;

/// The person has changed the text.
pub(super) fn typed(state: &mut State, text: String, out: &mut Vec<Request>) {
    if *state.text != *text {
        change(state, text.into(), out);
        out.push(Request::Later(Timer::Typing, TYPING_MS));
    }
}

/// The text is to be laid out: the worker knows how.
pub(super) fn format(state: &State, out: &mut Vec<Request>) {
    if state.worker == WorkerState::Ready {
        out.push(Request::Post(ToWorker::Format { edit: state.edit, text: state.text.to_string() }));
    }
}

/// The text laid out. What was typed since then is not overwritten, and a text with errors stays as it is.
pub(super) fn formatted(state: &mut State, edit: EditId, text: Option<String>, out: &mut Vec<Request>) {
    let Some(text) = text.filter(|text| edit == state.edit && **text != *state.text) else { return };
    change(state, text.into(), out);
    keep(state, Store::Draft, &state.text, out);
    super::update::tell(state, out);
}

fn change(state: &mut State, text: Rc<str>, out: &mut Vec<Request>) {
    state.text = text;
    state.edit += 1;
    later_address(state, out);
}

/// The address follows a little later: typing is not slowed for it.
pub(super) fn later_address(state: &State, out: &mut Vec<Request>) {
    if state.view == View::Full {
        out.push(Request::Later(Timer::Address, ADDRESS_MS));
    }
}

/// The page puts another text in the place of the person's, which is put aside.
fn replace(state: &mut State, text: Rc<str>, out: &mut Vec<Request>) {
    if text == state.text {
        return;
    }
    let is_own =
        *state.text != *state.base && !state.text.trim().is_empty() && !examples::is_one(&state.text);
    if is_own {
        put_aside(state, state.text.clone(), out);
    }
    change(state, text, out);
    keep(state, Store::Draft, &state.text, out);
    super::update::tell(state, out);
}

fn put_aside(state: &mut State, text: Rc<str>, out: &mut Vec<Request>) {
    keep(state, Store::Kept, &text, out);
    state.kept = Some(text);
    notify(state, Notice::PutAside, out);
}

/// An embedded page keeps nothing: it must not replace what its reader wrote elsewhere.
fn keep(state: &State, place: Store, text: &str, out: &mut Vec<Request>) {
    if state.view == View::Full {
        out.push(Request::Keep(place, text.to_owned()));
    }
}

/// Another example.
pub(super) fn pick(state: &mut State, example: &'static Example, out: &mut Vec<Request>) {
    replace(state, example.text.into(), out);
    state.base = example.text.into();
    state.example = Some(example);
    from_the_start(state);
}

fn from_the_start(state: &mut State) {
    state.settings = Settings::w1();
    state.selection = None;
    state.playback.playing = false;
    state.at_end = true;
    state.seek = Some(Seek::End);
    state.routing.exchange = None;
    state.output_of = None;
    state.output_from = None;
}

/// Back to the text as it was picked or opened.
pub(super) fn reset(state: &mut State, out: &mut Vec<Request>) {
    let base = state.base.clone();
    replace(state, base, out);
}

/// Back to what was put aside; what stands there now is put aside in its turn.
pub(super) fn bring_back(state: &mut State, out: &mut Vec<Request>) {
    let Some(kept) = state.kept.take() else { return };
    state.notice = None;
    keep(state, Store::Kept, "", out);
    replace(state, kept.clone(), out);
    state.base = kept;
    state.example = None;
}

/// What the page opens with: the link's script, else what was typed last, else the first example. After a reload the
/// draft is newer than the address, and what a reset goes back to (`base`) is older: the address follows the typing.
pub(super) fn first_text(
    state: &mut State,
    link: Result<Option<Link>, LinkError>,
    draft: Option<String>,
    base: Option<String>,
    out: &mut Vec<Request>,
) {
    let draft = draft.filter(|draft| !draft.trim().is_empty() && state.view == View::Full);
    let first: Option<&'static Example> = examples::EXAMPLES.first();
    let (link, wrong) = match link {
        Ok(link) => (link, None),
        Err(error) => (None, Some(error)),
    };
    let example = link.as_ref().and_then(|link| link.example.as_deref()).and_then(examples::find);
    let linked = link.as_ref().and_then(|link| link.text.clone());
    let opened: Option<Rc<str>> = linked.map(Into::into).or(example.map(|example| example.text.into()));
    let text: Rc<str> = match (&opened, &draft) {
        (Some(_), Some(draft)) if base.is_some() => draft.as_str().into(),
        (Some(opened), _) => opened.clone(),
        (None, Some(draft)) => draft.as_str().into(),
        (None, None) => first.map_or("", |example| example.text).into(),
    };
    state.base =
        base.map(Into::into).or(opened).unwrap_or_else(|| first.map_or("", |example| example.text).into());
    state.example = examples::EXAMPLES.iter().find(|example| *example.text == *state.base);
    state.text = text;
    if let Some(draft) = draft.filter(|draft| **draft != *state.text && !examples::is_one(draft)) {
        put_aside(state, draft.into(), out);
        keep(state, Store::Draft, &state.text, out);
    }
    if let Some(link) = link {
        place(state, link);
    }
    if let Some(error) = wrong {
        state.notice = Some(Notice::BadLink(error.to_string()));
    }
}

/// A link is followed while the page is open.
pub(super) fn open_link(state: &mut State, hash: &str, out: &mut Vec<Request>) {
    match Link::read(hash, "") {
        Ok(None) => {}
        Ok(Some(link)) => {
            let example = link.example.as_deref().and_then(examples::find);
            let linked = link.text.clone().map(Rc::from);
            let Some(text) = linked.or(example.map(|example| example.text.into())) else { return };
            replace(state, text, out);
            state.base = state.text.clone();
            state.example = example;
            from_the_start(state);
            place(state, link);
        }
        Err(error) => state.notice = Some(Notice::BadLink(error.to_string())),
    }
}

/// Everything of a link but its text.
fn place(state: &mut State, link: Link) {
    state.settings = link.settings;
    state.selection = link.selection;
    if let Some(panel) = link.panel {
        state.panel = panel;
    }
    if let Some(moment) = link.moment {
        state.at_end = false;
        state.seek = Some(Seek::Time { time: moment.time, ordinal: moment.ordinal });
    }
    if let Some((exchange, key)) = link.routing {
        state.routing.exchange = Some(exchange);
        state.routing.key = key;
    }
}
