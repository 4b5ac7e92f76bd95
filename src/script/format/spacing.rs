//! Whether a blank stands between two tokens.

use crate::script::token::TokenKind as T;

use super::atoms::Atom;
use super::marks::Marks;

/// Whether a blank stands before `atom`; `sign`: the one before is a minus that subtracts nothing.
pub(super) fn blank_before(before: Option<&Atom<'_>>, atom: &Atom<'_>, sign: bool, marks: &Marks) -> bool {
    let Some(before) = before else { return false };
    match (before.kind, atom.kind) {
        (_, T::Comma | T::Semicolon | T::ParenClose | T::BracketClose | T::Dot | T::DotDot | T::Colon) => {
            false
        }
        (T::ParenOpen | T::BracketOpen | T::Dot | T::DotDot, _) => false,
        (T::Minus, _) if sign => false,
        // A call's parenthesis touches its word, any other does not.
        (_, T::ParenOpen) => !(before.kind == T::Word && atom.adjacent),
        (_, T::BracketOpen) => marks.lists.contains(&atom.span.start),
        _ => true,
    }
}

/// Whether a minus is a sign: it subtracts nothing.
pub(super) fn is_sign(before: Option<&Atom<'_>>, minus: &Atom<'_>, marks: &Marks) -> bool {
    minus.kind == T::Minus
        && (marks.signs.contains(&minus.span.start)
            || before.is_none_or(|before| {
                !matches!(
                    before.kind,
                    T::Word
                        | T::Number
                        | T::Duration
                        | T::Size
                        | T::PlainText
                        | T::ParenClose
                        | T::BracketClose
                        | T::BraceClose
                )
            }))
}
