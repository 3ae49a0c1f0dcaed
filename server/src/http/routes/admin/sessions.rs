use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::IntoResponse,
};
use sessionkeep_types::{SessionList, UserId, routes as path};

use super::{ApiError, AppState, session_list};
use crate::http::{
    extract::{Authenticated, Caller, Changes, PageQuery, Query, WithoutBody},
    openapi::{ADMINISTRATOR, ALWAYS, BEARER, BeforeSession, LIMITED, ONE_OF_OURS, PAGE, refused},
};

refused!(Unlisted: ALWAYS, BEARER, ADMINISTRATOR, ONE_OF_OURS, PAGE);
refused!(Refused: ALWAYS, BEARER, ADMINISTRATOR, ONE_OF_OURS, LIMITED);

/// `GET /api/admin/users/{id}/sessions`
#[utoipa::path(
    get,
    path = path::ADMIN_USER_SESSIONS,
    operation_id = "userSessions",
    tag = "administration",
    summary = "List an account's sessions, newest sign-in first",
    params(("id" = UserId, Path, description = "The account."), BeforeSession, PageQuery),
    security(("accessToken" = [])),
    responses((status = OK, description = "A part of the list.", body = SessionList), Unlisted)
)]
pub(in crate::http) async fn list(
    State(state): State<AppState>,
    Path(id): Path<UserId>,
    Query(part): Query<PageQuery>,
    signed_in: Authenticated,
) -> Result<Json<SessionList>, ApiError> {
    let admin = signed_in.administrator(&state).await?;
    let before = part.before_session()?;
    let sessions = state.auth.sessions_of(&admin, &id, before.as_ref(), part.limit()).await?;
    Ok(Json(session_list(sessions, part.limit(), &signed_in.claims.session_id)))
}

/// `DELETE /api/admin/users/{id}/sessions`
#[utoipa::path(
    delete,
    path = path::ADMIN_USER_SESSIONS,
    operation_id = "endUserSessions",
    tag = "administration",
    summary = "End all sessions of an account",
    params(("id" = UserId, Path, description = "The account.")),
    security(("accessToken" = [])),
    responses((status = NO_CONTENT, description = "They have ended.", headers(("set-cookie" = String, description = "Takes the refresh token, `sessionGen` and the companion away, where the account is one's own."))), Refused)
)]
pub(in crate::http) async fn end(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<UserId>,
    signed_in: Authenticated<WithoutBody, Changes>,
) -> Result<impl IntoResponse, ApiError> {
    let admin = signed_in.administrator(&state).await?;
    state.auth.end_sessions_of(&admin, &id, &caller).await?;
    // One's own: the current session is among them.
    let cookies = if id == signed_in.claims.user_id { state.edge.cookie.clear() } else { HeaderMap::new() };
    Ok((StatusCode::NO_CONTENT, cookies))
}
