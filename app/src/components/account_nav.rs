//! The way between the pages of the account.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::paths;

const PAGES: [(&str, &str); 4] = [
    (paths::ACCOUNT, "Overview"),
    (paths::SESSIONS, "Devices"),
    (paths::ACTIVITY, "Activity"),
    (paths::PASSWORD, "Password"),
];

/// The same on each of them; the one that is shown is marked (`aria-current`).
#[component]
pub(crate) fn AccountNav() -> impl IntoView {
    let links = PAGES.map(|(path, name)| view! { <A href=path exact=true>{name}</A> });
    view! {
        <nav class="tabs" aria-label="Pages of your account">
            {links.collect_view()}
        </nav>
    }
}
