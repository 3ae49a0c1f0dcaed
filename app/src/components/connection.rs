//! Says so when the server does not answer.

use leptos::prelude::*;

use crate::session::{Link, Session};

/// A live region that is always there and mostly empty: a region that comes with its words is often not read out.
#[component]
pub(crate) fn Connection() -> impl IntoView {
    let session = Session::here();
    let words = move || {
        Some(match session.link() {
            Link::Good => return None,
            Link::Reconnecting => match session.obstacle() {
                None => "Reconnecting… The server does not answer right now. Your session is kept.".to_owned(),
                Some(obstacle) => format!("Reconnecting… Your session is kept, but the server says: {obstacle}"),
            },
            Link::Offline => "You are offline. Your session is kept, and goes on when the network is back.".to_owned(),
        })
    };
    view! {
        <div class="connection" role="status">
            {words}
        </div>
    }
}
