//! The bar on top: where one is, and the way in or out.

use leptos::{either::EitherOf3, prelude::*};
use leptos_router::{
    NavigateOptions,
    components::A,
    hooks::{use_location, use_navigate},
};

use crate::{
    brand::Brand,
    components::HomeLink,
    paths,
    session::{Phase, Session},
};

/// The same for every page; it knows whether somebody is signed in.
#[component]
pub(crate) fn Header() -> impl IntoView {
    let session = Session::here();
    let Brand { name, logo, .. } = Brand::here();
    // A renewal is nothing to draw anew for.
    let standing = Memo::new(move |_| match session.phase() {
        Phase::Restoring => Standing::Unknown,
        Phase::SignedOut(_) => Standing::Out,
        Phase::SignedIn | Phase::Refreshing => Standing::In,
    });
    view! {
        <header class="bar">
            <div class="bar-content">
                <HomeLink class="brand">
                    <img src=logo alt="" width="28" height="28" />
                    {name}
                </HomeLink>
                <nav class="bar-nav" aria-label="Account">
                    {move || match standing.get() {
                        Standing::Unknown => EitherOf3::A(view! { <Unknown /> }),
                        Standing::Out => EitherOf3::B(view! { <WayIn /> }),
                        Standing::In => EitherOf3::C(view! { <WayOut /> }),
                    }}
                </nav>
            </div>
        </header>
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    Unknown,
    Out,
    In,
}

#[component]
fn Unknown() -> impl IntoView {
    view! { <span class="skeleton skeleton-nav" aria-hidden="true"></span> }
}

/// The landing page has these links in its middle, and a form needs no link to itself.
#[component]
fn WayIn() -> impl IntoView {
    let path = use_location().pathname;
    let is_wanted =
        move |page: &'static str| path.with(|path| path != paths::LANDING && path.trim_end_matches('/') != page);
    view! {
        <Show when=move || is_wanted(paths::SIGN_IN)>
            <A href=paths::SIGN_IN attr:class="button quiet">
                "Sign in"
            </A>
        </Show>
        <Show when=move || is_wanted(paths::SIGN_UP)>
            <A href=paths::SIGN_UP attr:class="button">
                "Create account"
            </A>
        </Show>
    }
}

#[component]
fn WayOut() -> impl IntoView {
    let session = Session::here();
    let navigate = use_navigate();
    let sign_out = move |_| {
        session.sign_out();
        navigate(paths::SIGN_IN, NavigateOptions::default());
    };
    view! {
        <A href=paths::ACCOUNT exact=true attr:class="button quiet">
            "Account"
        </A>
        <button type="button" class="button secondary" on:click=sign_out>
            "Sign out"
        </button>
    }
}
