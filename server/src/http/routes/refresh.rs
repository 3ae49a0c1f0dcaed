use axum::{extract::State, response::IntoResponse};
use sessionkeep_types::{TokenResponse, TokenType};

use super::{ApiError, AppState};
use crate::http::extract::{Attempt, CsrfGate, From, NoBody, RefreshCookies};

/// `POST /api/auth/refresh`. A refusal never sets a cookie: who loses a race must not delete the winner's.
pub(in crate::http) async fn refresh(
    State(state): State<AppState>,
    _: CsrfGate,
    Attempt(attempt): Attempt,
    From(origin): From,
    RefreshCookies(tokens): RefreshCookies,
    _: NoBody,
) -> Result<impl IntoResponse, ApiError> {
    let refreshed = state.auth.refresh(&tokens, attempt.as_deref(), &origin).await?;
    let cookies = refreshed.refresh.map(|refresh| state.edge.cookie.set(&refresh)).unwrap_or_default();
    let body = TokenResponse {
        access_token: refreshed.access.token,
        token_type: TokenType::Bearer,
        expires_in: refreshed.access.expires_in,
    };
    Ok((cookies, axum::Json(body)))
}
