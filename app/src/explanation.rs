//! Why the system ends a session: for people who were signed out and want to know what to make of it.

use crate::words::{Reason, Reasons};

/// One reason, and what to do about it.
#[derive(Debug)]
pub(crate) struct Explanation {
    /// In the address of the page, and in the contract's words where it has one.
    pub(crate) code: &'static str,
    /// What to say.
    pub(crate) words: fn(&'static Reasons) -> &'static Reason,
    /// What to do, the first thing first.
    pub(crate) todo: &'static [Todo],
}

impl PartialEq for Explanation {
    fn eq(&self, other: &Self) -> bool {
        self.code == other.code
    }
}

/// Something that a person can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Todo {
    SignIn,
    ChangePassword,
    CreateAccount,
    ReviewDevices,
    CheckConnection,
}

use Todo::{ChangePassword, CheckConnection, CreateAccount, ReviewDevices, SignIn};

/// All of them but [`ON_HTTP`], in the order of the page.
pub(crate) const ALL: &[Explanation] = &[
    Explanation { code: "REUSE_DETECTED", words: |words| &words.reused, todo: &[SignIn, ChangePassword] },
    Explanation { code: "PASSWORD_CHANGED", words: |words| &words.password_changed, todo: &[SignIn] },
    Explanation { code: "SIGNED_OUT_ELSEWHERE", words: |words| &words.elsewhere, todo: &[SignIn, ChangePassword] },
    Explanation { code: "SESSION_LIMIT", words: |words| &words.limit, todo: &[SignIn, ReviewDevices, ChangePassword] },
    Explanation { code: "SESSION_EXPIRED", words: |words| &words.expired, todo: &[SignIn] },
    Explanation { code: "REFRESH_MISSING", words: |words| &words.cookie_lost, todo: &[SignIn, CheckConnection] },
    Explanation { code: "COOKIES_BLOCKED", words: |words| &words.cookies_blocked, todo: &[SignIn, CheckConnection] },
    Explanation { code: "REFRESH_INVALID", words: |words| &words.not_recognised, todo: &[SignIn] },
    Explanation { code: "ADMIN", words: |words| &words.administrator, todo: &[SignIn] },
    Explanation { code: "ACCOUNT_DISABLED", words: |words| &words.disabled, todo: &[] },
    Explanation { code: "ACCOUNT_DELETED", words: |words| &words.deleted, todo: &[CreateAccount] },
];

/// For the developer of a server on this machine: on https it does not happen, so the page does not list it.
const ON_HTTP: Explanation = Explanation {
    code: "SECURE_COOKIES_BLOCKED",
    words: |words| &words.secure_cookies_blocked,
    todo: &[SignIn, CheckConnection],
};

/// The explanation for a code, which may come from anybody: an unknown one has none.
pub(crate) fn find(code: &str) -> Option<&'static Explanation> {
    // Whoever hears of theft first, hears another word than whoever hears of it later.
    let code = if matches!(code, "REFRESH_REUSED" | "CLONE_SUSPECTED") { "REUSE_DETECTED" } else { code };
    ALL.iter().chain([&ON_HTTP]).find(|explanation| explanation.code == code)
}

#[cfg(test)]
mod tests {
    use sessionkeep_types::{EndReason, ErrorCode};

    use super::*;
    use crate::{session::SignedOut, words::Language};

    #[test]
    fn every_reason_for_which_the_system_ends_a_session_is_explained() {
        for reason in EndReason::ALL {
            let code = SignedOut::Ended(reason.clone()).code().map(str::to_owned);
            match code {
                Some(code) => assert!(find(&code).is_some(), "{code}"),
                None => assert_eq!(*reason, EndReason::SignedOut),
            }
        }
        for code in ErrorCode::ALL.iter().filter(|code| code.ends_session() && **code != ErrorCode::SessionRevoked) {
            assert!(find(code.as_str()).is_some(), "{code}");
        }
        for why in [
            SignedOut::CookieLost,
            SignedOut::CookiesBlocked,
            SignedOut::SecureCookiesBlocked,
            SignedOut::Expired,
            SignedOut::NotRecognised,
            SignedOut::Reused,
            SignedOut::AccountDeleted,
        ] {
            assert!(why.code().and_then(find).is_some(), "{why:?}");
        }
    }

    #[test]
    fn theft_is_explained_in_one_way() {
        for code in ["REFRESH_REUSED", "CLONE_SUSPECTED"] {
            assert_eq!(find(code), find("REUSE_DETECTED"));
        }
    }

    #[test]
    fn what_nobody_has_words_for_leads_to_the_whole_page() {
        assert_eq!(SignedOut::Unexplained.code(), Some(""));
        assert_eq!(SignedOut::Ended(EndReason::Unknown("call 555-0100".into())).code(), Some(""));
        for code in ["", "call 555-0100", "reuse_detected"] {
            assert_eq!(find(code), None);
        }
    }

    #[test]
    fn who_signed_out_is_not_lectured() {
        for why in
            [SignedOut::NoSession, SignedOut::Unasked, SignedOut::Here, SignedOut::HereOnly, SignedOut::InAnotherTab]
        {
            assert_eq!(why.code(), None);
        }
    }

    #[test]
    fn no_reason_takes_more_than_sixty_words() {
        for language in Language::ALL {
            for explanation in ALL.iter().chain([&ON_HTTP]) {
                let Reason { title, text, .. } = (explanation.words)(&language.words().reasons);
                let words = text.split_whitespace().count();
                assert!(words <= 60 && text.ends_with('.') && !title.ends_with('.'), "{title}: {words}");
            }
        }
    }
}
