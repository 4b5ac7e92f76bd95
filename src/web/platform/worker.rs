//! The page's end of the worker: bytes out, bytes and failures in, and an end to it whenever the page wants one.
//!
//! Not gloo-worker's bridge: that neither tells of a worker that failed nor can end one that no longer listens.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Uint8Array};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, ErrorEvent, Event, MessageEvent, Url};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(thread_local_v2, js_namespace = ["window", "warren"], js_name = worker)]
    static WORKER_FILE: String;
    #[wasm_bindgen(thread_local_v2, js_namespace = document, js_name = baseURI)]
    static BASE_ADDRESS: String;
}

/// What a worker tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WorkerEvent {
    /// It has started and listens.
    Ready,
    /// A message.
    Message(Vec<u8>),
    /// It did not start, or panicked, or ran out of memory or stack: it will not answer any more.
    Failed(String),
}

/// A running worker; dropping it ends it at once, even in the middle of a calculation.
pub struct Worker {
    inner: web_sys::Worker,
    /// What was sent before it listened: a module that is still loading would lose it. `None`: it listens.
    waiting: Rc<RefCell<Option<Vec<Uint8Array>>>>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(Event)>,
}

impl Worker {
    /// Starts a worker. Fails with the browser's words where none may be started.
    pub fn spawn(on_event: impl Fn(WorkerEvent) + 'static) -> Result<Worker, String> {
        let inner = start().map_err(|error| format!("{error:?}"))?;
        let waiting = Rc::new(RefCell::new(Some(Vec::new())));
        let on_event = Rc::new(on_event);

        let on_message = Closure::<dyn FnMut(MessageEvent)>::new({
            let (inner, waiting, on_event) = (inner.clone(), waiting.clone(), on_event.clone());
            move |event: MessageEvent| {
                let event = read(&event.data());
                if event == WorkerEvent::Ready {
                    for message in waiting.borrow_mut().take().unwrap_or_default() {
                        post(&inner, &message);
                    }
                }
                on_event(event);
            }
        });
        inner.set_onmessage(Some(on_message.as_ref().unchecked_ref()));

        let on_error = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
            // A trap gives an event with words, a worker that may not start at all one without.
            let words =
                event.dyn_ref::<ErrorEvent>().map(ErrorEvent::message).filter(|words| !words.is_empty());
            on_event(WorkerEvent::Failed(
                words.unwrap_or_else(|| "the worker could not be loaded".to_owned()),
            ));
        });
        inner.set_onerror(Some(on_error.as_ref().unchecked_ref()));

        Ok(Worker { inner, waiting, _on_message: on_message, _on_error: on_error })
    }

    /// Sends a message; before the worker listens, it is kept.
    pub fn send(&self, message: &[u8]) {
        let message = Uint8Array::from(message);
        match self.waiting.borrow_mut().as_mut() {
            Some(waiting) => waiting.push(message),
            None => post(&self.inner, &message),
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.inner.set_onmessage(None);
        self.inner.set_onerror(None);
        self.inner.terminate();
    }
}

/// By way of a blob that imports the worker's file: a frame without an origin of its own may start nothing else, and
/// Chromium refuses it a module even so, hence a classic script.
fn start() -> Result<web_sys::Worker, JsValue> {
    let file = WORKER_FILE.with(String::clone);
    let address = Url::new_with_base(&file, &BASE_ADDRESS.with(String::clone))?.href();
    let source = format!(
        "import({address:?}).then((module) => module.default()).catch((error) => postMessage(String(error)));"
    );
    let options = BlobPropertyBag::new();
    options.set_type("text/javascript");
    let blob = Blob::new_with_str_sequence_and_options(&Array::of1(&source.into()), &options)?;
    web_sys::Worker::new(&Url::create_object_url_with_blob(&blob)?)
}

fn post(worker: &web_sys::Worker, message: &Uint8Array) {
    // It can fail only for what cannot be copied: bytes always can.
    let _ = worker.post_message_with_transfer(message, &Array::of1(&message.buffer()));
}

fn read(data: &JsValue) -> WorkerEvent {
    match data.dyn_ref::<Uint8Array>() {
        Some(bytes) => WorkerEvent::Message(bytes.to_vec()),
        // In words the worker tells why it failed; `worker_scope` says nothing, null, when it is ready.
        None => match data.as_string() {
            Some(words) => WorkerEvent::Failed(words),
            None => WorkerEvent::Ready,
        },
    }
}
