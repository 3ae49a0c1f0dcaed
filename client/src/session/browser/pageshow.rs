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

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use crate::session::browser::stub::{Heard, dispatch};

    const FIRST: &str = "new PageTransitionEvent('pageshow', { persisted: false })";
    const BACK: &str = "new PageTransitionEvent('pageshow', { persisted: true })";

    #[wasm_bindgen_test]
    fn only_coming_back_is_a_wake() {
        let heard = Heard::default();
        let listener = listen(heard.by());
        dispatch(&window(), FIRST);
        dispatch(&window(), "new Event('pageshow')");
        assert!(heard.all().is_empty());
        dispatch(&window(), BACK);
        assert_eq!(heard.all(), [Wake::Reopened]);
        drop(listener);
        dispatch(&window(), BACK);
        assert_eq!(heard.all(), [Wake::Reopened]);
    }
}
