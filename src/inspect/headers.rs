//! Headers typed into the routing panel: a table of the language, read by the language itself.

use std::sync::Arc;

use crate::amqp::FieldTable;
use crate::script;
use crate::sim::{Limits, Run, RunSpec};

/// Steps until the only message of the little script stands in its queue, with room to spare.
const STEPS: u32 = 100;

/// The table that a text stands for: `{ a: 1 }`. Fails with what is wrong with it.
pub fn headers(text: &str) -> Result<FieldTable, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(FieldTable::default());
    }
    if !(text.starts_with('{') && text.ends_with('}')) || text.contains('\n') {
        return Err("headers are a table: { colour: \"red\", count: 2 }".to_owned());
    }
    // A publish is the place where headers are written; what it makes of them is what a client would send.
    let source = format!("queue q\npublish \"\" to default key \"q\" headers {text}");
    let analysis = script::analyse(&source);
    let Some(program) = analysis.program else {
        let error = analysis.diagnostics.iter().find(|diagnostic| diagnostic.is_error());
        return Err(error.map_or_else(String::new, |error| format!("headers: {}", error.message)));
    };
    let limits = Limits { steps: STEPS, ..Limits::default() };
    let spec = RunSpec { limits, ..RunSpec::of(&source) };
    let mut run = Run::new(Arc::new(spec), program);
    run.work(STEPS);
    let message = run.recording().tables().messages.iter().flatten().next();
    let table = message.and_then(|info| info.message.properties().headers.clone());
    table.ok_or_else(|| "headers: this table cannot be sent".to_owned())
}
