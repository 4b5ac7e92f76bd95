//! Frames while playing.

use std::cell::RefCell;
use std::rc::Rc;

use yew::prelude::*;

use crate::session::Action;
use crate::web::dispatch::Dispatch;
use crate::web::platform::screen::Frame;

/// Sends each frame's length as long as something plays.
#[hook]
pub fn use_playback(dispatch: &Dispatch, is_playing: bool) {
    let dispatch = dispatch.clone();
    use_effect_with(is_playing, move |is_playing| {
        let frame = Rc::new(RefCell::new(None));
        if *is_playing {
            next(dispatch, frame.clone(), None);
        }
        move || drop(frame.borrow_mut().take())
    });
}

fn next(dispatch: Dispatch, place: Rc<RefCell<Option<Frame>>>, last: Option<f64>) {
    let asked = Frame::ask({
        let place = place.clone();
        move |now| {
            if let Some(last) = last {
                let elapsed = ((now - last).max(0.0) * 1_000.0) as u64;
                dispatch.send(Action::Frame { elapsed });
            }
            next(dispatch, place, Some(now));
        }
    });
    *place.borrow_mut() = asked;
}
