//! What the editor asks about a place, answered by `script::service`: its bytes become UTF-16 units here.

use crate::script::service::{Document, Item, Parameter};
use crate::text::{LineIndex, Span};

use super::protocol::{Help, HelpItem, HelpOn, HelpOption, HelpPlace};

/// So many uses of a name are listed at most.
const USES_MAX: usize = 1_000;

/// What is known about the place `at` (UTF-16 units) of a text.
pub fn help(text: &str, at: u32, what: &HelpOn) -> Option<Help> {
    let lines = LineIndex::new(text);
    let units = |offset| lines.utf16(text, offset);
    let offset = lines.from_utf16(text, at);
    let document = Document::new(text);
    let place =
        |span: Span| HelpPlace { from: units(span.start), to: units(span.end), ..HelpPlace::default() };
    let line = |span: Span| lines.line_column(text, span.start).line;
    match what {
        HelpOn::Completion => {
            let offer = document.complete(offset);
            let (from, to) = (units(offer.span.start), units(offer.span.end));
            let items: Vec<HelpItem> = offer.items.into_iter().map(item).collect();
            (!items.is_empty()).then(|| Help { from, to, items, ..Help::default() })
        }
        HelpOn::Hover => document.hover(offset).map(|hover| Help {
            from: units(hover.span.start),
            to: units(hover.span.end),
            title: hover.title,
            text: hover.text,
            field: hover.field,
            link: hover.link,
            ..Help::default()
        }),
        HelpOn::Signature => document.signature(offset).map(|signature| Help {
            from: units(signature.from),
            to: at,
            title: signature.form.to_owned(),
            text: signature.next,
            options: signature.parameters.into_iter().map(option).collect(),
            ..Help::default()
        }),
        HelpOn::Name => document.name(offset).map(|(kind, name, span)| Help {
            from: units(span.start),
            to: units(span.end),
            title: kind.name().to_owned(),
            text: name.to_owned(),
            places: document
                .uses(offset)
                .iter()
                .take(USES_MAX)
                .map(|occurrence| {
                    let line = line(occurrence.span);
                    let text = lines.line(text, line).trim().to_owned();
                    HelpPlace { text, line, declares: occurrence.declares, ..place(occurrence.span) }
                })
                .collect(),
            ..Help::default()
        }),
        HelpOn::Rename(new) => Some(match document.rename(offset, new) {
            Ok(edits) => {
                let edit = |edit: crate::text::TextEdit| HelpPlace { text: edit.text, ..place(edit.span) };
                Help { places: edits.into_iter().map(edit).collect(), ..Help::default() }
            }
            Err(refusal) => Help { text: refusal.0, ..Help::default() },
        }),
        HelpOn::Folds => {
            Some(Help { places: document.folds().into_iter().map(place).collect(), ..Help::default() })
        }
        HelpOn::Outline => Some(Help {
            places: document
                .outline()
                .into_iter()
                .map(|entry| HelpPlace {
                    text: entry.text,
                    line: line(entry.span),
                    depth: entry.depth,
                    ..place(entry.span)
                })
                .collect(),
            ..Help::default()
        }),
        HelpOn::Reference => {
            document.reference(offset).map(|link| Help { from: at, to: at, link, ..Help::default() })
        }
    }
}

fn item(item: Item) -> HelpItem {
    let Item { label, detail, help, insert, back, .. } = item;
    HelpItem { label, detail, help, insert, back }
}

fn option(parameter: Parameter) -> HelpOption {
    let Parameter { text, help, is_used, is_current } = parameter;
    HelpOption { text, help: help.to_owned(), is_used, is_current }
}
