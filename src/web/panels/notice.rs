//! A word to the person that belongs to no panel. It takes no room from them.

use yew::prelude::*;

use crate::session::{Action, Notice};
use crate::web::dispatch::Dispatch;
use crate::web::widgets::{Button, IconName};

/// Properties.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// What to say.
    pub notice: Option<Notice>,
    /// Way up.
    pub dispatch: Dispatch,
}

/// What it says, and what can be done about it.
fn words(notice: &Notice) -> (String, Option<(&'static str, Action)>) {
    match notice {
        Notice::BadLink(why) => {
            (format!("This link cannot be opened: {why}. Your own script is here instead."), None)
        }
        Notice::PutAside => {
            ("Your script was put aside.".to_owned(), Some(("Bring it back", Action::BringBack)))
        }
        Notice::RunEnded(why) => (
            format!("The run was ended: {why}. It is not started again by itself; change the script, or"),
            Some(("run it again", Action::RunAgain)),
        ),
        Notice::NoWorker(why) => {
            (format!("The simulation does not start: {why}."), Some(("Try again", Action::RunAgain)))
        }
        Notice::OtherBuild => {
            ("A newer Warren has been published: load the page again to get it.".to_owned(), None)
        }
        Notice::LinkCopied => {
            ("Link copied: it holds the script, the moment and the selection.".to_owned(), None)
        }
        Notice::LinkNotCopied => {
            ("The browser does not let the page copy: take the link from the address bar.".to_owned(), None)
        }
        Notice::TooLong => {
            ("The script is too long for a link (1 MiB): pass its text on instead.".to_owned(), None)
        }
        Notice::NothingThere => ("Nothing of that kind in this direction.".to_owned(), None),
    }
}

/// A card at the edge of the page.
#[component]
pub fn NoticeBar(props: &Props) -> Html {
    let dismiss = {
        let dispatch = props.dispatch.clone();
        Callback::from(move |()| dispatch.send(Action::Dismiss))
    };
    html! {
        <div class="notice" role="status" aria-live="polite">
            if let Some(notice) = &props.notice {
                <div class="notice__card">
                    <span class="notice__words">{ words(notice).0 }</span>
                    if let Some((word, action)) = words(notice).1 {
                        <button type="button" class="button notice__action" onclick={{
                            let dispatch = props.dispatch.clone();
                            move |_| dispatch.send(action.clone())
                        }}>{ word }</button>
                    }
                    <Button icon={IconName::Close} label="Close this message" on_click={dismiss} />
                </div>
            }
        </div>
    }
}
