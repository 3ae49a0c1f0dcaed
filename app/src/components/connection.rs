//! Says so when the server does not answer, or the browser keeps no cookies.

use std::time::Duration;

use leptos::{either::Either, prelude::*};
use leptos_router::{components::A, hooks::use_location};

use super::heading::focus_heading_after;
use crate::{
    paths,
    session::{Jar, Link, Session},
    words,
};

/// What there is to say of the server.
#[derive(Clone, PartialEq, Eq)]
enum Trouble {
    /// The browser sends several sessions.
    Conflict,
    /// The device has no network.
    Offline,
    /// The server does not answer, or says why it cannot.
    Reconnecting(Option<String>),
}

/// What becomes of a press of the button. It is shown for a moment.
#[derive(Clone, PartialEq, Eq)]
enum Press {
    /// A request is sent.
    Trying,
    /// The server has asked to wait for so many seconds.
    TooSoon(u64),
}

/// How long that is shown.
const MOMENT: Duration = Duration::from_secs(2);

/// A live region that is always there and mostly empty: a region that comes with its words is often not read out.
#[component]
pub(crate) fn Connection() -> impl IntoView {
    let session = Session::here();
    let words = &words::here().link;
    let path = use_location().pathname;
    // Each try changes the session's state, and the words only if it ends the trouble.
    let trouble = Memo::new(move |_| match session.link() {
        Link::Good => None,
        Link::Offline => Some(Trouble::Offline),
        Link::Reconnecting if session.is_in_conflict() => Some(Trouble::Conflict),
        Link::Reconnecting => Some(Trouble::Reconnecting(session.obstacle())),
    });
    // The server decides whether there is a session, and has not answered yet.
    let is_signed_in = Memo::new(move |_| session.phase().is_signed_in());
    let press = RwSignal::new(None::<Press>);
    let said = move || {
        Some(match trouble.get()? {
            Trouble::Conflict => Either::Right(conflict(&path.get(), words)),
            Trouble::Offline => {
                Either::Left(if is_signed_in.get() { words.offline } else { words.offline_only }.to_owned())
            }
            // The words change in between, so that the same trouble is read out again.
            Trouble::Reconnecting(_) if press.get() == Some(Press::Trying) => Either::Left(words.trying.to_owned()),
            Trouble::Reconnecting(Some(obstacle)) => Either::Left((words.obstacle)(&obstacle)),
            Trouble::Reconnecting(None) if is_signed_in.get() => Either::Left(words.reconnecting.to_owned()),
            Trouble::Reconnecting(None) => Either::Left(words.reconnecting_only.to_owned()),
        })
    };
    let can_try = Memo::new(move |_| matches!(trouble.get(), Some(Trouble::Reconnecting(_))));
    view! {
        <div class="connection">
            <span role="status">{said}</span>
            <Show when=move || can_try.get()>
                <TryAgain press=press />
            </Show>
        </div>
    }
}

/// Tries again at once: the next try by itself may be half a minute away.
#[component]
fn TryAgain(
    /// The latest press, for a moment.
    press: RwSignal<Option<Press>>,
) -> impl IntoView {
    let session = Session::here();
    let (common, errors) = (&words::here().common, &words::here().errors);
    let try_again = move |_| {
        if press.get_untracked().is_none() {
            let wait = session.try_again().as_secs();
            press.set(Some(if wait == 0 { Press::Trying } else { Press::TooSoon(wait) }));
            set_timeout(move || press.set(None), MOMENT);
        }
    };
    let label = move || match press.get() {
        Some(Press::TooSoon(seconds)) => (errors.try_again_in)(&words::clock(seconds)),
        Some(Press::Trying) | None => common.retry.to_owned(),
    };
    let button = NodeRef::new();
    focus_heading_after(button);
    view! {
        " "
        <button
            type="button"
            node_ref=button
            aria-disabled=move || press.get().is_some().then_some("true")
            on:click=try_again
        >
            {label}
        </button>
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
        <div class="connection">
            <span role="status">{said}</span>
        </div>
    }
}
