//! For a path that leads nowhere. The server answers it with status 404.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::A;

use crate::{components::Heading, paths};

/// Says so, and leads back.
#[component]
pub(crate) fn NotFound() -> impl IntoView {
    view! {
        <Title text="Page not found · Sessionkeep" />
        <section class="narrow centred">
            <p class="eyebrow">"404"</p>
            <Heading text="Page not found" />
            <p class="lead">"There is nothing at this address. It may have been mistyped, or the page has moved."</p>
            <p>
                <A href=paths::LANDING attr:class="button">
                    "Go to the start page"
                </A>
            </p>
        </section>
    }
}
