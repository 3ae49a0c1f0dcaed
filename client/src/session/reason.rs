//! Why there is no session.

use sessionkeep_types::{EndReason, ErrorCode};

use crate::api::ApiError;

/// Why there is no session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignedOut {
    /// This browser never had one, or nobody knows of it any more.
    NoSession,
    /// This browser shows no sign of one, and the page is for everybody, so nobody has asked.
    Unasked,
    /// The person signed out on this page.
    Here,
    /// The same, but the server has not heard of it yet.
    HereOnly,
    /// The person signed out in another tab.
    InAnotherTab,
    /// The cookie went away under a live session: cleared, blocked, or never kept.
    CookieLost,
    /// The browser does not keep cookies for this site: there was never a session that could go on.
    CookiesBlocked,
    /// The same of `Secure` cookies alone, because the page is on http.
    SecureCookiesBlocked,
    /// Its time was over.
    Expired,
    /// The server does not recognise the cookie.
    NotRecognised,
    /// The cookie was used in two places.
    Reused,
    /// The account was deleted, in this browser.
    AccountDeleted,
    /// It was ended before its time.
    Ended(EndReason),
    /// It was ended, for a reason that this version does not know.
    Unexplained,
}

impl SignedOut {
    /// What a refresh's error means for the session. Nothing, unless the code is final.
    #[must_use]
    pub fn because_of(error: &ApiError) -> Option<Self> {
        let ApiError::Refused { body, .. } = error else { return None };
        Some(match &body.code {
            code if !code.ends_session() => return None,
            ErrorCode::RefreshMissing => Self::NoSession,
            ErrorCode::SessionExpired => Self::Expired,
            ErrorCode::RefreshInvalid => Self::NotRecognised,
            ErrorCode::RefreshReused => Self::Reused,
            _ => body.reason.clone().map_or(Self::Unexplained, Self::Ended),
        })
    }

    /// The same reason when a session was under way a moment ago.
    #[must_use]
    pub(super) fn in_mid_session(self) -> Self {
        if self == Self::NoSession { Self::CookieLost } else { self }
    }

    /// Whether the session was used in two places.
    #[must_use]
    pub fn is_reuse(&self) -> bool {
        matches!(self, Self::Reused | Self::Ended(EndReason::ReuseDetected | EndReason::CloneSuspected))
    }

    /// The code of the explanation on the page of reasons, in the words of the contract where it has one. An empty one
    /// stands for the page as a whole; none where there is nothing to explain.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        Some(match self {
            Self::NoSession
            | Self::Unasked
            | Self::Here
            | Self::HereOnly
            | Self::InAnotherTab
            | Self::Ended(EndReason::SignedOut) => {
                return None;
            }
            Self::CookieLost => ErrorCode::RefreshMissing.as_str(),
            Self::CookiesBlocked => "COOKIES_BLOCKED",
            Self::SecureCookiesBlocked => "SECURE_COOKIES_BLOCKED",
            Self::Expired => ErrorCode::SessionExpired.as_str(),
            Self::NotRecognised => ErrorCode::RefreshInvalid.as_str(),
            Self::Reused => ErrorCode::RefreshReused.as_str(),
            Self::AccountDeleted => "ACCOUNT_DELETED",
            Self::Ended(EndReason::Unknown(_)) | Self::Unexplained => "",
            Self::Ended(reason) => reason.as_str(),
        })
    }
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use sessionkeep_types::{ErrorBody, RequestId};

    use super::*;

    fn refusal(code: ErrorCode, reason: Option<EndReason>) -> ApiError {
        let body = ErrorBody { error: String::new(), code, request_id: RequestId::new("1"), fields: None, reason };
        ApiError::Refused { status: 403, body: Box::new(body), retry_after: None }
    }

    #[test]
    fn only_final_codes_end_the_session() {
        for code in ErrorCode::ALL.iter().cloned().chain([ErrorCode::Unknown("NEW".into())]) {
            let ends = code.ends_session();
            assert_eq!(SignedOut::because_of(&refusal(code.clone(), None)).is_some(), ends, "{code}");
        }
        let garbled = ApiError::Garbled { status: 403, retry_after: Some(Duration::ZERO) };
        assert_eq!(SignedOut::because_of(&garbled), None);
        assert_eq!(SignedOut::because_of(&ApiError::NoAnswer), None);
    }

    #[test]
    fn a_session_that_was_ended_says_why() {
        for reason in EndReason::ALL.iter().cloned().chain([EndReason::Unknown("NEW".into())]) {
            let why = SignedOut::because_of(&refusal(ErrorCode::SessionRevoked, Some(reason.clone())));
            assert_eq!(why, Some(SignedOut::Ended(reason)));
        }
    }
}
