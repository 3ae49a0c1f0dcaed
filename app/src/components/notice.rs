//! Why somebody stands before the sign-in form.

use leptos::prelude::*;
use leptos_router::{components::A, hooks::use_query_map};
use sessionkeep_types::EndReason;

use super::frame::name_of_page;
use crate::{
    paths,
    session::{Phase, Session, SignedOut},
    words,
};

/// What has to be said above the form, if anything. The page's query can only choose between our own words.
#[component]
pub(crate) fn SignInNotice() -> impl IntoView {
    let session = Session::here();
    let query = use_query_map();
    let said = Memo::new(move |_| {
        let (note, next) = query.with(|query| (query.get(paths::NOTE), query.get(paths::NEXT)));
        notice(&session.phase(), note.as_deref(), next.as_deref())
    });
    let alarms = Memo::new(move |_| session.phase().signed_out().is_some_and(SignedOut::is_reuse));
    let why = Memo::new(move |_| {
        let phase = session.phase();
        // The person who deleted the account has done so just now, with the password, and need not ask why.
        let why = phase.signed_out().filter(|why| **why != SignedOut::AccountDeleted);
        why.and_then(SignedOut::code).map(paths::why)
    });
    view! {
        <div class="notice" class:warn=move || alarms.get() role="status">
            {move || said.get()}
            {move || why.get().map(|why| view! { " " <A href=why>{words::here().sign_in.why}</A> })}
        </div>
    }
}

/// What has to be said above a form of the account: only that it was sent too early.
#[component]
pub(crate) fn NotReadyNotice() -> impl IntoView {
    let query = use_query_map();
    let said = move || query.with(|query| notice(&Phase::Restoring, query.get(paths::NOTE).as_deref(), None));
    view! {
        <div class="notice" role="status">
            {said}
        </div>
    }
}

fn notice(phase: &Phase, note: Option<&str>, next: Option<&str>) -> Option<String> {
    let plain = (phase.signed_out().and_then(of_reason)).or_else(|| note.and_then(of_note));
    plain.map(str::to_owned).or_else(|| next.and_then(paths::own).map(to_continue))
}

/// What to say of a session that has ended; nothing where there is nothing to explain.
fn of_reason(why: &SignedOut) -> Option<&'static str> {
    let words = &words::here().notices;
    Some(match why {
        SignedOut::NoSession | SignedOut::Unasked => return None,
        SignedOut::Here | SignedOut::Ended(EndReason::SignedOut) => words.signed_out,
        SignedOut::HereOnly => words.here_only,
        SignedOut::InAnotherTab => words.in_another_tab,
        SignedOut::CookieLost => words.cookie_lost,
        SignedOut::CookiesBlocked => words.cookies_blocked,
        SignedOut::SecureCookiesBlocked => words.secure_cookies_blocked,
        SignedOut::Expired => words.expired,
        SignedOut::NotRecognised => words.not_recognised,
        SignedOut::AccountDeleted => words.account_deleted,
        SignedOut::Reused | SignedOut::Ended(EndReason::ReuseDetected | EndReason::CloneSuspected) => words.reused,
        SignedOut::Ended(EndReason::SignedOutElsewhere) => words.elsewhere,
        SignedOut::Ended(EndReason::PasswordChanged) => words.password_changed,
        SignedOut::Ended(EndReason::Admin) => words.administrator,
        SignedOut::Ended(EndReason::AccountDisabled) => words.disabled,
        SignedOut::Ended(EndReason::SessionLimit) => words.limit,
        SignedOut::Ended(EndReason::Unknown(_)) | SignedOut::Unexplained => words.unexplained,
    })
}

/// Which page was asked for, where it is one of the account.
fn to_continue(next: &str) -> String {
    let words = words::here();
    match name_of_page(next, &words.frame) {
        Some(page) => (words.sign_in.to_continue_to)(page),
        None => words.sign_in.to_continue.to_owned(),
    }
}

fn of_note(note: &str) -> Option<&'static str> {
    let words = words::here();
    match note {
        paths::NOT_READY => Some(words.sign_in.not_ready),
        paths::SIGNED_OUT_NOTE => Some(words.notices.signed_out),
        paths::BUSY => Some(words.sign_in.busy_server),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_comes_before_the_invitation() {
        let expired = Phase::SignedOut(SignedOut::Expired);
        let words = of_reason(&SignedOut::Expired).map(str::to_owned);
        assert_eq!(notice(&expired, None, Some("/account")), words);
        assert_eq!(notice(&expired, Some(paths::NOT_READY), None), words);
        let stranger = Phase::SignedOut(SignedOut::NoSession);
        let said = |next| notice(&stranger, None, Some(next));
        assert_eq!(said("/account/activity").as_deref(), Some("Sign in to continue to Activity."));
        assert_eq!(said("/elsewhere").as_deref(), Some("Sign in to continue."));
        assert_eq!(notice(&stranger, None, None), None);
    }

    #[test]
    fn every_reason_is_said_in_words() {
        for reason in EndReason::ALL.iter().cloned().chain([EndReason::Unknown("NEW".into())]) {
            assert!(of_reason(&SignedOut::Ended(reason.clone())).is_some(), "{reason}");
        }
    }

    #[test]
    fn theft_is_told_the_same_way_to_whoever_hears_of_it_first_or_later() {
        assert_eq!(of_reason(&SignedOut::Reused), of_reason(&SignedOut::Ended(EndReason::ReuseDetected)));
    }

    #[test]
    fn a_visitor_who_never_signed_in_is_told_nothing() {
        assert_eq!([SignedOut::NoSession, SignedOut::Unasked].map(|why| of_reason(&why)), [None, None]);
    }

    #[test]
    fn a_form_that_was_sent_too_early_is_explained() {
        let words = notice(&Phase::Restoring, Some(paths::NOT_READY), None);
        assert!(words.is_some_and(|words| words.contains("needs JavaScript")));
    }

    #[test]
    fn a_link_cannot_put_words_into_our_mouth() {
        assert_eq!(notice(&Phase::Restoring, Some("call 555-0100"), Some("//evil.example")), None);
    }
}
