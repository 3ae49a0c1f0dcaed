use axum::{Json as Answer, extract::State, http::StatusCode, response::IntoResponse};
use sessionkeep_types::{DeleteAccountRequest, UpdateProfileRequest, User};

use super::{ApiError, AppState, user};
use crate::http::extract::{Bearer, From, Json};

/// `GET /api/me`
pub(in crate::http) async fn me(State(state): State<AppState>, bearer: Bearer) -> Result<Answer<User>, ApiError> {
    let claims = bearer.authenticate(&state).await?;
    Ok(Answer(user(state.auth.profile(&claims).await?)))
}

/// `PATCH /api/me`
pub(in crate::http) async fn rename(
    State(state): State<AppState>,
    bearer: Bearer,
    Json(request): Json<UpdateProfileRequest>,
) -> Result<Answer<User>, ApiError> {
    let claims = bearer.authenticate(&state).await?;
    Ok(Answer(user(state.auth.rename(&claims, request.display_name).await?)))
}

/// `DELETE /api/me`
pub(in crate::http) async fn delete(
    State(state): State<AppState>,
    From(origin): From,
    bearer: Bearer,
    Json(request): Json<DeleteAccountRequest>,
) -> Result<impl IntoResponse, ApiError> {
    let claims = bearer.authenticate(&state).await?;
    state.auth.delete_account(&claims, &request.current_password, &origin).await?;
    Ok((StatusCode::NO_CONTENT, state.edge.cookie.clear()))
}
