//! A moment in words, and the way from one to the next that is worth looking at.

use crate::amqp::SimTime;
use crate::sim::record::{Record, RecordKind, Recording, StepInfo};

use super::mark::mark_kind;
use super::names::Names;
use super::scan::{Kinds, scan};
use super::sentence::{event, things};
use super::view::{Event, MarkKind, Moment, Step, Thing};

/// Events of one step that are told; a publish to a thousand queues is one step.
const EVENTS_MAX: usize = 200;

/// What happened in the step that led to this moment. Past the end is the end.
pub fn moment(recording: &Recording, step: Step) -> Moment {
    let moment = clamp(recording, step);
    let Some(info) = moment.checked_sub(1).and_then(|step| recording.step(step)) else {
        return Moment::default();
    };
    let names = Names::new(recording);
    Moment {
        step: u64::from(moment),
        time: info.time.0,
        ordinal: info.step - steps_before(recording, info.time),
        events: events(names, &info),
    }
}

/// A record in words; none for one that only repeats what the next says.
pub fn told(recording: &Recording, record: &Record) -> Option<Event> {
    event(Names::new(recording), record)
}

/// The events of a step; if there are too many, the last one says how much was left out.
fn events(names: Names<'_>, step: &StepInfo) -> Vec<Event> {
    let mut told = Vec::new();
    for record in names.recording.records(step.first..step.end) {
        if told.len() == EVENTS_MAX {
            let text = format!("… and {} more records of this step", step.end - record.number);
            let (time, kind) = (step.time.0, MarkKind::Other);
            let more = Event {
                step: u64::from(step.step) + 1,
                time,
                kind,
                text,
                message: None,
                things: Vec::new(),
                span: None,
            };
            told.push(more);
            break;
        }
        told.extend(event(names, &record));
    }
    told
}

/// The last moment not after that time. If steps have that very time, the one that is `ordinal` steps into it, its
/// last one at most.
pub fn moment_at(recording: &Recording, time: u64, ordinal: u32) -> Step {
    let after = recording.steps_until(SimTime(time));
    let first = steps_before(recording, SimTime(time));
    u64::from(if first == after { after } else { first.saturating_add(ordinal).saturating_add(1).min(after) })
}

/// The next (or last) moment with such a mark: the same one if there is none.
pub fn seek(
    recording: &Recording,
    from: Step,
    forwards: bool,
    kinds: &[MarkKind],
    of: Option<&Thing>,
) -> Step {
    let moment = clamp(recording, from);
    let names = Names::new(recording);
    let could_be =
        Kinds::which(|kind| kinds.is_empty() || marks_of(kind).iter().any(|mark| kinds.contains(mark)));
    let wanted = |record: &Record| {
        let kind_fits = kinds.is_empty() || kinds.contains(&mark_kind(names, record));
        kind_fits && of.is_none_or(|thing| is_about(names, record, thing))
    };
    let after = |found: Option<Record>| {
        let step = found.and_then(|record| recording.step_of(record.number));
        u64::from(step.map_or(moment, |step| step + 1))
    };
    if forwards {
        let start = recording.step(moment).map_or(recording.len(), |next| next.first);
        let found = scan(recording, start..recording.len(), &could_be).find(wanted);
        after(found)
    } else {
        let end = moment.checked_sub(1).and_then(|step| recording.step(step)).map_or(0, |step| step.first);
        let found = scan(recording, 0..end, &could_be).rfind(wanted);
        after(found)
    }
}

/// Whether a thing takes part in a record.
pub fn is_about(names: Names<'_>, record: &Record, thing: &Thing) -> bool {
    match thing {
        Thing::Message(message) => {
            record.message().and_then(|id| names.message_ref(id)).as_ref() == Some(message)
        }
        Thing::Client(_) | Thing::Queue(..) | Thing::Exchange(..) => things(names, record).contains(thing),
    }
}

/// The moment of that number, or the last one.
pub fn clamp(recording: &Recording, step: Step) -> u32 {
    u32::try_from(step).unwrap_or(u32::MAX).min(recording.steps())
}

/// How many steps are before that time.
fn steps_before(recording: &Recording, time: SimTime) -> u32 {
    time.0.checked_sub(1).map_or(0, |before| recording.steps_until(SimTime(before)))
}

/// All kinds of mark that records of this kind can have.
fn marks_of(kind: RecordKind) -> &'static [MarkKind] {
    use MarkKind as Mark;
    use RecordKind as Kind;
    match kind {
        Kind::Sent => &[Mark::Publish, Mark::Ack, Mark::Requeue, Mark::Drop, Mark::Other],
        Kind::Published => &[Mark::Publish],
        Kind::Received | Kind::Delivered | Kind::Got => &[Mark::Deliver, Mark::Redeliver],
        Kind::ConfirmTaken | Kind::Confirmed => &[Mark::Confirm],
        Kind::ReturnTaken | Kind::Returned => &[Mark::Return],
        Kind::Printed => &[Mark::Print],
        Kind::Raised | Kind::Excepted | Kind::OperatorRefused => &[Mark::Refusal],
        Kind::Ended => &[Mark::Fault, Mark::Refusal, Mark::Other],
        Kind::Enqueued => &[Mark::Enqueue],
        Kind::Dropped => &[Mark::Expire, Mark::Drop],
        Kind::Settled => &[Mark::Ack, Mark::Other],
        Kind::Requeued | Kind::Delayed => &[Mark::Requeue],
        Kind::DeadLettered => &[Mark::DeadLetter],
        Kind::Republished => &[Mark::Publish],
        Kind::LineLost | Kind::Crashed | Kind::Stopped | Kind::LineCut | Kind::NodeDown | Kind::Blocked => {
            &[Mark::Fault]
        }
        Kind::CheckFailed | Kind::CheckBroken => &[Mark::FailedCheck],
        _ => &[Mark::Other],
    }
}
