use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::IntoResponse,
};
use sessionkeep_types::{SessionId, SessionList, routes as path};

use super::{ApiError, AppState, listed, session_list};
use crate::{
    auth::sessions::SessionEnd,
    http::{
        extract::{Bearer, From, PageQuery, Query},
        openapi::{ALWAYS, BEARER, BeforeSession, LIMITED, ONE_OF_OURS, PAGE, refused},
    },
};

refused!(Unlisted: ALWAYS, BEARER, PAGE);
refused!(Refused: ALWAYS, BEARER, LIMITED);
refused!(Unended: ALWAYS, BEARER, ONE_OF_OURS, LIMITED);

/// `GET /api/sessions`
#[utoipa::path(
    get,
    path = path::SESSIONS,
    operation_id = "sessions",
    tag = "account",
    summary = "The own living sessions, the newest sign-in first.",
    description = "The current session is the first entry of the first part, whenever it was begun, and does not count towards `limit`.",
    params(BeforeSession, PageQuery),
    security(("accessToken" = [])),
    responses((status = OK, description = "A part of the list.", body = SessionList), Unlisted)
)]
pub(in crate::http) async fn list(
    State(state): State<AppState>,
    Query(part): Query<PageQuery>,
    bearer: Bearer,
) -> Result<Json<SessionList>, ApiError> {
    let claims = bearer.authenticate(&state).await?;
    let before = part.before_session()?;
    let (current, others) = state.auth.own_sessions(&claims, before.as_ref(), part.limit()).await?;
    let mut list = session_list(others, part.limit(), &claims.session_id);
    list.sessions.splice(0..0, current.map(|current| listed(current, &claims.session_id)));
    Ok(Json(list))
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
    let claims = bearer.authenticate_ending(&state).await?;
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
    let claims = bearer.authenticate_ending(&state).await?;
    if state.auth.end_other_sessions(&claims, &origin).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ApiError::token_revoked())
    }
}
