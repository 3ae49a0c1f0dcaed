//! Signing out by a form, for a browser that runs no script. With the program, the header does it on every page.

use leptos::{ev::SubmitEvent, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};

use crate::{
    brand::PageTitle,
    components::{FormAlert, Heading},
    paths,
    session::Session,
    submitted::Submitted,
};

/// The question, and why the last answer failed.
#[component]
pub(crate) fn SignOut() -> impl IntoView {
    let session = Session::here();
    let navigate = use_navigate();
    let refused = Submitted::take(paths::SIGN_OUT).and_then(|submitted| submitted.error());
    let alert = RwSignal::new(refused.map(|error| error.to_string()));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        session.sign_out();
        navigate(paths::SIGN_IN, NavigateOptions::default());
    };
    view! {
        <PageTitle text="Sign out" />
        <section class="narrow">
            <Heading text="Sign out" />
            <form class="card form" method="post" action=paths::SIGN_OUT on:submit=submit>
                <FormAlert message=alert />
                <p>"This ends your session on this device."</p>
                <button type="submit" class="button wide">
                    "Sign out"
                </button>
            </form>
        </section>
    }
}
