//! The keys, shown by `?`.

use wasm_bindgen::JsCast;
use web_sys::HtmlElement;
use yew::prelude::*;

use crate::session::{Action, View};
use crate::web::dispatch::Dispatch;
use crate::web::hooks::{KEYS, SCRIPT_KEYS};
use crate::web::widgets::{Button, IconName};

/// Properties.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Way up.
    pub dispatch: Dispatch,
}

/// A dialog over the page.
#[component]
pub fn Keys(props: &Props) -> Html {
    let place = use_node_ref();
    {
        let place = place.clone();
        use_effect_with((), move |()| {
            if let Some(dialog) = place.cast::<HtmlElement>() {
                let _ = dialog.focus();
            }
        });
    }
    let close = {
        let dispatch = props.dispatch.clone();
        Callback::from(move |()| dispatch.send(Action::ShowKeys(false)))
    };
    let on_backdrop = {
        let close = close.clone();
        move |event: MouseEvent| {
            let is_backdrop = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
            if is_backdrop.is_some_and(|element| element.class_name() == "keys") {
                close.emit(());
            }
        }
    };
    // A page inside another page shows the script and does not change it.
    let has_editor = props.dispatch.state().view == View::Full;
    html! {
        <div class="keys" onclick={on_backdrop}>
            <div class={classes!("keys__dialog", has_editor.then_some("keys__dialog--wide"))} role="dialog" aria-modal="true" aria-labelledby="keys-title" tabindex="-1" ref={place}>
                <h2 id="keys-title" class="keys__title">{ "Keys" }</h2>
                <Button icon={IconName::Close} label="Close (Esc)" class="keys__close" on_click={close} />
                <div class="keys__lists">
                    <section aria-labelledby="keys-run">
                        <h3 id="keys-run" class="keys__heading">{ "Run" }</h3>
                        <dl class="keys__list">{ for KEYS.iter().map(view_row) }</dl>
                    </section>
                    if has_editor {
                        <section aria-labelledby="keys-script">
                            <h3 id="keys-script" class="keys__heading">{ "Script" }</h3>
                            <dl class="keys__list">{ for SCRIPT_KEYS.iter().map(view_row) }</dl>
                        </section>
                    }
                </div>
                <p class="keys__more">
                    { "Timeline: wheel zooms around the pointer, drag pans, a click selects. Tabs and tables: arrow keys." }
                </p>
                <p class="keys__more">
                    { "More: the " }<a href="docs/tour.html" target="_blank" rel="noopener">{ "tour" }</a>
                    { " in fifteen steps, the " }<a href="docs/language.html" target="_blank" rel="noopener">{ "language" }</a>
                    { ", what is " }<a href="docs/conformance.html" target="_blank" rel="noopener">{ "recorded" }</a>{ "." }
                </p>
            </div>
        </div>
    }
}

fn view_row((keys, meaning): &(&'static str, &'static str)) -> Html {
    html! {
        <div key={*keys} class="keys__row">
            <dt>{ for keys.split(' ').map(|key| html! { <kbd>{ key }</kbd> }) }</dt>
            <dd>{ *meaning }</dd>
        </div>
    }
}
