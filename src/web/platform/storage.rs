//! The browser's storage, which may not be there: in a sandboxed frame, in a private window.

use web_sys::Storage;

/// What the editor's own lines write too (`www/editor/draft.mjs`), and `index.html` reads after a crash.
pub const DRAFT: &str = "warren.draft";
/// What was put aside for a link or an example.
pub const KEPT: &str = "warren.kept";
/// Theme.
pub const THEME: &str = "warren.theme";

fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok()?
}

/// The text kept under that name.
pub fn read(name: &str) -> Option<String> {
    storage()?.get_item(name).ok()?
}

/// Keeps a text; an empty one is forgotten. Where nothing can be kept, nothing happens.
pub fn write(name: &str, text: &str) {
    if let Some(storage) = storage() {
        // It fails when the storage is full: the page goes on without.
        let _ = if text.is_empty() { storage.remove_item(name) } else { storage.set_item(name, text) };
    }
}
