//! Questions: each goes to the inspector of its name.

use crate::inspect;

use super::machine::Engine;
use super::protocol::{Answer, Question, What};
use super::shown::Shown;

impl Engine {
    /// The answer to a question. Never runs anything but the past again.
    pub fn ask(&mut self, question: &Question) -> Answer {
        match self.shown(question.run) {
            Some(shown) => answer(shown, question),
            None => Answer::Gone,
        }
    }
}

fn answer(shown: &mut Shown, question: &Question) -> Answer {
    let step = question.step;
    match &question.what {
        What::Queues => {
            let (recording, _, simulation) = shown.at(step);
            Answer::Queues(inspect::queues(recording, simulation))
        }
        What::Clients => {
            let (recording, _, simulation) = shown.at(step);
            Answer::Clients(inspect::clients(recording, simulation))
        }
        What::Topology => {
            let (recording, index, simulation) = shown.at(step);
            Answer::Topology(inspect::topology(recording, index, simulation))
        }
        What::Routing { vhost, exchange, key, headers } => {
            let (_, _, simulation) = shown.at(step);
            Answer::Routing(inspect::routing(simulation, vhost, exchange, key, headers))
        }
        What::Checks => Answer::Checks(shown.checks()),
        What::Findings => Answer::Findings(shown.findings()),
        _ => answer_by_record(shown, question),
    }
}

/// What the records alone can tell.
fn answer_by_record(shown: &Shown, question: &Question) -> Answer {
    let (recording, index) = (shown.recording(), shown.index());
    let moment = |step| Answer::Moment(Box::new(inspect::moment(recording, step)));
    match &question.what {
        What::At { time, ordinal } => moment(inspect::moment_at(recording, *time, *ordinal)),
        What::Seek { forwards, kinds, of } => {
            moment(inspect::seek(recording, question.step, *forwards, kinds, of.as_ref()))
        }
        What::Output { client, first, count } => Answer::Output(inspect::output(
            recording,
            index,
            question.step,
            client.as_deref(),
            *first,
            *count,
        )),
        What::Tile { level, index: number } => {
            Answer::Tile(inspect::tile(recording, index, *level, *number, shown.is_done()))
        }
        What::Marks { from, to, limit } => {
            Answer::Marks(inspect::marks(recording, index, *from, *to, *limit))
        }
        What::Journey(message) => Answer::Journey(inspect::journey(recording, message).map(Box::new)),
        What::Hash => Answer::Text(inspect::hash_text(recording)),
        What::Moment
        | What::Queues
        | What::Clients
        | What::Topology
        | What::Checks
        | What::Findings
        | What::Routing { .. } => moment(question.step),
    }
}
