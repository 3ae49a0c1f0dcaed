//! What can come back instead of what was asked for.

use core::{fmt, time::Duration};

use sessionkeep_types::{ErrorBody, ErrorCode};

use super::transport::{NoAnswer, Response};

/// Why a call has no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApiError {
    /// Nobody answered. Try later.
    NoAnswer,
    /// The session could not be renewed in time, so nothing was asked. Try later.
    NotSent,
    /// The server refused, in the contract's words.
    Refused {
        /// The HTTP status.
        status: u16,
        /// What the server says about it.
        body: Box<ErrorBody>,
        /// When to come back, where the server said so.
        retry_after: Option<Duration>,
    },
    /// An answer that is not the contract's: a proxy's error page, most likely. Try later.
    Garbled {
        /// The HTTP status.
        status: u16,
        /// When to come back, where somebody said so.
        retry_after: Option<Duration>,
    },
    /// There is no session, or it ended before the answer came.
    SignedOut,
}

/// What to do about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The same call may be granted in a while: nobody answered, the server is busy or at fault, or it wants another
    /// credential than the one it was shown. [`ApiError::retry_after`] may say when.
    TryLater,
    /// The same call will not be granted, another one may: a field, a password, an address, or an id of what is gone.
    /// [`ApiError::field`] may say which field.
    YourInput,
    /// Neither time nor another input helps: the session has ended, or the server does not do that for this person.
    Final,
}

impl ApiError {
    /// What to do about it. An error that [`is_unclear`](ApiError::is_unclear) is always one to try later.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::NoAnswer | Self::NotSent | Self::Garbled { .. } => Kind::TryLater,
            Self::SignedOut => Kind::Final,
            Self::Refused { status, .. } if *status >= 500 => Kind::TryLater,
            Self::Refused { status, body, .. } => kind_of(&body.code, *status),
        }
    }

    /// The error in an answer that is not a success.
    pub(super) fn from_response(response: &Response) -> Self {
        let Response { status, retry_after, ref body } = *response;
        match serde_json::from_str(body) {
            Ok(body) => Self::Refused { status, body: Box::new(body), retry_after },
            Err(_) => Self::Garbled { status, retry_after },
        }
    }

    /// The contract's code, where there is one.
    #[must_use]
    pub fn code(&self) -> Option<&ErrorCode> {
        match self {
            Self::Refused { body, .. } => Some(&body.code),
            Self::NoAnswer | Self::NotSent | Self::Garbled { .. } | Self::SignedOut => None,
        }
    }

    /// Whether the request may have had its effect although it was not granted: no refusal says that it had none.
    #[must_use]
    pub fn is_unclear(&self) -> bool {
        match self {
            Self::NoAnswer | Self::Garbled { .. } => true,
            Self::Refused { status, .. } => *status >= 500,
            Self::NotSent | Self::SignedOut => false,
        }
    }

    /// How long the server asked us to wait.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused { retry_after, .. } | Self::Garbled { retry_after, .. } => *retry_after,
            Self::NoAnswer | Self::NotSent | Self::SignedOut => None,
        }
    }

    /// What the server says about one field of the form.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&str> {
        match self {
            Self::Refused { body, .. } => body.fields.as_ref()?.get(name).map(String::as_str),
            Self::NoAnswer | Self::NotSent | Self::Garbled { .. } | Self::SignedOut => None,
        }
    }
}

/// What a code means for the one who asked; an unknown one means what its status means.
fn kind_of(code: &ErrorCode, status: u16) -> Kind {
    match code {
        // The first three are renewed in the course of things. Who sees one all the same has a server that refuses the
        // tokens it gives, which is no end of the session.
        ErrorCode::TokenMissing
        | ErrorCode::TokenExpired
        | ErrorCode::TokenStale
        | ErrorCode::RefreshDuplicate
        | ErrorCode::CookieConflict
        | ErrorCode::OtherSession
        | ErrorCode::RateLimited
        | ErrorCode::RequestTimeout
        | ErrorCode::Internal
        | ErrorCode::Unavailable => Kind::TryLater,

        ErrorCode::InvalidCredentials
        | ErrorCode::PasswordRequired
        | ErrorCode::EmailTaken
        | ErrorCode::ValidationFailed
        | ErrorCode::PasswordTooWeak
        | ErrorCode::LastAdmin
        | ErrorCode::NotFound
        | ErrorCode::MalformedRequest
        | ErrorCode::PayloadTooLarge
        | ErrorCode::UnsupportedMediaType => Kind::YourInput,

        ErrorCode::TokenInvalid
        | ErrorCode::TokenRevoked
        | ErrorCode::RefreshMissing
        | ErrorCode::RefreshInvalid
        | ErrorCode::RefreshReused
        | ErrorCode::SessionExpired
        | ErrorCode::SessionRevoked
        | ErrorCode::CsrfRejected
        | ErrorCode::RegistrationClosed
        | ErrorCode::Forbidden
        // Not of the input's making: this client and the server are of different ages.
        | ErrorCode::MethodNotAllowed => Kind::Final,

        ErrorCode::Unknown(_) => match status {
            408 | 425 | 429 => Kind::TryLater,
            400 | 404 | 409 | 410 | 413 | 415 | 422 => Kind::YourInput,
            _ => Kind::Final,
        },
    }
}

/// One sentence for a person.
impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoAnswer => "The server could not be reached. Check your connection and try again.",
            Self::NotSent => {
                "The server could not be reached, so nothing was changed. Check your connection and try again."
            }
            Self::Garbled { .. } => "The server is not available right now. Please try again in a moment.",
            Self::SignedOut => "You are signed out.",
            Self::Refused { body, .. } => &body.error,
        })
    }
}

impl core::error::Error for ApiError {}

impl From<NoAnswer> for ApiError {
    fn from(NoAnswer: NoAnswer) -> Self {
        Self::NoAnswer
    }
}

#[cfg(test)]
mod tests {
    use sessionkeep_types::RequestId;

    use super::*;

    fn refused(status: u16, code: ErrorCode) -> ApiError {
        let body =
            ErrorBody { error: String::new(), code, request_id: RequestId::new("1"), fields: None, reason: None };
        ApiError::Refused { status, body: Box::new(body), retry_after: None }
    }

    #[test]
    fn every_code_says_whether_time_or_another_input_helps() {
        let mut table = vec![
            (401, "TOKEN_MISSING", Kind::TryLater),
            (401, "TOKEN_EXPIRED", Kind::TryLater),
            (401, "TOKEN_STALE", Kind::TryLater),
            (403, "TOKEN_INVALID", Kind::Final),
            (403, "TOKEN_REVOKED", Kind::Final),
            (401, "REFRESH_MISSING", Kind::Final),
            (403, "REFRESH_INVALID", Kind::Final),
            (403, "REFRESH_REUSED", Kind::Final),
            (409, "REFRESH_DUPLICATE", Kind::TryLater),
            (409, "COOKIE_CONFLICT", Kind::TryLater),
            (409, "OTHER_SESSION", Kind::TryLater),
            (401, "SESSION_EXPIRED", Kind::Final),
            (403, "SESSION_REVOKED", Kind::Final),
            (403, "CSRF_REJECTED", Kind::Final),
            (401, "INVALID_CREDENTIALS", Kind::YourInput),
            (403, "PASSWORD_REQUIRED", Kind::YourInput),
            (409, "EMAIL_TAKEN", Kind::YourInput),
            (403, "REGISTRATION_CLOSED", Kind::Final),
            (422, "VALIDATION_FAILED", Kind::YourInput),
            (422, "PASSWORD_TOO_WEAK", Kind::YourInput),
            (403, "FORBIDDEN", Kind::Final),
            (409, "LAST_ADMIN", Kind::YourInput),
            (400, "MALFORMED_REQUEST", Kind::YourInput),
            (404, "NOT_FOUND", Kind::YourInput),
            (405, "METHOD_NOT_ALLOWED", Kind::Final),
            (408, "REQUEST_TIMEOUT", Kind::TryLater),
            (413, "PAYLOAD_TOO_LARGE", Kind::YourInput),
            (415, "UNSUPPORTED_MEDIA_TYPE", Kind::YourInput),
            (429, "RATE_LIMITED", Kind::TryLater),
            (500, "INTERNAL", Kind::TryLater),
            (503, "UNAVAILABLE", Kind::TryLater),
        ];
        let all: Vec<_> = ErrorCode::ALL.iter().map(ErrorCode::as_str).collect();
        assert_eq!(table.iter().map(|(_, code, _)| *code).collect::<Vec<_>>(), all, "the table is total");
        table.extend([(429, "NEW", Kind::TryLater), (502, "NEW", Kind::TryLater)]);
        table.extend([(422, "NEW", Kind::YourInput), (409, "NEW", Kind::YourInput), (418, "NEW", Kind::Final)]);
        for (status, code, kind) in table {
            assert_eq!(refused(status, ErrorCode::from(code.to_owned())).kind(), kind, "{status} {code}");
        }
    }

    #[test]
    fn whatever_is_no_refusal_is_tried_later_unless_the_session_is_over() {
        assert_eq!(ApiError::NoAnswer.kind(), Kind::TryLater);
        assert_eq!((ApiError::NotSent.kind(), ApiError::NotSent.is_unclear()), (Kind::TryLater, false));
        assert_eq!(ApiError::Garbled { status: 403, retry_after: None }.kind(), Kind::TryLater);
        assert_eq!(ApiError::SignedOut.kind(), Kind::Final);
    }

    #[test]
    fn what_ends_the_session_is_final_and_what_is_unclear_is_not() {
        for code in ErrorCode::ALL.iter().filter(|code| code.ends_session()) {
            assert_eq!(refused(403, code.clone()).kind(), Kind::Final, "{code}");
        }
        for code in ErrorCode::ALL {
            let error = refused(500, code.clone());
            assert!(error.is_unclear() && error.kind() == Kind::TryLater, "{code}");
        }
    }
}
