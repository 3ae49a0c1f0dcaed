use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::IntoResponse,
};
use sessionkeep_types::{SessionId, SessionList};

use super::{ApiError, AppState, session_list};
use crate::{
    auth::sessions::SessionEnd,
    http::extract::{Bearer, From},
};

/// `GET /api/sessions`
pub(in crate::http) async fn list(
    State(state): State<AppState>,
    bearer: Bearer,
) -> Result<Json<SessionList>, ApiError> {
    let claims = bearer.authenticate(&state).await?;
    Ok(Json(session_list(state.auth.living_sessions(&claims.user_id).await?, &claims.session_id)))
}

/// `DELETE /api/sessions/{id}`. The current one is signed out by it, so its cookies are cleared.
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
