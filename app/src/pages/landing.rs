//! What the product is, for somebody who has never heard of it. Only where the operator has not made it theirs.

use leptos::prelude::*;
use leptos_meta::{Meta, Title};
use leptos_router::components::A;

use crate::{brand::Brand, components::Heading, paths, session::Session};

const PROMISES: [(&str, &str); 4] = [
    (
        "You are not signed out by accident",
        "A lost answer, a reload at the wrong moment or five tabs waking at once is not an attack, and is not treated as \
         one.",
    ),
    (
        "A stolen session does not last",
        "The sign-in cookie is replaced as you go. Once a copy of it is used somewhere else, the session ends for both, \
         and you are told why.",
    ),
    (
        "No script can read your sign-in",
        "It lives in a cookie that pages cannot see. What a page holds in memory is good for fifteen minutes at most and \
         is written nowhere.",
    ),
    ("Signing out means out", "In every tab and on the server at once, not when some token happens to run out."),
];

const STEPS: [(&str, &str); 3] = [
    ("You sign in", "The page gets a short-lived pass. A longer one goes into a cookie that only the server can read."),
    (
        "The pass is renewed, unnoticed",
        "Before it runs out, the cookie is exchanged for a new one. Whatever you were doing goes on.",
    ),
    (
        "The chain is watched",
        "Each cookie has one successor. If an old one turns up after its successor was used, two parties hold the \
         session, and it ends.",
    ),
];

/// The start page.
#[component]
pub(crate) fn Landing() -> impl IntoView {
    let session = Session::here();
    let name = Brand::here().name;
    let is_signed_in = Memo::new(move |_| session.phase().is_signed_in());
    view! {
        <Title text=format!("{name}: stay signed in, safely") />
        <Meta
            name="description"
            content="Sessions that survive reloads, sleeping tabs and bad networks, and that notice when somebody else uses them."
        />
        <section class="hero">
            <Heading text="Stay signed in, safely." />
            <p class="lead">
                {name.clone()}
                " keeps people signed in over reloads, sleeping laptops and bad networks, and ends a session when somebody \
                 else begins to use it."
            </p>
            <div class="actions">
                <Show
                    when=move || is_signed_in.get()
                    fallback=|| {
                        view! {
                            <A href=paths::SIGN_UP attr:class="button large">
                                "Create account"
                            </A>
                            <A href=paths::SIGN_IN attr:class="button secondary large">
                                "Sign in"
                            </A>
                        }
                    }
                >
                    <A href=paths::ACCOUNT attr:class="button large">
                        "Open your account"
                    </A>
                </Show>
            </div>
        </section>
        <section class="wide" aria-labelledby="promises">
            <h2 id="promises">"What you can rely on"</h2>
            <div class="cards">
                {PROMISES.map(|(title, text)| view! { <Promise title=title text=text /> }).collect_view()}
            </div>
        </section>
        <section class="wide" aria-labelledby="how">
            <h2 id="how">"How it works"</h2>
            <ol class="steps">
                {STEPS.map(|(title, text)| view! { <Step title=title text=text /> }).collect_view()}
            </ol>
        </section>
    }
}

#[component]
fn Promise(
    /// A few words.
    title: &'static str,
    /// A sentence or two.
    text: &'static str,
) -> impl IntoView {
    view! {
        <article class="card promise">
            <h3>{title}</h3>
            <p>{text}</p>
        </article>
    }
}

#[component]
fn Step(
    /// A few words.
    title: &'static str,
    /// A sentence or two.
    text: &'static str,
) -> impl IntoView {
    view! {
        <li class="step">
            <h3>{title}</h3>
            <p>{text}</p>
        </li>
    }
}
