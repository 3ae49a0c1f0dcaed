//! For a path that leads nowhere. The server answers it with status 404.

use crate::{
    brand::PageTitle,
    components::{Heading, HomeLink},
};
use leptos::prelude::*;

/// Says so, and leads back.
#[component]
pub(crate) fn NotFound() -> impl IntoView {
    view! {
        <PageTitle text="Page not found" />
        <section class="narrow centred">
            <p class="eyebrow">"404"</p>
            <Heading text="Page not found" />
            <p class="lead">"There is nothing at this address. It may have been mistyped, or the page has moved."</p>
            <p>
                <HomeLink class="button">"Go to the start page"</HomeLink>
            </p>
        </section>
    }
}
