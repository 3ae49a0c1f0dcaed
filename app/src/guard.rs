//! The page and the session belong together: who is signed out leaves the account, who is signed in leaves the forms.

use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate, use_query_map},
};

use crate::{
    paths,
    session::{Phase, Session, SignedOut},
};

/// Goes on to another page where the session asks for it. While the session is restoring it never does: nobody is
/// shown a sign-in page that is taken away again.
#[component]
pub(crate) fn KeepPageAndSessionTogether() -> impl IntoView {
    let session = Session::here();
    let path = use_location().pathname;
    let query = use_query_map();
    let navigate = use_navigate();
    Effect::new(move |used: Option<Option<String>>| {
        let (phase, path) = (session.phase(), path.get());
        let used = used_with_session(used.flatten(), &phase, &path);
        if phase == Phase::SignedOut(SignedOut::Unasked) && paths::needs_session(&path) {
            session.ask();
        }
        let next = query.with(|query| query.get(paths::NEXT));
        let in_conflict = session.is_in_conflict();
        if let Some(elsewhere) = elsewhere(&phase, in_conflict, &path, used.is_some(), next.as_deref()) {
            navigate(&elsewhere, NavigateOptions { replace: true, ..NavigateOptions::default() });
        }
        used
    });
}

/// The path, if this page has had a session while it was at this path. `before` is the answer for the previous state.
fn used_with_session(before: Option<String>, phase: &Phase, path: &str) -> Option<String> {
    if phase.is_signed_in() { Some(path.to_owned()) } else { before.filter(|before| before == path) }
}

/// The page to go on to from `path`, if any. Signing in again is the way out of a conflict. `was_used` says whether the page
/// has had a session at this path ([`used_with_session`]).
fn elsewhere(phase: &Phase, in_conflict: bool, path: &str, was_used: bool, next: Option<&str>) -> Option<String> {
    match phase {
        Phase::SignedIn | Phase::Refreshing if paths::is_for_strangers(path) && !in_conflict => {
            Some(paths::after_sign_in(next).to_owned())
        }
        // The question is being asked.
        Phase::SignedOut(SignedOut::Unasked) => None,
        // A person who signs out on a page does not want to return to it. A page that is opened afterwards is asked for,
        // also while the server has not yet been told of the sign-out.
        Phase::SignedOut(
            SignedOut::Here | SignedOut::HereOnly | SignedOut::InAnotherTab | SignedOut::AccountDeleted,
        ) if was_used && paths::is_protected(path) => Some(paths::SIGN_IN.to_owned()),
        Phase::SignedOut(_) if paths::is_sign_out(path) => Some(paths::AFTER_SIGN_OUT.to_owned()),
        Phase::SignedOut(_) if paths::is_protected(path) => Some(paths::with_next(paths::SIGN_IN, Some(path))),
        Phase::Restoring | Phase::SignedIn | Phase::Refreshing | Phase::SignedOut(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_anywhere_while_the_session_is_restoring() {
        for path in [paths::LANDING, paths::SIGN_IN, paths::SIGN_UP, paths::ACCOUNT] {
            assert_eq!(elsewhere(&Phase::Restoring, false, path, true, None), None);
        }
    }

    #[test]
    fn a_person_of_whom_nobody_has_asked_is_sent_nowhere() {
        for path in [paths::LANDING, paths::SIGN_IN, paths::ACCOUNT, paths::DEVICES] {
            assert_eq!(elsewhere(&Phase::SignedOut(SignedOut::Unasked), false, path, false, None), None);
        }
    }

    #[test]
    fn who_is_signed_in_leaves_the_forms() {
        for phase in [Phase::SignedIn, Phase::Refreshing] {
            assert_eq!(elsewhere(&phase, false, paths::SIGN_IN, true, None).as_deref(), Some("/account"));
            assert_eq!(elsewhere(&phase, false, paths::SIGN_UP, true, Some("/account")).as_deref(), Some("/account"));
            assert_eq!(
                elsewhere(&phase, false, paths::SIGN_IN, true, Some("//evil.example")).as_deref(),
                Some("/account")
            );
            assert_eq!(elsewhere(&phase, false, paths::LANDING, true, None), None);
            assert_eq!(elsewhere(&phase, false, paths::ACCOUNT, true, None), None);
        }
    }

    #[test]
    fn who_has_to_sign_in_again_because_of_a_conflict_stays_with_the_form() {
        for phase in [Phase::Restoring, Phase::SignedIn, Phase::Refreshing] {
            assert_eq!(elsewhere(&phase, true, paths::SIGN_IN, true, Some("/account")), None);
        }
    }

    #[test]
    fn who_is_not_signed_in_leaves_the_account_and_comes_back_afterwards() {
        let stranger = Phase::SignedOut(SignedOut::NoSession);
        assert_eq!(elsewhere(&stranger, false, "/account", true, None).as_deref(), Some("/sign-in?next=/account"));
        assert_eq!(
            elsewhere(&stranger, false, paths::ACTIVITY, true, None).as_deref(),
            Some("/sign-in?next=/account/activity")
        );
        assert_eq!(elsewhere(&stranger, false, paths::LANDING, true, None), None);
        assert_eq!(elsewhere(&stranger, false, paths::SIGN_IN, true, None), None);
    }

    #[test]
    fn a_person_who_is_signed_out_has_nothing_to_sign_out_of() {
        for why in [SignedOut::NoSession, SignedOut::Here, SignedOut::HereOnly, SignedOut::Expired] {
            let out = Phase::SignedOut(why);
            assert_eq!(elsewhere(&out, false, paths::SIGN_OUT, false, None).as_deref(), Some(paths::AFTER_SIGN_OUT));
        }
        for phase in [Phase::Restoring, Phase::SignedIn, Phase::SignedOut(SignedOut::Unasked)] {
            assert_eq!(elsewhere(&phase, false, paths::SIGN_OUT, false, None), None, "unknown, or signed in");
        }
    }

    #[test]
    fn the_page_of_reasons_is_for_everybody() {
        for phase in [Phase::Restoring, Phase::SignedIn, Phase::SignedOut(SignedOut::Reused)] {
            assert_eq!(elsewhere(&phase, false, paths::SIGNED_OUT, true, None), None);
        }
    }

    const LEFT: [SignedOut; 4] =
        [SignedOut::Here, SignedOut::HereOnly, SignedOut::InAnotherTab, SignedOut::AccountDeleted];

    /// Where the last of the states leads that a page goes through.
    fn leads(states: &[(Phase, &str)]) -> Option<String> {
        let (mut used, mut target) = (None, None);
        for (phase, path) in states {
            used = used_with_session(used, phase, path);
            target = elsewhere(phase, false, path, used.is_some(), None);
        }
        target
    }

    #[test]
    fn who_signs_out_on_a_page_is_not_brought_back_to_it() {
        for why in LEFT.map(Phase::SignedOut) {
            let out = (why.clone(), paths::DEVICES);
            for before in [Phase::SignedIn, Phase::Refreshing] {
                let on_the_page = [(before.clone(), paths::ACCOUNT), (before.clone(), paths::DEVICES), out.clone()];
                assert_eq!(leads(&on_the_page).as_deref(), Some(paths::SIGN_IN), "{why:?}");
                let meanwhile = [(before, paths::DEVICES), (Phase::Restoring, paths::DEVICES), out.clone()];
                assert_eq!(leads(&meanwhile).as_deref(), Some(paths::SIGN_IN), "{why:?}");
            }
        }
    }

    /// A sign-out is known to the next page, too, until the server has been told of it.
    #[test]
    fn a_page_that_is_opened_after_a_sign_out_is_shown_after_the_next_sign_in() {
        for why in LEFT.map(Phase::SignedOut) {
            let out = |path| (why.clone(), path);
            let opened = [(Phase::Restoring, paths::DEVICES), out(paths::DEVICES)];
            assert_eq!(leads(&opened).as_deref(), Some("/sign-in?next=/account/devices"), "{why:?}");
            for left in [paths::DEVICES, paths::ACCOUNT] {
                let by_link = [(Phase::SignedIn, left), out(left), out(paths::SIGN_IN), out(paths::DEVICES)];
                assert_eq!(leads(&by_link).as_deref(), Some("/sign-in?next=/account/devices"), "{why:?} {left}");
            }
        }
    }
}
