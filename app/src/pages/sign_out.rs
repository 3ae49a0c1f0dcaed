//! Signing out by a form, for a browser that runs no script. With the program, the header does it on every page.

use leptos::{ev::SubmitEvent, prelude::*};
use leptos_router::components::A;

use crate::{
    components::{FormAlert, Heading, PageTitle},
    paths,
    session::Session,
    submitted::Submitted,
    trouble, words,
};

/// The question, and why the last answer failed. A person who is signed out goes on to the sign-in page ([`crate::guard`]).
#[component]
pub(crate) fn SignOut() -> impl IntoView {
    let words = &words::here().sign_out;
    let session = Session::here();
    let refused = Submitted::take(paths::SIGN_OUT).and_then(|submitted| submitted.error());
    let alert = RwSignal::new(refused.map(|error| trouble::said(&error)));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        session.sign_out();
    };
    view! {
        <PageTitle text=words.title />
        <section class="narrow">
            <Heading text=words.title />
            <form class="card form" method="post" action=paths::SIGN_OUT on:submit=submit>
                <FormAlert message=alert />
                <p>{words.text}</p>
                <button type="submit" class="button wide">
                    {words.title}
                </button>
                <p class="aside">
                    <A href=paths::ACCOUNT>{words.stay}</A>
                </p>
            </form>
        </section>
    }
}
