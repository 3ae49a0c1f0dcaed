//! What a refused request is answered with.
//!
//! One rule tells the two apart: **401** means "get a credential and come back", **403** means "what you sent is refused".

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{RequestId, codes::codes};

/// The body of every answer that is not a success.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ErrorBody {
    /// One sentence for a person, in the language that `Accept-Language` prefers (English or Italian), which `Content-Language` names.
    pub error: String,
    /// For a program. A code that a client does not know must not break it.
    pub code: ErrorCode,
    /// To quote when asking for help.
    pub request_id: RequestId,
    /// A sentence for each field that was refused, in the same language.
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fields: Option<BTreeMap<String, String>>,
    /// Why the session was ended, with `SESSION_REVOKED`.
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<EndReason>,
}

codes! {
    /// Why a request was refused, for a program, and with which HTTP status.
    ErrorCode {
        /// 401: no access token was sent.
        TokenMissing = "TOKEN_MISSING",
        /// 401: a genuine access token that has run out. Refresh and repeat.
        TokenExpired = "TOKEN_EXPIRED",
        /// 401: a genuine access token that is older than the session's version (the role changed). Refresh and repeat.
        TokenStale = "TOKEN_STALE",
        /// 403: forged, malformed, or not an access token.
        TokenInvalid = "TOKEN_INVALID",
        /// 403: genuine and in time, but its session was ended.
        TokenRevoked = "TOKEN_REVOKED",
        /// 401: no refresh token was sent, or none with its companion.
        RefreshMissing = "REFRESH_MISSING",
        /// 403: the refresh token is forged, malformed or unknown. Nothing was revoked.
        RefreshInvalid = "REFRESH_INVALID",
        /// 403: the refresh token had been replaced and used: it is in two hands. The session was ended.
        RefreshReused = "REFRESH_REUSED",
        /// 409: a late copy of a request that was already served. Not final; nothing was touched.
        RefreshDuplicate = "REFRESH_DUPLICATE",
        /// 409: several live refresh cookies were sent, and nothing tells which counts. Not final; nothing was touched.
        CookieConflict = "COOKIE_CONFLICT",
        /// 409: the sign-out named a session ([`crate::LogoutRequest`]) and the cookie is of another one. Nothing was ended.
        OtherSession = "OTHER_SESSION",
        /// 401: the session's idle or absolute lifetime is over.
        SessionExpired = "SESSION_EXPIRED",
        /// 403: the session was ended earlier; [`ErrorBody::reason`] says why.
        SessionRevoked = "SESSION_REVOKED",
        /// 403: the request may come from another site (cross-site request forgery).
        CsrfRejected = "CSRF_REJECTED",
        /// 401 at sign-in, 403 where a password confirms something: unknown account, wrong password or disabled account.
        InvalidCredentials = "INVALID_CREDENTIALS",
        /// 403: a session without the password may not do this. Send the current password with the request.
        PasswordRequired = "PASSWORD_REQUIRED",
        /// 409: there is an account with this email address.
        EmailTaken = "EMAIL_TAKEN",
        /// 403: this server does not take new accounts.
        RegistrationClosed = "REGISTRATION_CLOSED",
        /// 422: [`ErrorBody::fields`] says what is wrong with which field.
        ValidationFailed = "VALIDATION_FAILED",
        /// 422: long enough, but easily guessed.
        PasswordTooWeak = "PASSWORD_TOO_WEAK",
        /// 403: the role is not enough.
        Forbidden = "FORBIDDEN",
        /// 409: the last administrator cannot be removed.
        LastAdmin = "LAST_ADMIN",
        /// 400: not HTTP or JSON as it should be.
        MalformedRequest = "MALFORMED_REQUEST",
        /// 404: no such route, or somebody else's object.
        NotFound = "NOT_FOUND",
        /// 405: the route exists, with another method.
        MethodNotAllowed = "METHOD_NOT_ALLOWED",
        /// 408: the request did not arrive in time.
        RequestTimeout = "REQUEST_TIMEOUT",
        /// 413: the body is too large.
        PayloadTooLarge = "PAYLOAD_TOO_LARGE",
        /// 415: the body must be `application/json`.
        UnsupportedMediaType = "UNSUPPORTED_MEDIA_TYPE",
        /// 429: too often; `Retry-After` says when to come back.
        RateLimited = "RATE_LIMITED",
        /// 500: a defect of the server.
        Internal = "INTERNAL",
        /// 503: a store cannot be reached, or the server is at its limit; `Retry-After` says when to come back.
        Unavailable = "UNAVAILABLE",
    }
}

codes! {
    /// Why a session was ended before its time.
    EndReason {
        /// Signed out on this device.
        SignedOut = "SIGNED_OUT",
        /// Ended from another device.
        SignedOutElsewhere = "SIGNED_OUT_ELSEWHERE",
        /// The password was changed.
        PasswordChanged = "PASSWORD_CHANGED",
        /// A refresh token that had been replaced was used again.
        ReuseDetected = "REUSE_DETECTED",
        /// Three rotations in a row were also tried by somebody else.
        CloneSuspected = "CLONE_SUSPECTED",
        /// Ended by an administrator.
        Admin = "ADMIN",
        /// The account was disabled.
        AccountDisabled = "ACCOUNT_DISABLED",
        /// The account had more sessions than are allowed, and this one was unused for longest.
        SessionLimit = "SESSION_LIMIT",
    }
}

impl ErrorCode {
    /// Whether a refresh that was answered with this code ends the session on the client. Everything else (409, 429,
    /// 5xx, no answer at all) keeps it and tries again.
    #[must_use]
    pub fn ends_session(&self) -> bool {
        matches!(
            self,
            Self::RefreshMissing
                | Self::RefreshInvalid
                | Self::RefreshReused
                | Self::SessionExpired
                | Self::SessionRevoked
        )
    }
}
