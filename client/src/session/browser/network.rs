//! The network of the device, as far as it knows: gone, and back.

use std::rc::Rc;

use leptos::prelude::window;

use super::events::Listener;
use crate::session::ports::Wake;

/// Calls `woke` for both.
pub(super) fn listen(woke: impl Fn(Wake) + 'static) -> [Listener; 2] {
    let woke = Rc::new(woke);
    [("online", Wake::Online), ("offline", Wake::Offline)].map(|(name, wake)| {
        let woke = Rc::clone(&woke);
        Listener::new(&window(), name, move |_| woke(wake))
    })
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use crate::session::browser::stub::{Heard, dispatch};

    #[wasm_bindgen_test]
    fn each_turn_of_the_network_is_a_wake() {
        let heard = Heard::default();
        let listeners = listen(heard.by());
        let turns =
            || ["offline", "online", "offline"].map(|name| dispatch(&window(), &format!("new Event('{name}')")));
        turns();
        assert_eq!(heard.all(), [Wake::Offline, Wake::Online, Wake::Offline]);
        drop(listeners);
        turns();
        assert_eq!(heard.all().len(), 3);
    }
}
