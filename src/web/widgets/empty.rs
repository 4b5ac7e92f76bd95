//! What an empty panel says: what will be here, and what to do for it.

use yew::prelude::*;

/// Properties.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// What to do.
    pub children: Html,
}

/// The words.
#[component]
pub fn Empty(props: &Props) -> Html {
    html! { <p class="empty">{ props.children.clone() }</p> }
}
