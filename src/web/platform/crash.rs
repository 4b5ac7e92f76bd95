//! What a panic of the main half leaves to the person: the plain notice of `index.html`, with the script as last typed.

use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::console;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["window", "warren"], js_name = crash)]
    fn show_notice(reason: &str);
}

/// Makes every panic show the notice. To be called first: after a panic the program cannot be entered again.
pub fn install_hook() {
    // Through Yew, which would otherwise put its own hook in place of this one.
    yew::set_custom_panic_hook(Box::new(|info| report(&info.to_string())));
}

/// Shows the notice for a failure that is no panic, such as an editor that could not be loaded.
pub fn report(reason: &str) {
    console::error_1(&reason.into());
    show_notice(reason);
}
