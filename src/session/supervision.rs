//! The worker's life: it is pinged, and where it does not answer it is ended and started again, which costs nothing but
//! time: the specification of the run on the screen is carried out once more.

use crate::engine::protocol::ToWorker;

use super::help;
use super::request::{Request, Timer};
use super::runs;
use super::state::{Notice, State, WorkerState};
use super::update::tell;

/// Between two looks. Two looks without an answer end the worker: two seconds, as a slice takes milliseconds.
const LOOK_MS: u32 = 1_000;
const LOOKS_WITHOUT_ANSWER_MAX: u8 = 2;
/// A worker that dies at each start is not started for ever.
const DEATHS_MAX: u8 = 3;

/// Pings and deaths.
#[derive(Debug, Default)]
pub struct Supervision {
    pings: u32,
    /// The ping not answered yet, and how often it has been looked for.
    unanswered: Option<(u32, u8)>,
    /// Deaths since the last good answer.
    deaths: u8,
}

/// It listens: it is told the text, and what was on the screen.
pub(super) fn ready(state: &mut State, out: &mut Vec<Request>) {
    state.worker = WorkerState::Ready;
    out.push(Request::Post(ToWorker::Hello { build: state.build.clone() }));
    out.push(Request::Later(Timer::Ping, LOOK_MS));
    let is_culprit = state.culprit.as_ref().is_some_and(|culprit| *culprit.source == *state.text);
    // The run on the screen comes first, and again if the text is no other. What ended a worker is left alone.
    let shown = state.runs.shown.as_ref().filter(|shown| !shown.is_held).map(|shown| shown.spec.clone());
    if let Some(spec) = shown {
        runs::begin(state, spec, out);
    }
    if !is_culprit {
        tell(state, out);
    }
}

/// A second has gone by.
pub(super) fn look(state: &mut State, out: &mut Vec<Request>) {
    if state.worker != WorkerState::Ready {
        return;
    }
    let supervision = &mut state.supervision;
    match &mut supervision.unanswered {
        Some((_, looks)) if *looks + 1 >= LOOKS_WITHOUT_ANSWER_MAX => {
            return died(state, "it did not answer for two seconds".to_owned(), out);
        }
        Some((_, looks)) => *looks += 1,
        None => {
            supervision.pings = supervision.pings.wrapping_add(1);
            supervision.unanswered = Some((supervision.pings, 0));
            out.push(Request::Post(ToWorker::Ping(supervision.pings)));
        }
    }
    out.push(Request::Later(Timer::Ping, LOOK_MS));
}

/// An answer to a ping.
pub(super) fn pong(state: &mut State, ping: u32) {
    if state.supervision.unanswered.is_some_and(|(asked, _)| asked == ping) {
        state.supervision.unanswered = None;
        if !state.runs.is_running() {
            state.supervision.deaths = 0;
        }
    }
}

/// It is gone, or as good as gone.
pub(super) fn died(state: &mut State, why: String, out: &mut Vec<Request>) {
    out.push(Request::EndWorker);
    state.questions.forget();
    help::forget(state);
    state.seek = state.seek.take().or_else(|| state.seeking.take());
    state.supervision.unanswered = None;
    state.supervision.deaths += 1;
    blame(state, &why);
    state.runs.coming = None;
    if let Some(shown) = &mut state.runs.shown {
        shown.is_held = false;
    }
    if state.supervision.deaths >= DEATHS_MAX {
        state.worker = WorkerState::Dead;
        state.notice = Some(Notice::NoWorker(why));
    } else {
        state.worker = WorkerState::Starting;
        out.push(Request::StartWorker);
    }
}

/// Whatever the worker was at is not given to the next one by itself.
fn blame(state: &mut State, why: &str) {
    let at_work = state.runs.at_work().map(|spec| (**spec).clone());
    let being_checked = || (state.problems_of != state.told).then(|| state.settings.spec(&state.text));
    let asked_about = || {
        let shown = state.runs.shown.as_ref().filter(|_| state.supervision.deaths > 1)?;
        Some((*shown.spec).clone())
    };
    if let Some(spec) = at_work.or_else(being_checked).or_else(asked_about) {
        state.culprit = Some(spec);
        state.notice = Some(Notice::RunEnded(why.to_owned()));
    }
}

/// The person wants it carried out all the same.
pub(super) fn run_again(state: &mut State, out: &mut Vec<Request>) {
    state.culprit = None;
    state.notice = None;
    state.supervision.deaths = 0;
    match state.worker {
        WorkerState::Ready => tell(state, out),
        WorkerState::Starting => {}
        WorkerState::Dead => {
            state.worker = WorkerState::Starting;
            out.push(Request::StartWorker);
        }
    }
}
