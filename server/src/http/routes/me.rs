use axum::{Json as Answer, extract::State, http::StatusCode, response::IntoResponse};
use sessionkeep_types::{DeleteAccountRequest, ErrorCode, UpdateProfileRequest, User, routes as path};

use super::{ApiError, AppState, user};
use crate::http::{
    extract::{Bearer, From, Json},
    openapi::{ALWAYS, BEARER, BODY, CONFIRMED, LIMITED, refused},
};

refused!(Unread: ALWAYS, BEARER);
refused!(Unchanged: ALWAYS, BEARER, BODY, LIMITED);
refused!(
    Undeleted: ALWAYS, BEARER, BODY, CONFIRMED, LIMITED, &[(StatusCode::CONFLICT, ErrorCode::LastAdmin)]
);

/// `GET /api/me`
#[utoipa::path(
    get,
    path = path::ME,
    operation_id = "me",
    tag = "account",
    summary = "Get your account",
    security(("accessToken" = [])),
    responses((status = OK, description = "The account.", body = User), Unread)
)]
pub(in crate::http) async fn me(State(state): State<AppState>, bearer: Bearer) -> Result<Answer<User>, ApiError> {
    let claims = bearer.authenticate(&state).await?;
    Ok(Answer(user(state.auth.profile(&claims).await?)))
}

/// `PATCH /api/me`
#[utoipa::path(
    patch,
    path = path::ME,
    operation_id = "rename",
    tag = "account",
    summary = "Change or remove your display name",
    request_body = UpdateProfileRequest,
    security(("accessToken" = [])),
    responses((status = OK, description = "The account as it is now.", body = User), Unchanged)
)]
pub(in crate::http) async fn rename(
    State(state): State<AppState>,
    bearer: Bearer,
    Json(request): Json<UpdateProfileRequest>,
) -> Result<Answer<User>, ApiError> {
    let claims = bearer.authenticate_change(&state).await?;
    Ok(Answer(user(state.auth.rename(&claims, request.display_name).await?)))
}

/// `DELETE /api/me`
#[utoipa::path(
    delete,
    path = path::ME,
    operation_id = "deleteAccount",
    tag = "account",
    summary = "Delete your account and its sessions for good",
    request_body = DeleteAccountRequest,
    security(("accessToken" = [])),
    responses((status = NO_CONTENT, description = "The account is gone.", headers(("set-cookie" = String, description = "Takes the refresh token, `sessionGen` and the companion away."))), Undeleted)
)]
pub(in crate::http) async fn delete(
    State(state): State<AppState>,
    From(origin): From,
    bearer: Bearer,
    Json(request): Json<DeleteAccountRequest>,
) -> Result<impl IntoResponse, ApiError> {
    let claims = bearer.authenticate_ending(&state).await?;
    state.auth.delete_account(&claims, &request.current_password, &origin).await?;
    Ok((StatusCode::NO_CONTENT, state.edge.cookie.clear()))
}
