//! The line at the bottom.

use leptos::prelude::*;

/// The same for every page.
#[component]
pub(crate) fn Footer() -> impl IntoView {
    view! {
        <footer class="foot">
            <p>"Sessionkeep: sessions that last for you, and for nobody else."</p>
        </footer>
    }
}
