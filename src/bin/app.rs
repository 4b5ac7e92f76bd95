//! The page's main thread.

use warren::web::platform::crash;
use warren::web::platform::worker::{Worker, WorkerEvent};
use yew::prelude::*;

fn main() {
    crash::install_hook();
    yew::Renderer::<Page>::with_root(root()).render();
}

fn root() -> web_sys::Element {
    let element = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.get_element_by_id("app"));
    element.expect("index.html has an element #app")
}

/// An empty page, and a worker that answers.
#[component]
fn Page() -> Html {
    let answer = use_state(|| "waiting for the worker".to_owned());
    let worker = use_mut_ref(|| None::<Worker>);
    {
        let answer = answer.clone();
        use_effect_with((), move |()| {
            let spawned = Worker::spawn(move |event| match event {
                WorkerEvent::Ready => {}
                WorkerEvent::Message(bytes) => answer.set(String::from_utf8_lossy(&bytes).into_owned()),
                WorkerEvent::Failed(reason) => answer.set(reason),
            });
            match spawned {
                Ok(started) => {
                    started.send(b"the worker answers");
                    *worker.borrow_mut() = Some(started);
                }
                Err(reason) => crash::report(&reason),
            }
        });
    }
    html! { <p id="answer">{ (*answer).clone() }</p> }
}
