//! Paths, header names and the cookie's path. A client that uses these constants cannot misspell a route.

use crate::{SessionId, UserId};

/// `POST` [`crate::RegisterRequest`], 201 [`crate::AuthResponse`].
pub const REGISTER: &str = "/api/auth/register";
/// `POST` [`crate::LoginRequest`], 200 [`crate::AuthResponse`].
pub const LOGIN: &str = "/api/auth/login";
/// `POST` without a body, 200 [`crate::TokenResponse`]. The credential is the cookie.
pub const REFRESH: &str = "/api/auth/refresh";
/// `POST` without a body, 204. The credential is the cookie; twice is fine.
pub const LOGOUT: &str = "/api/auth/logout";
/// `POST` by a form, without script: signs out and answers with a page. Below [`COOKIE_PATH`], so that the cookies come along.
pub const SIGN_OUT: &str = "/api/auth/sign-out";
/// `POST` [`crate::ChangePasswordRequest`], 200 [`crate::TokenResponse`]. The credentials are the access token and the
/// cookie of the same session.
pub const PASSWORD: &str = "/api/auth/password";
/// `POST` [`crate::ConnectionRequest`], 200 [`crate::Connection`]: what arrives of a request. It takes no credential; an access
/// token that is sent must be good. The cookies below [`COOKIE_PATH`] come along.
pub const CONNECTION: &str = "/api/auth/connection";
/// `GET`, 200 [`crate::User`]; `PATCH` [`crate::UpdateProfileRequest`], 200 [`crate::User`]; `DELETE`
/// [`crate::DeleteAccountRequest`], 204. The credential is the access token, here and for all that follow.
pub const ME: &str = "/api/me";
/// `GET`, 200 [`crate::Page`] of [`crate::SecurityEvent`]: one's own, without [`crate::EventKind::ROUTINE`]. Takes `before`
/// and `limit`.
pub const MY_EVENTS: &str = "/api/me/events";
/// `POST` [`crate::DismissReviewRequest`], 204: it was the person themselves.
pub const REVIEW: &str = "/api/me/review";
/// With [`ME`]: `include=review` adds what waits for its owner ([`crate::User::review`]). A comma separates several.
pub const REVIEW_OF_ME: &str = "review";
/// `GET`, 200 [`crate::Export`]: all that is kept of the account, as a file.
pub const EXPORT: &str = "/api/me/export";
/// `GET`, 200 [`crate::SessionList`], takes `before` and `limit`; `DELETE`, 204: every session but this one ends. Where one
/// of them is not older than this one, it takes [`crate::EndSessionsRequest`].
pub const SESSIONS: &str = "/api/sessions";
/// `DELETE`, 204: one session ends. For one that is not older than this one it takes [`crate::EndSessionsRequest`]. [`session`]
/// fills the id in.
pub const SESSION: &str = "/api/sessions/{id}";
/// `GET`, 200 [`crate::Page`] of [`crate::ManagedUser`], newest first. Takes `query`, `before` and `limit`. For
/// administrators, like all that follow.
pub const ADMIN_USERS: &str = "/api/admin/users";
/// `GET`, 200 [`crate::ManagedUser`]; `PATCH` [`crate::UpdateUserRequest`], 200 [`crate::ManagedUser`]. [`admin_user`] fills
/// the id in.
pub const ADMIN_USER: &str = "/api/admin/users/{id}";
/// `GET`, 200 [`crate::SessionList`], takes `before` and `limit`; `DELETE`, 204: all of them end. [`admin_user_sessions`]
/// fills the id in.
pub const ADMIN_USER_SESSIONS: &str = "/api/admin/users/{id}/sessions";
/// `GET`, 200 [`crate::Page`] of [`crate::SecurityEvent`], everybody's. Takes `kind`, `user`, `before` and `limit`.
pub const ADMIN_EVENTS: &str = "/api/admin/events";
/// `GET`, 200 `text/event-stream`: each [`crate::SecurityEvent`] as it happens, until the access token ends.
pub const ADMIN_EVENTS_STREAM: &str = "/api/admin/events/stream";
/// `GET`, 200: the public keys that access tokens can be verified with (RFC 7517). No credential.
pub const JWKS: &str = "/.well-known/jwks.json";
/// `GET`, 200: the `OpenAPI` document of all this. No credential.
pub const OPENAPI: &str = "/api/openapi.json";
/// `GET`, 200: a page to try it. Its files lie below.
pub const DOCS: &str = "/api/docs";
/// `POST`, 204: what a browser did not do because a page's policy forbids it. No credential.
pub const CSP_REPORT: &str = "/api/csp-report";
/// `GET`, 200 while the process runs.
pub const HEALTHZ: &str = "/healthz";
/// `GET`, 200 while requests can be served, else 503.
pub const READYZ: &str = "/readyz";

/// [`SESSION`] of this id.
#[must_use]
pub fn session(id: &SessionId) -> String {
    fill(SESSION, id.as_str())
}

/// [`ADMIN_USER`] of this id.
#[must_use]
pub fn admin_user(id: &UserId) -> String {
    fill(ADMIN_USER, id.as_str())
}

/// [`ADMIN_USER_SESSIONS`] of this id.
#[must_use]
pub fn admin_user_sessions(id: &UserId) -> String {
    fill(ADMIN_USER_SESSIONS, id.as_str())
}

fn fill(route: &str, id: &str) -> String {
    route.replace("{id}", id)
}

/// Everything that the refresh token's cookie is sent to lies under this path.
pub const COOKIE_PATH: &str = "/api/auth";

/// A cookie that scripts may read: the generation of the refresh token that was set with it, and no secret. A page that
/// has just been given a token and does not find it knows that its browser keeps no cookies.
pub const GENERATION_COOKIE: &str = "sessionGen";

/// A cookie without any use but to show whether cookies come and go as they should ([`CONNECTION`]).
pub const PROBE_COOKIE: &str = "sessionProbe";

/// Names one refresh attempt; the same for all repeats of it. At most [`crate::limits::ATTEMPT_MAX_LENGTH`] characters.
pub const REFRESH_ATTEMPT_HEADER: &str = "x-refresh-attempt";
/// Must be present, with any value, wherever the cookie is the credential: a page of another origin cannot send it.
pub const REQUESTED_BY_HEADER: &str = "x-requested-by";
/// The id of a request, on every answer.
pub const REQUEST_ID_HEADER: &str = "x-request-id";
