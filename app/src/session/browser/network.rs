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
