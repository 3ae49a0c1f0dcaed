//! Why the system ends a session, at length: for people who were signed out and want to know what to make of it.

use crate::paths;

/// One reason, explained.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Explanation {
    /// In the address of the page, and in the contract's words where it has one.
    pub(crate) code: &'static str,
    /// One line.
    pub(crate) title: &'static str,
    /// What it means, in a paragraph or two.
    pub(crate) meaning: &'static [&'static str],
    /// What the system has done about it.
    pub(crate) done: &'static str,
    /// What the person can do.
    pub(crate) advice: &'static [Advice],
}

/// Something to do, and the page where it is done.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Advice {
    pub(crate) text: &'static str,
    pub(crate) link: Option<(&'static str, &'static str)>,
}

const fn advice(text: &'static str, link: (&'static str, &'static str)) -> Advice {
    Advice { text, link: Some(link) }
}

const TO_SIGN_IN: (&str, &str) = ("Sign in", paths::SIGN_IN);
const TO_PASSWORD: (&str, &str) = ("Change password", paths::PASSWORD);
const TO_ACTIVITY: (&str, &str) = ("Security activity", paths::ACTIVITY);
const TO_DEVICES: (&str, &str) = ("Where you’re signed in", paths::SESSIONS);

/// All of them, in the order of the page.
pub(crate) const ALL: &[Explanation] = &[
    Explanation {
        code: "REUSE_DETECTED",
        title: "Your session was used in two places",
        meaning: &[
            "The cookie that keeps you signed in is replaced again and again while you use this site. One that had been \
             replaced already was used once more, so two programs were using the same session.",
            "That happens when the cookie was copied, when a browser profile was copied or restored from a backup, or \
             when somebody else got hold of your session. We cannot tell which of these it was.",
        ],
        done: "We ended the session for both sides at once. Nobody can go on with it.",
        advice: &[
            advice("Sign in again. That begins a new session, which only this browser has.", TO_SIGN_IN),
            advice("Unless you know of a copied or restored profile, change your password.", TO_PASSWORD),
            advice("Look at what happened: both sides are listed, with device and address.", TO_ACTIVITY),
        ],
    },
    Explanation {
        code: "PASSWORD_CHANGED",
        title: "Your password was changed",
        meaning: &["Somebody who is signed in to your account changed its password, on this or on another device."],
        done: "We ended every session but the one on the device where it was changed.",
        advice: &[
            advice("If it was you, sign in with the new password.", TO_SIGN_IN),
            Advice { text: "If it was not you, tell an administrator of this site at once.", link: None },
        ],
    },
    Explanation {
        code: "SIGNED_OUT_ELSEWHERE",
        title: "You were signed out from another device",
        meaning: &["Somebody who is signed in to your account ended this session from another device."],
        done: "We ended this session. Your password is still the same.",
        advice: &[
            advice("If it was you, there is nothing to do. You can sign in again.", TO_SIGN_IN),
            advice("If it was not you, change your password: that signs out everybody else.", TO_PASSWORD),
            advice("Look at which devices are signed in.", TO_DEVICES),
        ],
    },
    Explanation {
        code: "SESSION_LIMIT",
        title: "Your account was signed in on too many devices",
        meaning: &[
            "An account may have a limited number of sessions. A sign-in beyond that ends the session that was unused for \
             longest, and that was this one.",
        ],
        done: "We ended this session. Your password is still the same.",
        advice: &[
            advice("If you sign in often, there is nothing to do. You can sign in again.", TO_SIGN_IN),
            advice("Look at which devices are signed in, and sign out those that you do not use.", TO_DEVICES),
            advice("If you do not know them, change your password: that signs out everybody else.", TO_PASSWORD),
        ],
    },
    Explanation {
        code: "SESSION_EXPIRED",
        title: "Your session expired",
        meaning: &["A session ends when it was not used for some days, and after some weeks in any case."],
        done: "We ended the session, so that a forgotten device does not stay signed in for ever.",
        advice: &[advice("Sign in again.", TO_SIGN_IN)],
    },
    Explanation {
        code: "REFRESH_MISSING",
        title: "Your browser lost the sign-in cookie",
        meaning: &[
            "The cookie that keeps you signed in is gone from this browser. It was deleted together with other browsing \
             data, a private window was closed, or the browser does not keep cookies for this site.",
        ],
        done: "We have ended nothing. Without its cookie the session cannot go on here, and it runs out by itself.",
        advice: &[
            advice("Sign in again. If this keeps happening, allow cookies for this site.", TO_SIGN_IN),
            advice("You can end the old session in the list of devices.", TO_DEVICES),
        ],
    },
    Explanation {
        code: "COOKIES_BLOCKED",
        title: "Your browser does not keep cookies for this site",
        meaning: &[
            "A cookie keeps you signed in when this page is loaded again, when another tab is opened, and after the first \
             minutes. This browser did not keep the one that it was given.",
            "Usually a setting or an extension blocks cookies, for all sites or for this one. No other site can read \
             ours, and it is used for nothing but your session.",
        ],
        done: "We have ended nothing. A session without its cookie cannot go on here, and it runs out by itself.",
        advice: &[
            advice("Allow cookies for this site in the settings of your browser, then sign in again.", TO_SIGN_IN),
            advice("You can end the sessions that were left in the list of devices.", TO_DEVICES),
        ],
    },
    Explanation {
        code: "REFRESH_INVALID",
        title: "Your session could not be continued",
        meaning: &[
            "The server does not know the cookie of this browser. That happens when the account was deleted, or when the \
             server was set up anew.",
        ],
        done: "We have changed nothing.",
        advice: &[advice("Sign in again. If that fails, ask an administrator of this site.", TO_SIGN_IN)],
    },
    Explanation {
        code: "ADMIN",
        title: "An administrator ended your session",
        meaning: &[
            "Somebody who runs this site ended the session. That is done to be on the safe side, for instance after \
                    a device was reported lost.",
        ],
        done: "The session was ended. Your password is still the same.",
        advice: &[
            advice("Sign in again.", TO_SIGN_IN),
            Advice { text: "An administrator can tell you why.", link: None },
        ],
    },
    Explanation {
        code: "ACCOUNT_DISABLED",
        title: "Your account was disabled",
        meaning: &["An administrator of this site disabled the account. Nobody can sign in to it for now."],
        done: "All sessions of the account were ended. Nothing was deleted.",
        advice: &[Advice { text: "Ask an administrator why, and whether it can be enabled again.", link: None }],
    },
    Explanation {
        code: "ACCOUNT_DELETED",
        title: "Your account was deleted",
        meaning: &["Somebody who is signed in to the account deleted it and confirmed that with the password."],
        done: "The account and all its sessions are gone. There is no way back.",
        advice: &[advice("You can create a new account.", ("Create account", paths::SIGN_UP))],
    },
];

/// The explanation for a code, which may come from anybody: an unknown one has none.
pub(crate) fn find(code: &str) -> Option<&'static Explanation> {
    // Whoever hears of theft first, hears another word than whoever hears of it later.
    let code = if matches!(code, "REFRESH_REUSED" | "CLONE_SUSPECTED") { "REUSE_DETECTED" } else { code };
    ALL.iter().find(|explanation| explanation.code == code)
}

#[cfg(test)]
mod tests {
    use sessionkeep_types::{EndReason, ErrorCode};

    use super::*;
    use crate::session::SignedOut;

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
        for why in [SignedOut::NoSession, SignedOut::Here, SignedOut::HereOnly, SignedOut::InAnotherTab] {
            assert_eq!(why.code(), None);
        }
    }

    #[test]
    fn every_link_leads_to_a_page_of_our_own() {
        for link in ALL.iter().flat_map(|explanation| explanation.advice).filter_map(|advice| advice.link) {
            assert_eq!(paths::own(link.1), Some(link.1));
        }
    }
}
