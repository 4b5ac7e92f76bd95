//! The language's colours as the editor takes them: from, to, tag number, in UTF-16 units.

use crate::script::highlight::{Tag, highlight};

/// The names of the tags: class `tok-<name>`. In `string` and `comment` a brace is no structure for the editor.
pub const TAGS: &[&str] = &[
    "comment",
    "statement",
    "option",
    "name",
    "variable",
    "field",
    "string",
    "escape",
    "hole",
    "number",
    "constant",
    "function",
    "operator",
    "punctuation",
    "unknown",
];

/// Longer texts stay uncoloured: colouring must not be felt while one types.
const TEXT_BYTES_MAX: usize = 400 << 10;

fn number(tag: Tag) -> u32 {
    match tag {
        Tag::Comment => 0,
        Tag::Statement => 1,
        Tag::Option => 2,
        Tag::Name => 3,
        Tag::Variable => 4,
        Tag::Field => 5,
        Tag::Text => 6,
        Tag::Escape => 7,
        Tag::Hole => 8,
        Tag::Number => 9,
        Tag::Constant => 10,
        Tag::Function => 11,
        Tag::Operator => 12,
        Tag::Punctuation => 13,
        Tag::Unknown => 14,
    }
}

/// The coloured parts of a text.
pub fn tokens(text: &str) -> Vec<u32> {
    if text.len() > TEXT_BYTES_MAX {
        return Vec::new();
    }
    let parts = highlight(text);
    let mut out = Vec::with_capacity(parts.len() * 3);
    // Parts are in order: each byte is counted once.
    let (mut byte, mut units) = (0, 0_u32);
    let mut units_at = |to: u32| {
        let to = (to as usize).clamp(byte, text.len());
        units += u32::try_from(text.get(byte..to).unwrap_or("").encode_utf16().count()).unwrap_or(0);
        byte = to;
        units
    };
    for (span, tag) in parts {
        let from = units_at(span.start);
        out.extend([from, units_at(span.end), number(tag)]);
    }
    out
}
