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
    Effect::new(move |_| {
        let next = query.with(|query| query.get(paths::NEXT));
        let in_conflict = session.is_in_conflict();
        if let Some(elsewhere) = elsewhere(&session.phase(), in_conflict, &path.get(), next.as_deref()) {
            navigate(&elsewhere, NavigateOptions { replace: true, ..NavigateOptions::default() });
        }
    });
}

/// The page to go on to from `path`, if any. Signing in again is the way out of a conflict.
fn elsewhere(phase: &Phase, in_conflict: bool, path: &str, next: Option<&str>) -> Option<String> {
    match phase {
        Phase::SignedIn | Phase::Refreshing if paths::is_for_strangers(path) && !in_conflict => {
            Some(paths::after_sign_in(next).to_owned())
        }
        // Who has just signed out does not want to be brought back.
        Phase::SignedOut(
            SignedOut::Here | SignedOut::HereOnly | SignedOut::InAnotherTab | SignedOut::AccountDeleted,
        ) if paths::is_protected(path) => Some(paths::SIGN_IN.to_owned()),
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
            assert_eq!(elsewhere(&Phase::Restoring, false, path, None), None);
        }
    }

    #[test]
    fn who_is_signed_in_leaves_the_forms() {
        for phase in [Phase::SignedIn, Phase::Refreshing] {
            assert_eq!(elsewhere(&phase, false, paths::SIGN_IN, None).as_deref(), Some("/account"));
            assert_eq!(elsewhere(&phase, false, paths::SIGN_UP, Some("/account")).as_deref(), Some("/account"));
            assert_eq!(elsewhere(&phase, false, paths::SIGN_IN, Some("//evil.example")).as_deref(), Some("/account"));
            assert_eq!(elsewhere(&phase, false, paths::LANDING, None), None);
            assert_eq!(elsewhere(&phase, false, paths::ACCOUNT, None), None);
        }
    }

    #[test]
    fn who_has_to_sign_in_again_because_of_a_conflict_stays_with_the_form() {
        for phase in [Phase::Restoring, Phase::SignedIn, Phase::Refreshing] {
            assert_eq!(elsewhere(&phase, true, paths::SIGN_IN, Some("/account")), None);
        }
    }

    #[test]
    fn who_is_not_signed_in_leaves_the_account_and_comes_back_afterwards() {
        let stranger = Phase::SignedOut(SignedOut::NoSession);
        assert_eq!(elsewhere(&stranger, false, "/account", None).as_deref(), Some("/sign-in?next=/account"));
        assert_eq!(
            elsewhere(&stranger, false, paths::ACTIVITY, None).as_deref(),
            Some("/sign-in?next=/account/activity")
        );
        assert_eq!(elsewhere(&stranger, false, paths::LANDING, None), None);
        assert_eq!(elsewhere(&stranger, false, paths::SIGN_IN, None), None);
    }

    #[test]
    fn the_page_of_reasons_is_for_everybody() {
        for phase in [Phase::Restoring, Phase::SignedIn, Phase::SignedOut(SignedOut::Reused)] {
            assert_eq!(elsewhere(&phase, false, paths::SIGNED_OUT, None), None);
        }
    }

    #[test]
    fn who_has_signed_out_is_not_brought_back() {
        for why in [SignedOut::Here, SignedOut::HereOnly, SignedOut::InAnotherTab, SignedOut::AccountDeleted] {
            assert_eq!(elsewhere(&Phase::SignedOut(why), false, "/account", None).as_deref(), Some("/sign-in"));
        }
    }
}
