use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
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
) -> Result<StatusCode, ApiError> {
    let admin = bearer.administrator(&state).await?;
    state.auth.end_sessions_of(&admin, &id, &origin).await?;
    Ok(StatusCode::NO_CONTENT)
}
