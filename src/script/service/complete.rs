//! Completion: what may be written at a place, best first.

use crate::script::token::TokenKind as T;
use crate::text::Span;

use super::Document;
use super::context::{Context, FrameKind};
use super::meaning::wanted;
use super::offers::{self, Offers};

/// What is offered for a place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offer {
    /// What an item would replace: the word that has begun, empty where none has.
    pub span: Span,
    /// Best first.
    pub items: Vec<Item>,
}

/// Something that may be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What it is called, and what typing is compared with.
    pub label: String,
    /// What it is.
    pub kind: ItemKind,
    /// A few words behind it: its form, the kind of a name.
    pub detail: String,
    /// One line of help; may be empty.
    pub help: String,
    /// What is written.
    pub insert: String,
    /// How many characters from the end of that the cursor comes to stand.
    pub back: u32,
}

/// What an item is: its symbol in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ItemKind {
    /// A statement's word.
    Statement,
    /// An option.
    Option,
    /// A small word: `to`, `as`.
    Word,
    /// A value as it stands.
    Value,
    /// A queue, an exchange, a client and so on.
    Name,
    /// A variable.
    Variable,
    /// A field.
    Field,
    /// A function.
    Function,
    /// A question to the run.
    Question,
    /// A key that is bound, a reply code.
    Text,
}

impl ItemKind {
    /// Its word: what the editor's style sheet knows.
    pub fn name(self) -> &'static str {
        match self {
            Self::Statement => "statement",
            Self::Option => "option",
            Self::Word => "word",
            Self::Value => "value",
            Self::Name => "name",
            Self::Variable => "variable",
            Self::Field => "field",
            Self::Function => "function",
            Self::Question => "question",
            Self::Text => "text",
        }
    }
}

/// So many are offered at most.
const ITEMS_MAX: usize = 200;

impl Document<'_> {
    /// What may be written at `offset`. Nothing in comments and where anything may stand.
    pub fn complete(&self, offset: u32) -> Offer {
        let offset = offset.min(self.text.len() as u32);
        let at = self.tokens.partition_point(|token| token.span.end < offset);
        let here = self.tokens.get(at).filter(|token| token.span.start < offset);
        let kind = here.map_or(T::End, |token| token.kind);
        if matches!(kind, T::Comment | T::SlashComment) {
            return Offer::default();
        }
        let inside_plain = here.filter(|token| {
            token.span.of(self.text).starts_with('\'')
                && matches!(kind, T::PlainText | T::OpenPlainText)
                && (offset < token.span.end || kind == T::OpenPlainText)
        });
        let span = match here {
            Some(token)
                if matches!(
                    kind,
                    T::Word | T::Number | T::BadNumber | T::Duration | T::Size | T::TextPiece
                ) =>
            {
                token.span
            }
            Some(token) if inside_plain.is_some() => {
                Span::new(token.span.start + 1, token.span.end - u32::from(kind == T::PlainText))
            }
            _ => Span::at(offset),
        };
        // What stands behind the cursor in the same word goes too; the other tokens are not touched.
        let context = Context::of(self, if inside_plain.is_some() { span.start - 1 } else { span.start });
        let typed = Span::new(span.start, offset).of(self.text);
        let mut offers = Offers::new(self, &context);
        if context.inner().kind == FrameKind::Text || inside_plain.is_some() {
            offers.texts();
        } else {
            offers.all(&wanted(&context), typed);
        }
        let mut items = offers.items;
        offers::narrow(&mut items, typed);
        items.truncate(ITEMS_MAX);
        Offer { span, items }
    }
}
