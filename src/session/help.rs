//! What the editor asks about a place of the text. One question is under way at a time: the last one asked.

use std::rc::Rc;

use crate::engine::protocol::{EditId, Help, HelpOn, ToWorker};

use super::request::Request;
use super::state::{State, WorkerState};

/// The editor's question.
#[derive(Clone, Debug, Default)]
pub struct Helping {
    /// Its id and the text that it is about, while it is not answered.
    asked: Option<(u32, EditId)>,
    /// The last answer and its question's id.
    pub answer: Option<Rc<(u32, Option<Help>)>>,
}

pub(super) fn ask(state: &mut State, id: u32, what: HelpOn, at: u32, out: &mut Vec<Request>) {
    if state.worker == WorkerState::Ready {
        state.helping.asked = Some((id, state.edit));
        out.push(Request::Post(ToWorker::Help { id, text: state.text.to_string(), at, what }));
    } else {
        state.helping = Helping { asked: None, answer: Some(Rc::new((id, None))) };
    }
}

/// An answer to an older question is dropped; one for an older text comes to nothing, and the editor is told so: it
/// asks one thing after another.
pub(super) fn answered(state: &mut State, id: u32, help: Option<Help>) {
    if let Some((asked, edit)) = state.helping.asked
        && asked == id
    {
        let help = help.filter(|_| edit == state.edit);
        state.helping = Helping { asked: None, answer: Some(Rc::new((id, help))) };
    }
}

/// Nobody will answer any more.
pub(super) fn forget(state: &mut State) {
    if let Some((id, _)) = state.helping.asked {
        answered(state, id, None);
    }
}
