//! What the clients printed, and what ended or closed something for them.

use crate::sim::record::{Record, RecordKind as Kind, Recording};
use crate::text::Span;

use super::index::{Index, ending_error};
use super::moment::clamp;
use super::names::{Names, body_text};
use super::sentence::error_text;
use super::view::{MessageRef, Output, OutputLine, Step};

/// Lines in one answer.
const LINES_MAX: u32 = 500;
/// Characters of a line.
const LINE_MAX: usize = 2_000;
/// Records between a taking up and what its handler prints: one cause for each statement on the way.
const CAUSES_MAX: u32 = 32;

/// Lines `first..first + count`, of one client or of all.
pub fn output(
    recording: &Recording,
    index: &Index,
    step: Step,
    client: Option<&str>,
    first: u32,
    count: u32,
) -> Output {
    let names = Names::new(recording);
    let is_wanted = |actor: u16| client.is_none_or(|client| names.actor(actor) == client);
    let moment = clamp(recording, step);
    let end = moment.checked_sub(1).and_then(|last| recording.step(last)).map_or(0, |last| last.end);
    let wanted = index.lines.iter().filter(|(_, actor)| is_wanted(*actor));
    let total = wanted.clone().count() as u32;
    let until_moment = wanted.clone().take_while(|(number, _)| *number < end).count() as u32;
    let numbers = wanted.map(|(number, _)| *number).skip(first as usize).take(count.min(LINES_MAX) as usize);
    let lines = numbers.filter_map(|number| line(names, &recording.record(number)?)).collect();
    Output { total, until_moment, first: first.min(total), lines }
}

fn line(names: Names<'_>, record: &Record) -> Option<OutputLine> {
    let recording = names.recording;
    let raised = ending_error(names, record);
    let said = raised.as_ref().unwrap_or(record);
    let text = match said.kind {
        Kind::Printed | Kind::OperatorRefused => {
            recording.tables().texts.get(said.text()?).map(|info| info.text.to_string())?
        }
        _ => error_text(names, said)?,
    };
    Some(OutputLine {
        step: u64::from(record.step) + 1,
        time: record.time.0,
        client: names.actor(record.actor).to_owned(),
        kind: names.actor_kind(record.actor),
        text: body_text(text.as_bytes(), LINE_MAX),
        is_error: record.kind != Kind::Printed,
        message: message_at_work(names, record),
        span: recording.span_of(said).or_else(|| statement_before(names, record)).unwrap_or_default(),
    })
}

/// The message whose handler printed it: the taking up among its causes, of a delivery or of a returned message.
fn message_at_work(names: Names<'_>, record: &Record) -> Option<MessageRef> {
    let mut at = *record;
    for _ in 0..CAUSES_MAX {
        if matches!(at.kind, Kind::Received | Kind::ReturnTaken) {
            return names.message_ref(at.message()?);
        }
        at = names.recording.record(at.cause?)?;
        if at.actor != record.actor {
            return None;
        }
    }
    None
}

/// The statement that a refusal answers.
fn statement_before(names: Names<'_>, record: &Record) -> Option<Span> {
    let mut at = *record;
    for _ in 0..CAUSES_MAX {
        if let Some(span) = names.recording.span_of(&at) {
            return Some(span);
        }
        at = names.recording.record(at.cause?)?;
    }
    None
}
