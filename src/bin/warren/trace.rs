//! Every record on a line, for reading and comparing.

use std::io::Write as _;

use warren::sim::Recording;

/// Every record on a line, for reading and comparing.
pub fn print(recording: &Recording) {
    let mut out = std::io::BufWriter::new(anstream::stdout());
    for record in recording.records(0..recording.len()) {
        let who = recording.actors().get(usize::from(record.actor)).map_or("?", |info| &*info.name);
        let cause = record.cause.map_or_else(|| "-".to_owned(), |cause| cause.to_string());
        let more = details(recording, &record);
        // Whoever reads it may stop reading: nothing is wrong then.
        let written = writeln!(
            out,
            "{:>6} step {:<5} {:>10}  {who:<12} {:<18} cause {cause:<6} {more}",
            record.number,
            record.step,
            record.time,
            record.kind.word()
        );
        if written.is_err() {
            return;
        }
    }
    let _ = out.flush();
}

fn details(recording: &Recording, record: &warren::sim::Record) -> String {
    let tables = recording.tables();
    let mut words = Vec::new();
    if let Some(command) = record.command().and_then(|number| tables.commands.get(number)) {
        words.push(match &command.command {
            warren::broker::Command::Method { channel, method, .. } => {
                format!("{} on {channel}", method.name())
            }
            other => format!("{other:?}").chars().take(60).collect(),
        });
    }
    if let Some(info) = record.message().and_then(|message| tables.messages.at(message.0)) {
        words.push(format!("{:?}", String::from_utf8_lossy(&info.message.body)));
    }
    if let Some(queue) = record.queue().and_then(|queue| tables.queues.at(queue.0)) {
        words.push(format!("queue {}", queue.name));
    }
    if let Some(tag) = record.tag() {
        words.push(format!("tag {}{}", tag.tag, if tag.flag { " *" } else { "" }));
    }
    if let Some(text) = record.text().and_then(|text| tables.texts.get(text)) {
        words.push(text.text.to_string());
    }
    if let Some(error) = record.error().and_then(|error| tables.errors.get(error)) {
        words.push(format!("{} {}", error.code, error.text));
    }
    if let Some(wait) = record.wait_kind() {
        words.push(format!("{wait:?}"));
    }
    if let Some(reason) = record.drop_reason() {
        words.push(format!("{reason:?}"));
    }
    words.join(", ")
}
