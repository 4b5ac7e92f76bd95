//! The page's main thread.

use warren::web::App;
use warren::web::platform::crash;

fn main() {
    crash::install_hook();
    yew::Renderer::<App>::with_root(root()).render();
}

fn root() -> web_sys::Element {
    let element = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.get_element_by_id("app"));
    element.expect("index.html has an element #app")
}
