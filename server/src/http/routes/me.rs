use axum::{Json as Answer, extract::State};
use sessionkeep_types::{UpdateProfileRequest, User};

use super::{ApiError, AppState, user};
use crate::http::extract::{Bearer, Json};

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
