use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::IntoResponse,
};

use super::{ApiError, AppState};
use crate::http::extract::{CsrfGate, From, NoBody, RefreshCookies};

/// `POST /api/auth/logout`. The cookie is cleared once the session is ended for good, and not before.
pub(in crate::http) async fn logout(
    State(state): State<AppState>,
    _: CsrfGate,
    From(origin): From,
    RefreshCookies(tokens): RefreshCookies,
    _: NoBody,
) -> Result<impl IntoResponse, ApiError> {
    state.auth.logout(&tokens, &origin).await?;
    let cookie = HeaderMap::from_iter([(header::SET_COOKIE, state.edge.cookie.clear())]);
    Ok((StatusCode::NO_CONTENT, cookie))
}
