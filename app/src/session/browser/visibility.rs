//! A hidden page that is seen again: its timers may have stood still.

use leptos::prelude::document;

use super::{events::Listener, page::ThisPage};
use crate::session::ports::{Page, Wake};

/// Calls `woke` whenever the page comes into view.
pub(super) fn listen(woke: impl Fn(Wake) + 'static) -> Listener {
    Listener::new(&document(), "visibilitychange", move |_| {
        if ThisPage.is_visible() {
            woke(Wake::Visible);
        }
    })
}
