//! The script editor of `www/editor`: CodeMirror behind a typed door. All positions are in UTF-16 units.
//!
//! It is loaded when it is first opened, after the page has shown its first run. `Spec:` `www/editor/editor.mjs` is the
//! other side of this file.

use js_sys::Uint32Array;
use serde::Serialize;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Element;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["window", "warren"], js_name = editor, catch)]
    async fn load() -> Result<JsValue, JsValue>;

    type Module;
    #[wasm_bindgen(method, catch)]
    fn create(this: &Module, parent: &Element, options: &JsOptions) -> Result<JsEditor, JsValue>;

    type JsOptions;
    #[wasm_bindgen(method, setter)]
    fn set_doc(this: &JsOptions, value: &str);
    #[wasm_bindgen(method, setter)]
    fn set_label(this: &JsOptions, value: &str);
    #[wasm_bindgen(method, setter)]
    fn set_tags(this: &JsOptions, value: &js_sys::Array);
    #[wasm_bindgen(method, setter, js_name = draftKey)]
    fn set_draft_key(this: &JsOptions, value: Option<&str>);
    #[wasm_bindgen(method, setter, js_name = readOnly)]
    fn set_read_only(this: &JsOptions, value: bool);
    #[wasm_bindgen(method, setter, js_name = onChange)]
    fn set_on_change(this: &JsOptions, value: &JsValue);
    #[wasm_bindgen(method, setter, js_name = onFormat)]
    fn set_on_format(this: &JsOptions, value: &JsValue);
    #[wasm_bindgen(method, setter, js_name = onAsk)]
    fn set_on_ask(this: &JsOptions, value: &JsValue);
    #[wasm_bindgen(method, setter, js_name = onCursor)]
    fn set_on_cursor(this: &JsOptions, value: &JsValue);

    type JsEditor;
    #[wasm_bindgen(method, js_name = setDoc)]
    fn set_doc(this: &JsEditor, text: &str);
    #[wasm_bindgen(method, js_name = setHighlights)]
    fn set_highlights(this: &JsEditor, tokens: Uint32Array);
    #[wasm_bindgen(method, js_name = setDiagnostics)]
    fn set_diagnostics(this: &JsEditor, list: &JsValue);
    #[wasm_bindgen(method)]
    fn answer(this: &JsEditor, id: u32, help: &JsValue);
    #[wasm_bindgen(method, js_name = markLine)]
    fn mark_line(this: &JsEditor, position: Option<u32>);
    #[wasm_bindgen(method)]
    fn reveal(this: &JsEditor, from: u32, to: u32);
    #[wasm_bindgen(method)]
    fn focus(this: &JsEditor);
    #[wasm_bindgen(method)]
    fn outline(this: &JsEditor);
    #[wasm_bindgen(method, js_name = setReadOnly)]
    fn set_read_only(this: &JsEditor, value: bool);
    #[wasm_bindgen(method)]
    fn destroy(this: &JsEditor);
}

/// What a new editor starts with.
pub struct Options<'a> {
    /// The text.
    pub doc: &'a str,
    /// What a screen reader calls the editor.
    pub label: &'a str,
    /// The names that the tag numbers of [`Editor::set_highlights`] stand for: class `tok-<name>`. In tokens named
    /// `string` and `comment` a brace is no structure.
    pub tags: &'a [&'a str],
    /// Where the browser keeps what is typed (`index.html` reads `warren.draft` after a crash), or nowhere.
    pub draft_key: Option<&'a str>,
    /// Whether the text can only be read.
    pub read_only: bool,
    /// Told the whole text after each change by the person, never after [`Editor::set_doc`].
    pub on_change: Box<dyn FnMut(String)>,
    /// Told that the text is to be laid out.
    pub on_format: Box<dyn FnMut()>,
    /// Asked about a place: id, what is asked (a word for each `HelpOn`: `completion`, `hover` …), position, and of
    /// `rename` the new name. The answer comes by [`Editor::answer`].
    pub on_ask: Box<dyn FnMut(u32, String, u32, String)>,
    /// Told the position of the cursor whenever it has moved.
    pub on_cursor: Box<dyn FnMut(u32)>,
}

/// How bad a diagnostic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The script cannot run.
    Error,
    /// It runs, and probably not as meant.
    Warning,
    /// Worth knowing.
    Info,
}

/// A problem of a range of the text. Nothing in it is ever taken for HTML.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Diagnostic {
    /// First position of the range.
    pub from: u32,
    /// Position after the range.
    pub to: u32,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// The short name of this kind of problem.
    pub code: String,
    /// What can be done about it.
    pub hint: Option<String>,
    /// A change that does it, offered as a button and by a key.
    pub fix: Option<Fix>,
}

/// A change to the text that mends a problem of it. It is offered for the text that the problem was told of, no other.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fix {
    /// What it does.
    pub title: String,
    /// Its edits, in the order of the text.
    pub edits: Vec<Edit>,
}

/// A part of the text, and what comes in its place.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Edit {
    /// First position.
    pub from: u32,
    /// Position after it.
    pub to: u32,
    /// What comes there.
    pub insert: String,
}

/// An open editor; dropping it takes it off the page.
pub struct Editor {
    inner: JsEditor,
    _on_change: Closure<dyn FnMut(String)>,
    _on_format: Closure<dyn FnMut()>,
    _on_ask: Closure<dyn FnMut(u32, String, u32, String)>,
    _on_cursor: Closure<dyn FnMut(u32)>,
}

impl Editor {
    /// Loads the editor's code, if that has not been done, and opens an editor inside `parent`.
    /// Fails with the browser's words if the code does not arrive.
    pub async fn open(parent: &Element, options: Options<'_>) -> Result<Editor, String> {
        let module: Module = load().await.map_err(words)?.unchecked_into();
        let on_change = Closure::wrap(options.on_change);
        let on_format = Closure::wrap(options.on_format);
        let on_ask = Closure::wrap(options.on_ask);
        let on_cursor = Closure::wrap(options.on_cursor);
        let plain: JsOptions = js_sys::Object::new().unchecked_into();
        plain.set_doc(options.doc);
        plain.set_label(options.label);
        plain.set_tags(&options.tags.iter().map(|name| JsValue::from_str(name)).collect());
        plain.set_draft_key(options.draft_key);
        plain.set_read_only(options.read_only);
        plain.set_on_change(on_change.as_ref());
        plain.set_on_format(on_format.as_ref());
        plain.set_on_ask(on_ask.as_ref());
        plain.set_on_cursor(on_cursor.as_ref());
        let inner = module.create(parent, &plain).map_err(words)?;
        Ok(Editor {
            inner,
            _on_change: on_change,
            _on_format: on_format,
            _on_ask: on_ask,
            _on_cursor: on_cursor,
        })
    }

    /// Replaces the text, by the part that differs only: cursor and undo survive. Does nothing if it is the same.
    pub fn set_doc(&self, text: &str) {
        self.inner.set_doc(text);
    }

    /// Colours the text. `tokens` is from, to, tag number, and so on, ascending and not overlapping; until the next call
    /// they move along with what is typed.
    pub fn set_highlights(&self, tokens: &[u32]) {
        self.inner.set_highlights(Uint32Array::from(tokens));
    }

    /// Replaces the problems shown. Those of an older text are moved into the present one.
    pub fn set_diagnostics(&self, list: &[Diagnostic]) {
        // Plain data of our own always has a form in JavaScript; without one, no problems are shown.
        let list = serde_wasm_bindgen::to_value(list).unwrap_or_else(|_| js_sys::Array::new().into());
        self.inner.set_diagnostics(&list);
    }

    /// Answers the question `id` with plain data: the fields of `Help` in `engine::protocol`.
    pub fn answer(&self, id: u32, help: &Option<impl Serialize>) {
        // Nothing is said where it has no form in JavaScript.
        self.inner.answer(id, &serde_wasm_bindgen::to_value(help).unwrap_or(JsValue::NULL));
    }

    /// Marks the line that holds this position as the place of the present event.
    pub fn mark_line(&self, position: Option<u32>) {
        self.inner.mark_line(position);
    }

    /// Selects a range and brings it into view.
    pub fn reveal(&self, from: u32, to: u32) {
        self.inner.reveal(from, to);
    }

    /// Gives it the keyboard.
    pub fn focus(&self) {
        self.inner.focus();
    }

    /// Opens the list of what the script is made of.
    pub fn outline(&self) {
        self.inner.outline();
    }

    /// Lets the text be changed, or only read.
    pub fn set_read_only(&self, value: bool) {
        self.inner.set_read_only(value);
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        self.inner.destroy();
    }
}

fn words(error: JsValue) -> String {
    String::from(js_sys::Object::from(error).to_string())
}
