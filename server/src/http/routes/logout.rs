use axum::{extract::State, http::StatusCode, response::IntoResponse};

use super::{ApiError, AppState};
use crate::http::extract::{CsrfGate, From, NoBody, RefreshCookies};

/// `POST /api/auth/logout`. The cookies are cleared once the session is ended for good, and not before.
pub(in crate::http) async fn logout(
    State(state): State<AppState>,
    _: CsrfGate,
    From(origin): From,
    RefreshCookies(tokens): RefreshCookies,
    _: NoBody,
) -> Result<impl IntoResponse, ApiError> {
    state.auth.logout(&tokens, &origin).await?;
    Ok((StatusCode::NO_CONTENT, state.edge.cookie.clear()))
}
