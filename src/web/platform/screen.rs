//! The window: its room, its theme, its frames.

use gloo_events::EventListener;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, MediaQueryList};

use crate::session::{Layout, Theme};

/// From here on the output has a place of its own.
const WIDE: &str = "(min-width: 1200px)";
/// Up to here there is one thing at a time.
const PHONE: &str = "(max-width: 720px)";

fn query(words: &str) -> Option<MediaQueryList> {
    web_sys::window()?.match_media(words).ok()?
}

fn is_so(words: &str) -> bool {
    query(words).is_some_and(|list| list.matches())
}

/// The room there is.
pub fn layout() -> Layout {
    match (is_so(PHONE), is_so(WIDE)) {
        (true, _) => Layout::Phone,
        (_, true) => Layout::Wide,
        _ => Layout::Medium,
    }
}

/// Told whenever that changes.
pub fn on_layout(told: impl Fn(Layout) + Clone + 'static) -> Vec<EventListener> {
    let lists = [WIDE, PHONE].into_iter().filter_map(query);
    lists
        .map(|list| {
            let told = told.clone();
            EventListener::new(&list, "change", move |_| told(layout()))
        })
        .collect()
}

/// Told whenever the system turns light or dark: a canvas must be drawn anew.
pub fn on_colours(told: impl Fn() + 'static) -> Option<EventListener> {
    let list = query("(prefers-color-scheme: dark)")?;
    Some(EventListener::new(&list, "change", move |_| told()))
}

/// Whether motion is unwanted.
pub fn is_still() -> bool {
    is_so("(prefers-reduced-motion: reduce)")
}

fn root() -> Option<Element> {
    web_sys::window()?.document()?.document_element()
}

/// Shows the theme.
pub fn show_theme(theme: Theme) {
    let Some(root) = root() else { return };
    let _ = match theme {
        Theme::System => root.remove_attribute("data-theme"),
        Theme::Light => root.set_attribute("data-theme", "light"),
        Theme::Dark => root.set_attribute("data-theme", "dark"),
    };
}

/// A custom property of `tokens.css`, as it is just now.
pub fn token(name: &str) -> String {
    let style =
        web_sys::window().zip(root()).and_then(|(window, root)| window.get_computed_style(&root).ok()?);
    style.and_then(|style| style.get_property_value(name).ok()).unwrap_or_default().trim().to_owned()
}

/// Pixels of the device for one of CSS.
pub fn pixel_ratio() -> f64 {
    web_sys::window().map_or(1.0, |window| window.device_pixel_ratio())
}

type FrameClosure = Closure<dyn FnMut(f64)>;

/// Calls back at the next frame, once, with its time in milliseconds; dropped before, never.
pub struct Frame {
    id: i32,
    _closure: FrameClosure,
}

impl Frame {
    /// Asks for a frame.
    pub fn ask(told: impl FnOnce(f64) + 'static) -> Option<Frame> {
        let closure: FrameClosure = Closure::once(told);
        let id = web_sys::window()?.request_animation_frame(closure.as_ref().unchecked_ref()).ok()?;
        Some(Frame { id, _closure: closure })
    }
}

impl Drop for Frame {
    fn drop(&mut self) {
        if let Some(window) = web_sys::window() {
            let _ = window.cancel_animation_frame(self.id);
        }
    }
}

/// Tells when an element gets another size.
pub struct SizeWatch {
    observer: web_sys::ResizeObserver,
    _closure: Closure<dyn FnMut(JsValue)>,
}

impl SizeWatch {
    /// Watches.
    pub fn new(element: &Element, mut told: impl FnMut() + 'static) -> Option<SizeWatch> {
        let closure = Closure::<dyn FnMut(JsValue)>::new(move |_| told());
        let observer = web_sys::ResizeObserver::new(closure.as_ref().unchecked_ref()).ok()?;
        observer.observe(element);
        Some(SizeWatch { observer, _closure: closure })
    }
}

impl Drop for SizeWatch {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}
