//! The shape of each kind of thing, the same wherever it is named: shapes beside colours.

use yew::prelude::*;

use crate::inspect::view::ThingKind;

/// Properties.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Kind of thing.
    pub kind: ThingKind,
}

/// The word for a kind in class names: `hue-queue` sets `--hue` and its relatives.
pub fn kind_class(kind: ThingKind) -> &'static str {
    match kind {
        ThingKind::Publisher => "hue-publisher",
        ThingKind::Consumer => "hue-consumer",
        ThingKind::Client => "hue-client",
        ThingKind::Operator => "hue-operator",
        ThingKind::Exchange => "hue-exchange",
        ThingKind::Queue => "hue-queue",
    }
}

fn path(kind: ThingKind) -> &'static str {
    match kind {
        // Points on: what leaves.
        ThingKind::Publisher => "M2 3h7l5 5-5 5H2z",
        ThingKind::Consumer => "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2z",
        ThingKind::Client => "M3 2.500h10v11H3z",
        ThingKind::Operator => "M5.500 2h5L14 5.500v5L10.500 14h-5L2 10.500v-5z",
        ThingKind::Exchange => "M8 1.500 14.500 8 8 14.500 1.500 8z",
        // A bar with slots.
        ThingKind::Queue => "M1.500 4h3.600v8H1.500zM6.200 4h3.600v8H6.200zM10.900 4h3.600v8h-3.600z",
    }
}

/// The shape in its hue, of the size of the text.
#[component]
pub fn Glyph(props: &Props) -> Html {
    html! {
        <svg class={classes!("glyph", kind_class(props.kind))} viewBox="0 0 16 16" aria-hidden="true">
            <path d={path(props.kind)} />
        </svg>
    }
}
