use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::IntoResponse,
};
use sessionkeep_types::{SessionId, SessionList, routes as path};

use super::{ApiError, AppState, session_list};
use crate::{
    auth::sessions::SessionEnd,
    http::{
        extract::{Bearer, From},
        openapi::{ALWAYS, BEARER, ONE_OF_OURS, refused},
    },
};

refused!(Refused: ALWAYS, BEARER);
refused!(Unended: ALWAYS, BEARER, ONE_OF_OURS);

/// `GET /api/sessions`
#[utoipa::path(
    get,
    path = path::SESSIONS,
    operation_id = "sessions",
    tag = "account",
    summary = "The own living sessions, the one used last first.",
    security(("accessToken" = [])),
    responses((status = OK, description = "All of them.", body = SessionList), Refused)
)]
pub(in crate::http) async fn list(
    State(state): State<AppState>,
    bearer: Bearer,
) -> Result<Json<SessionList>, ApiError> {
    let claims = bearer.authenticate(&state).await?;
    Ok(Json(session_list(state.auth.living_sessions(&claims.user_id).await?, &claims.session_id)))
}

/// `DELETE /api/sessions/{id}`. The current one is signed out by it, so its cookies are cleared.
#[utoipa::path(
    delete,
    path = path::SESSION,
    operation_id = "endSession",
    tag = "account",
    summary = "Ends one of the own sessions; the current one is signed out by it.",
    params(("id" = SessionId, Path, description = "As the list gives it.")),
    security(("accessToken" = [])),
    responses((status = NO_CONTENT, description = "It has ended.", headers(("set-cookie" = String, description = "Takes the refresh token, `sessionGen` and the companion away, where it was the current one."))), Unended)
)]
pub(in crate::http) async fn end(
    State(state): State<AppState>,
    From(origin): From,
    Path(id): Path<SessionId>,
    bearer: Bearer,
) -> Result<impl IntoResponse, ApiError> {
    let claims = bearer.authenticate(&state).await?;
    let cookies = match state.auth.end_session(&claims, &id, &origin).await? {
        SessionEnd::NotFound => return Err(ApiError::not_found()),
        SessionEnd::Current => state.edge.cookie.clear(),
        SessionEnd::Other => HeaderMap::new(),
    };
    Ok((StatusCode::NO_CONTENT, cookies))
}

/// `DELETE /api/sessions`
#[utoipa::path(
    delete,
    path = path::SESSIONS,
    operation_id = "endOtherSessions",
    tag = "account",
    summary = "Ends every own session but this one.",
    security(("accessToken" = [])),
    responses((status = NO_CONTENT, description = "They have ended."), Refused)
)]
pub(in crate::http) async fn end_others(
    State(state): State<AppState>,
    From(origin): From,
    bearer: Bearer,
) -> Result<StatusCode, ApiError> {
    let claims = bearer.authenticate(&state).await?;
    if state.auth.end_other_sessions(&claims, &origin).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ApiError::token_revoked())
    }
}
