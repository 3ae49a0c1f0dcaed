//! What the product is, for somebody who has never heard of it.

use leptos::prelude::*;
use leptos_meta::{Meta, Title};
use leptos_router::components::A;

use crate::{
    brand::Brand,
    components::{Heading, Icon, Picture},
    paths,
    session::Session,
    words,
};

/// The start page.
#[component]
pub(crate) fn Landing() -> impl IntoView {
    let session = Session::here();
    let (words, frame) = (&words::here().landing, &words::here().frame);
    let is_signed_in = Memo::new(move |_| session.phase().is_signed_in());
    let icons = [Icon::Check, Icon::ShieldAlert, Icon::Key, Icon::SignOut];
    let cards = words.cards.into_iter().zip(icons).map(|((title, text), icon)| {
        view! {
            <article class="promise">
                <Picture icon=icon />
                <h3>{title}</h3>
                <p>{text}</p>
            </article>
        }
    });
    view! {
        <Title text=format!("{} · {}", Brand::here().name, words.tagline) />
        <Meta name="description" content=words.description />
        <section class="hero">
            <div class="hero-text">
                <Heading text=words.heading />
                <p class="lead">{words.lead}</p>
                <div class="actions">
                    <Show
                        when=move || is_signed_in.get()
                        fallback=move || {
                            view! {
                                <A href=paths::SIGN_UP attr:class="button large">
                                    {frame.create_account}
                                </A>
                                <A href=paths::SIGN_IN attr:class="button secondary large">
                                    {frame.sign_in}
                                </A>
                            }
                        }
                    >
                        <A href=paths::ACCOUNT attr:class="button large">
                            {words.open_account}
                        </A>
                    </Show>
                </div>
            </div>
            <Example />
        </section>
        <section class="wide" aria-labelledby="promises">
            <h2 id="promises">{words.promises}</h2>
            <div class="promises">{cards.collect_view()}</div>
            <p class="hint">
                {words.about} {move || (!is_signed_in.get()).then(|| view! { " " {words.try_it} })}
            </p>
        </section>
    }
}

/// What the page of the devices looks like. Nobody has to read it.
#[component]
fn Example() -> impl IntoView {
    let (words, times) = (&words::here().devices, &words::here().times);
    let rows = [
        (Icon::Laptop, "Firefox", words.active_now.to_owned(), true),
        (Icon::Phone, "Safari", (words.last_active)(&(times.hours_ago)(2)), false),
        (Icon::Tablet, "Chrome", (words.last_active)(times.yesterday), false),
        (Icon::Laptop, "Edge", (words.last_active)(&(times.days_ago)(3)), false),
    ];
    let rows = rows.map(|(icon, name, used, now)| {
        view! {
            <li class="row device">
                <span class="device-icon">
                    <Picture icon=icon />
                </span>
                <div class="row-text">
                    <p class="row-title">{name}</p>
                    <p class="meta">
                        <span class="presence" class:now=now>
                            {used}
                        </span>
                    </p>
                </div>
            </li>
        }
    });
    view! {
        <div class="example" aria-hidden="true">
            <p class="example-title">{words::here().landing.example}</p>
            <ul class="card rows">{rows.collect_view()}</ul>
        </div>
    }
}
