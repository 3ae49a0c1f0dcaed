use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::IntoResponse,
};
use sessionkeep_types::{SessionList, UserId};

use super::{ApiError, AppState, session_list};
use crate::http::extract::{Bearer, From};

/// `GET /api/admin/users/{id}/sessions`
pub(in crate::http) async fn list(
    State(state): State<AppState>,
    Path(id): Path<UserId>,
    bearer: Bearer,
) -> Result<Json<SessionList>, ApiError> {
    let claims = bearer.authenticate(&state).await?;
    let admin = state.auth.administrator(&claims).await?;
    Ok(Json(session_list(state.auth.sessions_of(&admin, &id).await?, &claims.session_id)))
}

/// `DELETE /api/admin/users/{id}/sessions`
pub(in crate::http) async fn end(
    State(state): State<AppState>,
    From(origin): From,
    Path(id): Path<UserId>,
    bearer: Bearer,
) -> Result<impl IntoResponse, ApiError> {
    let claims = bearer.authenticate(&state).await?;
    let admin = state.auth.administrator(&claims).await?;
    state.auth.end_sessions_of(&admin, &id, &origin).await?;
    // One's own: the current session is among them.
    let cookies = if id == claims.user_id { state.edge.cookie.clear() } else { HeaderMap::new() };
    Ok((StatusCode::NO_CONTENT, cookies))
}
