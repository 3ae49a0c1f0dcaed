//! Paths, header names and the cookie's path. A client that uses these constants cannot misspell a route.

/// `POST` [`crate::RegisterRequest`], 201 [`crate::AuthResponse`].
pub const REGISTER: &str = "/api/auth/register";
/// `POST` [`crate::LoginRequest`], 200 [`crate::AuthResponse`].
pub const LOGIN: &str = "/api/auth/login";
/// `POST` without a body, 200 [`crate::TokenResponse`]. The credential is the cookie.
pub const REFRESH: &str = "/api/auth/refresh";
/// `POST` without a body, 204. The credential is the cookie; twice is fine.
pub const LOGOUT: &str = "/api/auth/logout";
/// `GET`, 200 [`crate::User`]. The credential is the access token.
pub const ME: &str = "/api/me";
/// `GET`, 200 while the process runs.
pub const HEALTHZ: &str = "/healthz";
/// `GET`, 200 while requests can be served, else 503.
pub const READYZ: &str = "/readyz";

/// Everything that the refresh token's cookie is sent to lies under this path.
pub const COOKIE_PATH: &str = "/api/auth";

/// Names one refresh attempt; the same for all repeats of it. At most [`crate::limits::ATTEMPT_MAX_LENGTH`] characters.
pub const REFRESH_ATTEMPT_HEADER: &str = "x-refresh-attempt";
/// Must be present, with any value, wherever the cookie is the credential: a page of another origin cannot send it.
pub const REQUESTED_BY_HEADER: &str = "x-requested-by";
/// The id of a request, on every answer.
pub const REQUEST_ID_HEADER: &str = "x-request-id";
