//! Says so when the server does not answer.

use leptos::{either::Either, prelude::*};
use leptos_router::{components::A, hooks::use_location};

use crate::{
    paths,
    session::{Link, Session},
};

/// A live region that is always there and mostly empty: a region that comes with its words is often not read out.
#[component]
pub(crate) fn Connection() -> impl IntoView {
    let session = Session::here();
    let path = use_location().pathname;
    let words = move || {
        Some(Either::Left(match session.link() {
            Link::Good => return None,
            Link::Reconnecting if session.is_in_conflict() => return Some(Either::Right(conflict(&path.get()))),
            Link::Reconnecting => match session.obstacle() {
                None => "Reconnecting… The server does not answer right now. Your session is kept.".to_owned(),
                Some(obstacle) => format!("Reconnecting… Your session is kept, but the server says: {obstacle}"),
            },
            Link::Offline => "You are offline. Your session is kept, and goes on when the network is back.".to_owned(),
        }))
    };
    view! {
        <div class="connection" role="status">
            {words}
        </div>
    }
}

/// Nothing but another sign-in decides which of several sessions is meant.
fn conflict(path: &str) -> impl IntoView + use<> {
    let sign_in = if paths::is_for_strangers(path) {
        Either::Left("Sign in to continue.")
    } else {
        Either::Right(view! { <A href=paths::with_next(paths::SIGN_IN, Some(path))>"Sign in again"</A> })
    };
    view! { "Your browser sends several sessions at once, and the server cannot tell which one is yours. " {sign_in} }
}
