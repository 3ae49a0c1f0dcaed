//! The closed sets of words in log lines and metrics: those of OWASP's logging vocabulary where it has one. The stored event's own
//! name stands beside it, as `kind`.

use sessionkeep_types::{ErrorCode, EventKind};

/// A refresh token was given out.
pub const TOKEN_CREATED: &str = "authn_token_created";
/// A session was ended, and its tokens with it.
pub const TOKEN_REVOKED: &str = "authn_token_revoked";
/// A browser did not do what a page's policy forbids. The vocabulary has no word for it.
pub const CSP_VIOLATION: &str = "csp_violation";
/// A cookie that pretends to be one of ours was sent.
pub const LOOK_ALIKE: &str = "malicious_extraneous";
/// The program serves.
pub const STARTUP: &str = "sys_startup";
/// It stops.
pub const SHUTDOWN: &str = "sys_shutdown";

/// The directives of a Content Security Policy. The last one stands for every other word.
pub(crate) const DIRECTIVES: [&str; 21] = [
    "script-src",
    "script-src-elem",
    "script-src-attr",
    "worker-src",
    "connect-src",
    "style-src",
    "style-src-elem",
    "style-src-attr",
    "img-src",
    "font-src",
    "manifest-src",
    "media-src",
    "object-src",
    "frame-src",
    "child-src",
    "base-uri",
    "form-action",
    "frame-ancestors",
    "default-src",
    "require-trusted-types-for",
    "other",
];

/// Of something that is stored.
#[must_use]
pub fn of_event(kind: &EventKind) -> &str {
    match kind {
        EventKind::Registered => "user_created",
        EventKind::LoginSucceeded => "authn_login_success",
        EventKind::LoginFailed => "authn_login_fail",
        EventKind::LoginFailedOften => "authn_login_fail_max",
        EventKind::SignedOut | EventKind::SessionEnded | EventKind::SessionsEnded => "authn_token_delete",
        EventKind::SessionLimitReached => "excess_sessions_exceeded",
        EventKind::PasswordChanged => "authn_password_change",
        EventKind::PasswordConfirmationFailed => "authn_password_change_fail",
        EventKind::RefreshRepeated
        | EventKind::RefreshAnswerLost
        | EventKind::RefreshSuperseded
        | EventKind::RefreshLateCopy
        | EventKind::RefreshFromElsewhere => "refresh_retry",
        EventKind::RefreshReused | EventKind::CloneSuspected => "authn_token_reuse",
        EventKind::RoleChanged => "authz_change",
        EventKind::AccountDisabled | EventKind::AccountEnabled => "user_updated",
        EventKind::AccountDeleted => "user_deleted",
        EventKind::DataExported => "sensitive_read",
        EventKind::ReuseDismissed | EventKind::DatabaseRestored | EventKind::Unknown(_) => kind.as_str(),
    }
}

/// Of a refusal that may be an attack. Whoever has no token, or one that has run out, does nothing wrong; and what is stored
/// has a line already. For a token that nobody has given out the vocabulary has no word of its own: somebody wants what is not
/// theirs.
#[must_use]
pub fn of_refusal(code: &ErrorCode) -> Option<&'static str> {
    match code {
        ErrorCode::CsrfRejected => Some("malicious_csrf"),
        ErrorCode::Forbidden | ErrorCode::TokenInvalid | ErrorCode::RefreshInvalid | ErrorCode::PasswordRequired => {
            Some("authz_fail")
        }
        ErrorCode::RateLimited => Some("excess_rate_limit_exceeded"),
        _ => None,
    }
}

/// Whether somebody did not get what they wanted.
#[must_use]
pub fn is_failure(kind: &EventKind) -> bool {
    matches!(kind, EventKind::LoginFailed | EventKind::LoginFailedOften | EventKind::PasswordConfirmationFailed)
}
