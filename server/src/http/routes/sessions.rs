use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::IntoResponse,
};
use sessionkeep_types::{EndSessionsRequest, SessionId, SessionList, routes as path};

use super::{ApiError, AppState, listed, session_list};
use crate::{
    auth::{
        confirm_password::ConfirmPasswordError,
        sessions::{EndSessionsError, SessionEnd},
    },
    http::{
        error::{api, refusals},
        extract::{Authenticated, Caller, Ends, OptionalJson, PageQuery, Query},
        openapi::{ALWAYS, BEARER, BODY, BeforeSession, LIMITED, ONE_OF_OURS, PAGE, refused},
    },
    storage::StorageError,
};

refused!(Unlisted: ALWAYS, BEARER, PAGE);
refused!(Refused: ALWAYS, BEARER, BODY, LIMITED; EndSessionsError);
refused!(Unended: ALWAYS, BEARER, BODY, ONE_OF_OURS, LIMITED; EndSessionsError);

refusals! {
    EndSessionsError {
        EndSessionsError::PasswordRequired => FORBIDDEN PasswordRequired, api(|api| api.password_required);
        EndSessionsError::Gone => FORBIDDEN TokenRevoked, api(|api| api.ended);
    }
    from { Confirm(ConfirmPasswordError), Storage(StorageError) }
}

/// `GET /api/sessions`
#[utoipa::path(
    get,
    path = path::SESSIONS,
    operation_id = "sessions",
    tag = "account",
    summary = "List your sessions, newest sign-in first",
    description = "The current session is the first entry of the first part, whenever it was begun, and does not count towards `limit`.",
    params(BeforeSession, PageQuery),
    security(("accessToken" = [])),
    responses((status = OK, description = "A part of the list.", body = SessionList), Unlisted)
)]
pub(in crate::http) async fn list(
    State(state): State<AppState>,
    Query(part): Query<PageQuery>,
    Authenticated { claims, .. }: Authenticated,
) -> Result<Json<SessionList>, ApiError> {
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
    summary = "End one of your sessions",
    description = "A session ends itself, and those that began before it did. To end one that began at the same time or later takes the current password. A password that is sent is checked, whether it is needed or not.",
    params(("id" = SessionId, Path, description = "As the list gives it.")),
    request_body = Option<EndSessionsRequest>,
    security(("accessToken" = [])),
    responses((status = NO_CONTENT, description = "It has ended.", headers(("set-cookie" = String, description = "Takes the refresh token, `sessionGen` and the companion away, where it was the current one."))), Unended)
)]
pub(in crate::http) async fn end(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<SessionId>,
    Authenticated { claims, body: OptionalJson(request), .. }: Authenticated<OptionalJson<EndSessionsRequest>, Ends>,
) -> Result<impl IntoResponse, ApiError> {
    let password = request.as_ref().map(|request| &request.current_password);
    let end = state.auth.end_session(&claims, &id, password, &caller).await;
    let cookies = match end.map_err(|error| ApiError::from(error).of(&claims))? {
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
    summary = "End all your other sessions",
    description = "Where one of them began at the same time as this one or later, this takes the current password, and nothing is ended without it. A password that is sent is checked, whether it is needed or not.",
    request_body = Option<EndSessionsRequest>,
    security(("accessToken" = [])),
    responses((status = NO_CONTENT, description = "They have ended."), Refused)
)]
pub(in crate::http) async fn end_others(
    State(state): State<AppState>,
    caller: Caller,
    Authenticated { claims, body: OptionalJson(request), .. }: Authenticated<OptionalJson<EndSessionsRequest>, Ends>,
) -> Result<StatusCode, ApiError> {
    let password = request.as_ref().map(|request| &request.current_password);
    let ended = state.auth.end_other_sessions(&claims, password, &caller).await;
    ended.map_err(|error| ApiError::from(error).of(&claims))?;
    Ok(StatusCode::NO_CONTENT)
}
