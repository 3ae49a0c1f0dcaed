//! The back/forward cache: a page comes back as it was, however long ago that is.

use leptos::prelude::window;
use wasm_bindgen::JsCast;
use web_sys::PageTransitionEvent;

use super::events::Listener;
use crate::session::ports::Wake;

/// Calls `woke` whenever the page comes back. Its first showing is no wake.
pub(super) fn listen(woke: impl Fn(Wake) + 'static) -> Listener {
    Listener::new(&window(), "pageshow", move |event| {
        if event.dyn_ref::<PageTransitionEvent>().is_some_and(PageTransitionEvent::persisted) {
            woke(Wake::Reopened);
        }
    })
}
