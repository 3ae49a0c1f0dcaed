use axum::{extract::State, http::StatusCode, response::IntoResponse};
use sessionkeep_types::{ErrorCode, TokenResponse, TokenType, routes as path};

use super::{ApiError, AppState};
use crate::http::{
    extract::{Attempt, CsrfGate, From, NoBody, RefreshCookies},
    openapi::{ALWAYS, ATTEMPT, CSRF, LIMITED, NO_BODY, Refusal, refused},
};

/// What can be said of a refresh token.
const OWN: &[Refusal] = &[
    (StatusCode::UNAUTHORIZED, ErrorCode::RefreshMissing),
    (StatusCode::UNAUTHORIZED, ErrorCode::SessionExpired),
    (StatusCode::FORBIDDEN, ErrorCode::RefreshInvalid),
    (StatusCode::FORBIDDEN, ErrorCode::SessionRevoked),
    (StatusCode::FORBIDDEN, ErrorCode::RefreshReused),
    (StatusCode::CONFLICT, ErrorCode::RefreshDuplicate),
    (StatusCode::CONFLICT, ErrorCode::CookieConflict),
];
refused!(Refused: ALWAYS, CSRF, ATTEMPT, NO_BODY, LIMITED, OWN);

/// `POST /api/auth/refresh`. A refusal never sets a cookie: who loses a race must not delete the winner's.
#[utoipa::path(
    post,
    path = path::REFRESH,
    operation_id = "refresh",
    tag = "authentication",
    summary = "Exchange the refresh token for new tokens",
    description = "No body is needed. A refusal never sets a cookie. 409 is not final: the session lives, and the browser has, or soon gets, the token that counts.",
    params(CsrfGate, Attempt),
    security(("refreshToken" = []), ("refreshToken" = [], "companion" = [])),
    responses((status = OK, description = "Refreshed. No cookie comes with it where the one that was sent stays good for a while.", body = TokenResponse, headers(("set-cookie" = String, description = "The refresh token, `sessionGen` and, on https, the companion."))), Refused)
)]
pub(in crate::http) async fn refresh(
    State(state): State<AppState>,
    _: CsrfGate,
    Attempt(attempt): Attempt,
    From(origin): From,
    RefreshCookies(sent): RefreshCookies,
    _: NoBody,
) -> Result<impl IntoResponse, ApiError> {
    let refreshed = state.auth.refresh(&sent, attempt.as_deref(), &origin).await?;
    let cookies = refreshed.refresh.map(|refresh| state.edge.cookie.set(&refresh)).unwrap_or_default();
    let body = TokenResponse {
        access_token: refreshed.access.token,
        token_type: TokenType::Bearer,
        expires_in: refreshed.access.expires_in,
    };
    Ok((cookies, axum::Json(body)))
}
