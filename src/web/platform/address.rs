//! The page's address, its history entry and the clipboard.

use gloo_events::EventListener;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

/// What stands after `#` and after `?`.
pub fn parts() -> (String, String) {
    let location = web_sys::window().map(|window| window.location());
    let part = |read: fn(&web_sys::Location) -> Result<String, JsValue>| {
        location.as_ref().and_then(|location| read(location).ok()).unwrap_or_default()
    };
    (part(web_sys::Location::hash), part(web_sys::Location::search))
}

/// What this page noted in the entry of the history when it wrote the address, before a reload; nothing if the address
/// comes from elsewhere.
pub fn noted() -> Option<String> {
    let history = web_sys::window().and_then(|window| window.history().ok())?;
    history.state().ok()?.as_string()
}

/// Puts this after `#`, in the place of the present entry of the history, with a note for after a reload. A sandboxed
/// frame may refuse.
pub fn replace(hash: &str, note: &str) {
    if let Some(history) = web_sys::window().and_then(|window| window.history().ok()) {
        let _ = history.replace_state_with_url(&JsValue::from_str(note), "", Some(&format!("#{hash}")));
    }
}

/// The whole address with this after `#`.
pub fn with_hash(hash: &str) -> String {
    let base = web_sys::window().and_then(|window| window.location().href().ok()).unwrap_or_default();
    let base = base.split(['#', '?']).next().unwrap_or_default();
    format!("{base}#{hash}")
}

/// Told the new part after `#` when a link within the page is followed, or the address is edited.
pub fn on_hash_change(mut told: impl FnMut(String) + 'static) -> Option<EventListener> {
    let window = web_sys::window()?;
    Some(EventListener::new(&window, "hashchange", move |_| told(parts().0)))
}

/// Copies a text; told whether that went well.
pub fn copy(text: String, told: impl FnOnce(bool) + 'static) {
    wasm_bindgen_futures::spawn_local(async move {
        let clipboard = web_sys::window().map(|window| window.navigator().clipboard());
        let went_well = match clipboard {
            // Absent where the page is not served securely: a value that is undefined.
            Some(clipboard) if !JsValue::from(clipboard.clone()).is_undefined() => {
                JsFuture::from(clipboard.write_text(&text)).await.is_ok()
            }
            _ => false,
        };
        told(went_well);
    });
}
