//! The signature of a statement: its form, and the options it may have, those used marked.

use super::Document;
use super::context::Context;
use super::meaning::used_options;

/// A statement's form and options.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// How it is written.
    pub form: &'static str,
    /// One line of help.
    pub help: &'static str,
    /// Its options.
    pub parameters: Vec<Parameter>,
}

/// An option in a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its word, with something of its kind.
    pub text: String,
    /// It stands there already.
    pub is_used: bool,
}

impl Document<'_> {
    /// The statement that the place belongs to.
    pub fn signature(&self, offset: u32) -> Option<Signature> {
        let context = Context::of(self, offset);
        let block = context.block();
        let statement = block.statement?;
        let used = used_options(statement, &block.words, self.text);
        let parameters = statement.all_options().map(|option| Parameter {
            text: format!("{} {}", option.word, option.value.example()).trim_end().to_owned(),
            is_used: used.contains(&option.word),
        });
        Some(Signature { form: statement.form, help: statement.help, parameters: parameters.collect() })
    }
}
