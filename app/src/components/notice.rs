//! Why somebody stands before the sign-in form.

use leptos::prelude::*;
use leptos_router::{components::A, hooks::use_query_map};

use crate::{
    paths,
    session::{Phase, Session, SignedOut},
};

/// What has to be said above the form, if anything. The page's query can only choose between our own words.
#[component]
pub(crate) fn SignInNotice() -> impl IntoView {
    let session = Session::here();
    let query = use_query_map();
    let words = Memo::new(move |_| {
        let (note, next) = query.with(|query| (query.get(paths::NOTE), query.get(paths::NEXT)));
        notice(&session.phase(), note.as_deref(), next.as_deref())
    });
    let why = Memo::new(move |_| session.phase().signed_out().and_then(SignedOut::code).map(paths::why));
    view! {
        <div class="notice" role="status">
            {move || words.get()}
            {move || why.get().map(|why| view! { " " <A href=why>"What does this mean?"</A> })}
        </div>
    }
}

/// What has to be said above a form of the account: only that it was sent too early.
#[component]
pub(crate) fn NotReadyNotice() -> impl IntoView {
    let query = use_query_map();
    let words = move || query.with(|query| notice(&Phase::Restoring, query.get(paths::NOTE).as_deref(), None));
    view! {
        <div class="notice" role="status">
            {words}
        </div>
    }
}

fn notice(phase: &Phase, note: Option<&str>, next: Option<&str>) -> Option<&'static str> {
    (phase.signed_out().and_then(SignedOut::notice))
        .or_else(|| note.and_then(words))
        .or_else(|| next.and_then(paths::own).map(|_| "Sign in to continue."))
}

fn words(note: &str) -> Option<&'static str> {
    match note {
        paths::NOT_READY => Some("The page was not ready yet. Try again."),
        paths::SIGNED_OUT_NOTE => Some("You're signed out."),
        paths::BUSY => Some("Too many attempts. Wait a minute, then try again."),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_comes_before_the_invitation() {
        let expired = Phase::SignedOut(SignedOut::Expired);
        assert_eq!(notice(&expired, None, Some("/account")), SignedOut::Expired.notice());
        assert_eq!(notice(&expired, Some(paths::NOT_READY), None), SignedOut::Expired.notice());
        let stranger = Phase::SignedOut(SignedOut::NoSession);
        assert_eq!(notice(&stranger, None, Some("/account")), Some("Sign in to continue."));
        assert_eq!(notice(&stranger, None, None), None);
    }

    #[test]
    fn a_form_that_was_sent_too_early_is_explained() {
        let words = notice(&Phase::Restoring, Some(paths::NOT_READY), None);
        assert!(words.is_some_and(|words| words.contains("not ready yet")));
    }

    #[test]
    fn a_link_cannot_put_words_into_our_mouth() {
        assert_eq!(notice(&Phase::Restoring, Some("call 555-0100"), Some("//evil.example")), None);
    }
}
