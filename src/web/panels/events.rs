//! Marks, messages and events in words and colours, the same in every panel.

use yew::prelude::*;

use crate::inspect::view::{MarkKind, MessageRef, Thing};
use crate::session::Action;
use crate::web::dispatch::Dispatch;

/// The word for a kind of mark; also the end of its class and of its colour's name in `tokens.css`.
pub fn mark_word(kind: MarkKind) -> &'static str {
    match kind {
        MarkKind::Other => "other",
        MarkKind::Print => "print",
        MarkKind::Enqueue => "enqueue",
        MarkKind::Publish => "publish",
        MarkKind::Confirm => "confirm",
        MarkKind::Deliver => "deliver",
        MarkKind::Ack => "ack",
        MarkKind::Requeue => "requeue",
        MarkKind::Redeliver => "redeliver",
        MarkKind::DeadLetter => "dead-letter",
        MarkKind::Expire => "expire",
        MarkKind::Return => "return",
        MarkKind::Drop => "drop",
        MarkKind::Refusal => "refusal",
        MarkKind::Fault => "fault",
        MarkKind::FailedCheck => "failed-check",
    }
}

/// How it is spoken of.
pub fn mark_label(kind: MarkKind) -> &'static str {
    match kind {
        MarkKind::Other => "step",
        MarkKind::DeadLetter => "dead letter",
        MarkKind::FailedCheck => "failed check",
        kind => mark_word(kind),
    }
}

/// A message as it is called: who published it, and its how-manieth it was.
pub fn message_name(message: &MessageRef) -> String {
    format!("{} #{}", message.client, message.ordinal)
}

/// A link that selects a thing.
pub fn select(dispatch: &Dispatch, thing: Thing) -> Callback<MouseEvent> {
    let dispatch = dispatch.clone();
    Callback::from(move |event: MouseEvent| {
        event.stop_propagation();
        dispatch.send(Action::Select(Some(thing.clone())));
    })
}

/// Whether that message is the selected one.
pub fn is_selected(selection: Option<&Thing>, message: Option<&MessageRef>) -> bool {
    matches!((selection, message), (Some(Thing::Message(selected)), Some(message)) if selected == message)
}
