use axum::{extract::State, response::IntoResponse};
use sessionkeep_types::{ChangePasswordRequest, TokenResponse, TokenType};

use super::{ApiError, AppState};
use crate::http::extract::{Bearer, CsrfGate, From, Json, RefreshCookies};

/// `POST /api/auth/password`
pub(in crate::http) async fn change(
    State(state): State<AppState>,
    _: CsrfGate,
    From(origin): From,
    RefreshCookies(tokens): RefreshCookies,
    bearer: Bearer,
    Json(request): Json<ChangePasswordRequest>,
) -> Result<impl IntoResponse, ApiError> {
    let claims = bearer.authenticate(&state).await?;
    let ChangePasswordRequest { current_password, new_password } = request;
    let begun = state.auth.change_password(&claims, &tokens, &current_password, &new_password, &origin).await?;
    let cookies = state.edge.cookie.set(&begun.refresh);
    let body = TokenResponse {
        access_token: begun.access.token,
        token_type: TokenType::Bearer,
        expires_in: begun.access.expires_in,
    };
    Ok((cookies, axum::Json(body)))
}
