//! From a text to the same text laid out.

use crate::script::diagnostic::Diagnostic;
use crate::script::grammar::{Parsed, parse};

use super::{atoms, layout, lines, marks, print};

/// The text in the house layout. A text that cannot be read is left alone: its errors come back instead.
pub fn format(text: &str) -> Result<String, Vec<Diagnostic>> {
    let Parsed { tree, mut diagnostics } = parse(text);
    if diagnostics.iter().any(Diagnostic::is_error) {
        diagnostics.retain(Diagnostic::is_error);
        return Err(diagnostics);
    }
    let marks = marks::Marks::of(&tree);
    let atoms = atoms::atoms(text);
    let layout = layout::layout(&atoms, &marks);
    Ok(lines::join(print::print(&layout)))
}
