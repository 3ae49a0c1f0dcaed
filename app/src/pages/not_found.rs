//! For a path that leads nowhere. The server answers it with status 404.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::{
    components::{Heading, HomeLink, PageTitle},
    paths,
    session::Session,
    words,
};

/// Says so, and leads back.
#[component]
pub(crate) fn NotFound() -> impl IntoView {
    let words = &words::here().not_found;
    let session = Session::here();
    let is_signed_in = Memo::new(move |_| session.phase().is_signed_in());
    view! {
        <PageTitle text=words.title />
        <section class="narrow centred">
            <p class="eyebrow">"404"</p>
            <Heading text=words.title />
            <p class="lead">{words.lead}</p>
            <p>
                <Show
                    when=move || is_signed_in.get()
                    fallback=move || {
                        view! {
                            <HomeLink class="button">{words.home}</HomeLink>
                        }
                    }
                >
                    <A href=paths::ACCOUNT attr:class="button">
                        {words.account}
                    </A>
                </Show>
            </p>
        </section>
    }
}
