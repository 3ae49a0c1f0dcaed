//! The bar on top: where one is, and the way in or out.

use leptos::{either::EitherOf3, html, prelude::*, wasm_bindgen::JsCast as _};
use leptos_router::{
    NavigateOptions,
    components::A,
    hooks::{use_location, use_navigate},
};
use sessionkeep_types::User;

use super::{
    confirm::focus,
    icon::{Icon, Picture},
    me::Me,
    person::{Disc, name_of},
};
use crate::{
    brand::Brand,
    components::HomeLink,
    paths,
    session::{Phase, Session},
    words,
};

/// The same for every page; it knows whether somebody is signed in.
#[component]
pub(crate) fn Header() -> impl IntoView {
    let session = Session::here();
    let Brand { name, logo, .. } = Brand::here();
    let path = use_location().pathname;
    // A renewal is nothing to draw anew for.
    let standing = Memo::new(move |_| match session.phase() {
        Phase::SignedIn | Phase::Refreshing => Standing::In,
        // Where one has to be signed in the question is about to be asked.
        Phase::SignedOut(_) if !paths::is_protected(&path.get()) => Standing::Out,
        Phase::SignedOut(_) | Phase::Restoring => Standing::Unknown,
    });
    view! {
        <header class="bar">
            <div class="bar-content">
                <HomeLink class="brand">
                    <img src=logo alt="" width="28" height="28" />
                    {name}
                </HomeLink>
                <nav class="bar-nav" aria-label=words::here().frame.account_nav>
                    {move || match standing.get() {
                        Standing::Unknown => EitherOf3::A(view! { <Unknown /> }),
                        Standing::Out => EitherOf3::B(view! { <WayIn /> }),
                        Standing::In => EitherOf3::C(view! { <Menu /> }),
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

/// A page with a form for strangers needs no place for a person.
#[component]
fn Unknown() -> impl IntoView {
    let path = use_location().pathname;
    let is_wanted = move || !paths::is_for_strangers(&path.get());
    view! {
        <Show when=is_wanted>
            <span class="disc skeleton" aria-hidden="true"></span>
        </Show>
    }
}

/// The landing page and the page of reasons have the way in in their middle, and a form is the way in by itself.
#[component]
fn WayIn() -> impl IntoView {
    let words = &words::here().frame;
    let path = use_location().pathname;
    let is_wanted = Memo::new(move |_| {
        path.with(|path| {
            ![paths::LANDING, paths::SIGNED_OUT].contains(&path.as_str()) && !paths::is_for_strangers(path)
        })
    });
    view! {
        <Show when=move || is_wanted.get()>
            <A href=paths::SIGN_IN attr:class="button quiet">
                {words.sign_in}
            </A>
            <A href=paths::SIGN_UP attr:class="button">
                {words.create_account}
            </A>
        </Show>
    }
}

/// What is behind the person's sign: who they are, and where they can go. Escape, another click and leaving it close it.
#[component]
fn Menu() -> impl IntoView {
    let words = &words::here().frame;
    let (session, me) = (Session::here(), Me::here());
    let is_open = RwSignal::new(false);
    let (button, list) = (NodeRef::<html::Button>::new(), NodeRef::<html::Div>::new());
    let path = use_location().pathname;
    Effect::new(move |_| {
        path.track();
        is_open.set(false);
    });
    let navigate = use_navigate();
    let sign_out = move |_| {
        session.sign_out();
        navigate(paths::SIGN_IN, NavigateOptions::default());
    };
    let name = move || me.of_user(|user| name_of(user).to_owned());
    let label = move || name().map_or_else(|| words.menu.to_owned(), |name| (words.menu_of)(&name));
    let sign = move || match me.user() {
        Some(user) => view! { <Disc user=user /> }.into_any(),
        None => view! { <span class="disc" aria-hidden="true"></span> }.into_any(),
    };
    view! {
        <div
            class="menu"
            node_ref=list
            on:keydown=move |event| {
                if event.key() == "Escape" && is_open.get_untracked() {
                    is_open.set(false);
                    focus(button.get_untracked());
                }
            }
            on:focusout=move |event| {
                let to = event.related_target().and_then(|to| to.dyn_into::<leptos::web_sys::Node>().ok());
                // It is heard when the menu goes away with the focus in it, too.
                let list = list.try_get_untracked().flatten();
                if !list.is_some_and(|list| list.contains(to.as_ref())) {
                    is_open.try_set(false);
                }
            }
        >
            <button
                type="button"
                class="menu-button"
                node_ref=button
                aria-label=label
                aria-expanded=move || if is_open.get() { "true" } else { "false" }
                aria-controls="account-menu"
                on:click=move |_| is_open.update(|open| *open = !*open)
            >
                {sign}
                <span class="menu-name" aria-hidden="true">
                    <bdi>{name}</bdi>
                </span>
                <Picture icon=Icon::Chevron />
            </button>
            <div class="menu-list" id="account-menu" hidden=move || !is_open.get()>
                {move || me.user().map(|user| view! { <Who user=user /> })}
                <A href=paths::ACCOUNT exact=true>
                    {words.settings}
                </A>
                <button type="button" on:click=sign_out>
                    {words.sign_out}
                </button>
            </div>
        </div>
    }
}

#[component]
fn Who(
    /// Who is signed in.
    user: User,
) -> impl IntoView {
    let name = user.display_name.clone();
    view! {
        <p class="menu-who">
            {name.map(|name| view! { <strong><bdi>{name}</bdi></strong> })} <span class="meta breakable">{user.email}</span>
        </p>
    }
}
