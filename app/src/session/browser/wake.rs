//! The events after which time may have passed unnoticed.

use std::rc::Rc;

use leptos::prelude::{document, window};
use wasm_bindgen::JsCast;
use web_sys::PageTransitionEvent;

use super::{events::Listener, page::ThisPage};
use crate::session::ports::{Page, Wake};

/// Calls `woke` for each of them.
pub(super) fn listen(woke: Rc<dyn Fn(Wake)>) -> [Listener; 4] {
    let (visible, reopened, online, offline) = (Rc::clone(&woke), Rc::clone(&woke), Rc::clone(&woke), woke);
    [
        Listener::new(&document(), "visibilitychange", move |_| {
            if ThisPage.is_visible() {
                visible(Wake::Visible);
            }
        }),
        // The first showing of a page is no wake; one from the back/forward cache is.
        Listener::new(&window(), "pageshow", move |event| {
            if event.dyn_ref::<PageTransitionEvent>().is_some_and(PageTransitionEvent::persisted) {
                reopened(Wake::Reopened);
            }
        }),
        Listener::new(&window(), "online", move |_| online(Wake::Online)),
        Listener::new(&window(), "offline", move |_| offline(Wake::Offline)),
    ]
}
