//! What the browser tells by itself: another size of the window, another address.

use yew::prelude::*;

use crate::session::Action;
use crate::web::dispatch::Dispatch;
use crate::web::platform::{address, screen};

/// Listens as long as the component is there.
#[hook]
pub fn use_browser(dispatch: &Dispatch) {
    let dispatch = dispatch.clone();
    use_effect_with((), move |()| {
        let on_layout = {
            let dispatch = dispatch.clone();
            screen::on_layout(move |layout| dispatch.send(Action::SetLayout(layout)))
        };
        let on_hash = address::on_hash_change(move |hash| dispatch.send(Action::OpenLink(hash)));
        move || drop((on_layout, on_hash))
    });
}
