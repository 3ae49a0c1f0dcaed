//! Says so when the browser does not keep the session's cookie.

use leptos::prelude::*;

use crate::session::{Jar, Session};

/// A live region as [`super::Connection`] is, for the time that such a session lasts.
#[component]
pub(crate) fn CookieNotice() -> impl IntoView {
    let session = Session::here();
    let words = move || match session.jar() {
        Jar::Keeps => None,
        Jar::Loses => Some(
            "This browser does not keep cookies for this site. You stay signed in on this page only, for 15 minutes \
             at most, and reloading it may sign you out. Allow cookies for this site, then sign in again.",
        ),
    };
    view! {
        <div class="connection" role="status">
            {words}
        </div>
    }
}
