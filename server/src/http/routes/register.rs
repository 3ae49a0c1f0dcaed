use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use sessionkeep_types::{AuthResponse, ErrorCode, RegisterRequest, routes as path};

use super::{ApiError, AppState, signed_in};
use crate::{
    auth::Credentials,
    http::{
        extract::{Json, RefreshCookies, SameOrigin, SigningIn},
        openapi::{ALWAYS, ATTEMPT, BODY, CSRF, LIMITED, Refusal, refused},
    },
};

/// Of sign-up alone.
const OWN: &[Refusal] = &[
    (StatusCode::CONFLICT, ErrorCode::EmailTaken),
    (StatusCode::FORBIDDEN, ErrorCode::RegistrationClosed),
    (StatusCode::UNPROCESSABLE_ENTITY, ErrorCode::PasswordTooWeak),
];
refused!(Refused: ALWAYS, CSRF, ATTEMPT, BODY, LIMITED, OWN);

/// `POST /api/auth/register`
#[utoipa::path(
    post,
    path = path::REGISTER,
    operation_id = "register",
    tag = "authentication",
    summary = "Create an account and sign in",
    params(SigningIn),
    request_body = RegisterRequest,
    responses((status = CREATED, description = "The account was made.", body = AuthResponse, headers(("set-cookie" = String, description = "The refresh token, `sessionGen` and, on https, the companion."))), Refused)
)]
pub(in crate::http) async fn register(
    State(state): State<AppState>,
    _: SameOrigin,
    SigningIn(device): SigningIn,
    RefreshCookies(sent): RefreshCookies,
    Json(request): Json<RegisterRequest>,
) -> Result<Response, ApiError> {
    let credentials = Credentials { email: request.email, password: request.password };
    let registered = state.auth.register(credentials, request.display_name, device).await?;
    Ok((StatusCode::CREATED, signed_in(&state, &sent, registered)).into_response())
}
