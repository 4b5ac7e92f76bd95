//! What the editor asks about a place, answered by `script::service`: its bytes become UTF-16 units here.

use crate::script::service::{Document, Item};
use crate::text::LineIndex;

use super::protocol::{Help, HelpItem, HelpOn};

/// What is known about the place `at` (UTF-16 units) of a text.
pub fn help(text: &str, at: u32, what: HelpOn) -> Option<Help> {
    let lines = LineIndex::new(text);
    let units = |offset| lines.utf16(text, offset);
    let offset = lines.from_utf16(text, at);
    let document = Document::new(text);
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
        HelpOn::Reference => {
            document.reference(offset).map(|link| Help { from: at, to: at, link, ..Help::default() })
        }
    }
}

fn item(item: Item) -> HelpItem {
    let Item { label, detail, help, insert, back, .. } = item;
    HelpItem { label, detail, help, insert, back }
}
