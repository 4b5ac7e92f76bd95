//! The worker's half of the protocol: each message of the page, and what it is answered at once. Slices of a run come
//! between messages, so an edit or a question never waits for more than one of them.

use super::help::help;
use super::machine::Engine;
use super::protocol::{FromWorker, RunId, ToWorker};

impl Engine {
    /// Takes a message of the page. `build` is this worker's own.
    pub fn tell(&mut self, message: ToWorker, build: &str) -> Option<FromWorker> {
        match message {
            ToWorker::Hello { .. } => Some(FromWorker::Hello { build: build.to_owned() }),
            ToWorker::Edit { edit, text } => {
                Some(FromWorker::Problems { edit, problems: self.problems(&text) })
            }
            ToWorker::Format { edit, text } => {
                Some(FromWorker::Formatted { edit, text: crate::script::format(&text).ok() })
            }
            ToWorker::Help { id, text, at, what } => {
                Some(FromWorker::Helped { id, help: help(&text, at, &what) })
            }
            ToWorker::Run { run, spec } => {
                self.begin(run, &spec).err().map(|why| FromWorker::Refused { run, why })
            }
            ToWorker::Stop { run } => {
                self.stop(run).map(|summary| FromWorker::Progress { run, summary: Box::new(summary) })
            }
            ToWorker::Drop { run } => {
                self.forget(run);
                None
            }
            ToWorker::Ask(question) => {
                let answer = self.ask(&question);
                let (id, run, step) = (question.id, question.run, question.step);
                Some(FromWorker::Answer { id, run, step, answer })
            }
            ToWorker::Ping(number) => Some(FromWorker::Pong(number)),
        }
    }

    /// How far a run has come, as the page is told.
    pub fn progress_of(&mut self, run: RunId) -> Option<FromWorker> {
        Some(FromWorker::Progress { run, summary: Box::new(self.summary(run)?) })
    }
}
