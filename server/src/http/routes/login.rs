use axum::{extract::State, response::Response};
use sessionkeep_types::{AuthResponse, LoginRequest, routes as path};

use super::{ApiError, AppState, signed_in};
use crate::{
    auth::{Credentials, Device, NotJudged, login::LoginError},
    http::{
        error::{page, refusals},
        extract::{Json, RefreshCookies, SameOrigin, SigningIn},
        openapi::{ALWAYS, ATTEMPT, BODY, CSRF, refused},
    },
};

refused!(Refused: ALWAYS, CSRF, ATTEMPT, BODY; LoginError);

refusals! {
    LoginError {
        LoginError::InvalidCredentials => UNAUTHORIZED InvalidCredentials, page(|words| words.errors.wrong_credentials);
    }
    from { NotJudged(NotJudged) }
}

/// `POST /api/auth/login`
#[utoipa::path(
    post,
    path = path::LOGIN,
    operation_id = "login",
    tag = "authentication",
    summary = "Sign in",
    description = "An account that is not there, one that is disabled and a wrong password are answered alike.",
    params(SigningIn),
    request_body = LoginRequest,
    responses((status = OK, description = "Signed in.", body = AuthResponse, headers(("set-cookie" = String, description = "The refresh token, `sessionGen` and, on https, the companion."))), Refused)
)]
pub(in crate::http) async fn login(
    State(state): State<AppState>,
    _: SameOrigin,
    SigningIn(device): SigningIn,
    RefreshCookies(sent): RefreshCookies,
    Json(request): Json<LoginRequest>,
) -> Result<Response, ApiError> {
    let device = Device { remember_me: request.remember_me, ..device };
    let credentials = Credentials { email: request.email, password: request.password };
    Ok(signed_in(&state, &sent, state.auth.login(credentials, device).await?))
}
