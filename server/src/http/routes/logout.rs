use axum::{extract::State, http::StatusCode, response::IntoResponse};

use sessionkeep_types::routes as path;

use super::{ApiError, AppState};
use crate::http::{
    extract::{CsrfGate, From, NoBody, RefreshCookies},
    openapi::{ALWAYS, CSRF, LIMITED, NO_BODY, refused},
};

refused!(Refused: ALWAYS, CSRF, NO_BODY, LIMITED);

/// `POST /api/auth/logout`. The cookies are cleared once the session is ended for good, and not before.
#[utoipa::path(
    post,
    path = path::LOGOUT,
    operation_id = "logout",
    tag = "authentication",
    summary = "Sign out",
    description = "No body is needed, no access token, and no cookie either: who has none is signed out already.",
    params(CsrfGate),
    security((), ("refreshToken" = []), ("refreshToken" = [], "companion" = [])),
    responses((status = NO_CONTENT, description = "Signed out.", headers(("set-cookie" = String, description = "Takes the refresh token, `sessionGen` and the companion away."))), Refused)
)]
pub(in crate::http) async fn logout(
    State(state): State<AppState>,
    _: CsrfGate,
    From(origin): From,
    RefreshCookies(sent): RefreshCookies,
    _: NoBody,
) -> Result<impl IntoResponse, ApiError> {
    state.auth.logout(&sent, &origin).await?;
    Ok((StatusCode::NO_CONTENT, state.edge.cookie.clear()))
}
