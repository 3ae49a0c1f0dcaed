use axum::{extract::State, http::StatusCode, response::IntoResponse};
use sessionkeep_types::{ChangePasswordRequest, ErrorCode, TokenResponse, TokenType, routes as path};

use super::{ApiError, AppState};
use crate::http::{
    extract::{Authenticated, CsrfGate, Ends, From, Json, RefreshCookies},
    openapi::{ALWAYS, BEARER, BODY, CONFIRMED, CSRF, LIMITED, Refusal, refused},
};

/// Of the new password, and of the cookie that has to be the session's.
const OWN: &[Refusal] = &[
    (StatusCode::UNAUTHORIZED, ErrorCode::RefreshMissing),
    (StatusCode::FORBIDDEN, ErrorCode::RefreshInvalid),
    (StatusCode::UNPROCESSABLE_ENTITY, ErrorCode::PasswordTooWeak),
];
refused!(Refused: ALWAYS, CSRF, BODY, BEARER, CONFIRMED, LIMITED, OWN);

/// `POST /api/auth/password`
#[utoipa::path(
    post,
    path = path::PASSWORD,
    operation_id = "changePassword",
    tag = "authentication",
    summary = "Change your password",
    description = "Every session ends; this device gets a new one at once.",
    params(CsrfGate),
    request_body = ChangePasswordRequest,
    security(("accessToken" = [], "refreshToken" = []), ("accessToken" = [], "refreshToken" = [], "companion" = [])),
    responses((status = OK, description = "The password was changed.", body = TokenResponse, headers(("set-cookie" = String, description = "The refresh token, `sessionGen` and, on https, the companion."))), Refused)
)]
pub(in crate::http) async fn change(
    State(state): State<AppState>,
    _: CsrfGate,
    From(origin): From,
    RefreshCookies(sent): RefreshCookies,
    Authenticated { claims, body: Json(request), .. }: Authenticated<Json<ChangePasswordRequest>, Ends>,
) -> Result<impl IntoResponse, ApiError> {
    let ChangePasswordRequest { current_password, new_password } = request;
    let begun = state.auth.change_password(&claims, &sent, &current_password, &new_password, &origin).await?;
    let cookies = state.edge.cookie.set(&begun.refresh);
    let body = TokenResponse {
        access_token: begun.access.token,
        token_type: TokenType::Bearer,
        expires_in: begun.access.expires_in,
    };
    Ok((cookies, axum::Json(body)))
}
