//! What can be folded: blocks, brackets and runs of comments that go over several lines.

use crate::script::token::TokenKind as T;
use crate::text::Span;

use super::Document;

impl Document<'_> {
    /// The ranges that can be folded, each from the end of its first line to before its closing token.
    pub fn folds(&self) -> Vec<Span> {
        let mut folds = Vec::new();
        let mut open: Vec<(T, u32)> = Vec::new();
        let mut comment: Option<Span> = None;
        let mut lines = 0;
        for token in &self.tokens {
            match token.kind {
                T::BraceOpen | T::BracketOpen | T::ParenOpen => open.push((token.kind, token.span.end)),
                T::BraceClose | T::BracketClose | T::ParenClose => {
                    let matching = match token.kind {
                        T::BraceClose => T::BraceOpen,
                        T::BracketClose => T::BracketOpen,
                        _ => T::ParenOpen,
                    };
                    if let Some((_, start)) = open.pop_if(|(kind, _)| *kind == matching) {
                        folds.push(Span::new(start, token.span.start));
                    }
                }
                _ => {}
            }
            match token.kind {
                T::Newline => lines += 1,
                T::Blank => {}
                T::Comment if lines > 0 || token.span.start == 0 => {
                    let end = token.span.end;
                    comment = Some(match comment.filter(|_| lines == 1) {
                        Some(above) => Span::new(above.start, end),
                        None => {
                            folds.extend(comment);
                            Span::new(end, end)
                        }
                    });
                    lines = 0;
                }
                _ => {
                    folds.extend(comment.take());
                    lines = 0;
                }
            }
        }
        folds.extend(comment);
        folds.retain(|fold| fold.of(self.text).contains('\n'));
        folds.sort_unstable();
        folds
    }
}
