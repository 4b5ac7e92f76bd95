//! The script: a plain field until the first run is on the screen, then the editor, which is loaded only then.

use std::cell::RefCell;
use std::rc::Rc;

use web_sys::{Element, HtmlTextAreaElement, InputEvent};
use yew::prelude::*;

use crate::engine::protocol::{Help, HelpOn};
use crate::inspect::view::{Problem, Severity};
use crate::session::Action;
use crate::web::dispatch::Dispatch;
use crate::web::platform::editor::{Diagnostic, Edit, Editor as CodeMirror, Fix, Options, Severity as Bad};
use crate::web::platform::{crash, storage};
use crate::web::shared::Shared;

use super::highlights;

/// Properties.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The text.
    pub text: Shared<str>,
    /// Its problems.
    pub problems: Shared<Vec<Problem>>,
    /// The place of the present event, in UTF-16 units.
    pub mark: Option<u32>,
    /// The run is of an older text: the mark stays where it was and moves along with what is typed.
    pub is_stale: bool,
    /// A place to bring into view: counted, from, to.
    pub reveal: (u32, u32, u32),
    /// How often it has been given the keyboard.
    pub focus: u32,
    /// How often it has been asked for the outline.
    pub outline: u32,
    /// Whether the editor may be loaded: the first run is on the screen.
    pub is_time: bool,
    /// The answer to what the editor last asked, with the question's id.
    pub help: Option<Shared<(u32, Option<Help>)>>,
    /// Way up.
    pub dispatch: Dispatch,
}

type Place = Rc<RefCell<Option<CodeMirror>>>;

/// The pane.
#[component]
pub fn Editor(props: &Props) -> Html {
    let host = use_node_ref();
    let field = use_node_ref();
    let editor: Place = use_mut_ref(|| None);
    let is_open = use_state(|| false);
    use_opening(props, &host, &field, &editor, &is_open);
    use_effect_with((props.text.clone(), *is_open), {
        let editor = editor.clone();
        move |(text, _)| {
            if let Some(editor) = &*editor.borrow() {
                editor.set_doc(text);
                editor.set_highlights(&highlights::tokens(text));
            }
        }
    });
    use_effect_with((props.problems.clone(), *is_open), {
        let editor = editor.clone();
        move |(problems, _)| {
            if let Some(editor) = &*editor.borrow() {
                editor.set_diagnostics(&problems.iter().take(200).map(diagnostic).collect::<Vec<_>>());
            }
        }
    });
    use_effect_with((props.mark, props.is_stale, *is_open), {
        let editor = editor.clone();
        move |(mark, is_stale, _)| {
            if let Some(editor) = editor.borrow().as_ref().filter(|_| !is_stale) {
                editor.mark_line(*mark);
            }
        }
    });
    use_effect_with(props.help.clone(), {
        let editor = editor.clone();
        move |help| {
            if let (Some(editor), Some(help)) = (&*editor.borrow(), help) {
                editor.answer(help.0.0, &help.0.1);
            }
        }
    });
    use_effect_with(props.reveal, {
        let editor = editor.clone();
        move |(count, from, to)| {
            if let Some(editor) = editor.borrow().as_ref().filter(|_| *count > 0) {
                editor.reveal(*from, *to);
                editor.focus();
            }
        }
    });
    use_effect_with(props.focus, {
        let editor = editor.clone();
        move |count| {
            if let Some(editor) = editor.borrow().as_ref().filter(|_| *count > 0) {
                editor.focus();
            }
        }
    });
    use_effect_with(props.outline, {
        let editor = editor.clone();
        move |count| {
            if let Some(editor) = editor.borrow().as_ref().filter(|_| *count > 0) {
                editor.outline();
            }
        }
    });
    let on_input = {
        let dispatch = props.dispatch.clone();
        move |event: InputEvent| {
            if let Some(field) = event.target_dyn_into::<HtmlTextAreaElement>() {
                storage::write(storage::DRAFT, &field.value());
                dispatch.send(Action::Type(field.value()));
            }
        }
    };
    html! {
        <div class="editor" ref={host}>
            if !*is_open {
                <textarea class="editor__plain" ref={field} aria-label="Script" spellcheck="false" autocapitalize="off"
                    wrap="off" value={props.text.to_string()} oninput={on_input} />
            }
        </div>
    }
}

/// Opens the editor once it is time, with the text as it is by then.
#[hook]
fn use_opening(
    props: &Props,
    host: &NodeRef,
    field: &NodeRef,
    editor: &Place,
    is_open: &UseStateHandle<bool>,
) {
    let (host, field, editor, is_open) = (host.clone(), field.clone(), editor.clone(), is_open.clone());
    let dispatch = props.dispatch.clone();
    use_effect_with(props.is_time, move |is_time| {
        if *is_time && let Some(parent) = host.cast::<Element>() {
            wasm_bindgen_futures::spawn_local(async move {
                let text = dispatch.state().text.clone();
                match open(&parent, &text, &dispatch).await {
                    Ok(opened) => {
                        // What was typed while it was loading comes by the effect on the text.
                        if field.cast::<HtmlTextAreaElement>().is_some_and(|field| has_focus(&field)) {
                            opened.focus();
                        }
                        *editor.borrow_mut() = Some(opened);
                        is_open.set(true);
                    }
                    Err(why) => crash::report(&format!("The editor could not be loaded: {why}")),
                }
            });
        }
    });
}

async fn open(parent: &Element, text: &str, dispatch: &Dispatch) -> Result<CodeMirror, String> {
    let is_embedded = dispatch.state().view == crate::session::View::Embed;
    let options = Options {
        doc: text,
        label: "Script",
        tags: highlights::TAGS,
        draft_key: (!is_embedded).then_some(storage::DRAFT),
        read_only: false,
        on_change: Box::new({
            let dispatch = dispatch.clone();
            move |text| dispatch.send(Action::Type(text))
        }),
        on_format: Box::new({
            let dispatch = dispatch.clone();
            move || dispatch.send(Action::Format)
        }),
        on_ask: Box::new({
            let dispatch = dispatch.clone();
            move |id, what, at, text| {
                let what = match what.as_str() {
                    "completion" => HelpOn::Completion,
                    "hover" => HelpOn::Hover,
                    "signature" => HelpOn::Signature,
                    "name" => HelpOn::Name,
                    "rename" => HelpOn::Rename(text),
                    "folds" => HelpOn::Folds,
                    "outline" => HelpOn::Outline,
                    _ => HelpOn::Reference,
                };
                dispatch.send(Action::Help { id, what, at });
            }
        }),
        on_cursor: Box::new(|_| {}),
    };
    CodeMirror::open(parent, options).await
}

fn has_focus(field: &HtmlTextAreaElement) -> bool {
    let element: &Element = field.as_ref();
    field
        .owner_document()
        .and_then(|document| document.active_element())
        .is_some_and(|active| active == *element)
}

fn diagnostic(problem: &Problem) -> Diagnostic {
    Diagnostic {
        from: problem.utf16.0,
        to: problem.utf16.1,
        severity: match problem.severity {
            Severity::Error => Bad::Error,
            Severity::Warning => Bad::Warning,
            Severity::Note => Bad::Info,
        },
        message: problem.message.clone(),
        code: problem.code.clone(),
        hint: problem.help.clone(),
        fix: problem.fix.as_ref().map(|fix| Fix {
            title: fix.title.clone(),
            edits: fix
                .edits
                .iter()
                .map(|(from, to, text)| Edit { from: *from, to: *to, insert: text.clone() })
                .collect(),
        }),
    }
}
