//! A hidden page that is seen again: its timers may have stood still.

use leptos::prelude::document;

use super::{events::Listener, page::is_visible};
use crate::session::ports::Wake;

/// Calls `woke` whenever the page comes into view.
pub(super) fn listen(woke: impl Fn(Wake) + 'static) -> Listener {
    Listener::new(&document(), "visibilitychange", move |_| {
        if is_visible() {
            woke(Wake::Visible);
        }
    })
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use crate::session::browser::stub::{Heard, Stub, dispatch};

    const CHANGE: &str = "new Event('visibilitychange')";

    #[wasm_bindgen_test]
    fn only_coming_into_view_is_a_wake() {
        let heard = Heard::default();
        let listener = listen(heard.by());
        let hidden = Stub::value(&document(), "visibilityState", &"hidden".into());
        dispatch(&document(), CHANGE);
        assert!(heard.all().is_empty());
        drop(hidden);
        dispatch(&document(), CHANGE);
        assert_eq!(heard.all(), [Wake::Visible]);
        drop(listener);
        dispatch(&document(), CHANGE);
        assert_eq!(heard.all(), [Wake::Visible]);
    }
}
