//! Says so when the server does not answer, or the browser keeps no cookies.

use leptos::{either::Either, prelude::*};
use leptos_router::{components::A, hooks::use_location};

use crate::{
    paths,
    session::{Jar, Link, Session},
    words,
};

/// A live region that is always there and mostly empty: a region that comes with its words is often not read out.
#[component]
pub(crate) fn Connection() -> impl IntoView {
    let session = Session::here();
    let words = &words::here().link;
    let path = use_location().pathname;
    // The server decides whether there is a session, and has not answered yet.
    let is_signed_in = move || session.phase().is_signed_in();
    let said = move || {
        Some(Either::Left(match session.link() {
            Link::Good => return None,
            Link::Reconnecting if session.is_in_conflict() => return Some(Either::Right(conflict(&path.get(), words))),
            Link::Reconnecting => match session.obstacle() {
                None if is_signed_in() => words.reconnecting.to_owned(),
                None => words.reconnecting_only.to_owned(),
                Some(obstacle) => (words.obstacle)(&obstacle),
            },
            Link::Offline if is_signed_in() => words.offline.to_owned(),
            Link::Offline => words.offline_only.to_owned(),
        }))
    };
    view! {
        <div class="connection" role="status">
            {said}
        </div>
    }
}

/// Nothing but another sign-in decides which of several sessions is meant.
fn conflict(path: &str, words: &'static words::Link) -> impl IntoView + use<> {
    let sign_in = if paths::is_for_strangers(path) {
        Either::Left(words.conflict_here)
    } else {
        Either::Right(view! { <A href=paths::with_next(paths::SIGN_IN, Some(path))>{words.sign_in_again}</A> })
    };
    view! {
        {words.conflict}
        " "
        {sign_in}
    }
}

/// A live region as [`Connection`] is, for the time that a session lasts whose cookie the browser has dropped.
#[component]
pub(crate) fn CookieNotice() -> impl IntoView {
    let session = Session::here();
    let said = move || match session.jar() {
        Jar::Keeps => None,
        Jar::Loses => Some(words::here().link.cookies_dropped),
        Jar::LosesSecure => Some(words::here().link.secure_cookies_dropped),
    };
    view! {
        <div class="connection" role="status">
            {said}
        </div>
    }
}
