//! Says so when the server does not answer.

use leptos::prelude::*;

use crate::session::{Link, Session};

/// A live region that is always there and mostly empty: a region that comes with its words is often not read out.
#[component]
pub(crate) fn Connection() -> impl IntoView {
    let session = Session::here();
    let words = move || match session.link() {
        Link::Good => None,
        Link::Reconnecting => Some("Reconnecting… The server does not answer right now. Your session is kept."),
        Link::Offline => Some("You are offline. Your session is kept, and goes on when the network is back."),
    };
    view! {
        <div class="connection" role="status">
            {words}
        </div>
    }
}
